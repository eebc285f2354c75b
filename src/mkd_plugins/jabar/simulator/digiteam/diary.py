"""What people have written into Digiteam: the days they were there or off, and their log books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import attrs


@attrs.frozen(kw_only=True)
class Day:
    """A day of somebody. One without a start is off, and ``note`` says why."""

    person: str
    on: date
    made: datetime
    id: str = attrs.Factory(lambda: str(uuid4()))
    start: datetime | None = None
    end: datetime | None = None
    location: str = "-"
    mood: str | None = None
    note: str | None = None

    @property
    def hours(self) -> float:
        """Hours from start to end."""
        return (self.end - self.start).total_seconds() / 3600 if self.start and self.end else 0.0


class Diary:
    """The days and the log books. Whoever writes holds a lock of their own."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], Day] = {}
        self._logs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def day(self, person: str, on: date) -> Day | None:
        """That day of that person."""
        return self._days.get((person, on))

    def put(self, day: Day) -> None:
        """Keep a day."""
        self._days[day.person, day.on] = day

    def ended(self, day: Day, end: datetime) -> Day:
        """The day with its end, which is kept."""
        whole = attrs.evolve(day, end=end)
        self.put(whole)
        return whole

    def log(self, person: str, entry: dict[str, Any]) -> None:
        """Keep an entry of a log book."""
        self._logs[person].append(entry)

    def logs(self, person: str) -> Sequence[dict[str, Any]]:
        """The entries of a log book."""
        return tuple(self._logs.get(person, ()))
