"""Writes the reference pages that code and data say better than a person would; ``--check`` compares instead.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from difflib import unified_diff
from itertools import islice
from pathlib import Path

from writers import cli, configuration, errors, events, facts, http, packs, ports

REFERENCE = Path(__file__).parent / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli.page,
    "configuration.md": configuration.page,
    "errors.md": errors.page,
    "events.md": events.page,
    "facts.md": facts.page,
    "http.md": http.page,
    "ports.md": ports.page,
}
SHOWN = 20
"""Lines of a difference that are shown."""


def main(arguments: list[str]) -> int:
    """Write every page, or with ``--check`` say how those on disk differ; the exit status."""
    check = arguments == ["--check"]
    if arguments and not check:
        print(__doc__, file=sys.stderr)
        return 2
    pages = {name: write() for name, write in PAGES.items()} | packs.pages() | ports.pages()
    stale = [name for name, text in pages.items() if not _settle(REFERENCE / name, text, check=check)]
    stale += [name for name in _left_over(pages) if not _gone(REFERENCE / name, check=check)]
    if stale:
        print(f"stale: {', '.join(stale)}; run python docs/generate.py", file=sys.stderr)
    return 1 if stale else 0


def _settle(path: Path, text: str, *, check: bool) -> bool:
    """Whether the page says what it should; without ``check`` it is made to."""
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return True
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = unified_diff(
        there.splitlines(), text.splitlines(), f"docs/reference/{path.relative_to(REFERENCE)}", "the code", lineterm=""
    )
    print(*islice(lines, SHOWN), sep="\n", end="\n" if there != text else "")
    return there == text


def _left_over(pages: Collection[str]) -> list[str]:
    """Pages in the folders of packs and ports that none of them has any more."""
    there = [path.relative_to(REFERENCE).as_posix() for path in sorted(REFERENCE.glob("p*/*.md"))]
    return [name for name in there if name not in pages]


def _gone(path: Path, *, check: bool) -> bool:
    """Whether the page is away; without ``check`` it is made so."""
    if not check:
        path.unlink()
    return not check


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
