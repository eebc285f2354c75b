"""The demonstration over the systems of the province in the place of exports: the same outcome."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mkd_plugins.demo import run
from mkd_plugins.demo.systems import FAULTS
from mkd_plugins.testing.province import ANALYST, NO_RATING, PLANNER


def told(**how: Any) -> dict[str, Any]:
    """The summary of one run."""
    out = StringIO()
    run(out, as_json=True, **how)
    summary: dict[str, Any] = json.loads(out.getvalue())
    return summary


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    return told(province=True, keep=folder), folder


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return told()


@pytest.mark.parametrize("chapter", ["decisions", "approval", "plans", "month"])
def test_the_outcome_is_the_same_from_awkward_systems(
    province: tuple[dict[str, Any], Path], plain: dict[str, Any], chapter: str
) -> None:
    """Requests, votes, day plans and pay are those of the telling over exports, whatever went wrong on the way."""
    assert province[0][chapter] == plain[chapter]


def test_faults_did_strike_and_cost_nobody(province: tuple[dict[str, Any], Path]) -> None:
    """More was asked than there are answers, since requests failed and were asked again; at the end nothing is open."""
    systems = province[0]["systems"]
    kept = sum(run["read"] for run in systems["runs"])
    assert systems["faults"] == list(FAULTS)
    assert systems["requests"] > kept
    assert systems["runs"][-1]["failed"] == 0


def test_what_siasn_does_not_say_is_vouched_for_and_shown(province: tuple[dict[str, Any], Path]) -> None:
    """Of the people of the story HR vouches for what SIASN lacks, and the check of facts says of how many."""
    told, _ = province
    for who in (PLANNER, ANALYST, NO_RATING):
        assert set(told["systems"]["vouched"][who].values()) == {"hr"}
        assert "applicant.discipline" in told["systems"]["vouched"][who]
    facts = {each["fact"]: each for each in told["host"]["facts"]["facts"]}
    assert facts["applicant.discipline"]["attested"] == {"hr": 3}
    assert facts["applicant.educator"]["have"] == 0


def test_secrets_stand_in_no_file_that_others_read(province: tuple[dict[str, Any], Path]) -> None:
    """The configuration names files of secrets, which only their owner can read."""
    _, folder = province
    secrets = list(folder.glob("*.secret"))
    assert len(secrets) == 3
    text = (folder / "mkd.toml").read_text(encoding="utf-8")
    for secret in secrets:
        assert secret.stat().st_mode & 0o077 == 0
        assert secret.read_text() not in text
