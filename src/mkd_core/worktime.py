"""Where and when somebody works: windows, days, cycles of weeks, seasons, dated exceptions, net minutes.

All times are minutes of the local day on which a window starts (0 = 00:00). A window that crosses midnight ends
after 1440, so a shift from 22:00 to 06:00 is 1320 to 1800. The plan of a date is derived, never stored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from mkd_core.errors import InvalidInput, did_you_mean

DAY = 24 * 60
LONGEST = 366
"""The most days that one question about plans may span."""
ROSTER_DAYS = 35
"""Over how many days, today among them, a roster is told the days of agreements: five weeks, a default of ours."""
LATEST_END = 2 * DAY - 1
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_WEEKS = 60
"""The longest cycle: more than a year, so that one that repeats every year fits."""
MOST_SEASONS = 24
MOST_EXCEPTIONS = 1_000
_CLOCK = re.compile(r"([0-4]?\d):([0-5]\d)", re.ASCII)
_WINDOW = re.compile(r"([\d:]+)\s*-\s*([\d:]+)\s+(\w+)(?:\s+(\d{1,4}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@contextmanager
def _written_at(where: str) -> Iterator[None]:
    """Give a fault found inside, if it names no place yet, the place that it was written at."""
    try:
        yield
    except InvalidInput as fault:
        raise InvalidInput(fault.code, fault.message, where=fault.where or where, mend=fault.mend) from None


class Place(StrEnum):
    """Where a window is worked; every place but one's own office is remote.

    ``home`` is the residence on record (PermenPANRB 4/2025 article 12 names the three kinds besides one's own office).
    """

    OFFICE = "office"
    OTHER_OFFICE = "other_office"
    HOME = "home"
    ELSEWHERE = "elsewhere"

    @property
    def remote(self) -> bool:
        """Whether work here counts as remote."""
        return self is not Place.OFFICE


def minutes(text: str, *, where: str = "") -> int:
    """Minutes of the day from ``HH:MM``, up to 47:59 for the end of a window across midnight.

    >>> minutes("07:30"), minutes("30:00")
    (450, 1800)
    """
    match = _CLOCK.fullmatch(text.strip())
    value = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= value <= LATEST_END:
        raise InvalidInput(
            "MKD201", f"{text!r} is not a time", where=where, mend='write hours and minutes such as "07:30"'
        )
    return value


def clock(value: int) -> str:
    """``HH:MM`` of minutes of the day, the inverse of :func:`minutes`."""
    return f"{value // 60:02d}:{value % 60:02d}"


def place(text: str, *, where: str = "") -> Place:
    """The place of that name, or a clear error with the nearest one."""
    try:
        return Place(text)
    except ValueError:
        known = [known.value for known in Place]
        raise InvalidInput(
            "MKD202", f"{text!r} is no place of work", where=where, mend=did_you_mean(text, known)
        ) from None


@frozen(order=True)
class Window:
    """A stretch of work at one place, in minutes of the day on which it starts; ``pause`` minutes of it are a break.

    Raises ``InvalidInput`` when it is empty, longer than a day, or no longer than its break.
    """

    start: int
    end: int
    place: Place = field(order=False)
    pause: int = field(default=0, order=False)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.start < DAY:
            raise InvalidInput("MKD203", f"a window starts at {clock(self.start)}, outside the day")
        if not self.start < self.end <= min(self.start + DAY, LATEST_END):
            raise InvalidInput(
                "MKD203",
                f"window {self} has no length, or more than a day",
                mend="an end before the start crosses midnight; an equal one is refused",
            )
        if not 0 <= self.pause < self.end - self.start:
            raise InvalidInput("MKD204", f"window {self} is no longer than its break of {self.pause} minutes")

    @classmethod
    def parse(cls, text: str, *, where: str = "") -> Window:
        """A window from ``HH:MM-HH:MM PLACE [BREAK]``; an end before the start crosses midnight.

        >>> Window.parse("22:00-06:00 office 30").net
        450
        """
        match = _WINDOW.fullmatch(text.strip())
        if not match:
            raise InvalidInput(
                "MKD205",
                f"{text!r} is not a window",
                where=where,
                mend='write "07:30-16:00 home 60" (break in minutes)',
            )
        with _written_at(where):
            start, end = minutes(match[1]), minutes(match[2])
            return cls(start, end + DAY if end < start else end, place(match[3]), int(match[4] or 0))

    @property
    def net(self) -> int:
        """Minutes of work without the break."""
        return self.end - self.start - self.pause

    def __str__(self) -> str:
        pause = f" {self.pause}" if self.pause else ""
        round_the_clock = self.end - self.start == DAY
        end = self.end if round_the_clock else self.end % DAY
        return f"{clock(self.start)}-{clock(end)} {self.place}{pause}"


def _in_order(windows: Iterable[Window]) -> tuple[Window, ...]:
    return tuple(sorted(windows))


@frozen
class Day:
    """The windows of one day in their order; none is a day off. Overlapping windows are refused."""

    windows: tuple[Window, ...] = field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        for earlier, later in zip(self.windows, self.windows[1:], strict=False):
            if later.start < earlier.end:
                raise InvalidInput(
                    "MKD206", f"windows {earlier} and {later} overlap", mend="end the first before the second starts"
                )

    @classmethod
    def parse(cls, text: str, *, where: str = "") -> Day:
        """A day from windows joined by commas; ``off`` or nothing is a day off.

        >>> Day.parse("07:30-11:30 home, 12:30-16:00 office").places == {Place.HOME, Place.OFFICE}
        True
        """
        if not isinstance(text, str):
            raise InvalidInput("MKD205", f"{text!r} is not a day", where=where, mend='write "07:30-16:00 home 60"')
        if text.strip() in ("", "off"):
            return cls()
        with _written_at(where):
            return cls(tuple(Window.parse(part) for part in text.split(",")))

    @property
    def net(self) -> int:
        """Minutes of work without breaks."""
        return sum(window.net for window in self.windows)

    @property
    def places(self) -> frozenset[Place]:
        """The places at which this day is worked."""
        return frozenset(window.place for window in self.windows)

    @property
    def remote(self) -> bool:
        """Whether any part is worked away from one's own office: a half day at home uses up a remote day."""
        return any(window.place.remote for window in self.windows)

    @property
    def at_office(self) -> bool:
        """Whether the whole of it is worked at one's own office."""
        return bool(self.windows) and not self.remote

    def moved(self, to: Place) -> Day:
        """The same windows, worked at that place."""
        return Day(tuple(Window(window.start, window.end, to, window.pause) for window in self.windows))

    def __str__(self) -> str:
        return ", ".join(str(window) for window in self.windows) or "off"


OFF = Day()


@frozen
class Week:
    """Seven days from Monday on; a night shift may not run into the next day's first window."""

    days: tuple[Day, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.days) != 7:
            raise InvalidInput("MKD207", f"a week has 7 days, not {len(self.days)}")
        for name, today, tomorrow in zip(WEEKDAYS, self.days, self.days[1:], strict=False):
            _no_spill(today, tomorrow, name)

    @classmethod
    def parse(cls, days: Mapping[str, str], *, where: str = "") -> Week:
        """A week from ``{"mon": "07:30-16:00 office 60", …}``; a weekday left out is off."""
        for name in days:
            if name not in WEEKDAYS:
                raise InvalidInput("MKD207", f"{name!r} is no weekday", where=where, mend=did_you_mean(name, WEEKDAYS))
        with _written_at(where.rstrip(".")):
            return cls(tuple(Day.parse(days.get(name, ""), where=f"{where}{name}") for name in WEEKDAYS))

    @property
    def net(self) -> int:
        """Minutes of work in the week, breaks excluded."""
        return sum(day.net for day in self.days)

    @property
    def remote_days(self) -> int:
        """Days worked at least in part away from the office."""
        return sum(day.remote for day in self.days)

    @property
    def office_days(self) -> int:
        """Days worked wholly at the office."""
        return sum(day.at_office for day in self.days)


def _spills(today: Day, tomorrow: Day) -> bool:
    return bool(today.windows and tomorrow.windows and today.windows[-1].end - DAY > tomorrow.windows[0].start)


def _no_spill(today: Day, tomorrow: Day, name: str) -> None:
    if _spills(today, tomorrow):
        raise InvalidInput(
            "MKD206",
            f"window {today.windows[-1]} of {name} runs into {tomorrow.windows[0]} of the next day",
            mend="end the night shift before the next day's first window",
        )


def _cycle(weeks: Iterable[Week]) -> tuple[Week, ...]:
    cycle = tuple(weeks)
    if not cycle:
        raise InvalidInput("MKD208", "a cycle has at least one week")
    _no_more(cycle, MOST_WEEKS, "weeks in a cycle")
    for week, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
        _no_spill(week.days[6], following.days[0], "sun")
    return cycle


def _season_cycles(given: Mapping[str, Iterable[Week]]) -> dict[str, tuple[Week, ...]]:
    _no_more(given, MOST_SEASONS, "seasons")
    return {name: _cycle(weeks) for name, weeks in given.items()}


def _exceptions(given: Mapping[date, Day]) -> dict[date, Day]:
    _no_more(given, MOST_EXCEPTIONS, "exceptions")
    return dict(given)


def _no_more(given: Sized, most: int, what: str, *, where: str = "") -> None:
    if len(given) > most:
        raise InvalidInput(
            "MKD269",
            f"a plan has {most:,} {what} at most, this one has {len(given):,}",
            where=where,
            mend="say what repeats in the cycle, and give a later time an agreement of its own",
        )


@frozen(kw_only=True)
class WorkPlan:
    """A cycle of weeks from an anchor date, a variant of it per season, and dated exceptions that beat both.

    ``anchor``      any date in the first week of the cycle; weeks start on Monday.
    ``weeks``       the cycle: one week for a weekly plan, two for a biweekly one, and so on.
    ``seasons``     the cycle of a season (``ramadan``) where the hours differ; a season left out keeps the cycle.
    ``exceptions``  days of their own, by date.

    A cycle has up to ``MOST_WEEKS`` weeks; a plan up to ``MOST_SEASONS`` seasons and ``MOST_EXCEPTIONS`` exceptions.
    """

    anchor: date
    weeks: tuple[Week, ...] = field(converter=_cycle)
    seasons: Mapping[str, tuple[Week, ...]] = field(factory=dict, converter=_season_cycles)
    exceptions: Mapping[date, Day] = field(factory=dict, converter=_exceptions)

    def __attrs_post_init__(self) -> None:
        for on in sorted(on for on in self.exceptions if date.min < on < date.max):
            for today in (on - timedelta(days=1), on):
                # Which season the date lies in is not known here: refused is what overlaps in every one of them.
                tomorrow = today + timedelta(days=1)
                if all(
                    _spills(self.day(today, season), self.day(tomorrow, season)) for season in (None, *self.seasons)
                ):
                    raise InvalidInput(
                        "MKD206",
                        f"the exception on {on} overlaps: the night shift of {today} runs into {tomorrow}",
                        mend="set both days apart, so that the night shift ends before the next day's first window",
                    )

    def cycle(self, season: str | None = None) -> tuple[Week, ...]:
        """The weeks of the cycle in that season."""
        return self.seasons.get(season, self.weeks) if season else self.weeks

    def day(self, on: date, season: str | None = None) -> Day:
        """The plan of that date, past or future, in the season it lies in; holidays aside."""
        if on in self.exceptions:
            return self.exceptions[on]
        cycle = self.cycle(season)
        monday = on - timedelta(days=on.weekday())
        first = self.anchor - timedelta(days=self.anchor.weekday())
        return cycle[(monday - first).days // 7 % len(cycle)].days[on.weekday()]

    def with_exception(self, on: date, day: Day) -> WorkPlan:
        """The same plan with that date set apart."""
        return WorkPlan(
            anchor=self.anchor, weeks=self.weeks, seasons=self.seasons, exceptions={**self.exceptions, on: day}
        )

    def windows(self, season: str | None = None) -> Iterator[Window]:
        """Every window of the cycle in that season."""
        for week in self.cycle(season):
            for day in week.days:
                yield from day.windows

    @property
    def places(self) -> frozenset[Place]:
        """Every place that the cycle, a season or an exception names."""
        cycles = (self.weeks, *self.seasons.values())
        days = [day for cycle in cycles for week in cycle for day in week.days]
        return frozenset(place for day in [*days, *self.exceptions.values()] for place in day.places)


@frozen(kw_only=True)
class OfficeHours:
    """The hours of an office: which are standard, and which of them are core hours in which everybody works.

    ``standard``  the week that somebody without an agreement works.
    ``core``      per weekday the core span, (start, end) in minutes, or None.
    ``seasons``   the standard week of a season.
    ``source``    the instrument that sets them.
    """

    standard: Week
    source: str
    core: tuple[tuple[int, int] | None, ...] = (None,) * 7
    seasons: Mapping[str, Week] = field(factory=dict)

    def week(self, season: str | None = None) -> Week:
        """The standard week of that season."""
        return self.seasons.get(season, self.standard) if season else self.standard

    def elsewhere(self, anchor: date, turns: Sequence[Collection[int]], to: Place) -> WorkPlan:
        """The standard week, once for each of ``turns``, with these weekdays (0 = Monday) worked at that place.

        It brings its seasons along, so that the same days are remote in Ramadan, at Ramadan's hours.
        """

        def cycle(usual: Week) -> tuple[Week, ...]:
            return tuple(
                Week(tuple(day.moved(to) if number in away else day for number, day in enumerate(usual.days)))
                for away in turns
            )

        seasons = {name: cycle(usual) for name, usual in self.seasons.items()}
        return WorkPlan(anchor=anchor, weeks=cycle(self.standard), seasons=seasons)

    def core_gap(self, day: Day, weekday: int) -> int:
        """Core minutes of that weekday (0 = Monday) which the day leaves uncovered."""
        span = self.core[weekday]
        if span is None:
            return 0
        covered = sum(max(0, min(window.end, span[1]) - max(window.start, span[0])) for window in day.windows)
        return span[1] - span[0] - covered


def weekly(anchor: date, week: Week, **changes: Any) -> WorkPlan:
    """A plan that repeats one week; ``changes`` are the other fields of :class:`WorkPlan`."""
    return WorkPlan(anchor=anchor, weeks=(week,), **changes)


def plan_to_data(plan: WorkPlan) -> dict[str, Any]:
    """The plan as plain JSON values, in the notation that :func:`plan_from_data` reads."""

    def cycle(weeks: Sequence[Week]) -> list[dict[str, str]]:
        return [
            {name: str(day) for name, day in zip(WEEKDAYS, week.days, strict=True) if day.windows} for week in weeks
        ]

    return {
        "anchor": plan.anchor.isoformat(),
        "weeks": cycle(plan.weeks),
        "seasons": {name: cycle(weeks) for name, weeks in sorted(plan.seasons.items())},
        "exceptions": {on.isoformat(): str(day) for on, day in sorted(plan.exceptions.items())},
    }


def plan_from_data(data: Mapping[str, Any], *, where: str = "plan") -> WorkPlan:
    """A plan from ``{"anchor": date, "weeks": [{"mon": "07:30-16:00 home 60"}], "seasons": {}, "exceptions": {}}``.

    Dates are ISO text or dates. Raises ``InvalidInput`` naming the place of the first fault.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput("MKD209", "a plan is a table", where=where)
    for key in data:
        if key not in ("anchor", "weeks", "seasons", "exceptions"):
            raise InvalidInput(
                "MKD209",
                f"unknown key {key!r}",
                where=where,
                mend=did_you_mean(key, ("anchor", "weeks", "seasons", "exceptions")),
            )
    for key in ("anchor", "weeks"):
        if key not in data:
            raise InvalidInput("MKD209", f"{key!r} is missing", where=where)

    def cycle(weeks: Any, name: str) -> tuple[Week, ...]:
        if not isinstance(weeks, (list, tuple)) or not all(isinstance(week, Mapping) for week in weeks):
            raise InvalidInput("MKD209", "weeks are a list of tables, a weekday each", where=f"{where}.{name}")
        _no_more(weeks, MOST_WEEKS, "weeks in a cycle", where=f"{where}.{name}")
        return tuple(Week.parse(week, where=f"{where}.{name}[{at}].") for at, week in enumerate(weeks))

    def table(name: str, most: int) -> Mapping[str, Any]:
        found = data.get(name, {})
        if not isinstance(found, Mapping):
            raise InvalidInput("MKD209", f"{name} are a table", where=f"{where}.{name}")
        _no_more(found, most, name, where=f"{where}.{name}")
        return found

    with _written_at(where):
        return WorkPlan(
            anchor=iso_date(data["anchor"], where=f"{where}.anchor"),
            weeks=cycle(data["weeks"], "weeks"),
            seasons={name: cycle(weeks, f"seasons.{name}") for name, weeks in table("seasons", MOST_SEASONS).items()},
            exceptions={
                iso_date(on, where=f"{where}.exceptions"): Day.parse(day, where=f"{where}.exceptions.{on}")
                for on, day in table("exceptions", MOST_EXCEPTIONS).items()
            },
        )


def iso_date(value: str | date, *, where: str = "") -> date:
    """A date from ``YYYY-MM-DD``, or the date itself; a moment is no date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput("MKD210", f"{value!r} is not a date", where=where, mend="write YYYY-MM-DD") from None
