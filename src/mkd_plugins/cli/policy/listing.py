"""``mkd policy list``."""

from __future__ import annotations

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say


@click.command("list")
@options.as_json
@click.pass_obj
def listed(session: Session, as_json: bool) -> None:
    """Every installed policy with its versions."""
    from mkd_plugins.cli.policies import installed

    language = session.words()
    histories = installed(session)
    data = [
        {
            "id": name,
            "versions": [{"version": base.version, "in_force": str(base.period)} for base in history.bases],
            "title": {"id": history.bases[-1].title.id, "en": history.bases[-1].title.en},
        }
        for name, history in histories.items()
    ]
    rows = [
        (name, base.version, str(base.period), getattr(base.title, language))
        for name, history in histories.items()
        for base in history.bases
    ]
    headings = ["id", *(say(key, language) for key in ("version", "in_force", "title"))]
    answer(as_json, data, output.table(headings, rows))
