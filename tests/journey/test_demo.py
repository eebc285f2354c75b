"""The demonstration tells the truth: every claim of its summary is held against the files that it leaves."""

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mkd_core.errors import InvalidInput
from mkd_core.events import AgreementApproved, PeriodClosed, VoteCast
from mkd_core.journal import Record, verify
from mkd_core.journal.codec import decode
from mkd_core.outbox import Delivery, EffectStatus
from mkd_plugins.demo import run
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.testing.province import ACTING_OFFICER, ANALYST, NO_RATING, PLANNER

LONGEST = 30.0
"""Seconds that the story may take once everything is installed."""

Kept = tuple[Mapping[str, Any], Path]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The summary of one run, and the folder that it kept."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    out = StringIO()
    run(out, as_json=True, keep=folder)
    return json.loads(out.getvalue()), folder


@pytest.fixture
def journal(kept: Kept) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(SqliteConfig(path=kept[1] / "journal.db", read_only=True))) as opened:
        yield opened


def of_person(journal: SqliteJournal, person: str) -> list[Record]:
    return list(journal.read(f"person/{person}"))


def notices(journal: SqliteJournal) -> list[Delivery]:
    return [delivery for delivery in journal.deliveries() if delivery.effect.port == "notification"]


def pay_rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "pay" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("language", "chapter"), [("en", "7. The journal"), ("id", "7. Jurnal")])
def test_the_story_is_told_in_both_languages(language: str, chapter: str) -> None:
    """Seven chapters in under 30 seconds, and near the end the words "journal verified"."""
    out = StringIO()
    began = time.monotonic()
    run(out, language=language)

    assert time.monotonic() - began < LONGEST
    lines = out.getvalue().splitlines()
    assert [line[0] for line in lines if line[1:3] == ". " and line[0].isdigit()] == list("1234567")
    assert any(line.startswith(chapter) for line in lines)
    assert "journal verified" in " ".join(lines[-3:])


@pytest.mark.parametrize("options", [[], ["--lang", "id"], ["--json"]])
def test_the_command_tells_it_too(options: list[str], tmp_path: Path) -> None:
    """``mkd demo`` ends with status 0 within 30 seconds, writes nothing to stderr, and leaves no file behind."""
    began = time.monotonic()
    done = subprocess.run(
        [Path(sys.executable).with_name("mkd"), "demo", *options],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - began < LONGEST
    if options == ["--json"]:
        assert json.loads(done.stdout)["journal"]["verified"] is True
    else:
        assert "journal verified" in " ".join(done.stdout.splitlines()[-3:])
    assert list(tmp_path.iterdir()) == []


def test_the_host_and_the_facts_come_first(kept: Kept) -> None:
    """Chapter 1: every plugin of the deployment, and of each fact how many people have it, lack it or are unmapped."""
    host = kept[0]["host"]

    assert {"mkd[identity-table]", "mkd[payroll-table]", "mkd[smtp]", "mkd[journal-sqlite]"} <= set(host["plugins"])
    facts = host["facts"]
    assert facts["without_superior"] == ["k000001"]
    assert facts["superior_cycles"] == []
    served = facts["people"]
    for fact in facts["facts"]:
        assert fact["have"] + fact["lack"] + sum(fact["unmapped"].values()) == served
    with (kept[1] / "people.csv").open(encoding="utf-8") as people:
        assert sum(1 for _ in people) - 1 == served + facts["inactive"]


def test_three_requests_are_decided(kept: Kept) -> None:
    """Chapter 2: one approvable, one refused with its remedy (five days to four), one referred for a missing fact."""
    decisions = kept[0]["decisions"]

    assert decisions["approvable"]["outcome"] == "approve"
    assert decisions["refused"]["outcome"] == "refuse"
    assert decisions["refused"]["failed"] == ["remote-days"]
    assert decisions["refused"]["remedy"] == [{"fact": "agreement.remote_days", "from": 5, "to": 4}]
    assert decisions["referred"]["outcome"] == "refer"
    assert decisions["referred"]["missing"] == ["applicant.rating"]


def test_a_referred_request_went_no_further(journal: SqliteJournal) -> None:
    """Nobody submitted the request that lacks a fact: it is a draft."""
    assert [record.type for record in of_person(journal, NO_RATING)] == ["AgreementProposed"]


def test_the_remedy_is_taken_and_the_targets_are_agreed(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 3: revised to four days, one counter-proposal by the superior, the employee's consent, then submitted."""
    kinds = [record.type for record in of_person(journal, ANALYST)]

    assert kinds[:5] == [
        "AgreementProposed",
        "TermsRevised",
        "TargetsCountered",
        "TargetsConsented",
        "AgreementSubmitted",
    ]
    by = {record.type: record.by for record in of_person(journal, ANALYST)[:4]}
    assert by["TargetsCountered"] == ACTING_OFFICER
    assert by["TargetsConsented"] == by["TermsRevised"] == ANALYST
    assert kept[0]["approval"]["revisions"] == 2


def test_one_step_is_taken_by_the_acting_officer(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 3: the vote of the acting officer names the mandate, and the agreement is approved."""
    events = [decode(record) for record in of_person(journal, ANALYST)]
    votes = [happened for happened in events if isinstance(happened.event, VoteCast)]

    assert [vote.by for vote in votes if vote.event.mandate] == [ACTING_OFFICER]
    assert [vote["by"] for vote in kept[0]["approval"]["acting_votes"]] == [ACTING_OFFICER]
    assert [vote.event.mandate.value for vote in votes if vote.event.mandate] == ["plt"]
    assert all(vote.event.reference for vote in votes if vote.event.mandate)
    assert any(isinstance(happened.event, AgreementApproved) for happened in events)
    assert kept[0]["approval"]["state"] == "active"


def test_a_vote_without_the_power_left_no_trace(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 3: the colleague's vote was rejected with its code, and is not in the journal."""
    assert kept[0]["approval"]["rejected_vote"] == "MKD424"
    voters = {record.by for record in of_person(journal, ANALYST) if record.type == "VoteCast"}
    assert voters == {vote["by"] for vote in kept[0]["approval"]["votes"]}


def test_the_plans_of_two_weeks_are_derived(kept: Kept) -> None:
    """Chapter 4: fourteen days a person, four of five at home after the remedy, and who is on site on each of them."""
    plans = kept[0]["plans"]

    for person, remote in ((ANALYST, 8), (PLANNER, 6)):
        days = plans["days"][person]
        assert len(days) == 14
        assert sum("home" in text for text in days.values()) == remote
        assert sum(text == "off" for text in days.values()) == 4
    assert len(plans["on_site"]) == 14
    for day in plans["on_site"].values():
        assert 0 <= day["on_site"] <= day["working"]
    assert any(day["on_site"] < day["working"] for day in plans["on_site"].values())


@pytest.mark.parametrize("person", [ANALYST, PLANNER])
def test_a_month_becomes_minutes_a_proposed_rating_and_pay(person: str, kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 5: the minutes paid are those validated, fewer than reported; the rating is only proposed."""
    records = of_person(journal, person)
    month = kept[0]["month"][person]
    reported = sum(record.data["minutes"] for record in records if record.type == "ActivityReported")
    validated = sum(record.data["minutes"] for record in records if record.type == "ActivityVerified")
    (closed,) = [happened.event for happened in map(decode, records) if isinstance(happened.event, PeriodClosed)]

    assert (month["minutes_reported"], month["minutes_validated"]) == (reported, validated)
    assert 0 < validated < reported
    assert closed.minutes == validated
    assert closed.rating == month["proposed_rating"] == "good"
    assert {line.item: str(line.quantity) for line in closed.lines}["trk_minutes"] == str(validated)
    results = [record for record in records if record.type == "ResultReported"]
    assert len(results) == 2
    assert all(record.data["evidence_given"] for record in results)
    assert sum(record.type == "ResultVerified" for record in records) == 2


def test_every_pay_line_is_in_the_file_with_its_rule(kept: Kept, journal: SqliteJournal) -> None:
    """Chapters 5 and 6: the file holds exactly the lines of the closed months, and the receipt each of them."""
    rows = pay_rows(kept[1], "pay-2023-07.csv")
    receipt = pay_rows(kept[1], "pay-2023-07.receipt.csv")
    closed = {
        person: decode(record).event
        for person in (ANALYST, PLANNER)
        for record in of_person(journal, person)
        if record.type == "PeriodClosed"
    }

    paid = {(row["person"], row["item"], row["quantity"], row["rule"]) for row in rows}
    assert paid == {
        (person, line.item, str(line.quantity), line.rule) for person, event in closed.items() for line in event.lines
    }
    assert all(row["rule"] and row["scheme"] and row["source"] for row in rows)
    assert [(row["key"], row["quantity"], row["row"]) for row in receipt] == [
        (row["key"], row["quantity"], str(at)) for at, row in enumerate(rows, start=2)
    ]
    assert kept[0]["notices"]["pay_lines"] == len(rows) == len({row["key"] for row in rows})
    due = {delivery.effect.key for delivery in journal.deliveries() if delivery.effect.port == "payroll"}
    assert {row["key"] for row in rows} == due


def test_every_notice_reached_the_mail_server_once(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 6: as many mails at the server as notices in the outbox, one turned away first and retried."""
    told = kept[0]["notices"]

    assert told["mails"] == len(notices(journal)) == len({delivery.receipt for delivery in notices(journal)})
    assert (told["turned_away"], told["retried"]) == (1, 1)
    assert Counter(delivery.attempts for delivery in notices(journal)) == {1: told["mails"] - 1, 2: 1}
    assert {delivery.status for delivery in journal.deliveries()} == {EffectStatus.DELIVERED}


def test_the_kept_journal_verifies(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 7: the head that was told is the head of the kept file, and against it nothing is missing."""
    told = kept[0]["journal"]

    assert verify((record for _, record in journal.records()), journal.head()) == []
    assert told["head"] == journal.head().digest
    assert (told["events"], told["streams"]) == (journal.head().events, len(journal.head().streams))


def test_the_changed_copy_is_found_out_by_name(kept: Kept, journal: SqliteJournal) -> None:
    """Chapter 7: what verification names is the activity that the story says it changed."""
    stream, _, number = kept[0]["journal"]["tampered"].partition("#")

    assert journal.read(stream)[int(number) - 1].type == "ActivityVerified"


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    """A folder with something in it is refused with a code and a mend, and stays as it was."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"MKD291.*not empty.*name a new or empty folder"):
        run(StringIO(), keep=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


WITHOUT = """
import sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None
from mkd_plugins.cli import main
main()
"""
"""The command on a machine where those modules cannot be imported."""


@pytest.mark.parametrize(
    ("absent", "words", "extras"),
    [
        ("aiosmtpd", (), "demo"),
        ("holidays", (), "demo"),
        ("aiosmtpd,holidays", (), "demo"),
        ("jwt", ("--province",), "demo,jabar"),
        ("aiosmtpd,jwt", ("--province",), "demo,jabar"),
    ],
)
def test_without_its_extras_it_says_what_to_install(
    absent: str, words: tuple[str, ...], extras: str, tmp_path: Path
) -> None:
    """One line with a code and the mend, status 1, and no folder begun."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, absent, "demo", "--keep", str(tmp_path / "kept"), *words],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: MKD292 ")
    assert all(name in line for name in absent.split(","))
    assert line.endswith(f"(pip install 'mkd[{extras}]')")
    assert not (tmp_path / "kept").exists()
