"""Questions about agreements: what waits for whom, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

from attrs import frozen

from mkd_core.agreements import State, StepProgress
from mkd_core.errors import NotAllowed, NotFound
from mkd_core.events import Happened
from mkd_core.usecases.context import Context
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.powers import case_of


@frozen(kw_only=True)
class Task:
    """Something that waits for a person: a vote, a consent, a verification; ``due`` where there is a deadline."""

    kind: str
    agreement: str
    applicant: str
    item: str = ""
    due: date | None = None


def inbox(ctx: Context, person: str, at: datetime) -> tuple[Task, ...]:
    """What waits for that person now, the earliest deadline first."""
    ctx.need_person(person)
    found = [task for dossier in ctx.dossiers() for task in _tasks(ctx, dossier, person, at)]
    return tuple(sorted(found, key=lambda task: (task.due or date.max, task.agreement, task.item)))


def _tasks(ctx: Context, dossier: Dossier, person: str, at: datetime) -> Iterator[Task]:
    applicant = dossier.person

    @cache
    def leads() -> bool:
        """Asked of identity once, and not at all of somebody about whom nothing is open."""
        return person != applicant and _is_superior(ctx, dossier, person, at)

    for agreement in dossier.agreements.values():
        latest = agreement.latest
        step = latest.open_step
        votes = step is not None and _waits(step, person)
        if step and votes:
            yield Task(kind="vote", agreement=agreement.id, applicant=applicant, item=step.step.id, due=step.due)
        undecided = latest.state in {State.DRAFT, State.RETURNED, State.SUBMITTED}
        if undecided and person == applicant and "employee" not in latest.consents:
            yield Task(kind="consent", agreement=agreement.id, applicant=applicant)
        if undecided and "superior" not in latest.consents and not votes and leads():
            yield Task(kind="consent", agreement=agreement.id, applicant=applicant)
    for name, work in dossier.work.items():
        if work.accepted is None and leads():
            yield Task(kind="verify_activity", agreement=work.agreement, applicant=applicant, item=name)
    for name, result in dossier.results.items():
        if not result.erased and (result.accepted is None or result.disputed) and leads():
            yield Task(kind="verify_result", agreement=result.agreement, applicant=applicant, item=name)


def _is_superior(ctx: Context, dossier: Dossier, person: str, at: datetime) -> bool:
    """Whether that person is the applicant's superior; nobody is of somebody whom identity does not serve any more."""
    try:
        agreement = next(iter(dossier.agreements.values()))
        return case_of(ctx, dossier, agreement, at=at, by=person).as_superior() is not None
    except (NotFound, NotAllowed):
        return False


def _waits(step: StepProgress, person: str) -> bool:
    """Whether the step waits for that person's vote."""
    return any(one.person == person for one in step.approvers) and all(voter != person for voter, _ in step.votes)


def history(ctx: Context, agreement: str) -> tuple[Happened, ...]:
    """Everything that happened to an agreement, in order."""
    dossier, _ = ctx.found(agreement)
    return tuple(item for item in dossier.history if getattr(item.event, "agreement", None) == agreement)
