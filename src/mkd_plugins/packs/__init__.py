"""The rule packs that ship: a folder a policy id, a TOML file a version, its worked cases beside it."""

from __future__ import annotations

from importlib.resources import files

from mkd_plugins.api import RulePack, hookimpl


@hookimpl
def mkd_policies() -> list[RulePack]:
    """The policies of West Java."""
    return [RulePack(id="jabar-mkd", folder=files(__name__).joinpath("jabar-mkd"))]
