"""The ports: what a backend is asked, what it answers, with which values, what it may raise, and what the kit asks."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import attrs

from mkd_core import errors, ports
from mkd_core.errors import BackendError, MkdError, Permanent, Transient
from mkd_plugins.host import FAILS_CLOSED
from mkd_plugins.problems import CALL_OVERRAN, CALL_RAISED, CALL_RESULT, CALLS_STUCK, CODES
from writers.markdown import code, document, prose, table
from writers.values import describe, named_in

INTRODUCTION = f"""\
A backend is an object with the methods of its port; it need not inherit anything. Plugins import all of these names
from `mkd_plugins.api` ([write a plugin](../guide/plugin.md)). This is version {ports.API_VERSION} of the contract:
it stays below 1 until plugins of others have passed the kit, and may change until then.

{prose(inspect.cleandoc(ports.__doc__ or "").partition(chr(10) * 2)[2])}
"""
STEM = """\
`mkd plugins new NAME --port {port}` writes a project with a backend for it that works. The table of a backend is
`[{port}.NAME]` of `mkd.toml`.
"""
STOPS = """\
A backend that cannot be made stops the command. What a call raises is told to whoever asked, and nothing is guessed in
its place.
"""
WAITS = """\
A backend that cannot be made stops nothing, unless its plugin is `required` or the deployment is `strict`: what is due
to it waits, and is tried again.
"""
ASKS = """\
A backend that cannot be made stops nothing, unless its plugin is `required` or the deployment is `strict`: what it is
asked has no answer, and what would need one stays unproved.
"""
RAISES = "A backend raises on purpose, and nothing else:\n\n"
HOST = """\
The host stands before every backend. It calls one on a thread of its own, unless the plugin says `cooperative`, and
gives the thread up when the deadline has passed: that of `[mkd.deadlines]`, else the `timeout` of the request, else
`[mkd] deadline`. Whatever else comes out of a call than an answer of the port, or an error of the table above, becomes
one of these problems, with the plugin's label on it:
"""
KIT = """\
`mkd_plugins.testing.{port}` has tests that a vendor inherits: {suites}.
Every backend that ships passes them, and so must yours.
"""


def page() -> str:
    """The page of all ports."""
    rows = [
        (f"[{port}](ports/{port}.md)", prose(_summary(ports.PROTOCOLS[port])), ", ".join(map(code, _methods(port))))
        for port in ports.Port
    ]
    tree = "\n".join(["```{toctree}", ":hidden:", "", *(f"ports/{port}" for port in ports.Port), "```"])
    return document("Ports", INTRODUCTION, table(("port", "is for", "methods"), rows), tree)


def pages() -> Mapping[str, str]:
    """A page for each port, by its name in the folder of the reference."""
    return {f"ports/{port}.md": _page(port) for port in ports.Port}


def _page(port: ports.Port) -> str:
    protocol = ports.PROTOCOLS[port]
    used: dict[type, None] = {}
    parts = [prose(inspect.cleandoc(protocol.__doc__ or "")), STEM.format(port=port), "## Methods"]
    for name, method in _methods(port).items():
        signature = str(inspect.signature(method)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
        parts.append(f"### {name}\n\n```python\ndef {name}{signature}\n```")
        parts.append(prose(inspect.cleandoc(method.__doc__ or "")))
        for kind in _named(signature):
            used.update(dict.fromkeys((kind, *_within(kind))))
    parts += ["## Requests and results", *map(describe, used)]
    parts += ["## When it fails", _without_it(port), _raised(port), HOST, _problems()]
    parts += ["## What the kit asks, and why", *_kit(port)]
    return document(f"Port {code(port)}", *parts)


def _methods(port: ports.Port) -> Mapping[str, Any]:
    members = vars(ports.PROTOCOLS[port])
    return {name: value for name, value in members.items() if not name.startswith("_") and inspect.isfunction(value)}


def _raised(port: ports.Port) -> str:
    """What a backend raises on purpose: the two of every port, and what the methods of this one speak of."""
    words = [word for method in _methods(port).values() for word in re.findall(r"``(\w+)``", method.__doc__ or "")]
    spoken = [kind for word in words if isinstance(kind := getattr(errors, word, None), type)]
    kinds = dict.fromkeys([*(kind for kind in spoken if issubclass(kind, MkdError)), Transient, Permanent])
    rows = [
        (code(kind.__name__), _code(kind), prose(inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]))
        for kind in kinds
    ]
    return RAISES + table(("class", "code, unless it says another", "means"), rows)


def _without_it(port: ports.Port) -> str:
    if port in FAILS_CLOSED:
        return STOPS
    return ASKS if port is ports.Port.ATTENDANCE else WAITS


def _code(kind: type[MkdError]) -> str:
    return code(kind.default_code) if issubclass(kind, BackendError) else ""


def _problems() -> str:
    rows = [
        (f"[{each}](../errors.md#{each.lower()})", CODES[each][1])
        for each in (CALL_RAISED, CALL_RESULT, CALL_OVERRAN, CALLS_STUCK)
    ]
    return table(("code", "means"), rows)


def _kit(port: ports.Port) -> Iterator[str]:
    """The checks of the port's suites, each with the reason that it gives."""
    module = importlib.import_module(f"mkd_plugins.testing.{port}")
    suites = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__name__.endswith("Suite")]
    yield KIT.format(port=port, suites=" and ".join(code(suite.__name__) for suite in suites))
    for suite in suites:
        if len(suites) > 1:
            yield f"{code(suite.__name__)}: {prose(inspect.cleandoc(suite.__doc__ or ''))}"
        checks = {name: check for name, check in vars(suite).items() if name.startswith("test_")}
        rows = [
            (name.removeprefix("test_").replace("_", " "), prose(inspect.cleandoc(check.__doc__ or "")))
            for name, check in checks.items()
        ]
        yield table(("asks that", "why"), rows)


def _summary(protocol: type) -> str:
    return inspect.cleandoc(protocol.__doc__ or "").partition("\n\n")[0]


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
