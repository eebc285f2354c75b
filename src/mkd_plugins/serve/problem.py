"""What goes wrong, as problem details (RFC 9457) with the codes of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mkd_core.errors import BackendError, CommandRefused, InvalidInput, JournalError, MkdError, NotAllowed, NotFound
from mkd_plugins.mends import catalogue

MEDIA_TYPE = "application/problem+json"
UNEXPECTED = "MKD299"
_STATUSES = {"MKD325": 404, "MKD612": 422}
"""Codes whose status is another than that of their kind: an unknown policy, and a day that no calendar reaches."""


class HttpProblem(MkdError):
    """A request that cannot be taken as it is; ``status`` and ``headers`` are those of the answer."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int,
        where: str = "",
        mend: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message, where=where, mend=mend)
        self.status = status
        self.headers = dict(headers or {})


def status_of(error: MkdError) -> int:
    """The status that an error is answered with."""
    if isinstance(error, HttpProblem):
        return error.status
    if error.code in _STATUSES:
        return _STATUSES[error.code]
    kinds: tuple[tuple[type[MkdError], int], ...] = (
        (NotFound, 404),
        (InvalidInput, 422),
        (NotAllowed, 403),
        (CommandRefused, 409),
        (JournalError, 503),
        (BackendError, 502),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def details(error: Exception, *, language: str, request_id: str) -> tuple[int, str]:
    """Status and body. Of an error that nobody foresaw nothing is told: its text may be private."""
    if not isinstance(error, MkdError):
        error = MkdError(UNEXPECTED, "an unexpected error, which is a bug", mend="report it with its request_id")
    entry = catalogue().get(error.code, {})
    status = status_of(error)
    told: dict[str, Any] = {
        "type": f"/errors/{error.code}",
        "title": entry.get("title", {}).get(language, error.code),
        "status": status,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id,
    }
    if error.where:
        told["where"] = error.where
    if mend := error.mend or entry.get("mend", ""):
        told["mend"] = mend
    return status, json.dumps(told, ensure_ascii=False)
