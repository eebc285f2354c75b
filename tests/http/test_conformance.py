"""The five backends ``http`` keep what their ports promise, before a host that keeps the published document."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mkd_core.people import Mandate, MandateKind
from mkd_core.ports import Calendar, Identity, Notification, Payroll, Schedule
from mkd_plugins.testing.calendar import CalendarSuite
from mkd_plugins.testing.identity import IdentitySuite
from mkd_plugins.testing.notification import NotificationSuite
from mkd_plugins.testing.payroll import PayrollSuite
from mkd_plugins.testing.schedule import ScheduleSuite

Made = Callable[..., Any]


class TestHttpIdentity(IdentitySuite):
    @pytest.fixture
    def backend(self, hr: Any, made: Made) -> Identity:
        orders = (
            Mandate(kind=MandateKind.PLT, acting="hr", starts=date(2026, 1, 1), unit="archive", reference="800/1"),
            Mandate(
                kind=MandateKind.PLH, acting="analyst", starts=date(2026, 5, 1), ends=date(2026, 7, 1), unit="data"
            ),
        )
        for order in orders:
            hr.people.mandate(order)
        return made("identity", hr.url)

    @pytest.fixture
    def handle(self) -> str:
        return "199103172015032906"

    def test_it_knows_what_the_host_knows(self, hr: Any, backend: Identity, on: date) -> None:
        """Nothing is lost on the way: people, units and mandates, over several pages, in their order."""
        assert list(backend.people(on)) == list(hr.people.people(on))
        assert list(backend.units(on)) == list(hr.people.units(on))
        assert list(backend.mandates(on)) == list(hr.people.mandates(on))


class TestHttpPayroll(PayrollSuite):
    @pytest.fixture
    def backend(self, hr: Any, made: Made) -> Payroll:
        return made("payroll", hr.url)


class TestHttpNotification(NotificationSuite):
    @pytest.fixture
    def backend(self, hr: Any, made: Made) -> Notification:
        return made("notification", hr.url)

    @pytest.fixture
    def unreachable(self, made: Made) -> Notification:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            return made("notification", f"http://127.0.0.1:{nobody.getsockname()[1]}")


class TestHttpSchedule(ScheduleSuite):
    @pytest.fixture
    def backend(self, hr: Any, made: Made) -> Schedule:
        return made("schedule", hr.url)


class TestHttpCalendar(CalendarSuite):
    @pytest.fixture
    def backend(self, hr: Any, made: Made) -> Calendar:
        return made("calendar", hr.url)

    @pytest.fixture
    def known(self) -> tuple[str, date, date]:
        return "ID-JB", date(2026, 1, 1), date(2026, 12, 31)

    @pytest.fixture
    def unknown(self) -> tuple[str, date, date]:
        return "SG", date(2026, 1, 1), date(2026, 12, 31)
