"""Rows of people as a file: CSV, JSON lines or Parquet, written wholly or not at all, and for its owner alone."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Literal

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.tables.writing import already_there

Columns = Mapping[str, Literal["text", "list"]]
"""The columns in their order: one word, or a list of words (in CSV with blanks between)."""
Row = Mapping[str, str | Sequence[str] | None]

PART = ".part"
_PIECES = ".pieces"
_PIECE = 50_000
"""How many rows of a Parquet file are in memory at a time."""


def ready(path: Path, *, there: bool = False, replacing: str = "--fresh") -> None:
    """Refuse what could not be written at the end: another kind (MKD492), no extra (MKD259), a file there (MKD291).

    ``there`` says that a file may be there: it is replaced. ``replacing`` is the option that says so.
    """
    if path.suffix not in _WRITERS:
        raise InvalidInput(
            "MKD492",
            f"nothing is known of files that end in {path.suffix!r}" if path.suffix else "the name has no ending",
            where=str(path),
            mend=did_you_mean(path.suffix, _WRITERS) or f"end it in {', '.join(_WRITERS)}",
        )
    if path.suffix == ".parquet":
        from mkd_plugins.extras import needed

        needed("polars", "polars")
    if path.exists() and not there:
        raise already_there(path, replacing=replacing)


def write_rows(path: Path, columns: Columns, rows: Iterable[Row]) -> None:
    """Write the rows one by one, and give the file its name when all are in it."""
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)  # of a run that was killed while it wrote
    try:
        _WRITERS[path.suffix](part, columns, rows)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _csv(part: Path, columns: Columns, rows: Iterable[Row]) -> None:
    with _opened(part) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            cells = (row[name] for name in columns)
            writer.writerow([cell if isinstance(cell, str) else " ".join(cell or ()) for cell in cells])
        _settle(file)


def _jsonl(part: Path, columns: Columns, rows: Iterable[Row]) -> None:
    with _opened(part) as file:
        for row in rows:
            data = {name: row[name] for name in columns}
            file.write(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")
        _settle(file)


def _parquet(part: Path, columns: Columns, rows: Iterable[Row]) -> None:
    # Polars joins files as they stream by, while it would first collect the rows of an iterator.
    import polars

    text = polars.String
    schema = {name: text if kind == "text" else polars.List(text) for name, kind in columns.items()}
    folder = part.with_name(part.name + _PIECES)
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed here
    folder.mkdir(mode=0o700)
    try:
        pieces = []
        for number, piece in enumerate(_pieces(rows)):
            pieces.append(folder / f"{number}.parquet")
            frame = polars.DataFrame([[row[name] for name in columns] for row in piece], schema, orient="row")
            frame.write_parquet(pieces[-1])
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600))
        polars.scan_parquet(pieces).sink_parquet(part)
    finally:
        shutil.rmtree(folder)


def _pieces(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """The rows piece by piece; of no rows one empty piece, which has the columns all the same."""
    remaining = iter(rows)
    yield list(islice(remaining, _PIECE))
    while piece := list(islice(remaining, _PIECE)):
        yield piece


_WRITERS: Mapping[str, Callable[[Path, Columns, Iterable[Row]], None]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}


def _opened(path: Path) -> IO[str]:
    return open(path, "w", encoding="utf-8", newline="", opener=_for_the_owner)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _settle(file: IO[str]) -> None:
    """On the disk before it gets its name: a power cut leaves the old file or the new one."""
    file.flush()
    os.fsync(file.fileno())
