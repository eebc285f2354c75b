"""``mkd coverage``: who is on site, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import click

from mkd_core.coverage import Stretch
from mkd_core.errors import InvalidInput
from mkd_core.worktime import WEEKDAYS, clock
from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Namer, Session, answer
from mkd_plugins.forms.coverage import EVE, looked_at, stretch_data, times


@click.command()
@click.argument("unit")
@click.option("--from", "first", type=options.DATE, metavar="DATE", help="The first day.  [today]")
@click.option("--until", "last", type=options.DATE, metavar="DATE", help="The last day.  [six days later]")
@click.option("--between", default="09:00-15:00", show_default=True, metavar="TIMES", help="The times that count.")
@click.option("--people", is_flag=True, help="Who it is, stretch by stretch.")
@options.asking
@click.pass_obj
def coverage(
    session: Session, how: How, unit: str, first: date | None, last: date | None, between: str, people: bool
) -> None:
    """Who is on site in UNIT and below it: per day the moment with the fewest, and the most who work elsewhere."""
    span = times(between, where="--between")
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        begin = first or how.at.date()
        until = last or begin + timedelta(days=6)
        if until < begin:
            raise InvalidInput("MKD435", f"{until} is before {begin}", where="--until", mend="choose other dates")
        days = desk.mkd.roster(desk.unit(unit, how.at), begin - EVE, until, at=how.at)
        stretches = looked_at(days, begin, span)
        dates = dict.fromkeys(stretch.on for stretch in stretches)
        rows = [_span(each, name) for each in stretches] if people else [_worst(stretches, on, desk) for on in dates]
        headings = [desk.say(word) for word in ("on", "time", "onsite", "remote")]
        answer(how.as_json, [stretch_data(stretch) for stretch in stretches], output.table(headings, rows))


def _span(stretch: Stretch, name: Namer) -> Sequence[str]:
    onsite, remote = (", ".join(map(name, sorted(people))) for people in (stretch.onsite, stretch.remote))
    return (str(stretch.on), f"{clock(stretch.start)}-{clock(stretch.end)}", onsite, remote)


def _worst(stretches: Sequence[Stretch], on: date, desk: Desk) -> Sequence[str]:
    """The earliest moment of that day with the fewest on site, and the most who work elsewhere at one moment."""
    of_the_day = [stretch for stretch in stretches if stretch.on == on]
    fewest = min(of_the_day, key=lambda stretch: len(stretch.onsite))
    return (
        f"{on} {desk.say(WEEKDAYS[on.weekday()])}",
        f"{clock(fewest.start)}-{clock(fewest.end)}",
        str(len(fewest.onsite)),
        str(max(len(stretch.remote) for stretch in of_the_day)),
    )
