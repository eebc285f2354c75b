"""Work and results are reported, verified and disputed over HTTP, and a period is closed; each once for its key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mkd_core import Direction, Target, TargetKind, Week, weekly
from mkd_plugins import start

LAST = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
"""The last day of the month that is over."""
BEFORE = LAST.replace(day=1) - timedelta(days=10)
PERIOD = f"{LAST:%Y-%m}"
EMPLOYEE, SUPERIOR, COLLEAGUE = "k000002", "k000114", "k000140"
TARGET = Target(
    id="briefs",
    kind=TargetKind.OUTPUT,
    indicator="briefs delivered",
    direction=Direction.AT_LEAST,
    value=Decimal(4),
    unit="briefs",
    due=LAST,
    evidence="the briefs",
)


@pytest.fixture(scope="module")
def door(make_folder: Any, serving: Any) -> Iterator[Any]:
    """A server over an agreement that held all last month."""
    made = serving(make_folder())
    asked = datetime.combine(BEFORE, datetime.min.time(), UTC)
    first = LAST.replace(day=1)
    with start(made.folder / "mkd.toml", environ=made.environ) as mkd:
        plan = weekly(first, Week.parse(dict.fromkeys(("mon", "tue", "wed"), "07:30-16:00 home 60")))
        drafted = mkd.propose(applicant=EMPLOYEE, plan=plan, starts=first, targets=[TARGET], by=EMPLOYEE, at=asked)
        mkd.submit(drafted.id, by=EMPLOYEE, at=asked)
        mkd.approve(drafted.id, by=SUPERIOR, at=asked)
    yield made.start()
    made.stop()


def test_from_the_first_activity_to_the_statement(door: Any) -> None:
    """The employee reports, the superior verifies, they disagree and settle it, and the month is closed."""
    at, day = f"/v1/agreements/{EMPLOYEE}.1", str(LAST)
    work = {"on": day, "minutes": 420, "description": "drafting", "target": "briefs"}
    result = {"on": day, "target": "briefs", "value": "4.5", "evidence": "four briefs and a half"}

    reported = door.ask("POST", f"{at}/activities", work, person=EMPLOYEE, key="activity")
    again = door.ask("POST", f"{at}/activities", work, person=EMPLOYEE, key="activity")
    verified = door.ask("POST", f"{at}/activities/a1/verify", {"minutes": 400}, person=SUPERIOR).json()
    reached = door.ask("POST", f"{at}/results", result, person=EMPLOYEE).json()
    less = door.ask("POST", f"{at}/results/r1/verify", {"value": 3, "note": "one is late"}, person=SUPERIOR).json()
    disputed = door.ask("POST", f"{at}/results/r1/dispute", {"note": "it was in time"}, person=EMPLOYEE).json()
    waits = door.ask("GET", "/v1/inbox", person=SUPERIOR).json()
    settled = door.ask("POST", f"{at}/results/r1/verify", {}, person=SUPERIOR).json()
    close = f"/v1/people/{EMPLOYEE}/periods/{PERIOD}/close"
    closing = {"behaviour": "as_expected", "attested": {"period.absent_days": 0}}
    closed = door.ask("POST", close, closing, person=SUPERIOR, key="close")
    told_again = door.ask("POST", close, closing, person=SUPERIOR, key="close")
    statement = door.ask("GET", f"/v1/people/{EMPLOYEE}/periods/{PERIOD}", person=EMPLOYEE).json()

    assert (reported.status_code, reported.content, reported.json()["activity"]) == (200, again.content, "a1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (reported.json()["accepted"], verified["accepted"]) == (None, 400)
    assert (reached["value"], reached["accepted"], less["accepted"], settled["accepted"]) == ("4.5", None, "3", "4.5")
    assert (disputed["disputed"], settled["disputed"]) == (True, False)
    assert [(task["kind"], task["item"]) for task in waits] == [("verify_result", "r1")]
    assert (closed.status_code, closed.json()["minutes"], closed.json()["period"]) == (200, 400, PERIOD)
    assert told_again.content == closed.content
    assert statement == closed.json()
    assert door.ask("GET", f"{at}/work", person=SUPERIOR).json() == {"activities": [verified], "results": [settled]}


def test_work_is_shown_to_whom_the_agreement_is(door: Any) -> None:
    """A colleague learns neither minutes nor what a month came to."""
    at = [f"/v1/agreements/{EMPLOYEE}.1/work", f"/v1/people/{EMPLOYEE}/periods/{PERIOD}"]
    answers = [door.ask("GET", path, person=COLLEAGUE) for path in at]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "MKD450")] * 2


@pytest.mark.parametrize(
    ("path", "body", "by", "status", "code"),
    [
        ("/activities/a1/verify", {}, EMPLOYEE, 403, "MKD420"),
        ("/activities/a77/verify", {}, SUPERIOR, 404, "MKD432"),
        ("/activities/k000002/verify", {}, SUPERIOR, 404, "MKD702"),
        ("/activities/a1/verify", {"minutes": -1}, SUPERIOR, 400, "MKD707"),
        ("/activities", {"on": str(LAST), "minutes": 1441, "description": "d"}, EMPLOYEE, 400, "MKD707"),
        ("/activities", {"on": str(BEFORE), "minutes": 1, "description": "d"}, EMPLOYEE, 409, "MKD429"),
        ("/activities", {"on": str(LAST), "minutes": 1, "description": " "}, EMPLOYEE, 400, "MKD707"),
        ("/results", {"on": str(LAST), "target": "briefs", "value": "many"}, EMPLOYEE, 400, "MKD707"),
        ("/results", {"on": "9999-12-31", "target": "briefs", "value": 1}, EMPLOYEE, 422, "MKD229"),
        ("/results/r77/dispute", {"note": "why"}, EMPLOYEE, 404, "MKD432"),
    ],
)
def test_what_cannot_be_reported_is_told(door: Any, path: str, body: dict, by: str, status: int, code: str) -> None:
    """By the codes of the service, or of the form where it is the form."""
    answer = door.ask("POST", f"/v1/agreements/{EMPLOYEE}.1{path}", body, person=by)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("period", "body", "by", "status", "code"),
    [
        (PERIOD, {}, EMPLOYEE, 403, "MKD420"),
        (PERIOD, {}, COLLEAGUE, 403, "MKD421"),
        ("2999-01", {}, SUPERIOR, 422, "MKD433"),
        ("2020-13", {}, SUPERIOR, 404, "MKD702"),
        (PERIOD, {"attested": {"period.minutes": 1}}, SUPERIOR, 400, "MKD707"),
        (PERIOD, {"attested": {"period.absent_days": "none"}}, SUPERIOR, 400, "MKD707"),
        (PERIOD, {"behaviour": "well"}, SUPERIOR, 400, "MKD707"),
    ],
)
def test_a_period_is_closed_by_who_may_and_when_it_is_over(
    door: Any, period: str, body: dict, by: str, status: int, code: str
) -> None:
    """And facts that follow from work are vouched for by nobody."""
    answer = door.ask("POST", f"/v1/people/{EMPLOYEE}/periods/{period}/close", body, person=by)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
