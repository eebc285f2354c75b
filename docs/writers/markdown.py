"""The few forms of Markdown that the pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mkd_core.language import Wording

GENERATED = "<!-- Written by docs/generate.py; changes by hand are lost. -->"


def document(title: str, *parts: str) -> str:
    """A page: its title, the word that it is generated, and its parts with an empty line between them."""
    return "\n\n".join([f"{GENERATED}\n\n# {title}", *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line breaks within a cell are taken care of."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """Text as code in a line, however many backticks it holds."""
    folded = " ".join(text.split())
    fence = "``" if "`" in folded else "`"
    return f"{fence}{folded}{fence}" if folded else ""


def both(wording: Wording) -> str:
    """English first, and Indonesian in italics."""
    return f"{wording.en}; *{wording.id}*"


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: code, references, lists of names, examples."""
    paragraphs = re.split(r"\n\s*\n", (docstring or "").strip())
    return "\n\n".join(_paragraph(paragraph) for paragraph in paragraphs)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


def _paragraph(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    if lines[0].lstrip().startswith(">>>"):
        return "\n".join(["```pycon", *(line.strip() for line in lines), "```"])
    if lines == ["::"]:
        return ""
    if len(lines) > 1 and all(line.startswith("    ") for line in lines):
        return "\n".join(["```text", *lines, "```"])
    joined: list[str] = []
    for line in lines:
        # "``name``   what it is" is how docstrings list attributes.
        item = re.match(r"((?:``[\w.…]+``(?:, )?)+)\s\s+(\S.*)", line)
        if item:
            joined.append(f"- {_inline(item[1])}: {_inline(item[2])}")
        elif joined and joined[-1].startswith("- "):
            joined[-1] += f" {_inline(line.strip())}"
        else:
            joined.append(_inline(line))
    return "\n".join(joined)


def _inline(text: str) -> str:
    text = re.sub(r":\w+:`~([^`]+)`", lambda found: f"`{found[1].rpartition('.')[2]}`", text)
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text)
    return re.sub(r"``([^`]+)``", r"`\1`", text)
