"""Calendar ``holidays``: Indonesian public holidays and shared leave (*cuti bersama*) from python-holidays.

The extra ``holidays`` brings the library. Days of moon sighting that the government has not yet determined are marked
as estimated. Seasons come from the data that ships with this package. No province has holidays of its own in
python-holidays, so ``ID-JB`` has those of ``ID``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import ModuleType
from typing import Any

import attrs

from mkd_core.errors import Permanent
from mkd_core.ports import Holiday, Season
from mkd_plugins.api import Provider, calendar, hookimpl
from mkd_plugins.calendar.seasons import seasons_between, years_covered

_REGION = re.compile(r"ID(-[A-Z]{2})?")
_LANGUAGES: Mapping[str, str] = {"id": "id", "en": "en_US"}
_YEARS = range(1990, 2101)


@attrs.frozen(kw_only=True)
class Config:
    """``[calendar.holidays]``: ``shared_leave = false`` where *cuti bersama* are working days."""

    shared_leave: bool = True


class HolidayCalendar:
    """The port's calendar over python-holidays. Safe to share between threads.

    Raises ``Permanent`` for a region outside Indonesia, for years without data, and when the extra is not installed:
    a missing holiday would move a deadline.
    """

    def __init__(self, config: Config) -> None:
        self._shared_leave = config.shared_leave
        self._year = lru_cache(maxsize=32)(_holidays_of(_python_holidays()))

    def holidays(self, region: str, first: date, last: date) -> Sequence[Holiday]:
        """The holidays between the two dates, both included, in order."""
        _check(region, first, last, _YEARS)
        days = [day for year in range(first.year, last.year + 1) for day in self._year(year)]
        return tuple(day for day in days if first <= day.on <= last and (self._shared_leave or not day.shared_leave))

    def seasons(self, region: str, first: date, last: date) -> Sequence[Season]:
        """The seasons that touch the two dates, in order."""
        _check(region, first, last, years_covered())
        return seasons_between(first, last)


def _check(region: str, first: date, last: date, years: range) -> None:
    if not _REGION.fullmatch(region):
        raise Permanent(
            f"this calendar knows Indonesia alone, not the region {region!r}",
            code="MKD611",
            mend='write "ID" or a province such as "ID-JB"',
        )
    if first.year not in years or last.year not in years:
        raise Permanent(
            f"this calendar reaches from {years[0]} to {years[-1]}, not from {first} to {last}", code="MKD612"
        )


def _python_holidays() -> ModuleType:
    try:
        import holidays
    except ModuleNotFoundError:
        raise Permanent(
            "python-holidays is not installed", code="MKD613", mend="install the extra: pip install 'mkd[holidays]'"
        ) from None
    return holidays


def _holidays_of(library: ModuleType) -> Any:
    def year(number: int) -> tuple[Holiday, ...]:
        def named(category: str, language: str) -> Any:
            return library.Indonesia(years=[number], categories=(category,), language=language, expand=False)

        names: dict[date, dict[str, str]] = {}
        public: set[date] = set()
        estimated: set[date] = set()
        for category in ("government", "public"):
            for ours, theirs in _LANGUAGES.items():
                found = named(category, theirs)
                mark = found.tr(found.estimated_label).replace("%s", "").strip()
                for on, name in found.items():
                    # Where a day is both, its public name stands: it comes second.
                    names.setdefault(on, {})[ours] = name
                    if category == "public":
                        public.add(on)
                        if mark in name:
                            estimated.add(on)
        return tuple(
            Holiday(on=on, name=names[on], estimated=on in estimated, shared_leave=on not in public)
            for on in sorted(names)
        )

    return year


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the calendar."""
    return [calendar(name="holidays", config=Config, build=HolidayCalendar, cooperative=True)]
