"""The port, answered from a directory that is read anew when its source has changed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import date

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.people import Employee, Mandate, Unit
from mkd_core.ports import Denied, Found, NotMine
from mkd_plugins.identity.directory.index import handle
from mkd_plugins.identity.directory.joining import Directory
from mkd_plugins.identity.directory.person import Person

Stamp = tuple[object, ...]


class DirectoryIdentity(ABC):
    """Identity from a directory; safe between threads.

    What is wrong with the source as a whole raises ``Permanent``, or ``Transient`` while it will pass; what is wrong
    with single rows is in :meth:`findings`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[Stamp, Directory] | None = None

    @abstractmethod
    def _stamp(self) -> Stamp:
        """What changes when the source has to be read again."""

    @abstractmethod
    def _join(self) -> Directory:
        """The directory of the source as it is now."""

    @abstractmethod
    def _on(self, person: Person, day: date, directory: Directory) -> Employee:
        """The person as of that day."""

    def _unit(self, unit: Unit, directory: Directory) -> Unit:
        """The unit, with the table that it was read from."""
        return attrs.evolve(unit, source=directory.places.get("units", unit.source))

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """The person of that key as of that date; denied when not active, or when two rows claim the key."""
        directory = self._directory()
        if key in directory.people:
            employee = self._on(directory.people[key], on, directory)
            return Found(employee) if employee.active else Denied("not active, as far as the records show")
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
        return (self._on(person, on, directory) for person in directory.people.values())

    def unit(self, key: str, on: date) -> Unit | None:
        """The unit of that key."""
        directory = self._directory()
        return self._unit(directory.units[key], directory) if key in directory.units else None

    def units(self, on: date) -> Iterable[Unit]:
        """Every unit, in the order of the table."""
        directory = self._directory()
        return tuple(self._unit(unit, directory) for unit in directory.units.values())

    def mandates(self, on: date) -> Iterable[Mandate]:
        """Every mandate whose row could be used."""
        return self._directory().mandates

    def findings(self) -> tuple[InvalidInput, ...]:
        """What is wrong with single rows: code, file, row and column, and how to mend it; never a value."""
        return self._directory().findings

    def _directory(self) -> Directory:
        with self._lock:
            now = self._stamp()
            if self._read is None or self._read[0] != now:
                self._read = (now, self._join())
            return self._read[1]
