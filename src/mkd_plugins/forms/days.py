"""Days as people name them, and the standard week with some of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.worktime import WEEKDAYS, Day, OfficeHours, Place, Week, Window, WorkPlan, place


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
    away, to = weekdays(remote, where=where), place(at, where=place_at)
    return WorkPlan(
        anchor=anchor,
        weeks=(_moved(hours.standard, away, to),),
        seasons={name: (_moved(usual, away, to),) for name, usual in hours.seasons.items()},
    )


def _moved(usual: Week, away: Iterable[str], to: Place) -> Week:
    return Week(
        tuple(
            Day(tuple(Window(w.start, w.end, to, w.pause) for w in day.windows)) if name in away else day
            for name, day in zip(WEEKDAYS, usual.days, strict=True)
        )
    )
