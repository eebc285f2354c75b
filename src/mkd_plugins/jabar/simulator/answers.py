"""What is asked and what is answered, and how each system says that it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs
from werkzeug.wrappers import Request

from mkd_plugins.jabar.contract import Endpoint

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@attrs.frozen(kw_only=True)
class Asked:
    """A request: to which path of the contract, with the parts of the path, when, and what goes wrong with it."""

    request: Request
    endpoint: Endpoint
    values: Mapping[str, str]
    at: datetime
    faults: frozenset[str] = frozenset()

    def bearer(self, header: str = "Authorization") -> str:
        """The token in that header; empty where there is none."""
        scheme, _, text = self.request.headers.get(header, "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str]:
        """Name and secret of a Basic login; empty where there is none that can be read."""
        try:
            given = self.request.authorization
        except ValueError:  # Werkzeug lets what is not ASCII through to base64
            given = None
        return (given.username or "", given.password or "") if given and given.type == "basic" else ("", "")


@attrs.frozen(kw_only=True)
class Answer:
    """``body`` is a JSON value, or text of another ``media`` type."""

    body: Any
    status: int = 200
    media: str = JSON
    headers: Mapping[str, str] = attrs.Factory(dict)


Handler = Callable[[Asked], Answer]
Routes = Mapping[tuple[str, str], Handler]
"""The handlers of a system by method and path of the contract."""


def refusal(system: str, status: int, message: str, *, at: Asked | None = None) -> Answer:
    """A refusal in the envelope of that system."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Answer(status=status, body=_ENVELOPES[system](status, message, at), headers=headers)


def _sso(status: int, message: str, _: Asked | None) -> Any:
    return {"error": message, "error_description": f"status {status}"}


def _siasn(_: int, message: str, __: Asked | None) -> Any:
    return {"Error": message, "Message": message}


def _digiteam(status: int, message: str, at: Asked | None) -> Any:
    if status >= 500:
        asked = at.request if at else None
        moment = at.at.strftime("%Y-%m-%d %H:%M:%S") if at else ""
        where = {"path": asked.path if asked else "", "method": asked.method if asked else ""}
        return {"statusCode": status, "error": message, **where, "timeStamp": moment}
    names = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 422: "Unprocessable Entity"}
    named = {"error": names[status]} if status in names else {}  # a bare 401 has no name
    return {"statusCode": status, "message": message, **named}


def _siap(_: int, message: str, __: Asked | None) -> Any:
    return {"succes": False, "message": message, "data": None}


def _notify(_: int, message: str, __: Asked | None) -> Any:
    return {"message": message}


_ENVELOPES: Mapping[str, Callable[[int, str, Asked | None], Any]] = {
    "sso": _sso,
    "siasn": _siasn,
    "digiteam": _digiteam,
    "siap": _siap,
    "jabarnotify": _notify,
}
