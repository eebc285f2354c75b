"""All dossiers together, kept up to date from the journal: for questions that no single person's stream answers."""

from __future__ import annotations

from threading import Lock

from attrs import evolve

from mkd_core.events import Happened, PrivatePartsErased, without_private
from mkd_core.journal.codec import decode
from mkd_core.ports import Journal
from mkd_core.usecases.dossier import Dossier, assemble, person_of


class Register:
    """Reads only what was added since it was last asked; safe to share between threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = Lock()
        self._position = 0
        self._histories: dict[str, list[Happened]] = {}
        self._dossiers: dict[str, Dossier] = {}

    def _refresh(self) -> None:
        for position, record in self._journal.records(self._position):
            person = person_of(record.stream)
            if person is not None:
                happened = decode(record)
                history = self._histories.setdefault(person, [])
                if isinstance(happened.event, PrivatePartsErased):
                    # What was read before may not be remembered after.
                    history[:] = [evolve(earlier, event=without_private(earlier.event)) for earlier in history]
                history.append(happened)
                self._dossiers.pop(person, None)
            self._position = position

    def dossiers(self) -> tuple[Dossier, ...]:
        """The dossier of everybody about whom something happened, in the order of their keys."""
        with self._lock:
            self._refresh()
            for person, history in self._histories.items():
                if person not in self._dossiers:
                    self._dossiers[person] = assemble(person, history)
            return tuple(self._dossiers[person] for person in sorted(self._dossiers))
