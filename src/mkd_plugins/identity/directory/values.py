"""Cells into values: dates, yes and no, codes, numbers. What cannot be read is recorded, and stays missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mkd_core.errors import InvalidInput
from mkd_core.language import BadValue, Kind
from mkd_core.policy import VOCABULARY
from mkd_plugins.identity.directory.layout import WORDS, YES_NO_WORDS
from mkd_plugins.identity.directory.rows import Row, Table

_WHOLE = re.compile(r"[+-]?\d{1,9}")
_LONG_NUMBER = re.compile(r"\d{8,}")


class Unreadable:
    """A cell that is filled and says nothing we know: ``code`` is what stands there, fit to be shown."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code


class Reader:
    """Reads the cells of one table and records what it cannot read in ``findings``."""

    def __init__(self, table: Table, findings: list[InvalidInput]) -> None:
        self.table = table
        self._findings = findings
        # A column of codes or dates repeats few texts many times.
        self._dates: dict[str, date | None] = {}
        self._values: dict[tuple[str, str], Any] = {}

    def has(self, field: str) -> bool:
        """Whether the table has a column for the field."""
        return field in self.table.layout.columns

    def record(self, row: Row, field: str, code: str, message: str, mend: str = "") -> None:
        """Put a finding at that cell."""
        self._findings.append(InvalidInput(code, message, where=self.table.where(row, field), mend=mend))

    def date(self, row: Row, field: str) -> date | Unreadable | None:
        """The date, None when the cell is empty, ``Unreadable`` (recorded) when it is none of the format."""
        cell = row.cells.get(field)
        if cell is None or isinstance(cell, date):
            return cell
        if cell not in self._dates:
            self._dates[cell] = _parsed(cell, self.table.layout.date_format)
        day = self._dates[cell]
        if day is None:
            pattern = self.table.layout.date_format
            self.record(row, field, "MKD240", f"not a date of the form {pattern}", "set date_format, or mend the cell")
        return Unreadable("") if day is None else day

    def value(self, row: Row, field: str) -> Any:
        """The cell as a value of that fact or field; None when it is empty, ``Unreadable`` when its code is unknown."""
        text = row.text(field)
        if not text:
            return None
        known = (field, text)
        if known not in self._values:
            self._values[known] = self._of_text(field, text)
        return self._values[known]

    def _of_text(self, field: str, text: str) -> Any:
        codes = self.table.layout.codes.get(field, {})
        if field in WORDS:
            return codes.get(text, WORDS[field].get(text, Unreadable(shown(text))))
        fact = VOCABULARY[field if field in VOCABULARY else "unit.direct_service"]
        try:
            return fact.read(codes[text] if text in codes else _plain(text, fact.kind))
        except BadValue:
            return Unreadable(shown(text))


def _parsed(text: str, pattern: str) -> date | None:
    try:
        return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _plain(text: str, kind: Kind) -> Any:
    """What the text says without a code map: a word of the vocabulary, a whole number, yes or no."""
    if kind is Kind.YES_NO:
        return YES_NO_WORDS.get(text.lower())
    if kind is Kind.INTEGER:
        return int(text) if _WHOLE.fullmatch(text) else None
    return text


def shown(code: str) -> str:
    """The code as a report may show it: a shifted row may have put a number or a name in its place.

    >>> shown("PNS DPK"), shown("12345678901")
    ('PNS DPK', '…')
    """
    hidden = _LONG_NUMBER.sub("…", code)
    return hidden if len(hidden) <= 30 and "@" not in hidden else f"{hidden[:10].split('@')[0]}…"


def months(start: date | None, on: date) -> int | None:
    """Whole months from one date to the other; None before the start.

    >>> months(date(2023, 5, 2), date(2023, 6, 19)), months(date(2023, 5, 20), date(2023, 6, 19))
    (1, 0)
    """
    if start is None or on < start:
        return None
    return (on.year - start.year) * 12 + on.month - start.month - (on.day < start.day)


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are neither missing nor unreadable."""
    return {name: value for name, value in values.items() if value is not None and not isinstance(value, Unreadable)}
