"""The service guarantee: who is on site by unit, team or counter, at every moment of the required times.

A group is a unit, a team or a counter with its members; each member counts, also one who is off. What a plan does is
constant between two edges of windows, so looking once between every two edges is exact. A break has no place in a
window: a person counts as there while it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.targets import decimal
from mkd_core.worktime import DAY, WEEKDAYS, Day, Place, WorkPlan, clock, minutes

DayPlans = Mapping[date, Mapping[str, Day]]
"""Date → person → day. Somebody without a day on a date is off; the day before a date gives its night shifts."""

OFFICE_WEEK = ("mon", "tue", "wed", "thu", "fri")


class Per(StrEnum):
    """What a requirement is counted by: the unit, the teams of it, or its counters."""

    UNIT = "unit"
    TEAM = "team"
    COUNTER = "counter"


@frozen(kw_only=True)
class Requirement:
    """On which weekdays, between which times, how much of a group must be on site.

    ``start``, ``end``  minutes of the day; an end past midnight is after 1440, as in windows.
    ``min_share``       from 0 to 1, of the members. ``min_people`` is a number of them. One of the two at least.
    ``source``          the id of the instrument that asks for it, in the policy; ``article`` is its place there.
    """

    per: Per = field(default=Per.UNIT, converter=Per)
    days: frozenset[str] = field(default=frozenset(OFFICE_WEEK), converter=frozenset)
    start: int
    end: int
    min_share: Decimal | None = field(default=None, converter=optional(decimal))
    min_people: int | None = None
    source: str | None = None
    article: str | None = None

    def __attrs_post_init__(self) -> None:
        for name in sorted(self.days - set(WEEKDAYS)):
            raise InvalidInput("MKD271", f"{name!r} is no weekday", mend=did_you_mean(name, WEEKDAYS))
        if not self.days:
            raise InvalidInput("MKD271", "a coverage requirement names no weekday", mend="name at least one")
        if not (0 <= self.start < DAY and self.start < self.end <= self.start + DAY):
            raise InvalidInput("MKD272", f"{clock(self.start)} to {clock(self.end)} is no stretch of a day")
        if self.min_share is None and self.min_people is None:
            raise InvalidInput("MKD273", "a coverage requirement asks for nothing", mend="give min_share or min_people")
        if self.min_share is not None and not 0 <= self.min_share <= 1:
            raise InvalidInput("MKD273", f"min_share is {self.min_share}", mend="give a share from 0 to 1")
        if self.min_people is not None and self.min_people < 0:
            raise InvalidInput("MKD273", f"min_people is {self.min_people}", mend="give a number of people")

    @classmethod
    def from_data(cls, data: Mapping[str, Any], *, where: str = "coverage") -> Requirement:
        """A requirement from a ``[[coverage]]`` table: ``per``, ``days``, ``between``, ``min_share``, ``min_people``,
        ``source``, ``article``.

        Raises ``InvalidInput`` naming the key.
        """
        known = ("per", "days", "between", "min_share", "min_people", "source", "article")
        for key in data:
            if key not in known:
                raise InvalidInput("MKD274", f"unknown key {key!r}", where=where, mend=did_you_mean(key, known))
        between, days, people = data.get("between"), data.get("days", OFFICE_WEEK), data.get("min_people")
        if not (isinstance(between, (list, tuple)) and len(between) == 2 and all(isinstance(t, str) for t in between)):
            raise InvalidInput("MKD274", "'between' is not two times", where=where, mend='write ["08:00", "15:00"]')
        if not (isinstance(days, (list, tuple)) and all(isinstance(day, str) for day in days)):
            raise InvalidInput("MKD274", "'days' is not a list of weekdays", where=where, mend='write ["mon", "tue"]')
        if people is not None and (isinstance(people, bool) or not isinstance(people, int)):
            raise InvalidInput("MKD274", "'min_people' is not a number of people", where=where)
        for key in ("source", "article"):
            if not isinstance(data.get(key), str | None):
                raise InvalidInput("MKD274", f"{key!r} is not text", where=where)
        per = data.get("per", Per.UNIT.value)
        if per not in list(Per):
            raise InvalidInput(
                "MKD274", f"'per' is {per!r}", where=where, mend=did_you_mean(str(per), [each.value for each in Per])
            )
        start, end = (minutes(text, where=f"{where}.between") for text in between)
        share = data.get("min_share")
        try:
            return cls(
                per=Per(per),
                days=frozenset(days),
                start=start,
                end=end + DAY if end < start else end,
                min_share=None if share is None else decimal(share, where=f"{where}.min_share"),
                min_people=people,
                source=data.get("source"),
                article=data.get("article"),
            )
        except InvalidInput as fault:
            raise InvalidInput(fault.code, fault.message, where=fault.where or where, mend=fault.mend) from None


@frozen(kw_only=True)
class Stretch:
    """A stretch of time in which nothing changes: who is on site and who works elsewhere.

    ``start`` and ``end`` are minutes of the day ``on``; past midnight they are after 1440.
    """

    on: date
    start: int
    end: int
    onsite: frozenset[str]
    remote: frozenset[str]

    def __str__(self) -> str:
        return f"{self.on} {clock(self.start)}-{clock(self.end)}"


@frozen(kw_only=True)
class Extremes:
    """The worst moments of a group of ``members`` people over the required times, the earliest of equal ones."""

    members: int
    fewest_onsite: Stretch
    most_remote: Stretch

    @property
    def lowest_onsite_people(self) -> int:
        """The fewest people on site at any required moment."""
        return len(self.fewest_onsite.onsite)

    @property
    def lowest_onsite_share(self) -> Fraction | None:
        """The same as an exact share of the members; None for a group without members."""
        return Fraction(self.lowest_onsite_people, self.members) if self.members else None

    @property
    def highest_remote_share(self) -> Fraction | None:
        """The largest exact share of members who work away from the office at one required moment."""
        return Fraction(len(self.most_remote.remote), self.members) if self.members else None


@frozen(kw_only=True)
class CoverageFinding:
    """Whether a group keeps a requirement; ``extremes`` is None when no date fell under it, and then it holds."""

    requirement: Requirement
    group: str
    extremes: Extremes | None

    @property
    def holds(self) -> bool:
        """Whether enough people are on site at every required moment; an empty group has a share of nothing."""
        if self.extremes is None:
            return True
        people, share = self.extremes.lowest_onsite_people, self.extremes.lowest_onsite_share
        if self.requirement.min_people is not None and people < self.requirement.min_people:
            return False
        return self.requirement.min_share is None or share is None or share >= Fraction(self.requirement.min_share)


def day_plans(
    plans: Mapping[str, WorkPlan], first: date, last: date, seasons: Mapping[date, str] | None = None
) -> dict[date, dict[str, Day]]:
    """The days of several people from the day before ``first`` (for its night shifts) to ``last``.

    ``seasons`` names the season of a date that lies in one; holidays are the caller's to take out.
    """
    known = seasons or {}
    return {
        on: {person: plan.day(on, known.get(on)) for person, plan in plans.items()}
        for on in _dates(first - timedelta(days=1), last)
    }


def _dates(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def stretches(plans: DayPlans, members: Iterable[str], on: date, start: int = 0, end: int = DAY) -> tuple[Stretch, ...]:
    """What a group does from ``start`` to ``end`` of that date, in stretches in which nothing changes.

    >>> monday = date(2026, 6, 1)
    >>> plans = {monday: {"a": Day.parse("07:00-11:00 office"), "b": Day.parse("09:00-12:00 home")}}
    >>> [str(stretch) for stretch in stretches(plans, ["a", "b"], monday, 480, 720)]
    ['2026-06-01 08:00-09:00', '2026-06-01 09:00-11:00', '2026-06-01 11:00-12:00']
    """
    at_work = [
        (max(from_, start), min(to, end), person, place)
        for person in members
        for from_, to, place in _windows(plans, person, on)
        if from_ < end and to > start
    ]
    edges = sorted({start, end, *(edge for from_, to, _, _ in at_work for edge in (from_, to))})
    return tuple(
        Stretch(
            on=on,
            start=from_,
            end=to,
            onsite=_present(at_work, from_, to, remote=False),
            remote=_present(at_work, from_, to, remote=True),
        )
        for from_, to in pairwise(edges)
    )


def _windows(plans: DayPlans, person: str, on: date) -> Iterator[tuple[int, int, Place]]:
    """The windows that can touch the date or the night after it, in minutes of the date."""
    for offset in (-1, 0, 1):
        day = plans.get(on + timedelta(days=offset), {}).get(person)
        for window in day.windows if day else ():
            yield window.start + offset * DAY, window.end + offset * DAY, window.place


def _present(at_work: Iterable[tuple[int, int, str, Place]], start: int, end: int, *, remote: bool) -> frozenset[str]:
    return frozenset(
        person for from_, to, person, place in at_work if from_ <= start and end <= to and place.remote is remote
    )


def extremes(
    plans: DayPlans, members: Iterable[str], dates: Iterable[date], requirement: Requirement
) -> Extremes | None:
    """The worst moments of a group over the required times of these dates; None when none of them is required.

    ``plans`` may hold more dates than are looked at: the day before and after give the shifts that cross midnight.
    """
    group = frozenset(members)
    required = [on for on in sorted(set(dates)) if WEEKDAYS[on.weekday()] in requirement.days]
    looked_at = [
        stretch for on in required for stretch in stretches(plans, group, on, requirement.start, requirement.end)
    ]
    if not looked_at:
        return None
    return Extremes(
        members=len(group),
        fewest_onsite=min(looked_at, key=lambda stretch: len(stretch.onsite)),
        most_remote=max(looked_at, key=lambda stretch: len(stretch.remote)),
    )


def check_coverage(
    plans: DayPlans, groups: Mapping[str, Iterable[str]], dates: Iterable[date], requirement: Requirement
) -> tuple[CoverageFinding, ...]:
    """Whether each group keeps the requirement on these dates; ``groups`` are the units, teams or counters."""
    looked_at = tuple(dates)
    return tuple(
        CoverageFinding(requirement=requirement, group=group, extremes=extremes(plans, members, looked_at, requirement))
        for group, members in groups.items()
    )


def coverage_facts(findings: Iterable[CoverageFinding]) -> dict[str, float | int]:
    """The facts ``unit.lowest_onsite_share``, ``unit.lowest_onsite_people`` and ``unit.highest_remote_share``.

    They speak of the worst of all groups, "if granted" when the plans hold the days that are asked for. Without any
    required moment they are absent; shares are absent for groups without members.
    """
    found = [finding.extremes for finding in findings if finding.extremes is not None]
    onsite = [worst.lowest_onsite_share for worst in found if worst.lowest_onsite_share is not None]
    remote = [worst.highest_remote_share for worst in found if worst.highest_remote_share is not None]
    facts: dict[str, float | int] = {}
    if onsite and remote:
        facts["unit.lowest_onsite_share"] = float(min(onsite))
        facts["unit.highest_remote_share"] = float(max(remote))
    if found:
        facts["unit.lowest_onsite_people"] = min(worst.lowest_onsite_people for worst in found)
    return facts
