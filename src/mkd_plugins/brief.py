"""Outcome and rule ids of lines of JSON, as fast as text can be read: what ``mkd decide --brief`` does.

msgspec reads a line into a structure made from the vocabulary and checks every type, range and choice on the way; the
rules read that structure. What msgspec does not take, or takes without a word (a fact said twice), is read again by the
careful way of ``decide``, which says what is wrong. So both give the same answers, and without msgspec there is only
the careful way.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

from mkd_core.language import Fact, Kind, show_time
from mkd_core.language.function import compile_lines
from mkd_core.language.vocabulary import LAST_MINUTE
from mkd_core.policy import Policy
from mkd_plugins.decide import decide_lines, written

try:
    import msgspec
except ModuleNotFoundError:
    msgspec = None  # type: ignore[assignment]

_MINUTES = {show_time(minutes): minutes for minutes in range(LAST_MINUTE + 1)}

Reader = Callable[[bytes], tuple[int, int] | None]
"""The masks of a line, or nothing where the line needs the careful way."""


def brief_lines(policy: Policy, lines: Iterable[bytes]) -> Iterator[str]:
    """One line of JSON for each line of facts, in order: as ``decide_lines(…, brief=True)``, written out.

    An answer that is wrong has ``"error"`` and ``"line"``; lines count from 1, empty ones are passed over.
    """
    masks = reader(policy) if msgspec else None
    said: dict[tuple[int, int], str] = {}
    for number, line in enumerate(lines, 1):
        found = masks(line) if masks else None
        if found is None:
            yield from (
                written({**answer, **_at(answer, number)}) for answer in decide_lines(policy, [line], brief=True)
            )
            continue
        text = said.get(found)
        if text is None:
            text = said[found] = written(policy.brief(*found))
        yield text


def _at(answer: dict[str, Any], number: int) -> dict[str, int]:
    return {"line": number} if "error" in answer else {}


def reader(policy: Policy) -> Reader:
    """The fast way for a policy of a day and moment; needs msgspec."""
    vocabulary = policy.vocabulary
    leaves: dict[str, dict[str, Fact]] = {space: {} for space in ("", *sorted(vocabulary.spaces))}
    for place, fact in enumerate(vocabulary):
        leaves[fact.name.partition(".")[0] if "." in fact.name else ""][f"f{place}"] = fact
    outer = leaves.pop("")
    empty = {f"s{number}": _structure(facts)() for number, facts in enumerate(leaves.values())}
    names = dict(zip(empty, leaves, strict=True))
    decode = msgspec.json.Decoder(_structure(outer, empty, names)).decode
    owners = {
        name: owner for owner, facts in zip((*empty, "line"), (*leaves.values(), outer), strict=True) for name in facts
    }
    places = {fact.name: f"{owners[f'f{place}']}.f{place}" for place, fact in enumerate(vocabulary)}
    found = {fact.name: _value(fact, places[fact.name], policy) for fact in vocabulary}
    masks = policy.masks_reading(found, ("line", *empty), {"minutes": _MINUTES.get, "day": policy.day})

    def counted(fact: Fact) -> tuple[str, str]:
        return f"if {places[fact.name]} is not None:", f"    colons -= {2 if fact.kind is Kind.TIME else 1}"

    scope: dict[str, Any] = {f"empty_{name}": nothing for name, nothing in empty.items()}
    scope |= {"decode": decode, "masks": masks, "wrong": (msgspec.DecodeError, UnicodeDecodeError, RecursionError)}
    lines = ["def read(text):", "    try:", "        line = decode(text)", "    except wrong:", "        return None"]
    lines += [f"    {name} = line.{name}" for name in empty]
    # Of a key that is said twice msgspec keeps the last. The colons tell, one a key and one in each time, unless an
    # escape hides them. Most lines hold little that the policy does not read.
    lines.append("    colons = text.count(b':')")
    for name in empty:
        lines += [f"    if {name} is not empty_{name}:", "        colons -= 1"]
    lines += [f"    {line}" for fact in vocabulary if fact.name in policy.reads for line in counted(fact)]
    lines.append("    if colons:")
    lines += [f"        {line}" for fact in vocabulary if fact.name not in policy.reads for line in counted(fact)]
    lines += [
        "        if colons:",
        "            return None",
        "    if text.find(b'\\\\') >= 0:",
        "        return None",
        f"    return masks(line, {', '.join(empty)})",
    ]
    read: Reader = compile_lines(lines, scope, "read")
    return read


def _structure(facts: dict[str, Fact], empty: dict[str, Any] | None = None, names: dict[str, str] | None = None) -> Any:
    """The structure of an object of facts; of a whole line, with the namespaces inside."""
    fields = [(name, type(nothing), nothing) for name, nothing in (empty or {}).items()]
    fields += [(name, _type(fact) | None, None) for name, fact in facts.items()]
    written = {**(names or {}), **{name: fact.name.partition(".")[2] or fact.name for name, fact in facts.items()}}
    return msgspec.defstruct("facts", fields, rename=written, frozen=True, gc=False, forbid_unknown_fields=True)


def _type(fact: Fact) -> Any:
    """The type that takes what ``fact.read`` takes of JSON."""
    match fact.kind:
        case Kind.YES_NO:
            return bool
        case Kind.INTEGER:
            return Annotated[int, msgspec.Meta(ge=fact.low, le=fact.high)]
        case Kind.FLOAT:
            return Annotated[float, msgspec.Meta(ge=fact.low, le=fact.high)]
        case Kind.DATE:
            return datetime.date
        case Kind.TIME:
            low, high = fact.low or 0, LAST_MINUTE if fact.high is None else fact.high
            return Literal[tuple(text for text, minutes in _MINUTES.items() if low <= minutes <= high)]
        case Kind.CHOICE | Kind.TEXT:
            return Literal[fact.choices]


def _value(fact: Fact, place: str, policy: Policy) -> str:
    """The expression that takes a fact from a line."""
    if fact.kind is Kind.TIME:
        return f"minutes({place})"
    return f"({place} or day)" if fact.name == "today" and policy.day else place
