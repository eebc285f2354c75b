"""Table ``[serve]`` of ``mkd.toml``: which systems and people may ask, for what, and how much."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

import attrs

from mkd_plugins.config import Config
from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.problems import ConfigProblem, Fault
from mkd_plugins.secret import Secret

SHORTEST = 32
"""Characters of a token at least: what is shorter can be guessed."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that whoever checks them cannot make; a secret shared with the provider would be another."""


class Scope(StrEnum):
    """What a token is good for: facts in and a decision out; questions about people and agreements; commands."""

    DECIDE = "decide"
    READ = "read"
    WRITE = "write"


@attrs.frozen(kw_only=True)
class HostSystem:
    """Table ``[[serve.hosts]]``: a system that may ask. As whom it may act stands in ``[roles."token:NAME"]``.

    ``name``   what the log calls it.
    ``token``  what it sends as ``Authorization: Bearer …``, of 32 characters or more.
    ``scopes`` what the token is good for: ``decide``, ``read``, ``write``.
    ``rate``   requests a second, where it may ask more or less often than others.
    """

    name: str
    token: Secret = attrs.field()
    scopes: tuple[Scope, ...] = (Scope.DECIDE,)
    rate: float | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.gt(0)))

    @token.validator
    def _long(self, _: object, token: Secret) -> None:
        text = token.reveal()
        if len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(f"must have {SHORTEST} characters or more, of ASCII and without blanks")


@attrs.frozen(kw_only=True)
class Oidc:
    """Table ``[serve.oidc]``: people with a token of an identity provider (OpenID Connect). Needs the extra ``oidc``.

    ``issuer``     who has to have issued the token, to the letter.
    ``audience``   for whom it has to be meant: this API, as the provider calls it.
    ``jwks``       the address of the provider's keys, ``https`` alone.
    ``claim``      the claim that says who it is.
    ``holds``      what stands there: a person's ``key``, or a ``handle`` that identity knows (number, login, mail).
    ``scopes``     what such a token is good for.
    ``algorithms`` the signatures that count.
    ``leeway``     seconds by which the clocks of the machines may differ.
    ``timeout``    seconds that fetching the keys may take.
    ``keep``       seconds that keys are kept before they are fetched again.
    ``ca_file``    certificates of the authorities to trust for ``jwks``, where it is not one of the system's.
    """

    issuer: str
    audience: str
    jwks: str = attrs.field()
    claim: str = "sub"
    holds: Literal["key", "handle"] = "handle"
    scopes: tuple[Scope, ...] = (Scope.READ, Scope.WRITE)
    algorithms: tuple[str, ...] = attrs.field(default=("RS256", "ES256"))
    leeway: float = attrs.field(default=30.0, validator=[attrs.validators.ge(0), attrs.validators.le(600)])
    timeout: float = attrs.field(default=5.0, validator=attrs.validators.gt(0))
    keep: float = attrs.field(default=300.0, validator=attrs.validators.gt(0))
    ca_file: Path | None = attrs.field(default=None)

    @jwks.validator
    def _encrypted(self, _: object, jwks: str) -> None:
        if not jwks.startswith("https://"):
            raise ValueError("must begin with https://")

    @ca_file.validator
    def _certificates(self, _: object, ca_file: Path | None) -> None:
        if ca_file is None:
            return
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise ValueError(f"holds no certificates that can be used ({type(error).__name__})") from None

    @algorithms.validator
    def _asymmetric(self, _: object, algorithms: tuple[str, ...]) -> None:
        wrong = [name for name in algorithms if name not in ALGORITHMS]
        if wrong or not algorithms:
            raise ValueError(f"must be some of {', '.join(ALGORITHMS)}")


@attrs.frozen(kw_only=True)
class ServeSettings:
    """Table ``[serve]``.

    ``hosts``     the systems that may ask; whoever is neither among them nor known to ``oidc`` may not.
    ``oidc``      the identity provider whose tokens people may come with.
    ``max_body``  bytes that a body may have.
    ``max_depth`` how deep objects and lists of a body may lie in each other; a plan with seasons needs 5.
    ``rate``      requests a second of one system or person, over a while; a burst may be ``burst`` at once.
    ``keys``      the file in which the keys of writes are kept, so that each is done once.
    ``keep_keys`` days that a key is kept.
    """

    hosts: tuple[HostSystem, ...] = attrs.field(default=())
    oidc: Oidc | None = None
    max_body: int = attrs.field(default=65_536, validator=attrs.validators.ge(1))
    max_depth: int = attrs.field(default=16, validator=attrs.validators.ge(5))
    rate: float = attrs.field(default=100.0, validator=attrs.validators.gt(0))
    burst: int = attrs.field(default=200, validator=attrs.validators.ge(1))
    keys: Path | None = None
    keep_keys: int = attrs.field(default=30, validator=attrs.validators.ge(1))

    @hosts.validator
    def _apart(self, _: object, hosts: tuple[HostSystem, ...]) -> None:
        if len({host.name for host in hosts}) != len(hosts):
            raise ValueError("two systems have one name")
        if len({host.token for host in hosts}) != len(hosts):
            raise ValueError("two systems have one token")


def serve_settings(config: Config, environ: Mapping[str, str]) -> ServeSettings:
    """The table with its secrets. Raises ``ConfigProblem`` with every fault of it, and where nobody may ask."""
    try:
        settings = Structurer(config.folder, environ).structure(config.serve, ServeSettings)
    except Faults as wrong:
        faults = config.placed(fault.under("serve") for fault in wrong.faults)
        raise ConfigProblem.of_faults(config.file, faults) from None
    if not settings.hosts and settings.oidc is None:
        hint = 'add [[serve.hosts]] with name = "portal" and token = { env = "NAME" }'
        raise ConfigProblem.of_faults(config.file, (Fault("serve.hosts", "no system may ask", hint),))
    return settings
