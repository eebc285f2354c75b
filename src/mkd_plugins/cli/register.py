"""``mkd register``: all agreements."""

from __future__ import annotations

import click

from mkd_core.agreements import State
from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.forms.answers import agreement_data


@click.command()
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only those that stand so.")
@options.asking
@click.pass_obj
def register(session: Session, how: How, state: str | None) -> None:
    """All agreements with their state, by applicant."""
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        listed = [agreement_data(each, desk.today(each.applicant, how.at)) for each in desk.mkd.agreements()]
        chosen = [data for data in listed if state in (None, data["state"])]
        rows = [
            (
                data["agreement"],
                name(data["applicant"]),
                desk.say(data["state"]),
                data["version"],
                data["effective"] or data["from"],
                data["until"],
                ", ".join(data["waits_for"]["approvers"]) if data["waits_for"] else "",
            )
            for data in chosen
        ]
        headings = [desk.say(key) for key in ("agreement", "who", "state", "version", "since", "until", "waits_for")]
        answer(how.as_json, chosen, output.table(headings, rows) if rows else desk.say("nothing"))
