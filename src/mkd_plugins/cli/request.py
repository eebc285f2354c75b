"""A request as a file, TOML or JSON, for what is too long to type.

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

What is said on the command line beats the file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from attrs import frozen

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.targets import Target, target_from_data
from mkd_core.usecases.agreements import terms_of
from mkd_core.worktime import OfficeHours, WorkPlan, iso_date, plan_from_data
from mkd_plugins.cli import typed
from mkd_plugins.population.template import Template

_KEYS = (
    *("from", "until", "review", "reason", "evidence", "work_plan", "outside_region"),
    *("remote", "place", "plan", "targets"),
)
_TEXTS = ("reason", "evidence", "work_plan")


@frozen(kw_only=True)
class Typed:
    """What stood on the command line; what is None or empty was not said."""

    starts: date | None = None
    ends: date | None = None
    review: date | None = None
    weeks: Sequence[str] = ()
    remote: str | None = None
    place: str | None = None
    targets: Sequence[str] = ()
    reason: str = ""
    evidence: str = ""
    work_plan: str = ""
    outside_region: bool = False


@frozen(kw_only=True)
class Request:
    """File and command line together. ``targets`` None means that none were named."""

    starts: date | None
    ends: date | None
    review: date | None
    plan: WorkPlan | None
    targets: tuple[Target, ...] | None
    reason: str
    evidence: str
    work_plan: str
    outside_region: bool

    def needed(self) -> tuple[WorkPlan, date]:
        """The plan and its first day. Raises ``InvalidInput`` when either was not said."""
        if self.starts is None:
            raise InvalidInput("MKD296", "the first day is not said", where="--from", mend="add --from YYYY-MM-DD")
        if self.plan is None:
            raise InvalidInput(
                "MKD296", "the days are not said", where="--remote", mend="add --remote wed,thu, or --week, or --file"
            )
        return self.plan, self.starts


def read(said: Typed, file: str | None, *, hours: OfficeHours | None, starts: date | None = None) -> Request:
    """The request; ``starts`` is its first day when nobody says one."""
    data = _load(Path(file)) if file else {}
    where = file or ""

    def when(key: str, given: date | None) -> date | None:
        return given or (iso_date(data[key], where=f"{where}: {key}") if data.get(key) else None)

    first = when("from", said.starts) or starts
    return Request(
        starts=first,
        ends=when("until", said.ends),
        review=when("review", said.review),
        plan=_plan(said, data, first, where, hours),
        targets=_targets(said, data, where),
        outside_region=said.outside_region or data.get("outside_region") is True,
        **{name: getattr(said, name) or str(data.get(name, "")) for name in _TEXTS},
    )


def template(file: str, *, on: date, hours: OfficeHours | None) -> Template:
    """The request of a file as a plan for everybody; a request made that day, which begins then unless it says."""
    request = read(Typed(), file, hours=hours, starts=on)
    if request.plan is None:
        raise InvalidInput("MKD296", "the days are not said", where=file, mend='add remote = "wed,thu", or [plan]')
    starts = request.starts or on
    terms = terms_of(
        request.plan,
        starts=starts,
        ends=request.ends,
        # No fact speaks of the review; terms without an end have to name one.
        review=request.review or (None if request.ends else starts),
        outside_region=request.outside_region,
        reason=request.reason,
        evidence=request.evidence,
        work_plan=request.work_plan,
    )
    return Template(terms=terms, targets=request.targets or ())


def _load(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput("MKD297", f"cannot be read: {reason}", where=str(path), mend="check the path") from None
    except ValueError as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise InvalidInput("MKD297", f"is not {kind}: {error}", where=str(path)) from None
    if not isinstance(data, dict):
        raise InvalidInput("MKD297", "is no table of a request", where=str(path))
    for key in data:
        if key not in _KEYS:
            raise InvalidInput("MKD297", f"unknown key {key!r}", where=str(path), mend=did_you_mean(key, _KEYS))
    return data


def _plan(
    said: Typed, data: Mapping[str, Any], starts: date | None, where: str, hours: OfficeHours | None
) -> WorkPlan | None:
    anchor = starts or date.min
    weeks, remote = said.weeks, said.remote
    if not weeks and not remote:
        if "plan" in data and "remote" in data:
            raise InvalidInput("MKD297", "a plan is said twice", where=where, mend="keep [plan] or remote")
        if isinstance(data.get("plan"), Mapping):
            return plan_from_data({"anchor": anchor, **data["plan"]}, where=f"{where}: plan")
        if "plan" in data:
            raise InvalidInput("MKD297", "'plan' is no table", where=where, mend="write [plan] with weeks")
        remote = str(data["remote"]) if data.get("remote") else None
    place = said.place or str(data.get("place", "home"))
    return typed.plan(anchor=anchor, weeks=weeks, remote=remote, at=place, hours=hours)


def _targets(said: Typed, data: Mapping[str, Any], where: str) -> tuple[Target, ...] | None:
    if said.targets:
        return typed.targets(said.targets)
    if "targets" not in data:
        return None
    listed = data["targets"]
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise InvalidInput("MKD297", "'targets' are no list of tables", where=where, mend="write [[targets]]")
    return tuple(
        target_from_data({"id": f"t{at}", **each}, where=f"{where}: targets[{at}]")
        for at, each in enumerate(listed, start=1)
    )
