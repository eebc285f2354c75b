"""The one error of the language: where in the text, what was written, what was expected."""

from __future__ import annotations

from mkd_core.errors import PolicyError


class ExpressionError(PolicyError):
    """An expression that is not accepted.

    ``column`` counts characters from 1 in ``text``; ``excerpt`` is the line with a caret below it.
    """

    def __init__(self, code: str, message: str, *, text: str, column: int, where: str = "", mend: str = "") -> None:
        super().__init__(code, message, where=where, mend=mend)
        self.text = text
        self.column = column

    @property
    def line(self) -> int:
        """The line of ``text`` the column lies on, from 1."""
        return self.text.count("\n", 0, self.column - 1) + 1

    @property
    def excerpt(self) -> str:
        """The line that holds the mistake and a caret below it."""
        start = self.text.rfind("\n", 0, self.column - 1) + 1
        end = self.text.find("\n", self.column - 1)
        # A very long line is shown around the mistake only.
        start = max(start, self.column - 80)
        line = self.text[start : len(self.text) if end < 0 else end][:110].rstrip("\r")
        before = "".join("\t" if letter == "\t" else " " for letter in line[: self.column - 1 - start])
        # What cannot be seen would hide the rest of the line, or could not be written at all.
        shown = "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in line)
        return f"  {shown}\n  {before}^"

    def at(self, where: str) -> ExpressionError:
        """The same mistake, said to be in that place."""
        return ExpressionError(self.code, self.message, text=self.text, column=self.column, where=where, mend=self.mend)

    def __str__(self) -> str:
        column = self.column - (self.text.rfind("\n", 0, self.column - 1) + 1)
        place = f"line {self.line}, column {column}" if "\n" in self.text.strip() else f"column {self.column}"
        mend = f" ({self.mend})" if self.mend else ""
        return f"{self.code} {self.where + ', ' if self.where else ''}{place}: {self.message}{mend}\n{self.excerpt}"
