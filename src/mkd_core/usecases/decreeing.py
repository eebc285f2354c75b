"""What a decree comes to in one unit: who gets an agreement with which days, and who does not, and why.

Nothing is written here, so a look ahead and the real thing are the same. What was made before is kept, with its place
in the rotation: a run that was cut short goes on where it stood, also after people came or left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from mkd_core.agreements import Agreement, State, Version, decreed, overlap
from mkd_core.approvals import is_applicant
from mkd_core.decrees import Decree, Seat
from mkd_core.events import AgreementDecreed, Terms
from mkd_core.people import Employee, Unit
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import IF_GRANTED, decide_by
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.powers import Case
from mkd_core.usecases.presence import facts_of_unit, over_hours
from mkd_core.usecases.scoping import decree_for, holding
from mkd_core.worktime import OfficeHours

if TYPE_CHECKING:
    from mkd_core.policy import Assignment, Policy

SERVES = "applicant.direct_service"
_REVIEW_AFTER = timedelta(days=365)
"""When an agreement of an open-ended decree is reviewed: a default of ours."""


class Reason(StrEnum):
    """Why somebody got no agreement from a decree."""

    ISSUER = "issuer"
    DIRECT_SERVICE = "direct_service"
    OVERLAP = "overlap"
    OTHER_POLICY = "other_policy"
    REFUSED = "refused"
    REFERRED = "referred"
    NO_TURN = "no_turn"
    PROBLEM = "problem"


@frozen(kw_only=True)
class LeftOut:
    """Somebody without an agreement from the decree; ``detail`` are rules, another agreement, or a code."""

    person: str
    unit: str
    reason: Reason
    detail: tuple[str, ...] = ()


@frozen(kw_only=True)
class Placed:
    """Somebody's agreement under the decree; ``event`` is what makes it, None where it is on record already."""

    dossier: Dossier = field(repr=False)
    unit: str
    agreement: Agreement
    event: AgreementDecreed | None = None


@frozen(kw_only=True)
class Staff:
    """The people of one unit that a decree is for, with what is on record about them, in the order of their keys."""

    unit: Unit
    people: Mapping[str, Employee]
    dossiers: Mapping[str, Dossier]


def out(staff: Staff, person: str, reason: Reason, *detail: str) -> LeftOut:
    """Somebody of that unit, left out for that reason."""
    return LeftOut(person=person, unit=staff.unit.key, reason=reason, detail=detail)


def made_from(dossier: Dossier, key: str) -> Agreement | None:
    """The agreement that a decree made for that person, whatever became of it."""
    return next((agreement for agreement in dossier.agreements.values() if agreement.decree == key), None)


def terms_of(decree: Decree, hours: OfficeHours, seat: Seat | None) -> Terms:
    """The terms of somebody on that seat: the office's hours, with the days of the turn elsewhere."""
    return Terms(
        plan=hours.elsewhere(decree.starts, decree.turns(seat), decree.place),
        starts=decree.starts,
        ends=decree.ends,
        review=decree.starts + _REVIEW_AFTER if decree.ends is None else None,
    )


@frozen(kw_only=True)
class Order:
    """A decree as somebody carries it out: the office's hours, the organisation, the moment."""

    ctx: Context
    decree: Decree
    hours: OfficeHours
    organisation: DirectoryAt
    by: str
    at: datetime

    def of_unit(self, staff: Staff) -> tuple[list[Placed], list[LeftOut]]:
        """Everybody of the unit, one way or the other."""
        effective = max(self.decree.starts, self.ctx.today(self.at, staff.unit))
        held = holding(self.ctx, staff.unit.key, self.organisation, effective)
        left_out = list(self._not_asked(staff))
        kept = [
            Placed(dossier=dossier, unit=staff.unit.key, agreement=agreement)
            for dossier in staff.dossiers.values()
            if (agreement := made_from(dossier, self.decree.key)) is not None
        ]
        known = {one.person for one in left_out} | {one.dossier.person for one in kept}
        candidates = [person for person in staff.people if person not in known]
        policy = self._policy(effective, held)
        if policy is None:
            return kept, [*left_out, *(out(staff, person, Reason.OTHER_POLICY) for person in candidates)]
        away = sum(any(self._overlapping(staff.dossiers[one.person])) for one in left_out)
        unit = _Unit(order=self, staff=staff, policy=policy, held=held, effective=effective, kept=kept, away=away)
        placed, refused = unit.placed(candidates)
        return [*kept, *placed], [*left_out, *refused]

    def _policy(self, effective: date, held: Sequence[Assignment]) -> Policy | None:
        """The decree's own policy, where it is in force on that day and the unit was not given another one."""
        if self.decree.ends is not None and effective > self.decree.ends:
            return None  # over already where the unit's clocks are ahead
        policy = decree_for(self.ctx, effective, held)
        return policy if policy and (policy.id, policy.version) == (self.decree.policy, self.decree.version) else None

    def _not_asked(self, staff: Staff) -> Iterator[LeftOut]:
        """Those whom the decree leaves out before any rule is asked."""
        for person, dossier in staff.dossiers.items():
            if made_from(dossier, self.decree.key) is not None:
                continue
            taken = [agreement.id for agreement in self._overlapping(dossier)]
            if is_applicant(self.by, staff.people[person], self.organisation):
                yield out(staff, person, Reason.ISSUER)
            elif self._serves(staff, person):
                yield out(staff, person, Reason.DIRECT_SERVICE)
            elif taken:
                yield out(staff, person, Reason.OVERLAP, *taken)

    def _serves(self, staff: Staff, person: str) -> bool:
        """Whether somebody serves the public: what identity knows beats what was attested, which beats a default."""
        said = [staff.people[person].facts.get(SERVES)]
        attested = staff.dossiers[person].attested.get(SERVES)
        if attested is not None and attested.holds(self.decree.starts):
            said.append(attested.value)
        if SERVES in self.ctx.defaults:
            said.append(self.ctx.defaults[SERVES].value)
        return staff.unit.direct_service or next((value for value in said if value is not None), False) is True

    def _overlapping(self, dossier: Dossier) -> Iterator[Agreement]:
        """The agreements that take up a day of the decree already, pending ones too."""
        days = self.draft(dossier, seat=None, effective=self.decree.starts)
        return (other for other in dossier.agreements.values() if overlap(days, other))

    def draft(self, dossier: Dossier, *, seat: Seat | None, effective: date) -> Agreement:
        """The agreement that somebody on that seat would have."""
        version = Version(
            number=1,
            terms=terms_of(self.decree, self.hours, seat),
            targets=(),
            state=State.APPROVED,
            effective=effective,
        )
        return Agreement(
            id=dossier.next_agreement,
            applicant=dossier.person,
            versions=(version,),
            decree=self.decree.key,
            seat=seat,
        )


@frozen(kw_only=True)
class _Unit:
    """A unit in which the decree is the law of the day; ``away`` are people who may be elsewhere for another reason."""

    order: Order
    staff: Staff
    policy: Policy
    held: Sequence[Assignment]
    effective: date
    kept: Sequence[Placed]
    away: int

    def placed(self, candidates: Sequence[str]) -> tuple[list[Placed], list[LeftOut]]:
        """The agreements of those whom the policy approves. Whom it does not gives up the place to the next ones."""
        left_out: list[LeftOut] = []
        asked = list(candidates)
        while True:
            seated = dict(self._seats(asked))
            drafts = {
                person: self.order.draft(self.staff.dossiers[person], seat=seat, effective=self.effective)
                for person, seat in seated.items()
            }
            counted = self._counted(drafts)
            answers = [self._decided(person, draft, counted) for person, draft in drafts.items()]
            placed = [one for one in answers if isinstance(one, Placed)]
            refused = [one for one in answers if isinstance(one, LeftOut)]
            left_out += refused
            if not refused or (self.order.decree.cap is None and not counted):
                break
            gone = {one.person for one in refused}
            asked = [person for person in asked if person not in gone]
        waiting = [person for person in asked if person not in seated]
        left_out += [out(self.staff, person, Reason.NO_TURN) for person in waiting]
        return placed, left_out

    def _seats(self, people: Sequence[str]) -> Iterator[tuple[str, Seat | None]]:
        """Who sits where. Places that were given before stay as they are, and so does the number of them."""
        decree = self.order.decree
        if decree.cap is None:
            yield from ((person, None) for person in people)
            return
        given = [one.agreement.seat for one in self.kept if one.agreement.seat is not None]
        if given:
            seats, slots = given[0].seats, given[0].slots
        else:
            seats = len(people)
            slots = decree.slots(seats, len(self.staff.people), self.away)
        taken = {seat.number for seat in given}
        free = [number for number in range(seats) if number not in taken] if slots else []
        for person, number in zip(people, free, strict=False):
            yield person, Seat(number=number, seats=seats, slots=slots)

    def _counted(self, drafts: Mapping[str, Agreement]) -> Mapping[str, object]:
        """The facts of the unit if everybody gets what the decree gives; for a policy that reads them.

        Where it demands no cover they are counted over the office's hours.
        """
        if not any(name in IF_GRANTED for name in self.policy.reads):
            return {}
        demands = self.policy.coverage or (over_hours(self.order.hours),)
        people = [
            (employee, [*filter(None, [drafts.get(key)]), *self.staff.dossiers[key].agreements.values()])
            for key, employee in self.staff.people.items()
        ]
        return facts_of_unit(self.order.ctx, self.staff.unit, people, self.effective, demands)

    def _decided(self, person: str, draft: Agreement, counted: Mapping[str, object]) -> Placed | LeftOut:
        order, dossier = self.order, self.staff.dossiers[person]
        case = Case(
            dossier=dossier,
            agreement=draft,
            applicant=self.staff.people[person],
            unit=self.staff.unit,
            organisation=order.organisation,
            at=order.at,
            by=order.by,
        )
        decided = decide_by(
            order.ctx, case, draft.latest, self.policy, held=self.held, on=self.effective, counted=counted
        )
        if decided.verdict.outcome != "approve":
            reason = Reason.REFUSED if decided.verdict.outcome == "refuse" else Reason.REFERRED
            rules = (finding.rule for finding in decided.decision.findings if finding.effect != "warn")
            return out(self.staff, person, reason, *rules)
        event = AgreementDecreed(
            agreement=draft.id,
            decree=order.decree.key,
            terms=draft.latest.terms,
            effective=self.effective,
            verdict=decided.verdict,
            seat=draft.seat,
            facts=decided.facts,
        )
        return Placed(dossier=dossier, unit=self.staff.unit.key, agreement=decreed(event, person), event=event)
