"""What backends implement: a Protocol a port, and the frozen requests and results that cross it.

Every request that writes carries an idempotency ``key`` (the same at every attempt) and a ``timeout``, the seconds
that the backend has. A backend raises :class:`~mkd_core.errors.Transient` or :class:`~mkd_core.errors.Permanent` on
purpose; anything else it raises is reported as its bug. The API is 0.x.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen

from mkd_core.journal.chain import Draft, Head, Record
from mkd_core.outbox import Delivery, Effect, EffectStatus, Settlement
from mkd_core.people import Employee, Mandate, Masked, ServiceNumber, Unit
from mkd_core.worktime import Window

API_VERSION = "0.1"
"""The version of this contract; a plugin made for another one is not loaded."""


class Port(StrEnum):
    """The places at which a deployment plugs something in."""

    IDENTITY = "identity"
    PAYROLL = "payroll"
    NOTIFICATION = "notification"
    SCHEDULE = "schedule"
    ATTENDANCE = "attendance"
    EVENTS = "events"
    CALENDAR = "calendar"
    JOURNAL = "journal"


@frozen
class Found:
    """The backend knows the person."""

    employee: Employee


@frozen
class Denied:
    """The backend knows that this person must not be served (left, suspended); nobody further is asked.

    ``reason`` is one line without personal data.
    """

    reason: str


@frozen
class NotMine:
    """The backend does not know the person; the next one is asked."""


@runtime_checkable
class Identity(Protocol):
    """People, units and mandates. Backends are asked in the order configured; an error stops: identity fails closed."""

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """The person of that opaque key as of that date."""

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        """The person whose service number, login or e-mail address that is. Never trust a server's filter: compare."""

    def people(self, on: date) -> Iterable[Employee]:
        """Everybody the backend knows, each once, in a stable order."""

    def unit(self, key: str, on: date) -> Unit | None:
        """The unit of that key, or None when it is not this backend's."""

    def units(self, on: date) -> Iterable[Unit]:
        """Every unit the backend knows, each once, in a stable order."""

    def mandates(self, on: date) -> Iterable[Mandate]:
        """The mandates that may hold on that date; whether they do is decided by :meth:`Mandate.holds`."""


@frozen(kw_only=True)
class Receipt:
    """The backend has taken the request. ``reference`` is its own name for it, never a secret."""

    key: str
    reference: str = ""


@frozen
class Declined:
    """The backend does not serve this recipient or kind; not an error."""

    reason: str


@frozen(kw_only=True)
class Notice:
    """A message to one person, ready to send.

    ``subject`` and ``body`` are plain text in the person's ``language``. ``kind`` is the event it tells of.
    """

    key: str
    to: str
    name: Masked = field(converter=Masked)
    address: Masked = field(converter=Masked)
    language: str
    kind: str
    subject: str
    body: str = field(repr=False)
    agreement: str = ""
    timeout: float = 30.0


class Notification(Protocol):
    """Tells people. All backends that accept get the notice; failure is retried and never blocks an approval."""

    def send(self, notice: Notice) -> Receipt | Declined:
        """Send it once per key as far as the medium allows; a mail of one key has one Message-ID."""


@frozen(kw_only=True)
class PayLine:
    """One line for payroll: what a closed period does to somebody's pay, and by which rule.

    ``item`` names the line (``trk_minutes``), ``quantity`` is in ``unit`` (minutes, rupiah, per cent).
    """

    key: str
    person: str
    number: ServiceNumber | None
    period: str
    item: str
    quantity: Decimal
    unit: str
    rule: str
    scheme: str
    source: str


@frozen(kw_only=True)
class PayRun:
    """Pay lines sent together, under a key of their own."""

    key: str
    lines: tuple[PayLine, ...]
    timeout: float = 60.0


@frozen(kw_only=True)
class LineReceipt:
    """What payroll did with one line: the quantity it took over and its own reference."""

    key: str
    quantity: Decimal
    reference: str = ""


@frozen(kw_only=True)
class PayReceipt:
    """Payroll's answer to a run. It reconciles when every line is there once with the quantity sent."""

    key: str
    lines: tuple[LineReceipt, ...]
    reference: str = ""


class Payroll(Protocol):
    """Takes pay lines. Exactly one backend; when it fails nothing is marked paid, and the run is safe to send again."""

    def submit(self, run: PayRun) -> PayReceipt:
        """Take the lines over, each key once however often it comes."""


@frozen(kw_only=True)
class RosterEntry:
    """Where and when somebody works on a date; no windows is a day off, a holiday, or a day after the person left.

    ``reference`` is the agreement that holds then, empty where none does any more. ``number`` is None also for somebody
    whom identity knows no longer.
    """

    key: str
    person: str
    number: ServiceNumber | None
    on: date
    windows: tuple[Window, ...]
    reference: str
    timeout: float = 30.0


class Schedule(Protocol):
    """Takes over day plans. All backends that accept; only changes are sent, and of a date its newest plan alone."""

    def put(self, entry: RosterEntry) -> Receipt | Declined:
        """Replace what is known of that person and date."""


@frozen(kw_only=True)
class CheckIn:
    """A person was seen at work. ``place`` is the backend's own word for where."""

    at: datetime
    kind: str
    place: str = ""


class Attendance(Protocol):
    """Check-ins, read only where a place asks for them."""

    def check_ins(self, person: str, number: ServiceNumber | None, on: date) -> Sequence[CheckIn]:
        """The check-ins of that local day in their order; none when there were none.

        ``person`` is the opaque key, ``number`` what clocks know people by, None where nobody knows it.
        """


@frozen(kw_only=True)
class Occurrence:
    """An event of the journal without its private part, in plain JSON values; people in it are opaque keys.

    ``stream``, ``number``  where it stands; numbers of one stream have no gap, so a receiver sees what it lacks.
    ``kind``       the type of the event, such as ``AgreementApproved``, and ``schema`` the number of its form.
    ``by``         who did it, and ``person`` whom it concerns.
    ``agreement``  the one that it is about; empty where it is about none.
    """

    key: str
    stream: str
    number: int
    kind: str
    schema: int
    at: datetime
    by: str
    person: str
    agreement: str
    data: Mapping[str, Any]
    timeout: float = 30.0


class Events(Protocol):
    """Follows the journal: every event, at least once. All backends that accept; failure blocks nothing."""

    def publish(self, occurrence: Occurrence) -> Receipt | Declined:
        """Take it over, or decline its kind. One that is tried again comes behind later ones of its stream."""


@frozen(kw_only=True)
class Holiday:
    """A day without work. ``estimated`` days (moon sighting) may still move."""

    on: date
    name: Mapping[str, str]
    estimated: bool = False
    shared_leave: bool = False


@frozen(kw_only=True)
class Season:
    """A stretch of dates with its own hours, such as ``ramadan``; both ends are included."""

    name: str
    first: date
    last: date
    estimated: bool = False


class Calendar(Protocol):
    """Holidays and seasons of a region. When it fails, clocks of working days stop with a problem and never guess."""

    def holidays(self, region: str, first: date, last: date) -> Sequence[Holiday]:
        """The holidays between the two dates, both included, in order."""

    def seasons(self, region: str, first: date, last: date) -> Sequence[Season]:
        """The seasons that touch the two dates, in order."""


class Journal(Protocol):
    """Keeps events and the outbox in one store. Exactly one backend; when it fails nothing happened."""

    def append(
        self, stream: str, expected: int, events: Sequence[Draft], effects: Sequence[Effect] = ()
    ) -> tuple[Record, ...]:
        """Seal the events onto the stream and put the effects into the outbox, all or nothing.

        ``expected`` is the number of events that the stream has; another number is a ``Conflict`` (MKD501). An effect
        whose key is there already is left as it is. Raises ``JournalError`` when the store is full, read-only or gone.
        """

    def read(self, stream: str, after: int = 0) -> Sequence[Record]:
        """The records of a stream in order, those numbered up to ``after`` left out; none for an unknown stream."""

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """Every record with its position in the journal, from the position behind ``after`` on, in order."""

    def due(self, now: datetime, limit: int = 100, ports: Collection[str] | None = None) -> Sequence[Delivery]:
        """Pending deliveries whose time has come, oldest first; only those on these ports, if any are named."""

    def settle(self, key: str, settlement: Settlement) -> None:
        """Record what an attempt came to; a delivered or cancelled effect stays so. ``NotFound`` for an unknown key."""

    def deliveries(self, status: EffectStatus | None = None, stream: str | None = None) -> Iterator[Delivery]:
        """The outbox, oldest first: all of it, those of one status, those that follow from one stream, or both.

        What follows from a stream is told by :func:`~mkd_core.outbox.follows_from`, and found without a look at the
        rest of the outbox, however long that is.
        """

    def replay(self, key: str) -> None:
        """Make a dead effect pending again, from its first attempt on."""

    def erase(self, stream: str) -> int:
        """Remove the private parts of a stream and their salts; the chain stays whole. How many there were.

        The effects that follow from it (:func:`~mkd_core.outbox.follows_from`) lose their ``data``; those that were not
        delivered are cancelled, with :data:`~mkd_core.outbox.ERASED` as their problem.
        """

    def head(self) -> Head:
        """The last number and hash of every stream."""


PROTOCOLS: Mapping[Port, Any] = {
    Port.IDENTITY: Identity,
    Port.PAYROLL: Payroll,
    Port.NOTIFICATION: Notification,
    Port.SCHEDULE: Schedule,
    Port.ATTENDANCE: Attendance,
    Port.EVENTS: Events,
    Port.CALENDAR: Calendar,
    Port.JOURNAL: Journal,
}
"""The Protocol that a backend of a port implements."""
