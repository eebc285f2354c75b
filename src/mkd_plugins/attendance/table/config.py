"""What ``[attendance.table]`` says: where the check-ins are, and which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.people import INDONESIAN_ZONES
from mkd_plugins.tables.source import TableSource

FIELDS = ("person", "number", "at", "kind")
"""The fields that may have a column. Where somebody checked in is not among them: nothing asks for it."""


@attrs.frozen(kw_only=True)
class Config(TableSource):
    """``[attendance.table]``: check-ins, one a row, in a CSV file (``path``) or from a SELECT (``url`` and ``select``).

    ``select``     is run for one person and day; it may name both, as ``:person`` (key or number) and ``:on`` (a date).
    ``columns``    our field → their column: ``person`` (the key that identity gives the person) or ``number`` (the
                   service number), ``at`` (the moment) and, if there is one, ``kind``.
    ``at_format``  the moment as for ``strptime``, such as ``"%d/%m/%Y %H:%M"``; ISO when left out.
    ``zone``       of the place of work, ``WIB``, ``WITA``, ``WIT`` or one such as ``"Asia/Singapore"``: that of a
                   moment that says none, and the one whose days count.
    ``password``   of the database user; a password does not belong into ``url``.
    """

    columns: Mapping[str, str] = attrs.field(factory=lambda: {"person": "person", "at": "at"})
    at_format: str = ""
    zone: str = "WIB"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        for field in self.columns:
            if field not in FIELDS:
                raise InvalidInput(
                    "MKD654", f"{field!r} is no field of a check-in", where="columns", mend=did_you_mean(field, FIELDS)
                )
        if not self.columns.get("at"):
            raise InvalidInput("MKD654", "no column is named for at", where="columns")
        if bool(self.columns.get("person")) == bool(self.columns.get("number")):
            raise InvalidInput(
                "MKD654", "people are found by person or by number, and not by both", where="columns", mend="name one"
            )
        self.timezone  # noqa: B018 - a zone that there is not is said before anything is read

    @property
    def who(self) -> str:
        """The field that people are found by."""
        return "person" if self.columns.get("person") else "number"

    @property
    def timezone(self) -> tzinfo:
        """The zone. Raises ``InvalidInput``."""
        try:
            return INDONESIAN_ZONES.get(self.zone) or ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                "MKD654", f"there is no zone {self.zone!r}", where="zone", mend="write WIB, WITA or WIT"
            ) from None
