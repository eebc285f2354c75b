"""The port over K-Mob's daily export: when somebody came and went, and neither where nor how late.

An hour of ``00:00:00`` is none: the person has not left yet. Names, units and lateness stand in the export as well, and
are not looked at.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from datetime import time as clock
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from mkd_core.people import WIB
from mkd_plugins.api import CheckIn, Permanent, ServiceNumber, Transient
from mkd_plugins.jabar.asking import Response, System
from mkd_plugins.jabar.kmob.config import Config

_KINDS: Final[Mapping[str, str]] = {"masuk": "check_in", "pulang": "check_out"}
_NONE_YET: Final = "00:00:00"
_HOUR: Final = re.compile(r"\d\d:\d\d:\d\d", re.ASCII)
_NIGHT: Final = range(5)
"""The hours at which hardly anybody comes; of how many people at least that is asked."""
_MANY: Final = 10
_CHANGED: Final = "see whether the export has changed"


@attrs.frozen
class _Day:
    """The check-ins of a day by service number; ``doubted`` are numbers whose rows differ."""

    seen: Mapping[str, tuple[CheckIn, ...]]
    doubted: frozenset[str]
    where: str


class KMobAttendance:
    """The port over the export. Safe to share between threads. Raises ``Transient`` or ``Permanent``."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._system = System(ca_file=config.ca_file)
        self._zone = ZoneInfo(config.zone)
        self._lock = threading.Lock()
        self._days: dict[date, tuple[float, _Day]] = {}

    def check_ins(self, person: str, number: ServiceNumber | None, on: date) -> Sequence[CheckIn]:
        """See :class:`mkd_plugins.api.Attendance`. Somebody without a service number has none."""
        if number is None:
            raise Permanent("the person has no service number to be found by", code="MKD674", where="K-Mob")
        day = self._presence(on)
        if number.digits in day.doubted:
            raise Permanent(
                "two rows of the export have the person's number and different hours",
                code="MKD674",
                where=day.where,
                mend="ask BKD whose number is wrong",
            )
        return day.seen.get(number.digits, ())

    def close(self) -> None:
        """Let the connections go."""
        self._system.close()

    def _presence(self, on: date) -> _Day:
        with self._lock:
            until, kept = self._days.get(on, (0.0, None))
            if kept is None or time.monotonic() >= until:
                kept = self._asked(on)
                self._days = {day: each for day, each in self._days.items() if each[0] > time.monotonic()}
                self._days[on] = (time.monotonic() + self._config.keep, kept)
            return kept

    def _asked(self, on: date) -> _Day:
        url = f"{self._config.url}/kmob/presensi-harian"
        where = f"GET {url}?tanggal={on}"
        login = (self._config.user, self._config.password.reveal())
        query = {"tanggal": on.isoformat()}
        response = self._system.ask("GET", url, where, timeout=self._config.timeout, params=query, auth=login)
        if response.not_now:
            said = f"K-Mob answered {response.status}"
            raise Transient(said, code="MKD674", where=where, retry_after=response.pause)
        if response.status != 200:
            raise Permanent(
                f"K-Mob answered {response.status}",
                code="MKD674",
                where=where,
                mend="see the agency's account with BKD",
            )
        found: dict[str, tuple[CheckIn, ...]] = {}
        doubted: set[str] = set()
        for row in _rows(response, where):
            number, seen = _number(row, where), _check_ins(row, on, self._zone, where)
            if found.setdefault(number, seen) != seen:
                doubted.add(number)
        _need_daylight(found.values(), where)
        return _Day(found, frozenset(doubted), where)


def _need_daylight(people: Iterable[tuple[CheckIn, ...]], where: str) -> None:
    """Refuse a day on which most people come at night: the clock is in another zone, and every hour would be wrong."""
    arrivals = [each.at.hour for found in people for each in found if each.kind == "check_in"]
    if len(arrivals) >= _MANY and 2 * sum(hour in _NIGHT for hour in arrivals) > len(arrivals):
        raise Permanent(
            "most people of the export come at night, as if its clock were in another zone",
            code="MKD674",
            where=where,
            mend='set zone to that of the export, such as "UTC"',
        )


def _rows(response: Response, where: str) -> list[dict[str, Any]]:
    rows = response.json()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Permanent("the export is no list of objects", code="MKD674", where=where, mend=_CHANGED)
    if not rows:
        raise Transient(
            "the export has nobody on that day", code="MKD674", where=where, mend="ask again when it is filled"
        )
    return rows


def _number(row: Mapping[str, Any], where: str) -> str:
    number = str(row.get("nip", "")).replace(" ", "")
    if not (len(number) == 18 and number.isascii() and number.isdigit()):
        raise Permanent("a row of the export has no service number", code="MKD674", where=where, mend=_CHANGED)
    return number


def _check_ins(row: Mapping[str, Any], on: date, zone: tzinfo, where: str) -> tuple[CheckIn, ...]:
    found = []
    for field, kind in _KINDS.items():
        text = row.get(field)
        if text in (None, "", _NONE_YET):
            continue
        try:
            hour = clock.fromisoformat(str(text) if _HOUR.fullmatch(str(text)) else "")
        except ValueError:
            raise Permanent(
                f"{field} is no hour of the form HH:MM:SS",
                code="MKD674",
                where=where,
                mend=_CHANGED,
            ) from None
        # The day is that of the province, whatever the zone of its hours.
        local = datetime.combine(on, hour, tzinfo=zone).astimezone(WIB).time()
        found.append(CheckIn(at=datetime.combine(on, local, tzinfo=WIB), kind=kind))
    return tuple(sorted(found, key=lambda one: one.at))
