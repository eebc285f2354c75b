"""How the story is told: chapters, sentences and tables, in English or Indonesian."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TextIO

from mkd_plugins.demo.cast import part
from mkd_plugins.words import say

_WIDTH = 96


class Teller:
    """Writes what is told in one language; every sentence is given in both, so that neither falls behind."""

    def __init__(self, out: TextIO, language: str, *, silent: bool = False) -> None:
        self.language = language
        self._out = out
        self._silent = silent
        self._chapter = 0

    def word(self, english: str, indonesian: str) -> str:
        """The one of the two that is told."""
        return indonesian if self.language == "id" else english

    def who(self, key: str) -> str:
        """The person of that key, by the part they have in the story."""
        return part(key, self.language)

    def term(self, word: str) -> str:
        """A word of the rules (an outcome, a state, a place) in the language that is told."""
        return say(word, self.language)

    def chapter(self, english: str, indonesian: str) -> None:
        """Begin the next chapter."""
        self._chapter += 1
        title = f"{self._chapter}. {self.word(english, indonesian)}"
        self._write(f"\n{title}\n{'─' * len(title)}")

    def say(self, english: str, indonesian: str, **values: object) -> None:
        """One or two sentences, with values filled in."""
        self._write(textwrap.fill(self.word(english, indonesian).format(**values), _WIDTH))

    def line(self, text: str) -> None:
        """One line of detail."""
        self._write(f"   {text}")

    def table(self, rows: Iterable[Sequence[object]]) -> None:
        """Rows of detail in columns, each as wide as it needs."""
        cells = [[str(cell) for cell in row] for row in rows]
        widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))] if cells else []
        for row in cells:
            self.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _write(self, text: str) -> None:
        if not self._silent:
            self._out.write(f"{text}\n")
            self._out.flush()
