"""The rows of a table, by our fields, wherever they came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from mkd_core.errors import InvalidInput
from mkd_plugins.identity.directory.layout import Layout

Cell = str | date


@attrs.frozen
class Row:
    """One row: the line of the file on which it starts (of a SELECT, its count from 1), and its cells by our field."""

    line: int
    cells: Mapping[str, Cell]

    def text(self, field: str) -> str:
        """The cell as text without blanks around it; empty when it is empty or has no column."""
        cell = self.cells.get(field, "")
        return cell.isoformat() if isinstance(cell, date) else cell


@attrs.frozen
class Table:
    """The rows that could be used, how they were laid out, and what was wrong with the others.

    ``lost``  rows of which nobody can say whom they are about.
    """

    name: str
    layout: Layout
    rows: tuple[Row, ...]
    findings: tuple[InvalidInput, ...]
    lost: int = 0

    def where(self, row: Row, field: str = "") -> str:
        """``people.csv, row 12, column peg_nip``."""
        column = f", column {self.layout.columns[field]}" if field in self.layout.columns else ""
        return f"{self.name}, row {row.line}{column}"
