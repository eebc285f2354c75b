"""``mkd policy show``."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.policies import found_history, found_policy
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say


@click.command()
@click.argument("name", metavar="ID_OR_FILE")
@options.version_on
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
