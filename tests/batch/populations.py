"""Policies of drawn rules, and populations with gaps and with values that no vocabulary allows."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from interpreter import CHOICE, DATE, NUMBER, ORDER, PARAMETERS, RULE, TIME, VALUES, WORDS, interpret

from mkd_core import Policy
from mkd_core.language import Vocabulary

Answer = tuple[str | None, int | None, int | None]
Row = Mapping[str, Any]

EFFECTS = ("refuse", "refer", "warn")

#: Floats that leave the finite numbers, and come back as what is no number.
WILD = st.recursive(
    st.sampled_from(["a.f", "a.x", "1e200 * 1e200", "(1 / a.f)", "(a.f * 1e200 * 1e200)", "(a.x * 1e300 * 1e9)"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})"),
    max_leaves=5,
)
#: Numbers that no narrow integer holds.
LARGE = st.sampled_from(["a.y * a.y * a.y", "a.x * a.y * a.y - a.y", "abs(-a.y * a.y)"])
#: What the grammar of the interpreter has not: conditionals and extremes of every kind, yes or no compared, floods.
MORE = st.one_of(
    st.tuples(st.sampled_from(["min", "max"]), TIME, TIME, ORDER, TIME).map(
        lambda each: f"{each[0]}({each[1]}, {each[2]}) {each[3]} {each[4]}"
    ),
    st.tuples(st.sampled_from(["min", "max"]), DATE, DATE, ORDER, DATE).map(
        lambda each: f"{each[0]}({each[1]}, {each[2]}) {each[3]} {each[4]}"
    ),
    st.tuples(RULE, CHOICE).map(lambda each: f"(a.c if {each[0]} else a.c) == {each[1]}"),
    st.tuples(RULE, TIME, TIME).map(lambda each: f"({each[1]} if {each[0]} else {each[2]}) < a.t"),
    st.tuples(RULE, RULE).map(lambda each: f"({each[0]}) != ({each[1]})"),
    st.tuples(RULE, st.sampled_from(["{True}", "{False}", "{True, False}"])).map(
        lambda each: f"({each[0]}) in {each[1]}"
    ),
    st.tuples(LARGE, ORDER, NUMBER).map(" ".join),
    st.tuples(WILD, ORDER, WILD).map(" ".join),
    st.tuples(WILD, ORDER, WILD, ORDER, WILD).map(" ".join),
    st.tuples(WILD, WILD, ORDER, NUMBER).map(lambda each: f"max({each[0]}, {each[1]}) {each[2]} {each[3]}"),
    st.tuples(WILD, WILD, NUMBER, ORDER).map(lambda each: f"abs(min({each[0]}, {each[1]}, {each[2]})) {each[3]} 1"),
    st.tuples(NUMBER, NUMBER, NUMBER).map(lambda each: f"1 / ({each[0]}) / ({each[1]}) / ({each[2]}) < 0.5"),
)
RULES = st.lists(st.one_of(RULE, MORE), min_size=1, max_size=12)

#: Beside what is allowed, what is not; NaN is missing.
BESIDE: Mapping[str, Sequence[Any]] = {
    "a.x": [4, -4, 127],
    "a.y": [-1, 10, -128],
    "a.f": [2.5, -1e300, float("inf"), float("-inf"), float("nan")],
    "a.p": [None],
    "a.q": [None],
    "a.t": [2880, -1, 32767],
    "a.d": [None],
    "a.c": ["", "Red", "pink"],
}
CELLS = {name: st.one_of(*[values] * 6, st.none(), st.sampled_from(BESIDE[name])) for name, values in VALUES.items()}
ROW = st.fixed_dictionaries({name: VALUES[name] | st.none() for name in VALUES}) | st.fixed_dictionaries(CELLS)
ROWS = st.lists(ROW, min_size=1, max_size=12)


def policy_of(texts: Sequence[str], *, day: datetime.date | None = None, vocabulary: Vocabulary = WORDS) -> Policy:
    """A policy with these rules, their effects in turn."""
    parameters = "\n".join(f"{name} = {{ value = {_toml(value)} }}" for name, value in PARAMETERS.items())
    rules = "\n".join(
        f"[[rules]]\nid = 'r{number}'\nrequire = '''{text}'''\notherwise = '{EFFECTS[number % 3]}'\n"
        f"because = {{ id = 'x', en = 'x' }}\nsource = 's'"
        for number, text in enumerate(texts)
    )
    text = f"""
[policy]
id = "drawn"
version = "1"
in_force = {{ from = 2025-01-01 }}
title = {{ id = "x", en = "x" }}
[sources.s]
title = "x"
kind = "ours"
read = "ours"
[parameters]
{parameters}
{rules}
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""
    policy = Policy.from_toml(text, vocabulary=vocabulary)
    return policy if day is None else policy.on(day)


def interpreted(policy: Policy, row: Row) -> Answer:
    """What the obvious interpreter says of a row."""
    facts = {name: None if value != value else value for name, value in row.items()}
    for fact in WORDS:
        value = facts.get(fact.name)
        outside = fact.low is not None and value is not None and not fact.low <= value <= fact.high
        if outside or (fact.choices and value is not None and value not in fact.choices):
            return None, None, None
    failed = undetermined = 0
    for number, rule in enumerate(policy.rules):
        found = interpret(ast.parse(rule.require, mode="eval").body, facts)
        failed |= (found is False) << number
        undetermined |= (found is None) << number
    open_or_failed = failed | undetermined
    effects = {rule.otherwise: 0 for rule in policy.rules}
    for number, rule in enumerate(policy.rules):
        effects[rule.otherwise] |= 1 << number
    if failed & effects.get("refuse", 0):
        return "refuse", failed, undetermined
    refers = open_or_failed & (effects.get("refer", 0) | effects.get("refuse", 0))
    return "refer" if refers else "approve", failed, undetermined


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return value.isoformat() if isinstance(value, datetime.time) else repr(value)
