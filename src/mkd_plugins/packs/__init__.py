"""The rule packs that ship: a folder a policy id, a TOML file a version, its worked cases beside it."""

from __future__ import annotations

from mkd_plugins.api import RulePack, hookimpl


@hookimpl
def mkd_policies() -> list[RulePack]:
    """Every folder here that holds a policy."""
    from mkd_plugins.packs.files import shipped_folders

    return [RulePack(id=name, folder=folder) for name, folder in shipped_folders("policy").items()]
