"""The table ``[attendance.kmob]``."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from mkd_plugins.api import InvalidInput, Secret
from mkd_plugins.http.config import address

URL: Final = "https://siap.jabarprov.go.id/integrasi/api/v1"

_address = address("MKD673", "ask BKD for the address of the export")


def _zone(_: object, __: attrs.Attribute[str], name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("MKD673", f"there is no zone {name!r}", mend='write one such as "Asia/Jakarta"') from None


@attrs.frozen(kw_only=True)
class Config:
    """Check-ins from the presence that K-Mob exports; the path and its fields were observed and are documented nowhere.

    ``user``, ``password``  the account of the agency.
    ``zone``  of the hours in the export, such as ``"UTC"``; where most people seem to come at night it is refused.
    ``keep``  seconds for which a day's export is used again: it lists everybody, so one request answers for all.
    """

    user: str
    password: Secret
    url: str = attrs.field(default=URL, validator=_address)
    zone: str = attrs.field(default="Asia/Jakarta", validator=_zone)
    ca_file: Path | None = None
    timeout: float = attrs.field(default=30.0, validator=[attrs.validators.gt(0), attrs.validators.le(600)])
    keep: float = attrs.field(default=900.0, validator=attrs.validators.ge(0))
