"""The port: asks the tables, and reads them again when they have changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import attrs

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient
from mkd_core.people import Employee, Unit
from mkd_plugins.identity.directory.age import aged
from mkd_plugins.identity.directory.backend import DirectoryIdentity, Stamp
from mkd_plugins.identity.directory.joining import Directory, join
from mkd_plugins.identity.directory.person import DISCIPLINE, Person
from mkd_plugins.identity.directory.rows import Table
from mkd_plugins.identity.table.config import Config, Source
from mkd_plugins.identity.table.kept import Held, KeptTables, need_most_of
from mkd_plugins.identity.table.source import read
from mkd_plugins.tables.reading import stamp, written_at


class TableIdentity(DirectoryIdentity):
    """Identity from tables. Files are read when first asked and again when they have changed.

    A table that cannot be used stops it; with a ``cache``, what could last be read stays in use and says how old it is.
    """

    def __init__(self, config: Config, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._config = config
        self._sources = config.sources()
        self._layouts = {table: config.layout(table) for table in self._sources}
        self._kept = KeptTables(config.cache) if config.cache is not None else None
        self._now = now

    def ping(self) -> None:
        """Whether every table can be read as it is now, whatever a cache still holds."""
        self._tables()

    def _stamp(self) -> Stamp:
        return tuple(map(self._stamp_of, self._sources.values()))

    def _stamp_of(self, source: Source) -> Stamp:
        try:
            return stamp(source)
        except BackendError:
            if self._kept is None:
                raise
            return ()  # reading it says what is wrong, and then the cache is asked

    def _join(self) -> Directory:
        if self._kept is None:
            return join(self._tables(), self._moments())
        last = self._kept.read()
        try:
            tables, moments = self._tables(), self._moments()
            need_most_of(last, tables)
        except BackendError as error:
            if not last:
                raise
            return self._of_before(last, error)
        directory = join(tables, moments)
        now = {name: Held(name=table.name, as_of=moments[name], rows=table.rows) for name, table in tables.items()}
        try:
            self._kept.write(now)
        except Permanent as error:
            return attrs.evolve(directory, findings=(*directory.findings, _finding(error)))
        return directory

    def _tables(self) -> dict[str, Table]:
        before = self._stamp()
        tables = {table: read(source, self._layouts[table]) for table, source in self._sources.items()}
        if self._stamp() != before:
            raise Transient("a table was written while it was read", code="MKD249")
        return tables

    def _moments(self) -> dict[str, float]:
        """When each table was written; what a SELECT says is of now."""
        return {
            table: written_at(source.path) if source.path is not None else self._now()
            for table, source in self._sources.items()
        }

    def _of_before(self, last: Mapping[str, Held], error: BackendError) -> Directory:
        """What could last be read; what is wrong with the tables of now is its first finding."""
        tables = {
            name: Table(last[name].name, self._layouts[name], last[name].rows, ())
            for name in self._layouts
            if name in last
        }
        directory = join(tables, {name: last[name].as_of for name in tables})
        since = datetime.fromtimestamp(max(directory.as_of.values()), UTC).date()
        finding = _finding(error, f"; what was read as of {since} stays in use")
        return attrs.evolve(directory, outdated=True, findings=(finding, *directory.findings))

    def _on(self, person: Person, day: date, directory: Directory) -> Employee:
        employee = person.on(day, directory.places)
        ages = self._ages(directory)
        if not ages:
            return employee
        origins = {}
        for fact in employee.facts:
            table = "people"
            if fact in employee.facts_from:
                table = "discipline" if fact == DISCIPLINE else "ratings"
            if table in ages or fact in employee.facts_from:
                origins[fact] = f"{directory.places[table]}{ages.get(table, '')}"
        return attrs.evolve(employee, facts_from=origins)

    def _unit(self, unit: Unit, directory: Directory) -> Unit:
        unit = super()._unit(unit, directory)
        return attrs.evolve(unit, source=f"{unit.source}{self._ages(directory).get('units', '')}")

    def _ages(self, directory: Directory) -> dict[str, str]:
        """The age of each table that is old, or that is of before."""
        now, limit = self._now(), self._config.stale_after
        return {
            table: aged(at, now)
            for table, at in directory.as_of.items()
            if directory.outdated or (limit is not None and now - at > limit)
        }


def _finding(error: BackendError, more: str = "") -> InvalidInput:
    return InvalidInput(error.code, f"{error.message}{more}", where=error.where, mend=error.mend)
