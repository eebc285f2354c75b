"""``mkd roster``: the days of everybody in a unit."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import stdout
from mkd_plugins.cli.views import day_row
from mkd_plugins.forms.answers import day_data


@click.command()
@click.argument("unit")
@click.option("--from", "first", type=options.DATE, metavar="DATE", help="The first day.  [today]")
@click.option("--until", "last", type=options.DATE, metavar="DATE", help="The last day.  [six days later]")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV: date, person, windows, minutes, basis, agreement.")
@options.asking
@click.pass_obj
def roster(session: Session, how: How, unit: str, first: date | None, last: date | None, as_csv: bool) -> None:
    """The days of everybody in UNIT and below it.

    \b
    mkd roster 1211 --from 2023-07-03 --until 2023-07-09 --csv
    """
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        start = first or how.at.date()
        planned = desk.mkd.roster(desk.unit(unit, how.at), start, last or start + timedelta(days=6), at=how.at)
        if as_csv:
            writer = csv.writer(stdout(), lineterminator="\n")
            writer.writerow(["date", "person", "windows", "minutes", "basis", "agreement"])
            for day in map(day_data, planned):
                windows = ", ".join(day["windows"])
                writer.writerow(
                    [day["date"], day["person"], windows, day["minutes"], day["basis"], day["agreement"] or ""]
                )
            return
        headings = [desk.say(word) for word in ("on", "person", "time", "basis")]
        rows = [day_row(day, desk, name) for day in planned]
        answer(how.as_json, [day_data(day) for day in planned], output.table(headings, rows))
