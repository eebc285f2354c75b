"""``mkd policy facts``."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click

from mkd_core.language import Fact
from mkd_plugins.cli import options, output
from mkd_plugins.cli.policies import found_version
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say


@click.command("facts")
@click.argument("name", metavar="ID_OR_FILE")
@options.version_on
@click.option("--at", "moment", type=click.Choice(["request", "vote"]), default="vote", show_default=True)
@options.as_json
@click.pass_obj
def read_facts(session: Session, name: str, on: date | None, moment: str, as_json: bool) -> None:
    """The facts that a policy reads, with types, ranges and meanings, and a line of them to fill in.

    The line is for `mkd decide`: replace each null, or leave it as it is when the fact is not known.
    """
    language = session.words()
    chosen = found_version(session, name, on=on)
    reads = chosen.at("vote" if moment == "vote" else "request").reads
    facts = [chosen.vocabulary[fact] for fact in reads]
    line: dict[str, Any] = {}
    for fact in facts:
        space, _, leaf = fact.name.partition(".")
        if leaf:
            line.setdefault(space, {})[leaf] = None
        else:
            line[space] = None
    rows = [(fact.name, fact.expected(), fact.unit, getattr(fact.meaning, language)) for fact in facts]
    headings = [say(key, language) for key in ("fact", "shape", "unit", "meaning")]
    data = {"facts": [_fact_data(fact) for fact in facts], "line": line}
    answer(as_json, data, f"{output.table(headings, rows)}\n\n{json.dumps(line)}")


def _fact_data(fact: Fact) -> dict[str, Any]:
    return {
        "fact": fact.name,
        "values": fact.expected(),
        "unit": fact.unit,
        "negotiable": fact.negotiable,
        "sensitive": fact.sensitive,
        "meaning": {"id": fact.meaning.id, "en": fact.meaning.en},
    }
