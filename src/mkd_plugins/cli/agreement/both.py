"""What both sides do: counter targets, agree to them, end the agreement."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mkd_core.agreements import Agreement
from mkd_core.errors import InvalidInput
from mkd_plugins.cli import options
from mkd_plugins.cli.agreement.answering import change
from mkd_plugins.cli.options import How
from mkd_plugins.cli.request import Typed, read
from mkd_plugins.cli.session import Desk, Session


@click.command()
@click.argument("agreement")
@options.targets
@click.option("--file", type=click.Path(dir_okay=False), help="[[targets]] as TOML or JSON.")
@click.option("--note", default="", help="A word to the other side.")
@options.acting
@click.pass_obj
def counter(session: Session, /, how: How, agreement: str, file: str | None, note: str, **said: Any) -> None:
    """Propose other targets, all of them, as the employee or the superior; the other side has to agree anew."""

    def do(desk: Desk, by: str) -> Agreement:
        targets = read(Typed(**said), file, hours=None).targets
        if not targets:
            raise InvalidInput("MKD296", "no target is named", where="--target", mend="add --target, or --file")
        return desk.mkd.counter(agreement, targets=targets, by=by, at=how.at, note=note)

    change(session, how, do)


@click.command()
@click.argument("agreement")
@options.acting
@click.pass_obj
def agree(session: Session, how: How, agreement: str) -> None:
    """Consent to the targets as they stand, as the employee or the superior."""
    change(session, how, lambda desk, by: desk.mkd.agree(agreement, by=by, at=how.at))


@click.command()
@click.argument("agreement")
@click.option("--since", type=options.DATE, required=True, metavar="DATE", help="The first day without it.")
@options.acting
@click.pass_obj
def end(session: Session, how: How, agreement: str, since: date) -> None:
    """End a live agreement, by the employee or by consent."""
    change(session, how, lambda desk, by: desk.mkd.end(agreement, since=since, by=by, at=how.at))
