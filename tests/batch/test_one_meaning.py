"""A rule means the same one by one, in Polars, in DuckDB, and to a slow and obvious reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import polars as pl
from hypothesis import given, settings
from populations import ROWS, RULES, Answer, Row, interpreted, policy_of

from mkd_core import Facts, InvalidInput, Policy
from mkd_core.language import show_time
from mkd_plugins.batch import decide_frame

NARROW = {
    "a.x": pl.Int8,
    "a.y": pl.Int8,
    "a.f": pl.Float64,
    "a.p": pl.Boolean,
    "a.q": pl.Boolean,
    "a.t": pl.Int16,
    "a.d": pl.Date,
    "a.c": pl.String,
}
WIDE = {**NARROW, "a.x": pl.Float64, "a.y": pl.Int64, "a.t": pl.Int32, "a.c": pl.Categorical}


def framed(rows: Sequence[Row], schema: dict[str, Any]) -> pl.DataFrame:
    numbered = [{"id": number, **row} for number, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema={"id": pl.Int64, **schema})


def one_by_one(policy: Policy, row: Row) -> Answer:
    said = {name: value for name, value in row.items() if value == value}
    if said["a.t"] is not None:
        said["a.t"] = show_time(said["a.t"]) if said["a.t"] >= 0 else "no time"
    try:
        decision = policy.decide(Facts.from_flat(said, vocabulary=policy.vocabulary))
    except InvalidInput:
        return None, None, None
    return decision.outcome.value, decision.failed, decision.undetermined


def by_id(rows: Iterable[tuple[Any, ...]]) -> dict[int, Answer]:
    """The answers by the identifier, as frames have no order."""
    return {number: tuple(answer) for number, *answer in rows}  # type: ignore[misc]


def expected(policy: Policy, rows: Sequence[Row]) -> dict[int, Answer]:
    return {number: interpreted(policy, row) for number, row in enumerate(rows)}


ANSWERS = ["id", "outcome", "failed", "undetermined"]


@settings(max_examples=80)
@given(texts=RULES, rows=ROWS)
def test_one_by_one_as_the_interpreter(texts: list[str], rows: list[Row]) -> None:
    """Deciding a line of facts is what the columns are compared with, so it is compared itself."""
    policy = policy_of(texts)

    answers = {number: one_by_one(policy, row) for number, row in enumerate(rows)}

    assert expected(policy, rows) == answers


@settings(max_examples=80)
@given(texts=RULES, rows=ROWS)
def test_polars_as_the_interpreter(texts: list[str], rows: list[Row]) -> None:
    """In memory, where the frame is looked through first, and lazily, where it cannot be."""
    policy = policy_of(texts)
    frame = framed(rows, NARROW)

    in_memory = decide_frame(policy, frame).select(ANSWERS).rows()
    lazily = decide_frame(policy, frame.lazy()).select(ANSWERS).collect().rows()

    assert expected(policy, rows) == by_id(in_memory)
    assert expected(policy, rows) == by_id(lazily)


@settings(max_examples=40)
@given(texts=RULES, rows=ROWS)
def test_other_types_of_column_mean_the_same(texts: list[str], rows: list[Row]) -> None:
    """Whole numbers in floats, wider integers and categories are read as what they say."""
    policy = policy_of(texts)

    answers = decide_frame(policy, framed(rows, WIDE)).select(ANSWERS).rows()

    assert expected(policy, rows) == by_id(answers)


@settings(max_examples=60)
@given(texts=RULES, rows=ROWS)
def test_duckdb_as_the_interpreter(texts: list[str], rows: list[Row]) -> None:
    """The engine that stops at an overflow answers for every row all the same."""
    policy = policy_of(texts)
    frame = framed(rows, NARROW)

    with duckdb.connect() as connection:
        relation = decide_frame(policy, connection.from_arrow(frame.to_arrow()))
        answers = relation.select(*ANSWERS).fetchall()

    assert expected(policy, rows) == by_id(answers)


def test_a_number_beyond_its_range_stops_no_engine() -> None:
    """A row whose product overflows has no answer, and takes none of the others with it."""
    policy = policy_of(["a.y * a.y * a.x >= 0", "abs(-a.y) + a.y < 9", "a.x / a.y > 0"])
    rows = [{"a.y": 2**62, "a.x": 3}, {"a.y": -(2**63), "a.x": 3}, {"a.y": 3, "a.x": 3}]
    frame = framed(rows, {"a.x": pl.Int64, "a.y": pl.Int64})

    with duckdb.connect() as connection:
        answers = decide_frame(policy, connection.from_arrow(frame.to_arrow())).select(*ANSWERS).fetchall()

    assert expected(policy, rows) == by_id(answers) == by_id(decide_frame(policy, frame).select(ANSWERS).rows())
