"""``mkd simulate``: one population under two policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import counting
from mkd_plugins.cli.policies import found_history, today_of
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say

if TYPE_CHECKING:
    from mkd_core.policy import History
    from mkd_plugins.population import Deciding, Population, Simulation

_SHOWN = 10
"""How many rules and units a terminal shows."""


@click.command()
@click.option("--policy", "before", required=True, metavar="POLICY", help="The policy before: ID or FILE[@VERSION].")
@click.option("--against", "after", required=True, metavar="POLICY", help="The policy after.")
@click.option("--on", type=options.DATE, metavar="DATE", help="The day of the policy before.  [today]")
@click.option("--against-on", type=options.DATE, metavar="DATE", help="The day of the policy after.  [as --on]")
@click.option(
    "--population",
    "facts",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FACTS",
    help="Facts as .jsonl or .parquet.  [everybody whom identity knows]",
)
@click.option(
    "--plan", "template", type=click.Path(dir_okay=False), metavar="TEMPLATE", help="A request decided for everybody."
)
@click.option("--unit", metavar="UNIT", help="Only this unit and those below it.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A row for each who gains or loses: .csv, .jsonl or .parquet.",
)
@click.option("--chart", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.svg", help="The same drawn.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--at", type=options.MOMENT, default=options.now, envvar="MKD_AT", hidden=True)
@options.as_json
@click.pass_obj
def simulate(
    session: Session,
    before: str,
    after: str,
    on: date | None,
    against_on: date | None,
    facts: Path | None,
    template: str | None,
    unit: str | None,
    out: Path | None,
    chart: Path | None,
    force: bool,
    at: datetime,
    as_json: bool,
) -> None:
    """Decide one population under two policies: who gains, who loses, and by which rule.

    \b
    mkd simulate --policy jabar-mkd --on 2023-06-20 --against rules/draft.toml --against-on 2027-01-04
    mkd simulate --policy jabar-mkd@2023.1 --against jabar-mkd@2025.1 --population facts.parquet

    A policy is the version in force on its day; @VERSION takes that one, as if it were in force. The population is
    everybody whom identity knows, judged as persons or under --plan, or a file of facts.
    """
    if facts is not None and (template or unit):
        raise click.UsageError("--plan and --unit are for people whom identity knows, not for --population.")
    from mkd_plugins.population import Everybody, FactsFile, Side
    from mkd_plugins.population import simulate as decide_twice

    language = session.words()

    def told(find: Callable[[str], History], population: Callable[[date], Population]) -> None:
        if chart is not None:
            from mkd_plugins.population import chart as charts

            charts.ready(chart, there=force)
        (old, old_version), (new, new_version) = _split(before), _split(after)
        history = find(old)
        day = on or today_of(history, at, language)
        sides = Side.of(history, day, old_version), Side.of(find(new), against_on or day, new_version)
        with counting(language) as count:
            simulation = decide_twice(*sides, population(day), out=out, replace=force, progress=count)
        if chart is not None:
            charts.draw(simulation, chart, language)
        answer(as_json, simulation.to_data(), "\n".join(_lines(simulation, chart, language)))

    if facts is not None:
        told(lambda name: found_history(session, name), lambda day: FactsFile(facts))
        return
    from mkd_plugins.cli.request import template as read_template
    from mkd_plugins.policies import policy_history

    with session.open() as desk:
        desk.need_overview()
        host, hours = desk.mkd.host, desk.mkd.hours

        def everybody(day: date) -> Population:
            plan = read_template(template, on=day, hours=hours) if template else None
            return Everybody(service=desk.mkd, on=day, template=plan, unit=unit)

        told(lambda name: policy_history(name, packs=host.packs, vocabulary=host.vocabulary), everybody)


def _split(told: str) -> tuple[str, str | None]:
    """Policy and version of ``jabar-mkd``, ``jabar-mkd@2023.1`` or ``rules/draft.toml@2027.1``."""
    name, at, version = told.rpartition("@")
    return (told, None) if not at or Path(told).exists() else (name, version)


def _lines(simulation: Simulation, chart: Path | None, language: str) -> Iterator[str]:
    def said(word: str, **blanks: object) -> str:
        return say(word, language, **blanks)

    yield f"{simulation.before.name} → {simulation.after.name}: {simulation.people} {said('people')}"
    if simulation.undecided:
        yield said("undecided", problems=", ".join(f"{code} x{n}" for code, n in simulation.undecided.items()))
        yield from (f"  {code} {why}" for code, why in simulation.first.items())
    yield ""
    yield output.table(
        [said("gain"), said("lose"), said("unchanged")], [(simulation.gain, simulation.lose, simulation.same)]
    )
    yield ""
    outcomes = ("approve", "refer", "refuse")
    yield output.table(
        [said("before_after"), *map(said, outcomes)],
        [(said(first), *(simulation.moves[first, second] for second in outcomes)) for first in outcomes],
    )
    yield from _rules(said("gaining", policy=simulation.before.name), simulation.gaining, language)
    yield from _rules(said("losing", policy=simulation.after.name), simulation.losing, language)
    changing = [unit for unit in simulation.units if unit.gain or unit.lose]
    shown = sorted(changing, key=lambda unit: (-unit.gain - unit.lose, unit.unit))[:_SHOWN]
    if shown:
        yield f"\n{said('most_changed', shown=len(shown), units=len(simulation.units))}"
        yield output.table(
            [said("work_unit"), said("gain"), said("lose"), said("unchanged")],
            [(unit.unit, unit.gain, unit.lose, unit.same) for unit in shown],
        )
    for file in (simulation.out, chart):
        if file:
            yield f"\n{said('wrote', file=file)}"


def _rules(heading: str, rules: Sequence[Deciding], language: str) -> Iterator[str]:
    if not rules:
        return
    yield f"\n{heading}"
    headings = [say(word, language) for word in ("rule", "people", "alone", "undetermined_short", "reason")]
    yield output.table(
        headings,
        [
            (rule.rule, rule.people, rule.alone, rule.undetermined, getattr(rule.because, language))
            for rule in rules[:_SHOWN]
        ],
    )
