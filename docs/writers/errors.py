"""The catalogue of error codes, from ``src/mkd_plugins/errors.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from mkd_core.language import Wording
from writers.markdown import both, code, document

CATALOGUE = Path(__file__).parents[2] / "src" / "mkd_plugins" / "errors.toml"
RANGES = {
    "MKD1": "Plugins and configuration",
    "MKD2": "Input",
    "MKD3": "Policies and pay schemes",
    "MKD4": "Commands",
    "MKD5": "Journal and outbox",
    "MKD6": "Backends",
    "MKD7": "Over HTTP",
}

INTRODUCTION = """\
Every deliberate error has a code, a line that says what was wrong and where, and a mend. A code stands for one kind of
mistake for good, so a program may depend on it and a help desk may look it up here. No message holds a secret, a name
or a service number.

In Python all of them are `mkd_core.MkdError` with `.code`, `.message`, `.where` and `.mend`. The command line prints
one line on stderr, `error: CODE where: message (mend)`, and ends with status 1.
"""


def page() -> str:
    """The page."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return document("Errors", INTRODUCTION, *(_range(prefix, title, entries) for prefix, title in RANGES.items()))


def _range(prefix: str, title: str, entries: dict[str, dict[str, Any]]) -> str:
    shown = [_entry(name, entry) for name, entry in entries.items() if name.startswith(prefix)]
    return "\n\n".join([f"## {prefix}xx: {title.lower()}", *shown])


def _entry(name: str, entry: dict[str, Any]) -> str:
    title = both(Wording(*(_sentence(entry["title"][language]) for language in ("id", "en"))))
    raised = ", ".join(map(code, entry["raised"]))
    return f"### {name}\n\n{title}.\n\n{entry['cause']}\n**Mend:** {entry['mend']} ({raised})"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
