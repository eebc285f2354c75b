"""What ``[attendance.table]`` says: where the check-ins are, and which column is which."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.tables.source import TableSource

FIELDS = ("person", "at", "kind")
"""The fields that may have a column. Where somebody checked in is not among them: nothing asks for it."""


@attrs.frozen(kw_only=True)
class Config(TableSource):
    """``[attendance.table]``: check-ins, one a row, in a CSV file (``path``) or from a SELECT (``url`` and ``select``).

    ``select``     is run for one person and day; it may name both, as ``:person`` and ``:on`` (a date).
    ``columns``    our field → their column: ``person`` (the key that identity gives the person), ``at`` (the moment)
                   and, if there is one, ``kind``.
    ``at_format``  the moment as for ``strptime``, such as ``"%d/%m/%Y %H:%M"``; ISO when left out.
    ``zone``       of the place of work, such as ``"Asia/Makassar"``: a moment that says no zone is one of this one,
                   and a day is a day here.
    ``password``   of the database user; a password does not belong into ``url``.
    ``max_age``    is of no account here.
    """

    columns: Mapping[str, str] = attrs.field(factory=lambda: {"person": "person", "at": "at"})
    at_format: str = ""
    zone: str = "Asia/Jakarta"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        for field in self.columns:
            if field not in FIELDS:
                raise InvalidInput(
                    "MKD654", f"{field!r} is no field of a check-in", where="columns", mend=did_you_mean(field, FIELDS)
                )
        for field in ("person", "at"):
            if not self.columns.get(field):
                raise InvalidInput("MKD654", f"no column is named for {field}", where="columns")
        self.timezone  # noqa: B018 - a zone that there is not is said before anything is read

    @property
    def timezone(self) -> ZoneInfo:
        """The zone. Raises ``InvalidInput``."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                "MKD654", f"there is no zone {self.zone!r}", where="zone", mend='write one such as "Asia/Jayapura"'
            ) from None
