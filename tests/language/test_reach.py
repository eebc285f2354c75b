"""What expressions can come to is never told wrong, over the whole grammar."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import assume, given, settings
from interpreter import FACTS, RULE, SETTINGS, WORDS, interpret

from mkd_core.language import parse
from mkd_core.language.cuts import FALSE, MISSING, TRUE, exactly, possible
from mkd_core.language.reach import Reach, TooWideError
from mkd_core.language.syntax import parse_placed
from mkd_core.language.tree import mentions, walk

MASKS = {True: TRUE, False: FALSE, None: MISSING}


@settings(max_examples=100, deadline=None)
@given(RULE, FACTS)
def test_what_happens_can_happen(text: str, facts: dict[str, Any]) -> None:
    """A truth that some line of facts brings about is never said to be out of reach."""
    truth = MASKS[interpret(ast.parse(text, mode="eval").body, facts)]

    try:
        assert Reach(WORDS, SETTINGS).can_be(parse(text, WORDS, SETTINGS), truth)
    except TooWideError:
        assume(False)


@settings(max_examples=100, deadline=None)
@given(RULE)
def test_an_example_is_one(text: str) -> None:
    """Everywhere in the box of an example the expression comes to the truth that was asked for."""
    tree = parse(text, WORDS, SETTINGS)
    for truth in (TRUE, FALSE, MISSING):
        try:
            box = Reach(WORDS, SETTINGS).example(tree, truth)
        except TooWideError:
            continue
        assert box is None or possible(tree, box, SETTINGS) == truth


@settings(max_examples=100, deadline=None)
@given(RULE, FACTS)
def test_runs_are_what_deciding_gives_along_a_fact(text: str, facts: dict[str, Any]) -> None:
    """On each end of a run, all other facts as they are, the expression comes to the truth of the run."""
    tree, read = parse(text, WORDS, SETTINGS), ast.parse(text, mode="eval").body
    box = {name: exactly(value, WORDS[name].kind) for name, value in facts.items()}
    for name in mentions(tree):
        try:
            runs = Reach(WORDS, SETTINGS).runs(tree, name, box)
        except TooWideError:
            continue
        assert [run for run in runs if run.low is None] == []
        for run in runs:
            for end in (run.low, run.high):
                assert MASKS[interpret(read, {**facts, name: end})] == run.truth


@settings(max_examples=100, deadline=None)
@given(RULE)
def test_every_part_of_an_expression_has_its_place(text: str) -> None:
    """The text from the column of a part on begins with that part as it is written."""
    placed = parse_placed(f"\n  {text}", WORDS, SETTINGS)

    for node in walk(placed.tree):
        assert placed.text[placed.column(node) - 1 :].startswith(placed.written(node))


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("a.x <= parameter.n", [(-3, 2, TRUE), (3, 3, FALSE)]),
        ("a.x in {0, 2}", [(-3, -1, FALSE), (0, 0, TRUE), (1, 1, FALSE), (2, 2, TRUE), (3, 3, FALSE)]),
        ("a.y / 3 > 1.5", [(0, 4, FALSE), (5, 9, TRUE)]),
        ("1 / a.x > 0", [(-3, -1, FALSE), (0, 0, MISSING), (1, 3, TRUE)]),
        ("a.c != parameter.c", [("red", "red", TRUE), ("green", "green", FALSE), ("blue", "blue", TRUE)]),
        ("not a.p", [(False, False, TRUE), (True, True, FALSE)]),
        ('a.t < time("10:00")', [(0, 599, TRUE), (600, 2879, FALSE)]),
    ],
)
def test_the_runs_of_an_expression(text: str, runs: list[tuple[object, object, int]]) -> None:
    """Whole numbers, times and choices turn where they are compared; a division by zero is missing."""
    tree = parse(text, WORDS, SETTINGS)
    [name] = mentions(tree)

    assert [(run.low, run.high, run.truth) for run in Reach(WORDS, SETTINGS).runs(tree, name, {})] == runs


def test_fractions_turn_without_a_gap() -> None:
    """Next below a half lies the largest float that is smaller."""
    below, above = Reach(WORDS, SETTINGS).runs(parse("a.f >= parameter.r", WORDS, SETTINGS), "a.f", {})

    assert (below.truth, above.truth, above.low) == (FALSE, TRUE, 0.5)
    assert isinstance(below.high, float)
    assert 0.4999999 < below.high < 0.5


def test_questions_end() -> None:
    """What is not settled within the budget is not answered, neither by one question nor by many."""
    tree = parse("a.y * 3.7 - a.f * 1.3 == abs(a.x) / 7.1 + 0.001", WORDS, SETTINGS)
    with pytest.raises(TooWideError):
        Reach(WORDS, SETTINGS).can_be(tree, TRUE)

    thrifty, easy = Reach(WORDS, SETTINGS, budget=60), parse("a.x <= 1", WORDS, SETTINGS)
    assert all(thrifty.can_be(easy, TRUE) for _ in range(4))
    with pytest.raises(TooWideError):
        all(thrifty.can_be(easy, TRUE) for _ in range(60))
