"""``mkd decide --frame``: a population from file to file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

DECIDE = ("decide", "--policy", "jabar-mkd", "--on", "2023-07-03")
CSV = """\
id,applicant.rating,agreement.remote_days,agreement.latest_end,applicant.educator,today,agreement.weight_total
001,good,3,16:00,true,2023-07-04,100
002,,5,,,,99.5
003,poor,8,16:00,false,,
004,poor,,16:00,False,2023-02-30,
005,poor,,16:00,False,2023-02-28,1e2
"""
OUTCOMES = {"001": "refer", "002": "refuse", "003": None, "004": None, "005": "refuse"}


def outcomes(path: Path) -> dict[str, str | None]:
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    return dict(frame.select("id", "outcome").rows())


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_population_goes_from_file_to_file(mkd, tmp_path, engine, suffix):
    """Text of a CSV file is read as its facts are, identifiers keep their zeros, and the counts are told."""
    (tmp_path / "facts.csv").write_text(CSV, encoding="utf-8")

    done = mkd(*DECIDE, "--frame", "facts.csv", "--engine", engine, "--out", f"decisions.{suffix}")

    assert outcomes(tmp_path / f"decisions.{suffix}") == OUTCOMES
    assert done.data["rows"] == 5
    assert done.data["outcomes"] == {"approve": 0, "refer": 1, "refuse": 2}
    assert done.data["outside_vocabulary"] == 2
    assert done.data["outside"] == {"agreement.remote_days": 1, "today": 1}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_parquet_is_decided_as_csv_is(mkd, tmp_path, engine):
    """Columns of their own types give what text gave, and a folder of files is one population."""
    rows = pl.read_csv(CSV.encode(), infer_schema=False).with_columns(
        pl.col("agreement.remote_days").cast(pl.Int8), pl.col("agreement.weight_total").cast(pl.Float32)
    )
    educator = pl.col("applicant.educator").str.to_lowercase() == "true"
    (tmp_path / "facts.parquet").mkdir()
    for number, part in enumerate((rows[:2], rows[2:])):
        part.with_columns(educator).write_parquet(tmp_path / "facts.parquet" / f"{number}.parquet")

    done = mkd(*DECIDE, "--frame", "facts.parquet", "--engine", engine, "--out", "decisions.parquet")

    assert done.status == 0, done.err
    assert outcomes(tmp_path / "decisions.parquet") == OUTCOMES


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_whole_numbers_of_a_csv_file_may_have_a_point(mkd, tmp_path, engine):
    """A column of integers with a gap is written 3.0 by pandas, and means the same; 3.5 is no integer."""
    (tmp_path / "facts.csv").write_text("id,agreement.remote_days\n1,3.0\n2,\n3,5.00\n4,3.5\n", encoding="utf-8")

    mkd(*DECIDE, "--frame", "facts.csv", "--engine", engine, "--out", "decisions.csv")

    assert outcomes(tmp_path / "decisions.csv") == {"1": "refer", "2": "refer", "3": "refuse", "4": None}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_what_is_no_number_is_missing_in_a_csv_file_too(mkd, tmp_path, engine):
    """Tools write NaN where a column of numbers has a gap; infinity is a value, and none of the vocabulary."""
    (tmp_path / "facts.csv").write_text(
        "id,agreement.weight_total,agreement.remote_days\n1,NaN,3\n2,nan,5\n3,inf,3\n4,100,NaN\n", encoding="utf-8"
    )

    mkd(*DECIDE, "--frame", "facts.csv", "--engine", engine, "--out", "decisions.csv")

    assert outcomes(tmp_path / "decisions.csv") == {"1": "refer", "2": "refuse", "3": None, "4": "refer"}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({"facts.csv": "id;applicant.rating\n1;good\n"}, "MKD257", "facts.csv: no column is named like a fact"),
        ({"facts.csv": "nip,nama\n1,A\n"}, "MKD257", "facts.csv: no column is named like a fact"),
        (
            {"facts.csv": "applicant.rating,agreement.remote_days\ngood,5\ngood,5,7\n"},
            "MKD260",
            "facts.csv: line 3: 3 cells",
        ),
        ({"facts.csv": 'applicant.rating,note\ngood,"a\nb"\ngood\n'}, "MKD260", "facts.csv: line 4: 1 cells"),
        ({"facts.csv": "applicant.rating,note\ngood,\n\ngood,\n"}, "MKD260", "facts.csv: line 3: 0 cells"),
        ({"facts.csv": 'applicant.rating,note\ngood,"' + "x" * 200_000}, "MKD260", "facts.csv: line 2: is no CSV"),
        ({"facts.csv": ""}, "MKD260", "facts.csv: has no columns"),
        ({"facts.csv": "nama,applicant.rating\nJos\xe9,good\n"}, "MKD260", "facts.csv: is not text of UTF-8"),
        (
            {
                "facts.csv/1.csv": "applicant.talent_box,agreement.remote_days\n5,1\n",
                "facts.csv/2.csv": "agreement.remote_days,applicant.talent_box\n1,5\n",
            },
            "MKD260",
            "2.csv: has other columns than 1.csv",
        ),
    ],
)
def test_a_csv_file_of_another_shape_is_refused_by_every_engine(mkd, tmp_path, engine, files, code, said):
    """Nothing is guessed: neither what divides columns, nor which lines may be dropped, nor whose values are whose."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="latin-1")

    done = mkd(*DECIDE, "--frame", "facts.csv", "--engine", engine, "--out", "out.csv")

    assert done.status == 1
    assert code in done.err
    assert said in done.err
    assert not (tmp_path / "out.csv").exists()


def test_the_answer_is_for_its_owner_alone(mkd, tmp_path):
    """Decisions on people are nobody else's, also where a file was there before, which only ``--force`` replaces."""
    (tmp_path / "facts.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "decisions.csv").write_text("old", encoding="utf-8")

    refused = mkd(*DECIDE, "--frame", "facts.csv", "--out", "decisions.csv")
    kept = (tmp_path / "decisions.csv").read_text(encoding="utf-8")
    mkd(*DECIDE, "--frame", "facts.csv", "--out", "decisions.csv", "--force")

    assert "MKD291 decisions.csv: is there already (--force replaces it" in refused.err
    assert (refused.status, kept) == (1, "old")
    assert (tmp_path / "decisions.csv").stat().st_mode & 0o777 == 0o600
    assert outcomes(tmp_path / "decisions.csv") == OUTCOMES


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    ("frame", "out", "said"),
    [
        ("none.parquet", "out.parquet", "none.parquet: there is no such file"),
        ("facts.csv", "nowhere/out.parquet", "nowhere: there is no such folder"),
        ("facts.csv", "out.xlsx", "out.xlsx: neither Parquet nor CSV"),
        ("facts.csv", "folder.parquet", "folder.parquet: is a folder"),
        ("torn.parquet", "out.parquet", "torn.parquet: cannot be decided"),
        ("s3://facts.parquet", "out.parquet", "only spark reads and writes addresses"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(mkd, tmp_path, engine, frame, out, said):
    """One line says which file and why, and nothing is left behind."""
    (tmp_path / "facts.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "torn.parquet").write_text("PAR1", encoding="utf-8")
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "folder.parquet" / "kept").touch()
    before = sorted(tmp_path.rglob("*"))

    done = mkd(*DECIDE, "--frame", frame, "--engine", engine, "--out", out)

    assert done.status == 1
    assert "MKD260" in done.err
    assert said in done.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_misspelt_fact_keeps_the_old_answer(mkd, tmp_path):
    """A column that is nearly a fact stops the run before anything is written."""
    (tmp_path / "facts.csv").write_text("id,agreement.remote_day\n1,3\n", encoding="utf-8")
    (tmp_path / "decisions.csv").write_text("old", encoding="utf-8")

    done = mkd(*DECIDE, "--frame", "facts.csv", "--out", "decisions.csv", "--force")

    assert "MKD257" in done.err
    assert "did you mean agreement.remote_days?" in done.err
    assert (tmp_path / "decisions.csv").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "words", [("--frame", "f.csv"), ("--out", "o.csv"), ("--frame", "f.csv", "--out", "o.csv", "--brief")]
)
def test_options_that_do_not_go_together_are_wrong_usage(mkd, words):
    """A population has no lines, and lines no file of answers."""
    assert mkd(*DECIDE, *words).status == 2


@pytest.mark.parametrize(("module", "engine"), [("narwhals", "polars"), ("polars", "polars"), ("duckdb", "duckdb")])
def test_an_engine_that_is_not_installed_names_its_extra(tmp_path, module, engine):
    """A fresh interpreter that has not the module says what to install."""
    (tmp_path / "facts.csv").write_text(CSV, encoding="utf-8")
    run = [*DECIDE, "--frame", "facts.csv", "--engine", engine, "--out", "decisions.csv"]
    without = f"import sys; sys.modules[{module!r}] = None; sys.argv = {['mkd', *run]}; import mkd_plugins.cli as cli"
    done = subprocess.run(
        [sys.executable, "-c", f"{without}; cli.main()"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert f"MKD259 needs {module}, which is not installed (pip install 'mkd[{engine}]')" in done.stderr


def test_the_counts_name_the_policy(mkd, tmp_path):
    """Whoever keeps the answer knows the version that gave it."""
    (tmp_path / "facts.csv").write_text(CSV, encoding="utf-8")

    told = json.loads(mkd(*DECIDE, "--frame", "facts.csv", "--out", "decisions.csv").out)

    assert told["policy"] == {"id": "jabar-mkd", "version": "2023.1"}
    assert told["out"] == "decisions.csv"
