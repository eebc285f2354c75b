"""Twelve rules, written as a policy and by hand, and a population to decide."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import attrs

from mkd_core import Policy

RULES = {
    "remote-days": "agreement.remote_days <= parameter.max_remote_days",
    "working-days": "agreement.remote_days + agreement.office_days <= 5",
    "weekly-hours": "agreement.weekly_minutes >= parameter.weekly_minutes",
    "inside-region": "not agreement.outside_region",
    "targets-agreed": "agreement.output_targets + agreement.outcome_targets >= 1",
    "targets-measurable": "agreement.unmeasurable_targets == 0",
    "good-performance": 'applicant.rating in {"very_good", "good"}',
    "talent-box": "applicant.talent_box in parameter.talent_boxes",
    "attendance-record": "applicant.absent_days <= 2",
    "no-punishment": 'applicant.discipline != "serving"',
    "equipment": "agreement.remote_days == 0 or applicant.equipment_ready",
    "no-counter": "not applicant.direct_service and not unit.direct_service",
}
REFERS = {"working-days", "good-performance", "equipment"}
HEAD = """
[policy]
id = "twelve"
version = "1"
in_force = { from = 2023-06-19 }
title = { id = "Dua belas aturan", en = "Twelve rules" }
[sources.ours]
title = "Written for the benchmark"
kind = "ours"
read = "ours"
[parameters]
max_remote_days = { value = 4, unit = "days/week", source = "ours" }
weekly_minutes = { value = 2250, unit = "minutes", source = "ours" }
talent_boxes = { value = [4, 5, 7, 8, 9], unit = "box", source = "ours" }
"""


def policy_text(rules: Mapping[str, str] = RULES) -> str:
    """The rules as a policy file."""
    written = [
        f'[[rules]]\nid = "{name}"\n'
        f"require = '{require}'\n"
        f'otherwise = "{_effect(name)}"\n'
        f'because = {{ id = "Aturan {name}", en = "Rule {name}" }}\nsource = "ours"\n'
        for name, require in rules.items()
    ]
    return HEAD + "".join(written)


def _effect(name: str) -> str:
    return "refer" if name in REFERS else "refuse"


POLICY = Policy.from_toml(policy_text())


@attrs.frozen
class Applicant:
    """The facts of a person, for the rules by hand."""

    rating: Any = None
    talent_box: Any = None
    absent_days: Any = None
    discipline: Any = None
    equipment_ready: Any = None
    direct_service: Any = None


@attrs.frozen
class Agreement:
    """The facts of a plan."""

    remote_days: Any = None
    office_days: Any = None
    weekly_minutes: Any = None
    outside_region: Any = None
    output_targets: Any = None
    outcome_targets: Any = None
    unmeasurable_targets: Any = None


@attrs.frozen
class Unit:
    """The facts of a unit."""

    direct_service: Any = None


@attrs.frozen
class Line:
    """The facts as somebody would write them who has no rules as data."""

    applicant: Applicant
    agreement: Agreement
    unit: Unit


GOOD = {"very_good", "good"}
BOXES = {4, 5, 7, 8, 9}


def by_hand(line: Line) -> list[str]:
    """The rules as a plain function that collects the failed ones' ids."""
    failed = []
    if not line.agreement.remote_days <= 4:
        failed.append("remote-days")
    if not line.agreement.remote_days + line.agreement.office_days <= 5:
        failed.append("working-days")
    if not line.agreement.weekly_minutes >= 2250:
        failed.append("weekly-hours")
    if line.agreement.outside_region:
        failed.append("inside-region")
    if not line.agreement.output_targets + line.agreement.outcome_targets >= 1:
        failed.append("targets-agreed")
    if line.agreement.unmeasurable_targets != 0:
        failed.append("targets-measurable")
    if line.applicant.rating not in GOOD:
        failed.append("good-performance")
    if line.applicant.talent_box not in BOXES:
        failed.append("talent-box")
    if not line.applicant.absent_days <= 2:
        failed.append("attendance-record")
    if line.applicant.discipline == "serving":
        failed.append("no-punishment")
    if not (line.agreement.remote_days == 0 or line.applicant.equipment_ready):
        failed.append("equipment")
    if line.applicant.direct_service or line.unit.direct_service:
        failed.append("no-counter")
    return failed


class Flat:
    """The facts in one object of slots: the fastest shape Python has, and nobody's first idea."""

    __slots__ = (
        "absent_days",
        "applicant_direct_service",
        "discipline",
        "equipment_ready",
        "office_days",
        "outcome_targets",
        "output_targets",
        "outside_region",
        "rating",
        "remote_days",
        "talent_box",
        "unit_direct_service",
        "unmeasurable_targets",
        "weekly_minutes",
    )

    def __init__(self, line: Line) -> None:
        self.remote_days = line.agreement.remote_days
        self.office_days = line.agreement.office_days
        self.weekly_minutes = line.agreement.weekly_minutes
        self.outside_region = line.agreement.outside_region
        self.output_targets = line.agreement.output_targets
        self.outcome_targets = line.agreement.outcome_targets
        self.unmeasurable_targets = line.agreement.unmeasurable_targets
        self.rating = line.applicant.rating
        self.talent_box = line.applicant.talent_box
        self.absent_days = line.applicant.absent_days
        self.discipline = line.applicant.discipline
        self.equipment_ready = line.applicant.equipment_ready
        self.applicant_direct_service = line.applicant.direct_service
        self.unit_direct_service = line.unit.direct_service


def by_hand_flat(line: Flat) -> list[str]:
    """The same on the flat object."""
    failed = []
    if not line.remote_days <= 4:
        failed.append("remote-days")
    if not line.remote_days + line.office_days <= 5:
        failed.append("working-days")
    if not line.weekly_minutes >= 2250:
        failed.append("weekly-hours")
    if line.outside_region:
        failed.append("inside-region")
    if not line.output_targets + line.outcome_targets >= 1:
        failed.append("targets-agreed")
    if line.unmeasurable_targets != 0:
        failed.append("targets-measurable")
    if line.rating not in GOOD:
        failed.append("good-performance")
    if line.talent_box not in BOXES:
        failed.append("talent-box")
    if not line.absent_days <= 2:
        failed.append("attendance-record")
    if line.discipline == "serving":
        failed.append("no-punishment")
    if not (line.remote_days == 0 or line.equipment_ready):
        failed.append("equipment")
    if line.applicant_direct_service or line.unit_direct_service:
        failed.append("no-counter")
    return failed


def population(count: int, *, seed: int = 1) -> list[dict[str, dict[str, Any]]]:
    """Lines of facts as ``mkd decide`` reads them; most break a rule or two."""
    chance = random.Random(seed)
    return [_line(chance) for _ in range(count)]


def _line(chance: random.Random) -> dict[str, dict[str, Any]]:
    remote = chance.choice((1, 2, 2, 3, 3, 4, 5))
    return {
        "applicant": {
            "rating": chance.choice(("very_good", "good", "good", "needs_improvement")),
            "talent_box": chance.randint(1, 9),
            "absent_days": chance.choice((0, 0, 0, 1, 3)),
            "discipline": chance.choice(("none",) * 9 + ("serving",)),
            "equipment_ready": chance.random() < 0.9,
            "direct_service": chance.random() < 0.1,
        },
        "agreement": {
            "remote_days": remote,
            "office_days": 5 - remote + (chance.random() < 0.05),
            "weekly_minutes": chance.choice((2250, 2250, 2250, 2100)),
            "outside_region": chance.random() < 0.05,
            "output_targets": chance.randint(0, 3),
            "outcome_targets": chance.randint(0, 2),
            "unmeasurable_targets": chance.choice((0, 0, 0, 1)),
        },
        "unit": {"direct_service": chance.random() < 0.05},
    }


def line_of(nested: Mapping[str, Mapping[str, Any]]) -> Line:
    """The facts as objects."""
    return Line(Applicant(**nested["applicant"]), Agreement(**nested["agreement"]), Unit(**nested["unit"]))


def with_gap(nested: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same facts, one of them missing."""
    agreement = {name: value for name, value in nested["agreement"].items() if name != "weekly_minutes"}
    return {**{space: dict(inner) for space, inner in nested.items()}, "agreement": agreement}
