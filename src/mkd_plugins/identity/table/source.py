"""Reading one table, from a CSV file or a SELECT, into rows of our fields. What is wrong with a row is recorded.

A fault of the table as a whole (unreadable, wrong encoding, a column that is not there) raises ``Permanent``: identity
fails closed. A fault of a row leaves that row out and is recorded, so that 239 people can work while one is mended.
No message holds a value of a row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mkd_core.errors import InvalidInput, Permanent
from mkd_plugins.identity.directory.layout import NUMBERS, REQUIRED, Layout
from mkd_plugins.identity.directory.rows import Cell, Row, Table
from mkd_plugins.identity.table.config import Source
from mkd_plugins.tables.reading import Line, csv_lines, mend_header, selected

_SERVICE_NUMBER = re.compile(r"(19|20)\d{16}")


def read(source: Source, layout: Layout) -> Table:
    """The table as it is now. Raises ``Permanent`` or, for a database that is away, ``Transient``."""
    if source.path is not None:
        name = source.path.name
        header, lines = csv_lines(source, source.path)
    else:
        name = f"SELECT of {layout.table}"
        header, lines = selected(source, name)
    return _table(name, layout, header, lines, source.delimiter)


def _table(name: str, layout: Layout, header: list[str], lines: Iterable[Line], delimiter: str) -> Table:
    findings: list[InvalidInput] = []
    places = _places(name, layout, header, delimiter, findings)
    number_columns = {places[field] for field in NUMBERS & places.keys()}
    rows = []
    for line, cells in lines:
        problem = _misshapen(cells, header, places, number_columns)
        if problem:
            where = f"{name}, row {line}" + (f", column {problem.where}" if problem.where else "")
            findings.append(InvalidInput(problem.code, problem.message, where=where, mend=problem.mend))
            continue
        rows.append(
            Row(line, {field: value for field, at in places.items() if (value := _cell(cells[at])) not in layout.empty})
        )
    return Table(name, layout, tuple(rows), tuple(findings))


def _places(
    name: str, layout: Layout, header: list[str], delimiter: str, findings: list[InvalidInput]
) -> dict[str, int]:
    twice = [column for column, count in Counter(header).items() if count > 1 and column in layout.columns.values()]
    if twice:
        raise Permanent(
            f"two columns are called {twice[0]}", code="MKD233", where=name, mend="rename or drop one of them"
        )
    places = {field: header.index(column) for field, column in layout.columns.items() if column in header}
    for field in sorted(layout.columns.keys() - places.keys()):
        column = layout.columns[field]
        line, mend = f"there is no column {column} (for {field})", mend_header(column, header, delimiter)
        groups = [group for group in REQUIRED[layout.table] if field in group]
        if not groups:
            mend += f'; columns."{field}" = "" does without it'
        # Without the column that says who is active, everybody who ever left would be served.
        if field in layout.own or field == "active" or any(not places.keys() & set(group) for group in groups):
            raise Permanent(line, code="MKD233", where=name, mend=mend)
        findings.append(InvalidInput("MKD233", line, where=name, mend=mend))
    return places


def _misshapen(
    cells: Sequence[Any], header: list[str], places: Mapping[str, int], number_columns: set[int]
) -> InvalidInput | None:
    """Why the row cannot be trusted: too many cells or too few, or a service number where none belongs."""
    if len(cells) != len(header):
        return InvalidInput(
            "MKD234",
            f"the row has {len(cells)} cells and the header {len(header)}",
            mend="look for a delimiter within a text that is not quoted",
        )
    own = places.get("number")
    if own is not None and not _SERVICE_NUMBER.fullmatch(str(cells[own]).replace(" ", "")):
        for at, cell in enumerate(cells):
            if at not in number_columns and _SERVICE_NUMBER.fullmatch(str(cell).replace(" ", "")):
                return InvalidInput(
                    "MKD235",
                    "a service number stands in this column: the row is shifted",
                    where=header[at],
                    mend="look for a cell that is missing or one too many",
                )
    return None


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return str(value).strip()
