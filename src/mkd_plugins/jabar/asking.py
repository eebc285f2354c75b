"""One of the province's systems, asked over HTTP: certificates verified, time and size bounded, redirects refused."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from mkd_plugins.http.wire import NOT_NOW, body_of, failures, pause_of, plain_session, verification, waits

MOST_BODY: Final = 16_000_000


@attrs.frozen(kw_only=True)
class Response:
    """What came back. ``pause`` is for how many seconds the system asks to be left alone."""

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)
    pause: float | None = None

    @property
    def not_now(self) -> bool:
        """Whether the same request may go through later."""
        return self.status in NOT_NOW or self.status >= 500

    def json(self) -> Any:
        """The body as JSON; ``None`` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class System:
    """Speaks to one system. Safe to share between threads.

    Raises ``Transient`` (MKD642) or ``Permanent`` (MKD641, MKD643, MKD648).
    """

    def __init__(self, *, ca_file: Path | None, connections: int = 4) -> None:
        self._verify = verification(ca_file)
        self._session = plain_session(connections)
        self._session.headers["Accept"] = "application/json"

    def ask(self, method: str, url: str, where: str, *, timeout: float, **sent: Any) -> Response:
        """What it answers, whatever the status. ``where`` names the request in errors, without anybody's number."""
        until = time.monotonic() + timeout
        with (
            failures(where),
            self._session.request(
                method,
                url,
                timeout=waits(timeout),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **sent,
            ) as response,
        ):
            return Response(
                status=response.status_code,
                headers=response.headers,
                body=body_of(response, MOST_BODY, until, where),
                pause=pause_of(response),
            )

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()
