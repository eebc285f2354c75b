"""Reading one table, from a CSV file or a SELECT, into rows of our fields. What is wrong with a row is recorded.

A fault of the table as a whole (unreadable, wrong encoding, a column that is not there) raises ``Permanent``: identity
fails closed. A fault of a row leaves that row out and is recorded, so that 239 people can work while one is mended.
No message holds a value of a row.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mkd_core.errors import InvalidInput, Permanent, Transient, did_you_mean
from mkd_plugins.identity.directory.layout import NUMBERS, REQUIRED, Layout
from mkd_plugins.identity.directory.rows import Cell, Row, Table
from mkd_plugins.identity.table.config import Source

Stamp = tuple[object, ...]

_SERVICE_NUMBER = re.compile(r"(19|20)\d{16}")


def stamp(source: Source) -> Stamp:
    """What changes when the table has to be read again."""
    if source.path is None:
        return (int(time.monotonic() / source.max_age),)
    try:
        status = source.path.stat()
    except OSError as error:
        raise _unreadable(source.path, error) from error
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def read(source: Source, layout: Layout) -> Table:
    """The table as it is now. Raises ``Permanent`` or, for a database that is away, ``Transient``."""
    if source.path is not None:
        name = source.path.name
        header, lines = _csv(source, source.path)
    else:
        name = f"SELECT of {layout.table}"
        header, lines = _selected(source, name)
    return _table(name, layout, header, lines, source.delimiter)


_Line = tuple[int, Sequence[Any]]


def _csv(source: Source, path: Path) -> tuple[list[str], Iterator[_Line]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        text = raw.decode(source.encoding)
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise Permanent(
            f"the file is not {source.encoding}",
            code="MKD232",
            where=f"{path.name}, row {row}",
            mend='save it as UTF-8, or set encoding = "cp1252"',
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter, strict=True)
    lines = _lines(reader, path.name)
    header = next(lines, None)
    if header is None:
        raise Permanent("the file is empty", code="MKD233", where=path.name, mend="its first row names the columns")
    return [str(cell).strip() for cell in header[1]], lines


def _lines(reader: Any, name: str) -> Iterator[_Line]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader cannot go on behind a broken quote: whoever is in the rest of the file would be missing.
            raise Permanent(
                f"not CSV: {error}", code="MKD234", where=f"{name}, row {line}", mend="look for a lone quotation mark"
            ) from None
        if cells:
            yield line, cells


def _selected(source: Source, name: str) -> tuple[list[str], Iterator[_Line]]:
    try:
        import sqlalchemy
    except ModuleNotFoundError:
        raise Permanent(
            "SQLAlchemy is not installed", code="MKD250", where=name, mend="pip install 'mkd[sql]'"
        ) from None
    try:
        url = sqlalchemy.make_url(source.url)
        if source.password is not None:
            url = url.set(password=source.password.reveal())
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        try:
            with engine.connect() as connection:
                result = connection.execute(sqlalchemy.text(source.select))
                header = list(result.keys())
                rows = [tuple(row) for row in result]
        finally:
            engine.dispose()
    except ModuleNotFoundError as error:
        raise Permanent(
            f"the database driver {error.name} is not installed", code="MKD250", where=name, mend="install it"
        ) from None
    except sqlalchemy.exc.OperationalError as error:
        # The text of a database error may repeat values and the address with its user: only its kind is said.
        raise Transient(
            f"the database cannot be asked ({type(error.orig).__name__})",
            code="MKD247",
            where=name,
            mend="see whether it runs and the select names existing tables",
        ) from None
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise Permanent(
            f"the database refused the select ({type(error).__name__})",
            code="MKD247",
            where=name,
            mend="run it by hand",
        ) from None
    return header, ((number, row) for number, row in enumerate(rows, start=1))


def _table(name: str, layout: Layout, header: list[str], lines: Iterable[_Line], delimiter: str) -> Table:
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
        line, mend = f"there is no column {column} (for {field})", _mend_header(column, header, delimiter)
        groups = [group for group in REQUIRED[layout.table] if field in group]
        if not groups:
            mend += f'; columns."{field}" = "" does without it'
        # Without the column that says who is active, everybody who ever left would be served.
        if field in layout.own or field == "active" or any(not places.keys() & set(group) for group in groups):
            raise Permanent(line, code="MKD233", where=name, mend=mend)
        findings.append(InvalidInput("MKD233", line, where=name, mend=mend))
    return places


def _mend_header(column: str, header: list[str], delimiter: str) -> str:
    if len(header) == 1:
        for other in ";\t|,":
            if other != delimiter and other in header[0]:
                return f"the header is separated by {other!r}: set delimiter = {other!r}"
    return did_you_mean(column, header) or "name the right column under columns"


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


def _unreadable(path: Path, error: OSError) -> Permanent:
    return Permanent(
        f"the file cannot be read: {error.strerror}", code="MKD231", where=str(path), mend="see path and permissions"
    )
