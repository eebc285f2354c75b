"""Deciding a version of an agreement: the policy of the day, the facts with their origins, one verdict.

A request whose period touches several seasons is decided for each of them, with that season's plan and parameters;
the gravest outcome stands and names its season.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mkd_core.agreements import Version
from mkd_core.errors import CommandRefused
from mkd_core.events import Step, Verdict
from mkd_core.people import Employee, Unit
from mkd_core.usecases.context import Context
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.facts import facts_for, plan_facts, request_facts

if TYPE_CHECKING:
    from mkd_core.policy import Decision, Facts, Policy

_GRAVITY = ("approve", "refer", "refuse")
_HORIZON = timedelta(days=366)
"""How far seasons are looked for in an open-ended agreement: every season comes once within it."""


@frozen(kw_only=True)
class Decided:
    """A decision on a version, and what the journal keeps of it."""

    decision: Decision
    verdict: Verdict
    facts: Mapping[str, Any] = field(repr=False)
    route: tuple[Step, ...]


def decide(
    ctx: Context,
    dossier: Dossier,
    version: Version,
    *,
    agreement: str,
    applicant: Employee,
    unit: Unit,
    on: date,
    vote: Mapping[str, Any] | None = None,
) -> Decided:
    """Decide that version on that date; with ``vote`` (the facts of the approver) at the moment of the vote.

    Raises ``CommandRefused`` when the service was given no policies.
    """
    if ctx.policies is None:
        raise CommandRefused("MKD408", "the service was given no policy to decide by", mend="give it policies=")
    policy = ctx.policies.on(on)
    moment = "request" if vote is None else "vote"
    computed = {**request_facts(dossier.agreements.values(), agreement, on), **(vote or {})}
    gravest: Decided | None = None
    for season in _seasons(ctx, version, unit):
        facts = facts_for(
            applicant=applicant,
            unit=unit,
            derived=plan_facts(version.terms, version.targets, on=on, season=season, hours=ctx.hours),
            computed=computed,
            attested=dossier.attested,
            defaults=ctx.defaults,
            on=on,
        )
        decided = _decided(policy, facts, on=on, moment=moment, season=season)
        if gravest is None or _gravity(decided) > _gravity(gravest):
            gravest = decided
    assert gravest is not None, "a request lies in at least one season or in none"
    return gravest


def _gravity(decided: Decided) -> int:
    return _GRAVITY.index(decided.verdict.outcome)


def _seasons(ctx: Context, version: Version, unit: Unit) -> Sequence[str | None]:
    """The seasons that the period touches; None stands for the days outside of any."""
    first = version.terms.starts
    last = version.terms.ends or first + _HORIZON
    if ctx.calendar is None:
        return (None,)
    touching = ctx.calendar.seasons(unit.region, first, last)
    covered = sum((min(season.last, last) - max(season.first, first)).days + 1 for season in touching)
    names = list(dict.fromkeys(season.name for season in touching))
    return names if covered > (last - first).days else [None, *names]


def _decided(policy: Policy, facts: Facts, *, on: date, moment: str, season: str | None) -> Decided:
    of_the_day = policy.on(on, frozenset({season}) if season else frozenset())
    decision = (of_the_day if moment == "request" else of_the_day.at("vote")).decide(facts)
    brief = {finding.rule: finding.status for finding in decision.findings}
    return Decided(
        decision=decision,
        verdict=Verdict(
            outcome=decision.outcome.value,
            policy=policy.id,
            version=policy.version,
            on=on,
            moment=moment,
            failed=tuple(rule for rule, status in brief.items() if status == "failed"),
            undetermined=tuple(rule for rule, status in brief.items() if status == "undetermined"),
            season=season,
        ),
        facts=dict(facts.known()),
        route=tuple(
            Step(
                id=step.id,
                approvers=step.approvers,
                need=str(step.need),
                within=str(step.within),
                late=step.late,
                distinct=step.distinct,
            )
            for step in decision.route
        ),
    )
