"""``mkd plugins list`` and ``mkd plugins show``: what is installed."""

from __future__ import annotations

from typing import Any

import click

from mkd_core.errors import NotFound, did_you_mean
from mkd_plugins.cli import options, output
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import stdout
from mkd_plugins.host import Row
from mkd_plugins.problems import PluginProblem
from mkd_plugins.words import say


@click.command("list")
@options.as_json
@click.pass_obj
def listed(session: Session, as_json: bool) -> None:
    """Every installed plugin: its state, what it offers, what of that is configured (with a star)."""
    language = session.words()
    with session.host() as host:
        rows = host.report()
        shown = [
            (
                row.label,
                row.version,
                row.state if not row.hanging else f"{row.state}, {row.hanging} hanging",
                ", ".join((*_offers(row), *(f"policy {name}" for name in row.policies))),
            )
            for row in rows
        ]
        headings = ["plugin", say("version", language), say("state", language), say("offers", language)]
        answer(as_json, [_data(row) for row in rows], output.table(headings, shown))


@click.command()
@click.argument("name")
@options.as_json
@click.pass_obj
def show(session: Session, name: str, as_json: bool) -> None:
    """One plugin, by its entry point or whole label, with every problem of it."""
    with session.host() as host:
        rows = {row.label: row for row in host.report()}
        found = next((row for label, row in rows.items() if name in (label, label.partition("[")[2].rstrip("]"))), None)
        if found is None:
            entries = [label.partition("[")[2].rstrip("]") for label in rows]
            raise NotFound("MKD443", f"no plugin is called {name!r}", mend=did_you_mean(name, entries))
        data = _data(found)
        answer(as_json, data, output.card([(key, value) for key, value in data.items() if key != "problems"]))
        if not as_json:
            for problem in found.problems:
                click.echo(str(problem), file=stdout())


def _offers(row: Row) -> list[str]:
    return [f"{offer}*" if offer in row.configured else offer for offer in row.offers]


def problem_data(problem: PluginProblem) -> dict[str, str]:
    return {"code": problem.code, "label": problem.label, "line": problem.line, "hint": problem.hint}


def _data(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "version": row.version,
        "module": row.module,
        "state": row.state,
        "offers": list(row.offers),
        "configured": list(row.configured),
        "policies": list(row.policies),
        "hanging": row.hanging,
        "given_up": row.given_up,
        "problems": list(map(problem_data, row.problems)),
    }
