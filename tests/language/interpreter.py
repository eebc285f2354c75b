"""A slow and obvious reading of expressions: one function over Python's own tree, ``None`` for missing.

With it go a small vocabulary of every kind of fact, its parameters, and Hypothesis strategies that draw expressions of
the whole grammar and facts to try them on. Whatever decides in any other way has to agree with this.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mkd_core.language import Fact, Kind, Vocabulary, Wording, read_date, read_parameter, read_time

PLAIN = Wording("", "")
WORDS = Vocabulary(
    [
        Fact(name="a.x", kind=Kind.INTEGER, meaning=PLAIN, low=-3, high=3),
        Fact(name="a.y", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=9),
        Fact(name="a.f", kind=Kind.FLOAT, meaning=PLAIN, low=-2, high=2, step=0.5),
        Fact(name="a.p", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="a.q", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="a.t", kind=Kind.TIME, meaning=PLAIN, low=0, high=2879),
        Fact(name="a.d", kind=Kind.DATE, meaning=PLAIN),
        Fact(name="a.c", kind=Kind.CHOICE, meaning=PLAIN, choices=("red", "green", "blue")),
    ]
)
PARAMETERS = {"n": 2, "r": 0.5, "ns": [0, 1, 2.5], "cs": ["red", "blue"], "t": datetime.time(12), "c": "green"}
SETTINGS = {name: read_parameter(value) for name, value in PARAMETERS.items()}
DAYS = [datetime.date(2025, 1, day) for day in (1, 2, 3)]


def interpret(node: ast.expr, facts: Mapping[str, Any]) -> Any:
    """The value of an expression on these facts, ``None`` where it is missing."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Attribute(ast.Name("parameter"), leaf):
            value = SETTINGS[leaf].value
            return set(value) if isinstance(value, tuple) else value
        case ast.Name(name):
            return facts.get(name)
        case ast.Attribute(ast.Name(space), leaf):
            return facts.get(f"{space}.{leaf}")
        case ast.BoolOp(op, values):
            found = [interpret(value, facts) for value in values]
            settles = isinstance(op, ast.Or)
            if settles in found:
                return settles
            return None if None in found else not settles
        case ast.UnaryOp(op, operand):
            value = interpret(operand, facts)
            if value is None:
                return None
            return not value if isinstance(op, ast.Not) else -value
        case ast.Set(elements):
            return {interpret(element, facts) for element in elements}
        case ast.Compare(left, ops, comparators):
            sides = [interpret(side, facts) for side in (left, *comparators)]
            found = [compare(sides[at], op, sides[at + 1]) for at, op in enumerate(ops)]
            if False in found:
                return False
            return None if None in found else True
        case ast.BinOp(left, op, right):
            one, other = interpret(left, facts), interpret(right, facts)
            if one is None or other is None or (isinstance(op, ast.Div) and other == 0):
                return None
            match op:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
            return one / other
        case ast.IfExp(condition, then, otherwise):
            asked = interpret(condition, facts)
            return None if asked is None else interpret(then if asked else otherwise, facts)
        case ast.Call(ast.Name("known"), [argument]):
            return interpret(argument, facts) is not None
        case ast.Call(ast.Name("time"), [ast.Constant(text)]):
            return read_time(text)
        case ast.Call(ast.Name("date"), [ast.Constant(text)]):
            return read_date(text)
        case ast.Call(ast.Name(name), arguments):
            values = [interpret(argument, facts) for argument in arguments]
            return None if None in values else {"min": min, "max": max, "abs": abs}[name](*values)
    raise AssertionError(ast.dump(node))


def compare(left: Any, op: ast.cmpop, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    match op:
        case ast.Lt():
            return bool(left < right)
        case ast.LtE():
            return bool(left <= right)
        case ast.Gt():
            return bool(left > right)
        case ast.GtE():
            return bool(left >= right)
        case ast.Eq():
            return bool(left == right)
        case ast.NotEq():
            return bool(left != right)
        case ast.In():
            return left in right
    return left not in right


ORDER = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
NUMBER = st.recursive(
    st.sampled_from(["a.x", "a.y", "a.f", "parameter.n", "parameter.r", "0", "1", "2.5", "-1"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})"),
        inner.map(lambda each: f"-{each}"),
        inner.map(lambda each: f"abs({each})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda each: f"{each[0]}({each[1]}, {each[2]})"),
        st.tuples(inner, st.sampled_from(["a.p", "a.q", "known(a.x)", "a.x < 1"]), inner).map(
            lambda each: f"({each[0]} if {each[1]} else {each[2]})"
        ),
    ),
    max_leaves=4,
)
TIME = st.sampled_from(["a.t", 'time("10:00")', 'time("30:00")', "parameter.t"])
DATE = st.sampled_from(["a.d", 'date("2025-01-02")'])
CHOICE = st.sampled_from(['"red"', '"blue"', "parameter.c", "a.c"])
ATOM = st.one_of(
    st.sampled_from(["a.p", "a.q", "True", "False", "known(a.x)", "known(a.c)", "known(a.t)", "a.p == a.q"]),
    st.tuples(NUMBER, ORDER, NUMBER).map(" ".join),
    st.tuples(NUMBER, ORDER, NUMBER, ORDER, NUMBER).map(" ".join),
    st.tuples(NUMBER, st.sampled_from(["in", "not in"]), st.sampled_from(["{0, 1}", "{-1, 2.5}", "parameter.ns"])).map(
        " ".join
    ),
    st.tuples(TIME, ORDER, TIME).map(" ".join),
    st.tuples(DATE, ORDER, DATE).map(" ".join),
    st.tuples(st.just("a.c"), st.sampled_from(["==", "!="]), CHOICE).map(" ".join),
    st.tuples(st.just("a.c"), st.sampled_from(["in", "not in"]), st.sampled_from(['{"red"}', "parameter.cs"])).map(
        " ".join
    ),
    st.sampled_from(['a.t in {time("10:00")}', 'a.d not in {date("2025-01-02")}', "a.p in {True}"]),
)
RULE = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' and '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
        inner.map(lambda each: f"(not {each})"),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
    ),
    max_leaves=6,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a.x": st.integers(-3, 3),
    "a.y": st.integers(0, 9),
    "a.f": st.sampled_from([-2.0, -0.5, 0.0, 0.1, 1.0]),
    "a.p": st.booleans(),
    "a.q": st.booleans(),
    "a.t": st.sampled_from([0, 599, 600, 720, 1800]),
    "a.d": st.sampled_from(DAYS),
    "a.c": st.sampled_from(["red", "green", "blue"]),
}
FACTS = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})
