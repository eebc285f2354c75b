"""Asks the host: one connection pool a backend, everything bounded, every failure an answer on purpose.

Only a connection that was never made is tried a second time within a call; all else is for the outbox, which knows how
long to wait. No message holds anything of a query, a body or an answer, for these are about people; of a problem that
the host describes (RFC 9457) only its ``code`` is told, and only if it is a word.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from time import monotonic
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from mkd_plugins.api import BackendError, Permanent, Secret, Transient
from mkd_plugins.http.answers import Answer
from mkd_plugins.http.config import Config

CHUNK: Final = 16_384
LONGEST_PAUSE: Final = 86_400.0
"""Seconds that a host may ask for at most: what it says by mistake must not silence it for a year."""

_LONGEST_PROBLEM: Final = 65_536
_CODE = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}", re.ASCII)
_NOT_NOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class Client:
    """Speaks to one host. Safe to share between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._url = config.url.rstrip("/")
        self._verify: bool | str = True if config.ca_file is None else str(config.ca_file)
        if config.ca_file is not None:
            _check_authority(self._verify)
        session = requests.Session()
        # Neither proxies nor logins of the environment: a .netrc would take the place of the token.
        session.trust_env = False
        session.auth = _Bearer(config.token)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.headers.update(
            {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"mkd/{version('mkd')}"}
        )
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=1))
        self._session = session

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
        # Two attempts at a connection and the wait for an answer are together no longer than what there is.
        connecting = min(5.0, seconds / 4)
        waits = (connecting, max(seconds - 2 * connecting, 0.001))
        where = f"{method} {self._url}{path}"
        with (
            _failures(where),
            self._session.request(
                method,
                self._url + path,
                timeout=waits,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **sent,
            ) as response,
        ):
            _check_status(response, where)
            _check_type(response, where)
            body = _body(response, self._config.max_body, until, where)
        return Answer.of_json(body, where)


class _Bearer(AuthBase):
    """Puts the token on a request; its text is in no attribute that is shown."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


def _check_authority(file: str | bool) -> None:
    try:
        ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise Permanent(
            f"the file of the certificate authority cannot be used ({type(error).__name__})",
            code="MKD641",
            where=str(file),
        ) from None


@contextmanager
def _failures(where: str) -> Iterator[None]:
    """What can go wrong on the way, as an answer that shows nothing of what was on it."""
    try:
        yield
    except BackendError:
        raise
    except requests.exceptions.SSLError as error:
        if reason := _distrust(error):
            raise Permanent(
                f"the host's certificate is not trusted: {reason}",
                code="MKD643",
                where=where,
                mend="name its authority in ca_file; verification is never switched off",
            ) from None
        raise Transient("the host does not speak TLS as expected", code="MKD642", where=where) from None
    except (requests.exceptions.Timeout, TimeoutError):
        raise Transient("no answer in time", code="MKD642", where=where) from None
    except (requests.RequestException, OSError) as error:
        said = "no answer in time" if "timed out" in str(error).lower() else f"no answer ({type(error).__name__})"
        raise Transient(said, code="MKD642", where=where) from None


def _distrust(error: BaseException | None) -> str:
    """Why a certificate was refused, dug out of what wraps it; empty where it was not."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        inner = [getattr(error, "reason", None), error.__cause__, error.__context__, *error.args]
        error = next((one for one in inner if isinstance(one, BaseException) and id(one) not in seen), None)
    return ""


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
    if status in _NOT_NOW or status >= 500:
        raise Transient(said, code="MKD642", where=where, retry_after=_pause(response))
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


def _body(response: requests.Response, most: int, until: float, where: str) -> bytes:
    """The body, unless it is too large, comes too late or is cut off."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > most:
            raise Permanent(
                f"the answer has more than {most} bytes",
                code="MKD648",
                where=where,
                mend="the host answers in smaller pages; or raise max_body",
            )
        if monotonic() > until:
            raise Transient("no answer in time", code="MKD642", where=where)
    told = response.headers.get("Content-Length", "")
    if told.isdigit() and len(body) < int(told):
        raise Transient("the answer was cut off", code="MKD642", where=where)
    return bytes(body)


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


def _pause(response: requests.Response) -> float | None:
    """The seconds that ``Retry-After`` says, as a number or as a date, up to a day."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(said)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_PAUSE)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
