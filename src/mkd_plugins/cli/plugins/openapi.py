"""``mkd plugins openapi``: what a host of another language implements."""

from __future__ import annotations

from importlib.resources import files

import click


@click.command()
def openapi() -> None:
    """Print the OpenAPI document that a host implements for the backends `http`, as JSON."""
    click.echo(files("mkd_plugins.http").joinpath("openapi.json").read_text(encoding="utf-8"), nl=False)
