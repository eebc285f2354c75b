"""The tables as they were when they could last be read, for the days on which an export is broken.

One JSON file, readable by its owner alone, with the cells of our fields and no others. Whether what is read now can
be meant at all is held against it: a file that was cut off, or whose columns moved, has lost most of its keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs

from mkd_core.errors import Permanent
from mkd_plugins.identity.directory.layout import FIELDS
from mkd_plugins.identity.directory.rows import Cell, Row, Table
from mkd_plugins.tables.writing import replace_file

_FEW: Final = 10
"""So few rows may all be others on the next day."""
_WITH_KEYS: Final = ("people", "units")
_FORM: Final = "mkd-tables-1"


@attrs.frozen(kw_only=True)
class Held:
    """What one table held. ``as_of`` is when it was written, seconds since 1970; of a SELECT, when it was run."""

    name: str
    as_of: float
    rows: tuple[Row, ...]


class KeptTables:
    """The file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Held]:
        """What is kept, by table; nothing while there is no file. Raises ``Permanent`` (MKD283) for another file."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept["form"] != _FORM or "people" not in kept["tables"]:
                raise ValueError
            return {table: _held(kept["tables"][table]) for table in FIELDS if table in kept["tables"]}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Permanent(
                "the cache cannot be read, or is a file of somebody else",
                code="MKD283",
                where=str(self._path),
                mend="name another file as cache, or delete this one",
            ) from None

    def write(self, tables: Mapping[str, Held]) -> None:
        """Keep these in the place of what was there. Raises ``Permanent`` (MKD283) where that cannot be."""
        told = {"form": _FORM, "tables": {table: _told(held) for table, held in tables.items()}}
        try:
            replace_file(self._path, json.dumps(told, ensure_ascii=False).encode("utf-8"))
        except OSError as error:
            raise Permanent(
                f"the cache cannot be written: {error.strerror}",
                code="MKD283",
                where=str(self._path),
                mend="see path, permissions and free space",
            ) from None


def need_most_of(before: Mapping[str, Held], now: Mapping[str, Table]) -> None:
    """Refuse tables from which most of the keys are gone. Raises ``Permanent`` (MKD282)."""
    for table in before.keys() & now.keys() & set(_WITH_KEYS):
        known, there = (_keys(rows) for rows in (before[table].rows, now[table].rows))
        gone = len(known - there)
        if len(known) >= _FEW and 2 * gone > len(known):
            raise Permanent(
                f"of {len(known)} keys that were there before, {gone} are gone",
                code="MKD282",
                where=now[table].name,
                mend="see whether the export is whole and its columns stand in their places; if so, delete the cache",
            )


def _keys(rows: tuple[Row, ...]) -> set[str]:
    return {row.text("key") for row in rows}


def _told(held: Held) -> dict[str, Any]:
    rows = [[row.line, {field: _cell_told(cell) for field, cell in row.cells.items()}] for row in held.rows]
    return {"name": held.name, "as_of": held.as_of, "rows": rows}


def _cell_told(cell: Cell) -> str | list[str]:
    """A date, as a database gives one, apart from a text that looks like one."""
    return [cell.isoformat()] if isinstance(cell, date) else cell


def _held(told: Mapping[str, Any]) -> Held:
    rows = tuple(Row(line, {field: _cell(cell) for field, cell in cells.items()}) for line, cells in told["rows"])
    return Held(name=told["name"], as_of=float(told["as_of"]), rows=rows)


def _cell(told: str | list[str]) -> Cell:
    return told if isinstance(told, str) else date.fromisoformat(told[0])
