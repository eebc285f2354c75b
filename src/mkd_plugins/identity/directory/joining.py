"""The five tables joined: who is who, who stands above whom, and what is wrong with the rest.

Nothing is guessed: what cannot be read is recorded, and what it would have said stays missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.people import Employee, Employment, Mandate, Masked, Unit
from mkd_core.policy import VOCABULARY
from mkd_plugins.identity.directory.index import Index
from mkd_plugins.identity.directory.layout import FIELDS
from mkd_plugins.identity.directory.organisation import read_mandates, read_units
from mkd_plugins.identity.directory.person import Person, put
from mkd_plugins.identity.directory.rows import Row, Table
from mkd_plugins.identity.directory.standing import read_punishments, read_ratings
from mkd_plugins.identity.directory.values import Reader, Unreadable

EMPLOYMENT = "applicant.employment"
DIRECT_SERVICE = "applicant.direct_service"
_PLAIN_FACTS = tuple(field for field in FIELDS["people"] if field in VOCABULARY and field != DIRECT_SERVICE)


@attrs.frozen(kw_only=True)
class Directory:
    """What the tables say, ready to be asked.

    ``handles``    service numbers, logins and addresses → key.
    ``ambiguous``  handles and keys that more than one person has.
    ``places``     table → the name of its file.
    ``as_of``      table → when it was written, seconds since 1970, where its source says so.
    ``outdated``   whether newer tables are there that cannot be used.
    """

    people: Mapping[str, Person]
    units: Mapping[str, Unit]
    mandates: tuple[Mandate, ...]
    handles: Mapping[str, str]
    ambiguous: frozenset[str]
    places: Mapping[str, str]
    findings: tuple[InvalidInput, ...]
    as_of: Mapping[str, float]
    outdated: bool = False


def join(tables: Mapping[str, Table], as_of: Mapping[str, float] = MappingProxyType({})) -> Directory:
    """The directory of these tables; ``people`` is there, the others may be absent."""
    findings = [finding for table in tables.values() for finding in table.findings]
    readers = {name: Reader(table, findings) for name, table in tables.items()}
    index = Index(readers["people"])
    units = read_units(readers["units"], index) if "units" in readers else None
    ratings = read_ratings(readers["ratings"], index) if "ratings" in readers else {}
    # Without a table nobody can be called unpunished; with one, whoever is not in it is.
    punished = read_punishments(readers["discipline"], index) if "discipline" in readers else None
    people = {}
    for key in index.rows:
        person = _person(index, key, units)
        punishments = None if punished is None else punished.get(key, ())
        people[key] = attrs.evolve(person, ratings=ratings.get(key, ()), punishments=punishments)
    return Directory(
        people=people,
        units=units or {},
        mandates=read_mandates(readers["mandates"], index, units) if "mandates" in readers else (),
        handles=index.handles,
        ambiguous=frozenset(index.ambiguous),
        places={name: table.name for name, table in tables.items()},
        findings=tuple(findings),
        as_of=as_of,
    )


def _person(index: Index, key: str, units: Mapping[str, Unit] | None) -> Person:
    reader, row = index.reader, index.rows[key]
    unit = row.text("unit")
    if not unit or (units is not None and unit not in units):
        reader.record(row, "unit", "MKD242", "that is no unit of the units table", "add the unit, or mend the cell")
    facts: dict[str, Any] = {}
    unmapped: dict[str, str] = {}
    for fact in _PLAIN_FACTS:
        put(fact, reader.value(row, fact), facts, unmapped)
    put(DIRECT_SERVICE, _direct_service(reader, row, (units or {}).get(unit)), facts, unmapped)
    employment = facts.get(EMPLOYMENT)
    if employment is not None:
        facts.setdefault("applicant.on_probation", employment == "cpns")
    hired, since = reader.date(row, "hired"), reader.date(row, "post_since")
    language = reader.value(row, "language")
    return Person(
        employee=Employee(
            key=key,
            unit=unit,
            number=index.numbers.get(key),
            name=Masked(row.text("name")),
            email=Masked(row.text("email")),
            superior=_superior(index, key, units or {}),
            employment=Employment(employment) if employment else Employment.OTHER,
            post=row.text("post"),
            team=row.text("team") if reader.has("team") else None,
            counter=row.text("counter") if reader.has("counter") else None,
            active=_active(reader, row),
            language=language if isinstance(language, str) else "id",
            facts=facts,
            unmapped=unmapped,
        ),
        hired=hired if isinstance(hired, date) else None,
        post_since=since if isinstance(since, date) else None,
    )


def _active(reader: Reader, row: Row) -> bool:
    """Whether the person may be served; where the table has a column for it, only who it shows to be active."""
    active = reader.value(row, "active")
    if isinstance(active, Unreadable):
        reader.record(row, "active", "MKD243", f"the code {active.code} says neither yes nor no", "map it in codes")
    return active is True or not reader.has("active")


def _superior(index: Index, key: str, units: Mapping[str, Unit]) -> str | None:
    """The superior on record, else the head of the unit, for a head the one of the unit above.

    A vacant post leads to nobody here: whoever acts for it, or the next level up, is found when a step of a route
    opens. A record that points to nobody is not replaced by a guess.
    """
    reader, row = index.reader, index.rows[key]
    named = index.reference(reader, row, "superior")
    if named == key:
        reader.record(row, "superior", "MKD245", "the person's own superior", "leave the cell empty, or mend it")
        return None
    if named is not None:
        return named if isinstance(named, str) else None
    unit = units.get(row.text("unit"))
    seen: set[str] = set()
    while unit is not None and unit.head == key and unit.key not in seen:
        seen.add(unit.key)
        unit = units.get(unit.parent or "")
    return unit.head if unit is not None and unit.head != key else None


def _direct_service(reader: Reader, row: Row, unit: Unit | None) -> Any:
    """Yes when the record, a health worker's post, a counter or the unit says so; no when the record or the unit does.

    A post outside health care and the lack of a counter deny nothing. A code that nobody can read might mean yes.
    """
    stated = reader.value(row, DIRECT_SERVICE)
    of_unit = unit.facts.get("unit.direct_service") if unit else None
    if True in (stated, reader.value(row, "health_worker"), of_unit) or row.text("counter"):
        return True
    if isinstance(stated, Unreadable) or (stated is None and reader.has(DIRECT_SERVICE)):
        return stated
    return False if False in (stated, of_unit) else None
