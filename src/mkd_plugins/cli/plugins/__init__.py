"""``mkd plugins``: what is installed, whether it works, and a project for a new one."""

from __future__ import annotations

import click

from mkd_plugins.cli.lazy import Entry, Headed

_HERE = "mkd_plugins.cli.plugins"
_COMMANDS = {
    "To operate": (
        Entry("list", f"{_HERE}.listing:listed", "Every installed plugin and its state."),
        Entry("show", f"{_HERE}.listing:show", "One plugin, with every problem of it."),
        Entry("check", f"{_HERE}.checking:check", "Read every plugin and mkd.toml; --ping asks them."),
        Entry("doctor", f"{_HERE}.doctor:doctor", "One page of what works here and what does not."),
    ),
    "To write": (
        Entry("new", f"{_HERE}.new:new", "Write the project of a new plugin."),
        Entry("openapi", f"{_HERE}.openapi:openapi", "The document that a host implements for the backends http."),
    ),
}


@click.group(cls=Headed, headings=_COMMANDS)
def plugins() -> None:
    """Which plugins are installed, whether they work, and a project for a new one."""
