"""``mkd period``: close a month, and show what it came to."""

from __future__ import annotations

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.values import fact_value
from mkd_plugins.cli.views import closed_text
from mkd_plugins.forms.answers import closed_data


@click.group()
def period() -> None:
    """Close a person's period (2023-07) and show what it came to."""


@period.command(short_help="Close a period that is over.")
@click.argument("person")
@click.argument("period", metavar="PERIOD")
@click.option(
    "--behaviour",
    type=click.Choice(["above", "as_expected", "below"]),
    help="The superior's view; needed for a rating.",
)
@click.option("--attest", "attested", multiple=True, metavar="FACT=VALUE", help="Such as period.absent_days=0.")
@options.acting
@click.pass_obj
def close(
    session: Session, how: How, person: str, period: str, behaviour: str | None, attested: tuple[str, ...]
) -> None:
    """Close a period that is over, as the superior or HR: minutes, achievement, proposed rating, pay lines.

    \b
    mkd period close k000002 2023-07 --as k000114 --behaviour as_expected --attest period.absent_days=0
    """
    from mkd_core.allowance import PERIOD_VOCABULARY
    from mkd_core.performance import Level

    with session.open() as desk:
        by, key = desk.acting(how.as_, how.at), desk.person(person, how.at)
        vouched = {}
        for text in attested:
            name, equals, value = text.partition("=")
            if not equals:
                raise click.UsageError(f"--attest {text!r}: write FACT=VALUE")
            vouched[name] = fact_value(PERIOD_VOCABULARY, name, value, where="--attest")
        level = Level(behaviour) if behaviour else None
        closed = desk.mkd.close_period(key, period, by=by, at=how.at, behaviour=level, attested=vouched)
        answer(how.as_json, closed_data(key, closed), closed_text(key, closed, desk))


@period.command()
@click.argument("person")
@click.argument("period", metavar="PERIOD")
@options.asking
@click.pass_obj
def statement(session: Session, how: How, person: str, period: str) -> None:
    """What a closed period came to, each pay line with its rule."""
    with session.open() as desk:
        key = desk.person(person, how.at)
        closed = desk.mkd.statement(key, period)
        answer(how.as_json, closed_data(key, closed), closed_text(key, closed, desk))
