"""What deciding gives: an outcome at once, findings and a remedy when they are asked for."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import attrs

from mkd_core.language import Value, Wording
from mkd_core.policy.facts import Facts, Origin

if TYPE_CHECKING:
    from mkd_core.policy.policy import Policy
    from mkd_core.policy.remedy import Remedy
    from mkd_core.policy.terms import Effect, Step


class Outcome(enum.Enum):
    """The gravest of the findings."""

    APPROVE = "approve"
    REFER = "refer"
    REFUSE = "refuse"


@attrs.frozen(kw_only=True)
class FindingSource:
    """The instrument a finding rests on, and how much of it was read."""

    title: str
    article: str | None = None
    read: str = "ours"


@attrs.frozen(kw_only=True)
class GivenValue:
    """A number that a rule used as a unit was given it, in the place of the policy's own, with its instrument."""

    parameter: str
    value: object
    scope: str
    source: FindingSource

    def to_data(self) -> dict[str, object]:
        """The value as ``mkd agreement decide`` writes it."""
        source = {"title": self.source.title, "article": self.source.article}
        return {"parameter": self.parameter, "value": self.value, "scope": self.scope, "source": source}


@attrs.frozen(kw_only=True)
class Finding:
    """What one rule found.

    ``facts`` are the known facts the rule reads, as people write them (times ``"HH:MM"``); ``missing`` the missing ones
    it reads outside ``known(…)``, in order of appearance. ``reason`` is ``"division by zero"`` where nothing is missing
    and the rule is undetermined all the same. ``origins`` say where facts came from, as far as the facts carried it.
    ``given`` are the numbers that the unit was given, where the rule reads such.
    """

    rule: str
    status: Literal["passed", "failed", "undetermined"]
    effect: Effect
    because: Wording
    source: FindingSource
    facts: Mapping[str, Value]
    missing: tuple[str, ...] = ()
    reason: str | None = None
    origins: Mapping[str, Origin] = attrs.field(factory=dict)
    given: tuple[GivenValue, ...] = ()

    def to_data(self) -> dict[str, object]:
        """The finding as ``mkd decide`` writes it."""
        data: dict[str, object] = {
            "rule": self.rule,
            "status": self.status,
            "effect": self.effect,
            "because": {"id": self.because.id, "en": self.because.en},
            "source": {"title": self.source.title, "article": self.source.article},
            "facts": dict(self.facts),
            "missing": list(self.missing),
        }
        if self.reason is not None:
            data["reason"] = self.reason
        if self.origins:
            data["origins"] = {name: _origin_data(origin) for name, origin in self.origins.items()}
        if self.given:
            data["given"] = [each.to_data() for each in self.given]
        return data


class Decision:
    """The answer of a policy to one line of facts.

    A hand-written slots class: it is made for every row of a population, and a frozen attrs class would triple its
    cost. ``failed`` and ``undetermined`` are masks, bit *i* for rule *i* of the policy; ``outcome`` is the gravest of
    the findings, where an undetermined rule that could refuse or refer makes it at least refer. All else is made when
    asked for. Only the compiled rules of a policy make decisions: even an ``__init__`` would be felt.
    """

    __slots__ = ("facts", "failed", "outcome", "policy", "undetermined")

    policy: Policy
    facts: Facts
    failed: int
    undetermined: int
    outcome: Outcome

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The failed and undetermined rules, in the policy's order."""
        return self.policy.findings(self, everything=False)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """All rules of the moment, passed ones too, in the policy's order."""
        return self.policy.findings(self, everything=True)

    @property
    def route(self) -> tuple[Step, ...]:
        """The steps that apply to these facts."""
        return self.policy.route(self.facts)

    def remedy(self) -> Remedy:
        """The least change of negotiable facts with which nothing refuses or refers; see ``Remedy``."""
        from mkd_core.policy.remedy import find_remedy

        return find_remedy(self)

    def to_data(self, *, everything: bool = False) -> dict[str, object]:
        """The decision as ``mkd decide`` writes it; ``everything`` shows passed rules too."""
        findings = self.all_findings if everything else self.findings
        return {
            "outcome": self.outcome.value,
            "findings": [finding.to_data() for finding in findings],
            "remedy": self.remedy().to_data(),
            "route": [step.to_data() for step in self.route],
            "policy": {"id": self.policy.id, "version": self.policy.version},
        }

    def to_brief(self) -> dict[str, object]:
        """Outcome and rule ids only."""
        return self.policy.brief(self.failed, self.undetermined)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return (
            self._by() == other._by()
            and self.facts == other.facts
            and self.failed == other.failed
            and self.undetermined == other.undetermined
        )

    def _by(self) -> tuple[object, ...]:
        policy = self.policy
        return policy.id, policy.version, policy.moment, policy.day, policy.seasons, policy.given

    def __hash__(self) -> int:
        return hash((self.facts, self.failed, self.undetermined))

    def __repr__(self) -> str:
        return f"<Decision: {self.outcome.value} by {self.policy.id} {self.policy.version}>"


def _origin_data(origin: Origin) -> dict[str, object]:
    data: dict[str, object] = {"kind": origin.kind}
    for name in ("source", "by", "evidence"):
        if value := getattr(origin, name):
            data[name] = value
    if origin.at is not None:
        data["at"] = origin.at.isoformat()
    if origin.until is not None:
        data["until"] = origin.until.isoformat()
    return data
