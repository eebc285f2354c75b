"""What a unit would look like if a plan were granted to one of its people, as a request of theirs would see it.

Each is looked at alone, on top of what is agreed and pending: whether all of a unit could have the plan is a question
of its own. People whose weeks are alike see the same, so a unit is mostly counted once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from attrs import evolve

from mkd_core.agreements import Agreement
from mkd_core.coverage import Requirement
from mkd_core.events import Terms
from mkd_core.people import Unit
from mkd_core.usecases.presence import Ahead, facts_ahead
from mkd_core.worktime import Day
from mkd_plugins.population.roll import Known, Roll

_Weeks = tuple[Day, ...]

_UNITS = 32
"""The units whose people's weeks are kept at a time: rolls mostly come unit by unit."""
_ANSWERS = 4_096
"""The answers that are kept at a time, one for each unit and for each two weeks that one of its people may have."""


class Outlook:
    """``unit.lowest_onsite_share`` and its kin, for each person on a roll as if the plan were granted to them.

    Needs to know who is in which unit before the first answer: that takes a pass over the roll, into a temporary file.
    """

    def __init__(self, roll: Roll, terms: Terms, demands: Sequence[Requirement]) -> None:
        self._roll = roll
        self._terms = terms
        self._demands = demands
        self._first = max(terms.starts, roll.on)
        self._members: sqlite3.Connection | None = None
        self._units: dict[str, Unit] = {}
        self._weeks = lru_cache(_UNITS)(self._weeks_of)
        self._answer = lru_cache(_ANSWERS)(self._counted)
        self._usual: dict[tuple[str, bool], _Weeks] = {}

    def facts(self, known: Known) -> Mapping[str, Any]:
        """The facts of that person's unit; none where no demand is made."""
        if not self._demands:
            return {}
        self._units[known.unit.key] = known.unit
        person, days = known.employee, self._days(known.unit, known.agreements, granted=False)
        before = Ahead(days=days, team=person.team, counter=person.counter)
        granted = evolve(before, days=self._days(known.unit, known.agreements, granted=True))
        return self._answer(known.unit.key, before, granted)

    def _days(self, unit: Unit, agreements: Sequence[Agreement], *, granted: bool) -> _Weeks:
        """Somebody's weeks; those of a person without an agreement are the weeks of the region."""
        terms, days_ahead = self._terms if granted else None, self._roll.service.days_ahead
        if agreements:
            return days_ahead(unit, agreements, self._first, terms=terms)
        key = unit.region, granted
        if key not in self._usual:
            self._usual[key] = days_ahead(unit, (), self._first, terms=terms)
        return self._usual[key]

    def _counted(self, unit: str, before: Ahead, granted: Ahead) -> Mapping[str, Any]:
        """The facts of a unit in which one person's weeks change."""
        weeks = list(self._weeks(unit))
        if before in weeks:
            weeks.remove(before)
        return facts_ahead(self._units[unit], [*weeks, granted], self._first, self._demands)

    def _weeks_of(self, unit: str) -> Sequence[Ahead]:
        """The weeks of everybody in a unit, as they are."""
        if self._members is None:
            self._members = _members(self._roll.again())
        people = self._members.execute("SELECT key, team, counter FROM member WHERE unit = ?", (unit,)).fetchall()
        return [
            Ahead(days=self._days(self._units[unit], self._held(key), granted=False), team=team, counter=counter)
            for key, team, counter in people
        ]

    def _held(self, key: str) -> Sequence[Agreement]:
        return tuple(self._roll.service.dossier(key).agreements.values())


def _members(roll: Roll) -> sqlite3.Connection:
    """Who is in which unit, team and counter, in a temporary file that is gone with the connection."""
    base = sqlite3.connect("")
    base.execute("CREATE TABLE member (unit TEXT, key TEXT, team TEXT, counter TEXT)")
    rows = ((each.unit, each.key, each.team, each.counter) for each in roll)
    base.executemany("INSERT INTO member VALUES (?, ?, ?, ?)", rows)
    base.execute("CREATE INDEX by_unit ON member (unit)")
    return base
