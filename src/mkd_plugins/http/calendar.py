"""Calendar ``http``: the holidays and seasons that the host's own working days count by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mkd_plugins.api import Holiday, Season
from mkd_plugins.http.answers import Answer
from mkd_plugins.http.client import Client
from mkd_plugins.http.config import Config


class HttpCalendar:
    """The port over HTTP. What lies outside of the time asked, or out of order, is refused: deadlines count by it."""

    def __init__(self, config: Config) -> None:
        self._client = Client(config)
        self.ping = self._client.ping
        self.close = self._client.close

    def holidays(self, region: str, first: date, last: date) -> Sequence[Holiday]:
        """The holidays between the two dates, both included."""
        answer = self._client.get("/calendar/holidays", _query(region, first, last))
        answer.only("holidays")
        found: list[Holiday] = []
        for item in answer.objects("holidays"):
            holiday = _holiday(item)
            if not first <= holiday.on <= last:
                raise item.refuse("on", "lies outside of the time that was asked for")
            if found and holiday.on <= found[-1].on:
                raise item.refuse("on", "comes not after the one before it")
            found.append(holiday)
        return found

    def seasons(self, region: str, first: date, last: date) -> Sequence[Season]:
        """The seasons that touch the two dates."""
        answer = self._client.get("/calendar/seasons", _query(region, first, last))
        answer.only("seasons")
        found: list[Season] = []
        for item in answer.objects("seasons"):
            season = _season(item)
            if season.last < season.first:
                raise item.refuse("last", "lies before the first day")
            if season.last < first or last < season.first:
                raise item.refuse("first", "is that of a season outside of the time that was asked for")
            if found and season.first < found[-1].first:
                raise item.refuse("first", "comes before the one of the season before it")
            found.append(season)
        return found


def _query(region: str, first: date, last: date) -> dict[str, str]:
    return {"region": region, "first": first.isoformat(), "last": last.isoformat()}


def _holiday(answer: Answer) -> Holiday:
    answer.only("on", "name", "estimated", "shared_leave")
    names = answer.object("name")
    names.only("id", "en")
    return Holiday(
        on=answer.day("on"),
        name={"id": names.text("id"), "en": names.text("en")},
        estimated=answer.flag("estimated", False),
        shared_leave=answer.flag("shared_leave", False),
    )


def _season(answer: Answer) -> Season:
    answer.only("name", "first", "last", "estimated")
    return Season(
        name=answer.text("name"),
        first=answer.day("first"),
        last=answer.day("last"),
        estimated=answer.flag("estimated", False),
    )
