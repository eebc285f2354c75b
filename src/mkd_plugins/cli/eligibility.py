"""``mkd eligibility``: everybody decided at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import counting
from mkd_plugins.cli.policies import today_of
from mkd_plugins.cli.session import Desk, Session, answer

if TYPE_CHECKING:
    from mkd_plugins.population import Eligibility, Tally

_SHOWN = 10
"""How many units and rules a terminal shows."""


@click.command()
@click.option("--on", type=options.DATE, metavar="DATE", help="The day whose policy and facts decide.  [today]")
@click.option(
    "--plan",
    "template",
    type=click.Path(dir_okay=False),
    metavar="TEMPLATE",
    help="A request as TOML or JSON, decided for everybody.",
)
@click.option("--unit", metavar="UNIT", help="Only this unit and those below it.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A row for each person: .csv, .jsonl or .parquet.",
)
@click.option("--resume/--fresh", default=True, show_default=True, help="Go on with a run that ended, or begin anew.")
@click.option("--at", type=options.MOMENT, default=options.now, envvar="MKD_AT", hidden=True)
@options.as_json
@click.pass_obj
def eligibility(
    session: Session,
    on: date | None,
    template: str | None,
    unit: str | None,
    out: Path | None,
    resume: bool,
    at: datetime,
    as_json: bool,
) -> None:
    """Decide everybody whom identity knows, in two verdicts: of the person, and with --plan of that plan.

    \b
    mkd eligibility --on 2023-06-20 --plan two-days.toml --out eligible.csv

    The verdict of the person is that of the rules which read nothing of an agreement. With --out a run that was killed
    goes on where it was. People are opaque keys; a rule that reads a sensitive fact is called "sensitive".
    """
    from mkd_plugins.cli.request import template as read_template
    from mkd_plugins.population import eligibility as decide_everybody

    with session.open() as desk:
        desk.need_overview()
        day = on or today_of(desk.mkd.policies, at, desk.language)
        plan = read_template(template, on=day, hours=desk.mkd.hours) if template else None
        with counting(desk.language) as count:
            report = decide_everybody(
                desk.mkd,
                on=day,
                template=plan,
                unit=unit,
                out=out,
                fresh=not resume,
                progress=_telling(desk, count),
            )
        answer(as_json, report.to_data(), "\n".join(_lines(report, desk)))


def _telling(desk: Desk, count: Callable[[int], None]) -> Callable[[int], None]:
    """The first number is that of a run before, which is said; the others are counted."""
    begun = False

    def told(people: int) -> None:
        nonlocal begun
        if begun:
            count(people)
        elif people:
            click.echo(desk.say("resuming", people=people), err=True)
        begun = True

    return told


def _lines(report: Eligibility, desk: Desk) -> Iterator[str]:
    tallies = {desk.say("of_person"): report.person}
    if report.plan is not None:
        tallies[desk.say("of_plan")] = report.plan
    yield desk.say(
        "population",
        policy=report.policy,
        version=report.version,
        on=report.on,
        people=report.people,
        inactive=report.inactive,
    )
    if report.undecided:
        yield desk.say("undecided", problems=", ".join(f"{code} x{n}" for code, n in report.undecided.items()))
    yield ""
    outcomes = [desk.say(word) for word in ("approve", "refer", "refuse")]
    rows = [(name, tally.approve, tally.refer, tally.refuse) for name, tally in tallies.items()]
    yield output.table([desk.say("verdict"), *outcomes], rows)
    for name, tally in tallies.items():
        yield from _tally_lines(name, tally, desk)
    if report.out:
        yield ""
        yield desk.say("wrote", file=report.out)


def _tally_lines(name: str, tally: Tally, desk: Desk) -> Iterator[str]:
    people, alone = desk.say("people"), desk.say("alone")
    if tally.lacking:
        yield f"\n{desk.say('facts_lacking')}, {name}"
        yield output.table(
            [desk.say("fact"), people, alone], [(each.fact, each.people, each.alone) for each in tally.lacking]
        )
    if tally.against:
        yield f"\n{desk.say('rules_against')}, {name}"
        rows = [
            (each.rule, desk.say(each.effect), each.people, each.alone, getattr(each.because, desk.language))
            for each in tally.against[:_SHOWN]
        ]
        yield output.table([desk.say("rule"), desk.say("effect"), people, alone, desk.say("reason")], rows)
    worst = sorted((unit for unit in tally.units if unit.refuse), key=lambda unit: (-unit.refuse, unit.unit))[:_SHOWN]
    if worst:
        yield f"\n{desk.say('most_refused', shown=len(worst), units=len(tally.units))}, {name}"
        outcomes = [desk.say(word) for word in ("approve", "refer", "refuse")]
        yield output.table(
            [desk.say("work_unit"), *outcomes], [(unit.unit, unit.approve, unit.refer, unit.refuse) for unit in worst]
        )
