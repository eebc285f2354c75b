"""``mkd eligibility`` as it is typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

Mkd = Callable[..., Any]
DAY = ("eligibility", "--on", "2023-06-20")


def test_the_report_reads_in_both_languages(mkd: Mkd) -> None:
    """Counts first, then what lacks, then the rules, each with its reason."""
    english = mkd(*DAY, "--plan", "two-days.toml").out
    indonesian = mkd("--lang", "id", *DAY).out
    order = ["on the person", "Facts whose absence", "applicant.talent_box", "Rules that refuse", "Talent boxes"]

    assert english.startswith("jabar-mkd 2023.1 on 2023-06-20: 239 people; 1 not active")
    assert sorted(order, key=english.index) == order
    assert "on the plan" in english
    assert indonesian.startswith("jabar-mkd 2023.1 per 2023-06-20: 239 pegawai; 1 tidak aktif")
    assert "Kotak talenta" in indonesian
    assert "refuse" not in indonesian


def test_json_holds_both_verdicts_with_all_units(mkd: Mkd) -> None:
    """A program reads what a person reads, and more of it."""
    data = mkd(*DAY, "--plan", "two-days.toml", "--json").data

    assert data["policy"] == {"id": "jabar-mkd", "version": "2023.1"}
    assert data["people"] == 239
    for of in ("person", "plan"):
        counts = [data[of][outcome] for outcome in ("approve", "refer", "refuse")]
        assert sum(counts) == 239
        assert sum(unit[outcome] for unit in data[of]["units"] for outcome in ("approve", "refer", "refuse")) == 239
    assert mkd(*DAY, "--json").data["plan"] is None


def test_the_three_kinds_of_file_say_the_same(mkd: Mkd, tmp_path: Path) -> None:
    """A row for each person, as CSV, as JSON lines and as Parquet."""
    for name in ("all.csv", "all.jsonl", "all.parquet"):
        assert mkd(*DAY, "--plan", "two-days.toml", "--out", name).status == 0
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        of_csv = list(csv.DictReader(file))
    of_jsonl = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    of_parquet = polars.read_parquet(tmp_path / "all.parquet").to_dicts()

    assert of_parquet == of_jsonl
    assert [
        {name: " ".join(cell or []) if isinstance(cell, list) else cell or "" for name, cell in row.items()}
        for row in of_jsonl
    ] == of_csv
    assert len(of_csv) == 239
    assert {path.suffix for path in tmp_path.iterdir()} >= {".csv", ".jsonl", ".parquet"}
    assert not [path for path in tmp_path.iterdir() if "part" in path.name.split(".") or path.suffix == ".work"]


@pytest.mark.parametrize("name", ["all.csv", "all.parquet"])
def test_what_a_run_left_that_was_killed_while_it_wrote_is_cleared_away(mkd: Mkd, tmp_path: Path, name: str) -> None:
    """Half a file is never taken for one, and does not stay."""
    (tmp_path / f"{name}.part").write_text("half a file", encoding="utf-8")
    (tmp_path / f"{name}.part").chmod(0o644)
    (tmp_path / "all.parquet.part.pieces").mkdir()
    (tmp_path / "all.parquet.part.pieces" / "0.parquet").write_text("half a piece", encoding="utf-8")

    assert mkd(*DAY, "--out", name).status == 0

    left = {path.name for path in tmp_path.iterdir() if path.name.startswith(name)}
    assert left == {name}
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("moment", ["2023-06-20T09:00+07:00", "2023-06-19T22:00+00:00"])
def test_the_day_left_out_is_today_and_said(mkd: Mkd, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Nobody finds out afterwards that another day was meant; the day is that of the policy's zone."""
    monkeypatch.setenv("MKD_AT", moment)

    done = mkd("eligibility")

    assert done.err == "deciding for 2023-06-20, today (say another day with --on)\n"
    assert done.out.startswith("jabar-mkd 2023.1 on 2023-06-20")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('remot = "wed"', "MKD297 two-days.toml: unknown key 'remot' (did you mean remote?)"),
        ("from = 2023-07-03", "MKD296 two-days.toml: the days are not said"),
        ('remote = "wenesday"', "MKD207"),
        ('remote = "wed"\nfrom = 2023-07-03\nuntil = 2023-07-01', "MKD217"),
        ("remote = ", "MKD297 two-days.toml: is not TOML"),
        (None, "MKD297 two-days.toml: cannot be read: No such file or directory"),
    ],
)
def test_a_template_that_cannot_be_used_is_said_to_be_one(
    mkd: Mkd, tmp_path: Path, template: str | None, said: str
) -> None:
    """One line says what is wrong and where, before anybody is decided."""
    if template is None:
        (tmp_path / "two-days.toml").unlink()
    else:
        (tmp_path / "two-days.toml").write_text(template, encoding="utf-8")

    done = mkd(*DAY, "--plan", "two-days.toml", "--out", "all.csv")

    assert done.status == 1
    assert done.err.startswith(f"error: {said}")
    assert not list(tmp_path.glob("all.csv*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", "1100x"), "MKD407 unit: no identity backend knows the unit '1100x' (did you mean 1100?)"),
        (("--on", "2019-01-01"), "MKD320"),
        (("--out", "all.parqet"), "MKD492 all.parqet: nothing is known of files that end in '.parqet' (did you mean"),
        (("--out", "nowhere/all.csv"), "MKD298 nowhere/all.csv.work: No such file or directory"),
        (("--out", "mkd.toml"), "MKD492"),
        (("--out", "people.csv"), "MKD291 people.csv: is there already (--fresh replaces it, or name another)"),
    ],
)
def test_bad_input_is_one_line_with_a_code(mkd: Mkd, words: tuple[str, ...], said: str) -> None:
    """What was wrong, where, and how to mend it."""
    done = mkd(*DAY, *words)

    assert done.status == 1
    assert done.out == ""
    assert done.err.startswith(f"error: {said}")


def test_everybody_is_for_those_with_a_role(mkd: Mkd, tmp_path: Path) -> None:
    """Whoever may act as one person may not have all the others decided."""
    file = tmp_path / "mkd.toml"
    text = file.read_text(encoding="utf-8")
    assert 'roles = ["hr", "operator"]' in text
    file.write_text(text.replace('roles = ["hr", "operator"]', "roles = []"), encoding="utf-8")

    assert "MKD491" in mkd(*DAY).err
