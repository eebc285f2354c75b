"""What an expression may speak of: facts with type, range, step, unit, meaning, and the values they can take."""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import Literal

import attrs

from mkd_core.errors import InvalidInput, did_you_mean

#: A value as functions compute with it: times are minutes of the day on which a window starts.
Value = bool | int | float | str | datetime.date

LAST_MINUTE = 48 * 60 - 1

MOST_GAPS = 10_000
"""Mixes of gaps that a vocabulary remembers; a population has a few hundred."""


class Kind(enum.Enum):
    """The kinds of value; the word is what messages call them."""

    YES_NO = "yes or no"
    INTEGER = "an integer"
    FLOAT = "a number"
    TIME = "a time"
    DATE = "a date"
    CHOICE = "a choice"
    TEXT = "text"


NUMBERS = (Kind.INTEGER, Kind.FLOAT)
ORDERED = (*NUMBERS, Kind.TIME, Kind.DATE)


@attrs.frozen
class Type:
    """A kind, and for a choice the fact whose choice it is: two facts with choices never have one type."""

    kind: Kind
    choice_of: str = ""

    def __str__(self) -> str:
        return f"the choice {self.choice_of}" if self.choice_of else self.kind.value


@attrs.frozen
class Wording:
    """One meaning in Indonesian and in English."""

    id: str
    en: str


class BadValue(ValueError):
    """A value that does not fit; the text says what was expected and never repeats the value."""


@attrs.frozen(kw_only=True)
class Fact:
    """One fact that can be known: its name, what it means, and the values it can take.

    ``low`` and ``high`` bound numbers and times (minutes), both inclusive; ``step`` is the distance of two values that
    a remedy may propose. ``source`` says who usually knows it. ``moves_with`` names facts that come from the same part
    of the same plan: whoever changes the plan for one of them moves the others too.
    """

    name: str
    kind: Kind
    meaning: Wording
    low: int | float | None = None
    high: int | float | None = None
    step: int | float = 1
    unit: str = ""
    choices: tuple[str, ...] = ()
    negotiable: bool = False
    sensitive: bool = False
    source: Literal["identity", "derived", "computed", "attested", "day"] = "identity"
    moves_with: tuple[str, ...] = ()

    @property
    def type(self) -> Type:
        """The type of the fact in an expression."""
        return Type(self.kind, self.name if self.kind is Kind.CHOICE else "")

    @property
    def has_grid(self) -> bool:
        """Whether it has values to propose one by one: yes and no, choices, or a range with a step."""
        return self.kind is Kind.YES_NO or bool(self.choices) or (self.low is not None and self.high is not None)

    def read(self, value: object) -> Value:
        """The value as functions compute with it; raises ``BadValue``.

        Times come as ``"HH:MM"`` or ``datetime.time``, dates as ``"YYYY-MM-DD"`` or ``datetime.date``.
        """
        match self.kind:
            case Kind.YES_NO:
                if isinstance(value, bool):
                    return value
            case Kind.INTEGER:
                if isinstance(value, int) and not isinstance(value, bool):
                    return self._within(value)
            case Kind.FLOAT:
                # The range is asked first: an integer may be too large for any float. NaN lies in no range.
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    return float(self._within(value))
            case Kind.TIME:
                minutes = read_time(value)
                if minutes is not None:
                    return self._within(minutes)
            case Kind.DATE:
                day = read_date(value)
                if day is not None:
                    return day
            case Kind.CHOICE | Kind.TEXT:
                if isinstance(value, str) and value in self.choices:
                    return value
                if isinstance(value, str):
                    hint = did_you_mean(value, self.choices)
                    raise BadValue(f"expected {self.expected()}{'; ' + hint if 'did' in hint else ''}")
        raise BadValue(f"expected {self.expected()}")

    def show(self, value: Value) -> Value:
        """The value as people and JSON write it."""
        if self.kind is Kind.TIME and isinstance(value, int):
            return show_time(value)
        if self.kind is Kind.DATE and isinstance(value, datetime.date):
            return value.isoformat()
        return value

    def expected(self) -> str:
        """What the fact accepts, in words."""
        match self.kind:
            case Kind.YES_NO:
                return "true or false"
            case Kind.CHOICE | Kind.TEXT:
                return "one of " + ", ".join(self.choices)
            case Kind.TIME:
                return (
                    f'a time "HH:MM" from {show_time(int(self.low or 0))} to {show_time(int(self.high or LAST_MINUTE))}'
                )
            case Kind.DATE:
                return 'a date "YYYY-MM-DD"'
        bounds = f" from {self.low} to {self.high}" if self.low is not None and self.high is not None else ""
        return f"{self.kind.value}{bounds}"

    def _within(self, value: int | float) -> int | float:
        if not (self.low is None or self.low <= value) or not (self.high is None or value <= self.high):
            raise BadValue(f"expected {self.expected()}")
        return value


class Gaps:
    """Which facts of a vocabulary a line lacks: bit *i* of ``mask`` stands for fact *i*.

    Lines that lack the same share one object, so that a compiled rule knows by one look what it found out before.
    """

    __slots__ = ("mask", "vocabulary")

    def __init__(self, vocabulary: Vocabulary, mask: int) -> None:
        self.vocabulary = vocabulary
        self.mask = mask


class Vocabulary:
    """The facts an expression may name, in a fixed order, and what always holds between them.

    ``invariants`` are expressions over the same facts: what held before a change must hold after it. ``spaces`` are the
    first parts of names with a dot. A vocabulary is never changed; ``extended`` gives a larger one.
    """

    __slots__ = ("_gaps", "facts", "index", "invariants", "spaces")

    def __init__(self, facts: Iterable[Fact], *, invariants: Iterable[str] = ()) -> None:
        self.facts: tuple[Fact, ...] = tuple(facts)
        self.index: Mapping[str, int] = {fact.name: number for number, fact in enumerate(self.facts)}
        self.invariants: tuple[str, ...] = tuple(invariants)
        self.spaces = frozenset(fact.name.partition(".")[0] for fact in self.facts if "." in fact.name)
        self._gaps: dict[int, Gaps] = {}
        for place, fact in enumerate(self.facts):
            if self.index[fact.name] != place:
                message = f"the fact {fact.name} is defined twice"
                raise InvalidInput("MKD253", message, mend="give every fact a name of its own")
            parts = fact.name.split(".")
            if parts[0] == "parameter" or not all(
                part.isascii() and part.isidentifier() and not iskeyword(part) for part in parts
            ):
                message = f"no expression could say {fact.name!r}"
                raise InvalidInput("MKD253", message, mend="letters, digits and underscores, joined by dots")
            if fact.kind in NUMBERS and (fact.low is None or fact.high is None):
                raise InvalidInput("MKD253", f"the number {fact.name} has no range", mend="give it low and high")
            if fact.low is not None and fact.high is not None and not (fact.low <= fact.high and fact.step > 0):
                message = f"the range of {fact.name} holds no value, or its step is not above 0"
                raise InvalidInput("MKD253", message, mend="give it low <= high and a step above 0")
            if fact.negotiable and not fact.has_grid:
                message = f"{fact.name} is negotiable, and no values of it could be proposed"
                raise InvalidInput("MKD253", message, mend="only yes or no, choices, and what has a range are")
            for other in fact.moves_with:
                if other not in self.index:
                    message = f"{fact.name} moves with {other}, which is no fact"
                    raise InvalidInput("MKD253", message, mend=self.nearest(other))

    def __len__(self) -> int:
        return len(self.facts)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def __contains__(self, name: object) -> bool:
        return name in self.index

    def __getitem__(self, name: str) -> Fact:
        """The fact of that name; raises ``KeyError`` whose text is the nearest right name."""
        try:
            return self.facts[self.index[name]]
        except KeyError:
            raise KeyError(self.nearest(name)) from None

    def gaps(self, mask: int) -> Gaps:
        """The object that all lines with these gaps share; a mix that is met too late has one a line."""
        found = self._gaps.get(mask)
        if found is None:
            found = Gaps(self, mask)
            if len(self._gaps) < MOST_GAPS:
                # Another thread may have been quicker: then its object is the one.
                found = self._gaps.setdefault(mask, found)
        return found

    def moving_with(self, name: str) -> tuple[str, ...]:
        """The facts that move together with this one, said by it or by them, directly or through others, in order."""
        together, grown = {name}, True
        while grown:
            more = {
                each
                for fact in self.facts
                if fact.name in together or not together.isdisjoint(fact.moves_with)
                for each in (fact.name, *fact.moves_with)
            }
            grown = not more <= together
            together |= more
        return tuple(fact.name for fact in self.facts if fact.name in together and fact.name != name)

    def nearest(self, name: str) -> str:
        """The nearest right name as a hint, or nothing."""
        inside = [known for known in self.index if known.partition(".")[0] == name.partition(".")[0]]
        hint = did_you_mean(name, inside or self.index)
        return hint if hint else did_you_mean(name, self.index)

    def extended(self, facts: Iterable[Fact], *, invariants: Iterable[str] = ()) -> Vocabulary:
        """A vocabulary with more facts behind these."""
        return Vocabulary((*self.facts, *facts), invariants=(*self.invariants, *invariants))


def read_time(value: object) -> int | None:
    """Minutes of ``"HH:MM"`` from 00:00 to 47:59, or of a ``datetime.time`` of whole minutes; otherwise nothing.

    >>> read_time("30:00")
    1800
    """
    if isinstance(value, datetime.time):
        whole = value.second == 0 and value.microsecond == 0 and value.tzinfo is None
        return value.hour * 60 + value.minute if whole else None
    if isinstance(value, str) and (found := re.fullmatch(r"([0-3][0-9]|4[0-7]):([0-5][0-9])", value, re.ASCII)):
        return int(found[1]) * 60 + int(found[2])
    return None


def show_time(minutes: int) -> str:
    """``"HH:MM"`` of minutes of the day.

    >>> show_time(1800)
    '30:00'
    """
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_date(value: object) -> datetime.date | None:
    """The date of ``"YYYY-MM-DD"`` or of a ``datetime.date`` (a moment is not a date); otherwise nothing."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return None
    return None
