"""Reading a table as it is now, into a header and rows of cells. No message holds a value of a row."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkd_core.errors import Permanent, Transient, did_you_mean
from mkd_plugins.tables.source import KeptSource, TableSource

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mkd_plugins.api import Secret

Stamp = tuple[object, ...]
Line = tuple[int, Sequence[Any]]
"""The line of the file on which a row starts (of a SELECT, its count from 1), and its cells."""


def stamp(source: KeptSource) -> Stamp:
    """What changes when the table has to be read again."""
    return (int(time.monotonic() / source.max_age),) if source.path is None else file_stamp(source.path)


def file_stamp(path: Path) -> Stamp:
    """What changes when the file does. Raises ``Permanent`` (MKD231) for one that is not there."""
    status = _status(path)
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def written_at(path: Path) -> float:
    """When the file was written, seconds since 1970. Raises ``Permanent`` (MKD231) for one that is not there."""
    return _status(path).st_mtime


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error


def csv_lines(source: TableSource, path: Path) -> tuple[list[str], Iterator[Line]]:
    """The names of the columns and the rows. Raises ``Permanent``, for a broken row when it is reached."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        text = raw.decode(source.encoding)
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise Permanent(
            f"the file is not {source.encoding.removesuffix('-sig').upper()}",
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


def _lines(reader: Any, name: str) -> Iterator[Line]:
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


def selected(source: TableSource, name: str) -> tuple[list[str], Iterator[Line]]:
    """The same of a SELECT. Raises ``Permanent`` (MKD250, MKD247) and, while the database is away, ``Transient``."""
    engine = engine_of(source.url, source.password, name)
    try:
        return asked(engine, source.select, name, {})
    finally:
        engine.dispose()


def asked(engine: Engine, select: str, name: str, parameters: Mapping[str, Any]) -> tuple[list[str], Iterator[Line]]:
    """The same of a database that is asked often; of the parameters those are given that the SELECT names."""
    import sqlalchemy

    try:
        with engine.connect() as connection:
            query = sqlalchemy.text(select)
            named = {key: value for key, value in parameters.items() if key in query.compile().params}
            result = connection.execute(query.bindparams(**named))  # each as the database writes its kind
            header = list(result.keys())
            rows = [tuple(row) for row in result]
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


def engine_of(url: str, password: Secret | None, name: str, *, kept: bool = False) -> Engine:
    """What talks to the database of that address. Raises ``Permanent`` (MKD250, MKD247).

    A connection is opened for every question unless it is to be ``kept``; then each is tried before it is used again.
    """
    try:
        import sqlalchemy
    except ModuleNotFoundError:
        raise Permanent(
            "SQLAlchemy is not installed", code="MKD250", where=name, mend="pip install 'mkd[sql]'"
        ) from None
    try:
        address = sqlalchemy.make_url(url)
        if password is not None:
            address = address.set(password=password.reveal())
        pool: dict[str, Any] = {"pool_pre_ping": True} if kept else {"poolclass": sqlalchemy.NullPool}
        return sqlalchemy.create_engine(address, hide_parameters=True, **pool)
    except ModuleNotFoundError as error:
        raise Permanent(
            f"the database driver {error.name} is not installed", code="MKD250", where=name, mend="install it"
        ) from None
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise Permanent(
            f"the url is no address of a database ({type(error).__name__})",
            code="MKD247",
            where=name,
            mend="write it as DIALECT://USER@HOST/DATABASE",
        ) from None


def mend_header(column: str, header: list[str], delimiter: str) -> str:
    """What to do about a column that is not in the header."""
    if len(header) == 1:
        for other in ";\t|,":
            if other != delimiter and other in header[0]:
                return f"the header is separated by {other!r}: set delimiter = {other!r}"
    return did_you_mean(column, header) or "name the right column under columns"


def _unreadable(path: Path, error: OSError) -> Permanent:
    return Permanent(
        f"the file cannot be read: {error.strerror}", code="MKD231", where=str(path), mend="see path and permissions"
    )
