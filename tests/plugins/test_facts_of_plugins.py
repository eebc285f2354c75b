"""A fact that a plugin adds is a fact like any other: in policies, decisions, remedies, columns and the service."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from mkd_core import AgreementService, InvalidInput, NotFound, Week
from mkd_core.worktime import weekly
from mkd_plugins.cli import root
from mkd_plugins.policies import policy_history
from mkd_plugins.testing.fakes import memory_journal, small_agency

PLUGIN = """
    from mkd_plugins.api import Fact, Kind, Wording, hookimpl

    @hookimpl
    def mkd_facts():
        return [
            Fact(
                name="acme.travel_minutes",
                kind=Kind.INTEGER,
                meaning=Wording("Waktu tempuh ke kantor", "Time to the office"),
                low=0,
                high=600,
                unit="minutes",
            ),
            Fact(
                name="acme.desk_days",
                kind=Kind.INTEGER,
                meaning=Wording("Hari dengan meja tetap", "Days with a desk of one's own"),
                low=0,
                high=5,
                negotiable=True,
            ),
        ]
    """
POLICY = """
[policy]
id = "own"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Uji", en = "Test" }
[sources.ours]
title = "Ours"
[parameters]
desks = { value = 2, unit = "days/week", source = "ours" }
[[rules]]
id = "far"
require = "acme.travel_minutes >= 30 or agreement.remote_days <= 1"
otherwise = "refer"
because = { id = "Jauh", en = "Far away" }
source = "ours"
[[rules]]
id = "desks"
require = "acme.desk_days <= parameter.desks"
otherwise = "refuse"
because = { id = "Paling banyak {parameter.desks}", en = "At most {parameter.desks}" }
source = "ours"
[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "Bukan permohonan sendiri", en = "Not one's own request" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
source = "ours"
[[route]]
id = "head"
approver = "unit_head"
within = "5 working days"
when = "acme.travel_minutes > 90"
source = "ours"
"""
LINES: list[dict[str, Any]] = [
    {"acme": {"travel_minutes": 45, "desk_days": 1}, "agreement": {"remote_days": 2}},
    {"acme": {"travel_minutes": 10, "desk_days": 4}, "agreement": {"remote_days": 2}},
    {"acme": {"travel_minutes": 100, "desk_days": 3}, "agreement": {"remote_days": 2}},
    {"acme": {"desk_days": 0}, "agreement": {"remote_days": 2}},
]
OUTCOMES = ["approve", "refuse", "refuse", "refer"]
AT = datetime(2023, 7, 3, 2, tzinfo=UTC)


@pytest.fixture
def acme(site: Any, tmp_path: Path) -> Any:
    """The plugin installed, and a policy that reads its facts."""
    site.install("acme-facts", PLUGIN)
    (tmp_path / "own.toml").write_text(POLICY, encoding="utf-8")
    return site


@pytest.fixture
def asked(acme: Any, tmp_path: Path) -> Callable[..., str]:
    """What a command answers."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(root, [word.replace("own.toml", str(tmp_path / "own.toml")) for word in words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_a_decision_reads_explains_and_mends_it(asked: Callable[..., str], tmp_path: Path) -> None:
    """Findings show its value, what is missing is named, a remedy may change it, a step may depend on it."""
    lines = tmp_path / "facts.jsonl"
    lines.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")

    told = asked("decide", "--policy", "own.toml", "--on", "2023-07-03", str(lines))
    answers = [json.loads(line) for line in told.splitlines()]

    assert [each["outcome"] for each in answers] == OUTCOMES
    assert answers[1]["findings"][0]["facts"] == {"acme.travel_minutes": 10, "agreement.remote_days": 2}
    assert answers[2]["remedy"]["changes"] == [{"fact": "acme.desk_days", "from": 3, "to": 2}]
    assert [step["step"] for step in answers[2]["route"]] == ["superior", "head"]
    assert answers[3]["findings"][0]["missing"] == ["acme.travel_minutes"]


def test_columns_give_the_same_answers(asked: Callable[..., str], tmp_path: Path) -> None:
    """A column is named like the fact, of a plugin or not."""
    rows = [
        {f"{space}.{name}": value for space, some in line.items() for name, value in some.items()} for line in LINES
    ]
    pl.DataFrame(rows, infer_schema_length=None).with_row_index("n").write_parquet(tmp_path / "facts.parquet")

    asked(
        *("decide", "--policy", "own.toml", "--on", "2023-07-03"),
        *("--frame", str(tmp_path / "facts.parquet"), "--out", str(tmp_path / "answers.parquet")),
    )

    answers = pl.read_parquet(tmp_path / "answers.parquet").sort("n")
    assert answers["outcome"].to_list() == OUTCOMES
    assert answers["undetermined"].to_list() == [0, 0, 0, 1]


def test_pages_about_the_policy_say_what_it_means(asked: Callable[..., str]) -> None:
    """The line to fill in has it with range and meaning; the document and the explanation have it in words."""
    line = asked("policy", "facts", "own.toml", "--json")
    explained = asked("policy", "explain", "own.toml", "desks")
    shown = asked("policy", "show", "own.toml", "--lang", "id")

    assert "acme.travel_minutes" in line
    assert "acme.desk_days" in line
    assert "Days with a desk of one's own" in explained
    assert "waktu tempuh ke kantor" in " ".join(shown.split()).lower()
    assert "MKD" not in asked("policy", "lint", "own.toml")


def test_the_service_decides_by_what_identity_or_an_attestation_says_of_it(acme: Any, tmp_path: Path) -> None:
    """Known to a backend, or vouched for: both count, with their origin."""
    history = policy_history(str(tmp_path / "own.toml"), vocabulary=acme.host().vocabulary)
    identity = small_agency()
    identity.change("analyst", facts={"acme.travel_minutes": 45})
    service = AgreementService(journal=memory_journal(), identity=identity, policies=history, roles={"hr": ["hr"]})
    plan = weekly(date(2023, 7, 10), Week.parse({"mon": "07:30-16:00 home 60", "tue": "07:30-16:00 home 60"}))
    draft = service.propose(applicant="analyst", plan=plan, targets=[], by="analyst", at=AT)

    before = service.decide(draft.id, at=AT)
    service.attest("analyst", "acme.desk_days", 1, by="hr", at=AT)
    after = service.decide(draft.id, at=AT)

    with pytest.raises(NotFound, match=r"MKD436.*did you mean acme\.desk_days"):
        service.attest("analyst", "acme.desk_day", 1, by="hr", at=AT)
    with pytest.raises(InvalidInput, match=r"MKD251.*acme\.desk_days.*from 0 to 5"):
        service.attest("analyst", "acme.desk_days", 6, by="hr", at=AT)
    assert (before.verdict.outcome, before.verdict.undetermined) == ("refer", ("desks",))
    assert (after.verdict.outcome, after.facts["acme.travel_minutes"]) == ("approve", 45)
    assert after.decision.facts.origins["acme.desk_days"].kind == "attested"
