"""``mkd jabar``: the systems of West Java and of the national civil service agency."""

from __future__ import annotations

import click

from mkd_plugins.cli.lazy import Entry, Headed

_HERE = "mkd_plugins.cli.jabar"
_COMMANDS = {
    "Operators": (Entry("refresh", f"{_HERE}.refresh:refresh", "Read people, units and ratings anew from SIASN."),),
    "To try without the real systems": (
        Entry("simulate", f"{_HERE}.simulate:simulate", "Serve these systems over people who do not exist."),
        Entry("openapi", f"{_HERE}.simulate:openapi", "Print what is served, and how well it is known."),
    ),
}


@click.group(cls=Headed, headings=_COMMANDS)
def jabar() -> None:
    """The systems that West Java uses: SSO Jabar, SIASN, Digiteam, SIAP and K-Mob."""
