"""Office hours from TOML, and those of the Indonesian civil service that ship as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.toml import NotToml, toml_tables
from mkd_core.worktime import WEEKDAYS, OfficeHours, Week, minutes

_KEYS = ("source", "read", "standard", "seasons", "core")
_CORE_KEYS = ("source", "read", "days", "between")


@cache
def office_hours() -> OfficeHours:
    """The hours of Perpres 21/2023, with the week of Ramadan; the core hours are ours (see ``hours.toml``)."""
    text = files("mkd_plugins.calendar").joinpath("hours.toml").read_text(encoding="utf-8")
    return office_hours_from_toml(text, where="hours.toml")


def office_hours_from_toml(text: str, *, where: str) -> OfficeHours:
    """The office hours that a text in the form of the shipped ``hours.toml`` sets; ``where`` names it in errors.

    An agency sets the details of its hours itself, so a deployment may have its own file. Raises ``InvalidInput``.
    """
    try:
        data = toml_tables(text)
    except NotToml as error:
        raise InvalidInput("MKD281", f"not TOML: {error}", where=where) from error
    _refuse_unknown(data, _KEYS, where)
    for key in ("source", "standard"):
        if key not in data:
            raise InvalidInput("MKD281", f"{key!r} is missing", where=where)
    return OfficeHours(
        source=str(data["source"]),
        standard=Week.parse(_table(data["standard"], f"{where}: standard"), where=f"{where}: standard."),
        seasons={
            name: Week.parse(_table(week, f"{where}: seasons.{name}"), where=f"{where}: seasons.{name}.")
            for name, week in _table(data.get("seasons", {}), f"{where}: seasons").items()
        },
        core=_core(_table(data.get("core", {}), f"{where}: core"), f"{where}: core"),
    )


def _core(data: Mapping[str, Any], where: str) -> tuple[tuple[int, int] | None, ...]:
    if not data:
        return (None,) * 7
    _refuse_unknown(data, _CORE_KEYS, where)
    between = data.get("between")
    if not (isinstance(between, list) and len(between) == 2):
        raise InvalidInput("MKD281", "'between' is a list of two times", where=where, mend='write ["09:00", "15:00"]')
    start, end = (minutes(str(time), where=f"{where}.between") for time in between)
    if not start < end:
        raise InvalidInput("MKD281", "core hours end after they start", where=f"{where}.between")
    days = data.get("days", [])
    for day in days:
        if day not in WEEKDAYS:
            raise InvalidInput(
                "MKD281", f"{day!r} is no weekday", where=f"{where}.days", mend=did_you_mean(str(day), WEEKDAYS)
            )
    return tuple((start, end) if day in days else None for day in WEEKDAYS)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput("MKD281", "must be a table", where=where)
    return value


def _refuse_unknown(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in data:
        if key not in known:
            raise InvalidInput("MKD281", f"unknown key {key!r}", where=where, mend=did_you_mean(key, known))
