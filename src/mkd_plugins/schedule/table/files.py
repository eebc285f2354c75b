"""The roster as CSV files, one a month, each replaced as a whole."""

from __future__ import annotations

from pathlib import Path

from mkd_plugins.api import Receipt, RosterEntry
from mkd_plugins.schedule.table.config import Config
from mkd_plugins.tables.writing import CsvFile, alone_in

_WRITER = "schedule"
_PATIENCE = 5.0
"""Seconds for which somebody else may be writing when nobody says how long."""


class FileRoster:
    """The port over CSV files. Safe between threads and processes: one at a time works in the folder.

    Raises ``Permanent`` for a file that somebody has damaged, ``Transient`` while the folder is in use or the disk is
    full. Then nothing was written. Every new day writes its month anew, so this is for some hundred people; more have
    a database.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._template = config.template

    def ping(self) -> None:
        """Whether the folder can be written and each file in it is one of ours."""
        with alone_in(self._folder, _WRITER, _PATIENCE):
            for path in sorted(self._folder.glob(self._config.file.format(month="*"))):
                self._file(path.name).read()

    def _file(self, name: str) -> CsvFile:
        return CsvFile(
            path=self._folder / name,
            columns=tuple(self._config.columns),
            delimiter=self._config.delimiter,
            writer=_WRITER,
        )

    def put(self, entry: RosterEntry) -> Receipt:
        """Replace the row of that person and date; one that is there already as it should be is left alone."""
        name = self._config.file.format(month=f"{entry.on:%Y-%m}")
        file = self._file(name)
        with alone_in(self._folder, _WRITER, entry.timeout):
            before = file.read()
            after = self._with(before, entry)
            if after != before or not file.path.exists():
                file.write(after)
        return Receipt(key=entry.key, reference=f"{name}:{entry.person}:{entry.on}")

    def _with(self, rows: list[dict[str, str]], entry: RosterEntry) -> list[dict[str, str]]:
        row = self._template.row(entry)
        place = (self._template.person, self._template.date)
        found = next((at for at, held in enumerate(rows) if all(held[name] == row[name] for name in place)), None)
        if not self._template.numbered(entry, stands=found is not None):
            return rows
        if found is not None and entry.number is None:
            # Whom the personnel system does not know any more is found by the number that the row has.
            row |= {name: rows[found][name] for name in self._template.of_number()}
        wanted = [row] if entry.windows or self._config.days_off else []
        return [*rows, *wanted] if found is None else [*rows[:found], *wanted, *rows[found + 1 :]]
