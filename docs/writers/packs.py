"""The rule packs and pay schemes that ship: each rule and number with its source, and how that was read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Protocol

from attrs import frozen

from mkd_core.allowance import Scheme
from mkd_core.coverage import Requirement
from mkd_core.language import Kind, Parameter
from mkd_core.policy.document import Document, read_document
from mkd_core.sources import Source
from mkd_core.worktime import WEEKDAYS, clock
from mkd_plugins.packs.files import read_text, texts_in
from writers.markdown import both, code, document, table

READ = {
    "full": "in full",
    "excerpt": "in excerpts",
    "press": "in the press only",
    "practice": "as practised",
    "ours": "a default of ours",
}

INTRODUCTION = """\
What ships, a page for each. None of it is the law. Every rule and number names its source, and *read* says how much of
the source was read ([sources and honesty](../explanation/sources.md)); an article stands where a source names it. All
of it is configuration: copy the file, change it, and name the copy in `mkd.toml`.
"""

MARKS = "What the marks of a source mean: [sources and honesty](../../explanation/sources.md)."
KEPT = "All of it is configuration: copy the file, change it, and name the copy in `mkd.toml`."


@frozen
class Version:
    """One file of a pack: a version of a policy or of a pay scheme, with the text it was read from."""

    text: str
    read: Document | Scheme
    cases: Sequence[Mapping[str, Any]]

    @property
    def kind(self) -> str:
        """What it is, for a table."""
        if isinstance(self.read, Scheme):
            return "pay scheme"
        return "policy" if self.read.layer == "base" else "decree"

    @property
    def starts(self) -> date:
        """The first day in force."""
        return self.read.starts if isinstance(self.read, Scheme) else self.read.period.start

    @property
    def period(self) -> str:
        """From when until when, as people read it."""
        if isinstance(self.read, Document):
            return str(self.read.period)
        return f"from {self.read.starts}" + (f" until {self.read.until}" if self.read.until else "")


class Sourced(Protocol):
    """What both kinds of source have."""

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def read(self) -> str: ...


def pages() -> dict[str, str]:
    """The index and a page for each pack, by file name."""
    shipped = {pack.name: _versions(pack) for pack in _sorted(files("mkd_plugins") / "packs") if pack.is_dir()}
    packs = {name: versions for name, versions in shipped.items() if versions}
    return {"packs.md": _index(packs), **{f"packs/{name}.md": _page(name, packs[name]) for name in packs}}


def _versions(pack: Traversable) -> list[Version]:
    """Every version in a folder: those of the base first, then the decrees, each by date."""
    found = []
    for kind in ("policy", "scheme"):
        for name, text in texts_in(pack, kind).items():
            read = read_document(text, file=name) if kind == "policy" else Scheme.from_toml(text, file=name)
            beside = pack.joinpath(f"{name.removesuffix('.toml')}.cases.toml")
            cases = tomllib.loads(read_text(beside)).get("cases", []) if beside.is_file() else []
            found.append(Version(text, read, cases))
    return sorted(found, key=lambda version: (version.kind == "decree", version.starts))


def _index(packs: Mapping[str, Sequence[Version]]) -> str:
    rows = [
        (
            f"[{code(name)}](packs/{name}.md)",
            versions[0].kind,
            both(versions[0].read.title),
            ", ".join(version.read.version for version in versions),
            str(versions[0].starts),
        )
        for name, versions in packs.items()
    ]
    listed = "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *(f"packs/{name}" for name in packs), "```"])
    return document("Packs", INTRODUCTION, table(("pack", "what", "title", "versions", "first in force"), rows), listed)


def _page(name: str, versions: Sequence[Version]) -> str:
    rows = [
        (
            f"[{version.read.version}](#{_anchor(version)})",
            version.kind,
            version.period,
            both(version.read.title),
            str(len(version.cases)),
        )
        for version in versions
    ]
    bases = [version.read for version in versions if version.kind == "policy"]
    parts = [
        _scheme(version) if isinstance(version.read, Scheme) else _policy(version, version.read, bases)
        for version in versions
    ]
    head = f"{KEPT} {MARKS}"
    return document(name, head, table(("version", "what", "in force", "title", "worked cases"), rows), *parts)


def _anchor(version: Version) -> str:
    return "".join(letter for letter in version.read.version.lower() if letter.isalnum() or letter in "-_")


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


def _policy(version: Version, policy: Document, bases: Sequence[Document | Scheme]) -> str:
    below = [base for base in bases if isinstance(base, Document) and base.period.overlaps(policy.period)]
    known = {name: source for base in below for name, source in base.sources.items()} | policy.sources
    decree = ""
    if version.kind == "decree":
        over = ", ".join(base.version for base in below)
        decree = f" A decree over {over}, from which come the parameters, sources and proof that it does not state."
    parts = [
        f"## {policy.version}",
        f"{both(policy.title)}. In force {policy.period}; begun by {code(policy.initiation)}; zone {policy.zone}."
        f"{decree}",
        _said(version.text),
        _sources(policy.sources),
        _parameters(policy),
        _rules(policy, known),
        _route(policy),
        _others(policy),
        _cases(version.cases),
    ]
    return "\n\n".join(part for part in parts if part)


def _sources(sources: Mapping[str, Sourced]) -> str:
    rows = [(code(name), each.title, each.kind, READ[each.read]) for name, each in sources.items()]
    return f"**Sources**\n\n{table(('source', 'title', 'kind', 'read'), rows)}" if rows else ""


def _cited(source: str | None, article: str | None) -> str:
    return ", article ".join(part for part in (code(source or ""), article) if part)


def _parameters(policy: Document) -> str:
    rows = [
        (code(each.name), _shown(each.parameter), each.unit, _cited(each.source, each.article))
        for each in policy.parameters.values()
    ]
    for overlay in policy.overlays:
        for name, parameter in overlay.parameters.items():
            unit = policy.parameters[name].unit if name in policy.parameters else ""
            row = (
                f"{code(name)} in {overlay.name}",
                _shown(parameter),
                unit,
                _cited(overlay.source, overlay.article),
            )
            rows.append(row)
    return f"**Parameters**\n\n{table(('parameter', 'value', 'unit', 'source'), rows)}" if rows else ""


def _shown(parameter: Parameter) -> str:
    values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
    return ", ".join(
        clock(each) if parameter.kind is Kind.TIME and isinstance(each, int) else str(each) for each in values
    )


def _rules(policy: Document, sources: Mapping[str, Source]) -> str:
    rows = [
        (
            code(rule.id),
            code(rule.require),
            rule.otherwise,
            both(rule.because),
            _cited(rule.source, rule.article),
            READ[sources[rule.source].read],
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
            _cited(step.source, step.article),
        )
        for step in policy.steps
    ]
    heads = ("step", "approver", "need", "within", "when late", "only if", "source")
    return f"**Route**\n\n{table(heads, rows)}" if rows else ""


def _others(policy: Document) -> str:
    lines = []
    refusal, clock = (_in(part.source, part.article) for part in (policy.refusal, policy.clock))
    if policy.proof:
        lines.append(
            f"Proof: at the office {', '.join(map(code, policy.proof.office)) or 'none'}; elsewhere"
            f" {', '.join(map(code, policy.proof.remote)) or 'none'}{_in(policy.proof.source, policy.proof.article)}."
        )
    if policy.refusal.grounds:
        lines.append(f"Grounds of refusal, a closed list: {', '.join(map(code, policy.refusal.grounds))}{refusal}.")
    if policy.refusal.consult_first:
        of_it = "" if policy.refusal.grounds else refusal
        lines.append(f"A refusal needs a consultation on record first{of_it}.")
    if policy.clock.decide_within:
        lines.append(f"Decided within {policy.clock.decide_within}, over all steps and appeal{clock}.")
    lines += [_covered(each) for each in policy.coverage]
    lines += [f"Lint finds {each.code} at {code(each.at)}, accepted: {each.reason}." for each in policy.accepted]
    return "\n".join(f"- {line}" for line in lines)


def _in(source: str | None, article: str | None) -> str:
    return f" ({_cited(source, article)})" if source else ""


def _covered(demand: Requirement) -> str:
    least = [
        *([f"{demand.min_people} people"] if demand.min_people is not None else []),
        *([f"{demand.min_share:.0%} of the staff"] if demand.min_share is not None else []),
    ]
    days = ", ".join(day for day in WEEKDAYS if day in demand.days)
    return (
        f"Coverage: at least {' and '.join(least)} on site per {demand.per}, {days},"
        f" {clock(demand.start)} to {clock(demand.end)}{_in(demand.source, demand.article)}."
    )


def _cases(cases: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            str(case["name"]),
            code(str(case["outcome"])),
            ", ".join(code(rule) for key in ("failed", "undetermined") for rule in case.get(key, ())),
        )
        for case in cases
    ]
    return f"**Worked cases**\n\n{table(('case', 'outcome', 'rules that speak'), rows)}" if rows else ""


def _scheme(version: Version) -> str:
    scheme = version.read
    assert isinstance(scheme, Scheme)
    numbers = [
        (code(each.name), _shown(each.parameter), each.unit, _cited(each.source.id, each.article))
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
    parts = [
        f"## {scheme.version}",
        f"{both(scheme.title)}. In force {version.period}.",
        _said(version.text),
        _sources(scheme.sources),
        f"**Parameters**\n\n{table(('parameter', 'value', 'unit', 'source'), numbers)}" if numbers else "",
        f"**Lines**\n\n{table(('item', 'quantity', 'unit', 'only if', 'because', 'source', 'read'), lines)}",
    ]
    return "\n\n".join(part for part in parts if part)
