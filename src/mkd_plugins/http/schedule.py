"""Schedule ``http``: where and when somebody works on a date, for the host's roster or time clock."""

from __future__ import annotations

from mkd_core.worktime import clock
from mkd_plugins.api import Declined, Receipt, RosterEntry, Window
from mkd_plugins.http.client import Client
from mkd_plugins.http.config import Config
from mkd_plugins.http.receipts import receipt


class HttpSchedule:
    """The port over HTTP."""

    def __init__(self, config: Config) -> None:
        self._client = Client(config)
        self.ping = self._client.ping
        self.close = self._client.close

    def put(self, entry: RosterEntry) -> Receipt | Declined:
        """Replace what the host knows of that person and date."""
        body = {
            "key": entry.key,
            "person": entry.person,
            "number": entry.number.digits if entry.number else None,
            "on": entry.on.isoformat(),
            "windows": [_window(window) for window in entry.windows],
            "reference": entry.reference,
        }
        return receipt(self._client.post("/schedule/days", body, entry.timeout), entry.key)


def _window(window: Window) -> dict[str, str | int]:
    return {
        "start": clock(window.start),
        "end": clock(window.end),
        "place": window.place.value,
        "break_minutes": window.pause,
    }
