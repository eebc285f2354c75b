"""A recorded decision, decided again: the same, or what has changed since.

What decides is the rules and the parameters of the day. Both are told apart by a fingerprint that is recorded with the
decision, so that a file edited under its old version is found out even where the outcome stays the same.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

import attrs

from mkd_core.errors import InvalidInput, PolicyError
from mkd_core.policy.facts import Facts
from mkd_core.policy.terms import Moment

if TYPE_CHECKING:
    from mkd_core.policy.decision import Decision
    from mkd_core.policy.policy import Policy

What = Literal["policy", "version", "rules", "parameters", "given", "facts", "outcome", "failed", "undetermined"]

_TOKENS = re.compile(r""""[^"]*"|'[^']*'|[\w.]+|[<>=!]=|\S""")
_DIGITS = 16

_WORDS: Mapping[str, tuple[str, str]] = {
    "policy": ("tidak ada versi kebijakan yang berlaku pada hari itu", "no version of the policy is in force that day"),
    "version": ("versi kebijakan yang berlaku pada hari itu lain", "another version is in force that day"),
    "rules": ("isi aturan versi itu telah diubah", "the rules of the version were edited"),
    "parameters": ("parameter pada hari itu telah diubah", "the parameters of that day were changed"),
    "given": ("nilai yang ditetapkan untuk unit lain", "other values are given to the unit"),
    "facts": ("fakta yang dipakai tidak lengkap lagi", "the facts that were used are no longer there"),
    "outcome": ("hasilnya lain", "the outcome differs"),
    "failed": ("aturan yang tidak terpenuhi lain", "other rules fail"),
    "undetermined": ("aturan yang belum dapat ditentukan lain", "other rules are undetermined"),
}


@attrs.frozen(kw_only=True)
class Recorded:
    """What is kept of a decision, enough to decide it again.

    ``facts`` are the known facts by full name, as people write them; empty once they were erased, and then the ids of
    the rules are not compared. ``fingerprint`` is empty where none was recorded. ``given`` are the values that the unit
    was given, by the name of the parameter.
    """

    policy: str
    version: str
    on: datetime.date
    outcome: str
    facts: Mapping[str, object] = attrs.field(repr=False)
    moment: Moment = "request"
    failed: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    fingerprint: str = ""
    given: Mapping[str, object] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Difference:
    """Something that is not as it was: what, how it was recorded, and how it is now."""

    what: What
    then: str
    now: str

    def to_data(self) -> dict[str, str]:
        """The difference as plain values."""
        return {"what": self.what, "then": self.then, "now": self.now}

    def in_words(self, language: str) -> str:
        """The difference as a sentence without its stop; ``language`` is ``id`` or ``en``."""
        said = _WORDS[self.what][language != "id"]
        return f"{said}: {self.then or '-'} → {self.now or '-'}"


@attrs.frozen(kw_only=True)
class Replayed:
    """A decision decided again; without facts or a policy there is none, and the differences say why."""

    differences: tuple[Difference, ...]
    decision: Decision | None = attrs.field(default=None, repr=False)

    @property
    def same(self) -> bool:
        """Whether it is decided as it was, by the same rules."""
        return not self.differences


def fingerprint(policy: Policy) -> str:
    """What decides, as text: a digest of the rules, a dash, a digest of the parameters of the day.

    Equal rules have equal digests whatever their layout, order, reasons and titles. It stays the same over releases of
    this library and versions of Python.
    """
    rules = sorted([rule.id, *_TOKENS.findall(rule.require), rule.otherwise] for rule in policy.rules)
    conditions = sorted([step.id, *_TOKENS.findall(step.when)] for step in policy.steps if step.when is not None)
    parameters = {
        name: [each.parameter.kind.name, each.parameter.value] for name, each in sorted(policy.parameters.items())
    }
    return f"{_digest([rules, conditions])}-{_digest(parameters)}"


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def replay(recorded: Recorded, policy: Policy) -> Replayed:
    """Decide it again by the policy that is in force on its day now, with the seasons it was decided for."""
    found = [*_of_the_policy(recorded, policy), *_given(recorded, policy)]
    if not recorded.facts:
        return Replayed(differences=(*found, Difference(what="facts", then="", now="erased")))
    try:
        facts = Facts.from_flat(recorded.facts, vocabulary=policy.vocabulary)
    except InvalidInput as error:
        return Replayed(differences=(*found, Difference(what="facts", then="", now=error.message)))
    policy = policy.at(recorded.moment)
    decision = policy.decide(facts)
    compared: tuple[tuple[What, Collection[str], Collection[str]], ...] = (
        ("outcome", [recorded.outcome], [decision.outcome.value]),
        ("failed", recorded.failed, policy.names_of(decision.failed)),
        ("undetermined", recorded.undetermined, policy.names_of(decision.undetermined)),
    )
    for what, then, now in compared:
        if set(then) != set(now):
            found.append(Difference(what=what, then=", ".join(then), now=", ".join(now)))
    return Replayed(differences=tuple(found), decision=decision)


def without_policy(recorded: Recorded, error: PolicyError) -> Replayed:
    """What is left to say where no policy is in force on that day any more."""
    then = f"{recorded.policy} {recorded.version}"
    return Replayed(differences=(Difference(what="policy", then=then, now=error.message),))


def _of_the_policy(recorded: Recorded, policy: Policy) -> list[Difference]:
    then, now = f"{recorded.policy} {recorded.version}", f"{policy.id} {policy.version}"
    if then != now:
        return [Difference(what="version", then=then, now=now)]
    if not recorded.fingerprint:
        return []
    parts = zip(recorded.fingerprint.split("-"), fingerprint(policy).split("-"), strict=False)
    whats: tuple[What, What] = ("rules", "parameters")
    return [
        Difference(what=what, then=one, now=other)
        for what, (one, other) in zip(whats, parts, strict=False)
        if one != other
    ]


def _given(recorded: Recorded, policy: Policy) -> list[Difference]:
    then, now = recorded.given, {each.parameter: each.value for each in policy.given}
    if then == now:
        return []
    told = (", ".join(f"{name} = {value}" for name, value in sorted(given.items())) for given in (then, now))
    return [Difference(what="given", then=next(told), now=next(told))]
