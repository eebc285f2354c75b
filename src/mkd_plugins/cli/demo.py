"""``mkd demo``: the whole journey, told."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mkd_plugins.cli.session import Session


@click.command()
@click.option("--lang", type=click.Choice(["en", "id"]), help="The language of the story.")
@click.option("--json", "as_json", is_flag=True, help="A summary that a program can read.")
@click.option("--province", is_flag=True, help="People from SIASN, simulated with its faults, in the place of exports.")
@click.option("--keep", type=click.Path(file_okay=False), metavar="DIR", help="Keep the files here.")
@click.pass_obj
def demo(session: Session, lang: str | None, as_json: bool, keep: str | None, province: bool) -> None:
    """The whole journey on a synthetic province, from a request to a pay line and a verified journal."""
    from mkd_plugins.demo import run

    run(
        sys.stdout,
        language=lang or session.language or "en",
        as_json=as_json,
        keep=Path(keep) if keep else None,
        province=province,
    )
