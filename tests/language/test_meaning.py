"""Compiled expressions mean what a slow and obvious reading of the same text says."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.language import Fact, Kind, Vocabulary, Wording, parse, read_date, read_parameter, read_time
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Among, exactly, possible
from mkd_core.language.function import Names as Literals
from mkd_core.language.function import compile_lines, compile_value, fast_lines, gap_lines
from mkd_core.language.tree import YES_NO, Node, reads

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


# The obvious interpreter: one function, Python's own tree, None for missing.
def interpret(node: ast.expr, facts: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Attribute(ast.Name("parameter"), leaf):
            value = SETTINGS[leaf].value
            return set(value) if isinstance(value, tuple) else value
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


def row(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(facts[fact.name] for fact in WORDS)


def masks(rules: Sequence[tuple[int, Node]], facts: Mapping[str, Any]) -> tuple[int, int]:
    """What the rules give when facts may be missing."""
    names = Literals()
    lines = gap_lines(rules, WORDS, SETTINGS, names)
    written = ["def masks(v):", *(f"    {line}" for line in lines), "    return failed, undetermined"]
    found: tuple[int, int] = compile_lines(written, names.bound, "masks")(row(facts))
    return found


def truth(value: bool | None) -> int:
    return MISSING if value is None else TRUE if value else FALSE


@settings(max_examples=150, deadline=None)
@given(text=RULE, facts=FACTS)
def test_three_values_are_those_of_kleene(text: str, facts: dict[str, Any]) -> None:
    """With any facts missing, the compiled rule passes, fails or stays open as the obvious reading does."""
    tree = parse(text, WORDS, SETTINGS, expect=YES_NO)

    failed, undetermined = masks([(5, tree)], facts)

    expected = interpret(ast.parse(text, mode="eval").body, facts)
    assert ((expected is False) << 5, (expected is None) << 5) == (failed, undetermined)


@settings(max_examples=150, deadline=None)
@given(text=RULE, facts=FACTS)
def test_the_fast_way_is_right_wherever_nothing_it_reads_is_missing(text: str, facts: dict[str, Any]) -> None:
    """The two-valued function agrees, or leaves by a division by zero."""
    tree = parse(text, WORDS, SETTINGS, expect=YES_NO)
    for name in reads(tree):
        if facts[name] is None:
            facts[name] = {"a.p": False, "a.q": True, "a.c": "red", "a.d": DAYS[0], "a.f": 0.5}.get(name, 1)
    names = Literals()
    lines = fast_lines([(0, tree)], WORDS, SETTINGS, names)
    fast = compile_lines(["def fast(v):", *(f"    {line}" for line in lines), "    return failed"], names.bound, "fast")

    expected = interpret(ast.parse(text, mode="eval").body, facts)
    try:
        failed = fast(row(facts))
    except ZeroDivisionError:
        assert masks([(0, tree)], facts) == (int(expected is False), int(expected is None))
    else:
        assert int(expected is not True) == failed
        assert expected is not None


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(RULE, min_size=2, max_size=3), facts=FACTS)
def test_rules_do_not_disturb_each_other(texts: list[str], facts: dict[str, Any]) -> None:
    """Rules that are compiled together give what each gives alone."""
    rules = [(number, parse(text, WORDS, SETTINGS, expect=YES_NO)) for number, text in enumerate(texts)]

    together = masks(rules, facts)

    alone = [masks([rule], facts) for rule in rules]
    assert (sum(failed for failed, _ in alone), sum(unknown for _, unknown in alone)) == together


@settings(max_examples=150, deadline=None)
@given(text=NUMBER, facts=FACTS)
def test_numbers_are_computed_as_written(text: str, facts: dict[str, Any]) -> None:
    """Arithmetic gives what the obvious reading gives, and nothing where something is missing."""
    tree = parse(text, WORDS, SETTINGS)

    value = compile_value(tree, WORDS, SETTINGS)(row(facts))

    assert interpret(ast.parse(text, mode="eval").body, facts) == value


@settings(max_examples=150, deadline=None)
@given(text=RULE, facts=FACTS)
def test_a_point_comes_to_one_truth(text: str, facts: dict[str, Any]) -> None:
    """A box of single values can come to exactly what deciding gives."""
    tree = parse(text, WORDS, SETTINGS, expect=YES_NO)
    box = {fact.name: exactly(facts[fact.name], fact.kind) for fact in WORDS}

    expected = interpret(ast.parse(text, mode="eval").body, facts)
    assert truth(expected) == possible(tree, box, SETTINGS)


@settings(max_examples=150, deadline=None)
@given(text=RULE, facts=FACTS, low=st.integers(-3, 3), high=st.integers(-3, 3), more=st.integers(0, 9))
def test_a_box_never_forgets_a_truth(text: str, facts: dict[str, Any], low: int, high: int, more: int) -> None:
    """Whatever some values inside a box come to, the box can come to."""
    low, high = min(low, high), max(low, high)
    tree = parse(text, WORDS, SETTINGS, expect=YES_NO)
    box: dict[str, Any] = {fact.name: exactly(facts[fact.name], fact.kind) for fact in WORDS}
    box |= {"a.x": Among(low, high), "a.y": Among(0, more), "a.p": TRUE | FALSE}
    box |= {"a.f": Among(-2.0, 1.0), "a.c": Among(choices=frozenset(["red", "blue"]))}

    seen = possible(tree, box, SETTINGS)

    body = ast.parse(text, mode="eval").body
    for x in range(low, high + 1):
        for y in {0, more // 2, more}:
            for p in (True, False):
                for f, c in ((-2.0, "red"), (0.1, "blue"), (1.0, "blue")):
                    inside = {**facts, "a.x": x, "a.y": y, "a.p": p, "a.f": f, "a.c": c}
                    assert truth(interpret(body, inside)) & seen
