"""Backends for tests, written by hand: they keep what they were told, and fail or lie when they are asked to.

A vendor's own tests can run the whole service on them::

    from mkd_core import AgreementService
    from mkd_plugins.testing.fakes import RecordingNotification, memory_journal, small_agency

    mail = RecordingNotification()
    service = AgreementService(journal=memory_journal(), identity=small_agency(), notifications=[mail])

People and numbers are invented: the serials of the numbers lie in the range that the synthetic province uses.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve

from mkd_core.errors import MkdError
from mkd_core.journal import MemoryJournal
from mkd_core.people import WIT, Employee, Employment, Mandate, ServiceNumber, Unit
from mkd_core.ports import (
    CheckIn,
    Declined,
    Denied,
    Found,
    Holiday,
    LineReceipt,
    Notice,
    NotMine,
    Occurrence,
    PayLine,
    PayReceipt,
    PayRun,
    Receipt,
    RosterEntry,
    Season,
)


def memory_journal() -> MemoryJournal:
    """A journal in memory with fresh random salts."""
    return MemoryJournal(lambda: secrets.token_hex(16))


class FakeIdentity:
    """People, units and mandates that a test lays out, the same on every date, and may change between two commands.

    ``denied``  key → why that person is not served; ``failing`` is raised by every question while it is set.
    """

    def __init__(
        self,
        people: Iterable[Employee],
        units: Iterable[Unit],
        mandates: Iterable[Mandate] = (),
    ) -> None:
        self._people = {employee.key: employee for employee in people}
        self._units = {unit.key: unit for unit in units}
        self._mandates = list(mandates)
        self.denied: dict[str, str] = {}
        self.failing: MkdError | None = None

    def add(self, employee: Employee) -> None:
        """Take in one more person, or another in the place of one with the same key."""
        self._people[employee.key] = employee

    def change(self, key: str, **changes: Any) -> None:
        """Change fields of a person or of a unit."""
        if key in self._people:
            self._people[key] = evolve(self._people[key], **changes)
        else:
            self._units[key] = evolve(self._units[key], **changes)

    def mandate(self, mandate: Mandate) -> None:
        """Put one more mandate on record."""
        self._mandates.append(mandate)

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """See :class:`mkd_core.ports.Identity`."""
        self._answer()
        if key in self.denied:
            return Denied(self.denied[key])
        return Found(self._people[key]) if key in self._people else NotMine()

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        """See :class:`mkd_core.ports.Identity`; a handle is a service number or an e-mail address."""
        self._answer()
        for employee in self._people.values():
            number = employee.number.digits if employee.number else None
            if handle in (number, employee.email.reveal()):
                return self.person(employee.key, on)
        return NotMine()

    def people(self, on: date) -> Iterable[Employee]:
        """See :class:`mkd_core.ports.Identity`."""
        self._answer()
        return [employee for key, employee in self._people.items() if key not in self.denied]

    def unit(self, key: str, on: date) -> Unit | None:
        """See :class:`mkd_core.ports.Identity`."""
        self._answer()
        return self._units.get(key)

    def units(self, on: date) -> Iterable[Unit]:
        """See :class:`mkd_core.ports.Identity`."""
        self._answer()
        return list(self._units.values())

    def mandates(self, on: date) -> Iterable[Mandate]:
        """See :class:`mkd_core.ports.Identity`."""
        self._answer()
        return list(self._mandates)

    def _answer(self) -> None:
        if self.failing is not None:
            raise self.failing


class FakeCalendar:
    """Holidays and seasons that a test lays out, the same in every region; ``failing`` is raised while it is set.

    Only ``holidays`` fails: a calendar that cannot tell seasons lets nothing be decided at all.
    """

    def __init__(self, holidays: Mapping[date, str] | None = None, seasons: Sequence[Season] = ()) -> None:
        self._holidays = dict(holidays or {})
        self._seasons = tuple(seasons)
        self.failing: MkdError | None = None

    def holidays(self, region: str, first: date, last: date) -> Sequence[Holiday]:
        """See :class:`mkd_core.ports.Calendar`."""
        if self.failing is not None:
            raise self.failing
        return [
            Holiday(on=on, name={"id": name, "en": name})
            for on, name in sorted(self._holidays.items())
            if first <= on <= last
        ]

    def seasons(self, region: str, first: date, last: date) -> Sequence[Season]:
        """See :class:`mkd_core.ports.Calendar`."""
        return [season for season in self._seasons if season.first <= last and first <= season.last]


class RecordingNotification:
    """Keeps the notices it took, each key once.

    ``failures``  errors of the next attempts, raised one by one. ``declines`` are the kinds it does not serve.
    """

    def __init__(self, failures: Iterable[MkdError] = (), declines: Iterable[str] = ()) -> None:
        self.failures = list(failures)
        self.declines = frozenset(declines)
        self.attempts: list[Notice] = []
        self.taken: dict[str, Notice] = {}

    def send(self, notice: Notice) -> Receipt | Declined:
        """See :class:`mkd_core.ports.Notification`."""
        self.attempts.append(notice)
        if self.failures:
            raise self.failures.pop(0)
        if notice.kind in self.declines:
            return Declined(f"{notice.kind} is not served")
        self.taken.setdefault(notice.key, notice)
        return Receipt(key=notice.key, reference=f"n-{len(self.taken)}")

    def told(self, person: str) -> list[str]:
        """The kinds of notice that a person got, in their order."""
        return [notice.kind for notice in self.taken.values() if notice.to == person]


class RecordingSchedule:
    """Keeps the newest entry of each person and date; ``failures`` are raised by the next attempts, one by one."""

    def __init__(self, failures: Iterable[MkdError] = ()) -> None:
        self.failures = list(failures)
        self.attempts: list[RosterEntry] = []
        self.taken: dict[tuple[str, date], RosterEntry] = {}

    def put(self, entry: RosterEntry) -> Receipt | Declined:
        """See :class:`mkd_core.ports.Schedule`."""
        self.attempts.append(entry)
        if self.failures:
            raise self.failures.pop(0)
        self.taken[entry.person, entry.on] = entry
        return Receipt(key=entry.key, reference=f"{entry.person}/{entry.on}")


class RecordingEvents:
    """Keeps the events it took, each key once, in the order in which they came first.

    ``failures``  errors of the next attempts, raised one by one. ``declines`` are the kinds it does not serve.
    """

    def __init__(self, failures: Iterable[MkdError] = (), declines: Iterable[str] = ()) -> None:
        self.failures = list(failures)
        self.declines = frozenset(declines)
        self.attempts: list[Occurrence] = []
        self.taken: dict[str, Occurrence] = {}

    def publish(self, occurrence: Occurrence) -> Receipt | Declined:
        """See :class:`mkd_core.ports.Events`."""
        self.attempts.append(occurrence)
        if self.failures:
            raise self.failures.pop(0)
        if occurrence.kind in self.declines:
            return Declined(f"{occurrence.kind} is not served")
        self.taken.setdefault(occurrence.key, occurrence)
        return Receipt(key=occurrence.key, reference=f"e-{list(self.taken).index(occurrence.key) + 1}")


class FakeAttendance:
    """Check-ins that a test lays out, by person and date; ``failing`` is raised while it is set."""

    def __init__(self, check_ins: Mapping[tuple[str, date], Iterable[CheckIn]] | None = None) -> None:
        found = (check_ins or {}).items()
        self._check_ins = {asked: sorted(each, key=lambda check_in: check_in.at) for asked, each in found}
        self.failing: MkdError | None = None

    def check_ins(self, person: str, number: ServiceNumber | None, on: date) -> Sequence[CheckIn]:
        """See :class:`mkd_core.ports.Attendance`."""
        if self.failing is not None:
            raise self.failing
        return self._check_ins.get((person, on), [])


class RecordingPayroll:
    """Keeps the lines it took, each key once, and answers with a receipt that reconciles.

    ``failures``  errors of the next attempts, raised one by one before anything is taken.
    ``distort``   makes another receipt of the right one, as a payroll that answers badly does.
    """

    def __init__(
        self,
        failures: Iterable[MkdError] = (),
        distort: Callable[[PayReceipt], PayReceipt] | None = None,
    ) -> None:
        self.failures = list(failures)
        self.distort = distort
        self.runs: list[PayRun] = []
        self.taken: dict[str, PayLine] = {}

    def submit(self, run: PayRun) -> PayReceipt:
        """See :class:`mkd_core.ports.Payroll`."""
        self.runs.append(run)
        if self.failures:
            raise self.failures.pop(0)
        for line in run.lines:
            self.taken.setdefault(line.key, line)
        lines = tuple(
            LineReceipt(key=line.key, quantity=self.taken[line.key].quantity, reference=f"p-{line.key}")
            for line in run.lines
        )
        receipt = PayReceipt(key=run.key, lines=lines, reference=f"run-{len(self.runs)}")
        return self.distort(receipt) if self.distort else receipt


_PEOPLE: tuple[tuple[str, str, str | None, str, str], ...] = (
    ("director", "agency", None, "Harjono Wiratmaja", "197002141995031901"),
    ("hr", "agency", "director", "Sekar Ayuningrat", "198104232006042902"),
    ("planning-head", "planning", "director", "Bagaskara Adinata", "197511302000031903"),
    ("deputy", "planning", "planning-head", "Larasati Kusumawardhani", "198006152005012904"),
    ("data-head", "data", "planning-head", "Tirtayasa Mahendra", "197909092004011905"),
    ("analyst", "data", "data-head", "Rahmania Wulansari", "199103172015032906"),
    ("statistician", "data", "data-head", "Gilang Prawirayuda", "199207012016011907"),
    ("curator", "archive", None, "Nirmala Candrakirana", "198512242010012908"),
    ("archivist", "archive", None, "Wisnu Jatikusumo", "199005052014031909"),
    ("counter-head", "counter", "director", "Dewanti Paramitha", "198302282008012910"),
    ("clerk", "counter", "counter-head", "Satriaji Nugraha", "199308192019031911"),
    ("easterner", "east", "director", "Yosefina Wamafma", "198801112012012912"),
)


def small_agency(mandates: Iterable[Mandate] = ()) -> FakeIdentity:
    """Twelve invented people in six units: an agency, a division with two sections, a counter, and a branch in WIT.

    ``archive`` has no head: its post is vacant. Everybody is rated good and known to be under no discipline.
    """
    units = [
        Unit(key="agency", name="Dinas Contoh", head="director"),
        Unit(key="planning", name="Bidang Perencanaan", parent="agency", head="planning-head", agency="agency"),
        Unit(
            key="data",
            name="Seksi Data",
            parent="planning",
            head="data-head",
            agency="agency",
            source="units of the agency",
        ),
        Unit(key="archive", name="Seksi Arsip", parent="planning", agency="agency"),
        Unit(
            key="counter",
            name="Loket Layanan",
            parent="agency",
            head="counter-head",
            agency="agency",
            direct_service=True,
        ),
        Unit(key="east", name="Cabang Timur", parent="agency", head="easterner", agency="agency", zone=WIT),
    ]
    people = [
        Employee(
            key=key,
            unit=unit,
            superior=superior,
            name=name,
            number=ServiceNumber.parse(number, Employment.PNS),
            email=f"{key}@example.go.id",
            employment=Employment.PNS,
            post="Pegawai",
            facts={"applicant.employment": "pns", "applicant.rating": "good", "applicant.discipline": "none"},
            facts_from={"applicant.rating": "ratings"},
        )
        for key, unit, superior, name, number in _PEOPLE
    ]
    return FakeIdentity(people, units, mandates)
