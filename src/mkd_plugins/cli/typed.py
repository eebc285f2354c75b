"""What people type for weeks and targets, read into values.

A week is ``DAYS:WINDOWS`` joined by semicolons: ``mon-thu:07:30-16:00 office 60; fri:07:30-16:30 home 90``, break in
minutes; a day not named is off. A target is parts joined by semicolons, told apart by how they begin::

    output; policy briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs; weight 60

The first part is ``output`` or ``outcome``, with an id before it if wanted (``brief=output``); the words that begin
like no other part are the indicator. ``>=``, ``<=`` stand for at_least and at_most; a band is ``within 30 +- 5 days``.
Parts may be left out: such a target is not measurable, and the policy says whether that will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.targets import Target, target_from_data
from mkd_core.worktime import OfficeHours, Week, WorkPlan
from mkd_plugins.forms.days import remote_plan, weekdays

_VALUE = re.compile(
    r"(?P<direction>at_least|at_most|within|>=|<=)\s*(?P<value>-?[\d.]+)(?:\s*(?:\+-|±)\s*(?P<margin>[\d.]+))?"
    r"(?:\s+(?P<unit>.+))?",
    re.ASCII,
)
_KIND = re.compile(r"(?:(?P<id>[\w-]+)\s*=\s*)?(?P<kind>[a-z]+)", re.ASCII)
_SIGNS = {">=": "at_least", "<=": "at_most"}
_WORDS = ("at_least", "at_most", "within", "by", "evidence", "weight")
"""With which a part begins that is not the indicator."""


def week(text: str, *, where: str = "--week") -> Week:
    """The week that was typed."""
    days: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        names, colon, windows = part.partition(":")
        if not colon:
            raise InvalidInput(
                "MKD294", f"{part!r} is no day", where=where, mend='write "mon-thu:07:30-16:00 office 60"'
            )
        for name in weekdays(names, where=where):
            if name in days:
                raise InvalidInput("MKD294", f"{name} is said twice", where=where, mend="join windows with a comma")
            days[name] = windows.strip()
    return Week.parse(days, where=f"{where} ")


def plan(
    *, anchor: date, weeks: Sequence[str], remote: str | None, at: str, hours: OfficeHours | None
) -> WorkPlan | None:
    """The plan that was typed: weeks one after the other, or the standard week with some days elsewhere; None if none.

    The standard week brings its seasons along, so that the same days are remote in Ramadan, at Ramadan's hours.
    """
    if weeks and remote:
        raise InvalidInput("MKD294", "a plan is said twice", where="--remote", mend="give --week or --remote")
    if weeks:
        return WorkPlan(anchor=anchor, weeks=tuple(week(text) for text in weeks))
    if not remote:
        return None
    return remote_plan(anchor=anchor, remote=remote, at=at, hours=hours, where="--remote", place_at="--place")


def targets(texts: Iterable[str]) -> tuple[Target, ...]:
    """The targets that were typed; one without an id is called t1, t2 and so on by its place."""
    return tuple(_target(text, at) for at, text in enumerate(texts, start=1))


def _target(text: str, at: int) -> Target:
    first, *others = (part.strip() for part in text.split(";"))
    where = f"--target {at}"
    kind = _KIND.fullmatch(first)
    if kind is None:
        raise InvalidInput(
            "MKD295", f"{first!r} is no kind of target", where=where, mend="begin with output or outcome"
        )
    data: dict[str, Any] = {"id": kind["id"] or f"t{at}", "kind": kind["kind"]}
    for part in filter(None, others):
        for name, value in _part(part).items():
            if name in data:
                mend = _meant(part) or "join parts of one kind"
                raise InvalidInput("MKD295", f"the {name} is said twice", where=where, mend=mend)
            data[name] = value
    return target_from_data(data, where=where)


def _meant(part: str) -> str:
    """The word that a part seems to begin with, as a hint; a part that begins with none is taken for the indicator."""
    hint = did_you_mean(part.partition(" ")[0].rstrip(":"), _WORDS)
    return hint if hint.startswith("did you mean") else ""


def _part(part: str) -> Mapping[str, str]:
    value = _VALUE.fullmatch(part)
    if value is not None:
        found = {"direction": _SIGNS.get(value["direction"], value["direction"]), "value": value["value"]}
        return {**found, **{name: value[name] for name in ("margin", "unit") if value[name]}}
    word, _, rest = part.partition(" ")
    match word.rstrip(":"):
        case "by":
            return {"due": rest.strip()}
        case "evidence":
            return {"evidence": rest.strip()}
        case "weight":
            return {"weight": rest.strip()}
    return {"indicator": part}
