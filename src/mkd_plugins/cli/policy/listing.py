"""``mkd policy list``."""

from __future__ import annotations

from typing import Any

import click

from mkd_core.policy import History
from mkd_plugins.cli import options, output
from mkd_plugins.cli.policy.phrases import period
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say


@click.command("list")
@options.as_json
@click.pass_obj
def listed(session: Session, as_json: bool) -> None:
    """Every installed policy with its versions: those of the base, and decrees over it."""
    from mkd_plugins.cli.policies import installed

    language = session.words()
    histories = installed(session)
    rows = [
        (
            name,
            each.version,
            say(f"layer_{each.layer}", language),
            period(each.period, language),
            getattr(each.title, language),
        )
        for name, history in histories.items()
        for each in history.documents
    ]
    headings = ["id", *(say(key, language) for key in ("version", "layer", "in_force", "title"))]
    answer(as_json, [_data(name, history) for name, history in histories.items()], output.table(headings, rows))


def _data(name: str, history: History) -> dict[str, Any]:
    title = history.bases[-1].title
    return {
        "id": name,
        "title": {"id": title.id, "en": title.en},
        "versions": [
            {
                "version": each.version,
                "layer": each.layer,
                "initiation": each.initiation,
                "from": each.period.start,
                "until": each.period.until,
                "title": {"id": each.title.id, "en": each.title.en},
            }
            for each in history.documents
        ],
    }
