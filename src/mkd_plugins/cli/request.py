"""A request as a file, TOML or JSON, for what is too long to type; see :mod:`mkd_plugins.forms.request`.

What is said on the command line beats the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from mkd_core.errors import InvalidInput
from mkd_core.toml import toml_tables
from mkd_core.usecases.agreements import terms_of
from mkd_core.worktime import OfficeHours, WorkPlan
from mkd_plugins.cli import typed
from mkd_plugins.forms import request as forms
from mkd_plugins.forms.request import Request
from mkd_plugins.population.template import Template


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


def needed(request: Request) -> tuple[WorkPlan, date]:
    """The plan and its first day. Raises ``InvalidInput`` when either was not said."""
    if request.starts is None:
        raise InvalidInput("MKD296", "the first day is not said", where="--from", mend="add --from YYYY-MM-DD")
    if request.plan is None:
        raise InvalidInput(
            "MKD296", "the days are not said", where="--remote", mend="add --remote wed,thu, or --week, or --file"
        )
    return request.plan, request.starts


def read(said: Typed, file: str | None, *, hours: OfficeHours | None, starts: date | None = None) -> Request:
    """The request; ``starts`` is its first day when nobody says one."""
    data = _load(Path(file)) if file else {}
    without_days = {key: value for key, value in data.items() if key not in ("plan", "remote")}
    request = forms.read(
        without_days if said.weeks or said.remote else data,
        where=file or "",
        hours=hours,
        starts=said.starts,
        otherwise=starts,
        place=said.place,
    )
    return evolve(
        request,
        ends=said.ends or request.ends,
        review=said.review or request.review,
        plan=_typed_plan(said, data, request, hours) or request.plan,
        targets=typed.targets(said.targets) if said.targets else request.targets,
        outside_region=said.outside_region or request.outside_region,
        **{name: getattr(said, name) or getattr(request, name) for name in forms.TEXTS},
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
        data = json.loads(text) if path.suffix == ".json" else toml_tables(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput("MKD297", f"cannot be read: {reason}", where=str(path), mend="check the path") from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise InvalidInput("MKD297", f"is not {kind}: {error}", where=str(path)) from None
    if not isinstance(data, dict):
        raise InvalidInput("MKD297", "is no table of a request", where=str(path))
    forms.check_keys(data, where=str(path))
    return data


def _typed_plan(said: Typed, data: Mapping[str, Any], request: Request, hours: OfficeHours | None) -> WorkPlan | None:
    if not said.weeks and not said.remote:
        return None
    place = said.place or str(data.get("place", "home"))
    anchor = request.starts or date.min
    return typed.plan(anchor=anchor, weeks=said.weeks, remote=said.remote, at=place, hours=hours)
