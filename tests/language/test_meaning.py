"""Compiled expressions mean what a slow and obvious reading of the same text says."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from interpreter import DAYS, FACTS, NUMBER, RULE, SETTINGS, WORDS, interpret

from mkd_core.language import parse
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Among, exactly, possible
from mkd_core.language.function import Names as Literals
from mkd_core.language.function import compile_lines, compile_value, fast_lines, gap_lines
from mkd_core.language.tree import YES_NO, Node, reads


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
