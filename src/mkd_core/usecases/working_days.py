"""Which days count where deadlines are counted in working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mkd_core.ports import Calendar
from mkd_core.worktime import OfficeHours


def working_days(calendar: Calendar, region: str = "ID", hours: OfficeHours | None = None) -> Callable[[date], bool]:
    """Whether a date is a working day in that region: the office works on it, and it is no holiday.

    The office works on the days of ``hours``, and from Monday to Friday where none are given. The calendar is asked a
    year at a time, and the function raises what it raises: nothing is guessed. ``Span.after`` takes it to say when a
    step is due.
    """
    known: dict[int, frozenset[date]] = {}

    def working(on: date) -> bool:
        if on.year not in known:
            year = calendar.holidays(region, date(on.year, 1, 1), date(on.year, 12, 31))
            known[on.year] = frozenset(holiday.on for holiday in year)
        office_day = bool(hours.standard.days[on.weekday()].windows) if hours else on.weekday() < 5
        return office_day and on not in known[on.year]

    return working
