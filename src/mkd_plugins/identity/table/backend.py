"""The port: asks the tables, and reads them again when they have changed."""

from __future__ import annotations

from datetime import date

from mkd_core.errors import Transient
from mkd_core.people import Employee
from mkd_plugins.identity.directory.backend import DirectoryIdentity, Stamp
from mkd_plugins.identity.directory.joining import Directory, join
from mkd_plugins.identity.directory.person import Person
from mkd_plugins.identity.table.config import Config
from mkd_plugins.identity.table.source import read
from mkd_plugins.tables.reading import stamp


class TableIdentity(DirectoryIdentity):
    """Identity from tables. Files are read when first asked and again when they have changed."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self._sources = config.sources()
        self._layouts = {table: config.layout(table) for table in self._sources}

    def _stamp(self) -> Stamp:
        return tuple(stamp(source) for source in self._sources.values())

    def _join(self) -> Directory:
        before = self._stamp()
        tables = {table: read(source, self._layouts[table]) for table, source in self._sources.items()}
        if self._stamp() != before:
            raise Transient("a table was written while it was read", code="MKD249")
        return join(tables)

    def _on(self, person: Person, day: date, directory: Directory) -> Employee:
        return person.on(day, directory.places)
