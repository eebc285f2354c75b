"""What every backend that follows the journal must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.events import EventsSuite

    class TestAcmeEvents(EventsSuite):
        @pytest.fixture
        def backend(self):
            return AcmeEvents(...)          # fresh and empty for every test

        @pytest.fixture
        def unreachable(self):
            return AcmeEvents(...)          # before a receiver that does not answer; leave it out where there is none
"""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic

import pytest
from attrs import evolve

from mkd_core.errors import Transient
from mkd_core.ports import Declined, Events, Occurrence, Receipt

OCCURRENCE = Occurrence(
    key="person/rahmania#7",
    stream="person/rahmania",
    number=7,
    kind="AgreementApproved",
    schema=1,
    at=datetime(2026, 6, 3, 1, 30, tzinfo=UTC),
    by="head",
    person="rahmania",
    agreement="rahmania.1",
    data={"agreement": "rahmania.1", "version": 1, "effective": "2026-07-01"},
    timeout=5.0,
)
"""The event that is told."""


class EventsSuite:
    """Inherit it, name the class ``Test…`` and override the fixture ``backend`` with a fresh one for every test."""

    @pytest.fixture
    def backend(self) -> Events:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return a fresh follower of the journal")

    @pytest.fixture
    def unreachable(self) -> Events | None:
        """The backend before a receiver that does not answer; None, as here, where there is no receiver."""
        return None

    def test_an_event_is_answered_with_a_receipt_of_its_key(self, backend: Events) -> None:
        """The outbox settles what the receipt names."""
        receipt = backend.publish(OCCURRENCE)

        assert isinstance(receipt, Receipt)
        assert receipt.key == OCCURRENCE.key

    def test_an_event_may_come_again(self, backend: Events) -> None:
        """Delivery is at least once: the same key is no error, and its receipt says the same."""
        assert backend.publish(OCCURRENCE) == backend.publish(OCCURRENCE)

    def test_another_key_is_another_event(self, backend: Events) -> None:
        """Two events of one content are two, each with its receipt."""
        other = evolve(OCCURRENCE, key="person/rahmania#8", number=8)

        assert [backend.publish(each) for each in (OCCURRENCE, other)][1] != backend.publish(OCCURRENCE)

    def test_a_kind_that_is_not_known_yet_is_taken_or_declined(self, backend: Events) -> None:
        """A later release tells of more; none of it is an error."""
        later = evolve(OCCURRENCE, kind="AgreementPraised", schema=9, agreement="", data={"later": [1, None, {}]})

        assert isinstance(backend.publish(later), (Receipt, Declined))

    def test_an_event_before_an_earlier_one_is_taken(self, backend: Events) -> None:
        """What is tried again comes behind later events of its stream."""
        backend.publish(OCCURRENCE)

        assert isinstance(backend.publish(evolve(OCCURRENCE, key="person/rahmania#6", number=6)), Receipt)

    def test_a_receiver_that_is_gone_is_transient_and_in_time(self, unreachable: Events | None) -> None:
        """The event waits for the next attempt."""
        if unreachable is None:
            pytest.skip("no backend is given whose receiver is out of reach")
        began = monotonic()

        with pytest.raises(Transient):
            unreachable.publish(OCCURRENCE)

        assert monotonic() - began < OCCURRENCE.timeout + 1
