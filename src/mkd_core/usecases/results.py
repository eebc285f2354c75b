"""Work and results: reported by the employee, verified by the superior, disputed where they disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mkd_core import events as e
from mkd_core.errors import InvalidInput, NotFound, WrongState, did_you_mean
from mkd_core.performance import Period
from mkd_core.targets import Activity, Target, decimal
from mkd_core.usecases.context import Context
from mkd_core.usecases.dossier import Dossier, ResultDone, WorkDone
from mkd_core.usecases.powers import Case, open_case

_DAY = 24 * 60


def report_activity(
    ctx: Context,
    agreement: str,
    *,
    on: date,
    minutes: int,
    description: str,
    by: str,
    at: datetime,
    target: str | None = None,
    evidence: str = "",
) -> WorkDone:
    """Report work on a day on which the agreement held, in minutes; for one of its targets, or none."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("report activities")
    _check_day(case, on)
    if target is not None:
        _check_target(case, target, on)
    activity = Activity(
        id=f"a{len(case.dossier.work) + 1}",
        on=on,
        minutes=minutes,
        description=description,
        target=target,
        evidence=evidence,
    )
    _check_minutes(case, activity, minutes)
    event = e.ActivityReported(
        agreement=agreement,
        activity=activity.id,
        on=on,
        minutes=minutes,
        target=target,
        description=description,
        evidence=evidence,
    )
    return _record(ctx, case, [event]).work[activity.id]


def verify_activity(
    ctx: Context, agreement: str, activity: str, *, by: str, at: datetime, minutes: int | None = None, note: str = ""
) -> WorkDone:
    """Accept the minutes of an activity, or fewer of them; 0 rejects it."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("verify activities")
    work = case.dossier.work.get(activity)
    if work is None or work.agreement != agreement:
        raise _unknown("activity", activity, list(case.dossier.work), agreement)
    accepted = work.activity.minutes if minutes is None else minutes
    if type(accepted) is not int or not 0 <= accepted <= work.activity.minutes:
        raise InvalidInput(
            "MKD227", f"{accepted} minutes of {work.activity.minutes} reported cannot be accepted", where=activity
        )
    _check_open(case.dossier, work.activity.on, activity)
    _check_minutes(case, work.activity, accepted)
    event = e.ActivityVerified(agreement=agreement, activity=activity, minutes=accepted, note=note)
    return _record(ctx, case, [event]).work[activity]


def _check_minutes(case: Case, activity: Activity, minutes: int) -> None:
    """Refuse more minutes than a day has; of what was looked at, those that were accepted count."""
    others = (work for work in case.dossier.work.values() if work.activity.on == activity.on)
    total = minutes + sum(work.minutes for work in others if work.activity.id != activity.id)
    if total > _DAY:
        raise InvalidInput(
            "MKD222",
            f"{activity.on} would have {total} minutes of activities",
            where=case.agreement.id,
            mend=f"a day has {_DAY}",
        )


def report_result(
    ctx: Context,
    agreement: str,
    *,
    target: str,
    on: date,
    value: Decimal,
    by: str,
    at: datetime,
    evidence: str = "",
) -> ResultDone:
    """Report what was reached of a target by a date. Evidence is owed where the target asks for it."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("report results")
    _check_day(case, on)
    asked = _check_target(case, target, on)
    if asked.evidence and not evidence:
        raise InvalidInput(
            "MKD228", f"the target {target} asks for evidence", where=agreement, mend=f"show: {asked.evidence}"
        )
    event = e.ResultReported(
        agreement=agreement,
        result=f"r{len(case.dossier.results) + 1}",
        target=target,
        on=on,
        value=decimal(value, where=target),
        evidence_given=bool(evidence),
        evidence=evidence,
    )
    return _record(ctx, case, [event]).results[event.result]


def verify_result(
    ctx: Context, agreement: str, result: str, *, by: str, at: datetime, value: Decimal | None = None, note: str = ""
) -> ResultDone:
    """Confirm a result, or another value of it; a dispute is settled by that."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_superior("verify results")
    done = _result(case, result)
    _check_open(case.dossier, done.result.on, result)
    accepted = done.result.value if value is None else decimal(value, where=result)
    event = e.ResultVerified(agreement=agreement, result=result, value=accepted, note=note)
    return _record(ctx, case, [event]).results[result]


def dispute_result(ctx: Context, agreement: str, result: str, *, by: str, at: datetime, note: str) -> ResultDone:
    """Disagree, as the employee, with what was verified."""
    case = open_case(ctx, agreement, at=at, by=by)
    case.need_applicant("dispute a result")
    done = _result(case, result)
    if done.accepted is None:
        raise WrongState("MKD430", f"{result} was not verified yet", where=agreement)
    _check_open(case.dossier, done.result.on, result)
    event = e.ResultDisputed(agreement=agreement, result=result, note=note)
    return _record(ctx, case, [event]).results[result]


def _check_day(case: Case, on: date) -> None:
    if on > case.organisation.on:
        raise InvalidInput("MKD229", f"{on} lies in the future", where=case.agreement.id)
    if case.agreement.in_force(on) is None:
        raise WrongState(
            "MKD429", f"the agreement does not hold on {on}", where=case.agreement.id, mend="report a day it covers"
        )
    _check_open(case.dossier, on, case.agreement.id)


def _check_target(case: Case, target: str, on: date) -> Target:
    version = case.agreement.in_force(on)
    targets = {known.id: known for known in version.targets} if version else {}
    if target not in targets:
        raise _unknown("target", target, list(targets), case.agreement.id)
    return targets[target]


def _check_open(dossier: Dossier, on: date, where: str) -> None:
    """What lies in a closed period stays as it was when it was closed."""
    closed = next((period for period in dossier.closed if Period.parse(period).contains(on)), None)
    if closed is not None:
        raise WrongState("MKD431", f"the period {closed} is closed", where=where)


def _result(case: Case, result: str) -> ResultDone:
    done = case.dossier.results.get(result)
    if done is None or done.agreement != case.agreement.id:
        raise _unknown("result", result, list(case.dossier.results), case.agreement.id)
    if done.erased:
        raise WrongState("MKD447", f"the value of {result} was erased", where=case.agreement.id, mend="report it anew")
    return done


def _unknown(what: str, name: str, known: Sequence[str], where: str) -> NotFound:
    return NotFound("MKD432", f"there is no such {what}", where=where, mend=did_you_mean(name, known))


def _record(ctx: Context, case: Case, events: Sequence[Any]) -> Dossier:
    return ctx.record(case.dossier, events, at=case.at, by=case.by)
