"""A journal of every release is kept here and replays to the same state.

``journal-VERSION.jsonl`` is the canonical export of one fixed journey as that release wrote it, ``state-VERSION.json``
the state that it rebuilt. Neither is ever changed after the release; before a release its two files are written with::

    python tests/golden/test_golden.py VERSION
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from mkd_core import (
    AgreementService,
    Ballot,
    Direction,
    History,
    Level,
    Mandate,
    MandateKind,
    MemoryJournal,
    OfficeHours,
    Target,
    TargetKind,
    Week,
    WorkPlan,
)
from mkd_core.decrees import Decree
from mkd_core.events import EVENTS, ErasureReason
from mkd_core.journal import Fault, Record, export_line, read_export, verify
from mkd_core.journal.codec import decode
from mkd_core.people import WIB
from mkd_core.ports import Season
from mkd_core.usecases.dossier import assemble, person_of
from mkd_core.worktime import Day, plan_to_data
from mkd_plugins.policies.schemes import scheme_history
from mkd_plugins.testing.fakes import FakeCalendar, RecordingNotification, RecordingPayroll, small_agency

FOLDER = Path(__file__).parent
RELEASES = sorted(path.stem.removeprefix("journal-") for path in FOLDER.glob("journal-*.jsonl"))

POLICY = """
[policy]
id = "golden"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[refusal]
grounds = ["service"]
consult_first = true
[[rules]]
id = "rating"
require = 'applicant.rating in {"good", "very_good"}'
otherwise = "refer"
because = { id = "n", en = "n" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
late = "escalate"
[[route]]
id = "agency"
approver = "head_of_agency"
within = "2 months"
when = "agreement.remote_days > 2"
"""


DECREE = """
[policy]
id = "golden"
version = "thursday"
in_force = { from = 2023-09-01, until = 2023-10-01 }
title = { id = "Kamis di rumah", en = "Thursdays at home" }
layer = "decree"
initiation = "decree"
[sources.ours]
title = "A default of ours"
[[rules]]
id = "days"
require = "agreement.remote_days <= 1"
otherwise = "refuse"
because = { id = "n", en = "n" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""


def at(month: int, day: int) -> datetime:
    return datetime(2023, month, day, 9, tzinfo=WIB)


def five_days(hours: str) -> Week:
    return Week.parse(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours))


def plan(anchor: date = date(2023, 7, 3)) -> WorkPlan:
    return WorkPlan(
        anchor=anchor,
        weeks=(
            Week.parse({"mon": "07:30-11:30 home, 12:30-16:00 office", "tue": "07:30-16:00 office 60"}),
            Week.parse({"wed": "22:00-06:00 other_office 30", "sat": "08:00-12:00 elsewhere"}),
        ),
        seasons={"ramadan": (five_days("08:00-15:00 home 30"),)},
        exceptions={date(2023, 7, 14): Day()},
    )


def target(value: str, **changes: Any) -> Target:
    parts: dict[str, Any] = {
        "kind": TargetKind.OUTPUT,
        "indicator": "laporan banjir",
        "unit": "laporan",
        "direction": Direction.AT_LEAST,
        "value": Decimal(value),
        "due": date(2023, 7, 31),
        "evidence": "berkas",
    }
    return Target(id="t1", **{**parts, **changes})


def journey() -> MemoryJournal:
    """A journal that holds every kind of event, the same at every run."""
    salts = itertools.count(1)
    journal = MemoryJournal(lambda: f"{next(salts):032x}")
    people = small_agency()
    service = AgreementService(
        journal=journal,
        identity=people,
        policies=History.from_texts({"golden.toml": POLICY, "decree.toml": DECREE}),
        schemes=scheme_history("jabar-trk"),
        hours=OfficeHours(standard=five_days("07:30-16:00 office 60"), source="ours"),
        calendar=FakeCalendar(
            {date(2023, 6, 29): "Iduladha"}, [Season(name="ramadan", first=date(2023, 7, 20), last=date(2023, 7, 25))]
        ),
        notifications=[RecordingNotification()],
        payroll=RecordingPayroll(),
        roles={"hr": ["hr"]},
    )
    _agree(service)
    _work(service)
    people.change("analyst", facts={"applicant.rating": "poor"})
    service.recheck("analyst.1", by="hr", at=at(8, 2))
    service.revoke("analyst.1", since=date(2023, 8, 3), by="hr", at=at(8, 2), reason="alasan dinas")
    _of_others(service)
    return journal


def _agree(service: AgreementService) -> None:
    service.give_mandate(
        Mandate(
            kind=MandateKind.PLH,
            acting="deputy",
            replaces="planning-head",
            starts=date(2023, 6, 1),
            ends=date(2023, 12, 31),
            reference="800/12",
        ),
        by="hr",
        at=at(6, 19),
    )
    service.attest("analyst", "applicant.talent_box", 7, by="data-head", at=at(6, 19), until=date(2023, 12, 31))
    service.propose(
        applicant="analyst",
        plan=plan(),
        targets=[target("4")],
        by="analyst",
        at=at(6, 20),
        reason="merawat orang tua",
        evidence="surat",
        work_plan="rencana",
    )
    service.counter("analyst.1", targets=[target("6", weight=Decimal(100))], by="data-head", at=at(6, 20), note="lagi")
    service.agree("analyst.1", by="analyst", at=at(6, 20))
    service.submit("analyst.1", by="analyst", at=at(6, 20))
    service.send_back("analyst.1", by="data-head", at=at(6, 21), reason="ubah hari")
    service.revise("analyst.1", terms=service.agreement("analyst.1").latest.terms, by="analyst", at=at(6, 21))
    service.submit("analyst.1", by="analyst", at=at(6, 21))
    service.tick(at(7, 3))
    service.approve("analyst.1", by="deputy", at=at(7, 3))
    service.approve("analyst.1", by="director", at=at(7, 4), reason="setuju")


def _work(service: AgreementService) -> None:
    service.suspend("analyst.1", since=date(2023, 7, 10), by="hr", at=at(7, 6), reason="rapat")
    service.resume("analyst.1", since=date(2023, 7, 12), by="hr", at=at(7, 6))
    service.recall("analyst.1", on=date(2023, 7, 13), by="data-head", at=at(7, 6), reason="audit")
    for minutes, accepted in ((240, 200), (60, 0), (30, None)):
        done = service.report_activity(
            "analyst.1",
            on=date(2023, 7, 5),
            minutes=minutes,
            description="membaca alat",
            by="analyst",
            at=at(7, 7),
            target="t1",
        )
        if accepted is not None:
            service.verify_activity("analyst.1", done.activity.id, by="data-head", at=at(7, 7), minutes=accepted)
    for value in ("3", "6.5"):
        service.report_result(
            "analyst.1",
            target="t1",
            on=date(2023, 7, 28),
            value=Decimal(value),
            by="analyst",
            at=at(7, 28),
            evidence="pindai",
        )
    service.verify_result("analyst.1", "r1", by="data-head", at=at(7, 29), value=Decimal(2))
    service.dispute_result("analyst.1", "r1", by="analyst", at=at(7, 30), note="tidak setuju")
    service.verify_result("analyst.1", "r2", by="data-head", at=at(7, 31))
    service.amend(
        "analyst.1",
        plan=plan(),
        starts=date(2023, 8, 7),
        ends=date(2023, 12, 31),
        by="analyst",
        at=at(8, 1),
        targets=[target("8", due=date(2023, 8, 31))],
    )
    service.withdraw("analyst.1", by="analyst", at=at(8, 1), reason="batal")
    service.close_period(
        "analyst",
        "2023-07",
        by="data-head",
        at=at(8, 1),
        behaviour=Level.AS_EXPECTED,
        attested={"period.absent_days": 1, "period.negative_activities": 0},
    )


def _of_others(service: AgreementService) -> None:
    for person, by in (("statistician", "data-head"), ("clerk", "counter-head")):
        service.propose(applicant=person, plan=plan(), targets=[target("2")], by=person, at=at(6, 20))
        service.submit(f"{person}.1", by=person, at=at(6, 20))
        if person == "clerk":
            service.approve("clerk.1", by=by, at=at(6, 21))
            service.approve("clerk.1", by="director", at=at(6, 21))
    service.consult("statistician.1", by="data-head", at=at(6, 21), note="sudah dibicarakan")
    service.refuse("statistician.1", by="data-head", at=at(6, 21), reason="layanan", ground="service")
    service.propose(applicant="statistician", plan=plan(), targets=[target("3")], by="statistician", at=at(6, 22))
    service.record_decision(
        "statistician.2",
        Ballot.APPROVE,
        by="deputy",
        on_behalf_of="data-head",
        at=at(6, 23),
        reference="ESS-2023-0417",
        reason="cukup pegawai",
    )
    service.end("clerk.1", since=date(2023, 8, 1), by="clerk", at=at(7, 31))
    service.erase("clerk", reason=ErasureReason.RETENTION, by="hr", at=at(8, 5))
    decree = Decree(
        key="SE 1",
        unit="data",
        policy="golden",
        version="thursday",
        starts=date(2023, 9, 1),
        ends=date(2023, 9, 30),
        weekdays=("thu",),
        cap=Decimal("0.7"),
    )
    service.issue_decree(decree, by="hr", at=at(8, 6))
    service.revoke_decree("SE 1", since=date(2023, 9, 15), by="hr", at=at(9, 14), reason="evaluasi")


def records_of(release: str) -> list[Record]:
    faults: list[Fault] = []
    with (FOLDER / f"journal-{release}.jsonl").open(encoding="utf-8") as file:
        records = list(read_export(file, faults))
    assert faults == []
    return records


def state_of(records: list[Record]) -> dict[str, Any]:
    """What the journal rebuilds of each person, in plain values."""
    people = dict.fromkeys(person for record in records if (person := person_of(record.stream)))
    dossiers = [
        assemble(person, [decode(record) for record in records if person_of(record.stream) == person])
        for person in people
    ]
    return {dossier.person: dict(plain(dossier, leaving_out="history")) for dossier in dossiers}


def plain(value: Any, leaving_out: str = "") -> Any:
    if isinstance(value, WorkPlan):
        return plan_to_data(value)
    if isinstance(value, Day):
        return str(value)
    if attrs.has(type(value)):
        names = [part.name for part in attrs.fields(type(value)) if part.name != leaving_out]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def differences(then: Any, now: Any, where: str = "") -> Iterator[str]:
    """Where the state of then is not said by the state of now; what a later release added is no difference."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            yield from differences(value, now.get(name, "…nothing"), f"{where}/{name}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from differences(one, other, f"{where}/{number}")
    elif then != now:
        yield f"{where}: {then!r} became {now!r}"


@pytest.mark.parametrize("release", RELEASES)
def test_the_journal_of_a_release_is_whole(release: str) -> None:
    """No fault is found in what that release wrote."""
    assert verify(records_of(release)) == []


@pytest.mark.parametrize("release", RELEASES)
def test_the_journal_of_a_release_replays_to_the_same_state(release: str) -> None:
    """Every agreement, result, period and fact is what it was for that release."""
    then = json.loads((FOLDER / f"state-{release}.json").read_text(encoding="utf-8"))

    assert list(differences(then, state_of(records_of(release)))) == []


def test_every_kind_of_event_is_in_a_kept_journal() -> None:
    """A kind of event that is in none of them would be free to change unseen."""
    kept = {record.type for release in RELEASES for record in records_of(release)}

    assert kept == set(EVENTS)


def test_a_difference_is_found_where_it_is() -> None:
    """The comparison itself sees a changed value, a value gone and a list of another length."""
    then = {"a": {"b": [1, 2], "c": "x", "d": [1]}}

    assert list(differences(then, {"a": {"b": [1, 3], "d": [], "new": 1}})) == [
        "/a/b/1: 2 became 3",
        "/a/c: 'x' became '…nothing'",
        "/a/d: [1] became []",
    ]


if __name__ == "__main__":
    (RELEASE,) = sys.argv[1:]
    RECORDS = [record for _, record in journey().records()]
    (FOLDER / f"journal-{RELEASE}.jsonl").write_text("".join(f"{export_line(r)}\n" for r in RECORDS), encoding="utf-8")
    STATE = json.dumps(state_of(RECORDS), indent=1, ensure_ascii=False, sort_keys=True)
    (FOLDER / f"state-{RELEASE}.json").write_text(f"{STATE}\n", encoding="utf-8")
