"""What is to be achieved: output and outcome targets, activities, results, and how far a target was reached.

Since 2023 MKD asks for output and outcome instead of presence; a target that cannot be measured is therefore not
refused here but counted (``agreement.unmeasurable_targets``), and the policy decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from attrs import fields, frozen

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.texts import check_text
from mkd_core.worktime import iso_date

_Choice = TypeVar("_Choice", bound=StrEnum)
_DIGITS = 18


class TargetKind(StrEnum):
    """An output is what the work produces, an outcome what it changes for others."""

    OUTPUT = "output"
    OUTCOME = "outcome"


class Direction(StrEnum):
    """Which side of the value is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"


@frozen(kw_only=True)
class Target:
    """An agreed target. Whatever makes it measurable may be absent; ``lacks`` says what is.

    ``value``     at least or at most so many ``unit``; with ``within`` the middle of the band.
    ``margin``    with ``within``: how far from ``value`` is still on target, in ``unit``.
    ``evidence``  what has to be shown, in words.
    ``weight``    per cent of all targets, where the scheme has weights.
    """

    id: str
    kind: TargetKind
    indicator: str = ""
    unit: str = ""
    direction: Direction | None = None
    value: Decimal | None = None
    margin: Decimal | None = None
    due: date | None = None
    evidence: str = ""
    weight: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        for part in ("id", "indicator", "unit", "evidence"):
            check_text(getattr(self, part), where=f"target.{part}")
        for name, number in (("margin", self.margin), ("weight", self.weight)):
            if number is not None and number < 0:
                raise InvalidInput("MKD220", f"{name!r} is below 0", where=self.id, mend="give 0 or more, or none")

    @property
    def lacks(self) -> tuple[str, ...]:
        """The parts without which it cannot be measured, in the order of the fields."""
        parts = ["indicator", "unit", "direction", "value", "due", "evidence"]
        missing = [part for part in parts if getattr(self, part) in ("", None)]
        if self.direction is Direction.WITHIN and self.margin is None:
            missing.append("margin")
        return tuple(missing)

    @property
    def measurable(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacks

    def achievement(self, realised: Decimal) -> Decimal | None:
        """How far it was reached, 1 being exactly on target; None when it cannot be measured.

        At least: realised ÷ value. At most: 2 - realised ÷ value, never below 0 (the form in use for indicators of
        which less is better; a default of ours, no source read sets it). Within: 1 inside the band, then less by the
        distance from the band in units of the value. A value of zero is reached (1) or not (0); below zero, as for a
        loss, the distance from the value counts in units of its size.
        """
        if not self.measurable or self.value is None:
            return None
        if self.direction is Direction.WITHIN:
            outside = max(Decimal(0), abs(realised - self.value) - (self.margin or Decimal(0)))
            if not outside:
                return Decimal(1)
            return max(Decimal(0), 1 - outside / abs(self.value)) if self.value else Decimal(0)
        if not self.value:
            reached = realised >= 0 if self.direction is Direction.AT_LEAST else realised <= 0
            return Decimal(1) if reached else Decimal(0)
        beyond = (realised - self.value) / abs(self.value)
        return max(Decimal(0), 1 + beyond if self.direction is Direction.AT_LEAST else 1 - beyond)


@frozen(kw_only=True)
class Activity:
    """What somebody did on a day: minutes of work, in words, for a target of the agreement or none."""

    id: str
    on: date
    minutes: int
    description: str
    target: str | None = None
    evidence: str = ""

    def __attrs_post_init__(self) -> None:
        check_text(self.description, where="description")
        check_text(self.evidence, where="evidence")
        # A bool is an int to Python, and nobody's number of minutes.
        if type(self.minutes) is not int or not 0 < self.minutes <= 24 * 60:
            message = f"an activity lasts 1 to 1440 whole minutes, not {self.minutes}"
            raise InvalidInput("MKD222", message, where=self.id)


@frozen(kw_only=True)
class Realisation:
    """What was reached of a target up to a date, with its evidence."""

    id: str
    target: str
    on: date
    value: Decimal
    evidence: str = ""

    def __attrs_post_init__(self) -> None:
        check_text(self.evidence, where="evidence")


def achievement(targets: Iterable[Target], realised: Mapping[str, Decimal]) -> Decimal | None:
    """How far the targets together were reached: the mean by weight, or the plain mean where no target has one.

    ``realised`` maps a target's id to what was verified; a measurable target without one counts as 0. None when no
    target can be measured. Raises ``InvalidInput`` when only some targets have a weight.
    """
    measured = [target for target in targets if target.measurable]
    if not measured:
        return None
    weights = [target.weight for target in measured if target.weight is not None]
    if weights and len(weights) != len(measured):
        raise InvalidInput("MKD223", "some targets have a weight and some have not", mend="give each one, or none")
    total = Decimal(0)
    for target in measured:
        reached = target.achievement(realised[target.id]) if target.id in realised else Decimal(0)
        total += (reached or Decimal(0)) * (Decimal(1) if target.weight is None else target.weight)
    whole = sum(weights, Decimal(0)) if weights else Decimal(len(measured))
    return total / whole if whole else Decimal(0)


def decimal(value: Any, *, where: str = "") -> Decimal:
    """An exact decimal from text or a number, of at most 18 digits before and after the point.

    Raises ``InvalidInput`` for anything else, NaN and infinity.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise InvalidInput("MKD221", f"{value!r} is not a number", where=where)
    exponent = number.as_tuple().exponent
    if number.adjusted() >= _DIGITS or (isinstance(exponent, int) and exponent < -_DIGITS):
        raise InvalidInput("MKD221", f"{value!r} has too many digits", where=where, mend="round it to 18 digits")
    return number


def target_to_data(target: Target) -> dict[str, Any]:
    """The target as plain JSON values, without what is absent; numbers are text, to stay exact."""
    values = {part.name: getattr(target, part.name) for part in fields(Target)}
    return {name: _plain(value) for name, value in values.items() if value not in ("", None)}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def target_from_data(data: Mapping[str, Any], *, where: str = "target") -> Target:
    """A target from plain values; ``kind`` is output or outcome, an absent part stays absent."""
    names = [part.name for part in fields(Target)]
    for key in data:
        if key not in names:
            raise InvalidInput("MKD220", f"unknown key {key!r}", where=where, mend=did_you_mean(key, names))
    for key in ("id", "kind"):
        if not data.get(key):
            raise InvalidInput("MKD220", f"{key!r} is missing", where=where)

    def number(key: str) -> Decimal | None:
        return None if data.get(key) is None else decimal(data[key], where=f"{where}.{key}")

    return Target(
        id=str(data["id"]),
        kind=_choice(TargetKind, data["kind"], f"{where}.kind"),
        indicator=str(data.get("indicator") or ""),
        unit=str(data.get("unit") or ""),
        direction=_choice(Direction, data["direction"], f"{where}.direction") if data.get("direction") else None,
        value=number("value"),
        margin=number("margin"),
        due=iso_date(data["due"], where=f"{where}.due") if data.get("due") else None,
        evidence=str(data.get("evidence") or ""),
        weight=number("weight"),
    )


def _choice(kind: type[_Choice], text: Any, where: str) -> _Choice:
    try:
        return kind(str(text))
    except ValueError:
        known = [member.value for member in kind]
        raise InvalidInput(
            "MKD220", f"{text!r} is none of {', '.join(known)}", where=where, mend=did_you_mean(str(text), known)
        ) from None
