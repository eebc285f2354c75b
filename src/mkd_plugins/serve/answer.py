"""An answer on its way to the wire, with the headers that every one of them has."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON = "application/json"
_USUAL = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@define(kw_only=True)
class Answer:
    """Status, text and headers. Nobody else's headers are taken over, so that there is nothing to inject."""

    status: int
    text: str = ""
    media_type: str = JSON
    headers: dict[str, str] = field(factory=dict)

    def send(self, environ: WSGIEnvironment, start_response: StartResponse, request_id: str) -> Iterable[bytes]:
        """Hand it to the server; HEAD gets the headers alone."""
        body = self.text.encode("utf-8", "backslashreplace")  # in JSON that is what such a half is written as
        headers = [*_USUAL, *self.headers.items(), ("X-Request-Id", request_id)]
        if self.status != HTTPStatus.NO_CONTENT:
            headers += [("Content-Type", self.media_type), ("Content-Length", str(len(body)))]
        start_response(_LINES[self.status], headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
