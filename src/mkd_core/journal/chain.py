"""The hash chain: what an event's hash covers, how a stream is sealed and verified, and what a head is.

A record's hash covers its stream, number, type, schema, moment, author, data, the commitment to its private part, and
the hash of the record before it in the stream. The private part (numbers, names, free text, the facts a decision
used) lies beside the chain: the chain holds only SHA-256 of salt and content, so that erasing salt and content leaves
it whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from mkd_core.errors import JournalError

GENESIS = "0" * 64
"""What the first record of a stream names as the hash before it."""

ERASURE = "PrivatePartsErased"
"""The type of the event that says that the private parts before it in its stream were erased on purpose."""

# A quote inside a text is escaped there, so nothing but the event's own number and stream looks like this in a line.
_NUMBER = re.compile(r'"number":(\d+),"previous":"[0-9a-f]{64}"')
_STREAM = re.compile(r'"stream":"([^"\\]+)","type":"')


@frozen(kw_only=True)
class Draft:
    """An event on its way into the journal, in plain JSON values. ``at`` is UTC, ISO 8601; ``by`` an opaque key."""

    type: str
    schema: int
    at: str
    by: str
    data: Mapping[str, Any]
    private: Mapping[str, Any] | None = None


@frozen(kw_only=True)
class Record:
    """An event as the journal keeps it: numbered in its stream from 1, sealed into the chain."""

    stream: str
    number: int
    type: str
    schema: int
    at: str
    by: str
    data: Mapping[str, Any]
    commitment: str
    previous: str
    hash: str
    salt: str | None = None
    private: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """How people and messages name the event."""
        return f"{self.stream}#{self.number}"


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no spaces, no escapes that are not needed, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def commitment(salt: str, private: Mapping[str, Any]) -> str:
    """What the chain keeps of a private part; ``salt`` is random hexadecimal text of at least 32 digits."""
    return hashlib.sha256(f"{salt}:{canonical(private)}".encode()).hexdigest()


def _digest(record: Record) -> str:
    covered = {
        "stream": record.stream,
        "number": record.number,
        "type": record.type,
        "schema": record.schema,
        "at": record.at,
        "by": record.by,
        "data": record.data,
        "commitment": record.commitment,
        "previous": record.previous,
    }
    return hashlib.sha256(canonical(covered).encode()).hexdigest()


def seal(draft: Draft, *, stream: str, number: int, previous: str, salt: str) -> Record:
    """The record of a draft at that place of its stream; ``salt`` is used, and kept, only with a private part."""
    kept = dict(draft.private) if draft.private else None
    unsealed = Record(
        stream=stream,
        number=number,
        type=draft.type,
        schema=draft.schema,
        at=draft.at,
        by=draft.by,
        data=dict(draft.data),
        commitment=commitment(salt, kept) if kept else "",
        previous=previous,
        hash="",
        salt=salt if kept else None,
        private=kept,
    )
    return with_hash(unsealed)


def with_hash(record: Record) -> Record:
    """The same record with the hash that its content demands."""
    return evolve(record, hash=_digest(record))


@frozen
class Fault:
    """What is wrong with the chain, and at which event; ``event`` is ``stream#number``."""

    event: str
    problem: str

    def __str__(self) -> str:
        return f"{self.event}: {self.problem}"


@frozen
class Head:
    """The last number and hash of every stream: kept elsewhere, it proves later that nothing was cut off."""

    streams: Mapping[str, tuple[int, str]]

    @property
    def digest(self) -> str:
        """One hash over all streams, short enough to print on a letter."""
        plain = {stream: [number, last] for stream, (number, last) in self.streams.items()}
        return hashlib.sha256(canonical(plain).encode()).hexdigest()

    @property
    def events(self) -> int:
        """How many events there are in all streams."""
        return sum(number for number, _ in self.streams.values())

    def to_text(self) -> str:
        """One line a stream, ``number hash stream``, in the order of their names."""
        return "".join(f"{number} {last} {stream}\n" for stream, (number, last) in sorted(self.streams.items()))

    @classmethod
    def from_text(cls, text: str, *, where: str = "head") -> Head:
        """The head that :meth:`to_text` wrote. Raises ``JournalError`` naming the first line that is none."""
        streams: dict[str, tuple[int, str]] = {}
        for at, line in enumerate(text.splitlines(), start=1):
            number, _, rest = line.partition(" ")
            last, _, stream = rest.partition(" ")
            if not (number.isascii() and number.isdigit() and len(last) == 64 and stream):
                raise JournalError("MKD505", f"line {at} is no line of a head", where=where)
            streams[stream] = (int(number), last)
        return cls(streams)


class Verifier:
    """Checks records in the order of their streams, one by one, without keeping them.

    Feed it every record (streams may interleave), then ask :meth:`finish`.
    """

    def __init__(self, head: Head | None = None) -> None:
        self._head = head
        self._last: dict[str, tuple[int, str]] = {}
        self._without: dict[str, list[str]] = {}
        self.faults: list[Fault] = []
        self.events = 0

    def check(self, record: Record) -> None:
        """Take the next record; what is wrong with it is added to ``faults``."""
        self.events += 1
        number, previous = self._last.get(record.stream, (0, GENESIS))
        if record.number != number + 1:
            due = f"{record.stream}#{number + 1}"
            self.faults.append(Fault(record.name, f"stands where {due} is due: events are missing or doubled"))
        elif record.previous != previous:
            self.faults.append(Fault(record.name, "does not continue the event before it"))
        if record.hash != _digest(record):
            self.faults.append(Fault(record.name, "its content was changed after it was written"))
        if record.private is not None and record.commitment != commitment(record.salt or "", record.private):
            self.faults.append(Fault(record.name, "its private part was changed after it was written"))
        elif (record.private is None) != (record.salt is None) or (
            record.private is not None and not record.commitment
        ):
            self.faults.append(Fault(record.name, "its private part is not the one it was sealed with"))
        if record.type == ERASURE:
            self._without.pop(record.stream, None)
        elif record.commitment and record.private is None and record.salt is None:
            self._without.setdefault(record.stream, []).append(record.name)
        known = self._head.streams.get(record.stream) if self._head else None
        if known and known[0] == record.number and known[1] != record.hash:
            self.faults.append(Fault(record.name, "is not the event that the head kept elsewhere names"))
        self._last[record.stream] = (record.number, record.hash)

    def finish(self) -> list[Fault]:
        """All faults, with private parts gone unsaid and what the head kept elsewhere knows and the journal lacks."""
        for names in self._without.values():
            self.faults += [Fault(name, "its private part is gone, and no erasure is on record") for name in names]
        self._without.clear()
        for stream, (number, _) in sorted((self._head.streams if self._head else {}).items()):
            have = self._last.get(stream, (0, ""))[0]
            if not have:
                self.faults.append(Fault(f"{stream}#1", f"the whole stream of {number} events is missing"))
            elif have < number:
                self.faults.append(Fault(f"{stream}#{have + 1}", f"events {have + 1} to {number} are missing"))
        return self.faults

    @property
    def head(self) -> Head:
        """The head of what was checked."""
        return Head(dict(self._last))


def verify(records: Iterable[Record], head: Head | None = None) -> list[Fault]:
    """Every fault of the records, in the order found; none means that the chain is whole."""
    verifier = Verifier(head)
    for record in records:
        verifier.check(record)
    return verifier.finish()


_FIELDS = (
    "stream",
    "number",
    "type",
    "schema",
    "at",
    "by",
    "data",
    "commitment",
    "previous",
    "hash",
    "salt",
    "private",
)


def export_line(record: Record) -> str:
    """The record as its canonical line, without the line break; a field that is None is left out."""
    return canonical({name: getattr(record, name) for name in _FIELDS if getattr(record, name) is not None})


def read_export(lines: Iterable[str], faults: list[Fault]) -> Iterator[Record]:
    """The records of a canonical export; lines that are not what :func:`export_line` writes go to ``faults``.

    Any changed byte shows: either the line is no longer canonical, or a hash no longer fits.
    """
    last = "the start"
    for at, line in enumerate(lines, start=1):
        text = line.rstrip("\n")
        try:
            record = Record(**json.loads(text))
            # Encoded, so that bytes that are no UTF-8, read as halves of characters, do not reach a hash.
            whole = export_line(record).encode() == text.encode()
            named = isinstance(record.stream, str) and isinstance(record.number, int)
        except (ValueError, TypeError, AttributeError, RecursionError):
            named = False
        if not named:
            faults.append(Fault(_likely_name(text) or f"line {at} (after {last})", "is no event: its text was changed"))
            continue
        if not whole:
            faults.append(Fault(record.name, "is not written in the canonical form: its text was changed"))
        last = record.name
        yield record


def _likely_name(text: str) -> str:
    """The name that a broken line still has in its canonical places, or nothing."""
    number, stream = _NUMBER.search(text), _STREAM.search(text)
    return f"{stream[1]}#{number[1]}" if number and stream else ""
