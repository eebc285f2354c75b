"""The route of a request: open a step, take a vote, go on to the next step, decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mkd_core import events as e
from mkd_core.agreements import Agreement, State, StepProgress, Version, apply
from mkd_core.approvals import Resolved, Span, Tally, is_applicant, resolve
from mkd_core.errors import CommandRefused, InvalidInput, MkdError, NotAllowed, WrongState, did_you_mean
from mkd_core.events import Approver, Ballot, Happened, Step
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import Decided, decide, gravity
from mkd_core.usecases.facts import approver_facts
from mkd_core.usecases.powers import Case, open_case
from mkd_core.usecases.scoping import policy_then

if TYPE_CHECKING:
    from mkd_core.policy.terms import Refusal


@frozen
class _Trail:
    """Events decided so far in one command, and the agreement as they leave it."""

    agreement: Agreement
    events: tuple[Any, ...] = ()

    def then(self, event: Any, case: Case) -> _Trail:
        happened = Happened(0, case.at, case.by, event)
        return _Trail(apply(self.agreement, happened), (*self.events, event))

    @property
    def version(self) -> Version:
        return self.agreement.latest


def open_route(ctx: Context, case: Case, submitted: e.AgreementSubmitted) -> tuple[Any, ...]:
    """The events of a submission: the request itself and the first step, or the approval where there is no step."""
    return _advance(ctx, case, _Trail(case.agreement).then(submitted, case), None).events


def vote(
    ctx: Context,
    agreement: str,
    ballot: Ballot,
    *,
    by: str,
    at: datetime,
    step: str | None = None,
    version: int | None = None,
    reason: str = "",
    ground: str = "",
) -> Agreement:
    """Answer the step that is open. ``step`` and ``version``, if given, must be the ones that wait.

    Raises ``NotAllowed`` for somebody without the power and for the applicant, ``WrongState`` when no vote is due,
    ``CommandRefused`` for an approval that the policy refuses at the vote.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    progress = _open_step(case, step, version)
    approver, trail = _power(ctx, case, progress)
    _check_ballot(ctx, case, ballot, ground)
    decided = _decide(ctx, case, approver)
    if ballot is Ballot.APPROVE:
        check_approval(case, decided, reason)
    trail = trail.then(_vote(case, progress.step, ballot, approver, decided, reason=reason, ground=ground), case)
    if ballot is Ballot.APPROVE and "superior" not in trail.version.consents and case.as_superior():
        trail = trail.then(_consent(case, approver), case)
    trail = _advance(ctx, case, trail, _Voter(approver, decided, ground))
    return ctx.record(case.dossier, trail.events, at=at, by=by).agreement(agreement)


def consult(ctx: Context, agreement: str, *, by: str, at: datetime, note: str = "") -> Agreement:
    """Record that an intended refusal was talked over with the applicant."""
    case = open_case(ctx, agreement, at=at, by=by)
    _power(ctx, case, _open_step(case, None, None))
    event = e.ApplicantConsulted(agreement=agreement, version=case.agreement.latest.number, note=note)
    return ctx.record(case.dossier, [event], at=at, by=by).agreement(agreement)


def reopen(ctx: Context, case: Case) -> tuple[Any, ...]:
    """The events that resolve the open step again, and go on where the votes cast suffice for who is left.

    None while its approvers and its deadline stay as they are.
    """
    resolved = _resolved_again(ctx, case)
    return _advance(ctx, case, resolved, None).events if resolved.events else ()


def _resolved_again(ctx: Context, case: Case) -> _Trail:
    trail = _Trail(case.agreement)
    progress = case.agreement.latest.open_step
    if progress is None:
        return trail
    event = _opened(ctx, case, trail, progress.step, since=None, passed_over=progress.passed_over)
    same = (event.approvers, event.problem) == (progress.approvers, progress.problem)
    return trail if same and (event.due == progress.due or progress.due is not None) else trail.then(event, case)


@frozen
class _Voter:
    approver: Approver
    decided: Decided
    ground: str


def _open_step(case: Case, step: str | None, version: int | None) -> StepProgress:
    latest = case.agreement.latest
    progress = latest.open_step
    if progress is None:
        raise WrongState(
            "MKD412",
            f"no vote is due: version {latest.number} is {latest.state}",
            where=case.agreement.id,
            mend="submit it first" if latest.state in (State.DRAFT, State.RETURNED) else "",
        )
    if version is not None and version != latest.number:
        raise WrongState("MKD412", f"version {latest.number} waits for votes, not {version}", where=case.agreement.id)
    if step is not None and step != progress.step.id:
        known = [known.id for known in latest.route]
        raise WrongState(
            "MKD412",
            f"the step {progress.step.id} waits for votes, not {step}",
            where=case.agreement.id,
            mend="" if step in known else did_you_mean(step, known),
        )
    return progress


def _power(ctx: Context, case: Case, progress: StepProgress) -> tuple[Approver, _Trail]:
    """The power by which somebody votes; the approvers are resolved again, since the organisation may have changed."""
    if is_applicant(case.by, case.applicant, case.organisation):
        raise NotAllowed("MKD420", "nobody decides on their own request", where=case.agreement.id)
    trail = _resolved_again(ctx, case)
    now = trail.version.open_step
    approver = next((one for one in now.approvers if one.person == case.by), None) if now else None
    if approver is None:
        raise NotAllowed(
            "MKD424",
            f"this person has no vote on the step {progress.step.id}",
            where=case.agreement.id,
            mend=f"it waits for {', '.join(one.person for one in now.approvers)}"
            if now and now.approvers
            else "nobody is left to decide; name an acting officer",
        )
    if any(person == case.by for person, _ in progress.votes):
        raise WrongState("MKD413", "this person has voted on the step already", where=case.agreement.id)
    return approver, trail


def _check_ballot(ctx: Context, case: Case, ballot: Ballot, ground: str) -> None:
    verdict = case.agreement.latest.verdict
    if ballot is not Ballot.REFUSE or ctx.policies is None or verdict is None:
        return
    refusal = policy_then(ctx, verdict).refusal
    check_refusal(refusal, ground, consulted=case.agreement.latest.consulted, where=case.agreement.id)


def check_refusal(refusal: Refusal, ground: str, *, consulted: bool, where: str) -> None:
    """Refuse a refusal without a ground of the policy's list, or without the consultation that it asks for before."""
    if ground and not refusal.grounds:
        raise InvalidInput("MKD414", "the policy has no list of grounds", where=where, mend="give it as the reason")
    if refusal.grounds and ground not in refusal.grounds:
        raise InvalidInput(
            "MKD414",
            f"a refusal names one of the policy's grounds, not {ground!r}",
            where=where,
            mend=did_you_mean(ground, refusal.grounds) or f"grounds: {', '.join(refusal.grounds)}",
        )
    if refusal.consult_first and not consulted:
        raise CommandRefused(
            "MKD415",
            "the policy asks for a consultation before a refusal",
            where=where,
            mend="record the consultation first",
        )


def _decide(ctx: Context, case: Case, approver: Approver) -> Decided:
    superiors = [one.person for one in case.superiors()]
    return decide(ctx, case, case.agreement.latest, vote=approver_facts(approver, case.applicant, superiors))


def check_approval(case: Case, decided: Decided, reason: str) -> None:
    """Refuse an approval of what the policy refuses, and one without a reason of what it leaves to the approver."""
    verdict = decided.verdict
    if verdict.outcome == "refuse":
        raise CommandRefused(
            "MKD411",
            decided.refused_by,
            where=case.agreement.id,
            mend="refuse it, or return it to be changed",
        )
    if verdict.outcome == "refer" and not reason:
        raise CommandRefused(
            "MKD416",
            f"the policy leaves {', '.join((*verdict.failed, *verdict.undetermined))} to the approver",
            where=case.agreement.id,
            mend="give the reason why it is approved all the same",
        )


def _vote(
    case: Case,
    step: Step,
    ballot: Ballot,
    approver: Approver,
    decided: Decided,
    *,
    reason: str = "",
    ground: str = "",
    merged: bool = False,
) -> e.VoteCast:
    return e.VoteCast(
        agreement=case.agreement.id,
        version=case.agreement.latest.number,
        step=step.id,
        ballot=ballot,
        verdict=decided.verdict,
        on_behalf_of=approver.on_behalf_of,
        mandate=approver.mandate,
        reference=approver.reference,
        ground=ground,
        merged=merged,
        reason=reason,
        facts=decided.facts,
    )


def _consent(case: Case, approver: Approver) -> e.TargetsConsented:
    version = case.agreement.latest
    return e.TargetsConsented(
        agreement=case.agreement.id,
        version=version.number,
        revision=version.revision,
        side="superior",
        on_behalf_of=approver.on_behalf_of,
        mandate=approver.mandate,
    )


def _advance(ctx: Context, case: Case, trail: _Trail, voter: _Voter | None) -> _Trail:
    """Go on as far as the votes reach: to the next step that somebody else has to vote on, or to the decision."""
    name, number = case.agreement.id, trail.version.number
    while True:
        progress = trail.version.open_step
        outcome = progress.tally if progress else Tally.PASSED
        if outcome is Tally.OPEN:
            return trail
        if outcome is Tally.RETURNED:
            return trail.then(e.AgreementReturned(agreement=name, version=number), case)
        if outcome is Tally.REFUSED:
            ground = voter.ground if voter else ""
            return trail.then(e.AgreementRefused(agreement=name, version=number, ground=ground), case)
        step = trail.version.next_step
        if step is None:
            return trail.then(_voted_through(case, trail.version), case)
        opened = _opened(ctx, case, trail, step, since=case.organisation.on)
        trail = trail.then(opened, case)
        again = next((one for one in opened.approvers if voter and one.person == voter.approver.person), None)
        if again and voter and len(opened.approvers) == 1:
            trail = trail.then(_vote(case, step, Ballot.APPROVE, again, voter.decided, merged=True), case)


def _voted_through(case: Case, version: Version) -> e.AgreementApproved:
    for side in ("employee", "superior"):
        if side not in version.consents and not (side == "superior" and _needs_no_superior(case, version)):
            raise WrongState(
                "MKD417",
                f"the {side} has not agreed to the targets",
                where=case.agreement.id,
                mend=f"the {side} agrees to them, or proposes others, before the last vote",
            )
    return approval(case, version)


def approval(case: Case, version: Version) -> e.AgreementApproved:
    """That the version holds, from today on at the earliest. Raises ``InvalidInput`` (MKD225) where its end has gone.

    It would hold on no day, and as an amendment end the agreement that it was to change.
    """
    ends = version.terms.ends
    effective = max(version.terms.starts, case.organisation.on)
    if ends is not None and ends < effective:
        raise InvalidInput(
            "MKD225",
            f"{ends}, the last day asked for, has passed: nothing is approved backwards",
            where=case.agreement.id,
            mend="return it to be given other dates, or refuse it",
        )
    return e.AgreementApproved(agreement=case.agreement.id, version=version.number, effective=effective)


def _needs_no_superior(case: Case, version: Version) -> bool:
    """Whether the superior's consent is not asked for: no route, a step deemed approved, or nobody above."""
    deemed = any(progress.passed_by_deadline for progress in version.steps)
    return not version.route or deemed or not case.superiors()


def _opened(
    ctx: Context, case: Case, trail: _Trail, step: Step, *, since: date | None, passed_over: tuple[str, ...] = ()
) -> e.StepOpened:
    """A step with its approvers as of today; ``since`` None keeps the deadline that the step has."""
    excluded = _excluded(trail.version, step) | set(passed_over)
    resolved = resolve(step, case.applicant, case.organisation, excluded)
    due, problem = _due(ctx, case, trail.version, step, since or case.organisation.on)
    if since is None and trail.version.open_step and trail.version.open_step.due:
        due, problem = trail.version.open_step.due, ""
    return e.StepOpened(
        agreement=case.agreement.id,
        version=trail.version.number,
        step=step.id,
        approvers=resolved.approvers,
        due=due,
        problem=_joined(resolved, problem),
        passed_over=passed_over,
    )


def _joined(resolved: Resolved, problem: str) -> str:
    return "; ".join(part for part in (resolved.problem, problem) if part)


def _excluded(version: Version, step: Step) -> frozenset[str]:
    """Whom a ``distinct`` step leaves out: everybody who voted on a step before it."""
    if not step.distinct:
        return frozenset()
    return frozenset(
        person for progress in version.steps if progress.step.id != step.id for person, _ in progress.votes
    )


def _due(ctx: Context, case: Case, version: Version, step: Step, since: date) -> tuple[date | None, str]:
    """The deadline, or the problem for which the clock stands still: a calendar that fails is never guessed at.

    No step is due later than the policy's time over all steps (``[clock] decide_within``), counted from the submission.
    """
    working = ctx.is_working_day(case.unit)
    if working is None:
        return None, ""
    try:
        ends = [Span.parse(step.within).after(since, working)] if step.within else []
        whole = _decide_within(ctx, version)
        if whole and version.submitted_on:
            ends.append(whole.after(version.submitted_on, working))
        return min(ends, default=None), ""
    except MkdError as problem:
        return None, f"the working-day clock stands still: {problem.code}"


def _decide_within(ctx: Context, version: Version) -> Span | None:
    """The time that the law leaves over all steps, by the policy that decided the submission."""
    if ctx.policies is None or version.verdict is None:
        return None
    return policy_then(ctx, version.verdict).clock.decide_within


def overdue(ctx: Context, case: Case) -> tuple[Any, ...]:
    """The events that follow from a deadline that has gone by; none while there is time, or it was said already."""
    progress = case.agreement.latest.open_step
    if progress is None or progress.due is None or case.organisation.on <= progress.due:
        return ()
    name, number, step = case.agreement.id, case.agreement.latest.number, progress.step
    passed = e.DeadlinePassed(agreement=name, version=number, step=step.id, effect=step.late, due=progress.due)
    if any(_same_deadline(happened.event, passed) for happened in case.dossier.history):
        return ()
    trail = _Trail(case.agreement)
    match step.late:
        case "escalate":
            over = (*progress.passed_over, *(approver.person for approver in progress.approvers))
            opened = _opened(ctx, case, trail, step, since=case.organisation.on, passed_over=over)
            if opened.approvers:
                return trail.then(passed, case).then(opened, case).events
            # At the top nobody is above: whoever is there keeps the vote, and hears of the deadline.
            return (evolve(passed, effect="remind"),)
        case "deem_approved" if not progress.approvers:
            # The silence of nobody is no consent: whoever has nobody above would approve their own request by waiting.
            return (evolve(passed, effect="remind"),)
        case "deem_approved":
            decided = _decide_silence(ctx, case, progress)
            passed = evolve(passed, verdict=decided.verdict, facts=decided.facts)
            if decided.verdict.outcome != "approve":
                return (evolve(passed, effect="not_deemed"),)
        case "deem_refused":
            refused = e.AgreementRefused(agreement=name, version=number, ground="deadline")
            return trail.then(passed, case).then(refused, case).events
    return _advance(ctx, case, trail.then(passed, case), None).events


def _decide_silence(ctx: Context, case: Case, progress: StepProgress) -> Decided:
    """The decision that silence would stand for: that of the gravest among those who owe a vote, on today's facts.

    Today is the day on which it would be approved, so that a tick that was late deems nothing on facts that have gone.
    """
    voted = {person for person, _ in progress.votes}
    silent = [approver for approver in progress.approvers if approver.person not in voted]
    return max((_decide(ctx, case, approver) for approver in silent), key=gravity)


def _same_deadline(event: Any, passed: e.DeadlinePassed) -> bool:
    return isinstance(event, e.DeadlinePassed) and (event.step, event.version, event.due) == (
        passed.step,
        passed.version,
        passed.due,
    )
