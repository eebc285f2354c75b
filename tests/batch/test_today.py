"""The day of the decision is the fact ``today`` wherever a line or a row does not say another."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from interpreter import ORDER, RULE, WORDS
from populations import Answer, interpreted, policy_of

from mkd_core import VOCABULARY, Facts, Policy
from mkd_plugins.batch import decide_frame

DATED = WORDS.extended([VOCABULARY["today"]])
DAYS = [datetime.date(2025, 1, 1), datetime.date(2025, 1, 2), datetime.date(2028, 2, 29)]
ANSWERS = ["id", "outcome", "failed", "undetermined"]

#: Days that are today's or hang on it.
DAY = st.recursive(
    st.sampled_from(["today", "today", "a.d", 'date("2025-01-02")', 'date("2028-02-29")']),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda each: f"{each[0]}({each[1]}, {each[2]})"),
        st.tuples(inner, st.sampled_from(["a.p", "known(today)"]), inner).map(
            lambda each: f"({each[0]} if {each[1]} else {each[2]})"
        ),
    ),
    max_leaves=3,
)
ABOUT_TODAY = st.one_of(
    st.sampled_from(["known(today)", "not known(today)", 'today in {date("2025-01-01"), date("2028-02-29")}']),
    st.tuples(DAY, ORDER, DAY).map(" ".join),
    st.tuples(DAY, ORDER, st.just("today"), ORDER, DAY).map(" ".join),
    st.tuples(st.sampled_from(["today < a.d", "known(today)"]), st.sampled_from(["and", "or"]), RULE).map(" ".join),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "a.d": st.none() | st.sampled_from(DAYS),
            "a.p": st.none() | st.booleans(),
            "today": st.none() | st.sampled_from(DAYS),
        }
    ),
    min_size=1,
    max_size=8,
)
#: A frame may say days as dates, as text or as moments at midnight, or have no column for the day at all.
FORMS: Mapping[str, Any] = {"date": pl.Date, "text": pl.String, "moment": pl.Datetime, "none": None}


def framed(rows: list[dict[str, Any]], form: str) -> pl.DataFrame:
    schema = {"id": pl.Int64, "a.d": pl.Date, "a.p": pl.Boolean, "today": pl.Date}
    frame = pl.DataFrame([{"id": number, **row} for number, row in enumerate(rows)], schema=schema)
    return frame.drop("today") if FORMS[form] is None else frame.with_columns(pl.col("today").cast(FORMS[form]))


def one_by_one(policy: Policy, row: Mapping[str, Any]) -> Answer:
    decision = policy.decide(Facts.from_flat(row, vocabulary=DATED))
    return decision.outcome.value, decision.failed, decision.undetermined


def by_id(rows: list[tuple[Any, ...]]) -> dict[int, Answer]:
    return {number: (outcome, failed, undetermined) for number, outcome, failed, undetermined in rows}


def without_today(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "today": None} for row in rows]


def answers(policy: Policy, rows: list[dict[str, Any]], day: datetime.date | None) -> dict[int, Answer]:
    """Those of the interpreter, to which the day of the policy is given as a fact."""
    return {number: interpreted(policy, {**row, "today": row["today"] or day}) for number, row in enumerate(rows)}


@settings(max_examples=60)
@given(
    texts=st.lists(ABOUT_TODAY, min_size=1, max_size=6),
    rows=ROWS,
    day=st.sampled_from([*DAYS, None]),
    form=st.sampled_from(list(FORMS)),
)
def test_today_is_the_day_of_the_policy_in_every_engine(
    texts: list[str], rows: list[dict[str, Any]], day: datetime.date | None, form: str
) -> None:
    """One by one, in Polars in memory and lazily, and in DuckDB: the row's own day first, then that of the policy."""
    policy = policy_of(texts, day=day, vocabulary=DATED)
    frame = framed(rows, form)
    said = without_today(rows) if form == "none" else rows

    expected = answers(policy, said, day)
    with duckdb.connect() as connection:
        relation = decide_frame(policy, connection.from_arrow(frame.to_arrow()))
        in_duckdb = relation.select(*ANSWERS).fetchall()

    assert {number: one_by_one(policy, row) for number, row in enumerate(said)} == expected
    assert by_id(decide_frame(policy, frame).select(ANSWERS).rows()) == expected
    assert by_id(decide_frame(policy, frame.lazy()).select(ANSWERS).collect().rows()) == expected
    assert by_id(in_duckdb) == expected


# A query of Spark costs a second, so each has many rules, and none is spent on making a failure smaller.
@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(ABOUT_TODAY, min_size=6, max_size=12),
    rows=ROWS,
    day=st.sampled_from([*DAYS, None]),
    form=st.sampled_from(["date", "string", "timestamp_ntz", "none"]),
)
def test_today_is_the_day_of_the_policy_on_spark_too(
    spark: Any, texts: list[str], rows: list[dict[str, Any]], day: datetime.date | None, form: str
) -> None:
    """The same rules and rows as in the other engines, with days as dates, text or moments, or without a column."""
    policy = policy_of(texts, day=day, vocabulary=DATED)
    cells = [(number, row["a.d"], row["a.p"], row["today"]) for number, row in enumerate(rows)]
    frame = spark.createDataFrame(cells, "id bigint, `a.d` date, `a.p` boolean, today date")
    frame = frame.drop("today") if form == "none" else frame.withColumn("today", frame.today.cast(form))

    decided = decide_frame(policy, frame).select(*ANSWERS).collect()

    expected = answers(policy, without_today(rows) if form == "none" else rows, day)
    assert expected == by_id([tuple(row) for row in decided])


@pytest.mark.parametrize("day", DAYS)
def test_the_day_of_the_policy_is_that_which_it_was_asked_for(day: datetime.date) -> None:
    """``policy.day`` is the day of ``policy.on``, and the one that rules see."""
    policy = policy_of(["today == date('2025-01-02')"], day=day, vocabulary=DATED)

    found = decide_frame(policy, pl.DataFrame({"id": [0]})).select("failed").item()

    assert policy.day == day
    assert found == policy.masks(Facts.from_flat({}, vocabulary=DATED))[0] == (day != DAYS[1])
