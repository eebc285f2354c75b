"""``mkd inbox``: what waits for a person."""

from __future__ import annotations

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.forms.answers import task_data


@click.command()
@click.argument("person")
@options.asking
@click.pass_obj
def inbox(session: Session, how: How, person: str) -> None:
    """What waits for PERSON: votes, consents, verifications; the earliest deadline first."""
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        tasks = desk.mkd.inbox(desk.person(person, how.at), at=how.at)
        rows = [(task.due, desk.say(task.kind), task.agreement, task.item, name(task.applicant)) for task in tasks]
        headings = [desk.say(key) for key in ("due", "kind", "agreement", "item", "applicant")]
        answer(
            how.as_json,
            [task_data(task) for task in tasks],
            output.table(headings, rows) if rows else desk.say("nothing"),
        )
