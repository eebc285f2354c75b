"""``mkd agreement letter``: the agreement to be signed."""

from __future__ import annotations

from pathlib import Path

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer


@click.command()
@click.argument("agreement")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write the page.")
@options.acting
@click.pass_obj
def letter(session: Session, how: How, agreement: str, out: Path | None) -> None:
    """The approved agreement as a letter: one HTML page in Indonesian that prints on A4, with a seal of the journal.

    \b
    mkd agreement letter k000002.1 --as k000002 --out letter.html

    It holds names and service numbers, so it is for the two who sign (--as) and for the roles hr and auditor. Signing
    is left to the system of signatures; the seal is a line that `mkd journal verify --head` reads.
    """
    import attrs

    from mkd_plugins.letters import letter_of, page, signs
    from mkd_plugins.tables.writing import replace_file

    with session.open() as desk:
        by = desk.asking(how.as_, how.at) if how.as_ else None
        if by is None or not signs(desk.mkd, agreement, by, how.at):
            desk.need_reader(where=agreement)
        written = letter_of(desk.mkd, agreement, how.at)
        html = page(written)
        if out is not None:
            replace_file(out, html.encode())
        answer(how.as_json, attrs.asdict(written), html if out is None else str(out))
