"""Proof of presence: the days whose place asks for a check-in, and whether there was one.

Attendance is asked of no other day. Of its answer nothing is kept but that a day stays unproved: no clock, no place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from mkd_core.agreements import Agreement
from mkd_core.errors import MkdError, PolicyError, Transient
from mkd_core.people import ServiceNumber, Unit
from mkd_core.performance import Period
from mkd_core.ports import Attendance
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.presence import PlannedDay, almanac, planned_days
from mkd_core.usecases.scoping import decree_for, holding, policy_for
from mkd_core.worktime import Place

if TYPE_CHECKING:
    from mkd_core.policy import Proof

NOT_SEEN = "check_in"
"""What is missing of a day on which attendance knows of no check-in: ``check_in:2023-07-04``."""
UNREAD = "check_in_unread"
"""What is missing of a day, or of a whole period, for which attendance or the calendar could not be asked."""


def unproved(ctx: Context, dossier: Dossier, unit: Unit, organisation: DirectoryAt, period: Period) -> Iterator[str]:
    """What is missing of the days of a period that ask for a check-in; nothing where attendance is switched off."""
    if not ctx.attendances or ctx.policies is None:
        return
    agreements = list(dossier.agreements.values())
    try:
        dates = almanac(ctx, unit.region, period.first, period.last)
        days = list(planned_days(ctx, dossier.person, agreements, dates, period.first, period.last))
    except MkdError:
        yield f"{UNREAD}:{period}"
        return
    clocks, number = _Clocks(ctx.attendances), organisation.known(dossier.person).number
    for day in days:
        if day.agreement and _asks(day, _proof(ctx, unit, organisation, day.on, dossier.agreement(day.agreement))):
            seen = clocks.saw(dossier.person, number, day.on)
            if not seen:
                yield f"{UNREAD if seen is None else NOT_SEEN}:{day.on}"


def _proof(ctx: Context, unit: Unit, organisation: DirectoryAt, on: date, agreement: Agreement) -> Proof | None:
    """What the policy of that day asks, the decree's where one made the agreement; None on a day without a policy."""
    held = holding(ctx, unit.key, organisation, on)
    try:
        decree = decree_for(ctx, on, held) if agreement.decree else None
        return (decree or policy_for(ctx, on, held)).proof
    except PolicyError:
        return None


def _asks(day: PlannedDay, proof: Proof | None) -> bool:
    if proof is None:
        return False
    places = {window.place for window in day.windows}
    return any("check_in" in (proof.office if place is Place.OFFICE else proof.remote) for place in places)


class _Clocks:
    """The attendance backends over one period. One that is away is asked no more, as each try may cost its deadline."""

    def __init__(self, backends: Sequence[Attendance]) -> None:
        self._backends = list(backends)
        self._away = False

    def saw(self, person: str, number: ServiceNumber | None, on: date) -> bool | None:
        """Whether any of them saw the person that day; None where none did and one could not be asked."""
        unread = self._away
        for backend in list(self._backends):
            try:
                if backend.check_ins(person, number, on):
                    return True
            except Transient:
                self._backends.remove(backend)
                self._away = unread = True
            except MkdError:
                unread = True
        return None if unread else False
