"""``mkd scheme``: pay schemes."""

from __future__ import annotations

from datetime import date

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say


@click.group()
def scheme() -> None:
    """List and show pay schemes."""


@scheme.command("list")
@options.as_json
@click.pass_obj
def listed(session: Session, as_json: bool) -> None:
    """Every installed scheme with its versions."""
    from mkd_plugins.policies.schemes import scheme_folders, scheme_history

    language = session.words()
    with session.host() as host:
        names = sorted(scheme_folders(packs=host.packs))
        versions = [version for name in names for version in scheme_history(name, packs=host.packs).schemes]
    data = [
        {
            "id": version.id,
            "version": version.version,
            "from": version.starts,
            "until": version.until,
            "title": {"id": version.title.id, "en": version.title.en},
        }
        for version in versions
    ]
    rows = [(v.id, v.version, v.starts, v.until, getattr(v.title, language)) for v in versions]
    headings = ["id", *(say(key, language) for key in ("version", "since", "until", "title"))]
    answer(as_json, data, output.table(headings, rows))


@scheme.command(short_help="One scheme, line by line.")
@click.argument("name", metavar="ID_OR_FILE")
@click.option("--on", type=options.DATE, metavar="DATE", help="The version of that day.  [the newest]")
@options.as_json
@click.pass_obj
def show(session: Session, name: str, on: date | None, as_json: bool) -> None:
    """One scheme: its lines, each with what it reads, its source and how that was read."""
    from mkd_plugins.policies.schemes import scheme_history

    language = session.words()
    with session.host() as host:
        history = scheme_history(name, packs=host.packs)
    chosen = history.on(on) if on else history.schemes[-1]
    data = {
        "id": chosen.id,
        "version": chosen.version,
        "from": chosen.starts,
        "until": chosen.until,
        "lines": [
            {
                "line": row.id,
                "item": row.item,
                "unit": row.unit,
                "reads": list(row.reads),
                "source": row.source.title,
                "read": row.source.read,
                "because": {"id": row.because.id, "en": row.because.en},
            }
            for row in chosen.rows
        ],
    }
    rows = [
        (row.id, row.item, row.unit, ", ".join(row.reads), row.source.title, getattr(row.because, language))
        for row in chosen.rows
    ]
    headings = ["line", *(say(key, language) for key in ("item", "unit", "fact", "source", "reason"))]
    answer(as_json, data, f"{chosen.name}\n{output.table(headings, rows)}")
