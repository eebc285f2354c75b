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
from mkd_core.language.tree import mentions
from mkd_core.language.vocabulary import LAST_MINUTE
from mkd_core.policy import Policy
from mkd_plugins.decisions.lines import decide_lines, written

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
    """The fast way for a policy of a day and moment, written out as one function; needs msgspec."""
    spaces: dict[str, dict[str, Fact]] = {space: {} for space in ("", *sorted(policy.vocabulary.spaces))}
    for place, fact in enumerate(policy.vocabulary):
        spaces[fact.name.partition(".")[0] if "." in fact.name else ""][f"f{place}"] = fact
    outer = spaces.pop("")
    nothing = {f"s{number}": _structure(facts)() for number, facts in enumerate(spaces.values())}
    line = _structure(outer, nothing, dict(zip(nothing, spaces, strict=True)))
    owned = [(owner, facts) for owner, facts in zip(("line", *nothing), (outer, *spaces.values()), strict=True)]
    facts = [(name, f"{owner}.{name}", fact) for owner, inside in owned for name, fact in inside.items()]
    named = {name for _, tree in policy.trees for name in mentions(tree)}
    read = {name: fact for name, _, fact in facts if fact.name in named}

    masks = policy.masks_reading({fact.name: name for name, fact in read.items()}, tuple(read))
    lines = ["def read(text):", "    try:", "        line = decode(text)", "    except wrong:", "        return None"]
    # Of a key that is said twice msgspec keeps the last. The colons tell, one a key and one in each time, unless an
    # escape hides them. Most lines hold little that the policy does not read.
    lines += ["    if text.find(b'\\\\') >= 0:", "        return None", "    colons = text.count(b':')"]
    for space in nothing:
        lines += [f"    {space} = line.{space}", f"    if {space} is not empty_{space}:", "        colons -= 1"]
    lines += [f"    {each}" for name, place, fact in facts if name in read for each in _counted(name, place, fact)]
    lines += ["    if colons:"]
    lines += [
        f"        {each}" for name, place, fact in facts if name not in read for each in _counted(name, place, fact)
    ]
    lines += ["        if colons:", "            return None"]
    if policy.day:
        lines += [
            f"    if {name} is None:\n        {name} = day" for name, fact in read.items() if fact.name == "today"
        ]
    bound = {
        **{f"empty_{space}": facts for space, facts in nothing.items()},
        "decode": msgspec.json.Decoder(line).decode,
        "wrong": (msgspec.DecodeError, UnicodeDecodeError, RecursionError),
        "minutes": _MINUTES.get,
        "day": policy.day,
        "masks": masks,
    }
    function: Reader = compile_lines([*lines, f"    return masks({', '.join(read)})"], bound, "read")
    return function


def _counted(name: str, place: str, fact: Fact) -> list[str]:
    """Lines that take a fact and count its colons; a time becomes minutes, and leaves if it is none."""
    taken = [f"{name} = {place}", f"if {name} is not None:"]
    if fact.kind is not Kind.TIME:
        return [*taken, "    colons -= 1"]
    low, high = fact.low or 0, LAST_MINUTE if fact.high is None else fact.high
    within = f"    if {name} is None or not {low} <= {name} <= {high}:"
    return [*taken, "    colons -= 2", f"    {name} = minutes({name})", within, "        return None"]


def _structure(facts: dict[str, Fact], empty: dict[str, Any] | None = None, names: dict[str, str] | None = None) -> Any:
    """The structure of an object of facts; of a whole line, with the namespaces inside."""
    fields = [(name, type(nothing), nothing) for name, nothing in (empty or {}).items()]
    fields += [(name, _type(fact) | None, None) for name, fact in facts.items()]
    written = {**(names or {}), **{name: fact.name.partition(".")[2] or fact.name for name, fact in facts.items()}}
    return msgspec.defstruct("facts", fields, rename=written, frozen=True, gc=False, forbid_unknown_fields=True)


def _type(fact: Fact) -> Any:
    """The type that takes what ``fact.read`` takes of JSON, and of a time any text."""
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
            return str
        case Kind.CHOICE | Kind.TEXT:
            return Literal[fact.choices]
