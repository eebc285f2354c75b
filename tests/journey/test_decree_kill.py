"""Killed while it makes the agreements of a decree, the same command goes on: everybody once, on the days as planned.

``MKD_KILL_SEED`` is what the moments are drawn from.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kill

SEED = int(os.environ.get("MKD_KILL_SEED", "20251201"))
KILLS = 8
ISSUE = (
    *("decree", "issue", "Desember", "--unit", "1000", "--policy", "rotation-2025", "--days", "tue-fri"),
    *("--cap", "50%", "--from", "2025-12-01", "--as", "k000101", "--json"),
)


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from mkd_plugins.cli import main; main()", *words]


def deployment(folder: Path) -> dict[str, Any]:
    """Where and when the command runs: in a deployment with the people of the example."""
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MKD_")}
    place = {"cwd": folder, "env": {**kept, "MKD_AT": "2025-11-20T09:00+07:00"}}
    subprocess.run(command("init", "--example"), **place, check=True, capture_output=True)
    return place


def done(place: dict[str, Any], *words: str) -> Any:
    """What the command answered as JSON, once it was left to finish."""
    ran = subprocess.run(command(*words), **place, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout)


def made(folder: Path) -> int:
    """How many events there are; read beside the command that writes them."""
    with closing(sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)) as journal:
        (count,) = journal.execute("SELECT count(*) FROM mkd_events").fetchone()
    return int(count)


def killed(place: dict[str, Any], events: int) -> None:
    """Kill the command as soon as the journal has that many events."""
    with subprocess.Popen(command(*ISSUE), **place, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and made(place["cwd"]) < events:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.005)
        process.kill()


def days(issued: Any) -> dict[str, Any]:
    return {each["person"]: each["days"] for each in issued["agreements"]}


def test_a_decree_that_is_killed_again_and_again_comes_to_the_same(tmp_path: Path) -> None:
    """As many agreements as in one go, the same days for each, nobody twice, and a journal that is whole."""
    whole = done(deployment(tmp_path / "whole"), *ISSUE)
    place, chance = deployment(tmp_path / "killed"), random.Random(SEED)
    people = len(whole["agreements"])
    stood = [0]
    for events in sorted(chance.sample(range(1, people), KILLS)):
        killed(place, events)
        stood.append(made(place["cwd"]))
    issued = done(place, *ISSUE)

    assert stood == sorted(stood)
    assert any(0 < events < people for events in stood)
    assert days(issued) == days(whole)
    assert issued["left_out"] == whole["left_out"]
    register = done(place, "register", "--json")
    assert sorted(each["agreement"] for each in register) == sorted(each["agreement"] for each in issued["agreements"])
    assert subprocess.run(command("journal", "verify"), **place, check=False, capture_output=True).returncode == 0
