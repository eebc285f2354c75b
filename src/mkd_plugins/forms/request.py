"""A request as plain data.

::

    from = 2023-07-03                 # the first day; `until` the last one, `review` when it is open-ended
    until = 2023-12-29
    reason = "..."                    # also `evidence`, `work_plan`, `outside_region`
    remote = "wed,thu"                # the standard week with these days at `place` ("home"), or in full:

    [plan]
    weeks = [{ mon = "07:30-16:00 office 60", wed = "07:30-11:30 home, 12:30-16:00 office" }]
    seasons.ramadan = [{ mon = "08:00-15:00 office 30" }]
    exceptions = { 2023-08-16 = "off" }

    [[targets]]
    id = "brief"
    kind = "output"                   # or outcome
    indicator = "policy briefs delivered"
    direction = "at_least"            # at_most, within (with `margin`)
    value = 4
    unit = "briefs"
    due = 2023-12-15
    evidence = "the briefs"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import evolve, frozen

from mkd_core.agreements import check_terms
from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.events import Terms
from mkd_core.targets import Target, target_from_data
from mkd_core.texts import check_text
from mkd_core.worktime import OfficeHours, WorkPlan, iso_date, plan_from_data
from mkd_plugins.forms.days import remote_plan

KEYS = (
    *("from", "until", "review", "reason", "evidence", "work_plan", "outside_region"),
    *("remote", "place", "plan", "targets"),
)
TEXTS = ("reason", "evidence", "work_plan")


@frozen(kw_only=True)
class Request:
    """What is asked for. ``targets`` None means that none were named."""

    starts: date | None
    ends: date | None
    review: date | None
    plan: WorkPlan | None
    targets: tuple[Target, ...] | None
    reason: str
    evidence: str
    work_plan: str
    outside_region: bool


def check_keys(data: Mapping[str, Any], *, where: str) -> None:
    """Refuse a key that a request has not."""
    for key in data:
        if key not in KEYS:
            raise InvalidInput("MKD297", f"unknown key {key!r}", where=where, mend=did_you_mean(key, KEYS))


def read(
    data: Mapping[str, Any],
    *,
    where: str,
    hours: OfficeHours | None,
    starts: date | None = None,
    otherwise: date | None = None,
    place: str | None = None,
) -> Request:
    """The request of the data; ``starts`` and ``place`` beat it, ``otherwise`` is the first day when it says none."""
    first = starts or day(data, "from", where=where) or otherwise
    return Request(
        starts=first,
        ends=day(data, "until", where=where),
        review=day(data, "review", where=where),
        plan=plan(data, anchor=first or date.min, where=where, hours=hours, place=place),
        targets=targets(data, where=where),
        outside_region=data.get("outside_region") is True,
        **{name: check_text(str(data.get(name, "")), where=f"{where}: {name}") for name in TEXTS},
    )


def revised(terms: Terms, request: Request) -> Terms:
    """The terms with the days and dates that the request says anew. Raises ``InvalidInput`` where they do not fit."""
    made = evolve(
        terms,
        plan=request.plan or terms.plan,
        starts=request.starts or terms.starts,
        ends=request.ends or terms.ends,
        review=request.review or terms.review,
    )
    check_terms(made)
    return made


def day(data: Mapping[str, Any], key: str, *, where: str) -> date | None:
    """The date under that key, if there is one."""
    return iso_date(data[key], where=f"{where}: {key}") if data.get(key) else None


def plan(
    data: Mapping[str, Any], *, anchor: date, where: str, hours: OfficeHours | None, place: str | None = None
) -> WorkPlan | None:
    """The days of the data: ``plan`` in full, or the standard week with ``remote`` days elsewhere; None if neither."""
    if "plan" in data and "remote" in data:
        raise InvalidInput("MKD297", "a plan is said twice", where=where, mend="keep [plan] or remote")
    if isinstance(data.get("plan"), Mapping):
        return plan_from_data({"anchor": anchor, **data["plan"]}, where=f"{where}: plan")
    if "plan" in data:
        raise InvalidInput("MKD297", "'plan' is no table", where=where, mend="write [plan] with weeks")
    if not data.get("remote"):
        return None
    return remote_plan(
        anchor=anchor,
        remote=str(data["remote"]),
        at=place or str(data.get("place", "home")),
        hours=hours,
        where=f"{where}: remote",
        place_at=f"{where}: place",
    )


def targets(data: Mapping[str, Any], *, where: str) -> tuple[Target, ...] | None:
    """The targets of the data; one without an id is called t1, t2 and so on by its place."""
    if "targets" not in data:
        return None
    listed = data["targets"]
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise InvalidInput("MKD297", "'targets' are no list of tables", where=where, mend="write [[targets]]")
    return tuple(
        target_from_data({"id": f"t{at}", **each}, where=f"{where}: targets[{at}]")
        for at, each in enumerate(listed, start=1)
    )
