"""The table ``[attendance.kmob]``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from mkd_plugins.api import InvalidInput, Secret
from mkd_plugins.http.config import unusable

URL: Final = "https://siap.jabarprov.go.id/integrasi/api/v1"


def _address(_: object, attribute: attrs.Attribute[str], url: str) -> None:
    if problem := unusable(url):
        raise InvalidInput("MKD673", f"{attribute.name}: {problem}", mend="ask BKD for the address of the export")


@attrs.frozen(kw_only=True)
class Config:
    """Check-ins from the presence that K-Mob exports; the path and its fields were observed and are documented nowhere.

    ``user``, ``password``  the account of the agency.
    ``keep``  seconds for which a day's export is used again: it lists everybody, so one request answers for all.
    """

    user: str
    password: Secret
    url: str = attrs.field(default=URL, validator=_address)
    ca_file: Path | None = None
    timeout: float = attrs.field(default=30.0, validator=[attrs.validators.gt(0), attrs.validators.le(600)])
    keep: float = attrs.field(default=900.0, validator=attrs.validators.ge(0))
