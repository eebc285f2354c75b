"""The shape of CSV files, which engines judge differently: one fills a short line up, another drops or refuses it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mkd_core.errors import InvalidInput


def headings(place: str) -> Sequence[str]:
    """The columns of a CSV file, or of all the files of a folder, once each line has as many cells as the first.

    Raises ``InvalidInput`` (MKD260) with the line: where it has another number of cells, which an empty one has, too.
    """
    path = Path(place)
    files = sorted(path.glob("**/*.csv")) if path.is_dir() else [path]
    first: Sequence[str] | None = None
    for each in files:
        found = _headings(each)
        if first is not None and found != first:
            raise InvalidInput(
                "MKD260", f"has other columns than {files[0].name}", where=str(each), mend="the same, in the same order"
            )
        first = found
    if not first:
        raise InvalidInput("MKD260", "has no columns", where=place, mend="name them in the first line")
    return first


def _headings(path: Path) -> Sequence[str]:
    lines = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            columns = next(reader, [])
            lines = reader.line_num
            for cells in reader:
                if len(cells) != len(columns):
                    raise _ragged(path, lines + 1, len(cells), len(columns))
                lines = reader.line_num
    except UnicodeDecodeError:
        raise InvalidInput("MKD260", "is not text of UTF-8", where=str(path), mend="save it as UTF-8") from None
    except csv.Error:
        raise InvalidInput(
            "MKD260", "is no CSV", where=f"{path}: line {lines + 1}", mend="see whether a quotation mark is left open"
        ) from None
    return columns


def _ragged(path: Path, line: int, cells: int, columns: int) -> InvalidInput:
    return InvalidInput(
        "MKD260",
        f"{cells} cells where the first line has {columns}",
        where=f"{path}: line {line}",
        mend="give each line as many, and put a cell with a comma in quotation marks",
    )
