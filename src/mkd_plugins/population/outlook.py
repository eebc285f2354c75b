"""What a unit would look like if a plan were granted to one of its people, as a request of theirs would see it.

Each is looked at alone, on top of what is agreed and pending: whether all of a unit could have the plan is a question
of its own. People whose weeks are alike see the same, so a unit is mostly counted once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from mkd_core.agreements import Agreement
from mkd_core.coverage import Per, Requirement
from mkd_core.events import Terms
from mkd_core.people import Unit
from mkd_core.usecases.presence import facts_ahead
from mkd_core.worktime import Day
from mkd_plugins.population.roll import Known, Roll

Weeks = tuple[Day, ...]

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
        self._demands = [demand for demand in demands if demand.per is Per.UNIT]
        self._first = max(terms.starts, roll.on)
        self._members: sqlite3.Connection | None = None
        self._units: dict[str, Unit] = {}
        self._weeks = lru_cache(_UNITS)(self._weeks_of)
        self._answer = lru_cache(_ANSWERS)(self._counted)
        self._usual: dict[tuple[str, bool], Weeks] = {}

    def facts(self, known: Known) -> Mapping[str, Any]:
        """The facts of that person's unit; none where no demand is made of units."""
        if not self._demands:
            return {}
        self._units[known.unit.key] = known.unit
        weeks = (self._ahead(known.unit, known.agreements, granted=granted) for granted in (False, True))
        return self._answer(known.unit.key, *weeks)

    def _ahead(self, unit: Unit, agreements: Sequence[Agreement], *, granted: bool) -> Weeks:
        """Somebody's weeks; those of a person without an agreement are the weeks of the region."""
        terms, days_ahead = self._terms if granted else None, self._roll.service.days_ahead
        if agreements:
            return days_ahead(unit, agreements, self._first, terms=terms)
        key = unit.region, granted
        if key not in self._usual:
            self._usual[key] = days_ahead(unit, (), self._first, terms=terms)
        return self._usual[key]

    def _counted(self, unit: str, before: Weeks, granted: Weeks) -> Mapping[str, Any]:
        """The facts of a unit in which one person's weeks change."""
        weeks = list(self._weeks(unit))
        if before in weeks:
            weeks.remove(before)
        ahead = {str(number): each for number, each in enumerate([*weeks, granted])}
        return facts_ahead(self._units[unit], ahead, self._first, self._demands)

    def _weeks_of(self, unit: str) -> Sequence[Weeks]:
        """The weeks of everybody in a unit, as they are."""
        if self._members is None:
            self._members = _members(self._roll.again())
        keys = self._members.execute("SELECT key FROM member WHERE unit = ?", (unit,)).fetchall()
        held = (self._roll.service.dossier(key).agreements.values() for (key,) in keys)
        return [self._ahead(self._units[unit], tuple(agreements), granted=False) for agreements in held]


def _members(roll: Roll) -> sqlite3.Connection:
    """Who is in which unit, in a temporary file that is gone with the connection."""
    base = sqlite3.connect("")
    base.execute("CREATE TABLE member (unit TEXT, key TEXT)")
    base.executemany("INSERT INTO member VALUES (?, ?)", ((each.unit, each.key) for each in roll))
    base.execute("CREATE INDEX by_unit ON member (unit)")
    return base
