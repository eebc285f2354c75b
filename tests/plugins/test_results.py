"""What a method of a port may return is read from the port itself."""

from __future__ import annotations

import pytest

from mkd_core.journal import GENESIS, Draft, MemoryJournal, Record
from mkd_core.ports import PROTOCOLS, Attendance, Journal, Notification, Receipt
from mkd_plugins.host.results import promises_of

pytestmark = pytest.mark.bare


@pytest.fixture
def record() -> Record:
    """A record as a journal makes it."""
    draft = Draft(type="Approved", schema=1, at="2026-06-01T00:00:00+00:00", by="k000001", data={})
    [record] = MemoryJournal(lambda: "00" * 16).append("k000002", 0, [draft])
    return record


def test_every_method_of_every_port_has_a_promise():
    """A port without one would let anything through."""
    for protocol in PROTOCOLS.values():
        methods = {name for name in vars(protocol) if not name.startswith("_")}

        assert set(promises_of(protocol)) == methods


def test_a_journal_may_return_what_its_port_says(record: Record):
    """Tuples of records, sequences, numbers, and nothing."""
    promises = promises_of(Journal)

    assert promises["append"].allows((record,))
    assert promises["append"].allows(())
    assert promises["read"].allows([record])
    assert promises["erase"].allows(3)
    assert promises["settle"].allows(None)


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("append", [GENESIS]),
        ("append", (GENESIS,)),
        ("append", None),
        ("read", iter(())),
        ("read", "records"),
        ("erase", True),
        ("erase", 3.0),
        ("settle", 1),
        ("head", {}),
        ("records", 5),
    ],
)
def test_a_journal_may_return_nothing_else(method, result):
    """A list where a tuple is promised, text where records are, yes where a number is."""
    assert not promises_of(Journal)[method].allows(result)


def test_the_items_of_a_lazy_result_have_a_promise_of_their_own(record: Record):
    """``records`` gives pairs of a position and a record."""
    item = promises_of(Journal)["records"].item

    assert item is not None
    assert item((1, record))
    assert not item((1, record, 2))
    assert not item(("1", record))
    assert not item([1, record])


def test_a_result_is_described_in_words():
    """For the message that says what was expected."""
    assert promises_of(Notification)["send"].words == "Receipt or Declined"
    assert promises_of(Attendance)["check_ins"].words == "Sequence of CheckIn"
    assert promises_of(Journal)["settle"].words == "nothing"
    assert promises_of(Notification)["send"].allows(Receipt(key="k"))
