"""Reading one table, from a CSV file or a SELECT, into rows of our fields. What is wrong with a row is recorded.

A fault of the table as a whole (unreadable, wrong encoding, a column that is not there) raises ``Permanent``: identity
fails closed. A fault of a row leaves that row out and is recorded, so that 239 people can work while one is mended.
No message holds a value of a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mkd_core.errors import InvalidInput, Permanent
from mkd_plugins.identity.directory.layout import NUMBERS, REQUIRED, SERVICE_NUMBER, Layout
from mkd_plugins.identity.directory.rows import Cell, Row, Table
from mkd_plugins.identity.table.config import Source
from mkd_plugins.tables.reading import Line, csv_lines, mend_header, selected

_SUBJECT: Mapping[str, str] = {"people": "number", "mandates": "acting", "discipline": "person", "ratings": "person"}
"""The field of each table that says by a service number whom a row is about."""
_ABOUT = ("key", "acting", "acting_key", "person", "person_key")
"""The fields by which a row says whom or what it is about."""
_FEW = 10
"""Of so few rows most may be wrong, one by one."""


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
    own = _SUBJECT.get(layout.table, "")
    # Where people are named by key, too, a row may do without the number.
    subject = None if f"{own}_key" in places else places.get(own)
    number_columns = {places[field] for field in NUMBERS & places.keys()}
    rows: list[Row] = []
    lost: list[InvalidInput] = []
    for line, cells in lines:
        problem = _misshapen(cells, header, subject, number_columns)
        if problem:
            where = f"{name}, row {line}" + (f", column {problem.where}" if problem.where else "")
            lost.append(InvalidInput(problem.code, problem.message, where=where, mend=problem.mend))
            continue
        rows.append(
            Row(line, {field: value for field, at in places.items() if (value := _cell(cells[at])) not in layout.empty})
        )
    _need_most_of(name, rows, lost)
    return Table(name, layout, tuple(rows), (*findings, *lost), lost=len(lost))


def _need_most_of(name: str, rows: Sequence[Row], lost: Sequence[InvalidInput]) -> None:
    """Refuse a table of which hardly a row says whom or what it is about: then not single rows are wrong, but all."""
    nameless = [row.line for row in rows if not any(row.text(field) for field in _ABOUT)]
    total, wrong = len(rows) + len(lost), len(lost) + len(nameless)
    enough = total > 1 if wrong == total else total >= _FEW
    if not enough or 2 * wrong <= total:
        return
    said = f"{wrong} of {total} rows cannot be used"
    if lost:
        first = lost[0]
        raise Permanent(f"{said}: {first.message}", code=first.code, where=first.where, mend=first.mend)
    raise Permanent(
        f"{said}: they do not say whom or what they are about",
        code="MKD236",
        where=f"{name}, row {nameless[0]}",
        mend="see whether the columns stand in their places",
    )


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
    cells: Sequence[Any], header: list[str], subject: int | None, number_columns: set[int]
) -> InvalidInput | None:
    """Why the row cannot be trusted: too many cells or too few, or a service number where none belongs."""
    if len(cells) != len(header):
        return InvalidInput(
            "MKD234",
            f"the row has {len(cells)} cells and the header {len(header)}",
            mend="look for a delimiter within a text that is not quoted",
        )
    if subject is not None and not SERVICE_NUMBER.fullmatch(str(cells[subject]).replace(" ", "")):
        for at, cell in enumerate(cells):
            if at not in number_columns and SERVICE_NUMBER.fullmatch(str(cell).replace(" ", "")):
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
