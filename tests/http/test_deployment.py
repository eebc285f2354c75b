"""A deployment whose every port but the journal is a host over HTTP: from the proposal to pay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mkd_core import Direction, Target, TargetKind, Week, WorkPlan
from mkd_core.errors import Transient
from mkd_core.outbox import EffectStatus
from mkd_core.people import WIB
from mkd_plugins import start

POLICY = """
[policy]
id = "check"
version = "1"
in_force = { from = 2026-01-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[[rules]]
id = "rating"
require = 'applicant.rating in {"good", "very_good"}'
otherwise = "refuse"
because = { id = "Predikat", en = "Rating" }
source = "ours"
[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "Sendiri", en = "Own" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""
PORTS = ("identity", "payroll", "notification", "schedule", "calendar")
WEEK = Week.parse({"mon": "07:30-16:00 home 60", "tue": "07:30-16:00 office 60"})
TARGET = Target(
    id="t1",
    kind=TargetKind.OUTPUT,
    indicator="reports on flooding",
    unit="reports",
    direction=Direction.AT_LEAST,
    value=Decimal(4),
    due=date(2026, 6, 30),
    evidence="the file",
)


def june(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=WIB)


@pytest.fixture
def configured(hr: Any, tmp_path: Path) -> Path:
    """The file of a deployment before the host."""
    for unit in list(hr.people.units(date(2026, 6, 1))):
        hr.people.change(unit.key, region="ID-JB")
    (tmp_path / "check.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "token").write_text(hr.token, encoding="utf-8")
    tables = "".join(f'[{port}.http]\nurl = "{hr.url}"\ntoken = {{ file = "token" }}\n' for port in PORTS)
    settings = (
        '[mkd]\npolicy = "check.toml"\nscheme = "jabar-trk"\n[holders]\nhr = ["hr"]\n[journal.sqlite]\npath = "j.db"\n'
    )
    file = tmp_path / "mkd.toml"
    file.write_text(settings + tables, encoding="utf-8")
    return file


def test_the_whole_journey_goes_through_the_host(hr: Any, configured: Path) -> None:
    """People and holidays are asked of it; notices, day plans and pay lines reach it, each once."""
    with start(configured) as mkd:
        draft = mkd.propose(
            applicant="analyst",
            plan=WorkPlan(anchor=date(2026, 6, 8), weeks=(WEEK,)),
            targets=[TARGET],
            ends=date(2026, 6, 30),
            by="analyst",
            at=june(2),
        )
        submitted = mkd.submit(draft.id, by="analyst", at=june(2))
        approver = submitted.latest.open_step.approvers[0]
        mkd.approve(draft.id, by=approver.person, at=june(3))
        mkd.close_period(
            "analyst",
            "2026-06",
            by="hr",
            at=june(30) + timedelta(days=1),
            attested={"period.absent_days": 0, "period.negative_activities": 0},
        )
        report = mkd.deliver(june(30) + timedelta(days=1))
        again = mkd.deliver(june(30) + timedelta(days=1))

    assert (report.retried, report.dead, report.problems) == (0, 0, ())
    assert again.delivered == 0
    assert hr.notification.told("data-head") == ["vote_wanted"]
    assert hr.notification.told("analyst") == ["approved", "period_closed"]
    assert {line.period for line in hr.payroll.taken.values()} == {"2026-06"}
    assert [receipt.key for receipt in report.receipts] == [run.key for run in hr.payroll.runs]
    assert hr.schedule.taken["analyst", date(2026, 6, 8)].windows == WEEK.days[0].windows


def test_a_host_that_was_away_gets_everything_later(hr: Any, configured: Path) -> None:
    """What it was to be told waits in the outbox, for as long as it asks; decisions do not wait for it."""
    hr_system = pytest.importorskip("hr_system")
    with start(configured) as mkd:
        draft = mkd.propose(
            applicant="analyst",
            plan=WorkPlan(anchor=date(2026, 6, 8), weeks=(WEEK,)),
            targets=[TARGET],
            ends=date(2026, 6, 30),
            by="analyst",
            at=june(2),
        )
        mkd.submit(draft.id, by="analyst", at=june(2))
        hr.away = {"/notification/notices": hr_system.problem(503, "maintenance", **{"Retry-After": "300"})}
        assert mkd.deliver(june(2)).retried == 1
        hr.away = {}
        early = mkd.deliver(june(2) + timedelta(seconds=299))
        late = mkd.deliver(june(2) + timedelta(seconds=300))

        assert (early.delivered, late.delivered) == (0, 1)
        assert {each.status for each in mkd.journal.deliveries()} == {EffectStatus.DELIVERED}


def test_without_an_answer_about_people_nothing_is_decided(hr: Any, configured: Path) -> None:
    """Identity fails closed, and nothing is on record."""
    hr_system = pytest.importorskip("hr_system")
    with start(configured) as mkd:
        hr.fault = lambda _: hr_system.problem(503, "maintenance")

        with pytest.raises(Transient):
            mkd.propose(
                applicant="analyst",
                plan=WorkPlan(anchor=date(2026, 6, 8), weeks=(WEEK,)),
                targets=[TARGET],
                by="analyst",
                at=june(2),
            )

        assert mkd.journal.head().events == 0
