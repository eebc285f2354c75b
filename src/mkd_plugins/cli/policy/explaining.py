"""``mkd policy explain``: one rule and all that it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

import click

from mkd_core.language import Fact
from mkd_core.policy.explain import Explanation, Gap, explain
from mkd_core.policy.wording import parameter_in_words, shape_in_words
from mkd_plugins.cli import options
from mkd_plugins.cli.policies import chosen_version, found_history
from mkd_plugins.cli.policy.phrases import cited, reader_of
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.words import say

WIDTH = 100


@click.command("explain")
@click.argument("name", metavar="ID_OR_FILE")
@click.argument("rule", required=False)
@click.option("--all", "everything", is_flag=True, help="Every rule.")
@options.version_on
@click.option("--layer", type=click.Choice(["base"]), help="Look past decrees.")
@options.in_language
@options.as_json
@click.pass_obj
def explain_rule(
    session: Session,
    name: str,
    rule: str | None,
    everything: bool,
    on: date | None,
    layer: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """One RULE of a policy: in words, its source, the facts it reads, and between which values it turns.

    \b
    mkd policy explain jabar-mkd remote-days --on 2023-07-03
    """
    if (rule is None) == (not everything):
        raise click.UsageError("Name a RULE (mkd policy show lists them), or ask for --all.")
    policy = chosen_version(found_history(session, name), on=on, layer="base" if layer else None)
    told = [explain(policy, each) for each in ([rule] if rule else [every.id for every in policy.rules])]
    head = f"{policy.id} {policy.version}"
    spoken = language or session.words()
    data = {
        "policy": {"id": policy.id, "version": policy.version, "seasons": sorted(policy.seasons)},
        "rules": [each.to_data() for each in told],
    }
    answer(as_json, data, "\n\n".join("\n".join(_lines(each, head, spoken)) for each in told))


def _lines(told: Explanation, head: str, language: str) -> Iterator[str]:
    yield from textwrap.wrap(f"{head}, {told.rule.id}: {getattr(told.because, language)}", WIDTH)
    pairs = list(_pairs(told, language))
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        lines = textwrap.wrap(value, WIDTH - width - 4, break_long_words=False, break_on_hyphens=False)
        yield f"  {name:{width}}  " + f"\n{' ' * (width + 4)}".join(lines)
    turns = {turn.fact.name: turn for turn in told.turns}
    gaps = {gap.fact.name: gap for gap in told.gaps}
    for fact in told.facts:
        yield f"  {fact.name}: {getattr(fact.meaning, language)}"
        said = [_shape(fact, language)]
        if fact.name in turns:
            said.append(turns[fact.name].in_words(reader_of(language)))
        if fact.name in gaps:
            said.append(f"{say('if_missing', language)}: {_gap(gaps[fact.name], told.rule.otherwise, language)}")
        for line in said:
            yield from textwrap.wrap(
                line, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
            )


def _pairs(told: Explanation, language: str) -> Iterator[tuple[str, str]]:
    yield say("requires", language), told.in_words(reader_of(language))
    yield say("expression", language), " ".join(told.rule.require.split())
    yield say("otherwise", language), say(f"effect_{told.rule.otherwise}", language)
    yield say("decided_at", language), ", ".join(say(f"at_{moment}", language) for moment in told.moments)
    yield say("source", language), cited(told.source, told.rule.article, language)
    for named in told.parameters:
        value = parameter_in_words(named, reader_of(language))
        source = cited(told.source_of(named), named.article, language)
        yield named.name, f"{value}; {source}" if source else value


def _shape(fact: Fact, language: str) -> str:
    marks = [say(mark, language) for mark in ("negotiable", "sensitive") if getattr(fact, mark)]
    known = f"{say('known_by', language)} {say(f'known_{fact.source}', language)}"
    return "; ".join([shape_in_words(fact, reader_of(language)), known, *marks])


def _gap(gap: Gap, effect: str, language: str) -> str:
    key = "gap_" + "_".join(gap.statuses)
    return say(key, language, then=say("then_warn" if effect == "warn" else "then_refer", language))
