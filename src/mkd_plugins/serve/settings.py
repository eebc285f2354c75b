"""Table ``[serve]`` of ``mkd.toml``: which systems may ask, and how much."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from mkd_plugins.config import Config
from mkd_plugins.problems import ConfigProblem, Fault
from mkd_plugins.secret import Secret
from mkd_plugins.structure import Faults, Structurer

SHORTEST = 32
"""Characters of a token at least: what is shorter can be guessed."""


@attrs.frozen(kw_only=True)
class HostSystem:
    """Table ``[[serve.hosts]]``: a system that may ask.

    ``name``   what the log calls it.
    ``token``  what it sends as ``Authorization: Bearer …``, of 32 characters or more.
    """

    name: str
    token: Secret = attrs.field()

    @token.validator
    def _long(self, _: object, token: Secret) -> None:
        text = token.reveal()
        if len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(f"must have {SHORTEST} characters or more, of ASCII and without blanks")


@attrs.frozen(kw_only=True)
class ServeSettings:
    """Table ``[serve]``.

    ``hosts``     the systems that may ask; whoever is not among them may not.
    ``max_body``  bytes that a body may have.
    ``max_depth`` how deep objects and lists of a body may lie in each other.
    """

    hosts: tuple[HostSystem, ...] = attrs.field(default=())
    max_body: int = attrs.field(default=65_536, validator=attrs.validators.ge(1))
    max_depth: int = attrs.field(default=16, validator=attrs.validators.ge(2))

    @hosts.validator
    def _apart(self, _: object, hosts: tuple[HostSystem, ...]) -> None:
        if len({host.name for host in hosts}) != len(hosts):
            raise ValueError("two systems have one name")
        if len({host.token for host in hosts}) != len(hosts):
            raise ValueError("two systems have one token")


def serve_settings(config: Config, environ: Mapping[str, str]) -> ServeSettings:
    """The table with its secrets. Raises ``ConfigProblem`` with every fault of it, and where no system may ask."""
    try:
        settings = Structurer(config.folder, environ).structure(config.serve, ServeSettings)
    except Faults as wrong:
        raise ConfigProblem.of_faults(config.file, tuple(fault.under("serve") for fault in wrong.faults)) from None
    if not settings.hosts:
        hint = 'add [[serve.hosts]] with name = "portal" and token = { env = "NAME" }'
        raise ConfigProblem.of_faults(config.file, (Fault("serve.hosts", "no system may ask", hint),))
    return settings
