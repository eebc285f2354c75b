"""What identity knows, counted before anybody is decided upon: ``mkd facts check``.

A fact that hardly anybody has, a code without a value or a circle of superiors shows here, and not when the first
request is referred for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.approvals import resolve
from mkd_core.errors import MkdError
from mkd_core.events import Step
from mkd_core.language import Fact, Vocabulary
from mkd_core.people import Employee, Mandate, Unit
from mkd_core.policy import VOCABULARY
from mkd_core.ports import Identity
from mkd_core.usecases.dossier import Attested, person_of
from mkd_plugins.identity.directory.circles import cycles

if TYPE_CHECKING:
    from mkd_plugins.deployment import Deployment

_SUPERIOR = Step(id="superior", approvers=("superior",))
_NUMBER_CODES = frozenset({"MKD211", "MKD212", "MKD213", "MKD214"})
_UNIT_FACT = "unit."


@attrs.frozen(kw_only=True)
class Population:
    """Everybody and everything that the identity backends know on a day; who stands in two counts in the first.

    ``findings`` are what backends recorded about single rows of their sources. ``narrowed``: there are people and units
    besides these, of whom nothing is told, so that nobody who is missing here is unknown. Satisfies
    ``approvals.Organisation``.
    """

    on: date
    people: Mapping[str, Employee]
    units: Mapping[str, Unit]
    held: tuple[Mandate, ...]
    findings: tuple[MkdError, ...]
    narrowed: bool = False

    @property
    def served(self) -> list[Employee]:
        """The people who are active."""
        return [person for person in self.people.values() if person.active]

    def employee(self, key: str) -> Employee | None:
        """The person of that key, if active."""
        person = self.people.get(key)
        return person if person and person.active else None

    def unknown(self, key: str) -> bool:
        """Whether nobody anywhere is that person."""
        return key not in self.people and not self.narrowed

    def unit(self, key: str) -> Unit | None:
        """The unit of that key."""
        return self.units.get(key)

    def mandates(self) -> Sequence[Mandate]:
        """Every mandate on record."""
        return self.held

    def with_role(self, role: str, unit: str) -> Sequence[str]:
        """Nobody: roles are the deployment's, not identity's."""
        return ()


def population(identities: Iterable[Identity], on: date, *, narrowed: bool = False) -> Population:
    """Ask every backend for all it knows. Raises what they raise: a backend that fails has no population."""
    people: dict[str, Employee] = {}
    units: dict[str, Unit] = {}
    mandates: list[Mandate] = []
    findings: list[MkdError] = []
    for identity in identities:
        for person in identity.people(on):
            people.setdefault(person.key, person)
        for unit in identity.units(on):
            units.setdefault(unit.key, unit)
        mandates += identity.mandates(on)
        findings += findings_of(identity)
    return Population(
        on=on, people=people, units=units, held=tuple(mandates), findings=tuple(findings), narrowed=narrowed
    )


def findings_of(identity: Identity) -> Sequence[MkdError]:
    """What a backend recorded about single rows of its sources, where it records that at all."""
    recorded = getattr(identity, "findings", None)
    return tuple(recorded()) if callable(recorded) else ()


@attrs.frozen(kw_only=True)
class FactCount:
    """Of how many active people a fact is known, missing, or a code without a value (``unmapped``: code → people).

    ``attested`` says, of those whom identity has no value for, for how many somebody vouches: role → people.
    """

    fact: str
    have: int
    lack: int
    unmapped: Mapping[str, int]
    attested: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class FactsReport:
    """What ``mkd facts check`` says. People and units are keys.

    ``without_superior``   people for whom nobody would decide as superior: no one on record, none up the units.
    ``by_office``          how many have no superior on record, but an office that leads to somebody.
    ``unknown_superiors``  people whose superior on record is nobody we know.
    ``superior_cycles``, ``unit_cycles``  circles, each from its smallest key on.
    ``malformed_numbers``  code of the fault → how many.
    ``without_number``     people without a usable service number.
    ``unknown_officers``   references of mandates that hold on the day or later and name somebody we do not know.
    ``findings``           what backends recorded about single rows, in full.
    """

    on: date
    people: int
    inactive: int
    units: int
    facts: tuple[FactCount, ...]
    without_superior: tuple[str, ...]
    by_office: int
    unknown_superiors: tuple[str, ...]
    superior_cycles: tuple[tuple[str, ...], ...]
    unit_cycles: tuple[tuple[str, ...], ...]
    malformed_numbers: Mapping[str, int]
    without_number: tuple[str, ...]
    unknown_officers: tuple[str, ...]
    findings: tuple[MkdError, ...]

    def to_data(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        data = attrs.asdict(self, recurse=False)
        data["on"] = self.on.isoformat()
        data["facts"] = [
            {**attrs.asdict(count), "unmapped": dict(count.unmapped), "attested": dict(count.attested)}
            for count in self.facts
        ]
        data["findings"] = [
            {"code": found.code, "where": found.where, "message": found.message, "mend": found.mend}
            for found in self.findings
        ]
        for name in ("superior_cycles", "unit_cycles"):
            data[name] = [list(circle) for circle in data[name]]
        for name in ("without_superior", "unknown_superiors", "without_number", "unknown_officers"):
            data[name] = list(data[name])
        data["malformed_numbers"] = dict(self.malformed_numbers)
        return data

    def lines(self, lang: str = "en") -> list[str]:
        """The report for a person to read, in Indonesian (``id``) or English."""
        words = _WORDS["id" if lang == "id" else "en"]
        width = max((len(count.fact) for count in self.facts), default=4)
        lines = [words["head"].format(on=self.on, people=self.people, inactive=self.inactive, units=self.units), ""]
        vouched = [", ".join(f"{role} x{people}" for role, people in count.attested.items()) for count in self.facts]
        wide = max(len(words["attested"]), *map(len, vouched)) if self.facts else 0
        number = max(7, len(words["have"]), len(words["lack"]))
        head = f"{words['fact']:<{width}}  {words['have']:>{number}}  {words['lack']:>{number}}"
        head += f"  {words['attested']:<{wide}}"
        lines.append(f"{head}  {words['unmapped']}")
        for count, by in zip(self.facts, vouched, strict=True):
            codes = ", ".join(f"{code} x{people}" for code, people in count.unmapped.items())
            counted = f"{count.fact:<{width}}  {count.have:>{number}}  {count.lack:>{number}}"
            lines.append(f"{counted}  {by:<{wide}}  {codes}".rstrip())
        lines.append("")
        for name in (
            "without_superior",
            "unknown_superiors",
            "superior_cycles",
            "unit_cycles",
            "without_number",
            "unknown_officers",
        ):
            lines.append(_counted(words[name], getattr(self, name)))
        lines.append(f"{words['by_office']}: {self.by_office}")
        numbers = ", ".join(f"{code} x{people}" for code, people in self.malformed_numbers.items())
        lines.append(f"{words['malformed_numbers']}: {numbers or 0}")
        lines.append(f"{words['findings']}: {len(self.findings)}")
        lines += [f"  {found}" for found in self.findings]
        return lines


Vouched = Mapping[str, Mapping[str, str]]
"""Person → fact → the role of whoever vouches for it: applicant, superior or hr."""


def vouched(mkd: Deployment, people: Iterable[str], on: date) -> Vouched:
    """What is vouched for on that day about these people; read are the streams of those of whom something happened."""
    streams = {person_of(stream) for stream in mkd.journal.head().streams}
    return {
        person: {fact: each.role for fact, each in held(mkd, person, on).items()}
        for person in people
        if person in streams
    }


def held(mkd: Deployment, person: str, on: date) -> dict[str, Attested]:
    """What somebody vouches for about that person on that day, by fact."""
    attested = mkd.dossier(person).attested
    return {fact: each for fact, each in attested.items() if each.holds(on)}


def check_facts(
    population: Population, vocabulary: Vocabulary = VOCABULARY, *, vouched: Vouched = MappingProxyType({})
) -> FactsReport:
    """Count what is known and what is wrong. Pure."""
    served = population.served
    broken = [person for person in served if person.superior and population.unknown(person.superior)]
    by_record = {person.key for person in served if person.superior and _decides(person.superior, population)}
    by_office = {
        person.key
        for person in served
        if person.key not in by_record and resolve(_SUPERIOR, person, population).approvers
    }
    decided = by_record | by_office
    malformed = Counter(found.code for found in population.findings if found.code in _NUMBER_CODES)
    return FactsReport(
        on=population.on,
        people=len(served),
        inactive=len(population.people) - len(served),
        units=len(population.units),
        facts=tuple(_count(fact, served, population, vouched) for fact in facts_asked(vocabulary, served)),
        without_superior=tuple(person.key for person in served if person.key not in decided),
        by_office=len(by_office),
        unknown_superiors=tuple(person.key for person in broken),
        superior_cycles=_circles({person.key: person.superior for person in served}),
        unit_cycles=_circles({unit.key: unit.parent for unit in population.units.values()}),
        malformed_numbers=dict(sorted(malformed.items())),
        without_number=tuple(person.key for person in served if person.number is None),
        unknown_officers=tuple(_unknown_officers(population)),
        findings=population.findings,
    )


def _decides(superior: str, population: Population) -> bool:
    """Whether that person may decide; of whom nothing is told that is not in doubt."""
    return population.employee(superior) is not None or not (
        superior in population.people or population.unknown(superior)
    )


def facts_asked(vocabulary: Vocabulary, served: Iterable[Employee]) -> list[Fact]:
    """The facts that identity is asked for, and those that some person has besides."""
    carried = {name for person in served for name in (*person.facts, *person.unmapped)}
    return [fact for fact in vocabulary if fact.source == "identity" or fact.name in carried]


def _count(fact: Fact, served: Sequence[Employee], population: Population, vouched: Vouched) -> FactCount:
    have, codes, attested = 0, Counter[str](), Counter[str]()
    for person in served:
        unit = population.units.get(person.unit) if fact.name.startswith(_UNIT_FACT) else None
        if fact.name in person.facts or (unit is not None and fact.name in unit.facts):
            have += 1
            continue
        if role := vouched.get(person.key, {}).get(fact.name):
            attested[role] += 1
        if fact.name in person.unmapped:
            codes[person.unmapped[fact.name]] += 1
    lack = len(served) - have - codes.total()
    return FactCount(
        fact=fact.name,
        have=have,
        lack=lack,
        unmapped=dict(codes.most_common()),
        attested=dict(attested.most_common()),
    )


def _circles(above: Mapping[str, str | None]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(circle) for circle in cycles(above))


def _unknown_officers(population: Population) -> Iterable[str]:
    for mandate in population.held:
        over = mandate.ends is not None and mandate.ends < population.on
        officers = [mandate.acting, *([mandate.replaces] if mandate.replaces else [])]
        if not over and any(map(population.unknown, officers)):
            yield mandate.reference or f"{mandate.kind} {mandate.starts}"


def _counted(words: str, found: Sequence[Any]) -> str:
    """``people without a superior: 2 (k000001, k000007)``; at most eight are named."""
    if not found:
        return f"{words}: 0"
    named = [" > ".join((*one, one[0])) if isinstance(one, tuple) else one for one in found[:8]]
    more = ", …" if len(found) > 8 else ""
    return f"{words}: {len(found)} ({', '.join(named)}{more})"


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "head": "{people} people and {units} units on {on}; {inactive} not active",
        "fact": "fact",
        "have": "have it",
        "lack": "lack it",
        "unmapped": "codes without a value",
        "attested": "vouched for",
        "without_superior": "people without a superior",
        "by_office": "people whose superior follows from the office (vacant post or head of a unit)",
        "unknown_superiors": "people whose superior is nobody known",
        "superior_cycles": "circles of superiors",
        "unit_cycles": "circles of units",
        "malformed_numbers": "malformed service numbers",
        "without_number": "people without a usable service number",
        "unknown_officers": "mandates that name somebody unknown",
        "findings": "rows with a problem",
    },
    "id": {
        "head": "{people} pegawai dan {units} unit per {on}; {inactive} tidak aktif",
        "fact": "fakta",
        "have": "ada",
        "lack": "tidak ada",
        "unmapped": "kode tanpa nilai",
        "attested": "dinyatakan",
        "without_superior": "pegawai tanpa atasan",
        "by_office": "pegawai yang atasannya mengikuti jabatan (jabatan kosong atau kepala unit)",
        "unknown_superiors": "pegawai yang atasannya tidak dikenal",
        "superior_cycles": "lingkaran atasan",
        "unit_cycles": "lingkaran unit",
        "malformed_numbers": "NIP salah bentuk",
        "without_number": "pegawai tanpa NIP yang dapat dipakai",
        "unknown_officers": "mandat yang menyebut orang tak dikenal",
        "findings": "baris bermasalah",
    },
}
