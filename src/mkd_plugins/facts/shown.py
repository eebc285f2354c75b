"""What is known of one person, fact by fact with its source: ``mkd facts show PERSON``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import attrs

from mkd_core.language import Vocabulary
from mkd_core.people import Employee, Unit
from mkd_core.policy import VOCABULARY
from mkd_core.usecases.context import Default
from mkd_core.usecases.dossier import Attested
from mkd_plugins.facts.check import facts_asked


@attrs.frozen(kw_only=True)
class ShownFact:
    """One fact of one person. ``state`` is known, attested, default, unmapped or missing; ``source`` where it stands.

    ``value`` is what the fact is; of an unmapped one the code. A sensitive value is left out unless it was asked for.
    """

    fact: str
    meaning: Mapping[str, str]
    state: str
    value: Any = None
    source: str = ""
    hidden: bool = False


@attrs.frozen(kw_only=True)
class PersonFacts:
    """What ``mkd facts show PERSON`` says. ``number`` is the service number masked, empty without a usable one."""

    person: str
    number: str
    on: date
    facts: tuple[ShownFact, ...]

    def to_data(self) -> dict[str, Any]:
        """The facts as plain JSON values."""
        return {
            "person": self.person,
            "number": self.number,
            "on": self.on.isoformat(),
            "facts": [{**attrs.asdict(shown), "meaning": dict(shown.meaning)} for shown in self.facts],
        }

    def lines(self, lang: str = "en") -> list[str]:
        """The facts for a person to read, in Indonesian (``id``) or English."""
        lang = "id" if lang == "id" else "en"
        words = _WORDS[lang]
        width = max((len(shown.fact) for shown in self.facts), default=4)
        lines = [f"{self.person} ({self.number or words['no_number']}), {self.on}"]
        for shown in self.facts:
            value = "…" if shown.hidden else _said(shown, words)
            source = f"  [{shown.source}]" if shown.source else ""
            lines.append(f"{shown.fact:<{width}}  {value:<18}{source}  {shown.meaning[lang]}")
        return lines


def show_facts(
    employee: Employee,
    unit: Unit | None,
    *,
    on: date,
    source: str,
    attested: Mapping[str, Attested] = MappingProxyType({}),
    defaults: Mapping[str, Default] | None = None,
    sensitive: bool = False,
    vocabulary: Vocabulary = VOCABULARY,
) -> PersonFacts:
    """Every fact that identity could know of a person, with its source. Pure.

    ``source`` names the backend; ``attested`` is what somebody vouches for on that day, which counts where identity
    says nothing; ``defaults`` are the deployment's. Facts marked sensitive are for the person and for whoever decides:
    their values are hidden unless ``sensitive`` is true.
    """
    known = {**(unit.facts if unit else {}), **employee.facts}
    shown = []
    for fact in facts_asked(vocabulary, [employee]):
        meaning = {"id": fact.meaning.id, "en": fact.meaning.en}
        state, value, place = "missing", None, ""
        if fact.name in known:
            state, value = "known", fact.show(known[fact.name])
            place = employee.facts_from.get(fact.name, source)
        elif fact.name in attested:
            vouched = attested[fact.name]
            state, value = "attested", fact.show(vouched.value)
            place = f"{vouched.role} {vouched.by}{f', until {vouched.until}' if vouched.until else ''}"
        elif fact.name in employee.unmapped:
            state, value, place = "unmapped", employee.unmapped[fact.name], source
        elif defaults and fact.name in defaults:
            state, value, place = "default", defaults[fact.name].value, defaults[fact.name].source
        hidden = fact.sensitive and not sensitive and state != "missing"
        shown.append(
            ShownFact(
                fact=fact.name,
                meaning=meaning,
                state=state,
                value=None if hidden else value,
                source=place,
                hidden=hidden,
            )
        )
    number = employee.number.masked if employee.number else ""
    return PersonFacts(person=employee.key, number=number, on=on, facts=tuple(shown))


def _said(shown: ShownFact, words: Mapping[str, str]) -> str:
    if shown.state in ("missing", "unmapped"):
        return words[f"is_{shown.state}"].format(code=shown.value)
    value = (words["yes"] if shown.value else words["no"]) if isinstance(shown.value, bool) else str(shown.value)
    return f"{value} ({words[shown.state]})" if shown.state in ("default", "attested") else value


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "no_number": "no usable service number",
        "is_missing": "missing",
        "is_unmapped": "code {code}?",
        "default": "default",
        "attested": "vouched for",
        "yes": "yes",
        "no": "no",
    },
    "id": {
        "no_number": "tanpa NIP yang dapat dipakai",
        "is_missing": "tidak diketahui",
        "is_unmapped": "kode {code}?",
        "default": "nilai bawaan",
        "attested": "dinyatakan",
        "yes": "ya",
        "no": "tidak",
    },
}
