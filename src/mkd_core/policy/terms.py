"""The parts of a policy, as values: sources, parameters, rules, steps, proof, clock."""

from __future__ import annotations

import datetime
from typing import Literal

import attrs

from mkd_core.approvals import Span
from mkd_core.language import Parameter, Wording

Effect = Literal["refuse", "refer", "warn"]
Moment = Literal["request", "vote"]
ProofKind = Literal["check_in", "daily_report", "results"]


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

    @property
    def name(self) -> str:
        """Both days as ISO 8601 writes an interval of dates, the last one included; ``..`` where there is none."""
        return f"{self.start}/{self._last or '..'}"

    @property
    def called(self) -> Wording:
        """The dates for people, the last day included."""
        if self._last is None:
            return Wording(f"{self.start} dan seterusnya", f"{self.start} onwards")
        return Wording(f"{self.start} sampai dengan {self._last}", f"{self.start} to {self._last}")

    @property
    def _last(self) -> datetime.date | None:
        return None if self.until is None else self.until - datetime.timedelta(days=1)


@attrs.frozen(kw_only=True)
class NamedParameter:
    """A parameter of a policy: its value, unit, and the instrument that sets it.

    ``scope`` is the organisational unit that was given the value; None where it is the policy's own.
    """

    name: str
    parameter: Parameter
    unit: str = ""
    source: str | None = None
    article: str | None = None
    scope: str | None = None


@attrs.frozen(kw_only=True)
class Overlay:
    """Other parameters while the season of that name lasts, or on the dates of ``period``.

    The name of dates is ``2026-03-01/2026-03-31``, the last day included.
    """

    name: str
    parameters: dict[str, Parameter]
    period: Period | None = None
    source: str | None = None
    article: str | None = None

    @property
    def called(self) -> Wording:
        """The season or the dates for people."""
        return Wording(self.name, self.name) if self.period is None else self.period.called


@attrs.frozen(kw_only=True)
class Rule:
    """One rule: what it requires, what happens otherwise, why, and where it stands written."""

    id: str
    require: str
    otherwise: Effect
    because: Wording
    source: str
    article: str | None = None


@attrs.frozen(kw_only=True)
class Step:
    """One step of the route: who decides, how many of them are needed, and within which time, which has the source."""

    id: str
    approvers: tuple[str, ...]
    within: Span
    need: Literal["all", "any"] | int = "all"
    late: Literal["remind", "escalate", "deem_approved", "deem_refused"] = "escalate"
    when: str | None = None
    distinct: bool = False
    source: str | None = None
    article: str | None = None

    @property
    def approver(self) -> str | list[str]:
        """As the policy wrote it: one name, or a list."""
        return self.approvers[0] if len(self.approvers) == 1 else list(self.approvers)

    def to_data(self) -> dict[str, object]:
        """The step as ``mkd decide`` writes it."""
        return {"step": self.id, "approver": self.approver, "within": str(self.within)}


@attrs.frozen(kw_only=True)
class Refusal:
    """What a refusal needs: a ground of a closed list, where the law has one, and a consultation before.

    ``source`` and ``article`` are those of the list; without one, of the consultation.
    """

    grounds: tuple[str, ...] = ()
    consult_first: bool = False
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class Clock:
    """The time from the submission over all steps, where the law has one: no step is due later."""

    decide_within: Span | None = None
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class Proof:
    """What is asked as proof of work, by place; all places but the office are remote.

    ``source`` and ``article`` are those of what is asked away from the office.
    """

    office: tuple[ProofKind, ...] = ("results",)
    remote: tuple[ProofKind, ...] = ("results",)
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class Accepted:
    """A finding of lint at a place of the file, ``rule evening``, that is as it should be, and why."""

    code: str
    at: str
    reason: str
