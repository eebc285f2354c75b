"""One line composes: the preset of West Java carries a request from SIASN to the pay file, over simulated systems."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from mkd_core import Direction, Target, TargetKind, Week, weekly
from mkd_core.people import WIB
from mkd_core.ports import Found
from mkd_plugins.deployment import Deployment, start
from mkd_plugins.identity.table import Config as TableConfig
from mkd_plugins.identity.table import TableIdentity
from mkd_plugins.identity.table.config import Source
from mkd_plugins.jabar.contract import KMOB
from mkd_plugins.jabar.siasn.refresh import refresh
from mkd_plugins.jabar.simulator import (
    AGENCY_USER,
    CLIENT_ID,
    CLIENT_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    LOGIN_CLIENT,
    PASSWORD,
    Simulator,
    simulator,
)
from mkd_plugins.testing.province import PLANNER, TABLES, shipped

HR = "k000101"
ASKED = date(2023, 6, 20)
FIRST = date(2023, 7, 3)
CLOSED = date(2023, 8, 1)
OFFICE = "07:30-16:00 office 60"
HOME = "07:30-16:00 home 60"
WEEK = Week.parse({"mon": OFFICE, "tue": OFFICE, "wed": HOME, "thu": HOME, "fri": "07:30-16:30 office 90"})
TARGET = Target(
    id="briefs",
    kind=TargetKind.OUTPUT,
    indicator="briefs delivered",
    unit="briefs",
    direction=Direction.AT_LEAST,
    value=Decimal(4),
    due=date(2023, 7, 31),
    evidence="the briefs",
)
CONFIG = """
[mkd]
preset = "jabar"
[holders]
hr = ["{hr}"]
[identity.siasn]
consumer_key = "{key}"
consumer_secret = {{ env = "CONSUMER_SECRET" }}
login_client = "{login}"
login_user = {{ env = "LOGIN_USER" }}
login_password = {{ env = "PASSWORD" }}
per_second = 1000
api = "{sim.siasn}"                          # from here on what a real deployment leaves out
gateway_tokens = "{sim.gateway_tokens}"
login_tokens = "{sim.login_tokens}"
mandates = {{ path = "mandates.csv", columns = {{ unit = "unit_kerja_id" }} }}
[calendar.holidays]
[attendance.kmob]
user = "{agency}"
password = {{ env = "PASSWORD" }}
url = "{sim.url}/integrasi/api/v1"
[schedule.table]
[payroll.table]
[notification.jabarnotify]
url = "{sim.url}"
client = "{client}"
secret = {{ env = "CLIENT_SECRET" }}
tokens = "{sim.sso_tokens}"
[journal.sqlite]
"""


def at(on: date, hour: int = 9) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=WIB).astimezone(UTC)


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """The systems, in the August after the month that is worked."""
    with simulator(now=lambda: at(CLOSED)) as running:
        yield running


@pytest.fixture(scope="module")
def mkd(sim: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The deployment, people read from SIASN; what SIASN does not say of the applicant HR has vouched for."""
    folder = tmp_path_factory.mktemp("agency")
    (folder / "nip.csv").write_text("\n".join(["nip", *sim.people.numbers, ""]), encoding="utf-8")
    shutil.copy(shipped() / "mandates.csv", folder)
    given = {"hr": HR, "key": CONSUMER_KEY, "login": LOGIN_CLIENT, "agency": AGENCY_USER, "client": CLIENT_ID}
    (folder / "mkd.toml").write_text(CONFIG.format(sim=sim, **given), encoding="utf-8")
    secrets = {
        "CONSUMER_SECRET": CONSUMER_SECRET,
        "LOGIN_USER": sim.people.numbers[0],
        "PASSWORD": PASSWORD,
        "CLIENT_SECRET": CLIENT_SECRET,
    }
    with start(folder / "mkd.toml", environ=secrets) as opened:
        refresh(opened.host.settings("identity", "siasn"))
        vouch(opened)
        yield opened


def vouch(mkd: Deployment) -> None:
    paper = TableIdentity(
        TableConfig(map="siap", **{table: Source(path=shipped() / f"{table}.csv") for table in TABLES})
    ).person(PLANNER, ASKED)
    assert isinstance(paper, Found)
    known = mkd.organisation(ASKED).known(PLANNER).facts
    for fact, value in paper.employee.facts.items():
        if fact not in known:
            mkd.attest(PLANNER, fact, value, by=HR, at=at(ASKED), evidence="personnel file")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_request_goes_through_all_systems_of_the_province(mkd: Deployment, sim: Simulator) -> None:
    """People from SIASN, notices by JabarNotify, days for K-Mob, check-ins from it, and the minutes of TRK."""
    draft = mkd.propose(
        applicant=PLANNER,
        plan=weekly(FIRST, WEEK),
        targets=[TARGET],
        ends=date(2023, 12, 29),
        by=PLANNER,
        at=at(ASKED),
    )
    mkd.agree(draft.id, by=mkd.superiors(draft.id, at=at(ASKED))[0].person, at=at(ASKED, 10))
    mkd.submit(draft.id, by=PLANNER, at=at(ASKED, 11))
    while step := mkd.agreement(draft.id).latest.open_step:
        mkd.approve(draft.id, by=step.approvers[0].person, at=at(ASKED, 13))
    mkd.tick(now=at(FIRST))
    mkd.deliver(now=at(FIRST))
    work = mkd.report_activity(draft.id, on=FIRST, minutes=300, description="Brief", by=PLANNER, at=at(FIRST, 16))
    superior = mkd.superiors(draft.id, at=at(FIRST))[0].person
    mkd.verify_activity(draft.id, work.activity.id, by=superior, at=at(FIRST, 17))
    closed = mkd.close_period(PLANNER, "2023-07", by=HR, at=at(CLOSED), attested={"period.absent_days": 0})
    mkd.deliver(now=at(CLOSED))

    folder, nip = mkd.host.config.folder, mkd.organisation(FIRST).known(PLANNER).number
    assert nip is not None
    days = rows(folder / "roster" / "roster-2023-07.csv")
    assert list(days[0]) == ["ID", "NIP", "Tanggal", "Lokasi Kerja", "Jam Kerja", "Menit", "Nomor Perjanjian"]
    assert [(day["Tanggal"], day["Lokasi Kerja"]) for day in days[:4]] == [
        ("03-07-2023", "WFO"),
        ("04-07-2023", "WFO"),
        ("05-07-2023", "WFH"),
        ("06-07-2023", "WFH"),
    ]
    assert {day["NIP"] for day in days} == {nip.digits}
    assert len({notice["recipients"][0]["emailAddress"] for notice in sim.notices}) >= 2
    assert sim.asked[f"{KMOB}/presensi-harian"] > 10
    assert not [missing for missing in closed.missing if missing.startswith("check_in_unread")]
    paid = rows(folder / "trk" / "trk-2023-07.csv")
    assert next((line["nip"], line["item"], line["quantity"]) for line in paid) == (nip.digits, "trk_minutes", "300")
