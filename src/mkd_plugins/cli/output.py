"""How answers are written: aligned tables for people, JSON for programs."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

import click

from mkd_core.texts import ORDERS
from mkd_plugins.cli.stdout import stdout


def printable(text: str) -> str:
    """The text with what a terminal would obey written out: a name of somebody else's system may hold anything.

    >>> printable("Ana\\x1b[2J")
    'Ana\\\\x1b[2J'
    """
    return ORDERS.sub(lambda order: order[0].encode("unicode_escape").decode("ascii"), text)


def write_json(data: Any) -> None:
    """The data as JSON, readable."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    click.echo(ORDERS.sub(lambda order: f"\\u{ord(order[0]):04x}", text), file=stdout())


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under headings; columns aligned, and folded between words until the lines fit the terminal."""
    cells = [[str(heading) for heading in headings], *([_cell(value) for value in row] for row in rows)]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    narrowest = [max(len(word) for cell in column for word in (cell.split() or [""])) for column in columns]
    room = shutil.get_terminal_size((100, 24)).columns - 2 * (len(widths) - 1)
    while sum(widths) > room and any(width > least for width, least in zip(widths, narrowest, strict=True)):
        slack = [width if width > least else 0 for width, least in zip(widths, narrowest, strict=True)]
        widest = slack.index(max(slack))
        widths[widest] -= 1
    lines = [_line(cells[0], widths), "  ".join("-" * width for width in widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in cells[1:])])


def card(pairs: Sequence[tuple[str, object]]) -> str:
    """Name and value below each other, aligned; empty values are left out, and a list takes a line each."""
    shown = [(name, value) for name, value in pairs if value not in ("", None, [], ())]
    width = max((len(name) for name, _ in shown), default=0)
    lines = []
    for name, value in shown:
        values = [_cell(each) for each in value] if isinstance(value, (list, tuple)) else [_cell(value)]
        lines += [f"{name if at == 0 else '':{width}}  {each}" for at, each in enumerate(values)]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    folded = [
        textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]
        for cell, width in zip(row, widths, strict=True)
    ]
    height = max(map(len, folded))
    return "\n".join(
        "  ".join(
            f"{lines[at] if at < len(lines) else '':{width}}" for lines, width in zip(folded, widths, strict=True)
        ).rstrip()
        for at in range(height)
    )
