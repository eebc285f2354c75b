"""A policy as a document that is read from top to bottom, in one language, as plain text or as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from mkd_core.coverage import Requirement
from mkd_core.language.syntax import parse
from mkd_core.language.tree import YES_NO
from mkd_core.policy import Assignment, History, Policy
from mkd_core.policy.terms import Clock, Proof, Refusal
from mkd_core.policy.wording import in_words, parameter_in_words, with_unit
from mkd_plugins.cli import output
from mkd_plugins.cli.policy.phrases import approvers, cited, covered, need, period, proofs, reader_of, span
from mkd_plugins.words import say

WIDTH = 100


@frozen(kw_only=True)
class Entry:
    """Something with a name and what is said of it."""

    title: str
    text: str = ""
    pairs: Sequence[tuple[str, str]] = ()


@frozen(kw_only=True)
class Section:
    """A part of the document: sentences, a table, entries, or some of these."""

    title: str
    lines: Sequence[str] = ()
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    entries: Sequence[Entry] = field(default=())


def page(
    policy: Policy, history: History, language: str, unit: str = "", assigned: Sequence[Assignment] = ()
) -> list[Section]:
    """The document: the first section is its head. ``assigned`` is what the unit is given, the nearest first."""
    voting = policy.at("vote")
    parts = [
        _head(voting, language),
        _assigned(unit, assigned, language),
        _sources(voting, language),
        _rules(voting, language),
        _parameters(voting, language),
        _overlays(voting, language),
        _route(voting, language),
        _refusal(voting, language),
        Section(title=say("proof_head", language), lines=[_proof(voting, language)]),
        Section(title=say("coverage_head", language), lines=_coverage(voting, language)),
        _accepted(voting, history, language),
        _versions(history, language),
    ]
    return [part for part in parts if part.lines or part.rows or part.entries]


def as_text(sections: Sequence[Section]) -> str:
    """For a terminal or a printer."""
    return "\n\n".join("\n".join(_text(section)) for section in sections)


def as_markdown(sections: Sequence[Section]) -> str:
    """For a page."""
    head, *others = sections
    return "\n\n".join([*_markdown(head, "#"), *(part for section in others for part in _markdown(section, "##"))])


def _text(section: Section) -> Iterator[str]:
    yield from (section.title, "=" * len(section.title))
    for line in section.lines:
        yield from textwrap.wrap(line, WIDTH, break_on_hyphens=False)
    if section.rows:
        yield output.table(section.headings, section.rows)
    for entry in section.entries:
        yield f"\n{entry.title}"
        yield from textwrap.wrap(entry.text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        width = max((len(name) for name, _ in entry.pairs), default=0)
        for name, value in entry.pairs:
            indent = " " * (width + 6)
            lines = textwrap.wrap(value, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
            yield f"    {name:{width}}  " + f"\n{indent}".join(lines)


def _markdown(section: Section, level: str) -> Iterator[str]:
    yield f"{level} {section.title}"
    if section.lines:
        yield "\n".join(f"- {_escaped(line)}" for line in section.lines)
    if section.rows:
        table = [section.headings, ["---"] * len(section.headings), *section.rows]
        yield "\n".join(f"| {' | '.join(_cell(each) for each in row)} |" for row in table)
    for entry in section.entries:
        yield f"{level}# {entry.title}"
        if entry.text:
            yield _escaped(entry.text)
        yield "\n".join(f"- **{name}**: {_escaped(value)}" for name, value in entry.pairs)


def _escaped(text: str) -> str:
    """Text that is no Markdown; what stands between backticks is left alone."""
    parts = text.split("`")
    return "`".join(
        part if at % 2 else "".join(f"\\{sign}" if sign in "*_<[" else sign for sign in part)
        for at, part in enumerate(parts)
    )


def _cell(text: str) -> str:
    return text if text == "---" else _escaped(text).replace("|", "\\|")


def _head(policy: Policy, language: str) -> Section:
    called = {each.name: getattr(each.called, language) for each in policy.overlays}
    during = [say("during", language, season=called[name]) for name in sorted(policy.seasons)]
    facts = [
        f"{policy.id} {policy.version}",
        say("base_layer" if policy.layer == "base" else "decree_layer", language),
        f"{say('in_force', language)} {period(policy.period, language)}",
        *([f"{say('on', language)} {policy.day}"] if policy.day else []),
        *during,
        f"{say('begun_by', language)} {say(f'initiation_{policy.initiation}', language)}",
        f"{say('zone', language)} {policy.zone}",
    ]
    return Section(title=getattr(policy.title, language), lines=["; ".join(facts)])


def _sources(policy: Policy, language: str) -> Section:
    rows = [
        (each.title, say(f"kind_{each.kind}", language), say(f"read_{each.read}", language))
        for each in policy.sources.values()
    ]
    headings = [say(key, language) for key in ("title", "kind", "read")]
    return Section(title=say("sources_head", language), headings=headings, rows=rows)


def _rules(policy: Policy, language: str) -> Section:
    trees = dict(policy.trees)
    entries = []
    for number, rule in enumerate(policy.rules):
        words = in_words(trees[number], policy.vocabulary, policy.parameters, reader_of(language))
        pairs = [
            (say("requires", language), words),
            (say("otherwise", language), say(f"effect_{rule.otherwise}", language)),
            (say("source", language), cited(policy.sources[rule.source], rule.article, language)),
        ]
        entries.append(Entry(title=rule.id, text=getattr(policy.said(rule.because), language), pairs=pairs))
    return Section(title=say("rules_head", language), entries=entries)


def _parameters(policy: Policy, language: str) -> Section:
    rows = [
        (
            each.name,
            parameter_in_words(each, reader_of(language)),
            _of_whom(cited(policy.sources.get(each.source or ""), each.article, language), each.scope, language),
        )
        for each in policy.parameters.values()
    ]
    headings = [say(key, language) for key in ("parameter", "value", "source")]
    return Section(title=say("parameters_head", language), headings=headings, rows=rows)


def _of_whom(source: str, scope: str | None, language: str) -> str:
    return source if scope is None else say("of_unit", language, source=source, scope=scope)


def _assigned(unit: str, assigned: Sequence[Assignment], language: str) -> Section:
    rows = [
        (
            each.scope,
            period(each.period, language),
            each.policies.id if each.policies else "",
            ", ".join(f"{name} = {given.parameter.to_data()}" for name, given in each.parameters.items()),
            cited(each.source, each.article, language),
        )
        for each in assigned
    ]
    headings = [say(key, language) for key in ("work_unit", "in_force", "policy", "parameter", "source")]
    return Section(title=say("given_head", language, unit=unit), headings=headings, rows=rows)


def _overlays(policy: Policy, language: str) -> Section:
    rows = []
    for overlay in policy.overlays:
        for name, parameter in overlay.parameters.items():
            value = parameter.value
            unit = policy.parameters[name].unit
            shown = (
                ", ".join(map(str, value))
                if isinstance(value, tuple)
                else with_unit(value, parameter.kind, unit, reader_of(language))
            )
            source = cited(policy.sources.get(overlay.source or ""), overlay.article, language)
            rows.append((getattr(overlay.called, language), name, shown, source))
    headings = [say(key, language) for key in ("season_or_dates", "parameter", "value", "source")]
    return Section(title=say("overlays_head", language), headings=headings, rows=rows)


def _route(policy: Policy, language: str) -> Section:
    rows = []
    for step in policy.steps:
        condition = ""
        if step.when is not None:
            tree = parse(step.when, policy.vocabulary, policy.values, expect=YES_NO)
            condition = in_words(tree, policy.vocabulary, policy.parameters, reader_of(language))
        rows.append(
            (
                step.id,
                approvers(step.approvers, language),
                need(step.need, language),
                span(step.within, language),
                say(f"late_{step.late}", language),
                condition,
                cited(policy.sources.get(step.source or ""), step.article, language),
            )
        )
    headings = [say(key, language) for key in ("step", "approver", "need", "within", "late", "condition", "source")]
    return Section(title=say("route_head", language), headings=headings, rows=rows)


def _refusal(policy: Policy, language: str) -> Section:
    refusal, clock = policy.refusal, policy.clock
    lines = []
    if refusal.grounds:
        lines.append(say("grounds", language, grounds=", ".join(refusal.grounds)))
    if refusal.consult_first:
        lines.append(say("consult_first", language))
    # The source is that of the list, where there is one: an article of the list need not ask for the consultation, too.
    lines[:1] = [_sourced(each, refusal, policy, language) for each in lines[:1]]
    if clock.decide_within is not None:
        sentence = say("clock_within", language, span=span(clock.decide_within, language))
        lines.append(_sourced(sentence, clock, policy, language))
    return Section(title=say("refusal_head", language), lines=lines)


def _proof(policy: Policy, language: str) -> str:
    office, remote = (proofs(kinds, language) for kinds in (policy.proof.office, policy.proof.remote))
    return _sourced(say("proof_of", language, office=office, remote=remote), policy.proof, policy, language)


def _coverage(policy: Policy, language: str) -> list[str]:
    return [_sourced(covered(demand, language), demand, policy, language) for demand in policy.coverage]


def _sourced(sentence: str, part: Proof | Refusal | Clock | Requirement, policy: Policy, language: str) -> str:
    """The sentence with the instrument that it stands in, where the policy names one."""
    source = cited(policy.sources.get(part.source or ""), part.article, language)
    return say("with_source", language, sentence=sentence, source=source) if source else sentence


def _accepted(policy: Policy, history: History, language: str) -> Section:
    """What lint finds and the file says to be as it should be."""
    [document] = [each for each in history.documents if each.version == policy.version]
    lines = [f"{each.code}, {each.at}: {each.reason}" for each in document.accepted]
    return Section(title=say("accepted_findings", language), lines=lines)


def _versions(history: History, language: str) -> Section:
    rows = [
        (
            each.version,
            say("base_layer" if each.layer == "base" else "decree_layer", language),
            period(each.period, language),
            getattr(each.title, language),
        )
        for each in history.documents
    ]
    headings = [say("version", language), say("kind", language), say("in_force", language), say("title", language)]
    return Section(title=say("versions_head", language), headings=headings, rows=rows if len(rows) > 1 else ())
