"""The parts of a policy, as values: sources, parameters, rules, steps, proof, coverage, clock."""

from __future__ import annotations

import datetime
import re
from typing import Literal

import attrs

from mkd_core.language import BadValue, Parameter, Wording

Effect = Literal["refuse", "refer", "warn"]
Moment = Literal["request", "vote"]
ProofKind = Literal["check_in", "daily_report", "results"]


@attrs.frozen(kw_only=True)
class Source:
    """An instrument; ``read`` says honestly how much of it was read by whoever wrote the policy."""

    id: str
    title: str
    kind: Literal["law", "circular", "directive", "agreement", "press", "ours"] = "ours"
    read: Literal["full", "excerpt", "press", "practice", "ours"] = "ours"


@attrs.frozen
class Period:
    """From a first day up to, not including, ``until``; no ``until`` is still in force."""

    start: datetime.date
    until: datetime.date | None = None

    def __contains__(self, day: datetime.date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Period) -> bool:
        """Whether some day lies in both."""
        return (other.until is None or self.start < other.until) and (self.until is None or other.start < self.until)

    def __str__(self) -> str:
        return f"from {self.start}" + (f" until {self.until}" if self.until else "")


@attrs.frozen(kw_only=True)
class NamedParameter:
    """A parameter of a policy: its value, unit, and the instrument that sets it."""

    name: str
    parameter: Parameter
    unit: str = ""
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class Overlay:
    """Other parameters while a season lasts."""

    season: str
    parameters: dict[str, Parameter]
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class Rule:
    """One rule: what it requires, what happens otherwise, why, and where it stands written."""

    id: str
    require: str
    otherwise: Effect
    because: Wording
    source: str
    article: str | None = None


@attrs.frozen
class Span:
    """An amount of time as a law states it; which days are working days is the calendar's business."""

    amount: int
    unit: Literal["working days", "days", "months"]

    @classmethod
    def read(cls, text: str) -> Span:
        """From ``"5 working days"``, ``"21 days"`` or ``"2 months"``; raises ``BadValue``."""
        found = re.fullmatch(r"([1-9][0-9]{0,3}) (working day|day|month)s?", text, re.ASCII)
        if found is None:
            raise BadValue('expected "N working days", "N days" or "N months"')
        match found[2]:
            case "working day":
                return cls(int(found[1]), "working days")
            case "day":
                return cls(int(found[1]), "days")
        return cls(int(found[1]), "months")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit.removesuffix('s')}"


@attrs.frozen(kw_only=True)
class Step:
    """One step of the route: who decides, how many of them are needed, and within which time."""

    id: str
    approvers: tuple[str, ...]
    within: Span
    need: Literal["all", "any"] | int = "all"
    late: Literal["remind", "escalate", "deem_approved", "deem_refused"] = "escalate"
    when: str | None = None
    distinct: bool = False

    @property
    def approver(self) -> str | list[str]:
        """As the policy wrote it: one name, or a list."""
        return self.approvers[0] if len(self.approvers) == 1 else list(self.approvers)

    def to_data(self) -> dict[str, object]:
        """The step as ``mkd decide`` writes it."""
        return {"step": self.id, "approver": self.approver, "within": str(self.within)}


@attrs.frozen(kw_only=True)
class Refusal:
    """What a refusal needs: a ground of a closed list, where the law has one, and a consultation before."""

    grounds: tuple[str, ...] = ()
    consult_first: bool = False


@attrs.frozen(kw_only=True)
class Clock:
    """The time over all steps and appeal, where the law has one."""

    decide_within: Span | None = None


@attrs.frozen(kw_only=True)
class Proof:
    """What is asked as proof of work, by place; all places but the office are remote."""

    office: tuple[ProofKind, ...] = ("results",)
    remote: tuple[ProofKind, ...] = ("results",)


@attrs.frozen(kw_only=True)
class CoverageDemand:
    """A guarantee of service: how many are on site, where and when. Times are minutes of the day."""

    per: Literal["unit", "team", "counter"]
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    start: int
    end: int
    min_share: float | None = None
    min_people: int | None = None
