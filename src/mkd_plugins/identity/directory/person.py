"""One person of the tables, and the facts of a day computed from the dates on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from mkd_core.people import Employee
from mkd_plugins.identity.directory.values import Unreadable, known, months

DISCIPLINE = "applicant.discipline"
RATING_FACTS = ("applicant.rating", "applicant.talent_box")


@attrs.frozen(kw_only=True)
class Punishment:
    """A row of the discipline table; ``state`` is what the table calls it, ``Unreadable`` when nobody knows."""

    state: str | Unreadable
    starts: date | None
    ends: date | None

    def holds(self, on: date) -> bool:
        """Whether it is in force on that day; both ends are included."""
        return (self.starts is None or self.starts <= on) and (self.ends is None or on <= self.ends)


@attrs.frozen(kw_only=True)
class Rated:
    """What a row of the ratings table says of somebody, as of a day."""

    on: date
    values: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Person:
    """Everything known of somebody, with the dates from which the facts of a day are computed."""

    employee: Employee
    hired: date | None
    post_since: date | None
    ratings: tuple[Rated, ...] = ()
    punishments: tuple[Punishment, ...] | None = None

    def on(self, day: date, places: Mapping[str, str]) -> Employee:
        """The person as of that day. ``places`` says where discipline and ratings were read."""
        employee = self.employee
        facts = dict(employee.facts)
        unmapped = dict(employee.unmapped)
        origins = {}
        computed = {
            "applicant.service_months": months(self.hired, day),
            "applicant.months_in_post": months(self.post_since, day),
        }
        facts |= known(computed)
        for fact, value in self._rated(day).items():
            put(fact, value, facts, unmapped)
            origins[fact] = places["ratings"]
        if self.punishments is not None:
            put(DISCIPLINE, self._discipline(day), facts, unmapped)
            origins[DISCIPLINE] = places["discipline"]
        return attrs.evolve(employee, facts=facts, unmapped=unmapped, facts_from=origins)

    def _rated(self, day: date) -> dict[str, Any]:
        """The latest value of each fact before the day; where two rows of one date differ, none."""
        found: dict[str, Any] = {}
        for fact in RATING_FACTS:
            said = [rated for rated in self.ratings if rated.on < day and rated.values.get(fact) is not None]
            if not said:
                continue
            latest = max(rated.on for rated in said)
            values = [rated.values[fact] for rated in said if rated.on == latest]
            if all(value == values[0] for value in values):
                found[fact] = values[0]
        return found

    def _discipline(self, day: date) -> str | Unreadable:
        """The gravest that holds. A state that nobody can read might be the gravest, so it makes the fact missing."""
        states = [punishment.state for punishment in self.punishments or () if punishment.holds(day)]
        if "serving" in states:
            return "serving"
        unreadable = next((state for state in states if isinstance(state, Unreadable)), None)
        return unreadable or ("in_process" if "in_process" in states else "none")


def put(fact: str, value: Any, facts: dict[str, Any], unmapped: dict[str, str]) -> None:
    """Enter the value: a missing one nowhere, an unreadable one as the code that stands for nothing."""
    if isinstance(value, Unreadable):
        facts.pop(fact, None)
        if value.code:
            unmapped[fact] = value.code
    elif value is not None:
        facts[fact] = value
