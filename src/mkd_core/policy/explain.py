"""One rule explained: what it reads, where its numbers come from, between which values it turns, what a gap does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import Fact, Kind, Value, Wording
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Among, Possible
from mkd_core.language.reach import Reach, Run, TooWideError
from mkd_core.language.tree import Node, mentions, parameters
from mkd_core.policy.policy import Policy
from mkd_core.policy.program import VOTE_SPACE
from mkd_core.policy.saying import Language, inside
from mkd_core.policy.terms import Moment, NamedParameter, Rule
from mkd_core.policy.wording import in_words, value_in_words
from mkd_core.sources import Source

Status = Literal["passed", "failed", "undetermined"]

# Boxes of facts that are looked at for one rule.
MOST_TRIALS = 20_000

_STATUSES: Mapping[int, Status] = {TRUE: "passed", FALSE: "failed", MISSING: "undetermined"}
_TURNS: Mapping[Status, tuple[str, str]] = {
    "passed": ("terpenuhi", "passes"),
    "failed": ("dilanggar", "fails"),
    "undetermined": ("belum dapat ditentukan", "is undetermined"),
}


@attrs.frozen(kw_only=True)
class Turn:
    """Where a rule turns along one fact, all others being as ``others`` says: runs of values, the lowest first."""

    fact: Fact
    runs: tuple[Run, ...]
    others: tuple[tuple[Fact, Value | None], ...]

    def in_words(self, language: Language) -> str:
        """``passes up to 4 days/week, fails from 5 days/week``, and under which values of other facts."""
        text = ", ".join(
            f"{_TURNS[_STATUSES[truth]][language == 'en']} {where}" for truth, where in self._places(language)
        )
        held = [_held(fact, value, language) for fact, value in self.others]
        if not held:
            return text
        return text + {"id": " (dengan ", "en": " (with "}[language] + "; ".join(held) + ")"

    def _places(self, language: Language) -> Iterator[tuple[int, str]]:
        """Each truth and where it holds; what has no order is told truth by truth."""
        if self.fact.kind in (Kind.YES_NO, Kind.CHOICE):
            for truth in dict.fromkeys(run.truth for run in self.runs):
                values = [value_in_words(self.fact, run.low, language) for run in self.runs if run.truth == truth]
                yield truth, {"id": "pada ", "en": "at "}[language] + ", ".join(values)
            return
        for at, run in enumerate(self.runs):
            yield run.truth, _span(self.fact, self.runs, at, language)


@attrs.frozen(kw_only=True)
class Gap:
    """What becomes of a rule while one fact is missing: the statuses that are still possible."""

    fact: Fact
    statuses: tuple[Status, ...]


@attrs.frozen(kw_only=True)
class Explanation:
    """A rule with all that it rests on, under the parameters of the policy's day."""

    policy: Policy
    rule: Rule
    tree: Node
    because: Wording
    source: Source
    parameters: tuple[NamedParameter, ...]
    facts: tuple[Fact, ...]
    turns: tuple[Turn, ...]
    gaps: tuple[Gap, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        """When it is decided."""
        return ("vote",) if any(fact.name.startswith(VOTE_SPACE) for fact in self.facts) else ("request", "vote")

    def in_words(self, language: Language) -> str:
        """What the rule requires, in words."""
        return in_words(self.tree, self.policy.vocabulary, self.policy.parameters, language)

    def source_of(self, parameter: NamedParameter) -> Source | None:
        """The instrument that sets a parameter."""
        return self.policy.sources.get(parameter.source) if parameter.source else None

    def to_data(self) -> dict[str, object]:
        """The explanation as ``mkd policy explain --json`` writes it."""
        turns = {turn.fact.name: turn for turn in self.turns}
        gaps = {gap.fact.name: gap for gap in self.gaps}
        return {
            "rule": self.rule.id,
            "because": {"id": self.because.id, "en": self.because.en},
            "words": {"id": self.in_words("id"), "en": self.in_words("en")},
            "require": self.rule.require,
            "otherwise": self.rule.otherwise,
            "moments": list(self.moments),
            "source": _source_data(self.source, self.rule.article),
            "parameters": [
                {
                    "parameter": each.name,
                    "value": each.parameter.to_data(),
                    "unit": each.unit,
                    "source": _source_data(self.source_of(each), each.article),
                }
                for each in self.parameters
            ],
            "facts": [
                {
                    "fact": fact.name,
                    "meaning": {"id": fact.meaning.id, "en": fact.meaning.en},
                    "values": fact.expected(),
                    "unit": fact.unit,
                    "known_by": fact.source,
                    "negotiable": fact.negotiable,
                    "sensitive": fact.sensitive,
                    "turns": _turn_data(turns.get(fact.name)),
                    "missing": list(gaps[fact.name].statuses) if fact.name in gaps else None,
                }
                for fact in self.facts
            ],
        }


def explain(policy: Policy, rule: str) -> Explanation:
    """The rule of that id explained. Raises ``PolicyError`` for an id that the policy does not have."""
    voting = policy.at("vote")
    ids = [each.id for each in voting.rules]
    if rule not in ids:
        message = f"{policy.id} {policy.version} has no rule {rule!r}"
        raise PolicyError("MKD329", message, where=policy.file, mend=did_you_mean(rule, ids))
    number = ids.index(rule)
    chosen, tree = voting.rules[number], dict(voting.trees)[number]
    reach = Reach(voting.vocabulary, voting.values, budget=MOST_TRIALS)
    facts = tuple(voting.vocabulary[name] for name in mentions(tree))
    return Explanation(
        policy=voting,
        rule=chosen,
        tree=tree,
        because=voting.said(chosen.because),
        source=voting.sources[chosen.source],
        parameters=tuple(voting.parameters[name] for name in parameters(tree)),
        facts=facts,
        turns=tuple(turn for fact in facts if (turn := _turn(reach, tree, fact)) is not None),
        gaps=tuple(gap for fact in facts if (gap := _gap(reach, tree, fact)) is not None),
    )


def _turn(reach: Reach, tree: Node, fact: Fact) -> Turn | None:
    """Where the rule turns along a fact: with the others as in an example of failing, or else of passing."""
    for truth in (FALSE, TRUE):
        try:
            box = reach.example(tree, truth)
            if box is None:
                return None
            point = {name: _point(part, reach.vocabulary[name]) for name, part in box.items()}
            runs = reach.runs(tree, fact.name, point)
        except TooWideError:
            return None
        if {TRUE, FALSE} <= {run.truth for run in runs}:
            others = tuple((reach.vocabulary[name], _value(part)) for name, part in point.items() if name != fact.name)
            return Turn(fact=fact, runs=tuple(runs), others=others)
    return None


def _gap(reach: Reach, tree: Node, fact: Fact) -> Gap | None:
    missing: Possible = MISSING if fact.kind is Kind.YES_NO else Among(missing=True)
    box = {**reach.whole([tree]), fact.name: missing}
    try:
        statuses = [status for truth, status in _STATUSES.items() if reach.can_be(tree, truth, box)]
    except TooWideError:
        return None
    return Gap(fact=fact, statuses=tuple(statuses))


def _point(part: Possible, fact: Fact) -> Possible:
    """One value of a box: the lowest, the first choice in the vocabulary's order, yes before no."""
    if isinstance(part, int):
        return next(bit for bit in (TRUE, FALSE, MISSING) if part & bit)
    if part.choices:
        return Among(choices=frozenset([next(choice for choice in fact.choices if choice in part.choices)]))
    return Among(missing=True) if part.low is None else Among(part.low, part.low)


def _value(part: Possible) -> Value | None:
    if isinstance(part, int):
        return None if part == MISSING else part == TRUE
    if part.choices:
        (choice,) = part.choices
        return choice
    value: Value | None = part.low
    return value


def _span(fact: Fact, runs: Sequence[Run], at: int, language: Language) -> str:
    """Where a run lies: ``up to 4``, ``from 5``, ``from 2 up to 3``, ``at 7``; with fractions ``below 0.5``, too."""
    run = runs[at]

    def said(value: Value) -> str:
        return value_in_words(fact, value, language)

    def word(indonesian: str, english: str) -> str:
        return indonesian if language == "id" else english

    if run.low == run.high:
        return word("pada {}", "at {}").format(said(run.low))
    low, above = _near(run.low, math.inf) if fact.kind is Kind.FLOAT else (run.low, False)
    high, below = _near(run.high, -math.inf) if fact.kind is Kind.FLOAT else (run.high, False)
    begins = (word("di atas {}", "above {}") if above else word("mulai {}", "from {}")).format(said(low))
    ends = (word("di bawah {}", "below {}") if below else word("sampai {}", "up to {}")).format(said(high))
    if at == 0:
        return ends
    return begins if at == len(runs) - 1 else f"{begins} {ends}"


def _near(value: Value, towards: float) -> tuple[Value, bool]:
    """A float as people write it, and whether it is the next one beside a number that they write."""
    assert isinstance(value, int | float)
    shown = round(float(value), 10)
    return (shown, True) if shown != value and math.nextafter(shown, towards) == value else (value, False)


def _held(fact: Fact, value: Value | None, language: Language) -> str:
    meaning = inside(fact.meaning.id if language == "id" else fact.meaning.en)
    if value is None:
        return f"{meaning}: " + {"id": "tidak diketahui", "en": "not known"}[language]
    return f"{meaning}: {value_in_words(fact, value, language)}"


def _turn_data(turn: Turn | None) -> dict[str, object] | None:
    if turn is None:
        return None
    return {
        "runs": [
            {
                "from": turn.fact.show(run.low),
                "to": turn.fact.show(run.high),
                "status": _STATUSES[run.truth],
            }
            for run in turn.runs
        ],
        "with": {fact.name: None if value is None else fact.show(value) for fact, value in turn.others},
    }


def _source_data(source: Source | None, article: str | None) -> dict[str, object] | None:
    if source is None:
        return None
    return {"title": source.title, "article": article, "kind": source.kind, "read": source.read}
