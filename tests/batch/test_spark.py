"""Spark, as on a cluster, gives the answers of the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from populations import ROW, RULES, Answer, Row, interpreted, policy_of

from mkd_core import InvalidInput, Policy
from mkd_plugins.batch import decide_frame
from mkd_plugins.batch.files import decide_file

pytestmark = pytest.mark.spark

SCHEMA = {
    "a.x": "tinyint",
    "a.y": "bigint",
    "a.f": "double",
    "a.p": "boolean",
    "a.q": "boolean",
    "a.t": "smallint",
    "a.d": "date",
    "a.c": "string",
}


def framed(spark, rows: Sequence[Row]):
    columns = ", ".join(f"`{name}` {kind}" for name, kind in {"id": "bigint", **SCHEMA}.items())
    return spark.createDataFrame([(number, *map(row.get, SCHEMA)) for number, row in enumerate(rows)], columns)


def answers(decided) -> dict[int, Answer]:
    return {number: tuple(answer) for number, *answer in decided.select("id", *ANSWERS).collect()}


def expected(policy: Policy, rows: Sequence[Row]) -> dict[int, Answer]:
    return {number: interpreted(policy, row) for number, row in enumerate(rows)}


ANSWERS = ("outcome", "failed", "undetermined")
# A query costs a second: few of them, each of many rules and rows, and none spent on making a failure smaller.
FEW = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@FEW
@given(texts=st.lists(RULES, min_size=3, max_size=4), rows=st.lists(ROW, min_size=10, max_size=25))
def test_spark_as_the_interpreter(spark, texts: list[list[str]], rows: list[Row]) -> None:
    """Drawn rules on drawn rows, numbers that overflow and values outside the vocabulary among them."""
    policy = policy_of([text for some in texts for text in some])

    assert expected(policy, rows) == answers(decide_frame(policy, framed(spark, rows)))


def test_numbers_beyond_their_range_stop_no_job(spark) -> None:
    """Spark stops at an overflow, and here none comes about."""
    policy = policy_of(["a.y * a.y * a.x >= 0", "abs(-a.y) + a.y < 9", "a.x / a.y > 0"])
    rows: list[Row] = [{"a.y": 2**62, "a.x": 3}, {"a.y": -(2**63), "a.x": 3}, {"a.y": 3, "a.x": 3}, {"a.y": 0}]

    assert expected(policy, rows) == answers(decide_frame(policy, framed(spark, rows)))


def test_dots_in_names_and_other_columns_are_kept(spark) -> None:
    """Spark reads a dot as a part of a struct; the frame that comes back has its names all the same."""
    frame = spark.createDataFrame([(1, 3, "x")], "`person.id` int, `a.x` int, `unit` string")

    decided = decide_frame(policy_of(["a.x < 3"]), frame)

    assert decided.columns == ["person.id", "a.x", "unit", *ANSWERS]
    assert [tuple(row) for row in decided.collect()] == [(1, 3, "x", "refuse", 1, 0)]


def test_names_that_differ_by_case_only_are_refused(spark) -> None:
    """To Spark ``Outcome`` is the answer's name too."""
    with pytest.raises(InvalidInput, match="MKD256"):
        decide_frame(policy_of(["a.x < 3"]), spark.createDataFrame([("x",)], "`Outcome` string"))


def test_a_folder_of_files_is_decided_into_a_folder(spark, tmp_path: Path) -> None:
    """From file to file as on a cluster, where an answer is a folder of parts."""
    rows: list[Row] = [{"a.x": number % 5} for number in range(20)]
    framed(spark, rows).write.parquet(str(tmp_path / "facts.parquet"))
    policy = policy_of(["a.x < 3"])

    counts = decide_file(policy, str(tmp_path / "facts.parquet"), str(tmp_path / "out.parquet"), engine="spark")

    assert counts.to_data() == {
        "rows": 20,
        "outcomes": {"approve": 12, "refer": 0, "refuse": 4},
        "outside_vocabulary": 4,
        "outside": {"a.x": 4},
    }
    assert expected(policy, rows) == answers(spark.read.parquet(str(tmp_path / "out.parquet")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.parquet", "out.parquet"]


def test_csv_is_read_by_its_own_headings(spark, tmp_path: Path) -> None:
    """Integers may have a point, and a file whose columns stand in another order is refused instead of misread."""
    policy = policy_of(["a.x < 3"])
    facts = tmp_path / "facts.csv"
    facts.mkdir()
    (facts / "1.csv").write_text("a.x,note\n2.0,1\n3.0,1\n2.5,1\n,1\n")

    counts = decide_file(policy, str(facts), str(tmp_path / "out.parquet"), engine="spark")

    assert counts.outcomes == {"approve": 1, "refer": 1, "refuse": 1}
    assert counts.without == 1

    (facts / "2.csv").write_text("note,a.x\n1,2\n")
    with pytest.raises(InvalidInput, match="MKD260"):
        decide_file(policy, str(facts), str(tmp_path / "other.parquet"), engine="spark")
    for line, cells in (("1,2,3", 3), ("1", 1)):
        (facts / "2.csv").write_text(f"a.x,note\n{line}\n")
        with pytest.raises(InvalidInput, match=f"MKD260 .*2.csv: line 2: {cells} cells"):
            decide_file(policy, str(facts), str(tmp_path / "other.parquet"), engine="spark")
