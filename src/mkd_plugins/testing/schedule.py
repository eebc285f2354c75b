"""What every schedule backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.schedule import ScheduleSuite

    class TestAcmeSchedule(ScheduleSuite):
        @pytest.fixture
        def backend(self):
            return AcmeSchedule(...)        # fresh and empty for every test
"""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import Receipt, RosterEntry, Schedule
from mkd_core.worktime import Window

ENTRY = RosterEntry(
    key="person/rahmania:7:schedule:0",
    person="rahmania",
    number=ServiceNumber.parse("199103172015032906", Employment.PNS),
    on=date(2026, 6, 3),
    windows=(Window.parse("07:30-12:00 home"), Window.parse("13:00-16:30 office")),
    reference="rahmania.1",
)
"""Half a day at home and half a day at the office."""


class ScheduleSuite:
    """Inherit it, name the class ``Test…`` and override the fixture ``backend`` with a fresh one for every test."""

    @pytest.fixture
    def backend(self) -> Schedule:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return a fresh schedule")

    def test_a_day_is_answered_with_a_receipt_of_its_key(self, backend: Schedule) -> None:
        """The outbox settles what the receipt names."""
        receipt = backend.put(ENTRY)

        assert isinstance(receipt, Receipt)
        assert receipt.key == ENTRY.key

    def test_a_day_may_come_again(self, backend: Schedule) -> None:
        """Delivery is at least once: the same key is no error, and its receipt says the same."""
        assert backend.put(ENTRY) == backend.put(ENTRY)

    def test_a_changed_day_replaces_the_one_before(self, backend: Schedule) -> None:
        """A recall to the office comes under a key of its own for a day that is there already."""
        backend.put(ENTRY)
        recalled = evolve(ENTRY, key="person/rahmania:8:schedule:0", windows=(Window.parse("07:30-16:00 office 60"),))

        receipt = backend.put(recalled)

        assert isinstance(receipt, Receipt)
        assert receipt.key == recalled.key

    def test_a_day_off_has_no_windows(self, backend: Schedule) -> None:
        """No windows is an answer, not a lack of one."""
        receipt = backend.put(evolve(ENTRY, windows=()))

        assert isinstance(receipt, Receipt)

    def test_a_night_shift_crosses_midnight(self, backend: Schedule) -> None:
        """A window that ends on the next morning belongs to the day on which it starts."""
        receipt = backend.put(evolve(ENTRY, windows=(Window.parse("22:00-06:00 office 30"),)))

        assert isinstance(receipt, Receipt)
