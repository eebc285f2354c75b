"""The port: people, units and mandates as SIASN last said them, with the age of what is old."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import attrs

from mkd_core.people import Employee
from mkd_plugins.api import Permanent
from mkd_plugins.identity.directory.age import aged
from mkd_plugins.identity.directory.backend import DirectoryIdentity, Stamp
from mkd_plugins.identity.directory.joining import Directory, join
from mkd_plugins.identity.directory.person import DISCIPLINE, RATING_FACTS, Person
from mkd_plugins.jabar.siasn import fields
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.store import Store
from mkd_plugins.jabar.siasn.tables import layouts, tables
from mkd_plugins.tables.reading import stamp


class SiasnIdentity(DirectoryIdentity):
    """Identity from the answers of SIASN that ``mkd jabar refresh`` keeps; nothing is asked while somebody waits.

    Whether a case of discipline is *in process* SIASN does not say: where it shows no punishment the fact is missing,
    and never "none". Facts that are older than ``stale_after`` say so where their source is named.
    """

    def __init__(self, config: Config, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._config = config
        self._store = Store(config.cache)
        self._now = now
        self._ages: dict[str, dict[str, float]] = {}
        layouts(config)

    def _stamp(self) -> Stamp:
        own = self._store.stamp()
        if not own:
            raise Permanent(
                "SIASN was not read yet", code="MKD666", where=str(self._config.cache), mend="run mkd jabar refresh"
            )
        return (own, stamp(self._config.mandates) if self._config.mandates is not None else ())

    def _join(self) -> Directory:
        resources = (fields.PERSON, fields.DISCIPLINE, fields.RATINGS)
        self._ages = {
            resource: {subject: had_at for subject, (had_at, _) in self._store.ages(resource).items()}
            for resource in resources
        }
        return join(tables(self._config, self._store))

    def _on(self, person: Person, day: date, directory: Directory) -> Employee:
        employee = person.on(day, directory.places)
        facts = dict(employee.facts)
        if facts.get(DISCIPLINE) == "none":
            del facts[DISCIPLINE]
        number = employee.number.digits if employee.number is not None else ""
        return attrs.evolve(employee, facts=facts, facts_from=self._origins(facts, number))

    def _origins(self, facts: dict[str, object], number: str) -> dict[str, str]:
        """Which resource each fact was read from, and since when, where that is long ago."""
        origins: dict[str, str] = {}
        for fact in facts:
            resource = fields.PERSON
            if fact == DISCIPLINE:
                resource = fields.DISCIPLINE
            elif fact in RATING_FACTS:
                resource = fields.RATINGS
            origins[fact] = f"SIASN {resource}{self._age(resource, number)}"
        return origins

    def _age(self, resource: str, number: str) -> str:
        had_at = self._ages[resource].get(number)
        if had_at is None:
            return ""
        now = self._now()
        return aged(had_at, now) if now - had_at > self._config.stale_after else ""
