"""Work result x behaviour → proposed rating, the distribution guide, and the closing of a period.

PermenPANRB 6/2022 rates by a quadrant without weights. No text of it was read: the quadrant below is the one that
public code agrees on, and every number that no source sets is a default of ours. A rating made here is *proposed*; only
the evaluator makes it final.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from attrs import frozen

from mkd_core.errors import InvalidInput
from mkd_core.sources import Source
from mkd_core.targets import Activity, Realisation, Target, achievement

_Identified = TypeVar("_Identified", Activity, Realisation, Target)


class Level(StrEnum):
    """How a work result or a behaviour compares with what was expected of the person."""

    ABOVE = "above"
    AS_EXPECTED = "as_expected"
    BELOW = "below"

    @property
    def code(self) -> int:
        """The national code (``perilakuDanKinerja``): 1 above, 2 as expected, 3 below."""
        return _LEVELS[self][0]

    def label(self, language: str = "id") -> str:
        """The words of the form, Indonesian unless ``language`` is ``en``."""
        return _LEVELS[self][2] if language == "en" else _LEVELS[self][1]


_LEVELS: Mapping[Level, tuple[int, str, str]] = {
    Level.ABOVE: (1, "Di Atas Ekspektasi", "Above expectation"),
    Level.AS_EXPECTED: (2, "Sesuai Ekspektasi", "As expected"),
    Level.BELOW: (3, "Di Bawah Ekspektasi", "Below expectation"),
}


class Rating(StrEnum):
    """The predicate of a person's performance. In the national codes a low number is good."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs_improvement"
    POOR = "poor"
    VERY_POOR = "very_poor"

    @property
    def code(self) -> int:
        """The national code (``kuadranNilai``): 1 very good to 5 very poor.

        >>> Rating.VERY_GOOD.code, Rating.VERY_POOR.code
        (1, 5)
        """
        return _RATINGS[self][0]

    @classmethod
    def of_code(cls, code: int, *, where: str = "") -> Rating:
        """The rating of a national code. Raises ``InvalidInput`` for a number outside 1 to 5."""
        for rating in cls:
            if rating.code == code:
                return rating
        raise InvalidInput(
            "MKD261", f"{code!r} is no code of a rating", where=where, mend="1 is very good, 5 very poor"
        )

    def label(self, language: str = "id") -> str:
        """The words of the form, Indonesian unless ``language`` is ``en``."""
        return _RATINGS[self][2] if language == "en" else _RATINGS[self][1]


_RATINGS: Mapping[Rating, tuple[int, str, str]] = {
    Rating.VERY_GOOD: (1, "Sangat Baik", "Very good"),
    Rating.GOOD: (2, "Baik", "Good"),
    Rating.NEEDS_IMPROVEMENT: (3, "Butuh Perbaikan", "Needs improvement"),
    Rating.POOR: (4, "Kurang", "Poor"),
    Rating.VERY_POOR: (5, "Sangat Kurang", "Very poor"),
}

QUADRANT_SOURCE = Source(
    title="PermenPANRB 6/2022",
    kind="law",
    read="practice",
    note="As most public code has it, not read in the regulation. Some code has the axes exchanged: four cells differ.",
)

QUADRANT: Mapping[tuple[Level, Level], Rating] = {
    (Level.ABOVE, Level.BELOW): Rating.POOR,
    (Level.ABOVE, Level.AS_EXPECTED): Rating.GOOD,
    (Level.ABOVE, Level.ABOVE): Rating.VERY_GOOD,
    (Level.AS_EXPECTED, Level.BELOW): Rating.POOR,
    (Level.AS_EXPECTED, Level.AS_EXPECTED): Rating.GOOD,
    (Level.AS_EXPECTED, Level.ABOVE): Rating.GOOD,
    (Level.BELOW, Level.BELOW): Rating.VERY_POOR,
    (Level.BELOW, Level.AS_EXPECTED): Rating.NEEDS_IMPROVEMENT,
    (Level.BELOW, Level.ABOVE): Rating.NEEDS_IMPROVEMENT,
}
"""(work result, behaviour) → rating; source: ``QUADRANT_SOURCE``. The forms write ``poor`` as "Kurang/misconduct"."""


def propose_rating(*, result: Level | None, behaviour: Level | None) -> Rating | None:
    """The rating that the quadrant proposes; None when either side is unknown, which is never guessed.

    >>> str(propose_rating(result=Level.BELOW, behaviour=Level.ABOVE))
    'needs_improvement'
    """
    if result is None or behaviour is None:
        return None
    return QUADRANT[result, behaviour]


@frozen(kw_only=True)
class Thresholds:
    """From which achievement on (1 is exactly on target) a work result is as expected, and from which above."""

    as_expected: Decimal
    above: Decimal
    source: Source

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.as_expected < self.above:
            raise InvalidInput(
                "MKD262",
                f"thresholds {self.as_expected} and {self.above} are not in order",
                mend="the one for as expected lies below the one for above",
            )


OUR_THRESHOLDS = Thresholds(
    as_expected=Decimal("0.9"),
    above=Decimal("1.1"),
    source=Source(
        title="Default of this library",
        kind="ours",
        read="ours",
        note="PermenPANRB 6/2022 leaves the level of a work result to the evaluator; no source read sets numbers.",
    ),
)


def result_level(achieved: Decimal | None, thresholds: Thresholds = OUR_THRESHOLDS) -> Level | None:
    """The level of a work result; None when no achievement is known."""
    if achieved is None:
        return None
    if achieved >= thresholds.above:
        return Level.ABOVE
    return Level.AS_EXPECTED if achieved >= thresholds.as_expected else Level.BELOW


class OrganisationRating(StrEnum):
    """The predicate of an organisation's performance; its best one is called ``Istimewa``."""

    EXCELLENT = "excellent"
    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs_improvement"
    POOR = "poor"
    VERY_POOR = "very_poor"


@frozen(kw_only=True)
class Bound:
    """What the guide asks of the share of people with one of these ratings; shares from 0 to 1, both included.

    ``present`` asks for at least one person, whatever the share.
    """

    ratings: tuple[Rating, ...]
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    present: bool = False


DISTRIBUTION_SOURCE = Source(
    title="SE MenPANRB 3/2023",
    kind="circular",
    read="press",
    note="The shares were read in a press item; the number of the circular is recalled and was not checked.",
)

DISTRIBUTION_GUIDE: Mapping[OrganisationRating, tuple[Bound, ...]] = {
    OrganisationRating.EXCELLENT: (Bound(ratings=(Rating.VERY_GOOD,), at_most=Decimal("0.7")),),
    OrganisationRating.GOOD: (
        Bound(ratings=(Rating.GOOD,), at_most=Decimal("0.7")),
        Bound(ratings=(Rating.NEEDS_IMPROVEMENT, Rating.POOR), present=True),
    ),
    OrganisationRating.NEEDS_IMPROVEMENT: (
        Bound(ratings=(Rating.NEEDS_IMPROVEMENT,), at_least=Decimal("0.6")),
        Bound(ratings=(Rating.VERY_GOOD,), at_most=Decimal("0.1")),
    ),
    OrganisationRating.POOR: (
        Bound(ratings=(Rating.POOR,), at_least=Decimal("0.6")),
        Bound(ratings=(Rating.NEEDS_IMPROVEMENT,), at_least=Decimal("0.1")),
        Bound(ratings=(Rating.VERY_GOOD,), at_most=Decimal("0.1")),
    ),
    OrganisationRating.VERY_POOR: (
        Bound(ratings=(Rating.VERY_POOR,), at_least=Decimal("0.6")),
        Bound(ratings=(Rating.POOR, Rating.NEEDS_IMPROVEMENT), at_least=Decimal("0.1")),
        Bound(ratings=(Rating.VERY_GOOD,), at_most=Decimal("0")),
    ),
}
"""How ratings should spread in an organisation of that rating; source: ``DISTRIBUTION_SOURCE``. A guide, not a rule."""


@frozen(kw_only=True)
class Departure:
    """A bound of the guide that a population does not keep, with the people concerned out of all."""

    bound: Bound
    people: int
    of: int


def distribution_departures(ratings: Iterable[Rating], organisation: OrganisationRating) -> tuple[Departure, ...]:
    """The bounds of the guide that these ratings depart from, in its order; none of them for nobody."""
    counts = Counter(ratings)
    of = counts.total()
    if not of:
        return ()
    departures = []
    for bound in DISTRIBUTION_GUIDE[organisation]:
        people = sum(counts[rating] for rating in bound.ratings)
        share = Fraction(people, of)
        kept = (
            (bound.at_least is None or share >= Fraction(bound.at_least))
            and (bound.at_most is None or share <= Fraction(bound.at_most))
            and (people > 0 or not bound.present)
        )
        if not kept:
            departures.append(Departure(bound=bound, people=people, of=of))
    return tuple(departures)


class PeriodKind(StrEnum):
    """How long a period of assessment is."""

    MONTH = "month"
    QUARTER = "quarter"

    @property
    def months(self) -> int:
        """Its length in months."""
        return 1 if self is PeriodKind.MONTH else 3

    @property
    def code(self) -> int:
        """The national code (``periodik``): 1 monthly, 2 quarterly."""
        return 1 if self is PeriodKind.MONTH else 2


_PERIOD = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))", re.ASCII)


@frozen(order=True)
class Period:
    """A month or a quarter of a year; ``number`` counts it from 1."""

    year: int
    kind: PeriodKind
    number: int

    def __attrs_post_init__(self) -> None:
        if not (1 <= self.year <= 9998 and 1 <= self.number <= 12 // self.kind.months):
            raise InvalidInput("MKD263", f"year {self.year} has no {self.kind} {self.number}")

    @classmethod
    def parse(cls, text: str, *, where: str = "") -> Period:
        """A period from ``2026-06`` (a month) or ``2026-Q2`` (a quarter).

        >>> Period.parse("2026-Q2").last
        datetime.date(2026, 6, 30)
        """
        match = _PERIOD.fullmatch(text.strip())
        if not match or int(match[1]) not in range(1, 9999):
            raise InvalidInput("MKD263", f"{text!r} is no period", where=where, mend='write "2026-06" or "2026-Q2"')
        if match[2]:
            return cls(int(match[1]), PeriodKind.QUARTER, int(match[2]))
        return cls(int(match[1]), PeriodKind.MONTH, int(match[3]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * self.kind.months + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        month = self.number * self.kind.months
        following = date(self.year + 1, 1, 1) if month == 12 else date(self.year, month + 1, 1)
        return following - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many calendar days it has."""
        return (self.last - self.first).days + 1

    def contains(self, on: date) -> bool:
        """Whether that day lies in it."""
        return self.first <= on <= self.last

    def __str__(self) -> str:
        return f"{self.year:04d}-{f'Q{self.number}' if self.kind is PeriodKind.QUARTER else f'{self.number:02d}'}"


@frozen(kw_only=True)
class PeriodResult:
    """What a closed period came to for one person.

    ``verified_minutes``, ``rejected_minutes``  of the activities whose day lies in the period.
    ``working_days``   the days on which the person had to work; None where the calendar could not tell.
    ``achievement``    of the targets that fell due in the period, 1 being exactly on target.
    ``not_due``        the ids of the agreed targets that fall due in another period and were not counted.
    ``proposed_rating`` never final: the evaluator decides. None when a side of the quadrant is unknown.
    ``missing``        what was not there: ``working_days``, ``behaviour``, ``achievement``, ``measure:TARGET`` (left
                       out, it cannot be measured) and ``realisation:TARGET`` (nothing verified, counted as 0).
    """

    person: str
    period: Period
    verified_minutes: int
    rejected_minutes: int
    working_days: int | None
    achievement: Decimal | None
    result_level: Level | None
    behaviour: Level | None
    proposed_rating: Rating | None
    not_due: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def close_period(
    *,
    person: str,
    period: Period,
    targets: Iterable[Target],
    verified: Iterable[Activity],
    rejected: Iterable[Activity] = (),
    realisations: Iterable[Realisation] = (),
    working_days: int | None,
    behaviour: Level | None = None,
    thresholds: Thresholds = OUR_THRESHOLDS,
) -> PeriodResult:
    """What the period came to, from the agreed targets and what a superior verified or rejected.

    Activities of days outside the period are left out. A target counts in the period in which it falls due, with its
    latest verified realisation up to the period's end (of two on one day the one given later): an interim value of a
    target that is not due yet would say "below" of somebody who is on time.

    An activity accepted in part stands in both, with the minutes accepted and with those that were not.

    Raises ``InvalidInput`` for an id that comes twice in one of them, a realisation of no agreed target, more working
    days than the period has, and weights that only some targets have.
    """
    verified, rejected = tuple(verified), tuple(rejected)
    agreed = _by_id(tuple(targets), person)
    _by_id(verified, person)
    _by_id(rejected, person)
    if working_days is not None and not 0 <= working_days <= period.days:
        raise InvalidInput("MKD265", f"{period} has {period.days} days, not {working_days} working days", where=person)

    due = [target for target in agreed.values() if target.due is not None and period.contains(target.due)]
    realised = _realised(realisations, agreed, period, person)
    achieved = achievement(due, realised)
    level = result_level(achieved, thresholds)
    missing = [
        *(["working_days"] if working_days is None else []),
        *(["behaviour"] if behaviour is None else []),
        *(["achievement"] if achieved is None else []),
        *(f"measure:{target.id}" for target in agreed.values() if not target.measurable),
        *(f"realisation:{target.id}" for target in due if target.measurable and target.id not in realised),
    ]
    return PeriodResult(
        person=person,
        period=period,
        verified_minutes=_minutes(verified, period),
        rejected_minutes=_minutes(rejected, period),
        working_days=working_days,
        achievement=achieved,
        result_level=level,
        behaviour=behaviour,
        proposed_rating=propose_rating(result=level, behaviour=behaviour),
        not_due=tuple(
            target.id for target in agreed.values() if target.due is not None and not period.contains(target.due)
        ),
        missing=tuple(missing),
    )


def _by_id(things: tuple[_Identified, ...], where: str) -> dict[str, _Identified]:
    found: dict[str, _Identified] = {}
    for thing in things:
        if thing.id in found:
            raise InvalidInput("MKD264", f"{thing.id!r} comes twice", where=where, mend="give every entry its own id")
        found[thing.id] = thing
    return found


def _realised(
    realisations: Iterable[Realisation], agreed: Mapping[str, Target], period: Period, where: str
) -> dict[str, Decimal]:
    latest: dict[str, Realisation] = {}
    for realisation in realisations:
        if realisation.target not in agreed:
            raise InvalidInput("MKD266", f"no agreed target has the id {realisation.target!r}", where=where)
        known = latest.get(realisation.target)
        if realisation.on <= period.last and (known is None or known.on <= realisation.on):
            latest[realisation.target] = realisation
    return {target: realisation.value for target, realisation in latest.items()}


def _minutes(activities: Iterable[Activity], period: Period) -> int:
    return sum(activity.minutes for activity in activities if period.contains(activity.on))
