"""Asks the host: one connection pool a backend, everything bounded, every failure an answer on purpose.

No message holds anything of a query, a body or an answer, for these are about people; of a problem that
the host describes (RFC 9457) only its ``code`` is told, and only if it is a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from time import monotonic
from typing import Any, Final

import requests
from requests.auth import AuthBase

from mkd_plugins.api import Permanent, Secret, Transient
from mkd_plugins.http.answers import Answer
from mkd_plugins.http.config import Config
from mkd_plugins.http.wire import NOT_NOW, body_of, failures, pause_of, plain_session, verification, waits

_LONGEST_PROBLEM: Final = 65_536
_CODE = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}", re.ASCII)


class Client:
    """Speaks to one host. Safe to share between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._url = config.url.rstrip("/")
        self._verify = verification(config.ca_file)
        self._session = plain_session()
        self._session.auth = _Bearer(config.token)
        self._session.headers["Accept"] = "application/json"

    def get(self, path: str, query: Mapping[str, str], timeout: float | None = None) -> Answer:
        """What the host answers to a question. Raises ``Transient`` or ``Permanent``."""
        return self._ask("GET", path, timeout, params=query)

    def post(self, path: str, body: Mapping[str, Any], timeout: float | None = None) -> Answer:
        """What the host answers to a body. Raises ``Transient`` or ``Permanent``."""
        data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        return self._ask("POST", path, timeout, data=data, headers={"Content-Type": "application/json"})

    def ping(self) -> None:
        """Ask whether the host is there and takes the token."""
        answer = self.get("/health", {})
        answer.only("status")
        answer.one_of("status", ("ok",))

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _ask(self, method: str, path: str, timeout: float | None, **sent: Any) -> Answer:
        seconds = self._config.timeout if timeout is None else timeout
        until = monotonic() + seconds
        where = f"{method} {self._url}{path}"
        with (
            failures(where),
            self._session.request(
                method,
                self._url + path,
                timeout=waits(seconds),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **sent,
            ) as response,
        ):
            _check_status(response, where)
            _check_type(response, where)
            body = body_of(response, self._config.max_body, until, where)
        return Answer.of_json(body, where)


class _Bearer(AuthBase):
    """Puts the token on a request; its text is in no attribute that is shown."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


def _check_status(response: requests.Response, where: str) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    if 300 <= status < 400:
        raise Permanent(
            f"the host redirects ({status}), which is not followed: the token would go elsewhere",
            code="MKD646",
            where=where,
            mend="write the final address in url",
        )
    said = f"the host answered {status}{_told_code(response)}"
    if status in NOT_NOW or status >= 500:
        raise Transient(said, code="MKD642", where=where, retry_after=pause_of(response))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise Permanent(said, code="MKD645", where=where, mend="see the token, on both sides")
    if status >= 400:
        raise Permanent(said, code="MKD644", where=where, mend="see the host's log")
    raise Permanent(f"the host answered {status}, not 200", code="MKD647", where=where, mend="mend the host")


def _check_type(response: requests.Response, where: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Permanent(
            "the answer does not call itself application/json",
            code="MKD647",
            where=where,
            mend="see whether a login page or a proxy answers in the host's place",
        )
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Permanent("the answer is compressed, which was not asked for", code="MKD647", where=where)


def _told_code(response: requests.Response) -> str:
    """The code of a problem that the host describes, in brackets: a word alone, since digits may be somebody's."""
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return ""
    try:
        problem = json.loads(next(response.iter_content(_LONGEST_PROBLEM), b""))
    except (ValueError, RecursionError, requests.RequestException):
        return ""
    code = problem.get("code") if isinstance(problem, dict) else None
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
