"""A frame is decided as its rows would be one by one, and refused before anything runs where it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from mkd_core import Facts, InvalidInput
from mkd_plugins.batch import decide_frame
from mkd_plugins.policies import load_policy

DAY = date(2023, 7, 3)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "applicant.rating": "good", "agreement.remote_days": 3, "agreement.latest_end": "16:00"},
    {"id": 2, "applicant.rating": None, "agreement.remote_days": 5, "agreement.latest_end": None},
    {"id": 3, "applicant.rating": "poor", "agreement.remote_days": None, "agreement.latest_end": "30:00"},
    {"id": 4, "applicant.rating": "poor", "agreement.remote_days": 7, "agreement.latest_end": "16:00"},
]


def one_by_one(row: Mapping[str, Any]) -> tuple[str | None, int | None, int | None]:
    """The answer to one line of facts, nothing where a value lies outside the vocabulary."""
    policy = load_policy("jabar-mkd", on=DAY)
    try:
        decision = policy.decide(Facts.from_flat({name: value for name, value in row.items() if "." in name}))
    except InvalidInput:
        return None, None, None
    return decision.outcome.value, decision.failed, decision.undetermined


def answers(decided: pl.DataFrame) -> dict[int, tuple[str | None, int | None, int | None]]:
    """The answers by the identifier of the row."""
    return {row["id"]: (row["outcome"], row["failed"], row["undetermined"]) for row in decided.to_dicts()}


def test_a_frame_is_decided_as_its_rows_are() -> None:
    """Outcome and masks of each row are those of a decision on the same facts."""
    decided = decide_frame(load_policy("jabar-mkd", on=DAY), pl.DataFrame(ROWS))

    assert answers(decided) == {row["id"]: one_by_one(row) for row in ROWS}


def test_a_lazy_frame_stays_lazy() -> None:
    """Nothing is computed before it is asked for, so that a plan may go on, and stream."""
    decided = decide_frame(load_policy("jabar-mkd", on=DAY), pl.LazyFrame(ROWS))

    assert answers(decided.collect()) == {row["id"]: one_by_one(row) for row in ROWS}


def test_an_arrow_table_comes_back_as_one() -> None:
    """Arrow goes by way of Polars and is an Arrow table again, with the same answers."""
    decided = decide_frame(load_policy("jabar-mkd", on=DAY), pa.Table.from_pylist(ROWS))

    assert isinstance(decided, pa.Table)
    found = {row["id"]: (row["outcome"], row["failed"], row["undetermined"]) for row in decided.to_pylist()}
    assert found == {row["id"]: one_by_one(row) for row in ROWS}


def test_what_came_is_kept_and_three_columns_are_added() -> None:
    """Columns keep their order, types and values, those that are no facts too."""
    frame = pl.DataFrame(ROWS)

    decided = decide_frame(load_policy("jabar-mkd", on=DAY), frame)

    assert decided.drop("outcome", "failed", "undetermined").equals(frame)
    assert decided.columns == [*frame.columns, "outcome", "failed", "undetermined"]
    assert decided.schema["outcome"] == pl.String
    assert decided.schema["failed"] == decided.schema["undetermined"] == pl.Int64


def test_a_row_outside_the_vocabulary_has_no_answer() -> None:
    """Eight days a week are nobody's plan: the row says nothing, the others are decided."""
    rows = [
        {**ROWS[0], "agreement.remote_days": 8},
        {**ROWS[1], "applicant.rating": "excellent"},
        {**ROWS[2], "agreement.latest_end": "48:00"},
        ROWS[3],
    ]

    decided = decide_frame(load_policy("jabar-mkd", on=DAY), pl.DataFrame(rows))

    assert answers(decided) == {row["id"]: one_by_one(row) for row in rows}
    assert [row["outcome"] for row in decided.to_dicts()] == [None, None, None, "refuse"]


@pytest.mark.parametrize(
    ("columns", "code", "said"),
    [
        ({"outcome": ["approve"]}, "MKD256", "outcome"),
        ({"agreement.remote_day": [1]}, "MKD257", "did you mean agreement.remote_days?"),
        ({"agreement.remote_days": ["1"]}, "MKD258", "agreement.remote_days: expected integers, not String"),
        ({"applicant.educator": [1]}, "MKD258", "applicant.educator: expected booleans, not Int64"),
        ({"agreement": [{"remote_days": 1}]}, "MKD258", "agreement: a column of structs"),
    ],
)
def test_a_frame_that_cannot_be_decided_is_refused_before(columns: dict[str, list[Any]], code: str, said: str) -> None:
    """The error names the column and what was expected of it."""
    with pytest.raises(InvalidInput, match=code) as refused:
        decide_frame(load_policy("jabar-mkd", on=DAY), pl.DataFrame({"id": [1], **columns}).lazy())

    assert said in str(refused.value)


def test_what_is_no_frame_is_refused() -> None:
    """A list of rows is told which frames there are."""
    with pytest.raises(InvalidInput, match="MKD255"):
        decide_frame(load_policy("jabar-mkd", on=DAY), ROWS)
