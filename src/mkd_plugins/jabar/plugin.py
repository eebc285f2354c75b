"""Announces the adapter's backends. What speaks to a system is imported where a backend is made."""

from __future__ import annotations

from mkd_plugins.api import Identity, Provider, hookimpl, identity
from mkd_plugins.jabar.siasn.config import Config as SiasnConfig


def _siasn(config: SiasnConfig) -> Identity:
    from mkd_plugins.jabar.siasn.backend import SiasnIdentity

    return SiasnIdentity(config)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce what speaks to the province's systems."""
    return [identity(name="siasn", config=SiasnConfig, build=_siasn, capabilities=("findings",))]
