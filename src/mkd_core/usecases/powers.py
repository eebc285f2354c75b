"""Who may do what. Nobody decides on their own request, by whatever power."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from mkd_core.agreements import Agreement
from mkd_core.approvals import is_applicant, resolve
from mkd_core.errors import NotAllowed, NotFound
from mkd_core.events import Approver, Step
from mkd_core.journal.codec import instant
from mkd_core.people import Employee, Unit
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.reach import not_yours

SUPERIOR = Step(id="superior", approvers=("superior",))
HR = "hr"
"""The role whose holders run the scheme: they may suspend, revoke, attest and close periods of others."""


@frozen(kw_only=True)
class Case:
    """One command's view of an agreement: the dossier, the people and the organisation of the moment."""

    dossier: Dossier
    agreement: Agreement
    applicant: Employee
    unit: Unit
    organisation: DirectoryAt
    at: datetime
    by: str

    def superiors(self) -> tuple[Approver, ...]:
        """The direct superior, or whoever acts in the superior's place."""
        return resolve(SUPERIOR, self.applicant, self.organisation).approvers

    def as_superior(self) -> Approver | None:
        """The acting person as the applicant's superior, if that is what they are."""
        return next((approver for approver in self.superiors() if approver.person == self.by), None)

    def concerns(self) -> bool:
        """Whether it is the acting person's: as applicant, superior or approver, or by a role over the unit."""
        step = self.agreement.latest.open_step
        asked = (*step.approvers, *resolve(step.step, self.applicant, self.organisation).approvers) if step else ()
        return (
            self.by == self.agreement.applicant
            or self.as_superior() is not None
            or any(approver.person == self.by for approver in asked)
            or self.organisation.administers(self.by, self.unit.key)
        )

    def need_applicant(self, what: str) -> None:
        """Only the applicant may do that."""
        if self.by != self.agreement.applicant:
            raise NotAllowed("MKD421", f"only the applicant may {what}", where=self.agreement.id)

    def need_superior(self, what: str, *, or_hr: bool = False) -> Approver | None:
        """Only the superior (or who acts for them) may do that; with ``or_hr`` also the role that runs the scheme."""
        if is_applicant(self.by, self.applicant, self.organisation):
            raise NotAllowed(
                "MKD420", f"nobody may {what} on their own agreement", where=self.agreement.id, mend="ask the superior"
            )
        superior = self.as_superior()
        if superior is None and not (or_hr and self.organisation.has_role(self.by, HR, unit=self.unit.key)):
            allowed = "the superior or HR" if or_hr else "the superior"
            raise NotAllowed("MKD421", f"only {allowed} may {what}", where=self.agreement.id)
        return superior


def open_case(ctx: Context, agreement: str, *, at: datetime, by: str) -> Case:
    """Load what a command on that agreement needs. Raises ``NotFound`` for an unknown agreement or person.

    To an administrator of other units an agreement that does not concern them is as one that is not there (MKD450).
    """
    if not ctx.directory.partial(by):
        return case_of(ctx, *ctx.found(agreement), at=at, by=by)
    try:
        case = case_of(ctx, *ctx.found(agreement), at=at, by=by)
    except (NotFound, NotAllowed):
        raise not_yours("agreement") from None
    if not case.concerns():
        raise not_yours("agreement")
    return case


def case_of(ctx: Context, dossier: Dossier, agreement: Agreement, *, at: datetime, by: str) -> Case:
    """The same for a dossier that is loaded already. The organisation is seen as of the applicant's local date."""
    applicant, unit, organisation = employee_at(ctx, dossier.person, at)
    return Case(
        dossier=dossier,
        agreement=agreement,
        applicant=applicant,
        unit=unit,
        organisation=organisation,
        at=at,
        by=by,
    )


def employee_for(ctx: Context, person: str, at: datetime, *, by: str) -> tuple[Employee, Unit, DirectoryAt]:
    """The same as :func:`employee_at`, for somebody who does something about that person.

    To an administrator of other units somebody whose superior they are not is as one who is not there (MKD450).
    """
    if not ctx.directory.partial(by) or by == person:
        return employee_at(ctx, person, at)
    try:
        employee, unit, organisation = employee_at(ctx, person, at)
    except (NotFound, NotAllowed):
        raise not_yours("person") from None
    leads = any(one.person == by for one in resolve(SUPERIOR, employee, organisation).approvers)
    if not leads and not organisation.administers(by, unit.key):
        raise not_yours("person")
    return employee, unit, organisation


def employee_at(ctx: Context, person: str, at: datetime) -> tuple[Employee, Unit, DirectoryAt]:
    """The person, the unit and the organisation as of the local date of that moment."""
    ctx.need_person(person)
    instant(at)
    organisation = ctx.organisation(at.date())
    employee = organisation.known(person)
    unit = organisation.unit_of(employee)
    local = ctx.today(at, unit)
    if local != organisation.on:
        organisation = ctx.organisation(local)
        employee = organisation.known(person)
        unit = organisation.unit_of(employee)
    return employee, unit, organisation
