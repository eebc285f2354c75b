"""The stretches of a period that are decided alike: in one season, under the same dated overlays of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from mkd_core.events import Terms
from mkd_core.people import Unit
from mkd_core.ports import Calendar, Season

if TYPE_CHECKING:
    from mkd_core.policy import Period, Policy

_DAY = timedelta(days=1)
_HORIZON = timedelta(days=366)
"""How far seasons are looked for in an open-ended agreement: every one comes once within it."""


@frozen
class Stretch:
    """What the days of a stretch have in common: the season whose plan holds, and the dated overlays by name.

    Neither on the days outside of any.
    """

    season: str | None = None
    dated: tuple[str, ...] = ()

    def policy(self, policy: Policy, on: date) -> Policy:
        """The policy with the parameters of these days, for a request of that day.

        Dates on record for which the file has no overlay of its own any more count as it has their first day now.
        """
        named = {overlay.name for overlay in policy.overlays}
        dated = {
            found for name in self.dated for found in ((name,) if name in named else policy.dated(_first_day(name)))
        }
        return policy.on(on, () if self.season is None else (self.season,), dated=dated)


def _first_day(dates: str) -> date:
    return date.fromisoformat(dates.partition("/")[0])


def stretches_of(terms: Terms, unit: Unit, calendar: Calendar | None, policy: Policy) -> tuple[Stretch, ...]:
    """The stretches that the period touches, each once: the days outside of any first, the others as they come.

    Seasons of an open-ended agreement are looked for over a year from its start, dated overlays at any time.
    """
    periods = {overlay.name: overlay.period for overlay in policy.overlays if overlay.period is not None}
    first, last = terms.starts, terms.ends or date.max
    a_year = first + min(_HORIZON, date.max - first)
    seasons = calendar.seasons(unit.region, first, terms.ends or a_year) if calendar is not None else ()
    found = [
        Stretch(season, tuple(name for name, period in periods.items() if day in period))
        for day in sorted({first, *(edge for edge in _edges(seasons, periods, last) if first < edge <= last)})
        for season in _names([each for each in seasons if each.first <= day <= each.last])
    ]
    return tuple(dict.fromkeys(sorted(found, key=lambda stretch: stretch != Stretch())))


def _edges(seasons: Iterable[Season], periods: Mapping[str, Period], last: date) -> Iterator[date]:
    """The days on which something else may hold than on the day before."""
    for season in seasons:
        yield season.first
        if season.last < last:
            yield season.last + _DAY
    for period in periods.values():
        yield period.start
        if period.until is not None:
            yield period.until


def _names(seasons: Iterable[Season]) -> list[str | None]:
    return [season.name for season in seasons] or [None]
