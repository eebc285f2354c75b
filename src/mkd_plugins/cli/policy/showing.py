"""``mkd policy show``: a policy as a document."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from mkd_core.coverage import Requirement
from mkd_core.policy import Assignment, History, Policy
from mkd_core.policy.wording import in_words
from mkd_core.sources import Source
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.cli import options
from mkd_plugins.cli.options import now
from mkd_plugins.cli.policies import chosen_version, found_history
from mkd_plugins.cli.policy.page import as_markdown, as_text, page
from mkd_plugins.cli.session import Session, answer


@click.command()
@click.argument("name", metavar="[ID_OR_FILE]", required=False)
@click.option("--unit", metavar="UNIT", help="The policy that holds for this unit, with the numbers it is given.")
@options.version_on
@click.option("--layer", type=click.Choice(["base"]), help="Look past decrees.")
@options.in_language
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@options.as_json
@click.pass_obj
def show(
    session: Session,
    name: str | None,
    unit: str | None,
    on: date | None,
    layer: str | None,
    language: str | None,
    form: str,
    as_json: bool,
) -> None:
    """One policy as a document: sources, rules in words, numbers, route, proof, coverage, versions.

    \b
    mkd policy show jabar-mkd --on 2024-03-20 --lang id
    mkd policy show rules/ --format markdown > policy.md
    mkd policy show --unit 2000 --on 2024-03-20
    """
    if (name is None) == (unit is None) or (unit is not None and layer is not None):
        raise click.UsageError("name one policy, or give --unit")
    words = language or session.words()
    if unit is not None:
        chosen, history, assigned = _of_unit(session, unit, on)
        data = {**_data(chosen, history), "for_unit": unit, "assigned": [_assigned(each) for each in assigned]}
        sections = page(chosen, history, words, unit, assigned)
    else:
        assert name is not None
        history = found_history(session, name)
        chosen = chosen_version(history, on=on, layer="base" if layer else None)
        data, sections = _data(chosen, history), page(chosen, history, words)
    answer(as_json, data, as_markdown(sections) if form == "markdown" else as_text(sections))


def _of_unit(session: Session, unit: str, on: date | None) -> tuple[Policy, History, tuple[Assignment, ...]]:
    """The policy that decides a request of that day (today when nobody says one) in the unit, and why it does."""
    with session.open() as desk:
        moment = now()
        day = on or moment.date()
        key = desk.unit(unit, moment)
        assigned = desk.mkd.assigned(key, day)
        policy = desk.mkd.policy_for(key, day)
        history = next((each.policies for each in assigned if each.policies is not None), None)
        return policy.on(day, seasons_on(day)), history or desk.mkd.policies, assigned


def _assigned(given: Assignment) -> dict[str, Any]:
    return {
        "unit": given.scope,
        "from": given.period.start,
        "until": given.period.until,
        "policy": given.policies.id if given.policies else None,
        "parameters": {name: each.parameter.to_data() for name, each in given.parameters.items()},
        "source": _cited(given.source, given.article),
    }


def _data(policy: Policy, history: History) -> dict[str, Any]:
    trees = dict(policy.at("vote").trees)
    return {
        "id": policy.id,
        "version": policy.version,
        "layer": policy.layer,
        "initiation": policy.initiation,
        "zone": policy.zone,
        "in_force": str(policy.period),
        "versions": list(history.versions),
        "title": {"id": policy.title.id, "en": policy.title.en},
        "seasons": sorted(policy.seasons),
        "sources": [
            {"source": name, "title": each.title, "kind": each.kind, "read": each.read}
            for name, each in policy.sources.items()
        ],
        "parameters": [
            {
                "parameter": key,
                "value": each.parameter.to_data(),
                "unit": each.unit,
                "source": _cited(policy.sources.get(each.source or ""), each.article),
                **({} if each.scope is None else {"scope": each.scope}),
            }
            for key, each in policy.parameters.items()
        ],
        "overlays": [
            {
                "season": each.name if each.period is None else None,
                "dates": None if each.period is None else each.period.name,
                "parameters": {key: value.to_data() for key, value in each.parameters.items()},
                "source": _cited(policy.sources.get(each.source or ""), each.article),
            }
            for each in policy.overlays
        ],
        "rules": [
            {
                "rule": rule.id,
                "otherwise": rule.otherwise,
                "require": rule.require,
                "words": {
                    "id": in_words(trees[number], policy.vocabulary, policy.parameters, "id"),
                    "en": in_words(trees[number], policy.vocabulary, policy.parameters, "en"),
                },
                "because": {"id": policy.said(rule.because).id, "en": policy.said(rule.because).en},
                "source": _cited(policy.sources[rule.source], rule.article),
                "read": policy.sources[rule.source].read,
            }
            for number, rule in enumerate(policy.rules)
        ],
        "route": [
            {
                **step.to_data(),
                "need": step.need,
                "late": step.late,
                "when": step.when,
                "source": _cited(policy.sources.get(step.source or ""), step.article),
            }
            for step in policy.steps
        ],
        "refusal": {
            "grounds": list(policy.refusal.grounds),
            "consult_first": policy.refusal.consult_first,
            "source": _cited(policy.sources.get(policy.refusal.source or ""), policy.refusal.article),
        },
        "decide_within": str(policy.clock.decide_within) if policy.clock.decide_within else None,
        "decide_within_source": _cited(policy.sources.get(policy.clock.source or ""), policy.clock.article),
        "proof": {
            "office": list(policy.proof.office),
            "remote": list(policy.proof.remote),
            "source": _cited(policy.sources.get(policy.proof.source or ""), policy.proof.article),
        },
        "coverage": [
            {**_demand(each), "source": _cited(policy.sources.get(each.source or ""), each.article)}
            for each in policy.coverage
        ],
    }


def _cited(source: Source | None, article: str | None) -> str:
    if source is None:
        return ""
    return f"{source.title} {article}" if article else source.title


def _demand(demand: Requirement) -> dict[str, Any]:
    return {
        "per": str(demand.per),
        "days": sorted(demand.days),
        "start": demand.start,
        "end": demand.end,
        "min_share": None if demand.min_share is None else float(demand.min_share),
        "min_people": demand.min_people,
    }
