"""``mkd simulate`` as it is typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars
import pytest

Mkd = Callable[..., Any]
DAY = ("simulate", "--policy", "jabar-mkd", "--on", "2023-06-20", "--against", "jabar-mkd@2025.1")

DRAFT = """
[policy]
id = "draft"
version = "1"
in_force = { from = 2024-01-01 }
title = { id = "Rancangan", en = "Draft" }
[sources.ours]
title = "A default of ours"
kind = "ours"
[[rules]]
id = "box"
require = "applicant.talent_box >= 4"
otherwise = "refuse"
because = { id = "kotak", en = "box" }
source = "ours"
"""


def test_the_comparison_reads_in_both_languages(mkd: Mkd) -> None:
    """Who gains and loses first, then from which outcome to which, then by rule and by unit."""
    english = mkd(*DAY, "--plan", "two-days.toml").out
    indonesian = mkd("--lang", "id", *DAY, "--plan", "two-days.toml").out
    order = [
        "239 people",
        "gain",
        "before \\ after",
        "Who loses is held back by",
        "not-on-probation",
        "Units that change",
    ]

    assert english.startswith("jabar-mkd 2023.1, 2023-06-20 → jabar-mkd 2025.1, 2023-06-20")
    assert sorted(order, key=english.index) == order
    assert "239 pegawai" in indonesian
    assert "lebih buruk" in indonesian
    assert not any(word in indonesian for word in ("Who", "gain", "refuse"))


def test_the_answer_the_file_and_the_chart_say_the_same(mkd: Mkd, tmp_path: Path) -> None:
    """A table, a file and a picture of one comparison."""
    data = mkd(*DAY, "--plan", "two-days.toml", "--out", "changes.csv", "--chart", "changes.svg", "--json").data
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drawn = "".join(ElementTree.parse(tmp_path / "changes.svg").getroot().itertext())

    assert data["gain"] + data["lose"] + data["same"] == data["people"] == 239
    assert [row["change"] for row in rows].count("lose") == data["lose"] > 0
    assert sum(move["people"] for move in data["moves"]) == 239
    assert sum(unit["lose"] for unit in data["units"]) == data["lose"]
    assert f"lose: {data['lose']}" in drawn
    assert "jabar-mkd 2025.1" in drawn
    assert max(data["units"], key=lambda unit: unit["gain"] + unit["lose"])["unit"] in drawn


def test_a_chart_fetches_nothing_from_the_network(mkd: Mkd, tmp_path: Path) -> None:
    """Who opens it where there is no network sees it whole, and nobody is told that it was opened."""
    assert mkd(*DAY, "--chart", "changes.svg").status == 0
    text = (tmp_path / "changes.svg").read_text(encoding="utf-8")

    assert "kozea.github.io" not in text
    assert "@import" not in text
    assert "<script" not in text.replace('<script type="text/javascript">window.pygal', "")


def test_a_population_of_facts_needs_no_deployment(mkd: Mkd, tmp_path: Path) -> None:
    """Facts from anywhere, in a folder without a mkd.toml; where no units are known the chart shows rules."""
    (tmp_path / "mkd.toml").unlink()
    facts = [{"applicant": {"talent_box": box, "rating": "good", "discipline": "none"}} for box in range(1, 10)]
    (tmp_path / "facts.jsonl").write_text("\n".join(map(json.dumps, facts)), encoding="utf-8")
    (tmp_path / "draft.toml").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "stricter.toml").write_text(DRAFT.replace(">= 4", ">= 7"), encoding="utf-8")
    words = ("simulate", "--policy", "draft.toml", "--against", "stricter.toml", "--on", "2024-03-01")

    done = mkd(*words, "--population", "facts.jsonl", "--chart", "rules.svg", "--json")

    assert (done.data["people"], done.data["lose"]) == (9, 3)
    assert done.data["units"] == []
    assert "box (1)" in (tmp_path / "rules.svg").read_text(encoding="utf-8")


def test_a_draft_is_compared_on_a_day_of_its_own(mkd: Mkd, tmp_path: Path) -> None:
    """A file that comes into force next year is decided on a day of next year."""
    (tmp_path / "draft.toml").write_text(DRAFT, encoding="utf-8")
    words = ("simulate", "--policy", "jabar-mkd", "--on", "2023-06-20", "--against", "draft.toml")

    too_early = mkd(*words)
    in_time = mkd(*words, "--against-on", "2024-03-01", "--json")
    by_name = mkd(*words[:-1], "draft.toml@1", "--json")

    assert "MKD320" in too_early.err
    assert in_time.data["after"] == {"id": "draft", "version": "1", "on": "2024-03-01"}
    assert in_time.data["gain"] > 0
    assert by_name.data["moves"] == in_time.data["moves"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--against", "jabar-mkd@2025.2"), "MKD496 jabar-mkd: no version is called '2025.2' (did you mean 2025.1?)"),
        (("--against", "jabar-mkt"), "MKD325 no policy is called 'jabar-mkt' (did you mean jabar-mkd?)"),
        (("--on", "1999-01-01"), "MKD320"),
        (("--population", "nothing.jsonl"), "MKD495 nothing.jsonl: cannot be read: No such file or directory"),
        (("--population", "people.csv"), "MKD492 people.csv: no population is read from files that end in '.csv'"),
        (("--out", "people.csv"), "MKD291 people.csv: is there already (--force replaces it, or name another)"),
        (("--out", "changes.xlsx"), "MKD492 changes.xlsx"),
        (("--chart", "changes.png"), "MKD492 changes.png: a chart is an SVG file (end the name in .svg)"),
        (("--unit", "9"), "MKD407"),
        (("--plan", "people.csv"), "MKD297 people.csv"),
    ],
)
def test_bad_input_is_one_line_with_a_code(mkd: Mkd, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """What was wrong, where, and how to mend it; nothing is written."""
    before = sorted(tmp_path.iterdir())

    done = mkd(*DAY, *words)

    assert done.status == 1
    assert done.err.startswith(f"error: {said}")
    assert sorted(tmp_path.iterdir()) == before


def test_a_plan_is_not_laid_on_facts(mkd: Mkd) -> None:
    """A file of facts says itself what is planned."""
    done = mkd(*DAY, "--population", "facts.jsonl", "--plan", "two-days.toml")

    assert done.status == 2
    assert "--plan" in done.err


def test_the_policy_after_may_be_the_better_one(mkd: Mkd) -> None:
    """Turned around, who lost gains."""
    forth = mkd(*DAY, "--plan", "two-days.toml", "--json").data
    turned = ("simulate", "--policy", "jabar-mkd@2025.1", "--on", "2023-06-20", "--against", "jabar-mkd@2023.1")
    back = mkd(*turned, "--plan", "two-days.toml", "--json").data

    assert (back["gain"], back["lose"]) == (forth["lose"], forth["gain"])
    assert back["gaining"] == forth["losing"]


def test_a_table_of_nobody_has_its_columns(mkd: Mkd, tmp_path: Path) -> None:
    """Where nobody gains or loses, a program that reads the file finds what it expects, and no row."""
    same = ("simulate", "--policy", "jabar-mkd", "--on", "2023-06-20", "--against", "jabar-mkd")

    assert mkd(*same, "--out", "nobody.parquet").status == 0
    table = polars.read_parquet(tmp_path / "nobody.parquet")
    assert table.columns == ["person", "unit", "change", "before", "after", "before_rules", "after_rules"]
    assert table.height == 0
