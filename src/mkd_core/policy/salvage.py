"""What can be read of a policy file with faults, so that one fault hides no other."""

from __future__ import annotations

import datetime
import re
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.errors import PolicyError
from mkd_core.language import Vocabulary
from mkd_core.policy.problems import PolicyProblems
from mkd_core.sources import Source

if TYPE_CHECKING:
    from mkd_core.policy.document import Document
    from mkd_core.policy.policy import Policy

Structure = Callable[[Any, Any], Any]

#: In the place of a key of ``[policy]`` that cannot be read. A decree, since its names may be those of its base.
_STAND_IN: Mapping[str, Any] = {
    "id": "unread",
    "version": "unread",
    "in_force": {"from": datetime.date.min},
    "title": {"id": "-", "en": "-"},
    "layer": "decree",
}


def readable(data: Mapping[str, Any], table: type[Any], structure: Structure) -> dict[str, Any]:
    """The tables and entries of a file that have the shape of theirs; ``structure`` raises for one that has not."""

    def fits(value: object, kind: Any) -> bool:
        try:
            structure(value, kind)
        except Exception:  # told before, with its place
            return False
        return True

    kinds = typing.get_type_hints(table)
    kept: dict[str, Any] = {}
    for name, kind in kinds.items():
        value, origin, inside = data.get(name), typing.get_origin(kind), typing.get_args(kind)
        if name == "policy":
            kept[name] = _policy(value if isinstance(value, Mapping) else {}, kind, fits)
        elif isinstance(value, list) and origin is list:
            kept[name] = [each for each in value if fits(each, inside[0])]
        elif isinstance(value, Mapping) and origin is dict:
            kept[name] = {key: each for key, each in value.items() if fits(each, inside[1])}
        elif name in data and fits(value, kind):
            kept[name] = value
    return kept


def _policy(written: Mapping[str, Any], table: type[Any], fits: Callable[[object, Any], bool]) -> dict[str, Any]:
    kinds = typing.get_type_hints(table)
    kept = {name: value for name, value in written.items() if name in kinds and fits(value, kinds[name])}
    absent = {name: value for name, value in _STAND_IN.items() if name != "layer" or "layer" in written}
    return {**absent, **kept}


def faults_of_names(
    document: Document, data: Mapping[str, Any], base: Policy | None, vocabulary: Vocabulary
) -> tuple[PolicyError, ...]:
    """What is wrong with the expressions and names of what could be read, but for those that name what could not.

    ``data`` is the whole file, ``document`` what could be read of it.
    """
    from mkd_core.policy.policy import Policy

    parameters, sources = data.get("parameters", {}), data.get("sources", {})
    if not isinstance(parameters, Mapping) or not isinstance(sources, Mapping):
        return ()
    if document.layer == "decree" and base is None:
        return ()
    names = set(parameters) - set(document.parameters)
    lost = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else re.compile("(?!)")
    rules = (rule for rule in document.rules if not lost.search(f"{rule.require} {rule.because.id} {rule.because.en}"))
    known = attrs.evolve(
        document,
        sources={name: Source(id=name, title=name, kind="ours", read="ours") for name in sources} | document.sources,
        rules=tuple(rules),
        steps=tuple(step for step in document.steps if not lost.search(step.when or "")),
        overlays=tuple(
            attrs.evolve(each, parameters={name: value for name, value in each.parameters.items() if name not in names})
            for each in document.overlays
        ),
    )
    try:
        Policy.from_document(known, base=base, vocabulary=vocabulary)
    except PolicyProblems as wrong:
        return wrong.problems
    except PolicyError as wrong:
        return (wrong,)
    return ()
