"""The rule packs and pay schemes that ship: each rule and number with its source, and how that was read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

from mkd_core.allowance import Scheme
from mkd_core.coverage import Requirement
from mkd_core.policy.document import Document, read_document
from mkd_core.worktime import WEEKDAYS, clock
from writers.markdown import both, code, document, table

READ = {
    "full": "in full",
    "excerpt": "in excerpts",
    "press": "in the press only",
    "practice": "as practised",
    "ours": "a default of ours",
}

INTRODUCTION = """\
What ships, rule by rule. None of it is the law. Every rule and number names its source, and *read* says how much of
the source was read ([sources and honesty](../explanation/sources.md)); an article stands where a source names it. All
of it is configuration: copy the file, change it, and name the copy in `mkd.toml`.
"""


class Sourced(Protocol):
    """What both kinds of source have."""

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def read(self) -> str: ...


def page() -> str:
    """The page."""
    shipped = [file for pack in _sorted(files("mkd_plugins") / "packs") if pack.is_dir() for file in _sorted(pack)]
    texts = [
        (file.name, file.read_text(encoding="utf-8"))
        for file in shipped
        if file.name.endswith(".toml") and not file.name.endswith(".cases.toml")
    ]
    parts = [_scheme(text, name) if "[scheme]" in text.splitlines() else _policy(text, name) for name, text in texts]
    return document("Packs", INTRODUCTION, *parts)


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name)


def _said(text: str) -> str:
    """What the file says of itself, in the comment that it begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(f"> {line.removeprefix('#').strip()}".rstrip())
    return "\n".join(lines)


def _policy(text: str, name: str) -> str:
    policy = read_document(text, file=name)
    parts = [
        f"## {policy.id} {policy.version}",
        f"A policy. {both(policy.title)}. In force {policy.period}; layer {code(policy.layer)}; begun by"
        f" {code(policy.initiation)}; zone {policy.zone}.",
        _said(text),
        _sources(policy.sources),
        _parameters(policy),
        _rules(policy),
        _route(policy),
        _others(policy),
    ]
    return "\n\n".join(part for part in parts if part)


def _sources(sources: Mapping[str, Sourced]) -> str:
    rows = [(code(name), each.title, each.kind, READ[each.read]) for name, each in sources.items()]
    return f"**Sources**\n\n{table(('source', 'title', 'kind', 'read'), rows)}"


def _cited(source: str | None, article: str | None) -> str:
    return ", article ".join(part for part in (code(source or ""), article) if part)


def _parameters(policy: Document) -> str:
    rows = [
        (code(each.name), _shown(each.parameter.value), each.unit, _cited(each.source, each.article))
        for each in policy.parameters.values()
    ]
    for overlay in policy.overlays:
        for name, parameter in overlay.parameters.items():
            unit = policy.parameters[name].unit if name in policy.parameters else ""
            row = (
                f"{code(name)} in {overlay.season}",
                _shown(parameter.value),
                unit,
                _cited(overlay.source, overlay.article),
            )
            rows.append(row)
    return f"**Parameters**\n\n{table(('parameter', 'value', 'unit', 'source'), rows)}" if rows else ""


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, frozenset, set)) else str(value)


def _rules(policy: Document) -> str:
    rows = [
        (
            code(rule.id),
            code(rule.require),
            rule.otherwise,
            both(rule.because),
            _cited(rule.source, rule.article),
            READ[policy.sources[rule.source].read],
        )
        for rule in policy.rules
    ]
    return f"**Rules**\n\n{table(('rule', 'requires', 'otherwise', 'because', 'source', 'read'), rows)}"


def _route(policy: Document) -> str:
    rows = [
        (
            code(step.id),
            ", ".join(code(each) for each in step.approvers),
            str(step.need),
            str(step.within),
            code(step.late),
            code(step.when or ""),
        )
        for step in policy.steps
    ]
    return f"**Route**\n\n{table(('step', 'approver', 'need', 'within', 'when late', 'only if'), rows)}" if rows else ""


def _others(policy: Document) -> str:
    lines = []
    if policy.proof:
        lines.append(
            f"Proof: at the office {', '.join(map(code, policy.proof.office)) or 'none'}; elsewhere"
            f" {', '.join(map(code, policy.proof.remote)) or 'none'}."
        )
    if policy.refusal.grounds:
        lines.append(f"Grounds of refusal, a closed list: {', '.join(map(code, policy.refusal.grounds))}.")
    if policy.refusal.consult_first:
        lines.append("A refusal needs a consultation on record first.")
    if policy.clock.decide_within:
        lines.append(f"Decided within {policy.clock.decide_within}, over all steps and appeal.")
    lines += [_covered(each) for each in policy.coverage]
    return "\n".join(f"- {line}" for line in lines)


def _covered(demand: Requirement) -> str:
    least = [
        *([f"{demand.min_people} people"] if demand.min_people is not None else []),
        *([f"{demand.min_share:.0%} of the staff"] if demand.min_share is not None else []),
    ]
    days = ", ".join(day for day in WEEKDAYS if day in demand.days)
    return (
        f"Coverage: at least {' and '.join(least)} on site per {demand.per}, {days},"
        f" {clock(demand.start)} to {clock(demand.end)}."
    )


def _scheme(text: str, name: str) -> str:
    scheme = Scheme.from_toml(text, file=name)
    numbers = [
        (code(each.name), _shown(each.parameter.value), each.unit, _cited(each.source.id, each.article))
        for each in scheme.parameters.values()
    ]
    lines = [
        (
            code(row.item),
            code(row.quantity.text),
            row.unit,
            code(row.when.text) if row.when else "",
            both(row.because),
            _cited(row.source.id, row.article),
            READ[row.source.read],
        )
        for row in scheme.rows
    ]
    until = f" until {scheme.until}" if scheme.until else ""
    parts = [
        f"## {scheme.id} {scheme.version}",
        f"A pay scheme. {both(scheme.title)}. In force from {scheme.starts}{until}.",
        _said(text),
        _sources(scheme.sources),
        f"**Parameters**\n\n{table(('parameter', 'value', 'unit', 'source'), numbers)}" if numbers else "",
        f"**Lines**\n\n{table(('item', 'quantity', 'unit', 'only if', 'because', 'source', 'read'), lines)}",
    ]
    return "\n\n".join(part for part in parts if part)
