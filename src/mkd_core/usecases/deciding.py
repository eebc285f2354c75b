"""Deciding a version of an agreement: the policy of the day, the facts with their origins, one verdict.

A request whose period touches several seasons, or dated overlays of the policy, is decided for each stretch of it, with
the plan and the parameters of these days; the gravest outcome stands and names its season and dates. Its route has
every step that one of the stretches asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mkd_core.agreements import State, Version
from mkd_core.events import Step, Verdict
from mkd_core.usecases.context import Context
from mkd_core.usecases.facts import facts_for, plan_facts, request_facts
from mkd_core.usecases.powers import Case
from mkd_core.usecases.presence import over_hours, unit_facts
from mkd_core.usecases.scoping import decree_for, holding, policy_for, scope_of
from mkd_core.usecases.stretches import Stretch, stretches_of

if TYPE_CHECKING:
    from mkd_core.language import Wording
    from mkd_core.policy import Assignment, Decision, Facts, Policy

_GRAVITY = ("approve", "refer", "refuse")
IF_GRANTED = ("unit.lowest_onsite_share", "unit.lowest_onsite_people", "unit.highest_remote_share")
"""The facts of the unit that depend on what is asked for."""


@frozen(kw_only=True)
class Decided:
    """A decision on a version, and what the journal keeps of it."""

    decision: Decision
    verdict: Verdict
    facts: Mapping[str, Any] = field(repr=False)
    route: tuple[Step, ...]

    @property
    def during(self) -> tuple[Wording, ...]:
        """The season and the dates of which it speaks, where these are not the whole period."""
        from mkd_core.language import Wording

        called = {each.name: each.called for each in self.decision.policy.overlays}
        season = self.verdict.season
        return (*([Wording(season, season)] if season else []), *(called[name] for name in self.verdict.dated))

    @property
    def refused_by(self) -> str:
        """Which rules refuse it and when, as an error says it."""
        policy = self.decision.policy
        rules = ", ".join(policy.names_of(self.decision.failed & policy.refusing))
        when = "".join(f" during {each.en}" for each in self.during)
        return f"the policy {policy.id} {policy.version} refuses it by {rules}{when}"


def decide(ctx: Context, case: Case, version: Version, *, vote: Mapping[str, Any] | None = None) -> Decided:
    """Decide that version on the case's date; with ``vote`` (the facts of the approver) at the moment of the vote.

    What a decree made is decided by the decree as long as it is in force. Raises ``CommandRefused`` when the service
    was given no policies.
    """
    on = case.organisation.on
    held = holding(ctx, case.unit.key, case.organisation)
    policy = (decree_for(ctx, on, held) if case.agreement.decree else None) or policy_for(ctx, on, held)
    counted = _unit_facts(ctx, case, version, policy)
    return decide_by(ctx, case, version, policy, held=held, on=on, counted=counted, vote=vote)


def decide_by(
    ctx: Context,
    case: Case,
    version: Version,
    policy: Policy,
    *,
    held: Sequence[Assignment],
    on: date,
    counted: Mapping[str, Any],
    vote: Mapping[str, Any] | None = None,
) -> Decided:
    """Decide that version on a date by that policy; ``counted`` are the facts of the unit if it is granted."""
    computed = {**request_facts(case.dossier.agreements.values(), case.agreement.id, on), **counted, **(vote or {})}
    decided = [
        _decided(
            policy,
            facts_for(
                applicant=case.applicant,
                unit=case.unit,
                derived=plan_facts(version.terms, version.targets, on=on, season=stretch.season, hours=ctx.hours),
                computed=computed,
                attested=case.dossier.attested,
                defaults=ctx.defaults,
                on=on,
                vocabulary=policy.vocabulary,
            ),
            on=on,
            moment="request" if vote is None else "vote",
            stretch=stretch,
        )
        for stretch in stretches_of(version.terms, case.unit, ctx.calendar, policy)
    ]
    asked = {step.id: step for one in decided for step in one.route}
    route = tuple(asked[step.id] for step in policy.steps if step.id in asked)
    gravest = evolve(max(decided, key=gravity), route=route)
    if not held:
        return gravest
    scopes, given = scope_of(gravest.decision.policy, held)
    return evolve(gravest, verdict=evolve(gravest.verdict, scopes=scopes, given=given))


def _unit_facts(ctx: Context, case: Case, version: Version, policy: Policy) -> Mapping[str, Any]:
    """What the unit would look like if granted; counted only for a policy that reads it, as it takes a look at all."""
    if not any(name in IF_GRANTED for name in policy.reads):
        return {}
    granted = evolve(case.agreement, versions=(evolve(version, state=State.SUBMITTED),))
    demands = policy.coverage
    if not demands and case.agreement.decree is not None and ctx.hours is not None:
        # As when it was issued: a decree is counted over the office's hours where its policy demands no cover.
        demands = (over_hours(ctx.hours),)
    return unit_facts(ctx, case, granted, demands)


def gravity(decided: Decided) -> int:
    """How grave an outcome is; of several decisions on one request the gravest stands."""
    return _GRAVITY.index(decided.verdict.outcome)


def _decided(policy: Policy, facts: Facts, *, on: date, moment: str, stretch: Stretch) -> Decided:
    from mkd_core.policy.replaying import fingerprint

    of_the_day = stretch.policy(policy, on)
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
            season=stretch.season,
            dated=stretch.dated,
            fingerprint=fingerprint(of_the_day),
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
