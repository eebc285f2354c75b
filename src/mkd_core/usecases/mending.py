"""A remedy as a change of the plan: it is laid on the days, the facts are derived anew, and it must then approve."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from mkd_core.agreements import Version
from mkd_core.events import Terms
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import decide
from mkd_core.usecases.powers import open_case
from mkd_core.worktime import OfficeHours, Week


def mend(ctx: Context, agreement: str, *, by: str, at: datetime) -> Terms | None:
    """Terms that the policy would approve: the least change of days, or None when that is not enough.

    The last remote days of a week become days at the office, at its standard hours, until no more are left than the
    remedy asks for. What other facts would need is in the decision's remedy.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    version = case.agreement.latest
    changes = {change.fact: change.proposed for change in decide(ctx, case, version).decision.remedy().changes}
    most = changes.get("agreement.remote_days")
    if not isinstance(most, int) or ctx.hours is None:
        return None
    mended = _with_office_days(version, most, ctx.hours)
    decided = decide(ctx, case, evolve(version, terms=mended))
    return mended if decided.verdict.outcome == "approve" else None


def _with_office_days(version: Version, most: int, hours: OfficeHours) -> Terms:
    plan = version.terms.plan
    weeks = tuple(_week(week, most, hours.standard) for week in plan.weeks)
    seasons = {
        name: tuple(_week(week, most, hours.week(name)) for week in cycle) for name, cycle in plan.seasons.items()
    }
    return evolve(version.terms, plan=evolve(plan, weeks=weeks, seasons=seasons))


def _week(week: Week, most: int, standard: Week) -> Week:
    days = list(week.days)
    for weekday in reversed(range(7)):
        remote = sum(day.remote for day in days)
        if remote > most and days[weekday].remote and standard.days[weekday].windows:
            days[weekday] = standard.days[weekday]
    return Week(tuple(days))
