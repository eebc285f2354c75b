"""A whole agreement by hand: proposed, countered, approved, worked, closed, delivered, verified."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

COUNTERED = "brief=output; briefs delivered; at_least 5 briefs; by 2023-07-31; evidence: the briefs"


@pytest.mark.bare
def test_from_a_request_to_a_pay_line_by_hand(office):
    """The main job with the command alone: each step answers with where the agreement stands."""
    mkd, agreement = office.mkd, "k000002.1"

    def step(name, by, *words, **at):
        return mkd("agreement", name, agreement, "--as", by, "--json", *words, **at).data

    assert office.proposed("--json").data["state"] == "draft"
    assert step("counter", "k000114", "--target", COUNTERED)["agreed_by"] == ["superior"]
    assert step("agree", "k000002")["agreed_by"] == ["employee", "superior"]
    assert step("submit", "k000002")["waits_for"]["approvers"] == ["k000114"]
    assert step("approve", "k000114")["state"] == "approved"
    office_day = mkd("day", "k000002", "2023-07-04", "--json", at=office.july).data
    home_day = mkd("day", "k000002", "2023-07-05", "--json", at=office.july).data
    assert (office_day["windows"], home_day["windows"]) == (["07:30-16:00 office 60"], ["07:30-16:00 home 60"])

    day = ("--as", "k000002", "--on", "2023-07-31", "--target", "brief")
    work = mkd("result", "add", agreement, *day, "--activity", "draft", "--minutes", "300", "--json", at=office.july)
    done = mkd("result", "add", agreement, *day, "--value", "4", "--evidence", "four", "--json", at=office.july)
    for item in (work.data["activity"], done.data["result"]):
        verified = mkd("result", "verify", agreement, item, "--as", "k000114", "--json", at=office.july)
        assert verified.data["accepted"] is not None

    vouched = ("--attest", "period.absent_days=0", "--attest", "period.negative_activities=0")
    close = ("period", "close", "k000002", "2023-07", "--as", "k000114", "--behaviour", "as_expected", *vouched)
    closed = mkd(*close, "--json", at=office.august).data
    assert (closed["minutes"], Decimal(closed["achievement"]), closed["rating"]) == (
        300,
        Decimal("0.8"),
        "needs_improvement",
    )
    assert mkd("period", "statement", "k000002", "2023-07", "--json").data == closed
    delivered = mkd("outbox", "deliver", "--json", at=office.august).data
    assert (delivered["delivered"], delivered["dead"]) == (len(closed["lines"]), 0)
    with open(office.folder / "pay/pay-2023-07.csv", encoding="utf-8", newline="") as file:
        paid = [(row["person"], row["item"], row["quantity"], row["rule"]) for row in csv.DictReader(file)]
    assert paid == [("k000002", line["item"], line["quantity"], line["rule"]) for line in closed["lines"]]
    assert mkd("journal", "verify").out.startswith("journal verified: ")


@pytest.mark.bare
def test_what_the_policy_refuses_is_explained_and_mended(office):
    """Five days at home are refused with their reason; the remedy is four, and the request can then be submitted."""
    mkd = office.mkd
    proposed = ("agreement", "propose", "--as", "k000002", "--from", "2023-07-03", "--until", "2023-12-29")
    mkd(*proposed, "--remote", "mon-fri", "--target", COUNTERED)

    english, indonesian = (
        mkd("agreement", "decide", "k000002.1"),
        mkd("--lang", "id", "agreement", "decide", "k000002.1"),
    )
    before = mkd("agreement", "submit", "k000002.1", "--as", "k000002")
    mended = mkd("agreement", "mend", "k000002.1", "--as", "k000002", "--apply", "--json")
    after = mkd("agreement", "submit", "k000002.1", "--as", "k000002", "--json")

    assert "decision: refuse (jabar-mkd 2023.1)" in english.out
    assert "Change days away from the office, most in any week, from 5 to 4" in english.out
    assert "Kurangi hari di luar kantor, terbanyak dalam satu pekan, dari 5 menjadi 4" in indonesian.out
    assert "keputusan: tolak" in indonesian.out
    assert "pekan" in indonesian.out
    assert "MKD410" in before.err
    assert [day for day, windows in mended.data["plan"]["weeks"][0].items() if "home" in windows] == [
        "mon",
        "tue",
        "wed",
        "thu",
    ]
    assert after.data["state"] == "submitted"


def test_a_mended_plan_is_shown_and_what_it_cannot_say_is_told(office):
    """Without --apply nothing is written: days, dates and what they change; a target that is lacking is named."""
    mkd = office.mkd
    proposed = ("agreement", "propose", "--as", "k000002", "--from", "2023-07-03", "--until", "2023-12-29")
    mkd(*proposed, "--remote", "mon-fri", "--target", COUNTERED)
    mkd(*proposed, "--remote", "mon-fri")

    shown = mkd("agreement", "mend", "k000002.1", "--as", "k000002")
    as_json = mkd("agreement", "mend", "k000002.1", "--as", "k000002", "--json").data
    lacking = mkd("--lang", "id", "agreement", "mend", "k000002.2", "--as", "k000002")

    assert "Change days in the office, fewest in any week, from 0 to 1" in shown.out
    assert as_json["changes"][0] == {"fact": "agreement.remote_days", "from": 5, "to": 4}
    assert len(as_json["words"]["id"]) == 2
    assert "MKD440" in lacking.err
    assert "Tambah jumlah target keluaran dari 0 menjadi 1" in lacking.err


def test_a_live_agreement_is_amended_recalled_suspended_and_ended(office):
    """What can happen to an agreement in force happens from the command line too, and its history has it all."""
    mkd = office.mkd
    office.approved()

    def step(name, by, *words):
        return mkd("agreement", name, "k000002.1", "--as", by, "--json", *words, at=office.july).data["state"]

    assert step("recall", "k000114", "--on", "2023-08-02", "--reason", "audit") == "active"
    assert mkd("day", "k000002", "2023-08-02", "--json", at=office.july).data["basis"] == "recall"
    assert step("recheck", "k000114") == "active"
    assert step("amend", "k000002", "--from", "2023-09-04", "--until", "2023-12-29", "--remote", "tue") == "active"
    assert step("revise", "k000002", "--from", "2023-09-11") == "active"
    assert step("withdraw", "k000002", "--reason", "no need") == "active"
    assert step("suspend", "k000114", "--since", "2023-07-31", "--reason", "audit") == "suspended"
    assert step("resume", "k000101", "--since", "2023-07-31") == "active"
    assert step("end", "k000002", "--since", "2023-07-31") == "ended"
    told = [item["event"] for item in mkd("agreement", "history", "k000002.1", "--json").data]
    assert told[:3] == ["AgreementProposed", "AgreementSubmitted", "StepOpened"]
    assert told[-3:] == ["AgreementSuspended", "AgreementResumed", "AgreementEnded"]


def test_a_request_is_returned_and_refused(office):
    """Approvers can send back and refuse, with a reason, after a recorded consultation."""
    mkd = office.mkd
    office.proposed()

    def step(name, by, *words):
        return mkd("agreement", name, "k000002.1", "--as", by, "--json", *words).data["version_state"]

    assert step("submit", "k000002") == "submitted"
    assert step("return", "k000114", "--reason", "which briefs?") == "returned"
    assert step("submit", "k000002") == "submitted"
    assert step("consult", "k000114", "--note", "talked it over") == "submitted"
    assert step("refuse", "k000114", "--reason", "needed at the office", "--step", "superior") == "refused"


def test_a_superior_revokes_and_an_employee_disputes(office):
    """A verified result that the employee does not share is disputed, and HR or the superior can revoke."""
    mkd = office.mkd
    office.worked()

    disputed = mkd("result", "dispute", "k000002.1", "r1", "--as", "k000002", "--note", "six", "--json", at=office.july)
    listed = mkd("result", "list", "k000002.1", "--json", at=office.july).data
    revoked = mkd(
        "agreement",
        "revoke",
        "k000002.1",
        "--as",
        "k000114",
        "--since",
        "2023-08-01",
        "--reason",
        "x",
        "--json",
        at=office.july,
    )

    assert disputed.data["disputed"] is True
    assert [each["accepted"] for each in listed["activities"]] == [400]
    assert [each["disputed"] for each in listed["results"]] == [True]
    assert revoked.data["state"] == "active"
    assert mkd("agreement", "show", "k000002.1", "--json", at=office.august).data["state"] == "revoked"
