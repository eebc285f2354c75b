"""Tokens of people (OpenID Connect): who it is, out of a signature by a key of the provider. The extra ``oidc``."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from threading import Lock
from time import monotonic

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import (
    ExpiredSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    PyJWKClientConnectionError,
    PyJWTError,
)

from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.settings import Oidc

_REST = 5.0
"""Seconds after a failure during which the provider is left alone."""
_SAID: tuple[tuple[type[Exception], str], ...] = (
    (ExpiredSignatureError, "the token has expired"),
    (InvalidAudienceError, "the token is meant for somebody else"),
    (InvalidIssuerError, "another provider issued the token"),
)


class TokenReader:
    """Verifies tokens: signature, algorithm, issuer, audience, time. Threads may share it."""

    def __init__(self, oidc: Oidc, *, clock: Callable[[], float] = monotonic) -> None:
        self._oidc = oidc
        self._clock = clock
        self._rests_until = clock()
        self._asking = Lock()
        # Certificates are verified, redirects not followed, and unknown keys make it ask again once a while alone.
        self._keys = PyJWKClient(
            oidc.jwks,
            lifespan=oidc.keep,
            timeout=oidc.timeout,
            ssl_context=ssl.create_default_context(cafile=oidc.ca_file) if oidc.ca_file else None,
        )

    def person(self, token: str) -> str:
        """What its claim says of who it is. Raises ``HttpProblem``: MKD712, or MKD713 where no key can be had."""
        oidc = self._oidc
        try:
            claims = jwt.decode(
                token,
                self._key(token),
                algorithms=list(oidc.algorithms),
                audience=oidc.audience,
                issuer=oidc.issuer,
                leeway=oidc.leeway,
                options={"require": ["exp", "iss", "aud", oidc.claim]},
            )
        except PyJWTError as error:
            raise _refused(next((said for kind, said in _SAID if isinstance(error, kind)), "")) from None
        person = claims[oidc.claim]
        if not isinstance(person, str) or not person.strip():
            raise _refused(f"its {oidc.claim} is no text")
        return person.strip()

    def _key(self, token: str) -> PyJWK:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise _refused("it names no key")
        if key := self._kept(kid):
            return key
        # One thread asks; those behind it learn that it was in vain, and ask no more.
        with self._asking:
            if self._clock() < self._rests_until:
                raise _unreachable()
            try:
                return self._keys.get_signing_key(kid)
            except (PyJWKClientConnectionError, OSError, ValueError):
                self._rests_until = self._clock() + _REST
                raise _unreachable() from None

    def _kept(self, kid: str) -> PyJWK | None:
        """The key of that name among those that are kept: for these the provider need not be there."""
        cache = self._keys.jwk_set_cache
        if cache is None or cache.get() is None:
            return None
        return self._keys.match_kid(self._keys.get_signing_keys(), kid)


def _refused(said: str) -> HttpProblem:
    return HttpProblem(
        "MKD712",
        said or "the token does not hold",
        status=401,
        headers={"WWW-Authenticate": 'Bearer realm="mkd", error="invalid_token"'},
    )


def _unreachable() -> HttpProblem:
    return HttpProblem("MKD713", "the keys of the provider cannot be had", status=503, headers={"Retry-After": "5"})
