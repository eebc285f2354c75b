"""``mkd policy schema``."""

from __future__ import annotations

import click

from mkd_plugins.cli import output


@click.command()
def schema() -> None:
    """A JSON Schema of the policy file, for editors."""
    from mkd_core.policy import Policy

    output.write_json(Policy.schema())
