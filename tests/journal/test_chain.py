"""The hash chain: what it covers, and what is found when somebody changed, cut or forged an event."""

import json
from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.errors import JournalError
from mkd_core.events import PrivatePartsErased
from mkd_core.journal import (
    ERASURE,
    GENESIS,
    Draft,
    Fault,
    Head,
    MemoryJournal,
    Record,
    Verifier,
    canonical,
    export_line,
    read_export,
    seal,
    verify,
)
from mkd_core.journal.chain import with_hash

SALT = "5a" * 16

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
DRAFTS = st.builds(
    Draft,
    type=st.sampled_from(["agreement_proposed", "vote_cast"]),
    schema=st.integers(1, 3),
    at=st.just("2023-06-19T01:00:00+00:00"),
    by=st.text(max_size=6),
    data=OBJECTS,
    private=st.none() | OBJECTS,
)


def sealed(stream: str, drafts: Sequence[Draft]) -> list[Record]:
    journal = MemoryJournal(lambda: SALT)
    return list(journal.append(stream, 0, drafts))


def noted(*texts: str) -> list[Draft]:
    return [
        Draft(
            type="noted", schema=1, at="2023-06-19T01:00:00+00:00", by="p-1", data={"text": text}, private={"n": text}
        )
        for text in texts
    ]


def faults_of_export(data: bytes, head: Head | None = None) -> list[Fault]:
    """What the verification of an export file finds; bytes that are no UTF-8 show as such."""
    faults: list[Fault] = []
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    assert lines[-1] == ""
    records = list(read_export([f"{line}\n" for line in lines[:-1]], faults))
    return faults + verify(records, head)


@given(drafts=st.lists(DRAFTS, max_size=5))
def test_what_is_sealed_verifies_and_survives_an_export(drafts: list[Draft]) -> None:
    """Whatever JSON the events hold, their chain is whole, and so is the one read from their export."""
    records = sealed("agr-1", drafts)
    faults: list[Fault] = []

    assert verify(records) == []
    assert list(read_export([f"{export_line(record)}\n" for record in records], faults)) == records
    assert faults == []


@settings(max_examples=300, deadline=None)
@given(drafts=st.lists(DRAFTS, min_size=1, max_size=3), chance=st.data())
def test_any_changed_byte_of_an_export_is_found_and_the_event_named(drafts: list[Draft], chance: st.DataObject) -> None:
    """Of a canonical export no byte of an event can be changed unseen; the first fault names that event or its line."""
    records = sealed("agr-1", drafts)
    lines = [export_line(record).encode() for record in records]
    at = chance.draw(st.integers(0, len(lines) - 1), label="event")
    place = chance.draw(st.integers(0, len(lines[at]) - 1), label="byte")
    old = lines[at][place]
    new = chance.draw(st.integers(0, 255).filter(lambda byte: byte not in (old, ord("\n"))), label="new byte")
    lines[at] = lines[at][:place] + bytes([new]) + lines[at][place + 1 :]
    faults = faults_of_export(b"".join(line + b"\n" for line in lines))

    assert faults
    assert_named(faults, at + 1)


def test_every_single_byte_of_an_export_counts() -> None:
    """Exhaustively: in an export of three events every byte, replaced by three others, is found out."""
    lines = [export_line(record).encode() for record in sealed("agr-1", noted("one", "dua \u2013 2", "three"))]
    for at, line in enumerate(lines):
        for place, old in enumerate(line):
            for new in {old ^ 1, old ^ 0x20, ord(" ")} - {old, ord("\n")}:
                changed = [*lines]
                changed[at] = line[:place] + bytes([new]) + line[place + 1 :]
                faults = faults_of_export(b"".join(text + b"\n" for text in changed))
                assert_named(faults, at + 1)


def assert_named(faults: list[Fault], number: int) -> None:
    """A fault names the event, or its line where it has no name any more, or the name that it was given instead."""
    original = [fault for fault in faults if f"agr-1#{number}" in str(fault) or f"line {number} " in str(fault)]
    elsewhere = [fault for fault in faults if not fault.event.startswith("agr-1#")]

    assert original or elsewhere, faults


def test_a_changed_text_names_its_event() -> None:
    """A changed word in the second of three events is found there, and nowhere else."""
    one, two, three = sealed("agr-1", noted("one", "two", "three"))
    forged = evolve(two, data={"text": "2"})

    assert verify([one, forged, three]) == [Fault("agr-1#2", "its content was changed after it was written")]


def test_a_forged_hash_shows_at_the_next_event() -> None:
    """Whoever changes an event and hashes it anew breaks the chain at the event that follows."""
    one, two, three = sealed("agr-1", noted("one", "two", "three"))
    forged = with_hash(evolve(two, data={"text": "2"}))

    assert verify([one, forged, three]) == [Fault("agr-1#3", "does not continue the event before it")]


def test_a_chain_forged_to_its_end_shows_against_a_head_only() -> None:
    """A writer of the database who hashes a stream anew to its end is found by a head kept elsewhere alone."""
    records = sealed("agr-1", noted("one", "two"))
    head = Head({"agr-1": (2, records[-1].hash)})
    forged = sealed("agr-1", noted("one", "other"))

    assert verify(forged) == []
    assert verify(forged, head) == [Fault("agr-1#2", "is not the event that the head kept elsewhere names")]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_missing_events_at_the_end_show_against_a_head_only(kept: int) -> None:
    """A stream that was cut off is whole by itself; against a head the first lost event is named."""
    records = sealed("agr-1", noted("one", "two", "three"))
    head = Head({"agr-1": (3, records[-1].hash)})
    problem = f"events {kept + 1} to 3 are missing" if kept else "the whole stream of 3 events is missing"

    assert verify(records[:kept]) == []
    assert verify(records[:kept], head) == [Fault(f"agr-1#{kept + 1}", problem)]


def test_an_event_missing_between_others_is_found_without_a_head() -> None:
    """A gap is found by the numbers, a doubled or exchanged event too."""
    one, two, three = sealed("agr-1", noted("one", "two", "three"))

    assert [fault.event for fault in verify([one, three])] == ["agr-1#3"]
    assert [fault.event for fault in verify([one, two, two, three])] == ["agr-1#2"]
    assert "agr-1#3" in [fault.event for fault in verify([one, three, two])]
    assert [fault.event for fault in verify([two, three])] == ["agr-1#2"]


def test_events_after_the_head_are_no_fault() -> None:
    """A head of yesterday still proves today's journal: what came later continues it."""
    records = sealed("agr-1", noted("one", "two", "three"))

    assert verify(records, Head({"agr-1": (2, records[1].hash)})) == []


def test_an_event_moved_to_another_stream_is_found() -> None:
    """The hash covers the stream's name: an event is at home in its own stream only."""
    (record,) = sealed("agr-1", noted("one"))

    assert [fault.event for fault in verify([evolve(record, stream="agr-2")])] == ["agr-2#1"]


def test_a_private_part_is_bound_by_its_commitment() -> None:
    """A changed, exchanged or added private part is found, and one that is gone unless an erasure is on record."""
    (record,) = sealed("agr-1", noted("one"))
    bare = seal(Draft(type="noted", schema=1, at="", by="", data={}), stream="s", number=1, previous=GENESIS, salt=SALT)

    assert len(verify([evolve(record, private={"n": "two"})])) == 1
    assert len(verify([evolve(record, salt="00" * 16)])) == 1
    assert len(verify([evolve(record, salt=None)])) >= 1
    assert len(verify([evolve(record, private=None)])) == 1
    assert len(verify([evolve(bare, private={"n": "x"}, salt=SALT)])) == 1
    gone = evolve(record, salt=None, private=None)
    assert [fault.problem for fault in verify([gone])] == ["its private part is gone, and no erasure is on record"]
    said = Draft(type=ERASURE, schema=1, at="", by="", data={})
    assert verify([gone, seal(said, stream="agr-1", number=2, previous=record.hash, salt=SALT)]) == []
    assert PrivatePartsErased.__name__ == ERASURE


def test_streams_may_interleave() -> None:
    """Streams are chained each for itself, so their events may come in any mixture."""
    verifier = Verifier()
    for pair in zip(sealed("a", noted("1", "2")), sealed("b", noted("1", "2")), strict=True):
        for record in pair:
            verifier.check(record)

    assert verifier.finish() == []
    assert verifier.events == 4
    assert sorted(verifier.head.streams) == ["a", "b"]


def test_a_line_that_is_no_event_is_named_by_what_it_still_says_or_by_its_place() -> None:
    """Where stream and number can still be read they name the event; else the line and the event before it do."""
    one, two = (export_line(record) for record in sealed("agr-1", noted("one", "two")))
    unnamed = [canonical({**json.loads(two), **part}) for part in ({"stream": ["agr-1"]}, {"number": "2"})]
    said: dict[str, list[str]] = {"line 2 (after agr-1#1)": [*unnamed, "", "[]", "7", "{}", "[" * 99999]}
    said["agr-1#2"] = [two[:-1], canonical({**json.loads(two), "more": 1})]
    for name, lines in said.items():
        for broken in lines:
            faults: list[Fault] = []
            assert len(list(read_export([one, broken], faults))) == 1, broken
            assert [fault.event for fault in faults] == [name], broken


def test_a_head_is_text_and_back() -> None:
    """A head printed and read again is the same, stream names with blanks too; its digest is one line for a letter."""
    head = Head({"agr 2": (7, "b" * 64), "agr-1": (3, "a" * 64)})

    assert Head.from_text(head.to_text()) == head
    assert head.to_text().splitlines() == [f"7 {'b' * 64} agr 2", f"3 {'a' * 64} agr-1"]
    assert head.events == 10
    assert len(head.digest) == 64
    assert Head.from_text("") == Head({})


@pytest.mark.parametrize("line", ["", "x", f"-1 {'a' * 64} s", f"1 {'a' * 63} s", f"1 {'a' * 64} ", f"² {'a' * 64} s"])
def test_a_line_that_is_no_head_is_named(line: str) -> None:
    """A damaged head is an error that names file and line, never a head that proves less."""
    with pytest.raises(JournalError, match=r"MKD505 head.txt: line 2 ") as refused:
        Head.from_text(f"1 {'a' * 64} s\n{line}\n", where="head.txt")

    assert refused.value.code == "MKD505"


def test_canonical_text_is_one() -> None:
    """Two equal objects have one text, however they were built; what is no JSON has none."""
    assert canonical({"b": 1, "a": ["é", None]}) == '{"a":["é",null],"b":1}'
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            canonical(value)
