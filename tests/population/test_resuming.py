"""A run that was killed, or whose backend went away, goes on where it was, and comes to the same."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mkd_core import AgreementService, InvalidInput
from mkd_core.policy import History
from mkd_plugins.population import Template, eligibility
from mkd_plugins.population.work import Work
from mkd_plugins.testing import province

pytestmark = pytest.mark.bare

ON = date(2023, 6, 20)
COMMAND = (str(Path(sysconfig.get_path("scripts")) / "mkd"), "eligibility", "--on", "2023-06-20")


@pytest.fixture
def big(mkd: Callable[..., Any], tmp_path: Path) -> Path:
    """A deployment of 5,000 people."""
    province.write(province.generate(5_000), tmp_path)
    return tmp_path


def killed_behind(people: int, folder: Path, *words: str) -> int:
    """Run the command, and kill it with SIGKILL as soon as its progress tells of so many people; what it told of."""
    terminal, its_end = pty.openpty()
    with subprocess.Popen([*COMMAND, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=its_end) as running:
        os.close(its_end)
        told, heard = 0, ""
        while told < people:
            heard += os.read(terminal, 1024).decode()
            told = max([told, *(int(word) for word in heard.split() if word.isdigit())])
        running.kill()
        assert running.wait() == -signal.SIGKILL
    os.close(terminal)
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal, before a terminal")
def test_a_killed_run_goes_on_and_comes_to_the_same(big: Path, mkd: Callable[..., Any]) -> None:
    """Killed twice, it decides nobody again who was kept, and writes the bytes of a run that was left alone."""
    words = ("--plan", "two-days.toml", "--json", "--out")
    left_alone = mkd(*COMMAND[1:], *words, "alone.csv").data

    killed_behind(1_000, big, *words, "killed.csv")
    assert not (big / "killed.csv").exists()
    killed_behind(3_000, big, *words, "killed.csv")
    assert not (big / "killed.csv").exists()
    last = mkd(*COMMAND[1:], *words, "killed.csv")

    assert int(last.err.split()[2]) >= 3_000
    assert {**last.data, "out": "alone.csv"} == left_alone
    assert (big / "killed.csv").read_bytes() == (big / "alone.csv").read_bytes()
    assert sorted(path.name for path in big.iterdir() if "killed" in path.name) == ["killed.csv"]


def test_a_backend_that_went_away_is_gone_on_with(
    service: Callable[..., AgreementService], crowd: Callable[..., Any], tmp_path: Path
) -> None:
    """Identity fails closed: there is no answer from a part, and the part is kept."""
    backend = crowd(2_000, fails_at=1_300)
    out, told = tmp_path / "all.jsonl", list[int]()
    with pytest.raises(ConnectionError):
        eligibility(service(backend), on=ON, out=out)
    assert not out.exists()
    backend.fails_at = None

    report = eligibility(service(backend), on=ON, out=out, progress=told.append)

    assert told == [1_000, 1_500, 2_000]
    assert report.people == 2_000
    keys = [json.loads(line)["person"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert keys == [f"p{number:07}" for number in range(2_000)]


def interrupted(mkd: AgreementService, out: Path, **parts: Any) -> None:
    """A run that ends behind its first chunk."""

    def stop(people: int) -> None:
        if people:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        eligibility(mkd, on=ON, out=out, progress=stop, **parts)


def test_work_of_another_run_is_no_part_of_this_one(
    service: Callable[..., AgreementService], two_days: Template, tmp_path: Path
) -> None:
    """Another day, plan, unit or policy is another run, whose answers do not mix; --fresh throws them away."""
    mkd, out = service(), tmp_path / "all.csv"
    interrupted(mkd, out)
    for changed in ({"on": date(2023, 6, 21)}, {"template": two_days}, {"unit": "1100"}):
        with pytest.raises(InvalidInput, match="MKD493"):
            eligibility(mkd, **{"on": ON, "out": out, **changed})  # type: ignore[arg-type]
    other = service(policies=History.from_texts({"other.toml": OTHER}))
    with pytest.raises(InvalidInput, match="MKD493"):
        eligibility(other, on=ON, out=out)

    report = eligibility(other, on=ON, out=out, fresh=True)

    assert report.policy == "other"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.csv"]


def test_what_is_there_is_not_overwritten_unasked(service: Callable[..., AgreementService], tmp_path: Path) -> None:
    """Yesterday's list stays until somebody says that it may go."""
    out = tmp_path / "all.csv"
    out.write_text("yesterday's", encoding="utf-8")
    with pytest.raises(InvalidInput, match="MKD291"):
        eligibility(service(), on=ON, out=out)
    assert out.read_text(encoding="utf-8") == "yesterday's"

    eligibility(service(), on=ON, out=out, fresh=True)

    assert out.read_text(encoding="utf-8").startswith("person,unit,")


def test_two_runs_at_one_output_do_not_meet(service: Callable[..., AgreementService], tmp_path: Path) -> None:
    """The second is told at once that the first is at work."""
    out = tmp_path / "all.csv"
    with Work(tmp_path / "all.csv.work", run="the first"), pytest.raises(InvalidInput, match="MKD494"):
        eligibility(service(), on=ON, out=out)

    assert not out.exists()


def test_a_damaged_work_file_is_said_to_be_one(service: Callable[..., AgreementService], tmp_path: Path) -> None:
    """What is no work is not gone on with, and not taken for an empty one."""
    (tmp_path / "all.csv.work").write_bytes(b"not a database, whatever else it may be" * 100)

    with pytest.raises(InvalidInput, match="MKD493"):
        eligibility(service(), on=ON, out=tmp_path / "all.csv")


def test_the_work_is_for_its_owner_alone(service: Callable[..., AgreementService], tmp_path: Path) -> None:
    """It holds which rules failed for whom, sensitive ones among them."""
    interrupted(service(), tmp_path / "all.csv")

    assert (tmp_path / "all.csv.work").stat().st_mode & 0o077 == 0


OTHER = """
[policy]
id = "other"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Uji", en = "Test" }
[sources.ours]
title = "A default of ours"
kind = "ours"
[[rules]]
id = "months"
require = "applicant.months_in_post >= 1"
otherwise = "refer"
because = { id = "bulan", en = "months" }
source = "ours"
"""
