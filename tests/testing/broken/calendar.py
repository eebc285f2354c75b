"""Calendars, each of which breaks one promise."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from mkd_core.errors import Permanent
from mkd_core.ports import Season
from mkd_plugins.testing.calendar import CalendarSuite
from mkd_plugins.testing.fakes import FakeCalendar

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
HOLIDAYS = {date(2026, month, 1): f"Libur {month}" for month in (1, 5, 6, 12)}
SEASONS = [Season(name="ramadan", first=date(2026, 2, 18), last=date(2026, 3, 19))]


class Known(FakeCalendar):
    """One that keeps every promise: it refuses a region that it does not know."""

    def holidays(self, region, first, last):
        if region != "ID-JB":
            raise Permanent("the region is not known")
        return super().holidays(region, first, last)


class SwapsTwo(Known):
    def holidays(self, region, first, last):
        found = list(super().holidays(region, first, last))
        return [found[0], found[2], found[1], *found[3:]] if len(found) > 3 else found


class LeavesTheLastDayOut(Known):
    def holidays(self, region, first, last):
        return [each for each in super().holidays(region, first, last) if each.on < last]


class TellsTheOneBefore(Known):
    """Where the first day is none, it begins with the holiday before."""

    def holidays(self, region, first, last):
        before = [each for each in super().holidays(region, YEAR[0], first) if each.on <= first]
        told = super().holidays(region, first, last)
        return [*([before[-1]] if before and before[-1].on < first else []), *told]


class SpeaksOneLanguage(Known):
    def holidays(self, region, first, last):
        return [evolve(each, name={"id": each.name["id"]}) for each in super().holidays(region, first, last)]


class TellsSeasonsThatBegin(Known):
    def seasons(self, region, first, last):
        return [each for each in super().seasons(region, first, last) if first <= each.first]


def having(kind):
    return {"backend": lambda: kind(HOLIDAYS, SEASONS)}


SUITES = (CalendarSuite,)
GOOD = having(Known) | {"known": lambda: ("ID-JB", *YEAR), "unknown": lambda: ("SG", *YEAR)}
BROKEN = {
    "test_holidays_come_in_order_each_date_once": having(SwapsTwo),
    "test_both_ends_of_the_time_are_included": having(LeavesTheLastDayOut),
    "test_nothing_outside_of_the_time_is_told": having(TellsTheOneBefore),
    "test_every_holiday_has_its_name_in_both_languages": having(SpeaksOneLanguage),
    "test_seasons_touch_the_time_that_is_asked": having(TellsSeasonsThatBegin),
    "test_what_is_not_known_is_refused_on_purpose": having(FakeCalendar),
}
