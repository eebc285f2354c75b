"""Who has to approve, who may vote, what the votes come to, and until when. Pure: the organisation is an argument.

Approvers are resolved when a step opens. A dated mandate alone replaces an officer; absences are not guessed. A vacant
post without a mandate goes one level up, and so does whoever would decide on their own request.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from attrs import field, frozen

from mkd_core.errors import InvalidInput
from mkd_core.events import Approver, Ballot, Step
from mkd_core.people import Employee, Holder, Mandate, MandateKind, Unit, upwards

_SPAN = re.compile(r"([1-9][0-9]{0,3}) (working day|day|month)s?", re.ASCII)


class Organisation(Protocol):
    """The organisation as of one date."""

    @property
    def on(self) -> date:
        """The date it is seen at."""

    def employee(self, key: str) -> Employee | None:
        """The person of that key, if known and served."""

    def unit(self, key: str) -> Unit | None:
        """The unit of that key, if known."""

    def mandates(self) -> Sequence[Mandate]:
        """The mandates on record."""

    def with_role(self, role: str, unit: str) -> Sequence[str]:
        """The people who hold that role over a unit: there, in a unit above it, or everywhere."""


@frozen(kw_only=True)
class Staff:
    """An :class:`Organisation` of plain lists, for a host that has the people of one request at hand and no backend.

    ``roles`` is role → the people who hold it: a key for everywhere, a ``Holder`` for a unit and all below it.
    Whoever is not in ``people`` is not served and cannot decide.
    """

    on: date
    people: Sequence[Employee] = ()
    units: Sequence[Unit] = ()
    orders: Sequence[Mandate] = ()
    roles: Mapping[str, Sequence[str | Holder]] = field(factory=dict)

    def employee(self, key: str) -> Employee | None:
        """See :class:`Organisation`."""
        return next((employee for employee in self.people if employee.key == key), None)

    def unit(self, key: str) -> Unit | None:
        """See :class:`Organisation`."""
        return next((unit for unit in self.units if unit.key == key), None)

    def mandates(self) -> Sequence[Mandate]:
        """See :class:`Organisation`."""
        return self.orders

    def with_role(self, role: str, unit: str) -> Sequence[str]:
        """See :class:`Organisation`."""
        above = set(upwards(unit, self.unit))
        holders = [each for each in map(Holder.of, self.roles.get(role, ())) if each.unit is None or each.unit in above]
        return [each.person for each in holders if self.employee(each.person)]


class Asked(Protocol):
    """A step as far as it says who is asked: one of ``decision.route``, or of a request on its way."""

    @property
    def id(self) -> str:
        """Its name in the policy."""

    @property
    def approvers(self) -> tuple[str, ...]:
        """``superior``, ``unit_head``, ``head_of_agency`` or ``role:NAME``, one or several."""


@frozen
class Resolved:
    """The approvers of a step; ``problem`` says in one line why there are none."""

    approvers: tuple[Approver, ...]
    problem: str = ""


def resolve(
    step: Asked, applicant: Employee, organisation: Organisation, exclude: frozenset[str] = frozenset()
) -> Resolved:
    """Who may vote on that step now. The applicant never may; ``exclude`` names people who may not either.

    When it is due says ``step.within.after(opened, working_days(…))``, for a step of ``decision.route``.
    """
    barred = _barred(applicant, organisation, exclude)
    found: dict[str, Approver] = {}
    for wanted in step.approvers:
        if wanted.startswith("role:"):
            holders = [Approver(person=key) for key in organisation.with_role(wanted[5:], applicant.unit)]
            candidates = [holder for holder in holders if not barred(holder)]
        else:
            one = _officer(wanted, applicant, organisation, barred)
            candidates = [one] if one else []
        for approver in candidates:
            found.setdefault(approver.person, approver)
    if found:
        return Resolved(tuple(found.values()))
    return Resolved((), f"step {step.id}: nobody is left to decide as {', '.join(step.approvers)}")


def _barred(applicant: Employee, organisation: Organisation, exclude: frozenset[str]) -> Callable[[Approver], bool]:
    """Who may not vote: the applicant, also under a second key, whoever is excluded, and who acts for one of them.

    Whoever acts for somebody who is barred is barred too: the applicant's own power decides no request of theirs.
    """

    def out(key: str) -> bool:
        return key in exclude or is_applicant(key, applicant, organisation)

    return lambda approver: any(map(out, filter(None, (approver.person, approver.on_behalf_of))))


def is_applicant(key: str, applicant: Employee, organisation: Organisation) -> bool:
    """Whether that key is the applicant's: their own, or a second one with the same service number."""
    if key == applicant.key or applicant.number is None:
        return key == applicant.key
    employee = organisation.employee(key)
    return employee is not None and employee.number == applicant.number


def _officer(
    wanted: str, applicant: Employee, organisation: Organisation, barred: Callable[[Approver], bool]
) -> Approver | None:
    unit = organisation.unit(applicant.unit)
    if wanted == "superior" and applicant.superior:
        superior = organisation.employee(applicant.superior)
        approver = _acting(organisation, person=applicant.superior) or _in_office(superior)
        if approver and not barred(approver):
            return approver
        unit = organisation.unit(superior.unit) if superior else unit
    elif wanted == "head_of_agency" and unit:
        unit = organisation.unit(unit.agency or unit.key)
    return _head(unit, organisation, barred)


def _head(unit: Unit | None, organisation: Organisation, barred: Callable[[Approver], bool]) -> Approver | None:
    """The head of the unit or whoever acts for it; one level up while the post is vacant or its holder barred."""
    seen: set[str] = set()
    while unit and unit.key not in seen:
        seen.add(unit.key)
        head = organisation.employee(unit.head) if unit.head else None
        approver = _acting(organisation, unit=unit) or _in_office(head)
        if approver and not barred(approver):
            return approver
        unit = organisation.unit(unit.parent) if unit.parent else None
    return None


def _in_office(officer: Employee | None) -> Approver | None:
    """The officer in person, while active."""
    return Approver(person=officer.key) if officer and officer.active else None


def _acting(organisation: Organisation, *, unit: Unit | None = None, person: str | None = None) -> Approver | None:
    """Whoever a mandate in force puts in the place of that unit's head or of that person."""
    for mandate in organisation.mandates():
        if not mandate.holds(organisation.on):
            continue
        office = organisation.unit(mandate.unit) if mandate.unit else None
        for_unit = unit is not None and (
            mandate.unit == unit.key or (unit.head is not None and mandate.replaces == unit.head)
        )
        for_person = person is not None and (
            mandate.replaces == person or (office is not None and office.head == person)
        )
        idle = mandate.kind is MandateKind.PLT and _occupied(unit or office, organisation)
        acting = organisation.employee(mandate.acting)
        if (for_unit or for_person) and not idle and acting and acting.active:
            return Approver(
                person=mandate.acting,
                on_behalf_of=mandate.replaces or (office.head if office and office.head else mandate.unit),
                mandate=mandate.kind,
                reference=mandate.reference,
            )
    return None


def _occupied(office: Unit | None, organisation: Organisation) -> bool:
    """Whether the post has a definitive head: a Plt fills a vacant one, and rests once somebody was appointed."""
    head = organisation.employee(office.head) if office and office.head else None
    return head is not None and head.active


class Tally(StrEnum):
    """What the votes on a step come to."""

    OPEN = "open"
    PASSED = "passed"
    REFUSED = "refused"
    RETURNED = "returned"


def tally(step: Step, approvers: Iterable[Approver], votes: Sequence[tuple[str, Ballot]]) -> Tally:
    """Count the votes, a pair (person, ballot) each; the last one of a person counts.

    One ``return`` returns at once. ``all`` needs everybody, ``any`` one, a number so many, or everybody where fewer
    are left because one person holds two of the offices; the step is refused as soon as what is needed cannot be
    reached any more. It stays open while there is nobody at all.
    """
    people = {approver.person for approver in approvers} | {person for person, _ in votes}
    last = dict(votes)
    if Ballot.RETURN in last.values():
        return Tally.RETURNED
    if not people:
        return Tally.OPEN
    needed = len(people) if step.need == "all" else min(len(people), 1 if step.need == "any" else int(step.need))
    approving = sum(ballot is Ballot.APPROVE for ballot in last.values())
    refusing = sum(ballot is Ballot.REFUSE for ballot in last.values())
    if approving >= needed:
        return Tally.PASSED
    return Tally.REFUSED if len(people) - refusing < needed else Tally.OPEN


@frozen
class Span:
    """An amount of time as a law states it; which days are working days is the calendar's business."""

    amount: int
    unit: Literal["working days", "days", "months"]

    @classmethod
    def parse(cls, text: str) -> Span:
        """From ``"5 working days"``, ``"21 days"`` or ``"2 months"``; raises ``InvalidInput``."""
        match = _SPAN.fullmatch(text)
        units: dict[str, Literal["working days", "days", "months"]] = {
            "working day": "working days",
            "day": "days",
            "month": "months",
        }
        if match is None:
            raise InvalidInput(
                "MKD216", f"{text!r} is no span of time", mend='write "5 working days", "21 days" or "2 months"'
            )
        return cls(int(match[1]), units[match[2]])

    def after(self, opened: date, is_working_day: Callable[[date], bool]) -> date:
        """Its last day; the day of opening does not count, and a month ends on the same day, or on its last."""
        if self.unit == "months":
            year, month = divmod(opened.year * 12 + opened.month - 1 + self.amount, 12)
            return date(year, month + 1, min(opened.day, calendar.monthrange(year, month + 1)[1]))
        if self.unit == "days":
            return opened + timedelta(days=self.amount)
        day, left = opened, self.amount
        while left:
            day += timedelta(days=1)
            left -= is_working_day(day)
        return day

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit.removesuffix('s')}"
