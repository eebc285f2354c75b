"""Where somebody works on a date, who is on site, and what a unit would look like if a request were granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import field, frozen

from mkd_core.agreements import Agreement, State
from mkd_core.coverage import CoverageFinding, Per, Requirement, check_coverage, coverage_facts
from mkd_core.errors import InvalidInput
from mkd_core.events import Terms
from mkd_core.people import Employee, Unit
from mkd_core.ports import Holiday, Season
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.powers import Case, employee_at
from mkd_core.worktime import DAY, LONGEST, OFF, WEEKDAYS, Day, OfficeHours, Window, clock

_AHEAD = 28
"""Over how many days a unit is looked at before a request is granted in it."""


@frozen(kw_only=True)
class PlannedDay:
    """Where and when somebody works on a date, and why.

    ``basis`` is ``agreement``, ``recall``, ``standard`` (the office's hours), ``holiday`` or ``unknown`` (no agreement,
    and no hours are known).
    """

    person: str
    on: date
    windows: tuple[Window, ...]
    basis: str
    agreement: str = ""
    holiday: Mapping[str, str] = field(factory=dict)
    estimated: bool = False


def day(ctx: Context, person: str, on: date, at: datetime) -> PlannedDay:
    """Where and when that person works on that date."""
    employee, unit, _ = employee_at(ctx, person, at)
    return next(_days(ctx, employee, unit, on, on))


@frozen
class Almanac:
    """The holidays and seasons of a region over a span of dates; none where no calendar is plugged in."""

    holidays: Mapping[date, Holiday] = field(factory=dict)
    seasons: Sequence[Season] = ()

    def season(self, on: date) -> str | None:
        """The season that date lies in, None outside of any."""
        return next((season.name for season in self.seasons if season.first <= on <= season.last), None)


def almanac(ctx: Context, region: str, first: date, last: date) -> Almanac:
    """What the calendar says of those dates, asked once. Raises what it raises: no day is guessed."""
    if ctx.calendar is None:
        return Almanac()
    holidays = {holiday.on: holiday for holiday in ctx.calendar.holidays(region, first, last)}
    return Almanac(holidays, tuple(ctx.calendar.seasons(region, first, last)))


def roster(ctx: Context, unit: str, first: date, last: date, at: datetime) -> tuple[PlannedDay, ...]:
    """The days of everybody in a unit and below it, by date and then by person."""
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidInput("MKD435", f"{first} to {last} is no span of 1 to {LONGEST} days", mend="choose other dates")
    ctx.need_unit(unit)
    organisation = ctx.organisation(at.date())
    found = [
        planned
        for employee, home in _members(organisation, unit)
        if ctx.sees(employee.key)
        for planned in _days(ctx, employee, home, first, last)
    ]
    return tuple(sorted(found, key=lambda planned: (planned.on, planned.person)))


def _members(organisation: DirectoryAt, unit: str) -> Iterator[tuple[Employee, Unit]]:
    for employee in organisation.people():
        home = organisation.unit(employee.unit)
        if home is not None and employee.active and organisation.within(home.key, unit):
            yield employee, home


def _days(ctx: Context, employee: Employee, unit: Unit, first: date, last: date) -> Iterator[PlannedDay]:
    agreements = list(ctx.dossier(employee.key).agreements.values())
    return planned_days(ctx, employee.key, agreements, almanac(ctx, unit.region, first, last), first, last)


def planned_days(
    ctx: Context, person: str, agreements: Sequence[Agreement], dates: Almanac, first: date, last: date
) -> Iterator[PlannedDay]:
    """The days of somebody with these agreements, from the first to the last; ``dates`` knows of both."""
    on = first
    while on <= last:
        yield _day(ctx, person, on, agreements, dates)
        on += timedelta(days=1)


def _day(ctx: Context, person: str, on: date, agreements: Sequence[Agreement], dates: Almanac) -> PlannedDay:
    if on in dates.holidays:
        holiday = dates.holidays[on]
        return PlannedDay(
            person=person, on=on, windows=(), basis="holiday", holiday=holiday.name, estimated=holiday.estimated
        )
    season = dates.season(on)
    for agreement in agreements:
        planned = agreement.day(on, season)
        if planned is not None:
            basis = "recall" if on in agreement.recalls else "agreement"
            return PlannedDay(person=person, on=on, windows=planned.windows, basis=basis, agreement=agreement.id)
    usual = ctx.hours.week(season).days[on.weekday()] if ctx.hours else OFF
    return PlannedDay(person=person, on=on, windows=usual.windows, basis="standard" if ctx.hours else "unknown")


def unit_facts(ctx: Context, case: Case, granted: Agreement, demands: Sequence[Requirement]) -> dict[str, Any]:
    """``unit.lowest_onsite_share`` and its kin, if the request is granted, over four weeks from its start or today.

    Counted over the people of the unit itself, together or by their teams or counters, as each demand asks. What is
    pending is counted as if it were granted: quota is reserved at submission.
    """
    first = max(granted.latest.terms.starts, case.organisation.on)
    if not demands:
        return {}
    people: list[tuple[Employee, Sequence[Agreement]]] = []
    for person in case.organisation.people():
        if person.unit == case.unit.key and person.active:
            held = list(ctx.dossier(person.key).agreements.values())
            if person.key == granted.applicant:
                held = [granted, *(other for other in held if other.id != granted.id)]
            people.append((person, held))
    return facts_of_unit(ctx, case.unit, people, first, demands)


def facts_of_unit(
    ctx: Context,
    unit: Unit,
    people: Sequence[tuple[Employee, Sequence[Agreement]]],
    first: date,
    demands: Sequence[Requirement],
) -> dict[str, Any]:
    """The same of a unit whose people have these agreements, over four weeks from ``first``."""
    seasons = _seasons_ahead(ctx, unit, first)
    ahead = [
        Ahead(days=_days_ahead(ctx, held, first, seasons), team=person.team, counter=person.counter)
        for person, held in people
    ]
    return facts_ahead(unit, ahead, first, demands)


def over_hours(hours: OfficeHours) -> Requirement:
    """A look at the unit over the office's hours, which demands nobody on site."""
    days = {name: day for name, day in zip(WEEKDAYS, hours.standard.days, strict=True) if day.windows}
    begin = min(day.windows[0].start for day in days.values())
    end = max(day.windows[-1].end for day in days.values())
    between = (clock(begin), clock(end % DAY))
    return Requirement.from_data({"days": tuple(days), "between": between, "min_people": 0}, where="hours")


@frozen(kw_only=True)
class Ahead:
    """Four weeks of somebody (see ``days_ahead``), and with whom they are counted."""

    days: tuple[Day, ...]
    team: str | None = None
    counter: str | None = None


def days_ahead(
    ctx: Context, unit: Unit, agreements: Sequence[Agreement], first: date, terms: Terms | None = None
) -> tuple[Day, ...]:
    """Four weeks of somebody with these agreements whose pending requests were all granted, one of ``terms`` besides.

    They begin with the day before ``first``, for its night shifts.
    """
    return _days_ahead(ctx, agreements, first, _seasons_ahead(ctx, unit, first), terms)


def facts_ahead(unit: Unit, ahead: Sequence[Ahead], first: date, demands: Sequence[Requirement]) -> dict[str, Any]:
    """``unit.lowest_onsite_share`` and its kin of people whose next four weeks these are.

    Nothing is known where a demand is made of teams or counters and that of one of the people is not.
    """
    if not ahead:
        return {}
    people = {str(number): each for number, each in enumerate(ahead)}
    dates = _dates_ahead(first)
    plans = {on: {person: each.days[number] for person, each in people.items()} for number, on in enumerate(dates)}
    findings: list[CoverageFinding] = []
    for demand in demands:
        groups = _groups(demand.per, unit, people)
        if groups is None:
            return {}
        findings += check_coverage(plans, groups, dates[1:], demand)
    return coverage_facts(findings)


def _groups(per: Per, unit: Unit, people: Mapping[str, Ahead]) -> Mapping[str, Sequence[str]] | None:
    """Who is counted together; None where nobody knows."""
    if per is Per.UNIT:
        return {unit.key: list(people)}
    groups: dict[str, list[str]] = {}
    for person, each in people.items():
        group = each.team if per is Per.TEAM else each.counter
        if group is None:
            return None
        if group:
            groups.setdefault(group, []).append(person)
    return groups


def _dates_ahead(first: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(-1, _AHEAD)]


def _seasons_ahead(ctx: Context, unit: Unit, first: date) -> list[str | None]:
    return [ctx.season(unit, on) for on in _dates_ahead(first)]


def _days_ahead(
    ctx: Context,
    agreements: Sequence[Agreement],
    first: date,
    seasons: Sequence[str | None],
    terms: Terms | None = None,
) -> tuple[Day, ...]:
    return tuple(
        terms.plan.day(on, season)
        if terms is not None and _covers(terms, on)
        else _if_granted(ctx, on, season, agreements)
        for on, season in zip(_dates_ahead(first), seasons, strict=True)
    )


def _covers(terms: Terms, on: date) -> bool:
    return terms.starts <= on and (terms.ends is None or on <= terms.ends)


def _if_granted(ctx: Context, on: date, season: str | None, agreements: Sequence[Agreement]) -> Day:
    """The day of somebody whose pending requests were all granted."""
    for agreement in agreements:
        pending = agreement.latest if agreement.latest.state is State.SUBMITTED else None
        if pending and _covers(pending.terms, on):
            return pending.terms.plan.day(on, season)
        planned = agreement.day(on, season)
        if planned is not None:
            return planned
    return ctx.hours.week(season).days[on.weekday()] if ctx.hours else OFF
