"""The port: asks the tables, and reads them again when they have changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date

from mkd_core.errors import InvalidInput, Transient
from mkd_core.people import Employee, Mandate, Unit
from mkd_core.ports import Denied, Found, NotMine
from mkd_plugins.identity.table.config import Config
from mkd_plugins.identity.table.directory import Directory, join
from mkd_plugins.identity.table.index import handle
from mkd_plugins.identity.table.source import Stamp, read, stamp


class TableIdentity:
    """Identity from tables. Files are read when first asked and again when they have changed; safe between threads.

    Raises ``Permanent`` when a table cannot be used as a whole and ``Transient`` while one is being written or a
    database is away; what is wrong with single rows is in :meth:`findings`.
    """

    def __init__(self, config: Config) -> None:
        self._sources = config.sources()
        self._layouts = {table: config.layout(table) for table in self._sources}
        self._lock = threading.Lock()
        self._read: tuple[tuple[Stamp, ...], Directory] | None = None

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """The person of that key as of that date; denied when not active, or when two rows claim the key."""
        directory = self._directory()
        if key in directory.people:
            employee = directory.people[key].on(on, directory.places)
            return Found(employee) if employee.active else Denied("not active, as far as the table shows")
        return Denied("more than one row has this key (MKD237)") if key in directory.ambiguous else NotMine()

    def lookup(self, handle_text: str, on: date) -> Found | Denied | NotMine:
        """The person of that service number, login or address; denied when two people have it."""
        directory, wanted = self._directory(), handle(handle_text)
        if wanted in directory.handles:
            return self.person(directory.handles[wanted], on)
        return Denied("more than one person has this (MKD239)") if wanted in directory.ambiguous else NotMine()

    def people(self, on: date) -> Iterable[Employee]:
        """Everybody in the table, active or not, in its order."""
        directory = self._directory()
        return (person.on(on, directory.places) for person in directory.people.values())

    def unit(self, key: str, on: date) -> Unit | None:
        """The unit of that key."""
        return self._directory().units.get(key)

    def units(self, on: date) -> Iterable[Unit]:
        """Every unit, in the order of the table."""
        return tuple(self._directory().units.values())

    def mandates(self, on: date) -> Iterable[Mandate]:
        """Every mandate whose row could be used."""
        return self._directory().mandates

    def findings(self) -> tuple[InvalidInput, ...]:
        """What is wrong with single rows: code, file, row and column, and how to mend it; never a value."""
        return self._directory().findings

    def _directory(self) -> Directory:
        with self._lock:
            now = self._stamps()
            if self._read is None or self._read[0] != now:
                tables = {table: read(source, self._layouts[table]) for table, source in self._sources.items()}
                if self._stamps() != now:
                    raise Transient("a table was written while it was read", code="MKD249")
                self._read = (now, join(tables))
            return self._read[1]

    def _stamps(self) -> tuple[Stamp, ...]:
        return tuple(stamp(source) for source in self._sources.values())
