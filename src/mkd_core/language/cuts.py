"""Where an expression changes: its possible values while facts range over intervals.

``possible`` answers for a whole box of facts at once what an expression can come to. Where it can come to one truth
only, the expression has no cut inside the box; a box of single values gives exactly what deciding gives. Bounds are
sound for floats too, as rounding is monotone and they are computed by the same operations.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from mkd_core.language.parameters import Parameter
from mkd_core.language.tree import (
    Absolute,
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Constant,
    Either,
    Extreme,
    FactName,
    Known,
    Membership,
    Negative,
    Node,
    Not,
    ParameterName,
)
from mkd_core.language.vocabulary import Fact, Kind, Value

#: Truths as a mask of what is possible.
TRUE, FALSE, MISSING = 1, 2, 4

Number = int | float | datetime.date


@attrs.frozen
class Among:
    """What something can come to: numbers, times and dates from ``low`` to ``high``; choices as a set; or missing.

    ``low`` is ``None`` where no number is possible.
    """

    low: Any = None
    high: Any = None
    choices: frozenset[Value] = frozenset()
    missing: bool = False

    @property
    def present(self) -> bool:
        """Whether any value is possible."""
        return self.low is not None or bool(self.choices)

    def __or__(self, other: Among) -> Among:
        lows = [each.low for each in (self, other) if each.low is not None]
        highs = [each.high for each in (self, other) if each.high is not None]
        return Among(
            low=min(lows, default=None),
            high=max(highs, default=None),
            choices=self.choices | other.choices,
            missing=self.missing or other.missing,
        )


NOTHING = Among(missing=True)

#: A mask for a yes or no, ``Among`` for everything else.
Possible = int | Among


def exactly(value: Value | None, kind: Kind) -> Possible:
    """What a known or missing fact can come to."""
    if kind is Kind.YES_NO:
        return MISSING if value is None else TRUE if value else FALSE
    if value is None:
        return NOTHING
    return Among(choices=frozenset([value])) if isinstance(value, str) else Among(value, value)


def anything(fact: Fact) -> Possible:
    """What a fact that is known can come to, whatever its value."""
    if fact.kind is Kind.YES_NO:
        return TRUE | FALSE
    if fact.choices:
        return Among(choices=frozenset(fact.choices))
    if fact.kind is Kind.DATE:
        return Among(datetime.date.min, datetime.date.max)
    return Among(fact.low, fact.high)


def _pairwise(one: int, other: int, *, settles: int) -> int:
    """Kleene's ``and`` (settled by false) or ``or`` (settled by true) of two masks."""
    otherwise = TRUE if settles == FALSE else FALSE
    made = (one | other) & settles
    if one & otherwise and other & otherwise:
        made |= otherwise
    if (one & MISSING and other & (MISSING | otherwise)) or (other & MISSING and one & otherwise):
        made |= MISSING
    return made


def _logic(masks: Iterable[int], *, settles: int) -> int:
    made = TRUE if settles == FALSE else FALSE
    for mask in masks:
        made = _pairwise(made, mask, settles=settles)
    return made


def _not(mask: int) -> int:
    return (mask & MISSING) | (FALSE if mask & TRUE else 0) | (TRUE if mask & FALSE else 0)


def possible(node: Node, box: Mapping[str, Possible], parameters: Mapping[str, Parameter]) -> Possible:
    """What the node can come to while every fact it names stays inside ``box``. Never too little, at points exact."""
    match node:
        case Constant(value, kind):
            return exactly(value, kind.kind)
        case FactName(name):
            return box[name]
        case ParameterName(name, kind):
            setting = parameters[name].value
            assert not isinstance(setting, tuple)
            return exactly(setting, kind.kind)
        case Known(name):
            return _known(box[name])
        case Not(operand):
            return _not(_truth(operand, box, parameters))
        case Both(parts):
            return _logic((_truth(each, box, parameters) for each in parts), settles=FALSE)
        case Either(parts):
            return _logic((_truth(each, box, parameters) for each in parts), settles=TRUE)
        case Comparison(operands, orders):
            sides = [possible(each, box, parameters) for each in operands]
            return _logic((_compare(sides[at], order, sides[at + 1]) for at, order in enumerate(orders)), settles=FALSE)
        case Membership(operand, members, negated):
            values = members if isinstance(members, tuple) else parameters[members].value
            found = _member(possible(operand, box, parameters), values if isinstance(values, tuple) else (values,))
            return _not(found) if negated else found
        case Arithmetic(left, operator, right):
            return _arithmetic(
                _among(left, box, parameters),
                operator,
                _among(right, box, parameters),
                whole=right.type.kind is Kind.INTEGER,
            )
        case Negative(operand):
            inner = _among(operand, box, parameters)
            return inner if inner.low is None else Among(-inner.high, -inner.low, missing=inner.missing)
        case Absolute(operand):
            return _absolute(_among(operand, box, parameters))
        case Extreme(which, arguments):
            return _extreme(which, [_among(each, box, parameters) for each in arguments])
        case Conditional(then, condition, otherwise):
            return _conditional(
                _truth(condition, box, parameters),
                possible(then, box, parameters),
                possible(otherwise, box, parameters),
            )


def _truth(node: Node, box: Mapping[str, Possible], parameters: Mapping[str, Parameter]) -> int:
    found = possible(node, box, parameters)
    assert isinstance(found, int)
    return found


def _among(node: Node, box: Mapping[str, Possible], parameters: Mapping[str, Parameter]) -> Among:
    found = possible(node, box, parameters)
    assert isinstance(found, Among)
    return found


def _known(inside: Possible) -> int:
    if isinstance(inside, int):
        return (TRUE if inside & (TRUE | FALSE) else 0) | (FALSE if inside & MISSING else 0)
    return (TRUE if inside.present else 0) | (FALSE if inside.missing else 0)


def _compare(left: Possible, order: str, right: Possible) -> int:
    if isinstance(left, int) or isinstance(right, int):
        assert isinstance(left, int)
        assert isinstance(right, int)
        same = _same_truth(left, right)
        return same if order == "==" else _not(same)
    made = MISSING if left.missing or right.missing else 0
    if not left.present or not right.present:
        return made
    if left.choices or right.choices:
        together = TRUE if left.choices & right.choices else 0
        apart = FALSE if len(left.choices | right.choices) > 1 else 0
        return made | (together | apart if order == "==" else _not(together | apart))
    if order in (">", ">="):
        left, right, order = right, left, order.replace(">", "<")
    if order == "<":
        return made | (TRUE if left.low < right.high else 0) | (0 if left.high < right.low else FALSE)
    if order == "<=":
        return made | (TRUE if left.low <= right.high else 0) | (0 if left.high <= right.low else FALSE)
    meet = TRUE if left.low <= right.high and right.low <= left.high else 0
    differ = 0 if left.low == left.high == right.low == right.high else FALSE
    return made | (meet | differ if order == "==" else _not(meet | differ))


def _same_truth(left: int, right: int) -> int:
    made = MISSING if (left | right) & MISSING else 0
    known = left & 3, right & 3
    if known[0] & known[1]:
        made |= TRUE
    if (known[0] & TRUE and known[1] & FALSE) or (known[0] & FALSE and known[1] & TRUE):
        made |= FALSE
    return made


def _member(inside: Possible, members: Sequence[Value]) -> int:
    if isinstance(inside, int):
        made = inside & MISSING
        for mask, value in ((TRUE, True), (FALSE, False)):
            if inside & mask:
                made |= TRUE if value in members else FALSE
        return made
    made = MISSING if inside.missing else 0
    if inside.choices:
        return made | (TRUE if inside.choices & set(members) else 0) | (FALSE if inside.choices - set(members) else 0)
    if inside.low is None:
        return made
    inner = any(inside.low <= value <= inside.high for value in members)
    single = inside.low == inside.high and inner
    return made | (TRUE if inner else 0) | (0 if single else FALSE)


def _arithmetic(left: Among, operator: str, right: Among, *, whole: bool) -> Among:
    missing = left.missing or right.missing
    if left.low is None or right.low is None:
        return NOTHING
    match operator:
        case "+":
            return _bounds([left.low + right.low, left.high + right.high], missing)
        case "-":
            return _bounds([left.low - right.high, left.high - right.low], missing)
        case "*":
            return _bounds([a * b for a in (left.low, left.high) for b in (right.low, right.high)], missing)
    if not right.low <= 0 <= right.high:
        return _bounds([a / b for a in (left.low, left.high) for b in (right.low, right.high)], missing)
    if right.low == right.high:
        return NOTHING
    if not whole:
        return Among(-math.inf, math.inf, missing=True)
    # A whole number beside zero is at least one: the quotient stays bounded.
    ends = [end for end in (right.low, right.high, -1, 1) if right.low <= end <= right.high and end != 0]
    return _bounds([a / b for a in (left.low, left.high) for b in ends], True)


def _bounds(corners: list[Any], missing: bool) -> Among:
    if any(corner != corner for corner in corners):
        if all(corner != corner for corner in corners):
            return Among(corners[0], corners[0], missing=missing)
        return Among(-math.inf, math.inf, missing=missing)
    return Among(min(corners), max(corners), missing=missing)


def _absolute(inner: Among) -> Among:
    if inner.low is None:
        return inner
    if inner.low >= 0:
        return inner
    if inner.high <= 0:
        return Among(-inner.high, -inner.low, missing=inner.missing)
    return Among(0, max(-inner.low, inner.high), missing=inner.missing)


def _extreme(which: str, inside: Sequence[Among]) -> Among:
    if any(each.low is None for each in inside):
        return NOTHING
    choose = min if which == "min" else max
    return Among(
        choose(each.low for each in inside),
        choose(each.high for each in inside),
        missing=any(each.missing for each in inside),
    )


def _conditional(asked: int, then: Possible, otherwise: Possible) -> Possible:
    if isinstance(then, int) and isinstance(otherwise, int):
        return (then if asked & TRUE else 0) | (otherwise if asked & FALSE else 0) | (asked & MISSING)
    assert isinstance(then, Among)
    assert isinstance(otherwise, Among)
    made = Among(missing=bool(asked & MISSING))
    if asked & TRUE:
        made |= then
    if asked & FALSE:
        made |= otherwise
    return made


def _exact(number: int | float) -> int | Fraction:
    """The number as it is written: 0.01 is a hundredth."""
    return number if isinstance(number, int) else Fraction(str(number))


class Grid:
    """The values of a fact that may be proposed, lowest first, and how many steps they lie from the present one."""

    __slots__ = ("_low", "_place", "_present", "_step", "count", "fact")

    def __init__(self, fact: Fact, present: Value | None) -> None:
        """The grid seen from the present value; from its first where none is known."""
        self.fact = fact
        self._present = present
        self._place: Fraction | None = None
        self._low: int | Fraction = _exact(fact.low or 0)
        self._step: int | Fraction = _exact(fact.step)
        if fact.kind is Kind.YES_NO:
            self.count, self._place = 2, Fraction(int(bool(present)))
        elif fact.kind is Kind.CHOICE:
            self.count = len(fact.choices)
            self._present = fact.choices[0] if present is None else present
        else:
            assert fact.high is not None
            self.count = int((_exact(fact.high) - self._low) // self._step) + 1
            present = self.value(0) if present is None else present
            assert isinstance(present, int | float)
            place = Fraction(Fraction(present) - self._low) / self._step
            near = round(place)
            # 0.29 is on a grid of hundredths, though no float is exactly 0.29.
            on_grid = 0 <= near < self.count and self.value(near) == present
            self._place = Fraction(near) if on_grid else place

    def value(self, number: int) -> Value:
        """The grid's value of that number, from 0."""
        if self.fact.kind is Kind.YES_NO:
            return number == 1
        if self.fact.kind is Kind.CHOICE:
            return self.fact.choices[number]
        exact = self._low + number * self._step
        return float(exact) if self.fact.kind is Kind.FLOAT else int(exact)

    @property
    def present(self) -> int | None:
        """The number of the present value, where it lies on the grid."""
        if self._place is None:
            return self.fact.choices.index(str(self._present))
        return int(self._place) if self._place.denominator == 1 else None

    def nearest(self, low: int, high: int) -> tuple[int, int]:
        """The number from ``low`` to ``high`` nearest to the present value (of two the lower), and its steps."""
        if self._place is None:
            # Choices have no order: any other one is one step away.
            return (self.present or 0, 0) if low <= (self.present or 0) <= high else (low, 1)
        below, above = math.floor(self._place), math.ceil(self._place)
        number = high if below >= high else low if above <= low else below
        return number, math.ceil(abs(number - self._place))

    def between(self, low: int, high: int) -> Possible:
        """What the fact can come to on this part of the grid."""
        if self.fact.kind is Kind.YES_NO:
            return (FALSE if low == 0 else 0) | (TRUE if high == 1 else 0)
        if self.fact.kind is Kind.CHOICE:
            return Among(choices=frozenset(self.fact.choices[low : high + 1]))
        return Among(self.value(low), self.value(high))
