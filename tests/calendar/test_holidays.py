"""The Indonesian calendar: public holidays, shared leave, estimated days."""

from __future__ import annotations

from datetime import date

import pytest

from mkd_core.errors import Permanent
from mkd_core.ports import Holiday
from mkd_plugins.calendar.holidays import Config, HolidayCalendar

YEAR_2023 = (date(2023, 1, 1), date(2023, 12, 31))


def on(day: date, config: Config | None = None, region: str = "ID-JB") -> Holiday | None:
    found = HolidayCalendar(config or Config()).holidays(region, day, day)
    return found[0] if found else None


def test_independence_day_is_a_holiday_with_its_name_in_both_languages() -> None:
    holiday = on(date(2023, 8, 17))

    assert holiday == Holiday(
        on=date(2023, 8, 17), name={"id": "Hari Kemerdekaan Republik Indonesia", "en": "Independence Day"}
    )


@pytest.mark.parametrize("day", [date(2023, 4, 21), date(2023, 6, 28), date(2023, 6, 30), date(2023, 12, 26)])
def test_cuti_bersama_is_shared_leave(day: date) -> None:
    holiday = on(day)

    assert holiday is not None
    assert holiday.shared_leave
    assert holiday.name["id"].startswith("Cuti Bersama")


def test_where_shared_leave_is_worked_it_is_no_holiday() -> None:
    assert on(date(2023, 6, 28), Config(shared_leave=False)) is None
    assert on(date(2023, 6, 29), Config(shared_leave=False)) is not None


def test_a_day_that_waits_for_the_moon_is_estimated_and_a_determined_one_is_not() -> None:
    coming, past = on(date(2029, 2, 15)), on(date(2023, 4, 22))

    assert coming is not None
    assert past is not None
    assert (coming.estimated, past.estimated) == (True, False)
    assert coming.name["id"].endswith("(perkiraan)")


def test_the_holidays_of_a_span_come_in_order_and_each_date_once() -> None:
    days = [holiday.on for holiday in HolidayCalendar(Config()).holidays("ID", *YEAR_2023)]

    assert days == sorted(set(days))
    assert len(days) == 27


def test_the_holidays_of_west_java_are_those_of_the_country() -> None:
    calendar = HolidayCalendar(Config())

    assert calendar.holidays("ID-JB", *YEAR_2023) == calendar.holidays("ID", *YEAR_2023)


def test_the_seasons_are_the_shipped_ones() -> None:
    seasons = HolidayCalendar(Config()).seasons("ID-JB", date(2025, 1, 1), date(2025, 12, 31))

    assert [(season.name, season.first) for season in seasons] == [("ramadan", date(2025, 3, 1))]


@pytest.mark.parametrize("region", ["MY", "id", "ID-JAKARTA", ""])
def test_another_region_is_refused_rather_than_given_indonesian_days(region: str) -> None:
    with pytest.raises(Permanent, match="MKD611"):
        HolidayCalendar(Config()).holidays(region, *YEAR_2023)


def test_a_year_without_data_is_refused_rather_than_taken_to_have_no_holidays() -> None:
    calendar = HolidayCalendar(Config())

    with pytest.raises(Permanent, match="MKD612"):
        calendar.holidays("ID", date(2100, 12, 1), date(2101, 1, 31))
    with pytest.raises(Permanent, match="MKD612"):
        calendar.seasons("ID", date(2035, 1, 1), date(2035, 1, 31))
