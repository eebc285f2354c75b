"""Frames of pandas are decided as their rows would be, whatever pandas keeps a missing value as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from mkd_core import Facts, InvalidInput
from mkd_plugins.batch import decide_frame
from mkd_plugins.policies import load_policy

DAY = date(2023, 7, 3)
ROWS: list[dict[str, Any]] = [
    {
        "applicant.rating": "good",
        "applicant.educator": False,
        "agreement.remote_days": 3,
        "agreement.weight_total": 100,
    },
    {"applicant.rating": None, "applicant.educator": True, "agreement.remote_days": 5, "agreement.weight_total": 99.5},
    {"applicant.rating": "poor", "applicant.educator": None, "agreement.remote_days": None},
    {"applicant.rating": "poor", "applicant.educator": False, "agreement.remote_days": 7, "agreement.weight_total": 0},
    {"applicant.rating": "very_good", "applicant.educator": False, "agreement.remote_days": 0},
]
NULLABLE = {
    "applicant.rating": "string",
    "applicant.educator": "boolean",
    "agreement.remote_days": "Int8",
    "agreement.weight_total": "Float64",
}
OF_ARROW = {
    "applicant.rating": "string[pyarrow]",
    "applicant.educator": "bool[pyarrow]",
    "agreement.remote_days": "uint8[pyarrow]",
    "agreement.weight_total": "double[pyarrow]",
}

Answer = tuple[str | None, int | None, int | None]


def one_by_one(row: Mapping[str, Any]) -> Answer:
    try:
        decision = load_policy("jabar-mkd", on=DAY).decide(Facts.from_flat(row))
    except InvalidInput:
        return None, None, None
    return decision.outcome.value, decision.failed, decision.undetermined


def answers(decided: pd.DataFrame) -> list[Answer]:
    """The answers by the identifier of the row; what pandas keeps as missing is none."""
    told = decided.sort_values("id")[["outcome", "failed", "undetermined"]].astype(object)
    return [tuple(row) for row in told.where(told.notna(), None).itertuples(index=False)]


def framed(rows: list[dict[str, Any]], kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame([{"id": number, **row} for number, row in enumerate(rows)])
    return frame if kinds is None else frame.astype(kinds)


@pytest.mark.parametrize("kinds", [None, NULLABLE, OF_ARROW], ids=["numpy", "nullable", "arrow"])
def test_a_frame_of_pandas_is_decided_as_its_rows_are(kinds: Mapping[str, str] | None) -> None:
    """Backed by numpy, where NaN stands for what is missing, by the nullable types, or by Arrow."""
    frame = framed(ROWS, kinds)
    assert frame["agreement.remote_days"].isna().sum() == 1

    decided = decide_frame(load_policy("jabar-mkd", on=DAY), frame)

    assert isinstance(decided, pd.DataFrame)
    assert answers(decided) == [one_by_one(row) for row in ROWS]


@pytest.mark.parametrize("kinds", [None, NULLABLE, OF_ARROW], ids=["numpy", "nullable", "arrow"])
def test_what_came_is_kept(kinds: Mapping[str, str] | None) -> None:
    """Other columns, their values and the number of rows stay, and the frame that came is as it was."""
    frame = framed(ROWS, kinds)
    before = frame.copy(deep=True)

    decided = decide_frame(load_policy("jabar-mkd", on=DAY), frame).sort_values("id", ignore_index=True)

    pd.testing.assert_frame_equal(frame, before)
    assert list(decided.columns) == [*frame.columns, "outcome", "failed", "undetermined"]
    for name in frame.columns:
        kept, came = (each[name].astype(object).where(each[name].notna(), None).tolist() for each in (decided, frame))
        assert kept == came


def test_a_row_outside_the_vocabulary_has_no_answer_in_pandas() -> None:
    """Eight days a week, half a day, and a mark that does not exist: no answer, and the other rows have theirs."""
    rows = [
        {"applicant.rating": "good", "agreement.remote_days": 8.0},
        {"applicant.rating": "good", "agreement.remote_days": 2.5},
        {"applicant.rating": "excellent", "agreement.remote_days": 2.0},
        {"applicant.rating": "good", "agreement.remote_days": 5.0},
        {"applicant.rating": "good", "agreement.remote_days": float("nan")},
    ]

    found = answers(decide_frame(load_policy("jabar-mkd", on=DAY), framed(rows)))

    assert found[:3] == [(None, None, None)] * 3
    assert found[3:] == [one_by_one({"applicant.rating": "good", "agreement.remote_days": days}) for days in (5, None)]


def test_moments_categories_and_times_of_pandas_are_read() -> None:
    """A moment at midnight is its day, a category its word; a moment in the afternoon is no day."""
    frame = pd.DataFrame(
        {
            "id": [0, 1, 2],
            "today": [datetime(2023, 7, 3), pd.NaT, datetime(2023, 7, 3, 14)],  # noqa: DTZ001
            "applicant.rating": pd.Categorical(["good", None, "good"]),
            "agreement.latest_end": ["16:00", None, "16:00"],
        }
    )

    found = answers(decide_frame(load_policy("jabar-mkd", on=DAY), frame))

    assert found == [
        one_by_one({"today": "2023-07-03", "applicant.rating": "good", "agreement.latest_end": "16:00"}),
        one_by_one({"today": "2023-07-03"}),
        (None, None, None),
    ]


def test_yes_and_no_among_gaps_are_yes_and_no() -> None:
    """numpy keeps them as objects as soon as one is missing; text and numbers there are still refused."""
    said = framed([{"applicant.educator": True}, {"applicant.educator": None}, {"applicant.educator": False}])
    mixed = framed([{"applicant.educator": "yes"}, {"applicant.educator": None}])

    found = answers(decide_frame(load_policy("jabar-mkd", on=DAY), said))

    assert said["applicant.educator"].dtype == object
    assert found == [one_by_one({"applicant.educator": value}) for value in (True, None, False)]
    with pytest.raises(InvalidInput, match=r"MKD258.*applicant\.educator: expected booleans, not String"):
        decide_frame(load_policy("jabar-mkd", on=DAY), mixed)
