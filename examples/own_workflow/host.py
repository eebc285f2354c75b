"""A host with a workflow of its own: requested → with the superior → decided. It asks only for the decision."""

from datetime import date, datetime

from attrs import define

from mkd_core import AgreementService, Ballot, Decision, Facts, Policy, Staff, Terms, plan_facts, resolve, working_days
from mkd_core.people import Employee
from mkd_core.ports import Calendar


@define
class Request:
    """The host's own record of a request."""

    applicant: Employee
    terms: Terms
    facts: dict[str, object]
    state: str = "requested"
    approver: str = ""
    due: date | None = None


class Workflow:
    """The host's state machine. ``policy`` decides, ``calendar`` says what a working day is."""

    def __init__(self, policy: Policy, calendar: Calendar) -> None:
        self.policy = policy
        self.calendar = calendar

    def check(self, request: Request, on: date) -> Decision:
        """What the policy says, with reasons in two languages, sources, remedy and route."""
        derived = plan_facts(request.terms, (), on=on)
        return self.policy.decide(Facts.from_flat({**request.facts, **derived, "today": on}))

    def forward(self, request: Request, staff: Staff) -> None:
        """Put it before whoever may decide; a request that the policy refuses goes nowhere."""
        decision = self.check(request, staff.on)
        if decision.outcome.value == "refuse":
            request.state = "rejected"
            return
        step = decision.route[0]
        request.approver = resolve(step, request.applicant, staff).approvers[0].person
        request.due = step.within.after(staff.on, working_days(self.calendar))
        request.state = "with the superior"

    def decide(self, request: Request, by: str, yes: bool) -> None:
        """The superior answers in the host."""
        if (request.state, request.approver) != ("with the superior", by):
            raise PermissionError(by)
        request.state = "granted" if yes else "rejected"


def record(mkd: AgreementService, agreement: str, request: Request, at: datetime, number: str) -> None:
    """Let the agreement follow the host's answer; nobody decides on their own request here either."""
    ballot = Ballot.APPROVE if request.state == "granted" else Ballot.REFUSE
    mkd.record_decision(agreement, ballot, by=request.approver, at=at, reference=number)
