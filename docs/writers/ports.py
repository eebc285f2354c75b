"""The ports: what a backend is asked, what it answers, and with which values."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import attrs

from mkd_core import ports
from mkd_core.errors import BackendError, Permanent, Transient
from writers.markdown import code, document, prose, table
from writers.values import describe, named_in

INTRODUCTION = f"""\
A backend is an object with the methods of its port; it need not inherit anything. Plugins import all of these names
from `mkd_plugins.api` ([write a plugin](../guide/plugin.md)). This is version {ports.API_VERSION} of the contract:
while it starts with 0, it may change.

{prose(inspect.cleandoc(ports.__doc__ or "").partition(chr(10) * 2)[2])}
"""


def page() -> str:
    """The page."""
    told: dict[type, str] = {}
    return document(
        "Ports", INTRODUCTION, _errors(), *(_port(port.value, told) for port in ports.Port), "## Values", *told.values()
    )


def _errors() -> str:
    rows = [
        (code(kind.__name__), code(kind.default_code), prose(inspect.cleandoc(kind.__doc__ or "")))
        for kind in (Transient, Permanent, BackendError)
    ]
    return f"## What a backend raises\n\n{table(('class', 'code, unless it says another', 'means'), rows)}"


def _port(name: str, told: dict[type, str]) -> str:
    protocol = ports.PROTOCOLS[ports.Port(name)]
    methods = {attribute: method for attribute, method in vars(protocol).items() if _is_method(attribute, method)}
    parts = [f"## {name}", f"Table `[{name}.NAME]` of `mkd.toml`. {prose(inspect.cleandoc(protocol.__doc__ or ''))}"]
    used: dict[type, None] = {}
    for attribute, method in methods.items():
        signature = str(inspect.signature(method)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
        parts.append(f"### {name}.{attribute}\n\n```python\ndef {attribute}{signature}\n```")
        parts.append(prose(inspect.cleandoc(method.__doc__ or "")))
        used.update(dict.fromkeys(_named(signature)))
    for kind in used:
        for each in (kind, *_within(kind)):
            told.setdefault(each, describe(each))
    if used:
        links = ", ".join(f"[{kind.__name__}](#{kind.__name__.lower()})" for kind in used)
        parts.append(f"Values: {links}.")
    return "\n\n".join(parts)


def _is_method(name: str, value: Any) -> bool:
    return not name.startswith("_") and inspect.isfunction(value)


def _named(text: str) -> Iterator[type]:
    """The classes of the contract that an annotation names."""
    for word in re.findall(r"\w+", text):
        kind = getattr(ports, word, None)
        if isinstance(kind, type) and (attrs.has(kind) or issubclass(kind, Enum)):
            yield kind


def _within(kind: type) -> Iterator[type]:
    """The classes that its fields hold, and theirs."""
    if attrs.has(kind):
        for inner in named_in(kind, lambda name: getattr(ports, name, None)):
            if inner is not kind:
                yield inner
                yield from _within(inner)
