"""Where somebody works on a date, who is on site, and what a unit would look like if a request were granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import field, frozen

from mkd_core.agreements import Agreement, State
from mkd_core.coverage import Per, Requirement, check_coverage, coverage_facts
from mkd_core.errors import InvalidInput
from mkd_core.people import Employee, Unit
from mkd_core.ports import Holiday
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.powers import Case, employee_at
from mkd_core.worktime import OFF, Day, Window

LONGEST = 366
"""The most days that one question may span."""


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


def roster(ctx: Context, unit: str, first: date, last: date, at: datetime) -> tuple[PlannedDay, ...]:
    """The days of everybody in a unit and below it, by date and then by person."""
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidInput("MKD435", f"{first} to {last} is no span of 1 to {LONGEST} days", mend="choose other dates")
    organisation = ctx.organisation(at.date())
    found = [
        planned
        for employee, home in _members(organisation, unit)
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
    holidays = (
        {holiday.on: holiday for holiday in ctx.calendar.holidays(unit.region, first, last)} if ctx.calendar else {}
    )
    on = first
    while on <= last:
        yield _day(ctx, employee, unit, on, agreements, holidays)
        on += timedelta(days=1)


def _day(
    ctx: Context,
    employee: Employee,
    unit: Unit,
    on: date,
    agreements: Sequence[Agreement],
    holidays: Mapping[date, Holiday],
) -> PlannedDay:
    if on in holidays:
        holiday = holidays[on]
        return PlannedDay(
            person=employee.key,
            on=on,
            windows=(),
            basis="holiday",
            holiday=holiday.name,
            estimated=holiday.estimated,
        )
    season = ctx.season(unit, on)
    for agreement in agreements:
        planned = agreement.day(on, season)
        if planned is not None:
            basis = "recall" if on in agreement.recalls else "agreement"
            return PlannedDay(person=employee.key, on=on, windows=planned.windows, basis=basis, agreement=agreement.id)
    usual = ctx.hours.week(season).days[on.weekday()] if ctx.hours else OFF
    return PlannedDay(person=employee.key, on=on, windows=usual.windows, basis="standard" if ctx.hours else "unknown")


def unit_facts(
    ctx: Context, case: Case, granted: Agreement, demands: Sequence[Requirement], days: int = 28
) -> dict[str, Any]:
    """``unit.lowest_onsite_share`` and its kin, if the request is granted, over four weeks from its start or today.

    Counted over the people of the unit itself; a demand per team or counter stays out, since no backend tells who
    belongs to one. What is pending is counted as if it were granted: quota is reserved at submission.
    """
    unit, first = case.unit, max(granted.latest.terms.starts, case.organisation.on)
    counted = [demand for demand in demands if demand.per is Per.UNIT]
    people = [person for person in case.organisation.people() if person.unit == unit.key and person.active]
    if not counted or not people:
        return {}
    dates = [first + timedelta(days=offset) for offset in range(-1, days)]
    plans: dict[date, dict[str, Day]] = {on: {} for on in dates}
    for person in people:
        held = list(ctx.dossier(person.key).agreements.values())
        if person.key == granted.applicant:
            held = [granted, *(other for other in held if other.id != granted.id)]
        for on in dates:
            plans[on][person.key] = _if_granted(ctx, unit, on, held)
    return coverage_facts(
        finding
        for demand in counted
        for finding in check_coverage(plans, {unit.key: [person.key for person in people]}, dates[1:], demand)
    )


def _if_granted(ctx: Context, unit: Unit, on: date, agreements: Sequence[Agreement]) -> Day:
    """The day of somebody whose pending requests were all granted."""
    season = ctx.season(unit, on)
    for agreement in agreements:
        pending = agreement.latest if agreement.latest.state is State.SUBMITTED else None
        if pending and pending.terms.starts <= on and (pending.terms.ends is None or on <= pending.terms.ends):
            return pending.terms.plan.day(on, season)
        planned = agreement.day(on, season)
        if planned is not None:
            return planned
    return ctx.hours.week(season).days[on.weekday()] if ctx.hours else OFF
