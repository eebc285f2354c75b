"""How far somebody's sight goes: an administrator of an agency neither sees nor changes another one.

A view of the service (:meth:`~mkd_core.usecases.service.AgreementService.within`) reaches the people of some units and
of all below them. What it does not reach and what does not exist are told in the same words, under one code, so that
nothing is learned of what lies outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from mkd_core.errors import NotAllowed, NotFound
from mkd_core.people import Employee, Mandate, Unit
from mkd_core.ports import Denied, Found, Identity, NotMine

if TYPE_CHECKING:
    from mkd_core.usecases.directory import DirectoryAt


def not_yours(what: Literal["agreement", "decree", "person", "unit"]) -> NotFound:
    """What is told of something that is not there, and of something that is not theirs."""
    return NotFound("MKD450", f"there is no such {what}, or it is not yours")


def not_a_part(what: str) -> NotAllowed:
    """What is told of something that no agency can do by itself."""
    return NotAllowed(
        "MKD451",
        f"{what} is a matter of the whole deployment, not of some units",
        mend="let somebody do it whose grant in mkd.toml names no unit",
    )


class Reach:
    """The people of some units and of all below them, as the organisation stood on one date."""

    def __init__(self, organisation: DirectoryAt, units: Sequence[str]) -> None:
        self.units = tuple(units)
        self._organisation = organisation
        self._asked: dict[str, bool] = {}

    @property
    def on(self) -> date:
        """The date on which people belong to units."""
        return self._organisation.on

    def unit(self, key: str) -> bool:
        """Whether a unit is one of these or lies below one. A look at everybody asks for few units many times."""
        if key not in self._asked:
            known = self._organisation.unit(key) is not None
            self._asked[key] = known and any(unit in self.units for unit in self._organisation.upwards(key))
        return self._asked[key]

    def reached_by(self, key: str) -> bool:
        """Whether what a unit is given reaches one of these: it lies within them, or above."""
        return self.unit(key) or any(key in self._organisation.upwards(unit) for unit in self.units)

    def person(self, key: str) -> bool:
        """Whether that person belongs to one of the units. Whom identity does not serve any more belongs to none."""
        employee = self._organisation.employee(key)
        return employee is not None and self.unit(employee.unit)

    def employee(self, employee: Employee, on: date) -> bool:
        """The same of somebody as identity has them on a date."""
        return self.unit(employee.unit) if on == self.on else self.person(employee.key)

    def mandate(self, mandate: Mandate) -> bool:
        """Whether a mandate is about these units, or about somebody in them."""
        people = (mandate.acting, mandate.replaces)
        return (mandate.unit is not None and self.unit(mandate.unit)) or any(map(self.person, filter(None, people)))


class Seen:
    """An :class:`~mkd_core.ports.Identity` that knows of several backends what a reach lets see, and nothing else."""

    def __init__(self, identities: Sequence[Identity], reach: Reach) -> None:
        self._identities = identities
        self._reach = reach

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """The person, if they are within reach."""
        answers = (identity.person(key, on) for identity in self._identities)
        return self._within(next((each for each in answers if not isinstance(each, NotMine)), NotMine()))

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        """The person of that handle, if they are within reach."""
        answers = (identity.lookup(handle, on) for identity in self._identities)
        return self._within(next((each for each in answers if not isinstance(each, NotMine)), NotMine()))

    def _within(self, answer: Found | Denied | NotMine) -> Found | NotMine:
        return answer if isinstance(answer, Found) and self._reach.person(answer.employee.key) else NotMine()

    def people(self, on: date) -> Iterator[Employee]:
        """Everybody within reach, each once, from the first backend that knows them."""
        seen: set[str] = set()
        for identity in self._identities:
            for employee in identity.people(on):
                if self._reach.employee(employee, on) and employee.key not in seen:
                    seen.add(employee.key)
                    yield employee

    def unit(self, key: str, on: date) -> Unit | None:
        """The unit, if it is within reach."""
        if not self._reach.unit(key):
            return None
        return next(filter(None, (identity.unit(key, on) for identity in self._identities)), None)

    def units(self, on: date) -> Iterator[Unit]:
        """The units within reach, each once."""
        seen: set[str] = set()
        for identity in self._identities:
            for unit in identity.units(on):
                if self._reach.unit(unit.key) and unit.key not in seen:
                    seen.add(unit.key)
                    yield unit

    def mandates(self, on: date) -> Iterator[Mandate]:
        """The mandates about what is within reach."""
        return (each for identity in self._identities for each in identity.mandates(on) if self._reach.mandate(each))
