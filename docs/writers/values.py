"""A frozen class or an enum as a heading, what it promises, and its fields."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import attrs
from attrs import NOTHING, Factory

from writers.markdown import code, prose, table


def describe(kind: type[Any], level: str = "###") -> str:
    """The class with its fields, or the words of the enum."""
    parts = [f"{level} {code(kind.__name__)}", prose(inspect.cleandoc(kind.__doc__ or ""))]
    if issubclass(kind, Enum):
        parts.append(f"One of {', '.join(code(str(member.value)) for member in kind)}.")
    elif attrs.fields(kind):
        parts.append(fields(kind))
    return "\n\n".join(parts)


def fields(kind: type) -> str:
    """The fields of the class with their types, and what they are when they are left out."""
    rows = [(code(part.name), code(written(part.type)), _default(part)) for part in attrs.fields(kind)]
    return table(("field", "type", "left out"), rows)


def named_in(kind: type, find: Callable[[str], object]) -> Iterator[type]:
    """The classes that the types of its fields name, each once, as ``find`` knows them."""
    words = dict.fromkeys(word for part in attrs.fields(kind) for word in re.findall(r"\w+", written(part.type)))
    for word in words:
        found = find(word)
        if isinstance(found, type) and (attrs.has(found) or issubclass(found, Enum)):
            yield found


def written(kind: Any) -> str:
    """A type as the source writes it."""
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def _default(part: attrs.Attribute[Any]) -> str:
    if part.default is NOTHING:
        return "must be given"
    if isinstance(part.default, Factory):  # type: ignore[arg-type]
        return "empty"
    if part.default in ("", (), None, {}, frozenset()):
        return "none" if part.default is None else "empty"
    return code(str(part.default))
