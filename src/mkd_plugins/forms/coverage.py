"""Who is on site, day by day, out of the days of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from mkd_core.coverage import Stretch, stretches
from mkd_core.usecases.presence import PlannedDay
from mkd_core.worktime import DAY, Day, clock, minutes

EVE = timedelta(days=1)
"""The day before the first tells of night shifts that run into it: ask for it, too."""


def times(text: str, *, where: str) -> tuple[int, int]:
    """Start and end of ``09:00-15:00`` in minutes; an end before the start is on the next day."""
    first, _, last = text.partition("-")
    start, end = minutes(first, where=where), minutes(last, where=where)
    return start, end + DAY if end <= start else end


def looked_at(days: Iterable[PlannedDay], begin: date, between: tuple[int, int]) -> list[Stretch]:
    """Every stretch from ``begin`` on, on the days on which anybody works."""
    plans: dict[date, dict[str, Day]] = {}
    for day in days:
        plans.setdefault(day.on, {})[day.person] = Day(day.windows)
    members = sorted({person for of_the_day in plans.values() for person in of_the_day})
    dates = [on for on in plans if on >= begin and any(day.windows for day in plans[on].values())]
    return [stretch for on in dates for stretch in stretches(plans, members, on, *between)]


def stretch_data(stretch: Stretch) -> dict[str, object]:
    """A stretch as plain data."""
    return {
        "date": stretch.on,
        "from": clock(stretch.start),
        "until": clock(stretch.end),
        "onsite": sorted(stretch.onsite),
        "remote": sorted(stretch.remote),
    }
