"""Every shipped backend and every fake keeps what its port promises, by the kit that vendors use."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from mkd_core.ports import Attendance, Calendar, CheckIn, Events, Identity, Notification, Payroll, Schedule, Season
from mkd_plugins.config import Config
from mkd_plugins.host import Host
from mkd_plugins.payroll.table import Config as PayrollConfig
from mkd_plugins.payroll.table import TablePayroll
from mkd_plugins.testing import province
from mkd_plugins.testing.attendance import AttendanceSuite
from mkd_plugins.testing.calendar import CalendarSuite
from mkd_plugins.testing.events import EventsSuite
from mkd_plugins.testing.fakes import (
    FakeAttendance,
    FakeCalendar,
    RecordingEvents,
    RecordingNotification,
    RecordingPayroll,
    RecordingSchedule,
    small_agency,
)
from mkd_plugins.testing.identity import IdentitySuite
from mkd_plugins.testing.notification import NotificationSuite
from mkd_plugins.testing.payroll import PayrollSuite
from mkd_plugins.testing.schedule import ScheduleSuite

WEDNESDAY = date(2026, 6, 3)


class TestFakeIdentity(IdentitySuite):
    @pytest.fixture
    def backend(self) -> Identity:
        return small_agency()

    @pytest.fixture
    def handle(self) -> str:
        return "199103172015032906"


class TestTableIdentity(IdentitySuite):
    """The synthetic province as SIAP exports it, through the host, as a deployment has it."""

    @pytest.fixture
    def tables(self) -> Iterator[Identity]:
        folder = province.shipped().as_posix()
        toml = f'[identity.table]\nmap = "siap"\npeople.path = "{folder}/people.csv"\nunits.path = "{folder}/units.csv"'
        toml += '\npeople.codes."applicant.employment" = { "PNS DPK" = "pns" }'
        with Host.load(Config.from_toml(toml, folder=Path()), no_plugins=True) as host:
            yield host.one("identity")

    @pytest.fixture
    def backend(self, tables: Identity) -> Identity:
        return tables

    @pytest.fixture
    def handle(self, tables: Identity, on: date) -> str:
        return next(person.number.digits for person in tables.people(on) if person.number)


class TestRecordingPayroll(PayrollSuite):
    @pytest.fixture
    def backend(self) -> Payroll:
        return RecordingPayroll()


class TestTablePayroll(PayrollSuite):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Payroll:
        return TablePayroll(PayrollConfig(folder=tmp_path))


class TestRecordingNotification(NotificationSuite):
    @pytest.fixture
    def backend(self) -> Notification:
        return RecordingNotification()


class TestSmtpSender(NotificationSuite):
    """Against a real server, and against a port that nobody listens on."""

    @pytest.fixture
    def backend(self) -> Iterator[Notification]:
        controllers = pytest.importorskip("aiosmtpd.controller", reason="the server is an extra")
        handlers = pytest.importorskip("aiosmtpd.handlers", reason="the server is an extra")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        controller = controllers.Controller(handlers.Sink(), hostname="127.0.0.1", port=port)
        controller.start()
        yield smtp(port)
        controller.stop()

    @pytest.fixture
    def unreachable(self) -> Notification:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            return smtp(nobody.getsockname()[1])


def smtp(port: int) -> Notification:
    toml = f'[notification.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "mkd@example.go.id"'
    return Host.load(Config.from_toml(toml, folder=Path()), no_plugins=True).one("notification")


class TestRecordingSchedule(ScheduleSuite):
    @pytest.fixture
    def backend(self) -> Schedule:
        return RecordingSchedule()


class TestRecordingEvents(EventsSuite):
    @pytest.fixture
    def backend(self) -> Events:
        return RecordingEvents()


class TestFileSchedule(ScheduleSuite):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Schedule:
        return backend_of("schedule", '[schedule.table]\nfolder = "roster"', tmp_path)


class TestDatabaseSchedule(ScheduleSuite):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Schedule:
        pytest.importorskip("sqlalchemy", reason="databases are an extra")
        with closing(sqlite3.connect(tmp_path / "hr.db")) as connection:
            connection.execute(
                "CREATE TABLE roster (person TEXT, nip TEXT, date DATE, windows TEXT, minutes INTEGER, reference TEXT)"
            )
        toml = f'[schedule.table]\nurl = "sqlite:///{(tmp_path / "hr.db").as_posix()}"'
        return backend_of("schedule", toml, tmp_path)


class TestTableAttendance(AttendanceSuite):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Attendance:
        rows = [f"rahmania,2026-06-0{day} {hour}" for day in (4, 3, 2) for hour in ("16:01", "07:25")]
        (tmp_path / "clock.csv").write_text("\n".join(["person,at", *rows, ""]), encoding="utf-8")
        return backend_of("attendance", '[attendance.table]\npath = "clock.csv"', tmp_path)

    @pytest.fixture
    def seen(self) -> tuple[str, date]:
        return "rahmania", WEDNESDAY


def backend_of(port: Literal["schedule", "attendance"], toml: str, folder: Path) -> Any:
    """The only backend of that file, as a deployment has it."""
    return Host.load(Config.from_toml(toml, folder=folder), no_plugins=True).one(port)


class TestFakeAttendance(AttendanceSuite):
    @pytest.fixture
    def backend(self) -> Attendance:
        moments = [datetime(2026, 6, 3, hour, tzinfo=UTC) for hour in (9, 0)]
        return FakeAttendance({("rahmania", WEDNESDAY): [CheckIn(at=at, kind="tap") for at in moments]})

    @pytest.fixture
    def seen(self) -> tuple[str, date]:
        return "rahmania", WEDNESDAY


class TestFakeCalendar(CalendarSuite):
    @pytest.fixture
    def backend(self) -> Calendar:
        ramadan = Season(name="ramadan", first=date(2026, 2, 18), last=date(2026, 3, 19))
        return FakeCalendar({date(2026, 6, 1): "Hari Lahir Pancasila", date(2026, 1, 1): "Tahun Baru"}, [ramadan])

    @pytest.fixture
    def known(self) -> tuple[str, date, date]:
        return "ID-JB", date(2026, 1, 1), date(2026, 12, 31)


class TestHolidayCalendar(CalendarSuite):
    @pytest.fixture
    def backend(self) -> Calendar:
        pytest.importorskip("holidays", reason="the calendar is an extra")
        return Host.load(Config.from_toml("[calendar.holidays]", folder=Path()), no_plugins=True).one("calendar")

    @pytest.fixture
    def known(self) -> tuple[str, date, date]:
        return "ID-JB", date(2026, 1, 1), date(2026, 12, 31)

    @pytest.fixture
    def unknown(self) -> tuple[str, date, date]:
        return "SG", date(2026, 1, 1), date(2026, 12, 31)
