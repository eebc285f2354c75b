"""A change of facts as a change of the plan: pure arithmetic on weeks, days and windows.

Only what follows from the plan and its dates can be laid on it. That somebody works outside the region, gave a reason
or agreed on targets is not changed by moving hours about; it is told in words instead. Breaks stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Literal

from attrs import evolve, frozen

from mkd_core.events import Terms
from mkd_core.worktime import DAY, LATEST_END, OFF, Day, OfficeHours, Place, Week, Window, WorkPlan, minutes

#: What becomes of a day that may not be worked away from the office: a day at the office, or a day off.
Spare = Literal["office", "off"]

_WEEKS = frozenset(
    f"agreement.{name}"
    for name in (
        *("remote_days", "office_days", "flexible_place"),
        *("weekly_minutes", "earliest_start", "latest_end", "core_gap_minutes", "flexible_time", "flexible_load"),
    )
)
_DATES = frozenset(f"agreement.{name}" for name in ("notice_days", "duration_days", "open_ended"))

#: The facts that a change of the plan or of its dates can move.
LAID = _WEEKS | _DATES


def lay(
    terms: Terms,
    wanted: Mapping[str | None, Mapping[str, Any]],
    *,
    on: date,
    hours: OfficeHours | None,
    spare: Spare = "office",
) -> Terms:
    """The terms with the wanted values of facts laid on them; ``wanted`` are those of each season, None the rest.

    ``on`` is the day of the request. What cannot be laid leaves the terms as they are. Raises ``InvalidInput`` where
    the changed days would overlap.
    """
    plan = terms.plan
    for season, facts in wanted.items():
        if hours is not None and not _WEEKS.isdisjoint(facts):
            plan = _cycle(plan, season, facts, hours, spare)
    dates: dict[str, Any] = {}
    for facts in wanted.values():
        dates.update({name: value for name, value in facts.items() if name in _DATES})
    return _dated(evolve(terms, plan=plan), dates, on)


def _dated(terms: Terms, facts: Mapping[str, Any], on: date) -> Terms:
    length = None if terms.ends is None else terms.ends - terms.starts
    notice, duration = facts.get("agreement.notice_days"), facts.get("agreement.duration_days")
    starts = terms.starts if notice is None else max(on, on + timedelta(days=notice))
    ends = None if length is None else starts + length
    if facts.get("agreement.open_ended") is False and ends is None:
        # It was to be looked at again on that day; now it ends there.
        ends = terms.review
    if duration is not None and ends is not None:
        ends = starts + timedelta(days=duration - 1)
    return evolve(terms, starts=starts, ends=ends)


def _cycle(plan: WorkPlan, season: str | None, facts: Mapping[str, Any], hours: OfficeHours, spare: Spare) -> WorkPlan:
    replanned = _Replanned(facts=facts, hours=hours, season=season, spare=spare)
    cycle = tuple(replanned.week(week) for week in plan.cycle(season))
    if season is not None:
        return evolve(plan, seasons={**plan.seasons, season: cycle})
    # A season with days of its own has hours of its own; away from the office it is held to what the rest is.
    seasons = {
        name: tuple(evolve(replanned, season=name).days(week) for week in weeks) for name, weeks in plan.seasons.items()
    }
    return evolve(plan, weeks=cycle, seasons=seasons)


@frozen(kw_only=True)
class _Replanned:
    """Weeks with the wanted facts laid on them."""

    facts: Mapping[str, Any]
    hours: OfficeHours
    season: str | None
    spare: Spare

    def wanted(self, name: str) -> Any:
        return self.facts.get(f"agreement.{name}")

    def time(self, name: str) -> int | None:
        value = self.wanted(name)
        return None if value is None else minutes(value)

    @property
    def standard(self) -> Week:
        return self.hours.week(self.season)

    def week(self, week: Week) -> Week:
        """All that is wanted: first where the days are worked, then when, then for how long."""
        week = self.days(week)
        days = list(week.days)
        if self.wanted("flexible_time") is False:
            days = [_at_standard(day, usual) for day, usual in zip(days, self.standard.days, strict=True)]
        earliest, latest = self.time("earliest_start"), self.time("latest_end")
        days = self.moved(days, earliest, latest)
        days = [_fitted(day, earliest, latest) for day in days]
        days = self.covering(days)
        net = self.wanted("weekly_minutes")
        if net is None and self.wanted("flexible_load") is False:
            net = max(week.net, self.standard.net)
        return Week(tuple(days if net is None else _lasting(days, net, earliest, latest)))

    def days(self, week: Week) -> Week:
        """No more days away from the office than wanted, and no fewer in it; towards the end of the week first."""
        days = list(week.days)
        most = 0 if self.wanted("flexible_place") is False else self.wanted("remote_days")
        if most is not None:
            self.come_back(days, most)
        # Days away from the office before days off, unless their number is wanted too.
        for away in (True, False) if most is None else (False, True):
            self.come_in(days, self.wanted("office_days") or 0, away)
        return Week(tuple(days))

    def come_back(self, days: list[Day], most: int) -> None:
        for at, usual in reversed(list(enumerate(self.standard.days))):
            if days[at].remote and sum(day.remote for day in days) > most:
                if self.spare == "off":
                    days[at] = OFF
                elif usual.windows:
                    days[at] = usual

    def come_in(self, days: list[Day], fewest: int, away: bool) -> None:
        for at, usual in reversed(list(enumerate(self.standard.days))):
            there = days[at].remote if away else not days[at].windows
            if there and usual.windows and sum(day.at_office for day in days) < fewest:
                days[at] = usual

    def moved(self, days: list[Day], earliest: int | None, latest: int | None) -> list[Day]:
        """All days earlier where even the first starts too late, or later where even the last ends too early."""
        windows = [window for day in days for window in day.windows]
        if not windows:
            return days
        first, last = min(each.start for each in windows), max(each.end for each in windows)
        by = 0
        if earliest is not None and first > earliest:
            by = earliest - first
        elif latest is not None and last < latest:
            by = latest - last
        return [_shifted(day, by) for day in days] if by else days

    def covering(self, days: list[Day]) -> list[Day]:
        """Core hours covered, day by day, until no more minutes of the week are left uncovered than wanted."""
        most = self.wanted("core_gap_minutes")
        if most is None:
            return days
        for at, span in enumerate(self.hours.core):
            gap = sum(self.hours.core_gap(day, weekday) for weekday, day in enumerate(days))
            if gap > most and span is not None and days[at].windows and self.hours.core_gap(days[at], at):
                days[at] = _covering(days[at], *span)
        return days


def _shifted(day: Day, by: int) -> Day:
    return Day(tuple(evolve(window, start=window.start + by, end=window.end + by) for window in day.windows))


def _at_standard(day: Day, usual: Day) -> Day:
    place = next((window.place for window in day.windows if window.place.remote), Place.OFFICE)
    return Day(tuple(evolve(window, place=place) for window in usual.windows))


def _fitted(day: Day, earliest: int | None, latest: int | None) -> Day:
    """The day moved inside the bounds; cut where it is longer than they are."""
    if day.windows and earliest is not None and day.windows[0].start < earliest:
        day = _shifted(day, earliest - day.windows[0].start)
    if day.windows and latest is not None and day.windows[-1].end > latest:
        room = day.windows[0].start - (earliest or 0)
        day = _shifted(day, -min(room, day.windows[-1].end - latest))
        kept = [evolve(window, end=min(window.end, latest)) for window in _fitting(day.windows, latest)]
        day = Day(tuple(kept))
    return day


def _fitting(windows: Iterable[Window], latest: int) -> list[Window]:
    return [window for window in windows if min(window.end, latest) - window.start > window.pause]


def _covering(day: Day, start: int, end: int) -> Day:
    """The day moved over the span; made longer where it is shorter than that, without gaps inside."""
    first, last = day.windows[0].start, day.windows[-1].end
    if last - first >= end - start:
        day = _shifted(day, max(0, end - last) - max(0, first - start))
    windows = list(day.windows)
    windows[0] = evolve(windows[0], start=min(windows[0].start, start))
    windows[-1] = evolve(windows[-1], end=max(windows[-1].end, end))
    for at, following in enumerate(windows[1:]):
        if start < following.start and windows[at].end < end:
            windows[at] = evolve(windows[at], end=following.start)
    return Day(tuple(windows))


def _lasting(days: list[Day], net: int, earliest: int | None, latest: int | None) -> list[Day]:
    """The week made as long as wanted, each day by as much: at its end up to ``latest``, then at its start."""
    lacking = net - sum(day.net for day in days)
    for end_first in (True, False):
        for _ in range(7):
            room = [_room(days, at, lacking, earliest, latest, end_first) for at in range(7)]
            open_days = [at for at in range(7) if room[at]]
            if not lacking or not open_days:
                break
            for left, at in zip(range(len(open_days), 0, -1), open_days, strict=True):
                share = -(-abs(lacking) // left)
                by = min(share, room[at]) * (1 if lacking > 0 else -1)
                days[at] = _longer(days[at], by, end_first)
                lacking -= by
    return days


def _room(days: list[Day], at: int, lacking: int, earliest: int | None, latest: int | None, at_end: bool) -> int:
    """By how many minutes that day can be made longer, or shorter where nothing is lacking."""
    if not days[at].windows:
        return 0
    first, last = days[at].windows[0], days[at].windows[-1]
    if lacking < 0:
        return last.net - 1 if at_end else 0
    if not at_end:
        yesterday = days[at - 1].windows if at else ()
        busy = max(0, yesterday[-1].end - DAY) if yesterday else 0
        return max(0, min(first.start - max(earliest or 0, busy), first.start + DAY - first.end))
    tomorrow = days[at + 1].windows if at < 6 else ()
    free = tomorrow[0].start + DAY if tomorrow else LATEST_END
    # Nobody is asked to work past midnight to fill up a week, unless the plan does so already.
    bound = max(DAY, last.end) if latest is None else latest
    return max(0, min(free, bound, last.start + DAY) - last.end)


def _longer(day: Day, by: int, at_end: bool) -> Day:
    windows = list(day.windows)
    if at_end:
        windows[-1] = evolve(windows[-1], end=windows[-1].end + by)
    else:
        windows[0] = evolve(windows[0], start=windows[0].start - by)
    return Day(tuple(windows))
