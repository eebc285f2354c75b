"""Every kind of event: what is chained, and what lies beside the chain and can be erased."""

from __future__ import annotations

import inspect

import attrs

from mkd_core.events import EVENTS, Approver, Ballot, ClosedLine, Happened, Step, Terms, Verdict
from writers.markdown import code, document, prose, table
from writers.values import describe, written

INTRODUCTION = """\
What the journal holds, in the past tense. Fields marked *private* lie beside the hash chain under a salted commitment
and can be erased, as can the private fields of a verdict in them; the others are chained for good, and people stand in
them as opaque keys alone ([what the journal proves](../explanation/journal.md)). Schema is the number that is written
today; older ones are lifted when they are read.
"""


def page() -> str:
    """The page."""
    overview = table(
        ("event", "schema", "private"),
        [
            (f"[{name}](#{name.lower()})", str(schema), ", ".join(code(part) for part in _private(kind)) or "nothing")
            for name, (kind, schema) in EVENTS.items()
        ],
    )
    return document(
        "Events",
        INTRODUCTION,
        overview,
        *(_event(name, kind) for name, (kind, _) in EVENTS.items()),
        "## What events are made of",
        *(describe(kind) for kind in (Happened, Terms, Step, Approver, Ballot, Verdict, ClosedLine)),
    )


def _private(kind: type) -> list[str]:
    own = [part.name for part in attrs.fields(kind) if part.metadata.get("private")]
    verdict = [f"verdict.{name}" for name in _private(Verdict)] if hasattr(kind, "verdict") else []
    return [*own, *verdict]


def _event(name: str, kind: type) -> str:
    hidden = _private(kind)
    rows = [
        (code(part.name), code(written(part.type)), "private" if part.name in hidden else "chained")
        for part in attrs.fields(kind)
    ]
    return f"## {name}\n\n{prose(inspect.cleandoc(kind.__doc__ or ''))}\n\n{table(('field', 'type', 'lies'), rows)}"
