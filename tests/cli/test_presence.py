"""Day plans on their way to a roster, and check-ins on their way in, as a deployment with real files has them."""

from __future__ import annotations

import csv
import json
import os
import random
import sqlite3
import subprocess
import sysconfig
import time
from contextlib import closing, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mkd_core import Direction, MkdError, Target, TargetKind, Week, weekly
from mkd_core.events import Ballot
from mkd_plugins import start
from mkd_plugins.deployment import Deployment

ROSTER = '\n[schedule.table]\nfolder = "roster"\n'
CLOCK = '\n[attendance.table]\npath = "check_ins.csv"\n'


def plugged(office, *tables: str) -> None:
    """Write more tables into mkd.toml."""
    file = office.folder / "mkd.toml"
    file.write_text(file.read_text(encoding="utf-8") + "".join(tables), encoding="utf-8")


def roster(folder: Path) -> dict[str, str]:
    """Each date of the files with what is worked then."""
    found = {}
    for path in sorted((folder / "roster").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.update({row["date"]: row["windows"] for row in csv.DictReader(file)})
    return found


def unit_of(office) -> str:
    """Where the person works."""
    with (office.folder / "people.csv").open(encoding="utf-8", newline="") as file:
        return next(row["unit_kerja_id"] for row in csv.DictReader(file) if row["peg_id"] == "k000002")


def decided_elsewhere(deployment: Deployment, person: str, at: datetime) -> None:
    """An agreement of that person, two days a week at home, that the superior approved in another system."""
    office, home, friday = "07:30-16:00 office 60", "07:30-16:00 home 60", "07:30-16:30 office 90"
    week = Week.parse({"mon": office, "tue": office, "wed": home, "thu": home, "fri": friday})
    target = Target(
        id="t1",
        kind=TargetKind.OUTPUT,
        indicator="briefs delivered",
        unit="briefs",
        direction=Direction.AT_LEAST,
        value=Decimal(4),
        due=date(2023, 7, 31),
        evidence="the briefs",
    )
    plan = weekly(date(2023, 7, 3), week)
    draft = deployment.propose(applicant=person, plan=plan, targets=[target], ends=date(2023, 12, 29), by=person, at=at)
    for superior in deployment.superiors(draft.id, at=at)[:1]:  # the head of the agency has none
        by = superior.person
        deployment.agree(draft.id, by=by, at=at)
        deployment.record_decision(draft.id, Ballot.APPROVE, by=by, at=at, reference="ND 12/2023", reason="as agreed")


@pytest.mark.bare
def test_an_approval_becomes_rows_and_a_recall_changes_one_of_them(office):
    """Approve, deliver, recall, deliver: 22 days to the end of the five weeks, and one of them otherwise."""
    plugged(office, ROSTER)
    office.approved()
    listed = office.mkd("outbox", "list", "--json").data
    plans = [each for each in listed if each["port"] == "schedule"]

    first = office.mkd("outbox", "deliver", "--json")
    before = roster(office.folder)
    recall = ("agreement", "recall", "k000002.1", "--on", "2023-07-05", "--reason", "audit", "--as", "k000114")
    assert office.mkd(*recall).status == 0
    second = office.mkd("outbox", "deliver", "--json")

    assert {(each["kind"], each["to"], each["status"]) for each in plans} == {("day_plan", "k000002", "pending")}
    assert first.data["delivered"] == len(plans) == 22
    assert (before["2023-07-05"], before["2023-07-08"]) == ("07:30-16:00 home 60", "")
    assert second.data["delivered"] == 1
    assert roster(office.folder) == {**before, "2023-07-05": "07:30-16:00 office 60"}


@pytest.mark.bare
def test_the_days_of_a_whole_agency_are_one_delivery(office):
    """More than a thousand effects wait: one command delivers all of them, and says how many."""
    plugged(office, ROSTER)
    at = datetime.fromisoformat(office.june)
    with start("mkd.toml") as deployment:
        people = [person for person in deployment.organisation(at.date()).people() if person.active]
        for person in people[:100]:
            with suppress(MkdError):  # some are refused, which is no matter here
                decided_elsewhere(deployment, person.key, at)
    waiting = len(office.mkd("outbox", "list", "--status", "pending", "--json").data)

    assert waiting > 1000
    assert office.mkd("outbox", "deliver", "--json").data["delivered"] == waiting


@pytest.mark.bare
def test_days_come_into_view_with_the_tick(office):
    """A week later seven more days wait, and once only."""
    plugged(office, ROSTER)
    office.approved()
    office.mkd("outbox", "deliver")
    later = "2023-06-27T09:00+07:00"

    ticks = [office.mkd("tick", "--json", at=later).data["day_plans"] for _ in range(2)]
    office.mkd("outbox", "deliver", at=later)

    assert ticks == [7, 0]
    assert max(roster(office.folder)) == "2023-07-31"


@pytest.mark.bare
def test_who_leaves_has_no_hours_any_more(office):
    """Struck from the personnel export, the person is planned no more, under the number that the rows have."""
    plugged(office, ROSTER)
    office.approved()
    office.mkd("outbox", "deliver")
    people = office.folder / "people.csv"
    kept = [line for line in people.read_text(encoding="utf-8").splitlines() if not line.startswith("k000002,")]
    people.write_text("\n".join([*kept, ""]), encoding="utf-8")
    later = "2023-07-10T09:00+07:00"

    office.mkd("tick", at=later)
    office.mkd("outbox", "deliver", at=later)

    ahead = {on: windows for on, windows in roster(office.folder).items() if on >= "2023-07-10"}
    assert len(ahead) == 15
    assert set(ahead.values()) == {""}
    assert roster(office.folder)["2023-07-06"] == "07:30-16:00 home 60"


@pytest.mark.bare
def test_a_roster_that_cannot_be_written_blocks_no_approval(office):
    """A file stands where its folder should be: the agreement holds, and the days wait until somebody mends it."""
    plugged(office, ROSTER)
    (office.folder / "roster").write_text("in the way", encoding="utf-8")
    office.approved()

    failed = office.mkd("outbox", "deliver", "--json")
    state = office.mkd("agreement", "show", "k000002.1", "--json").data["state"]
    (office.folder / "roster").unlink()
    office.mkd("outbox", "replay", "--all")
    office.mkd("outbox", "deliver", at="2023-06-21T09:00+07:00")

    assert json.loads(failed.out)["delivered"] == 0
    assert "MKD623" in failed.err
    assert state == "approved"
    assert len(roster(office.folder)) == 22


@pytest.mark.bare
def test_settings_that_do_not_fit_are_found_by_a_check(office):
    """`plugins check` names the table, the setting and the mend."""
    plugged(office, ROSTER, 'columns = { who = "{persn}", date = "{date}" }\n', CLOCK, 'zone = "Asia/Bandung"\n')

    checked = office.mkd("plugins", "check")

    assert checked.status == 1
    assert "did you mean person?" in checked.out + checked.err
    assert "Asia/Bandung" in checked.out + checked.err


@pytest.mark.bare
def test_a_ping_finds_what_is_not_there(office):
    """A folder that cannot be, and an export that nobody wrote, are found before the first approval."""
    plugged(office, ROSTER, CLOCK)
    (office.folder / "roster").write_text("in the way", encoding="utf-8")

    broken = office.mkd("plugins", "check", "--ping")
    (office.folder / "roster").unlink()
    (office.folder / "check_ins.csv").write_text("person,at\n", encoding="utf-8")
    mended = office.mkd("plugins", "check", "--ping")

    assert (broken.status, mended.status) == (1, 0)
    assert "MKD623" in broken.out + broken.err
    assert "MKD231" in broken.out + broken.err
    assert "schedule.table: answers" in mended.out
    assert "attendance.table: answers" in mended.out


@pytest.mark.bare
def test_a_month_names_the_office_days_without_a_check_in(office):
    """The policy asks for one at the office: two of July's days have none, and nobody is asked about the others."""
    plugged(office, CLOCK)
    office_days = (3, 4, 7, 10, 11, 14, 17, 18, 21, 24, 25, 28, 31)
    taps = [f"k000002,2023-07-{day:02d} 07:{day:02d}" for day in office_days if day not in (11, 25)]
    (office.folder / "check_ins.csv").write_text("\n".join(["person,at", *taps, ""]), encoding="utf-8")

    office.closed()

    missing = office.mkd("period", "statement", "k000002", "2023-07", "--json", at=office.august).data["missing"]
    assert [each for each in missing if "check_in" in each] == ["check_in:2023-07-11", "check_in:2023-07-25"]


@pytest.mark.kill
def test_a_delivery_killed_half_way_ends_in_the_same_table(office):
    """Killed as often as it takes, the next one goes on: nothing is lost, doubled or put in another day's place."""
    plugged(office, ROSTER)
    office.approved()
    chance = random.Random(2023)
    command = [str(Path(sysconfig.get_path("scripts")) / "mkd"), "outbox", "deliver"]
    halves = 0
    for _ in range(4):
        process = subprocess.Popen(command, cwd=office.folder, env={**os.environ, "MKD_AT": office.june})
        begun = len(roster(office.folder))
        end = time.monotonic() + 60
        while process.poll() is None and len(roster(office.folder)) <= begun and time.monotonic() < end:
            pass
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.random() * 0.01)
        process.kill()
        process.wait(timeout=60)
        halves += 0 < len(roster(office.folder)) < 22
    office.mkd("outbox", "deliver")

    with closing(sqlite3.connect(office.folder / "journal.db")) as journal:
        statuses = journal.execute("SELECT DISTINCT status FROM mkd_effects WHERE port = 'schedule'").fetchall()
    expected = office.mkd("roster", unit_of(office), "--from", "2023-07-03", "--until", "2023-07-24", "--json").data
    planned = {day["date"]: ", ".join(day["windows"]) for day in expected if day["person"] == "k000002"}
    assert halves > 0
    assert statuses == [("delivered",)]
    assert roster(office.folder) == planned
