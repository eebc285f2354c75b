"""From a draft to an agreement and on: propose, agree on targets, submit, withdraw, amend, suspend, recall, end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from attrs import evolve

from mkd_core import events as e
from mkd_core.agreements import LIVE, OPEN, Agreement, State, Version, check_terms, overlap
from mkd_core.errors import CommandRefused, InvalidInput, NotAllowed, WrongState
from mkd_core.events import Terms
from mkd_core.journal.codec import instant
from mkd_core.targets import Target
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import Decided, decide
from mkd_core.usecases.dossier import Dossier, applicant_of
from mkd_core.usecases.leavers import has_left
from mkd_core.usecases.powers import HR, Case, employee_for, open_case
from mkd_core.usecases.votes import open_route
from mkd_core.worktime import WorkPlan


def terms_of(
    plan: WorkPlan,
    *,
    starts: date,
    ends: date | None = None,
    review: date | None = None,
    outside_region: bool = False,
    reason: str = "",
    evidence: str = "",
    work_plan: str = "",
) -> Terms:
    """The terms as the journal keeps them; of the texts only whether they were given. Raises ``InvalidInput``."""
    terms = Terms(
        plan=plan,
        starts=starts,
        ends=ends,
        review=review,
        outside_region=outside_region,
        reason_given=bool(reason),
        evidence_given=bool(evidence),
        work_plan_given=bool(work_plan),
    )
    check_terms(terms)
    return terms


def _check_targets(targets: Sequence[Target]) -> tuple[Target, ...]:
    ids = [target.id for target in targets]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput("MKD224", f"two targets are called {twice!r}", mend="give each target an id of its own")
    return tuple(targets)


def _texts(reason: str, evidence: str, work_plan: str) -> dict[str, str]:
    return {"reason": reason, "evidence": evidence, "work_plan": work_plan}


def propose(
    ctx: Context,
    *,
    applicant: str,
    terms: Terms,
    targets: Sequence[Target],
    by: str,
    at: datetime,
    reason: str = "",
    evidence: str = "",
    work_plan: str = "",
) -> Agreement:
    """Lay out a new agreement as a draft; by the applicant, who thereby agrees to the targets laid out."""
    employee_for(ctx, applicant, at, by=by)
    if by != applicant:
        raise NotAllowed("MKD421", "only the applicant may propose an agreement", where=applicant)
    dossier = ctx.dossier(applicant)
    event = e.AgreementProposed(
        agreement=dossier.next_agreement,
        terms=terms,
        targets=_check_targets(targets),
        **_texts(reason, evidence, work_plan),
    )
    return ctx.record(dossier, [event], at=at, by=by).agreement(event.agreement)


def amend(
    ctx: Context,
    agreement: str,
    *,
    terms: Terms,
    targets: Sequence[Target] | None = None,
    by: str,
    at: datetime,
    reason: str = "",
    evidence: str = "",
    work_plan: str = "",
) -> Agreement:
    """Propose a new version of a live agreement; targets left out stay as they are. The old version stays in force."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("amend the agreement")
    _need_own(case, "amended")
    if case.agreement.state(case.organisation.on) not in LIVE:
        raise _wrong(case, "amended", "only an approved or active agreement is; revise a draft instead")
    if case.agreement.latest.state in {*OPEN, State.SUBMITTED}:
        raise WrongState(
            "MKD409",
            f"version {case.agreement.latest.number} is still {case.agreement.latest.state}",
            where=agreement,
            mend="withdraw it, or wait for the decision",
        )
    event = e.AmendmentProposed(
        agreement=agreement,
        version=case.agreement.latest.number + 1,
        terms=terms,
        targets=_approved_last(case.agreement).targets if targets is None else _check_targets(targets),
        **_texts(reason, evidence, work_plan),
    )
    return _record(ctx, case, [event])


def _approved_last(agreement: Agreement) -> Version:
    """The newest approved version of a live agreement: one that was refused or withdrawn leaves nothing behind."""
    return next(version for version in reversed(agreement.versions) if version.state is State.APPROVED)


def revise(
    ctx: Context,
    agreement: str,
    *,
    terms: Terms,
    by: str,
    at: datetime,
) -> Agreement:
    """Change the terms of a draft or of a returned request; its texts stay, and say themselves which are given."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("revise the terms")
    version = open_version(case, "revised")
    texts = {**_texts("", "", ""), **version.texts}
    terms = evolve(
        terms,
        reason_given=bool(texts["reason"]),
        evidence_given=bool(texts["evidence"]),
        work_plan_given=bool(texts["work_plan"]),
    )
    check_terms(terms)
    event = e.TermsRevised(agreement=agreement, version=version.number, terms=terms, **texts)
    return _record(ctx, case, [event])


def counter(
    ctx: Context, agreement: str, *, targets: Sequence[Target], by: str, at: datetime, note: str = ""
) -> Agreement:
    """Propose other targets, as the employee or as the superior; the other side has to agree to them anew.

    Not any more once a step has voted or was deemed approved: what was voted on would not be what is agreed.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    side = _side(case)
    version = case.agreement.latest
    if version.state not in {*OPEN, State.SUBMITTED}:
        raise _wrong(case, "countered", "targets are agreed before the decision; amend the agreement instead")
    if version.state is State.SUBMITTED and side == "employee":
        raise _wrong(case, "countered by the applicant", "withdraw the request, or wait until it is returned")
    if version.state is State.SUBMITTED and any(step.votes or step.passed_by_deadline for step in version.steps):
        raise _wrong(
            case,
            "countered after a vote",
            f"return it at the step {version.steps[-1].step.id}; then other targets travel the whole route",
        )
    event = e.TargetsCountered(
        agreement=agreement,
        version=version.number,
        revision=version.revision + 1,
        side=side,
        targets=_check_targets(targets),
        note=note,
    )
    return _record(ctx, case, [event])


def agree(ctx: Context, agreement: str, *, by: str, at: datetime) -> Agreement:
    """Consent to the targets as they stand, as the employee or as the superior."""
    case = open_case(ctx, agreement, at=at, by=by)
    side = _side(case)
    version = case.agreement.latest
    if version.state not in {*OPEN, State.SUBMITTED}:
        raise _wrong(case, "agreed to", "it was decided already")
    if side in version.consents:
        raise WrongState("MKD419", f"the {side} has agreed to these targets already", where=agreement)
    superior = case.as_superior()
    event = e.TargetsConsented(
        agreement=agreement,
        version=version.number,
        revision=version.revision,
        side=side,
        on_behalf_of=superior.on_behalf_of if superior else None,
        mandate=superior.mandate if superior else None,
    )
    return _record(ctx, case, [event])


def _side(case: Case) -> str:
    if case.by == case.agreement.applicant:
        return "employee"
    case.need_superior("speak about the targets")
    return "superior"


def trial(ctx: Context, agreement: str, *, at: datetime) -> Decided:
    """What the policy would say of the newest version now; nothing is written."""
    case = open_case(ctx, agreement, at=at, by=agreement)
    return decide(ctx, case, case.agreement.latest)


def submit(ctx: Context, agreement: str, *, by: str, at: datetime) -> Agreement:
    """Put the request on its route; from here on it counts against every limit.

    Raises ``CommandRefused`` (MKD410) when the policy refuses it, with the rules that failed; ``trial`` gives the whole
    decision and the remedy.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("submit the request")
    version = open_version(case, "submitted")
    check_ready(case, version)
    decided = decide(ctx, case, version)
    if decided.verdict.outcome == "refuse":
        raise CommandRefused(
            "MKD410",
            decided.refused_by,
            where=agreement,
            mend="decide it to see each reason and what would make it approvable",
        )
    submitted = e.AgreementSubmitted(
        agreement=agreement,
        version=version.number,
        verdict=decided.verdict,
        route=decided.route,
        facts=decided.facts,
    )
    return _record(ctx, case, open_route(ctx, case, submitted))


def check_ready(case: Case, version: Version) -> None:
    """Refuse what nobody could approve: targets that the applicant has not agreed to, dates that are taken."""
    if "employee" not in version.consents:
        raise WrongState(
            "MKD418",
            "the applicant has not agreed to the targets last proposed",
            where=case.agreement.id,
            mend="agree first",
        )
    _check_overlap(case.dossier, case.agreement, version)


def _check_overlap(dossier: Dossier, agreement: Agreement, version: Version) -> None:
    wanted = Agreement(
        id=agreement.id, applicant=agreement.applicant, versions=(evolve(version, state=State.SUBMITTED),)
    )
    for other in dossier.agreements.values():
        if other.id != agreement.id and overlap(wanted, other):
            raise CommandRefused(
                "MKD422",
                f"its dates overlap with {other.id}",
                where=agreement.id,
                mend=f"amend {other.id} instead, or end it before this one starts",
            )


def withdraw(ctx: Context, agreement: str, *, by: str, at: datetime, reason: str = "") -> Agreement:
    """Take back the newest version before it is in force."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("withdraw the request")
    _need_own(case, "withdrawn")
    version = case.agreement.latest
    starts_later = version.state is State.APPROVED and (
        version.effective is not None and version.effective > case.organisation.on
    )
    if version.state not in {*OPEN, State.SUBMITTED} and not starts_later:
        raise _wrong(case, "withdrawn", "end an agreement that is in force")
    return _record(ctx, case, [e.AgreementWithdrawn(agreement=agreement, version=version.number, reason=reason)])


def suspend(ctx: Context, agreement: str, *, since: date, by: str, at: datetime, reason: str) -> Agreement:
    """Let a live agreement rest from a date on; by the superior or HR, with a reason."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("suspend the agreement", or_hr=True)
    _need_live(case, "suspended", since)
    if case.agreement.suspended(since) or case.agreement.resting:
        raise _wrong(case, "suspended", "it rests already; resume it first")
    return _record(ctx, case, [e.AgreementSuspended(agreement=agreement, since=since, reason=reason)])


def resume(ctx: Context, agreement: str, *, since: date, by: str, at: datetime) -> Agreement:
    """Let a suspended agreement hold again from a date on."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("resume the agreement", or_hr=True)
    if not case.agreement.resting:
        raise _wrong(case, "resumed", "it is not suspended")
    _need_live(case, "resumed", since)
    if since < case.agreement.rests[-1][0]:
        raise InvalidInput("MKD225", f"it rests since {case.agreement.rests[-1][0]}, after {since}", where=agreement)
    return _record(ctx, case, [e.AgreementResumed(agreement=agreement, since=since)])


def revoke(ctx: Context, agreement: str, *, since: date, by: str, at: datetime, reason: str) -> Agreement:
    """End a live agreement against the employee's will; ``since`` is the first day without it, never in the past.

    Of somebody who left it is revoked by HR of the whole deployment, as nobody knows the unit any more; what waits
    for a vote is withdrawn with it.
    """
    instant(at)
    organisation = ctx.organisation(at.date())
    person = applicant_of(agreement)
    if by != person and organisation.has_role(by, HR, unit=None) and has_left(organisation, person):
        return _revoke_of_leaver(ctx, agreement, since=since, by=by, at=at, reason=reason)
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("revoke the agreement", or_hr=True)
    _need_live(case, "revoked", since)
    return _record(ctx, case, revocation(case.agreement, since=since, reason=reason))


def _revoke_of_leaver(ctx: Context, agreement: str, *, since: date, by: str, at: datetime, reason: str) -> Agreement:
    dossier, left = ctx.found(agreement)
    _need_ahead(agreement, "revoked", since, at.date())
    events = revocation(left, since=since, reason=reason) or _fallen(left)
    if not events:
        raise WrongState("MKD409", f"an agreement that is {left.state(since)} cannot be revoked", where=agreement)
    return ctx.record(dossier, events, at=at, by=by).agreement(agreement)


def revocation(agreement: Agreement, *, since: date, reason: str) -> list[Any]:
    """What ends a live agreement from that day on; nothing for one that is over by then."""
    if agreement.state(since) not in LIVE:
        return []
    return [e.AgreementRevoked(agreement=agreement.id, since=since, reason=reason), *_fallen(agreement)]


def end(ctx: Context, agreement: str, *, since: date, by: str, at: datetime) -> Agreement:
    """End a live agreement by the employee's will or by consent; ``since`` is the first day without it."""
    case = open_case(ctx, agreement, at=at, by=by)
    if case.by == case.agreement.applicant:
        _need_own(case, "ended by the employee")
    else:
        case.need_superior("end the agreement", or_hr=True)
    _need_live(case, "ended", since)
    return _record(ctx, case, [e.AgreementEnded(agreement=agreement, since=since), *_fallen(case.agreement)])


def _need_own(case: Case, done: str) -> None:
    """Refuse to let an employee change what no request of theirs began."""
    if case.agreement.decree is not None:
        raise _wrong(case, done, f"{case.agreement.decree} made it; the superior or HR may revoke it for one person")


def _fallen(agreement: Agreement) -> list[e.AgreementWithdrawn]:
    """An undecided amendment falls with the agreement that it would have changed."""
    latest = agreement.latest
    undecided = latest.state in {*OPEN, State.SUBMITTED}
    return [e.AgreementWithdrawn(agreement=agreement.id, version=latest.number)] if undecided else []


def recall(ctx: Context, agreement: str, *, on: date, by: str, at: datetime, reason: str) -> Agreement:
    """Call the person to the office for one day, at the standard hours of that day."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("recall the person")
    _need_live(case, "recalled from", on)
    if ctx.hours is None:
        raise CommandRefused("MKD423", "no office hours are known to recall somebody to", mend="give hours=")
    day = ctx.hours.week(ctx.season(case.unit, on)).days[on.weekday()]
    working = ctx.is_working_day(case.unit)
    if not day.windows or (working is not None and not working(on)):
        raise InvalidInput("MKD226", f"{on} is no office day", where=agreement)
    event = e.RecalledToOffice(agreement=agreement, on=on, windows=day.windows, reason=reason)
    return _record(ctx, case, [event])


def recheck(ctx: Context, agreement: str, *, by: str, at: datetime) -> Agreement:
    """Decide a live agreement again on today's facts and policy; what would not be approved opens a review.

    By the superior or HR, since a review is told and stays on record.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("have the agreement decided again", or_hr=True)
    version = case.agreement.in_force(case.organisation.on)
    if version is None:
        raise _wrong(case, "rechecked", "only an agreement in force is")
    decided = decide(ctx, case, version)
    if decided.verdict.outcome == "approve" or case.agreement.under_review:
        return case.agreement
    return _record(ctx, case, [e.ReviewOpened(agreement=agreement, verdict=decided.verdict, facts=decided.facts)])


def _need_live(case: Case, done: str, on: date) -> None:
    _need_ahead(case.agreement.id, done, on, case.organisation.on)
    if case.agreement.state(case.organisation.on) not in LIVE or case.agreement.state(on) not in LIVE:
        raise _wrong(case, done, f"it must be approved or active, also on {on}")


def _need_ahead(agreement: str, done: str, on: date, today: date) -> None:
    if on < today:
        raise InvalidInput("MKD225", f"{on} has passed: an agreement is never {done} backwards", where=agreement)


def open_version(case: Case, done: str) -> Version:
    """The newest version, while the applicant may change it. Raises ``WrongState`` (MKD409)."""
    version = case.agreement.latest
    if version.state not in OPEN:
        raise _wrong(case, done, "only a draft or a returned request is")
    return version


def _wrong(case: Case, done: str, mend: str) -> WrongState:
    state = case.agreement.state(case.organisation.on)
    return WrongState("MKD409", f"an agreement that is {state} cannot be {done}", where=case.agreement.id, mend=mend)


def _record(ctx: Context, case: Case, events: Sequence[Any]) -> Agreement:
    return ctx.record(case.dossier, events, at=case.at, by=case.by).agreement(case.agreement.id)
