"""``mkd day``: where and when a person works."""

from __future__ import annotations

from datetime import date

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.views import day_row
from mkd_plugins.forms.answers import day_data


@click.command()
@click.argument("person")
@click.argument("on", type=options.DATE, required=False, metavar="[DATE]")
@options.asking
@click.pass_obj
def day(session: Session, how: How, person: str, on: date | None) -> None:
    """Where and when PERSON works on DATE (today when left out), and why.

    \b
    mkd day k000002 2023-07-05
    """
    with session.open() as desk:
        key = desk.person(person, how.at)
        planned = desk.mkd.day(key, on or desk.today(key, how.at), at=how.at)
        headings = [desk.say(word) for word in ("on", "person", "time", "basis")]
        text = output.table(headings, [day_row(planned, desk, desk.namer(how.names, how.at))])
        answer(how.as_json, day_data(planned), text)
