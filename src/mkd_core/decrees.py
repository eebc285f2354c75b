"""A decree: what the employer orders for a unit, and whose turn it is where people take turns.

People take turns so that on no weekday more of them work elsewhere than a cap allows. Who sits where is settled once,
as a :class:`Seat`; the days of a seat follow from it alone. Every week all weekdays have equally many people, give or
take one, and nobody has more than one day more than anybody else; from week to week each moves on to other days.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import gcd

from attrs import frozen

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.worktime import WEEKDAYS, Place


@frozen(kw_only=True)
class Seat:
    """A place in a rotation: ``number`` from 0 to ``seats`` - 1; together they have ``slots`` days a week elsewhere."""

    number: int
    seats: int
    slots: int


@frozen(kw_only=True)
class Decree:
    """What is ordered: for whom, by which version of a policy, and which days are worked where.

    ``key``       what the employer calls it, such as the number of the circular.
    ``unit``      the unit whose people it is for, with all below it.
    ``weekdays``  the days worked at ``place``: by everybody, or by turns where there is a ``cap``.
    ``cap``       the largest share of a unit's people who are away on one day; None where nobody takes turns.
    ``each``      the most days of a week that one person has.
    ``ends``      the last day; None is open-ended.

    Raises ``InvalidInput`` (MKD461) for what cannot be ordered.
    """

    key: str
    unit: str
    policy: str
    version: str
    starts: date
    ends: date | None
    weekdays: tuple[str, ...]
    place: Place = Place.HOME
    cap: Decimal | None = None
    each: int | None = None

    def __attrs_post_init__(self) -> None:
        for name in self.weekdays:
            if name not in WEEKDAYS:
                raise InvalidInput("MKD207", f"{name!r} is no weekday", mend=did_you_mean(name, WEEKDAYS))
        for wrong, message, mend in (
            (not self.key or self.key.strip() != self.key or not self.key.isprintable(), "has no key", "give it one"),
            (not self.weekdays, "names no weekday", "name at least one"),
            (len(set(self.weekdays)) != len(self.weekdays), "names a weekday twice", "name each once"),
            (self.ends is not None and self.ends < self.starts, "ends before it starts", "look at its dates"),
            (not self.place.remote, "sends people to their own office", "name another place"),
            (self.cap is not None and not 0 < self.cap <= 1, f"has a cap of {self.cap}", "write 0.5 or 50%"),
            (self.each is not None and self.cap is None, "has a number of days each and no cap", "give it a cap"),
            (
                self.each is not None and not 1 <= self.each <= len(self.weekdays),
                f"gives {self.each} days each of {len(self.weekdays)}",
                "give from one day to all of them",
            ),
        ):
            if wrong:
                raise InvalidInput("MKD461", f"the decree {message}", where=self.key or "decree", mend=mend)

    @property
    def days(self) -> tuple[int, ...]:
        """The weekdays as numbers in their order, Monday is 0."""
        return tuple(sorted(WEEKDAYS.index(name) for name in self.weekdays))

    @property
    def days_each(self) -> int:
        """The most days that one person has in a week; unless it is said, as many as the cap leaves for everybody."""
        if self.cap is None:
            return len(self.weekdays)
        return self.each or max(1, int(self.cap * len(self.weekdays)))

    def slots(self, seats: int, staff: int, away: int = 0) -> int:
        """How many days a week people on these seats have together in a unit of ``staff`` people.

        ``away`` are the people of the unit who may be elsewhere on any of the days for another reason.
        """
        a_day = seats if self.cap is None else max(0, int(self.cap * staff) - away)
        return min(seats * self.days_each, len(self.days) * a_day)

    def turns(self, seat: Seat | None) -> tuple[frozenset[int], ...]:
        """The weekdays elsewhere, a set for each week of the cycle; the same ones every week where nobody takes turns.

        >>> decree = Decree(key="d", unit="u", policy="p", version="1", starts=date(2025, 12, 1), ends=None,
        ...                 weekdays=("tue", "wed", "thu", "fri"), cap=Decimal("0.5"))
        >>> decree.turns(Seat(number=0, seats=4, slots=8))
        (frozenset({1, 2}), frozenset({3, 4}))
        """
        if seat is None:
            return (frozenset(self.days),)
        weeks = max(len(self.days) // gcd(len(self.days), self.days_each), -(-seat.seats // max(1, seat.slots)))
        return tuple(self._turn(seat, week) for week in range(weeks))

    def _turn(self, seat: Seat, week: int) -> frozenset[int]:
        """The slots of a week are dealt out one after the other, over the weekdays and over the seats at once."""
        at = (seat.number + week) % seat.seats
        slots = range(at * seat.slots // seat.seats, (at + 1) * seat.slots // seat.seats)
        return frozenset(self.days[slot % len(self.days)] for slot in slots)
