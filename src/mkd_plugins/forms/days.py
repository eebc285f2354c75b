"""Days as people name them, and the standard week with some of them elsewhere."""

from __future__ import annotations

from datetime import date

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.worktime import WEEKDAYS, OfficeHours, WorkPlan, place


def weekdays(text: str, *, where: str) -> tuple[str, ...]:
    """The weekdays of ``mon``, ``mon,wed`` or ``mon-thu``."""
    found: list[str] = []
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        for name in (first, last) if dash else (first,):
            if name not in WEEKDAYS:
                raise InvalidInput("MKD207", f"{name!r} is no weekday", where=where, mend=did_you_mean(name, WEEKDAYS))
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
        if end < start:
            raise InvalidInput("MKD207", f"{part.strip()!r} runs backwards", where=where, mend="write mon-thu")
        found += WEEKDAYS[start : end + 1]
    return tuple(found)


def remote_plan(
    *, anchor: date, remote: str, at: str, hours: OfficeHours | None, where: str, place_at: str
) -> WorkPlan:
    """The standard week with the days of ``remote`` at the place ``at``; ``where`` and ``place_at`` are who said so.

    It brings its seasons along, so that the same days are remote in Ramadan, at Ramadan's hours.
    """
    if hours is None:
        raise InvalidInput("MKD423", "no office hours are known", where=where, mend="write the week out")
    away = [WEEKDAYS.index(name) for name in weekdays(remote, where=where)]
    return hours.elsewhere(anchor, [away], place(at, where=place_at))


def week_lines(plan: WorkPlan) -> list[str]:
    """The cycle, days of one plan together: ``mon-tue 07:30-16:00 office 60``."""
    lines = []
    for number, week in enumerate(plan.weeks, start=1):
        runs: list[tuple[int, int]] = []
        for at, day in enumerate(week.days):
            if not day.windows:
                continue
            if runs and runs[-1][1] == at - 1 and week.days[runs[-1][0]] == day:
                runs[-1] = (runs[-1][0], at)
            else:
                runs.append((at, at))
        mark = f"{number}. " if len(plan.weeks) > 1 else ""
        for first, last in runs:
            days = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
            lines.append(f"{mark}{days} {week.days[first]}")
    return lines
