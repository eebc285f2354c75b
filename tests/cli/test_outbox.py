"""``mkd outbox`` and ``mkd tick``: what a timer runs."""

from __future__ import annotations

import pytest


@pytest.mark.bare
def test_what_cannot_be_delivered_is_kept_given_up_and_replayed(office):
    """Payroll's folder is in the way: the lines stay in the outbox; given up, a person replays them."""
    office.closed()
    (office.folder / "pay").write_text("a file where the folder should be", encoding="utf-8")

    first = office.mkd("outbox", "deliver", "--json", at=office.august)
    kept = office.mkd("outbox", "list", "--json").data
    assert {each["status"] for each in kept} <= {"pending", "dead"}
    assert "warning: " in first.err

    for day in range(2, 12):
        office.mkd("outbox", "deliver", at=f"2023-08-{day:02d}T09:00+07:00")
    dead = office.mkd("outbox", "list", "--status", "dead", "--json").data
    (office.folder / "pay").unlink()
    assert office.mkd("outbox", "deliver", "--json", at="2023-08-20T09:00+07:00").data["delivered"] == 0
    replayed = office.mkd("outbox", "replay", "--all", "--json").data["replayed"]
    delivered = office.mkd("outbox", "deliver", "--json", at="2023-08-20T09:00+07:00").data

    assert replayed == [each["key"] for each in dead]
    assert delivered["delivered"] == len(replayed) == len(kept)
    assert [line["key"] for receipt in delivered["receipts"] for line in receipt["lines"]] == replayed


@pytest.mark.bare
def test_a_replay_of_nothing_in_particular_is_wrong_usage(office):
    """Without a key nothing is replayed, and nobody is told that all is well."""
    done = office.mkd("outbox", "replay")

    assert done.status == 2
    assert "--all" in done.err


def test_giving_up_ends_with_status_1(office):
    """A timer's mail tells somebody when something waits for a person."""
    office.closed()
    (office.folder / "pay").write_text("in the way", encoding="utf-8")

    statuses = [office.mkd("outbox", "deliver", at=f"2023-08-{day:02d}T09:00+07:00").status for day in range(1, 12)]

    assert 1 in statuses


def test_a_deadline_that_passed_is_acted_on_once(office):
    """The superior lets the deadline go by; tick escalates, and a second tick finds nothing to do."""
    pytest.importorskip("holidays")
    office.proposed()
    office.mkd("agreement", "submit", "k000002.1", "--as", "k000002")
    later = "2023-07-10T09:00+07:00"

    first, second = (office.mkd("tick", "--json", at=later).data for _ in range(2))

    assert first == {"changed": ["k000002.1"], "day_plans": 0, "problems": []}
    assert second == {"changed": [], "day_plans": 0, "problems": []}
    waits = office.mkd("agreement", "show", "k000002.1", "--json", at=later).data["waits_for"]
    assert waits["approvers"] != ["k000114"]
