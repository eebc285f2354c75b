"""``mkd coverage``: who is on site, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import click

from mkd_core.coverage import Stretch, stretches
from mkd_core.errors import InvalidInput
from mkd_core.usecases.presence import PlannedDay
from mkd_core.worktime import DAY, WEEKDAYS, Day, clock, minutes
from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Namer, Session, answer


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
    start, end = _times(between)
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        begin = first or how.at.date()
        until = last or begin + timedelta(days=6)
        if until < begin:
            raise InvalidInput("MKD435", f"{until} is before {begin}", where="--until", mend="choose other dates")
        # The day before tells of night shifts that run into the first.
        days = desk.mkd.roster(desk.unit(unit, how.at), begin - timedelta(days=1), until, at=how.at)
        plans = _plans(days)
        members = sorted({day.person for day in days})
        dates = [on for on in plans if on >= begin and any(day.windows for day in plans[on].values())]
        looked_at = [stretch for on in dates for stretch in stretches(plans, members, on, start, end)]
        rows = [_span(each, name) for each in looked_at] if people else [_worst(looked_at, on) for on in dates]
        headings = [desk.say(word) for word in ("on", "time", "onsite", "remote")]
        answer(how.as_json, [_data(stretch) for stretch in looked_at], output.table(headings, rows))


def _times(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    start, end = minutes(first, where="--between"), minutes(last, where="--between")
    return start, end + DAY if end <= start else end


def _plans(days: Iterable[PlannedDay]) -> dict[date, dict[str, Day]]:
    plans: dict[date, dict[str, Day]] = {}
    for day in days:
        plans.setdefault(day.on, {})[day.person] = Day(day.windows)
    return plans


def _span(stretch: Stretch, name: Namer) -> Sequence[str]:
    onsite, remote = (", ".join(map(name, sorted(people))) for people in (stretch.onsite, stretch.remote))
    return (str(stretch.on), f"{clock(stretch.start)}-{clock(stretch.end)}", onsite, remote)


def _worst(looked_at: Sequence[Stretch], on: date) -> Sequence[str]:
    """The earliest moment of that day with the fewest on site, and the most who work elsewhere at one moment."""
    of_the_day = [stretch for stretch in looked_at if stretch.on == on]
    fewest = min(of_the_day, key=lambda stretch: len(stretch.onsite))
    return (
        f"{on} {WEEKDAYS[on.weekday()]}",
        f"{clock(fewest.start)}-{clock(fewest.end)}",
        str(len(fewest.onsite)),
        str(max(len(stretch.remote) for stretch in of_the_day)),
    )


def _data(stretch: Stretch) -> dict[str, object]:
    return {
        "date": stretch.on,
        "from": clock(stretch.start),
        "until": clock(stretch.end),
        "onsite": sorted(stretch.onsite),
        "remote": sorted(stretch.remote),
    }
