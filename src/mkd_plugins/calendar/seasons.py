"""The seasons that ship as data, for every calendar and every policy, with or without python-holidays."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from mkd_core.ports import Season


@cache
def shipped_seasons() -> tuple[Season, ...]:
    """All of them in order; their sources stand in ``seasons.toml``."""
    text = files("mkd_plugins.calendar").joinpath("seasons.toml").read_text(encoding="utf-8")
    seasons = (
        Season(name=entry["name"], first=entry["first"], last=entry["last"], estimated=entry.get("estimated", False))
        for entry in tomllib.loads(text)["seasons"]
    )
    return tuple(sorted(seasons, key=lambda season: season.first))


def ramadan(year: int) -> Season | None:
    """The Ramadan that begins in that Gregorian year, or None for a year that the data does not reach.

    >>> ramadan(2025).first.isoformat()
    '2025-03-01'
    """
    return next((season for season in shipped_seasons() if (season.name, season.first.year) == ("ramadan", year)), None)


def seasons_between(first: date, last: date) -> tuple[Season, ...]:
    """The shipped seasons that touch the two dates, both included, in order."""
    return tuple(season for season in shipped_seasons() if season.first <= last and first <= season.last)


def seasons_on(day: date) -> list[str]:
    """The names of the shipped seasons in which that day lies."""
    return [season.name for season in seasons_between(day, day)]


def years_covered() -> range:
    """The years for which the shipped data knows every season."""
    seasons = shipped_seasons()
    return range(seasons[0].first.year, seasons[-1].first.year + 1)
