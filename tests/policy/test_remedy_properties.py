"""Remedies of random policies over the whole grammar, against a search that tries every value of every fact."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.language import Fact, Kind, Vocabulary, Wording
from mkd_core.policy import Decision, Facts, Outcome, Policy

PLAIN = Wording("", "")
WORDS = Vocabulary(
    [
        Fact(name="w.fixed", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=2),
        Fact(name="w.set", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="w.day", kind=Kind.DATE, meaning=PLAIN),
        Fact(name="w.x", kind=Kind.INTEGER, meaning=PLAIN, low=-1, high=2, negotiable=True),
        Fact(name="w.y", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=6, step=2, negotiable=True),
        Fact(name="w.p", kind=Kind.YES_NO, meaning=PLAIN, negotiable=True),
        Fact(name="w.f", kind=Kind.FLOAT, meaning=PLAIN, low=0, high=1, step=0.5, negotiable=True),
        Fact(name="w.t", kind=Kind.TIME, meaning=PLAIN, low=480, high=482, negotiable=True),
        Fact(name="w.c", kind=Kind.CHOICE, meaning=PLAIN, choices=("red", "green", "blue"), negotiable=True),
    ],
    invariants=["w.x <= w.y", "not w.p or not known(w.fixed) or w.fixed > 0"],
)
GRIDS: dict[str, list[Any]] = {
    "w.x": [-1, 0, 1, 2],
    "w.y": [0, 2, 4, 6],
    "w.p": [False, True],
    "w.f": [0.0, 0.5, 1.0],
    "w.t": [480, 481, 482],
    "w.c": ["red", "green", "blue"],
}
# What a missing fact could turn out to be; the date is left to tests of their own.
KNOWABLE = {**GRIDS, "w.fixed": [0, 1, 2], "w.set": [False, True]}
HEAD = """
[policy]
id = "random"
version = "1"
in_force = { from = 2023-06-19 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
n = { value = 2 }
r = { value = 0.5 }
ns = { value = [0, 2, 2.5] }
cs = { value = ["red", "blue"] }
t = { value = 08:01:00 }
"""


def policy_of(rules: Sequence[tuple[str, str]]) -> Policy:
    tables = [
        f"[[rules]]\nid = 'r{number}'\nrequire = '''{require}'''\notherwise = '{otherwise}'\n"
        f"because = {{ id = 'r', en = 'r' }}\nsource = 'ours'\n"
        for number, (require, otherwise) in enumerate(rules)
    ]
    return Policy.from_toml(HEAD + "".join(tables), vocabulary=WORDS)


def facts_of(flat: dict[str, Any]) -> Facts:
    return Facts(WORDS, tuple(flat.get(fact.name) for fact in WORDS))


# ---- the whole grammar ---------------------------------------------------------------------------------------------

ORDER = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
NUMBER = st.recursive(
    st.sampled_from(["w.x", "w.y", "w.f", "w.fixed", "parameter.n", "parameter.r", "0", "1", "2.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})"),
        inner.map(lambda each: f"(-{each})"),
        inner.map(lambda each: f"abs({each})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda each: f"{each[0]}({each[1]}, {each[2]})"),
        st.tuples(inner, st.sampled_from(["w.p", "w.x > 0"]), inner).map(
            lambda each: f"({each[0]} if {each[1]} else {each[2]})"
        ),
    ),
    max_leaves=3,
)
TIME = st.sampled_from(["w.t", 'time("08:01")', "parameter.t", 'max(w.t, time("08:01"))'])
ATOM = st.one_of(
    st.tuples(NUMBER, ORDER, NUMBER).map(" ".join),
    st.tuples(NUMBER, ORDER, NUMBER, ORDER, NUMBER).map(" ".join),
    st.tuples(TIME, ORDER, TIME).map(" ".join),
    st.tuples(NUMBER, st.sampled_from(["in", "not in"]), st.sampled_from(["{0, 1}", "parameter.ns"])).map(" ".join),
    st.sampled_from(
        [
            "w.p",
            "w.set",
            "known(w.fixed)",
            "known(w.x)",
            'w.c == "blue"',
            'w.c != "red"',
            "w.c in parameter.cs",
            'w.c not in {"red", "green"}',
            "w.p == (w.y > 2)",
        ]
    ),
)
RULE = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        inner.map(lambda each: f"not ({each})"),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(
            lambda each: f"({each[0]}){each[1]}({each[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda each: f"(({each[0]}) if ({each[1]}) else ({each[2]}))"),
    ),
    max_leaves=3,
)
RULES = st.lists(st.tuples(RULE, st.sampled_from(["refuse", "refer", "warn"])), min_size=1, max_size=4)
FLAT = st.fixed_dictionaries(
    {
        "w.fixed": st.none() | st.integers(0, 2),
        "w.set": st.none() | st.booleans(),
        "w.x": st.none() | st.integers(-1, 2),
        # 1 and 0.3 lie beside their grids.
        "w.y": st.none() | st.sampled_from([0, 1, 2, 6]),
        "w.p": st.none() | st.booleans(),
        "w.f": st.none() | st.sampled_from([0.0, 0.3, 1.0]),
        "w.t": st.none() | st.integers(480, 482),
        "w.c": st.none() | st.sampled_from(["red", "green", "blue"]),
    }
)


# ---- the obvious search --------------------------------------------------------------------------------------------


class Obvious:
    """Every value of every fact, in the order that the definition gives."""

    def __init__(self, rules: Sequence[tuple[str, str]], flat: dict[str, Any]) -> None:
        self.rules, self.flat = rules, flat
        self.policy = policy_of(self.rules)
        self.truths = policy_of([(text, "refuse") for text in WORDS.invariants])
        self.held = self.passed(self.truths, self.flat)
        decision = self.policy.decide(facts_of(self.flat))
        found = [finding for finding in decision.all_findings if finding.effect != "warn"]
        self.grave = [int(finding.rule[1:]) for finding in found]
        self.missing = {int(finding.rule[1:]): finding.missing for finding in found}
        broken = {int(finding.rule[1:]): finding.status for finding in found if finding.status != "passed"}
        self.waiting = [rule for rule, status in broken.items() if status == "undetermined" and self.missing[rule]]
        stuck = [rule for rule in broken if rule not in self.waiting and not self.satisfiable([rule])]
        self.waiting += [rule for rule in stuck if self.missing[rule] and self.satisfiable_once_known(rule)]
        self.unfixable = [rule for rule in stuck if rule not in self.waiting]
        self.wanted = [rule for rule in self.grave if rule not in self.waiting and rule not in self.unfixable]
        self.needed = dict.fromkeys(name for rule in sorted(self.waiting) for name in self.missing[rule])

    def passed(self, policy: Policy, flat: dict[str, Any]) -> set[int]:
        failed, undetermined = policy.masks(facts_of(flat))
        return {rule for rule in range(len(policy.rules)) if not (failed | undetermined) >> rule & 1}

    def variants(self, flat: dict[str, Any], free: Sequence[str]) -> Iterator[dict[str, Any]]:
        # Facts that nothing reads would only make it long.
        said = " ".join([*(text for text, _ in self.rules), *WORDS.invariants])
        free = [name for name in free if name in said]
        grids = [dict.fromkeys([*([] if flat[name] is None else [flat[name]]), *KNOWABLE[name]]) for name in free]
        for values in itertools.product(*grids):
            yield {**flat, **dict(zip(free, values, strict=True))}

    def satisfying(self, rules: Sequence[int], missing: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        free = [name for name in GRIDS if self.flat[name] is not None]
        for flat in self.variants(self.flat, [*free, *missing]):
            if self.passed(self.policy, flat).issuperset(rules) and self.passed(self.truths, flat) >= self.held:
                yield flat

    def satisfiable(self, rules: Sequence[int]) -> bool:
        return any(True for _ in self.satisfying(rules))

    def satisfiable_once_known(self, rule: int) -> bool:
        return any(True for _ in self.satisfying([rule], self.missing[rule]))

    def changed(self, flat: dict[str, Any]) -> dict[str, Any]:
        return {name: flat[name] for name in GRIDS if flat[name] != self.flat[name]}

    def order(self, flat: dict[str, Any]) -> Any:
        changed = self.changed(flat)
        steps = {"w.f": 0.5, "w.y": 2}
        distance = sum(
            1 if name in {"w.c", "w.p"} else math.ceil(abs(value - self.flat[name]) / steps.get(name, 1))
            for name, value in changed.items()
        )
        values = [GRIDS[name].index(value) for name, value in changed.items()]
        return len(changed), distance, [list(GRIDS).index(name) for name in changed], values

    def best(self) -> dict[str, Any] | None:
        found = min(self.satisfying(self.wanted), key=self.order, default=None)
        return None if found is None else self.changed(found)


def decided(rules: Sequence[tuple[str, str]], flat: dict[str, Any]) -> Decision:
    return policy_of(rules).decide(facts_of(flat))


def changes_of(decision: Decision) -> dict[str, Any]:
    return {change.fact: WORDS[change.fact].read(change.proposed) for change in decision.remedy().changes}


@settings(max_examples=100, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_the_remedy_is_exactly_what_trying_everything_finds(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """Changes, needed, unfixable and conflict are those of the definition, over the whole grammar."""
    obvious = Obvious(rules, flat)
    best = obvious.best()

    remedy = decided(rules, flat).remedy()

    assert remedy.complete
    assert tuple(obvious.needed) == remedy.needed
    assert tuple(f"r{rule}" for rule in obvious.unfixable) == remedy.unfixable
    if best is not None:
        assert best == changes_of(decided(rules, flat))
        assert remedy.conflict == ()
        return
    conflict = [int(rule[1:]) for rule in remedy.conflict]
    assert len(conflict) > 1
    assert not obvious.satisfiable(conflict)
    for smaller in itertools.combinations(obvious.wanted, len(conflict) - 1):
        assert obvious.satisfiable(smaller)


@settings(max_examples=100, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_deciding_again_gives_the_outcome_that_the_remedy_says(
    rules: list[tuple[str, str]], flat: dict[str, Any]
) -> None:
    """Applied, a remedy without a reservation approves; and any remedy says what deciding again gives."""
    decision = decided(rules, flat)
    remedy = decision.remedy()

    mended = decided(rules, {**flat, **changes_of(decision)})

    assert remedy.outcome is mended.outcome
    if not remedy.needed and not remedy.unfixable and not remedy.conflict:
        assert mended.outcome is Outcome.APPROVE


@settings(max_examples=100, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_what_always_holds_is_kept(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """An invariant of the vocabulary that held before a remedy holds after it, and no missing fact is invented."""
    obvious = Obvious(rules, flat)
    changes = changes_of(decided(rules, flat))

    assert obvious.passed(obvious.truths, {**flat, **changes}) >= obvious.held
    assert all(flat[name] is not None and value in GRIDS[name] for name, value in changes.items())


@settings(max_examples=60, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_no_smaller_part_of_a_remedy_would_do(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """Where a remedy approves, every change of it is needed."""
    obvious = Obvious(rules, flat)
    decision = decided(rules, flat)
    changes = changes_of(decision)
    if decision.remedy().outcome is not Outcome.APPROVE:
        return

    for count in range(len(changes)):
        for some in itertools.combinations(changes.items(), count):
            part = {**flat, **dict(some)}
            broken = not obvious.passed(obvious.truths, part) >= obvious.held
            assert broken or decided(rules, part).outcome is not Outcome.APPROVE


@settings(max_examples=60, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_every_remedy_is_said_in_both_languages(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """One sentence for each change, missing fact and rule without a way out, and one for a conflict."""
    remedy = decided(rules, flat).remedy()

    for language in ("id", "en"):
        said = remedy.in_words(language)
        expected = len(remedy.changes) + len(remedy.needed) + len(remedy.unfixable) + bool(remedy.conflict)
        assert expected == len(said)
        for change, sentence in zip(remedy.changes, said, strict=False):
            proposed = str(change.proposed).replace(".", ",") if language == "id" else str(change.proposed)
            if not isinstance(change.proposed, bool | float):
                assert sentence.endswith(f" {proposed}")
