"""What every notification backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.notification import NotificationSuite

    class TestAcmeSender(NotificationSuite):
        @pytest.fixture
        def backend(self):
            return AcmeSender(...)          # against a server that answers

        @pytest.fixture
        def unreachable(self):
            return AcmeSender(...)          # against one that does not; leave it out where there is no server
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

import pytest
from attrs import evolve

from mkd_core.errors import BackendError, Transient
from mkd_core.ports import Declined, Notice, Notification, Receipt

NOTICE = Notice(
    key="person/rahmania:7:notification:0",
    to="rahmania",
    name="Rahmania Wulansari",
    address="rahmania@example.go.id",
    language="id",
    kind="approved",
    subject="MKD rahmania.1 disetujui — “berlaku”",
    body="Perjanjian rahmania.1 disetujui dan berlaku mulai 2026-07-03.\n.\nBaris kedua.",
    timeout=5.0,
)
"""The notice that is sent."""


class NotificationSuite:
    """Inherit it, name the class ``Test…`` and override the fixture ``backend``."""

    @pytest.fixture
    def backend(self) -> Notification:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return a sender that can send")

    @pytest.fixture
    def unreachable(self) -> Notification | None:
        """The backend before a server that does not answer; None, as here, where there is no server."""
        return None

    def test_a_notice_is_answered_with_a_receipt_of_its_key(self, backend: Notification) -> None:
        """The outbox settles what the receipt names."""
        receipt = backend.send(NOTICE)

        assert isinstance(receipt, Receipt)
        assert receipt.key == NOTICE.key

    def test_a_notice_may_come_again(self, backend: Notification) -> None:
        """Delivery is at least once: the same key is no error, and its receipt says the same."""
        first = backend.send(NOTICE)

        assert backend.send(NOTICE) == first

    def test_another_key_is_another_notice(self, backend: Notification) -> None:
        """Two notices of one text are two, each with its receipt."""
        other = evolve(NOTICE, key="person/rahmania:8:notification:0")

        assert [backend.send(each) for each in (NOTICE, other)][1] != backend.send(NOTICE)

    def test_a_person_without_an_address_is_declined_or_refused_on_purpose(self, backend: Notification) -> None:
        """It is no bug of anybody that a record has no address."""
        with suppress(BackendError):
            assert isinstance(backend.send(evolve(NOTICE, address="")), (Declined, Receipt))

    def test_a_server_that_is_gone_is_transient_and_in_time(self, unreachable: Notification | None) -> None:
        """The notice waits for the next attempt; the words of the error name nobody."""
        if unreachable is None:
            pytest.skip("no backend is given whose server is out of reach")
        began = monotonic()

        with pytest.raises(Transient) as refused:
            unreachable.send(NOTICE)

        assert monotonic() - began < NOTICE.timeout + 1
        assert not [private for private in (NOTICE.name, NOTICE.address) if private.reveal() in str(refused.value)]
