"""What an eligibility run comes to: counts first, then the facts that lack most, then the rules that refuse most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.language import Wording
from mkd_plugins.population.work import Work

if TYPE_CHECKING:
    from mkd_core.policy import Policy

FACTS = 10
"""How many of the facts that lack most are told."""


@attrs.frozen(kw_only=True)
class Lacking:
    """A fact whose absence refers people: how many, and for how many it alone stands between them and an approval."""

    fact: str
    people: int
    alone: int


@attrs.frozen(kw_only=True)
class Against:
    """A rule that refuses or refers people: how many, and for how many it is the only one with that effect."""

    rule: str
    effect: str
    because: Wording
    people: int
    alone: int


@attrs.frozen(kw_only=True)
class UnitCount:
    """The outcomes within one unit, the units below not counted in."""

    unit: str
    approve: int
    refer: int
    refuse: int


@attrs.frozen(kw_only=True)
class Tally:
    """One verdict over everybody.

    ``lacking``  the ten facts whose absence refers most people, most first.
    ``against``  the rules that refuse, then those that refer, most people first; a rule that fails where another with
                 a graver effect fails too is not counted.
    ``units``    by key.
    """

    approve: int
    refer: int
    refuse: int
    lacking: tuple[Lacking, ...]
    against: tuple[Against, ...]
    units: tuple[UnitCount, ...]

    def to_data(self) -> dict[str, Any]:
        """The tally as plain JSON values."""
        data = attrs.asdict(self)
        for against in data["against"]:
            against["because"] = {"id": against["because"]["id"], "en": against["because"]["en"]}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}


@attrs.frozen(kw_only=True)
class Eligibility:
    """What ``mkd eligibility`` says.

    ``people``     everybody active whom identity knows, ``inactive`` those who are not.
    ``undecided``  code of an error → how many people could not be decided for it; they are in ``people``.
    ``person``     the rules on the person alone; ``plan`` all rules on the plan, None where there was none.
    ``out``        the file with a row for each, where one was asked for.
    """

    on: date
    policy: str
    version: str
    people: int
    inactive: int
    undecided: Mapping[str, int]
    person: Tally
    plan: Tally | None
    out: str

    def to_data(self) -> dict[str, Any]:
        """The report as plain JSON values, the counts and the facts that lack first."""
        return {
            "on": self.on.isoformat(),
            "policy": {"id": self.policy, "version": self.version},
            "people": self.people,
            "inactive": self.inactive,
            "undecided": dict(self.undecided),
            "person": self.person.to_data(),
            "plan": self.plan.to_data() if self.plan else None,
            "out": self.out or None,
        }


def tally(work: Work, of: str, policy: Policy, because: Mapping[str, Wording]) -> Tally:
    """Count the verdicts of one kind, ``person`` or ``plan``; takes the memory of the different ones."""
    outcomes, lacking, lacking_alone = Counter[str](), Counter[str](), Counter[str]()
    against, against_alone = Counter[int](), Counter[int]()
    refusing, referring = policy.refusing, policy.grave & ~policy.refusing
    for verdict, people in work.patterns(of):
        outcomes[verdict.outcome] += people
        if verdict.outcome == "approve":
            continue
        holding = verdict.failed & (refusing if verdict.outcome == "refuse" else referring)
        rules = _numbers(holding)
        missing = verdict.missing if verdict.outcome == "refer" else ()
        against.update(dict.fromkeys(rules, people))
        lacking.update(dict.fromkeys(missing, people))
        if len(rules) + len(missing) == 1:
            against_alone.update(dict.fromkeys(rules, people))
            lacking_alone.update(dict.fromkeys(missing, people))
    return Tally(
        approve=outcomes["approve"],
        refer=outcomes["refer"],
        refuse=outcomes["refuse"],
        units=_units(work, of),
        lacking=tuple(
            Lacking(fact=fact, people=people, alone=lacking_alone[fact])
            for fact, people in sorted(lacking.items(), key=lambda item: (-item[1], item[0]))[:FACTS]
        ),
        against=tuple(
            Against(
                rule=policy.rules[number].id,
                effect=policy.rules[number].otherwise,
                because=because[policy.rules[number].id],
                people=people,
                alone=against_alone[number],
            )
            for number, people in sorted(
                against.items(), key=lambda item: (not refusing >> item[0] & 1, -item[1], item[0])
            )
        ),
    )


def _numbers(mask: int) -> Sequence[int]:
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def _units(work: Work, of: str) -> tuple[UnitCount, ...]:
    found: dict[str, dict[str, int]] = {}
    for unit, outcome, people in work.units(of):
        found.setdefault(unit, {})[outcome] = people
    return tuple(
        UnitCount(
            unit=unit,
            approve=outcomes.get("approve", 0),
            refer=outcomes.get("refer", 0),
            refuse=outcomes.get("refuse", 0),
        )
        for unit, outcomes in found.items()
    )
