"""The two verdicts on everybody: on the person, whatever is planned, and on a plan laid on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mkd_core.errors import CommandRefused, InvalidInput
from mkd_core.language.tree import mentions, reads
from mkd_core.people import Unit
from mkd_core.usecases.deciding import IF_GRANTED
from mkd_core.usecases.stretches import Stretch, stretches_of
from mkd_plugins.population.outlook import Outlook
from mkd_plugins.population.roll import Known, Roll
from mkd_plugins.population.side import Side
from mkd_plugins.population.template import Template

if TYPE_CHECKING:
    from mkd_core.policy import Facts, Policy

GRAVITY = ("approve", "refer", "refuse")
"""Outcomes, the gravest last."""
_OF_A_PLAN = "agreement."


@frozen(kw_only=True)
class Verdict:
    """An outcome and what it rests on: bit *i* of the masks is rule *i* of the policy.

    ``missing`` are the facts for want of which a rule that could refuse or refer is undetermined, in the order in
    which the rules read them.
    """

    outcome: str
    failed: int
    undetermined: int
    missing: tuple[str, ...] = ()


def person_rules(policy: Policy) -> int:
    """The mask of the rules that speak of the person alone: they read no ``agreement.*``.

    What the unit would look like *if granted* says nothing before there is something to grant, so rules on it are left
    to the plan, too.
    """
    return sum(1 << number for number, tree in policy.trees if not any(map(_of_a_plan, mentions(tree))))


def _of_a_plan(fact: str) -> bool:
    return fact.startswith(_OF_A_PLAN) or fact in IF_GRANTED


def outcome_of(policy: Policy, failed: int, undetermined: int) -> str:
    """The outcome of some of the rules, as ``Decision.outcome`` has that of all."""
    if failed & policy.refusing:
        return "refuse"
    return "refer" if (failed | undetermined) & policy.grave else "approve"


class Judge:
    """Gives verdicts by the policy of one day, at the moment of a request. ``template`` is the plan for the second.

    Without ``side`` each is what the service would decide on a request of the roll's day, with the numbers that the
    person's unit is given; whoever's unit is given another policy than the roll's is not judged (MKD497). With it, the
    same people and plan are judged by that policy, on its day, as it is written.

    Raises ``CommandRefused`` (MKD408) where the service has no policies, ``PolicyError`` (MKD320) where none is in
    force on the day, and ``InvalidInput`` (MKD251) for a plan whose facts lie outside the vocabulary.
    """

    def __init__(self, roll: Roll, template: Template | None = None, side: Side | None = None) -> None:
        self.roll = roll
        self.template = template
        self.day = side.on if side else roll.on
        self.policy = side.policy if side else _policy_of(roll)
        self._as_written = side is not None or not roll.service.assignments
        self._policies: dict[str, tuple[tuple[str, ...], Policy]] = {}
        self._readings: dict[tuple[Stretch, tuple[str, ...]], _Reading] = {}
        self._plan_facts: dict[str | None, Mapping[str, Any]] = {}
        self._stretch_of_day: dict[str, Stretch] = {}
        self._stretches_of_plan: dict[str, Sequence[Stretch]] = {}
        looked_at = template is not None and any(fact in IF_GRANTED for fact in self.policy.reads)
        self._outlook = Outlook(roll, template.terms, self.policy.coverage) if template and looked_at else None
        if template is not None:
            _check(template, roll, self.policy)

    def person(self, known: Known) -> Verdict:
        """The verdict of the rules on the person, with the parameters of the day."""
        reading = self._reading(self._today(known.unit), known.unit)
        return reading.verdict(self._facts(known), reading.of_person)

    def plan(self, known: Known) -> Verdict:
        """The verdict of all rules on the plan, in the stretch of its period in which it is gravest."""
        if self.template is None:
            raise TypeError("there is no plan to decide on")
        of_unit = self._outlook.facts(known) if self._outlook else {}
        verdicts = [self._within(each, known, of_unit) for each in self._stretches(self.template, known.unit)]
        return max(verdicts, key=lambda verdict: GRAVITY.index(verdict.outcome))

    def _within(self, stretch: Stretch, known: Known, of_unit: Mapping[str, Any]) -> Verdict:
        reading = self._reading(stretch, known.unit)
        return reading.verdict(self._facts(known, self._derived(stretch.season), of_unit), reading.every)

    def _facts(
        self, known: Known, derived: Mapping[str, Any] | None = None, of_unit: Mapping[str, Any] | None = None
    ) -> Facts:
        facts = self.roll.facts(known, self.policy.vocabulary, derived, of_unit)
        return facts if self.day == self.roll.on else facts.with_values({"today": self.day})

    def _reading(self, stretch: Stretch, unit: Unit) -> _Reading:
        scopes, policy = ((), self.policy) if self._as_written else self._given(unit)
        if (stretch, scopes) not in self._readings:
            self._readings[stretch, scopes] = _Reading(stretch.policy(policy, self.day))
        return self._readings[stretch, scopes]

    def _given(self, unit: Unit) -> tuple[tuple[str, ...], Policy]:
        """The policy with the numbers that a unit is given, and which units these come from; asked for once a unit."""
        if unit.key not in self._policies:
            assigned = self.roll.service.assigned(unit.key, self.day)
            policy = self.roll.service.policy_for(unit.key, self.day)
            self._policies[unit.key] = tuple(each.scope for each in assigned), policy
        scopes, policy = self._policies[unit.key]
        if (policy.id, policy.version) != (self.policy.id, self.policy.version):
            raise InvalidInput(
                "MKD497",
                f"the unit {unit.key} has the policy {policy.id} {policy.version}",
                where=unit.key,
                mend=f"decide it by itself: --unit {unit.key}",
            )
        return scopes, policy

    def _derived(self, season: str | None) -> Mapping[str, Any]:
        assert self.template is not None
        if season not in self._plan_facts:
            self._plan_facts[season] = self.template.facts(self.roll.on, season=season, hours=self.roll.service.hours)
        return self._plan_facts[season]

    def _today(self, unit: Unit) -> Stretch:
        """The season and the dated overlays of the day, asked for once a region."""
        calendar = self.roll.service.calendar
        if unit.region not in self._stretch_of_day:
            found = calendar.seasons(unit.region, self.day, self.day) if calendar else ()
            season = next((season.name for season in found), None)
            self._stretch_of_day[unit.region] = Stretch(season, self.policy.dated(self.day))
        return self._stretch_of_day[unit.region]

    def _stretches(self, template: Template, unit: Unit) -> Sequence[Stretch]:
        """The stretches that the plan touches, asked for once a region."""
        if unit.region not in self._stretches_of_plan:
            touched = stretches_of(template.terms, unit, self.roll.service.calendar, self.policy)
            self._stretches_of_plan[unit.region] = touched
        return self._stretches_of_plan[unit.region]


def _policy_of(roll: Roll) -> Policy:
    if roll.service.policies is None:
        raise CommandRefused("MKD408", "the service was given no policy to decide by", mend="give it policies=")
    if roll.unit is not None:
        return roll.service.policy_for(roll.unit, roll.on)
    return roll.service.policies.for_request(roll.on)


def _check(template: Template, roll: Roll, policy: Policy) -> None:
    """Refuse once a plan that nobody could be decided on, instead of finding so of each person."""
    from mkd_core.policy import Facts

    Facts.from_flat(template.facts(roll.on, season=None, hours=roll.service.hours), vocabulary=policy.vocabulary)


class _Reading:
    """A policy of one stretch, with what its rules read."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.of_person = person_rules(policy)
        self.every = sum(1 << number for number, _ in policy.trees)

    @cached_property
    def _reads(self) -> Sequence[tuple[int, tuple[str, ...]]]:
        return [(number, reads(tree)) for number, tree in self.policy.trees if self.policy.grave >> number & 1]

    def verdict(self, facts: Facts, rules: int) -> Verdict:
        failed, undetermined = (mask & rules for mask in self.policy.masks(facts))
        missing = dict.fromkeys(
            name
            for number, names in (self._reads if undetermined & self.policy.grave else ())
            if undetermined >> number & 1
            for name in names
            if facts[name] is None
        )
        return Verdict(
            outcome=outcome_of(self.policy, failed, undetermined),
            failed=failed,
            undetermined=undetermined,
            missing=tuple(missing),
        )
