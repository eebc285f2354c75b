"""Who asks, as whom, and what for.

A *host system* has a token of its own, good for some scopes. It acts as people where ``[roles."token:NAME"]`` lets it,
and names them in the header ``Mkd-Acting-Person``; where that names a unit, it neither sees nor changes what lies
outside of it. A *person* comes with a token of the identity provider (``[serve.oidc]``) and acts as themselves alone.
What they may see says :mod:`mkd_plugins.serve.sight`, and what they may do the service, whoever asks.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from werkzeug.wrappers import Request

from mkd_core.errors import InvalidInput, NotAllowed, NotFound
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import Denied, Found
from mkd_plugins.config import Grant
from mkd_plugins.deployment import Deployment
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.settings import HostSystem, Oidc, Scope, ServeSettings

if TYPE_CHECKING:
    from mkd_plugins.serve.tokens import TokenReader

ACTING = "Mkd-Acting-Person"
"""The header in which a host system names the person who acts."""
_NUMBER = re.compile(r"[\d ]{9,}")


@frozen(kw_only=True)
class Caller:
    """Who asks: ``name`` of the system for the log, ``id`` under which keys and limits are kept, who acts if anybody.

    ``host`` is the system, None for a person who comes alone and whose token says ``handle``; ``rate`` is how often a
    second.
    """

    name: str
    id: str
    scopes: frozenset[Scope] = frozenset()
    host: str | None = None
    handle: str = ""
    person: str | None = None
    rate: float = 1.0

    def need(self, scope: Scope) -> None:
        """Refuse what the token is not good for."""
        if scope not in self.scopes:
            raise HttpProblem("MKD709", f"this token is not good for {scope}", status=403, where=self.name)

    def acting(self) -> str:
        """The key of the person who acts. Raises ``HttpProblem`` where nobody was named."""
        if self.person is None:
            raise HttpProblem("MKD711", "nobody said who acts", status=400, where=ACTING)
        return self.person


NOBODY = Caller(name="", id="")
"""Who asks what needs no token."""


class Access:
    """Tells callers by their tokens. Raises ``InvalidInput`` (MKD708) where people's tokens cannot be read."""

    def __init__(self, mkd: Deployment, settings: ServeSettings) -> None:
        self._mkd = mkd
        self._rate = settings.rate
        self._oidc = settings.oidc
        self._reader = None if settings.oidc is None else _reader(settings.oidc)
        self._hosts = [
            (_system(host, settings.rate), sha256(host.token.reveal().encode()).digest()) for host in settings.hosts
        ]

    def caller(self, request: Request) -> Caller:
        """Who sent that, as far as the token tells. Raises ``HttpProblem``."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _unknown("no system has that token")
        given = sha256(token.encode("utf-8", "surrogateescape")).digest()
        # All are compared, so that the time it takes tells nothing.
        found = [system for system, known in self._hosts if compare_digest(given, known)]
        if found:
            return found[0]
        if self._reader is None or self._oidc is None or token.count(".") != 2:
            raise _unknown("no system has that token")
        handle, scopes = self._reader.person(token), frozenset(self._oidc.scopes)
        return Caller(name="oidc", id=f"handle:{handle}", handle=handle, scopes=scopes, rate=self._rate)

    def acting(self, caller: Caller, request: Request, at: datetime) -> Caller:
        """The caller with the person whom the token or a system names.

        It comes after the limit on the rate: identity may be another machine. Raises ``HttpProblem``, ``NotFound`` for
        a stranger, ``NotAllowed`` for somebody denied.
        """
        named = request.headers.get(ACTING)
        if caller.host is None:
            if named is not None:
                raise HttpProblem("MKD710", "a person acts as themselves alone", status=403, where=ACTING)
            key = self._of_token(caller.handle, at)
            return evolve(caller, id=f"person:{key}", person=key)
        if named is None:
            return caller
        if not named.strip():
            raise HttpProblem("MKD711", "nobody is named", status=400, where=ACTING)
        return evolve(caller, person=self._named(caller.host, named.strip(), at))

    def view(self, caller: Caller, at: datetime) -> Deployment:
        """The deployment as far as it is the caller's."""
        unit = None if caller.host is None else self._grant(caller.host).unit
        return self._mkd if unit is None else self._mkd.within(unit, on=at.date())

    def _grant(self, host: str) -> Grant:
        return self._mkd.host.config.roles.grant(f"token:{host}")

    def _named(self, host: str, handle: str, at: datetime) -> str:
        """The key of the person whom a system names, if the configuration lets it."""
        grant = self._grant(host)
        if not grant.acts_as:
            raise _may_not_name(host)
        if _NUMBER.fullmatch(handle):
            ServiceNumber.parse(handle, Employment.OTHER, where=ACTING)
        seen = self._mkd if grant.unit is None else self._mkd.within(grant.unit, on=at.date())
        key = seen.organisation(at.date()).lookup(handle, where=ACTING).key
        if not grant.may_act_as(key):
            raise _may_not_name(host)
        return key

    def _of_token(self, handle: str, at: datetime) -> str:
        """The key of the person of a verified token: nobody is found by what another one could call themselves."""
        on = at.date()
        if self._oidc is not None and self._oidc.holds == "key":
            return self._mkd.organisation(on).known(handle).key
        for identity in self._mkd.identities:
            match identity.lookup(handle, on):
                case Found(employee=employee):
                    return employee.key
                case Denied(reason=reason):
                    raise NotAllowed("MKD405", f"identity denies this person: {reason}")
        raise NotFound("MKD406", "no identity backend knows the person of that token")


def _system(host: HostSystem, rate: float) -> Caller:
    return Caller(
        name=host.name,
        id=f"host:{host.name}",
        host=host.name,
        scopes=frozenset(host.scopes),
        rate=host.rate or rate,
    )


def _reader(oidc: Oidc) -> TokenReader:
    try:
        from mkd_plugins.serve.tokens import TokenReader
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            "MKD708", f"{missing.name} is not installed", where="serve.oidc", mend="pip install 'mkd[oidc]'"
        ) from None
    return TokenReader(oidc)


def _unknown(message: str) -> HttpProblem:
    return HttpProblem("MKD701", message, status=401, headers={"WWW-Authenticate": 'Bearer realm="mkd"'})


def _may_not_name(host: str) -> HttpProblem:
    return HttpProblem(
        "MKD710",
        "this system may not act as that person",
        status=403,
        where=ACTING,
        mend=f'name the person in acts_as of [roles."token:{host}"]',
    )
