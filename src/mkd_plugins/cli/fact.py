"""``mkd fact attest``: vouch for a fact about a person."""

from __future__ import annotations

from datetime import date

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.values import fact_value


@click.group()
def fact() -> None:
    """Vouch for a fact about a person."""


@fact.command(short_help="Vouch that FACT of PERSON is VALUE.")
@click.argument("person")
@click.argument("name", metavar="FACT")
@click.argument("value")
@click.option("--until", type=options.DATE, metavar="DATE", help="The last day on which it holds.")
@click.option("--evidence", default="", help="What it rests on.")
@options.acting
@click.pass_obj
def attest(session: Session, how: How, person: str, name: str, value: str, until: date | None, evidence: str) -> None:
    """Vouch that FACT of PERSON is VALUE, as that person, the superior or HR.

    \b
    mkd fact attest k000012 applicant.rating good --as k000101 --until 2023-12-31
    """
    with session.open() as desk:
        by, key = desk.acting(how.as_, how.at), desk.person(person, how.at)
        typed = fact_value(desk.mkd.host.vocabulary, name, value, where="FACT")
        done = desk.mkd.attest(key, name, typed, by=by, at=how.at, until=until, evidence=evidence)
        data = {"person": key, "fact": name, "by": done.by, "role": done.role, "until": done.until}
        answer(how.as_json, data, f"{key} {name}: {done.role} {done.by}")
