"""Everybody of a deployment on a day, one after the other, and what is known of each besides a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mkd_core.agreements import Agreement
from mkd_core.errors import NotFound, did_you_mean
from mkd_core.people import Employee, Unit
from mkd_core.ports import Identity, NotMine
from mkd_core.usecases.dossier import Attested
from mkd_core.usecases.facts import facts_for, request_facts
from mkd_core.usecases.reach import not_yours

if TYPE_CHECKING:
    from mkd_core.language import Vocabulary
    from mkd_core.policy import Facts
    from mkd_core.usecases.service import AgreementService

NO_AGREEMENT = ""
"""The id of the agreement being decided, where there is none: every request on record is another one."""


@frozen(kw_only=True)
class Known:
    """One person with their unit, what the journal counts, and what somebody vouched for."""

    employee: Employee
    unit: Unit
    agreements: Sequence[Agreement] = field(default=(), repr=False)
    computed: Mapping[str, Any] = field(repr=False)
    attested: Mapping[str, Attested] = field(repr=False)


class Roll:
    """The people whom identity serves on a day, each once, in the order in which the backends give them.

    Nothing of them is kept, so a roll takes the same memory for a hundred people as for a million; the units that were
    met stay. ``unit`` leaves out everybody outside of it and the units below; ``NotFound`` (MKD407) where no backend
    knows it. ``inactive`` counts those whom the last pass left out because they are not active.
    """

    def __init__(self, service: AgreementService, on: date, *, unit: str | None = None) -> None:
        self.service = service
        self.on = on
        self.inactive = 0
        self._organisation = service.organisation(on)
        self.unit = unit
        if unit is not None and self._organisation.unit(unit) is None:
            if service.reach is not None:
                raise not_yours("unit")
            identities = self._organisation.directory.identities
            known = [each.key for identity in identities for each in identity.units(on)]
            near = did_you_mean(unit, known) or "see the units table"
            raise NotFound("MKD407", f"no identity backend knows the unit {unit!r}", where="unit", mend=near)

    def __iter__(self) -> Iterator[Employee]:
        self.inactive = 0
        identities = self._organisation.directory.identities
        for place, identity in enumerate(identities):
            for employee in identity.people(self.on):
                if not self._within(employee) or self._asked_before(employee.key, identities[:place]):
                    continue
                if employee.active:
                    yield employee
                else:
                    self.inactive += 1

    def _within(self, employee: Employee) -> bool:
        return self.unit is None or self._organisation.within(employee.unit, self.unit)

    def _asked_before(self, key: str, earlier: Sequence[Identity]) -> bool:
        """Whether an earlier backend has an answer on that person: its answer is the one that counts."""
        return any(not isinstance(identity.person(key, self.on), NotMine) for identity in earlier)

    def known(self, employee: Employee) -> Known:
        """All that is known of that person. Raises ``NotFound`` (MKD407) where nobody knows the unit."""
        dossier = self.service.dossier(employee.key)
        return Known(
            employee=employee,
            unit=self._organisation.unit_of(employee),
            agreements=tuple(dossier.agreements.values()),
            computed=request_facts(dossier.agreements.values(), NO_AGREEMENT, self.on),
            attested=dossier.attested,
        )

    def again(self) -> Roll:
        """The same people in a pass of its own."""
        return Roll(self.service, self.on, unit=self.unit)

    def facts(
        self,
        known: Known,
        vocabulary: Vocabulary,
        derived: Mapping[str, Any] | None = None,
        of_unit: Mapping[str, Any] | None = None,
    ) -> Facts:
        """The facts of a decision on that person, under the plan of which ``derived`` speaks.

        ``of_unit`` is what the unit would look like if it were granted. Raises ``InvalidInput`` (MKD251) where a
        backend gives a value outside the vocabulary.
        """
        return facts_for(
            applicant=known.employee,
            unit=known.unit,
            derived=derived or {},
            computed={**known.computed, **(of_unit or {})},
            attested=known.attested,
            defaults=self.service.defaults,
            on=self.on,
            vocabulary=vocabulary,
        )
