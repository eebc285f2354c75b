"""Asks SIASN: two tokens on every request, one more try when one is refused, and a pace that all threads share.

No message holds a service number, a field or a token; a person is named by the last three digits of the number.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import attrs

from mkd_plugins.api import Permanent, Transient
from mkd_plugins.jabar.asking import Response, System
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import PATHS, pick
from mkd_plugins.jabar.siasn.pace import Pace
from mkd_plugins.jabar.tokens import Issued, Token, asked

GATEWAY_SECONDS: Final = 3_600.0
LOGIN_SECONDS: Final = 43_200.0
"""How long a token is used when its answer does not say: the ages that public clients of SIASN use."""

ATTEMPTS: Final = 3
PAGE: Final = 1_000
MOST_PAGES: Final = 1_000
"""Where a list has more pages it is taken for endless."""


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
        self._system = System(ca_file=config.ca_file, connections=config.connections)
        self._pace = Pace(config.per_second)
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
        for _ in range(MOST_PAGES):
            page = self._get("ref-unor", path, {"limit": str(PAGE), "offset": str(offset)}, "", where=path).records
            fresh = {unit.get("id", ""): unit for unit in page or () if unit.get("id") not in found}
            if not fresh:
                return tuple(found.values())
            found |= fresh
            offset += len(page or ())
        raise Permanent("the units have no end", code="MKD664", where=path, mend="see whether the API has changed")

    def close(self) -> None:
        """Let the connections go."""
        self._system.close()

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
        response = self._sent(path, query, etag, where)
        if response.status == HTTPStatus.UNAUTHORIZED:
            response = self._sent(path, query, etag, where)
        if response.status == HTTPStatus.NOT_MODIFIED:
            return Answered(records=None, etag=etag, unchanged=True)
        if response.status == HTTPStatus.UNAUTHORIZED:
            raise Permanent(
                "SIASN refuses the tokens", code="MKD663", where=where, mend="see the keys and the login with BKN"
            )
        if response.not_now:
            said = f"SIASN answered {response.status}"
            raise Transient(said, code="MKD665", where=where, retry_after=response.pause)
        if response.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            said = f"SIASN answered {response.status}"
            raise Permanent(said, code="MKD664", where=where, mend="see what BKN allows this key")
        return Answered(records=_records(resource, response, where), etag=response.headers.get("ETag", ""))

    def _sent(self, path: str, query: Mapping[str, str], etag: str, where: str) -> Response:
        """The response; tokens that it refuses are forgotten."""
        gateway, login = self._gateway.current(), self._login.current()
        headers = {
            "Authorization": f"Bearer {gateway.text.reveal()}",
            "Auth": f"bearer {login.text.reveal()}",
            **({"If-None-Match": etag} if etag else {}),
        }
        self._pace.wait()
        url, timeout = self._config.api + path, self._config.timeout
        response = self._system.ask("GET", url, where, timeout=timeout, params=query, headers=headers)
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._gateway.refused(gateway)
            self._login.refused(login)
        return response

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
        return asked(self._system, url, form, otherwise, headers=headers, timeout=self._config.timeout)


def _records(resource: str, response: Response, where: str) -> tuple[dict[str, str], ...] | None:
    """The objects under ``data``, which is an object, a list, or a text where nothing was found."""
    answer = response.json()
    if not isinstance(answer, dict):
        raise Permanent(
            "the answer is no JSON object",
            code="MKD664",
            where=where,
            mend="see whether a login page or a proxy answers in SIASN's place",
        )
    data = next((value for key, value in answer.items() if key.lower() == "data"), None)
    if response.status == HTTPStatus.NOT_FOUND or isinstance(data, str):
        return None
    if data is None:
        raise Permanent("the answer has no data", code="MKD664", where=where, mend="see whether the API has changed")
    return tuple(pick(resource, record, where) for record in (data if isinstance(data, list) else [data]))
