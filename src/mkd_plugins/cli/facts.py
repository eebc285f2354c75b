"""``mkd facts``: what is known of people before anybody is decided upon."""

from __future__ import annotations

from datetime import datetime

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer


@click.group()
def facts() -> None:
    """What identity knows of people, and what is missing."""


@facts.command(short_help="How many people have or lack each fact.")
@click.option("--at", type=options.MOMENT, default=options.now, envvar="MKD_AT", help="The moment.  [now]")
@options.as_json
@click.pass_obj
def check(session: Session, at: datetime, as_json: bool) -> None:
    """Per fact how many people have it, lack it, are vouched for, or carry a code without a value.

    Also people without a superior, circles, and what backends found wrong with single rows.
    """
    from mkd_plugins.facts.check import check_facts, population, vouched

    with session.open() as desk:
        vocabulary = desk.mkd.host.vocabulary
        narrowed = desk.organisation(at).directory.narrowed
        everybody = population(desk.mkd.identities, at.date(), narrowed=narrowed)
        report = check_facts(everybody, vocabulary, vouched=vouched(desk.mkd, everybody.people, at.date()))
        answer(as_json, report.to_data(), "\n".join(report.lines(desk.language)))


@facts.command(short_help="Each fact of PERSON with its source.")
@click.argument("person")
@options.acting
@click.pass_obj
def show(session: Session, how: How, person: str) -> None:
    """Each fact of PERSON with its source; sensitive ones only to that person (--as) and to HR."""
    from mkd_plugins.facts.check import held
    from mkd_plugins.facts.shown import show_facts

    with session.open() as desk:
        employee = desk.employee(person, how.at)
        by = desk.asking(how.as_, how.at) if how.as_ else None
        entitled = by == employee.key or desk.organisation(how.at).has_role(by or "", "hr", unit=employee.unit)
        shown = show_facts(
            employee,
            desk.organisation(how.at).unit(employee.unit),
            on=how.at.date(),
            source=", ".join(table.path for table in desk.mkd.host.config.backends_of("identity")),
            attested=held(desk.mkd, employee.key, how.at.date()),
            defaults=desk.defaults,
            sensitive=entitled,
            vocabulary=desk.mkd.host.vocabulary,
        )
        answer(how.as_json, shown.to_data(), "\n".join(shown.lines(desk.language)))
