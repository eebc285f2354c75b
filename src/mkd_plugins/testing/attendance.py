"""What every attendance backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.attendance import AttendanceSuite

    class TestAcmeAttendance(AttendanceSuite):
        @pytest.fixture
        def backend(self):
            return AcmeAttendance(...)

        @pytest.fixture
        def seen(self):
            return "rahmania", date(2026, 6, 3)     # somebody who checked in twice or more on that day
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import Attendance, CheckIn

Ask = Callable[..., list[CheckIn]]


class AttendanceSuite:
    """Inherit it, name the class ``Test…``, and override the fixtures ``backend`` and ``seen``."""

    @pytest.fixture
    def backend(self) -> Attendance:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return the backend")

    @pytest.fixture
    def seen(self) -> tuple[str, date]:
        """Somebody who checked in twice or more, and the day of it."""
        raise NotImplementedError("override the fixture `seen`: return a person's key and a day with two check-ins")

    @pytest.fixture
    def number(self) -> ServiceNumber | None:
        """The service number of that person; override it where the backend finds people by it."""
        return None

    @pytest.fixture
    def ask(self, backend: Attendance, seen: tuple[str, date], number: ServiceNumber | None) -> Ask:
        """Ask the backend of that person, on the day that was given or on another."""
        person, day = seen
        return lambda on=day: list(backend.check_ins(person, number, on))

    def test_check_ins_come_in_their_order(self, ask: Ask) -> None:
        """The first is the arrival and the last the leave."""
        found = ask()

        assert len(found) >= 2
        assert all(isinstance(each, CheckIn) for each in found)
        assert [each.at for each in found] == sorted(each.at for each in found)

    def test_every_moment_has_its_zone(self, ask: Ask) -> None:
        """Three zones meet in one country; a moment without one is a guess."""
        assert all(each.at.tzinfo is not None for each in ask())

    def test_a_day_has_its_own_check_ins_alone(self, ask: Ask, seen: tuple[str, date]) -> None:
        """Those of the day before and after are not told with them."""
        own = ask()

        for other in (seen[1] - timedelta(days=1), seen[1] + timedelta(days=1)):
            assert not [each for each in ask(other) if each in own]

    def test_asking_again_gives_the_same(self, ask: Ask) -> None:
        """Reading changes nothing."""
        assert ask() == ask()

    def test_who_was_not_seen_has_none(self, backend: Attendance, seen: tuple[str, date]) -> None:
        """Nobody of that key and number, or nobody there, is an empty answer and no error."""
        stranger = ServiceNumber.parse("199912312020121999", Employment.PNS)
        assert list(backend.check_ins("nobody-has-this-key", stranger, seen[1])) == []
