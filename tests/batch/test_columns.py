"""Numbers in columns compute as they do one by one, whatever type a column came in and however large they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl
import pytest
from populations import policy_of

from mkd_core import Facts, Policy
from mkd_core.language import Fact, Kind, Vocabulary, Wording
from mkd_plugins.batch import decide_frame

PLAIN = Wording("", "")
LARGE = Vocabulary(
    [
        Fact(name="a.million", kind=Kind.INTEGER, meaning=PLAIN, low=-(10**6), high=10**6),
        Fact(name="a.billion", kind=Kind.INTEGER, meaning=PLAIN, low=-(10**9), high=10**9),
        Fact(name="a.trillion", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=10**12),
        Fact(name="a.huge", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=2**62),
    ]
)


def failed_one_by_one(policy: Policy, rows: Sequence[dict[str, Any]]) -> list[int]:
    return [policy.masks(Facts.from_flat(row, vocabulary=policy.vocabulary))[0] for row in rows]


def failed_in_columns(policy: Policy, frame: pl.DataFrame) -> dict[str, list[int]]:
    """The masks of the failed rules by engine, in the order of the rows."""
    numbered = frame.with_row_index("id")
    with duckdb.connect() as connection:
        relation = decide_frame(policy, connection.from_arrow(numbered.to_arrow()))
        in_duckdb = relation.order("id").select("failed")
        found = [failed for (failed,) in in_duckdb.fetchall()]
    return {
        "memory": decide_frame(policy, numbered).sort("id")["failed"].to_list(),
        "lazy": decide_frame(policy, numbered.lazy()).collect().sort("id")["failed"].to_list(),
        "duckdb": found,
    }


@pytest.mark.parametrize(
    "rule",
    [
        "a.billion * a.billion * a.billion > 0",
        "a.trillion * a.trillion > 0",
        "a.trillion * a.trillion * a.million > a.trillion",
        "abs(a.billion * a.billion * 100) >= a.trillion",
        "-(a.billion * a.billion * a.billion) < 0",
        "(a.million * a.million) * (a.million * a.million) > 0",
        "max(a.trillion * a.trillion, a.billion) > 1",
        "a.huge + a.huge > 1",
    ],
)
def test_a_result_that_no_integer_of_64_bits_holds_keeps_its_sign_and_size(rule: str) -> None:
    """Where ranges allow it columns compute in floats: nothing wraps around, and no engine stops."""
    policy = policy_of([rule], vocabulary=LARGE)
    rows = [
        {"a.million": 10**6, "a.billion": 10**9, "a.trillion": 10**12, "a.huge": 2**62},
        {"a.million": 99_999, "a.billion": 3_000_000, "a.trillion": 4 * 10**9},
        {"a.million": -(10**6), "a.billion": -(10**9), "a.trillion": 10**12},
        {"a.million": 1, "a.billion": 1, "a.trillion": 1},
        {"a.million": 0, "a.billion": 0, "a.trillion": 0},
    ]

    expected = failed_one_by_one(policy, rows)

    assert failed_in_columns(policy, pl.DataFrame(rows)) == dict.fromkeys(("memory", "lazy", "duckdb"), expected)


def test_integers_are_exact_as_long_as_floats_hold_each_of_them() -> None:
    """One more or less counts up to 2^53, where floats begin to lose integers."""
    policy = policy_of(["a.million * a.billion + a.million != a.million * a.billion + 1"], vocabulary=LARGE)
    rows = [{"a.million": million, "a.billion": 10**9} for million in (1, 2, 10**6, -(10**6))]

    expected = failed_one_by_one(policy, rows)

    assert expected == [1, 0, 0, 0]
    assert failed_in_columns(policy, pl.DataFrame(rows)) == dict.fromkeys(("memory", "lazy", "duckdb"), expected)


@pytest.mark.parametrize("storage", [pl.Int8, pl.UInt8, pl.Int16, pl.UInt16, pl.Int32, pl.UInt32, pl.Int64], ids=str)
@pytest.mark.parametrize(
    "rule",
    [
        "a.y * a.y * a.y > 100",
        "a.y * a.y > 80",
        "(a.y + a.y) * (a.y + a.y) > 127",
        "a.y - a.y - a.y < 0",
        "-a.y < 0",
        "abs(-a.y * a.y * a.y) >= 729",
        "(a.y if a.y > 5 else a.x) * a.y * a.y > 255",
        "max(a.y, a.x) * a.y * a.y > 128",
        "-a.y in {-9, -1}",
    ],
)
def test_narrow_integers_do_not_wrap_around(rule: str, storage: Any) -> None:
    """Nine times nine times nine is 729 in a column of bytes, too, and less than nothing lies below zero."""
    policy = policy_of([rule])
    rows = [{"a.y": number, "a.x": number % 4} for number in (0, 1, 5, 6, 9)]

    expected = failed_one_by_one(policy, rows)
    frame = pl.DataFrame(rows).with_columns(pl.col("a.y", "a.x").cast(storage))

    assert failed_in_columns(policy, frame) == dict.fromkeys(("memory", "lazy", "duckdb"), expected)
