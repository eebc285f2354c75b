"""People and units as the identity backends know them together, as of one date.

Backends are asked in the order configured. ``Denied`` stops the search, ``NotMine`` goes on, an error stops
everything: identity fails closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from attrs import field, frozen

from mkd_core.errors import NotAllowed, NotFound
from mkd_core.people import Employee, Holder, Mandate, Unit, upwards
from mkd_core.ports import Denied, Found, Identity
from mkd_core.usecases.reach import not_yours

_NUMBER = re.compile(r"\d[\d ]{7,}\d")


def _holders(roles: Mapping[str, Sequence[str | Holder]]) -> Mapping[str, Sequence[Holder]]:
    return {role: tuple(map(Holder.of, holders)) for role, holders in roles.items()}


@frozen(kw_only=True)
class Directory:
    """The identity backends in their order, the roles of the deployment, and the mandates given through it.

    ``roles`` maps a role to the people who hold it; ``narrowed`` says that the backends tell of some units alone, so
    that nobody they do not tell of is said to be unknown.
    """

    identities: Sequence[Identity] = ()
    roles: Mapping[str, Sequence[Holder]] = field(factory=dict, converter=_holders)
    narrowed: bool = False

    def partial(self, person: str) -> bool:
        """Whether a person holds roles, but each in some units alone: an administrator of an agency."""
        held = [holder.unit for holders in self.roles.values() for holder in holders if holder.person == person]
        return bool(held) and None not in held

    def at(self, on: date, mandates: Sequence[Mandate] = ()) -> DirectoryAt:
        """The organisation as of that date; ``mandates`` come before those of the backends."""
        return DirectoryAt(directory=self, on=on, given=tuple(mandates))


@frozen(kw_only=True)
class DirectoryAt:
    """The organisation as of one date; what was looked up is kept, so that one command sees one organisation."""

    directory: Directory
    on: date
    given: tuple[Mandate, ...] = ()
    _people: dict[str, Found | Denied | None] = field(factory=dict, init=False, repr=False)
    _units: dict[str, Unit | None] = field(factory=dict, init=False, repr=False)
    _mandates: list[tuple[Mandate, ...]] = field(factory=list, init=False, repr=False)

    def _ask(self, key: str) -> Found | Denied | None:
        if key not in self._people:
            answers = (identity.person(key, self.on) for identity in self.directory.identities)
            self._people[key] = next((a for a in answers if isinstance(a, (Found, Denied))), None)
        return self._people[key]

    def employee(self, key: str) -> Employee | None:
        """The person of that key; None when nobody knows or a backend denies them.

        Only the key itself counts: under a second name somebody could decide on their own request.
        """
        answer = self._ask(key)
        return answer.employee if isinstance(answer, Found) and answer.employee.key == key else None

    def known(self, key: str) -> Employee:
        """The person of that key. Raises ``NotFound`` for a stranger and ``NotAllowed`` for somebody denied."""
        answer, employee = self._ask(key), self.employee(key)
        if employee is not None:
            return employee
        if self.directory.narrowed:
            raise not_yours("person")
        if isinstance(answer, Denied):
            raise NotAllowed("MKD405", f"identity denies this person: {answer.reason}", where=key)
        if not self.directory.identities:
            raise NotFound("MKD406", "nobody is known, as no identity backend was given", mend="give it identity=")
        # A service number in the place of a key is a mistake that nobody should find in a log.
        shown = _NUMBER.sub("…", key)
        raise NotFound("MKD406", f"no identity backend knows the person {shown!r}", mend="mkd facts show PERSON")

    def lookup(self, handle: str, *, where: str = "") -> Employee:
        """The person of a key, a service number, a login or an e-mail address; the handle is in no message.

        ``where`` is what they were named in, for the refusal.
        """
        answer = self._ask(handle)
        if answer is None:
            answers = (identity.lookup(handle, self.on) for identity in self.directory.identities)
            answer = next((a for a in answers if isinstance(a, (Found, Denied))), None)
        if isinstance(answer, Found):
            return answer.employee
        if isinstance(answer, Denied):
            raise NotAllowed("MKD405", f"identity denies this person: {answer.reason}", where=where)
        if self.directory.narrowed:
            raise not_yours("person")
        raise NotFound("MKD406", "no identity backend knows that person", where=where, mend="see mkd facts check")

    def unit(self, key: str) -> Unit | None:
        """The unit of that key, from the first backend that has it."""
        if key not in self._units:
            found = (identity.unit(key, self.on) for identity in self.directory.identities)
            self._units[key] = next((unit for unit in found if unit is not None), None)
        return self._units[key]

    def unit_of(self, employee: Employee) -> Unit:
        """The unit somebody belongs to. Raises ``NotFound`` when no backend knows it."""
        unit = self.unit(employee.unit)
        if unit is None:
            raise NotFound("MKD407", f"no identity backend knows the unit {employee.unit!r}", where=employee.key)
        return unit

    def within(self, unit: str, root: str) -> bool:
        """Whether a unit is ``root`` or lies below it."""
        return root in self.upwards(unit)

    def upwards(self, unit: str) -> Iterator[str]:
        """The unit and all above it, the nearest first."""
        return upwards(unit, self.unit)

    def mandates(self) -> Sequence[Mandate]:
        """The mandates on record: those given through the service first, then those of the backends."""
        if not self._mandates:
            recorded = [m for identity in self.directory.identities for m in identity.mandates(self.on)]
            self._mandates.append((*self.given, *recorded))
        return self._mandates[0]

    def with_role(self, role: str, unit: str) -> Sequence[str]:
        """The people who hold that role over the unit, known to identity."""
        holders = [each.person for each in self.directory.roles.get(role, ()) if self._over(each, unit)]
        return [key for key in dict.fromkeys(holders) if self.employee(key)]

    def has_role(self, person: str, *roles: str, unit: str | None) -> bool:
        """Whether a person holds one of the roles over that unit; None is everywhere."""
        return any(
            holder.person == person and self._over(holder, unit)
            for role in roles
            for holder in self.directory.roles.get(role, ())
        )

    def holds(self, person: str, role: str) -> bool:
        """Whether a person holds that role anywhere."""
        return any(holder.person == person for holder in self.directory.roles.get(role, ()))

    def administers(self, person: str, unit: str) -> bool:
        """Whether a person holds any role over that unit."""
        return self.has_role(person, *self.directory.roles, unit=unit)

    def _over(self, holder: Holder, unit: str | None) -> bool:
        return holder.unit is None or (unit is not None and self.within(unit, holder.unit))

    def people(self) -> Iterator[Employee]:
        """Everybody, each key once, from the first backend that knows it."""
        seen: set[str] = set()
        for identity in self.directory.identities:
            for employee in identity.people(self.on):
                if employee.key not in seen:
                    seen.add(employee.key)
                    yield employee
