"""Close somebody's period: validated minutes, achievement, a proposed rating, and what that does to pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from mkd_core.agreements import Agreement, State, Version
from mkd_core.approvals import is_applicant, resolve
from mkd_core.errors import InvalidInput, MkdError, NotAllowed, NotFound, WrongState, did_you_mean
from mkd_core.events import ClosedLine, PeriodClosed
from mkd_core.people import Unit
from mkd_core.performance import Level, Period, PeriodResult, close_period
from mkd_core.targets import Realisation, Target
from mkd_core.usecases.context import Context
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.powers import HR, SUPERIOR, employee_for
from mkd_core.usecases.proving import unproved


def close(
    ctx: Context,
    person: str,
    period: str,
    *,
    by: str,
    at: datetime,
    behaviour: Level | None = None,
    attested: Mapping[str, Any] | None = None,
) -> PeriodClosed:
    """Close a period that is over, as the superior or HR; what is closed stays as it is.

    ``behaviour`` is the superior's view; without it no rating is proposed. ``attested`` are facts of the period that
    somebody vouches for (``period.absent_days``); a line of the scheme whose facts are missing is left out and said.
    Days whose place asks for a check-in are asked of attendance; one without is named among what is ``missing``.
    """
    parsed = Period.parse(period)
    _check_attested(attested or {})
    employee, unit, organisation = employee_for(ctx, person, at, by=by)
    if is_applicant(by, employee, organisation):
        raise NotAllowed("MKD420", "nobody may close their own period", where=person, mend="ask the superior")
    superiors = {approver.person for approver in resolve(SUPERIOR, employee, organisation).approvers}
    if by not in superiors and not organisation.has_role(by, HR, unit=unit.key):
        raise NotAllowed("MKD421", "only the superior or HR may close a period", where=person)
    if organisation.on <= parsed.last:
        raise InvalidInput("MKD433", f"the period {period} is not over yet", where=person, mend="close it afterwards")
    dossier = ctx.dossier(person)
    for closed in map(Period.parse, dossier.closed):
        # A quarter over a month that is closed would pay the month's minutes twice.
        if closed.first <= parsed.last and parsed.first <= closed.last:
            raise WrongState("MKD431", f"the period {closed} is closed already", where=person)
    if not any(_held(agreement, parsed) for agreement in dossier.agreements.values()):
        raise WrongState(
            "MKD444", f"no agreement of this person held in {period}", where=person, mend="there is nothing to close"
        )
    result = assess(ctx, dossier, unit, parsed, behaviour)
    event = _closed(ctx, dossier, result, attested or {}, tuple(unproved(ctx, dossier, unit, organisation, parsed)))
    return ctx.record(dossier, [event], at=at, by=by).closed[event.period]


def _check_attested(attested: Mapping[str, Any]) -> None:
    """What follows from work and results is never vouched for, also where it is missing: pay would follow a word."""
    from mkd_core.allowance import PERIOD_VOCABULARY

    open_to_words = [fact.name for fact in PERIOD_VOCABULARY if fact.source == "attested"]
    for name in attested:
        if name not in open_to_words:
            raise NotFound(
                "MKD436",
                f"no fact of a period that somebody may attest is called {name!r}",
                mend=did_you_mean(name, open_to_words),
            )


def assess(ctx: Context, dossier: Dossier, unit: Unit, period: Period, behaviour: Level | None = None) -> PeriodResult:
    """What the period comes to as things stand; nothing is written."""
    work = [done for done in dossier.work.values() if period.contains(done.activity.on)]
    agreed = dict(_agreed(dossier, period))
    return close_period(
        person=dossier.person,
        period=period,
        targets=agreed.values(),
        verified=[evolve(done.activity, minutes=done.accepted) for done in work if done.accepted],
        rejected=[evolve(done.activity, minutes=done.rejected) for done in work if done.rejected],
        realisations=[_realisation(dossier, name) for name in dossier.results if _target_of(dossier, name) in agreed],
        working_days=_working_days(ctx, unit, period),
        behaviour=behaviour,
    )


def _agreed(dossier: Dossier, period: Period) -> Iterator[tuple[str, Target]]:
    """The targets of every agreement that held in the period, under ids that no other agreement has."""
    for agreement in dossier.agreements.values():
        version = _held(agreement, period)
        for target in version.targets if version else ():
            name = f"{agreement.id}:{target.id}"
            yield name, evolve(target, id=name)


def _held(agreement: Agreement, period: Period) -> Version | None:
    """The version in force last in the period."""
    held = [version for version in agreement.versions if version.state is State.APPROVED and version.effective]
    return next(
        (
            version
            for version in reversed(held)
            if version.effective
            and version.effective <= period.last
            and (version.terms.ends is None or version.terms.ends >= period.first)
            and (agreement.stopped is None or agreement.stopped > max(period.first, version.effective))
        ),
        None,
    )


def _target_of(dossier: Dossier, result: str) -> str | None:
    """The full id of the target that an accepted, undisputed result speaks of."""
    done = dossier.results[result]
    return f"{done.agreement}:{done.result.target}" if done.accepted is not None and not done.disputed else None


def _realisation(dossier: Dossier, result: str) -> Realisation:
    done = dossier.results[result]
    return evolve(done.result, target=f"{done.agreement}:{done.result.target}", value=done.accepted or Decimal(0))


def _working_days(ctx: Context, unit: Unit, period: Period) -> int | None:
    working = ctx.is_working_day(unit)
    if working is None:
        return None
    days = [period.first + timedelta(days=at) for at in range(period.days)]
    try:
        return sum(map(working, days))
    except MkdError:
        return None


def _closed(
    ctx: Context, dossier: Dossier, result: PeriodResult, attested: Mapping[str, Any], unproved: tuple[str, ...]
) -> PeriodClosed:
    from mkd_core.allowance import period_facts

    waiting = [
        f"verification:{name}"
        for name, done in dossier.work.items()
        if result.period.contains(done.activity.on) and done.accepted is None
    ]
    disputes = [
        f"dispute:{name}"
        for name, done in dossier.results.items()
        if result.period.contains(done.result.on) and done.disputed
    ]
    scheme = ctx.schemes.on(result.period.last) if ctx.schemes else None
    statement = scheme.apply(period_facts(result, attested)) if scheme else None
    return PeriodClosed(
        period=str(result.period),
        minutes=result.verified_minutes,
        achievement=result.achievement,
        rating=result.proposed_rating.value if result.proposed_rating else None,
        scheme=scheme.name if scheme else "",
        lines=tuple(
            ClosedLine(item=line.item, quantity=line.quantity, unit=line.unit, rule=line.id, source=line.citation)
            for line in (statement.lines if statement else ())
        ),
        missing=(*result.missing, *waiting, *disputes, *unproved, *map(str, statement.problems if statement else ())),
    )


def statement(ctx: Context, person: str, period: str) -> PeriodClosed:
    """A closed period. Raises ``NotFound`` for one that was not closed."""
    name = str(Period.parse(period))
    ctx.need_person(person)
    closed = ctx.dossier(person).closed.get(name)
    if closed is None:
        raise NotFound("MKD434", f"the period {name} of {person} is not closed", mend="close it first")
    return closed
