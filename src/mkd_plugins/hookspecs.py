"""The hooks that a plugin may implement. pluggy registers them; what they announce is called."""

from __future__ import annotations

from typing import Final

import pluggy

from mkd_core.language.vocabulary import Fact
from mkd_plugins.provider import Provider, RulePack

PROJECT: Final = "mkd"
"""The name of the entry-point group and of pluggy's markers."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def mkd_providers() -> list[Provider]:  # type: ignore[empty-body]
    """The backends on offer. Called once, when the host starts; must not touch the network or a file."""


@hookspec
def mkd_policies() -> list[RulePack]:  # type: ignore[empty-body]
    """The folders of rule files that the plugin ships."""


@hookspec
def mkd_facts() -> list[Fact]:  # type: ignore[empty-body]
    """Facts that the plugin adds to the vocabulary in which rules are written."""


@hookspec
def mkd_observe(event: object) -> None:
    """Told of every event after it was journalled. The result is ignored, and a failure stops nothing but this hook."""
