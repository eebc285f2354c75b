"""Who: employees, units and mandates. People are opaque keys everywhere; numbers and names stay masked.

A service number holds the birth date and the sex of its bearer. It is therefore never a key, never in an event and
never printed: what is shown of it are its last three digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any, Never

from attrs import field, frozen

from mkd_core.errors import InvalidInput

WIB = timezone(timedelta(hours=7), "WIB")
WITA = timezone(timedelta(hours=8), "WITA")
WIT = timezone(timedelta(hours=9), "WIT")
INDONESIAN_ZONES: Mapping[str, tzinfo] = {"WIB": WIB, "WITA": WITA, "WIT": WIT}
"""Western, central and eastern Indonesian time; none of them has summer time."""


class Masked:
    """Text about a person that no repr, log, format, JSON or pickle may show; ``reveal()`` is for who must have it.

    It is no ``str``: writers of JSON and ``"".join`` read the content of a ``str`` past its methods.

    >>> Masked("Siti Aminah")
    Masked('…')
    >>> f"{Masked('Siti Aminah')}"
    '…'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | Masked) -> None:
        self._text: str = text._text if isinstance(text, Masked) else text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Masked('…')"

    def __str__(self) -> str:
        return "…"

    def __format__(self, spec: str) -> str:
        return format("…", spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Masked) else NotImplemented

    def __hash__(self) -> int:
        return hash((Masked, self._text))

    def __copy__(self) -> Masked:
        return self

    def __deepcopy__(self, memo: object) -> Masked:
        return self

    def __reduce__(self) -> Never:
        raise TypeError("masked text is never written out: reveal() it where it must be")


class Employment(StrEnum):
    """The kind of employment that a service number belongs to."""

    PNS = "pns"
    CPNS = "cpns"
    PPPK = "pppk"
    OTHER = "other"


@frozen(repr=False)
class ServiceNumber:
    """An NIP (PNS, CPNS) or an NI PPPK, 18 digits, checked.

    NIP: birth date, year and month of appointment, sex, serial (Perka BKN 22/2007). NI PPPK: birth date, year of the
    first appointment, number of the contract, sex, serial; digits 13 and 14 are no month there.
    """

    digits: str
    employment: Employment

    @classmethod
    def parse(cls, text: str, employment: Employment, *, where: str = "") -> ServiceNumber:
        """The number without its spaces. Raises ``InvalidInput`` saying which part is wrong, never the number."""
        digits = text.replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 18):
            raise InvalidInput(
                "MKD211",
                f"a service number has 18 digits, this one has {sum(c.isdigit() for c in digits)}"
                + ("" if digits.isdigit() else " and other characters"),
                where=where,
                mend="take it from the personnel record, as text: a spreadsheet rounds 18 digits",
            )
        try:
            date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        except ValueError:
            raise InvalidInput("MKD212", "digits 1 to 8 of a service number are no birth date", where=where) from None
        if employment in (Employment.PNS, Employment.CPNS) and not 1 <= int(digits[12:14]) <= 12:
            raise InvalidInput(
                "MKD213",
                "digits 13 and 14 of an NIP are no month",
                where=where,
                mend="only a PPPK's number has a contract count there: check the kind of employment",
            )
        if digits[14] not in "12":
            raise InvalidInput("MKD214", "digit 15 of a service number is 1 or 2", where=where)
        return cls(digits, employment)

    @property
    def masked(self) -> str:
        """All but the last three digits hidden."""
        return f"…{self.digits[-3:]}"

    def __repr__(self) -> str:
        return f"ServiceNumber({self.masked})"

    __str__ = __repr__


@frozen(kw_only=True)
class Employee:
    """One person as an identity backend knows them on a date.

    ``key``       opaque and stable, never derived from the number.
    ``superior``  the key of the direct superior on record, None when there is none.
    ``team``, ``counter``  the key or name of the one within the unit; empty for none, None where that is not known.
    ``post``      what the person does, in words. ``language`` is the one that notices are written in, id or en.
    ``facts``     facts of the vocabulary by full name (``applicant.rating``), typed; an unknown one is absent.
    ``unmapped``  fact → a code that the backend has no value for; it is reported, never guessed.
    ``facts_from`` fact → where it was read, when that is not the backend's main source.
    """

    key: str
    unit: str
    number: ServiceNumber | None = None
    name: Masked = field(default=Masked(""), converter=Masked)
    email: Masked = field(default=Masked(""), converter=Masked)
    superior: str | None = None
    employment: Employment = Employment.OTHER
    post: str = ""
    team: str | None = None
    counter: str | None = None
    active: bool = True
    language: str = "id"
    facts: Mapping[str, Any] = field(factory=dict, repr=False)
    unmapped: Mapping[str, str] = field(factory=dict, repr=False)
    facts_from: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class Unit:
    """An organisational unit: its place in the tree, its head, the zone and region that its days are counted in.

    ``head``    the key of its definitive head; None is a vacant post.
    ``region``  the calendar's region, such as ``ID`` or ``ID-JB``; holidays are those of the place of work.
    ``source``  where it was read, as a decision names it that rests on its facts.
    """

    key: str
    name: str
    parent: str | None = None
    head: str | None = None
    agency: str | None = None
    zone: tzinfo = WIB
    region: str = "ID"
    direct_service: bool = False
    facts: Mapping[str, Any] = field(factory=dict)
    source: str = "units"


def upwards(unit: str, find: Callable[[str], Unit | None]) -> Iterator[str]:
    """The unit and all above it, the nearest first; units in a circle end it."""
    seen: set[str] = set()
    at: str | None = unit
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        found = find(at)
        at = found.parent if found else None


@frozen(kw_only=True)
class Holder:
    """Somebody who holds a role: in a unit and all below it, or everywhere where ``unit`` is None."""

    person: str
    unit: str | None = None

    @classmethod
    def of(cls, holder: str | Holder) -> Holder:
        """The holder as it is; a person's key alone holds the role everywhere."""
        return holder if isinstance(holder, Holder) else cls(person=holder)


class MandateKind(StrEnum):
    """Plh replaces an officer who is absent, Plt fills a vacant post (UU 30/2014 article 14): both are orders.

    A delegation among colleagues is not; it needs acceptance.
    """

    PLT = "plt"
    PLH = "plh"
    DELEGATION = "delegation"


@frozen(kw_only=True)
class Mandate:
    """Somebody acts in the place of a unit's head (Plt, Plh) or of a colleague (delegation), between two dates.

    ``starts`` and ``ends`` are both included; an open end is None. ``reference`` is the number of the order.
    """

    kind: MandateKind
    acting: str
    starts: date
    ends: date | None = None
    unit: str | None = None
    replaces: str | None = None
    reference: str = ""
    accepted: bool = True

    def __attrs_post_init__(self) -> None:
        if self.unit is None and self.replaces is None:
            raise InvalidInput("MKD215", "a mandate names the unit whose head, or the person, it replaces")
        if self.ends is not None and self.ends < self.starts:
            raise InvalidInput("MKD215", f"a mandate ends on {self.ends}, before it starts on {self.starts}")

    def holds(self, on: date) -> bool:
        """Whether it binds on that date: an order from its first day, a delegation only once it was accepted."""
        binding = self.accepted or self.kind is not MandateKind.DELEGATION
        return binding and self.starts <= on and (self.ends is None or on <= self.ends)
