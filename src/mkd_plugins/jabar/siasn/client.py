"""Asks SIASN: two tokens on every request, one more try when one is refused, and a pace that all threads share.

No message holds a service number, a field or a token; a person is named by the last three digits of the number.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, Final

import attrs
import requests
from requests.adapters import HTTPAdapter

from mkd_plugins.api import Permanent, Transient
from mkd_plugins.http.wire import body_of, failures, pause_of, verification
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import PATHS, pick
from mkd_plugins.jabar.siasn.pace import Pace
from mkd_plugins.jabar.siasn.tokens import Issued, Token, issued

GATEWAY_SECONDS: Final = 3_600.0
LOGIN_SECONDS: Final = 43_200.0
"""How long a token is used when its answer does not say: the ages that public clients of SIASN use."""

ATTEMPTS: Final = 3
MOST_BODY: Final = 16_000_000
PAGE: Final = 1_000
_NOT_NOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@attrs.frozen(kw_only=True)
class Answered:
    """What SIASN answered: ``records`` picked, ``None`` where it knows nothing; ``unchanged`` since the given ETag."""

    records: tuple[dict[str, str], ...] | None
    etag: str = ""
    unchanged: bool = False


class Siasn:
    """The web service. Safe to share between threads. Every method raises ``Transient`` or ``Permanent``."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._verify = verification(config.ca_file)
        self._pace = Pace(config.per_second)
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.headers.update({"Accept": "application/json", "User-Agent": f"mkd/{version('mkd')}"})
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=config.connections, pool_block=True))
        self._session = session
        self._gateway = Token(self._ask_gateway)
        self._login = Token(self._ask_login)

    def person(self, resource: str, number: str, etag: str = "") -> Answered:
        """What a resource says of the person with that service number."""
        path = PATHS[resource].format(number=number)
        return self._get(resource, path, {}, etag, where=f"{PATHS[resource].format(number='…' + number[-3:])}")

    def units(self) -> tuple[dict[str, str], ...]:
        """All units of the agency, page by page. A page that repeats what came before ends it, as an empty one does."""
        path = PATHS["ref-unor"]
        found: dict[str, dict[str, str]] = {}
        offset = 0
        while True:
            page = self._get("ref-unor", path, {"limit": str(PAGE), "offset": str(offset)}, "", where=path).records
            fresh = {unit.get("id", ""): unit for unit in page or () if unit.get("id") not in found}
            if not fresh:
                return tuple(found.values())
            found |= fresh
            offset += len(page or ())

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _get(self, resource: str, path: str, query: Mapping[str, str], etag: str, *, where: str) -> Answered:
        where = f"GET {self._config.api}{where}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(resource, path, query, etag, where)
            except Transient as error:
                if attempt == ATTEMPTS:
                    raise
                if error.retry_after is not None:
                    # Who asks to be left alone means all of us.
                    self._pace.pause(error.retry_after)
                else:
                    time.sleep(0.25 * 2**attempt)
        raise AssertionError("unreachable")

    def _once(self, resource: str, path: str, query: Mapping[str, str], etag: str, where: str) -> Answered:
        response, body = self._sent(path, query, etag, where)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response, body = self._sent(path, query, etag, where)
        status = response.status_code
        if status == HTTPStatus.NOT_MODIFIED:
            return Answered(records=None, etag=etag, unchanged=True)
        if status == HTTPStatus.UNAUTHORIZED:
            raise Permanent(
                "SIASN refuses the tokens", code="MKD663", where=where, mend="see the keys and the login with BKN"
            )
        if status in _NOT_NOW or status >= 500:
            said = f"SIASN answered {status}"
            raise Transient(said, code="MKD665", where=where, retry_after=pause_of(response))
        if status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise Permanent(f"SIASN answered {status}", code="MKD664", where=where, mend="see what BKN allows this key")
        return Answered(records=_records(resource, body, status, where), etag=response.headers.get("ETag", ""))

    def _sent(self, path: str, query: Mapping[str, str], etag: str, where: str) -> tuple[requests.Response, bytes]:
        """The response and its body; tokens that it refuses are forgotten."""
        gateway, login = self._gateway.current(), self._login.current()
        headers = {
            "Authorization": f"Bearer {gateway.text.reveal()}",
            "Auth": f"bearer {login.text.reveal()}",
            **({"If-None-Match": etag} if etag else {}),
        }
        self._pace.wait()
        sent = self._session.request
        response, body = self._received(sent, "GET", self._config.api + path, where, params=query, headers=headers)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self._gateway.refused(gateway)
            self._login.refused(login)
        return response, body

    def _received(self, send: Any, method: str, url: str, where: str, **sent: Any) -> tuple[requests.Response, bytes]:
        seconds = self._config.timeout
        until = time.monotonic() + seconds
        with (
            failures(where),
            send(
                method,
                url,
                timeout=(min(10.0, seconds), seconds),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **sent,
            ) as response,
        ):
            return response, body_of(response, MOST_BODY, until, where)

    def _ask_gateway(self) -> Issued:
        config = self._config
        login = b64encode(f"{config.consumer_key}:{config.consumer_secret.reveal()}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        return self._token(config.gateway_tokens, {"grant_type": "client_credentials"}, GATEWAY_SECONDS, headers)

    def _ask_login(self) -> Issued:
        config = self._config
        if config.login_token is not None:
            return Issued(text=config.login_token, until=float("inf"))
        assert config.login_user is not None
        assert config.login_password is not None
        form = {
            "grant_type": "password",
            "client_id": config.login_client,
            "username": config.login_user.reveal(),
            "password": config.login_password.reveal(),
        }
        return self._token(config.login_tokens, form, LOGIN_SECONDS, {})

    def _token(self, url: str, form: Mapping[str, str], otherwise: float, headers: Mapping[str, str]) -> Issued:
        where = f"POST {url}"
        response, body = self._received(self._session.request, "POST", url, where, data=form, headers=headers)
        status = response.status_code
        if status in _NOT_NOW or status >= 500:
            raise Transient(f"the tokens are not given now ({status})", code="MKD665", where=where)
        if status != HTTPStatus.OK:
            raise Permanent(
                f"no token is given ({status})",
                code="MKD662",
                where=where,
                mend="see key, secret, user and password with BKN; a secret may have been revoked",
            )
        return issued(_object(body, where), otherwise, where)


def _records(resource: str, body: bytes, status: int, where: str) -> tuple[dict[str, str], ...] | None:
    """The objects under ``data``, which is an object, a list, or a text where nothing was found."""
    answer = _object(body, where)
    data = next((value for key, value in answer.items() if key.lower() == "data"), None)
    if status == HTTPStatus.NOT_FOUND or isinstance(data, str):
        return None
    if data is None:
        raise Permanent("the answer has no data", code="MKD664", where=where, mend="see whether the API has changed")
    return tuple(pick(resource, record, where) for record in (data if isinstance(data, list) else [data]))


def _object(body: bytes, where: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Permanent(
            "the answer is no JSON object",
            code="MKD664",
            where=where,
            mend="see whether a login page or a proxy answers in SIASN's place",
        )
    return answer
