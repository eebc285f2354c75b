"""Ramadan and the office hours that ship as data."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from itertools import pairwise

import pytest

from mkd_core.errors import InvalidInput, Permanent
from mkd_plugins.calendar.holidays import Config, HolidayCalendar
from mkd_plugins.calendar.hours import office_hours, office_hours_from_toml
from mkd_plugins.calendar.seasons import ramadan, seasons_between, shipped_seasons

pytestmark = pytest.mark.bare


@pytest.mark.parametrize(
    ("first", "last", "estimated"),
    [
        (date(2023, 3, 23), date(2023, 4, 21), False),
        (date(2024, 3, 12), date(2024, 4, 9), False),
        (date(2025, 3, 1), date(2025, 3, 30), False),
        (date(2026, 2, 19), date(2026, 3, 20), False),
        (date(2027, 2, 8), date(2027, 3, 9), True),
    ],
)
def test_ramadan_lasts_from_the_day_the_government_determined_to_the_eve_of_idul_fitri(
    first: date, last: date, estimated: bool
) -> None:
    season = ramadan(first.year)

    assert season is not None
    assert (season.first, season.last, season.estimated) == (first, last, estimated)


def test_every_ramadan_has_29_or_30_days_and_begins_ten_to_twelve_days_earlier_than_the_one_before() -> None:
    seasons = shipped_seasons()

    assert {(season.last - season.first).days + 1 for season in seasons} <= {29, 30}
    gaps = {(later.first - earlier.first).days for earlier, later in pairwise(seasons)}
    assert gaps <= {353, 354, 355}


def test_a_year_without_data_has_no_ramadan_rather_than_a_guessed_one() -> None:
    assert ramadan(2019) is None


def test_a_season_touches_a_span_that_holds_only_its_last_day() -> None:
    found = seasons_between(date(2023, 4, 21), date(2023, 5, 31))

    assert [season.first for season in found] == [date(2023, 3, 23)]
    assert seasons_between(date(2023, 4, 22), date(2023, 5, 31)) == ()


def test_python_holidays_agrees_to_the_day_except_for_2025_where_the_decision_was_a_day_earlier() -> None:
    islamic = pytest.importorskip("holidays.calendars.islamic")
    calendar = getattr(islamic, "_CustomIslamicMabimsHolidays", None)
    if calendar is None:
        pytest.skip("this release of python-holidays has no table of the MABIMS criterion")

    apart = {}
    for season in shipped_seasons():
        month, day = calendar.RAMADAN_BEGINNING_DATES[season.first.year]
        theirs = date(season.first.year, month, day)
        if theirs != season.first:
            apart[season.first] = theirs

    assert apart == {date(2025, 3, 1): date(2025, 3, 2)}


@pytest.mark.skipif(find_spec("holidays") is not None, reason="python-holidays is installed")
def test_without_the_extra_the_calendar_says_what_to_install() -> None:
    with pytest.raises(Permanent, match=r"MKD613 .*mkd\[holidays\]"):
        HolidayCalendar(Config())


def test_the_week_of_perpres_21_2023_has_37_hours_30_and_in_ramadan_32_hours_30() -> None:
    hours = office_hours()

    assert hours.week().net == 37 * 60 + 30
    assert hours.week("ramadan").net == 32 * 60 + 30
    assert [day.net for day in hours.week("ramadan").days[:5]] == [390] * 5


def test_the_core_hours_lie_within_the_hours_of_every_season() -> None:
    hours = office_hours()

    for season in (None, "ramadan"):
        gaps = [hours.core_gap(day, weekday) for weekday, day in enumerate(hours.week(season).days)]
        assert gaps == [0] * 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source = ", "hours.toml: not TOML"),
        ('source = "x"', "'standard' is missing"),
        ('source = "x"\nstandard = {}\ncores = {}', "did you mean core?"),
        ('source = "x"\nstandard = { mon = "7-8" }', "hours.toml: standard.mon"),
        ('source = "x"\nstandard = { moon = "07:30-16:00 office" }', "did you mean mon?"),
        ('source = "x"\nstandard = 1', "hours.toml: standard: must be a table"),
        (
            'source = "x"\nstandard = {}\ncore = { days = ["mon"], between = ["15:00", "09:00"] }',
            "end after they start",
        ),
        ('source = "x"\nstandard = {}\ncore = { days = ["mon"] }', "list of two times"),
        ('source = "x"\nstandard = {}\ncore = { days = ["m"], between = ["09:00", "15:00"] }', "'m' is no weekday"),
    ],
)
def test_an_hours_file_of_ones_own_is_refused_with_its_place_when_it_is_wrong(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        office_hours_from_toml(text, where="hours.toml")

    assert said in str(refused.value)
