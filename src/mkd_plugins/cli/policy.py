"""``mkd policy``: policies, their versions, their facts, their worked cases."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click

from mkd_core.language import Fact
from mkd_plugins.cli import options, output
from mkd_plugins.cli.policies import found_folder, found_history, found_policy
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say

_ON = click.option("--on", type=options.DATE, metavar="DATE", help="The version of that day.  [the newest]")


@click.group()
def policy() -> None:
    """List, show and test policies; their facts and the schema of their files."""


@policy.command("list")
@options.as_json
@click.pass_obj
def listed(session: Session, as_json: bool) -> None:
    """Every installed policy with its versions."""
    from mkd_plugins.policies import policy_history, shipped_ids

    language = session.words()
    with session.host() as host:
        names = sorted({*shipped_ids(), *(pack.id for pack in host.packs)})
        histories = {name: policy_history(name, packs=host.packs) for name in names}
    data = [
        {
            "id": name,
            "versions": [{"version": base.version, "in_force": str(base.period)} for base in history.bases],
            "title": {"id": history.bases[-1].title.id, "en": history.bases[-1].title.en},
        }
        for name, history in histories.items()
    ]
    rows = [
        (name, base.version, str(base.period), getattr(base.title, language))
        for name, history in histories.items()
        for base in history.bases
    ]
    headings = ["id", *(say(key, language) for key in ("version", "in_force", "title"))]
    answer(as_json, data, output.table(headings, rows))


@policy.command()
@click.argument("name", metavar="ID_OR_FILE")
@_ON
@options.as_json
@click.pass_obj
def show(session: Session, name: str, on: date | None, as_json: bool) -> None:
    """One policy: its versions, parameters, rules and route, each with its source and how it was read."""
    language = session.words()
    history = found_history(session, name)
    chosen = found_policy(session, name, on=on) if on else history.bases[-1]
    rules = [
        {
            "rule": rule.id,
            "otherwise": rule.otherwise,
            "require": rule.require,
            "source": _source(chosen.sources[rule.source].title, rule.article),
            "read": chosen.sources[rule.source].read,
        }
        for rule in chosen.rules
    ]
    parameters = [
        {
            "parameter": key,
            "value": _plain(each.parameter.value),
            "unit": each.unit,
            "source": _source(chosen.sources[each.source].title, each.article) if each.source else "",
        }
        for key, each in chosen.parameters.items()
    ]
    route = [step.to_data() for step in chosen.steps]
    data = {
        "id": chosen.id,
        "version": chosen.version,
        "in_force": str(chosen.period),
        "versions": list(history.versions),
        "title": {"id": chosen.title.id, "en": chosen.title.en},
        "parameters": parameters,
        "rules": rules,
        "route": route,
    }
    head = f"{chosen.id} {chosen.version}: {getattr(chosen.title, language)} ({chosen.period})"
    steps = [(step["step"], step["approver"], step["within"]) for step in route]
    answer(
        as_json,
        data,
        "\n\n".join(
            [
                head,
                output.table(
                    ["parameter", *(say(k, language) for k in ("value", "unit", "source"))], _rows(parameters)
                ),
                output.table(
                    [say("rule", language), "otherwise", "require", say("source", language), "read"], _rows(rules)
                ),
                output.table([say("step", language), "approver", "within"], steps),
            ]
        ),
    )


def _rows(tables: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(table.values()) for table in tables]


def _source(title: str, article: str | None) -> str:
    return f"{title} {article}" if article else title


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, frozenset, set)) else value


@policy.command("facts")
@click.argument("name", metavar="ID_OR_FILE")
@_ON
@click.option("--at", "moment", type=click.Choice(["request", "vote"]), default="vote", show_default=True)
@options.as_json
@click.pass_obj
def read_facts(session: Session, name: str, on: date | None, moment: str, as_json: bool) -> None:
    """The facts that a policy reads, with types, ranges and meanings, and a line of them to fill in.

    The line is for `mkd decide`: replace each null, or leave it as it is when the fact is not known.
    """
    language = session.words()
    chosen = found_policy(session, name, on=on) if on else found_history(session, name).bases[-1]
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


@policy.command()
def schema() -> None:
    """A JSON Schema of the policy file, for editors."""
    from mkd_core.policy import Policy

    output.write_json(Policy.schema())


@policy.command()
@click.argument("name", metavar="[ID_OR_FILE]", default="jabar-mkd")
@options.as_json
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    """Decide the worked cases that lie beside a policy; exit status 1 when one comes out otherwise."""
    from mkd_plugins.worked_cases import run_cases

    session: Session = ctx.obj
    results = list(run_cases(found_history(session, name), found_folder(session, name)))
    wrong = [result for result in results if result.differences]
    data = {
        "cases": len(results),
        "wrong": [
            {
                "case": result.name,
                "expected": {key: result.expected[key] for key in result.differences},
                "got": {key: result.got[key] for key in result.differences},
            }
            for result in wrong
        ],
    }
    lines = [
        f"{result.file}: {result.name}: {key} expected {result.expected[key]}, got {result.got[key]}"
        for result in wrong
        for key in result.differences
    ]
    answer(as_json, data, "\n".join([*lines, f"{name}: {len(results) - len(wrong)} of {len(results)} cases"]))
    if wrong:
        ctx.exit(1)
