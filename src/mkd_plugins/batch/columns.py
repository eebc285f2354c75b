"""From trees to column expressions: the same answers as deciding one by one, for every row at once.

A node becomes a narwhals expression, in which null is missing, or one fixed value where it reads no column. ``and``,
``or``, ``not`` and comparisons of all engines follow Kleene on nulls; whatever does not (a conditional, ``min``, a
division by zero, NaN) is spelled out here. An operand that must be named twice is first computed as a column of its own
once it has grown, so that an expression never doubles with every level.
"""

from __future__ import annotations

import datetime
import enum
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeVar

import attrs
import narwhals.stable.v2 as nw
from narwhals.dtypes import NumericType

from mkd_core.language import Parameter, Value
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

#: Up to here every integer is a float of its own; beyond it, columns compute in floats.
MOST_EXACT = 2**53
#: An operand of this many parts is computed as a column of its own before it is named twice.
MOST_WEIGHT = 16

INTEGERS: Mapping[type[NumericType], tuple[int, int]] = {
    nw.Int8: (-(2**7), 2**7 - 1),
    nw.Int16: (-(2**15), 2**15 - 1),
    nw.Int32: (-(2**31), 2**31 - 1),
    nw.Int64: (-(2**63), 2**63 - 1),
    nw.UInt8: (0, 2**8 - 1),
    nw.UInt16: (0, 2**16 - 1),
    nw.UInt32: (0, 2**32 - 1),
}

_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class Form(enum.Enum):
    """What a column holds, as far as expressions differ by it."""

    WHOLE = "integers and times, exact"
    FLOAT = "floats"
    OTHER = "yes or no, text, dates"


@attrs.frozen
class Fixed:
    """One value in every row; ``None`` is missing in every row."""

    value: Value | None


@attrs.frozen(kw_only=True, eq=False)
class Column:
    """A value of its own in each row.

    ``storage``        the integer type of a column as it came, while nothing was computed with it.
    ``gaps``           whether a row may lack it.
    ``low``, ``high``  no number lies outside, in rows that hold what the vocabulary allows.
    ``infinite``, ``nan``  whether floats may have left the finite numbers.
    ``weight``         how many parts the expression has.
    ``level``          after how many stages of other columns it can be computed.
    """

    expr: nw.Expr
    form: Form = Form.OTHER
    storage: type[NumericType] | None = None
    gaps: bool = True
    low: int | float = 0
    high: int | float = 0
    infinite: bool = False
    nan: bool = False
    weight: int = 1
    level: int = 0


Made = Fixed | Column
M = TypeVar("M", Fixed, Column, "Fixed | Column")


class Columns:
    """Writes trees as expressions over the columns of facts; ``stages`` are the columns to be computed before.

    ``guarded`` keeps values outside their range out of arithmetic: such a row has no answer, but where an engine stops
    at an overflow it would take all others with it.
    """

    def __init__(
        self, facts: Mapping[str, Made], parameters: Mapping[str, Parameter], *, prefix: str, guarded: bool
    ) -> None:
        self.facts = facts
        self.parameters = parameters
        self.prefix = prefix
        self.guarded = guarded
        self.stages: list[dict[str, nw.Expr]] = []

    def write(self, node: Node) -> Made:
        """The node as a column."""
        match node:
            case Constant(value):
                return Fixed(value)
            case FactName(name):
                return self.facts[name]
            case ParameterName(name):
                setting = self.parameters[name].value
                assert not isinstance(setting, tuple)
                return Fixed(setting)
            case Known(name):
                return known(self.facts[name])
            case Not(operand):
                return opposite(self.write(operand))
            case Both(parts):
                return logic([self.write(each) for each in parts], settles=False)
            case Either(parts):
                return logic([self.write(each) for each in parts], settles=True)
            case Comparison(operands, orders):
                sides = [self.write(each) for each in operands]
                sides[1:-1] = [self.once(each) for each in sides[1:-1]]
                pairs = zip(sides, orders, sides[1:], strict=False)
                return logic([self.compare(*pair) for pair in pairs], settles=False)
            case Membership(operand, members, negated):
                values = members if isinstance(members, tuple) else self.parameters[members].value
                found = self.among(self.write(operand), values if isinstance(values, tuple) else (values,))
                return opposite(found) if negated else found
            case Arithmetic(left, sign, right):
                return self.arithmetic(self.write(left), sign, self.write(right))
            case Negative(operand):
                return self.negative(self.write(operand))
            case Absolute(operand):
                return self.absolute(self.write(operand))
            case Extreme(which, arguments):
                return reduce(lambda one, other: self.extreme(which, one, other), map(self.write, arguments))
            case Conditional(then, condition, otherwise):
                return self.conditional(self.write(condition), self.write(then), self.write(otherwise))

    def once(self, made: M) -> M | Column:
        """The same, cheap to name more than once."""
        return self.staged(made) if isinstance(made, Column) and made.weight > MOST_WEIGHT else made

    def staged(self, made: Column) -> Column:
        """The same, as a column of its own."""
        while len(self.stages) <= made.level:
            self.stages.append({})
        name = f"{self.prefix}{sum(map(len, self.stages))}"
        self.stages[made.level][name] = made.expr
        return attrs.evolve(made, expr=nw.col(name), weight=1, level=made.level + 1)

    def compare(self, left: Made, order: str, right: Made) -> Made:
        if isinstance(left, Fixed) and isinstance(right, Fixed):
            return Fixed(None if None in (left.value, right.value) else _ORDERS[order](left.value, right.value))
        if lacking(left, right):
            return Fixed(None)
        if not (may_be_nan(left) or may_be_nan(right)):
            return truth(_ORDERS[order](*together(left, right)), left, right)
        # Python's NaN differs from all; that of the engines equals itself and lies above all numbers.
        left, right = self.once(left), self.once(right)
        found = _ORDERS[order](*together(left, right))
        nan = (floating(left).is_nan() | floating(right).is_nan()) & ~found.is_null()
        made = truth(found | nan if order == "!=" else found & ~nan, left, right)
        return attrs.evolve(made, weight=3 * made.weight)

    def among(self, made: Made, values: Sequence[Value]) -> Made:
        """Whether it is one of the values; neighbouring integers are asked for as one range."""
        if isinstance(made, Fixed):
            return Fixed(None if made.value is None else made.value in values)
        parts: list[Made] = []
        if made.form is Form.WHOLE:
            # An integer is never 2.5.
            whole = sorted({int(each) for each in values if isinstance(each, int | float) and each == int(each)})
            made = self.once(made)
            runs = [(first, last) for first, last in runs_of(whole) if first <= made.high and made.low <= last]
            for first, last in runs:
                ends = [self.compare(made, ">=", Fixed(first)), self.compare(made, "<=", Fixed(last))]
                parts.append(self.compare(made, "==", Fixed(first)) if first == last else logic(ends, settles=False))
            if not parts:
                return truth(made.expr != made.expr, made)
        else:
            made = self.once(made)
            parts = [self.compare(made, "==", Fixed(each)) for each in dict.fromkeys(values)]
        return logic(parts, settles=True)

    def computing(self, made: Made, form: Form) -> nw.Expr:
        """The number, wide enough to compute with."""
        if isinstance(made, Fixed):
            assert isinstance(made.value, int | float)
            wide = float(made.value) if form is Form.FLOAT else made.value
            return nw.lit(wide, nw.Float64 if form is Form.FLOAT else nw.Int64)
        expr = made.expr
        if made.storage is not None and self.guarded:
            expr = nw.when((expr >= made.low) & (expr <= made.high)).then(expr)
        if form is Form.FLOAT:
            return expr.cast(nw.Float64) if made.form is Form.WHOLE else expr
        return expr.cast(nw.Int64) if made.storage is not None else expr

    def arithmetic(self, left: Made, sign: str, right: Made) -> Made:
        if isinstance(left, Fixed) and isinstance(right, Fixed):
            return fixed_arithmetic(left.value, sign, right.value)
        if lacking(left, right) or (sign == "/" and isinstance(right, Fixed) and right.value == 0):
            return Fixed(None)
        if sign == "/":
            right = self.once(right)
        low, high = bounds(left, sign, right)
        exact = sign != "/" and is_whole(left) and is_whole(right) and -MOST_EXACT <= low <= high <= MOST_EXACT
        form = Form.WHOLE if exact else Form.FLOAT
        sides = self.computing(left, form), self.computing(right, form)
        found = _ARITHMETIC[sign](*sides)
        gaps = any(isinstance(each, Column) and each.gaps for each in (left, right))
        if sign == "/" and isinstance(right, Column):
            found = nw.when(sides[1] != 0.0).then(found)
            gaps = gaps or right.low <= 0 <= right.high
        infinite = [may_be_infinite(each) for each in (left, right)]
        nan = may_be_nan(left) or may_be_nan(right)
        return Column(
            expr=found,
            form=form,
            gaps=gaps,
            low=low,
            high=high,
            infinite=not exact and (any(infinite) or not (math.isfinite(low) and math.isfinite(high))),
            nan=nan or (any(infinite) if sign == "*" else all(infinite)),
            weight=weight_of(left) + (3 if sign == "/" else 1) * weight_of(right) + 1,
            level=level_of(left, right),
        )

    def negative(self, made: Made) -> Made:
        if isinstance(made, Fixed):
            assert not isinstance(made.value, str | datetime.date)
            return Fixed(None if made.value is None else -made.value)
        expr = -self.computing(made, made.form)
        return attrs.evolve(made, expr=expr, storage=None, low=-made.high, high=-made.low, weight=made.weight + 1)

    def absolute(self, made: Made) -> Made:
        if isinstance(made, Fixed):
            assert not isinstance(made.value, str | datetime.date)
            return Fixed(None if made.value is None else abs(made.value))
        expr, high = self.computing(made, made.form).abs(), max(abs(made.low), abs(made.high))
        return attrs.evolve(made, expr=expr, storage=None, low=0, high=high, weight=made.weight + 1)

    def extreme(self, which: str, one: Made, other: Made) -> Made:
        """The lower or higher of two, as Python picks it: the second where it is beyond the first, else the first."""
        if isinstance(one, Fixed) and isinstance(other, Fixed):
            if one.value is None or other.value is None:
                return Fixed(None)
            return other if _ORDERS["<" if which == "min" else ">"](other.value, one.value) else one
        if lacking(one, other):
            return Fixed(None)
        one, other = self.once(one), self.once(other)
        beyond = self.compare(other, "<" if which == "min" else ">", one)
        return self.conditional(beyond, other, one)

    def conditional(self, condition: Made, then: Made, otherwise: Made) -> Made:
        """The one or the other; missing where the condition is."""
        if isinstance(condition, Fixed):
            return Fixed(None) if condition.value is None else then if condition.value else otherwise
        if isinstance(then, Fixed) and isinstance(otherwise, Fixed) and then.value is otherwise.value is None:
            return Fixed(None)
        if condition.gaps:
            condition = self.once(condition)
        arms = [each for each in (then, otherwise) if not lacking(each)]
        form = form_of(*arms)
        exprs = [literal(each) if form is Form.OTHER else self.computing(each, form) for each in arms]
        holds = condition.expr if not lacking(then) else ~condition.expr
        chosen: nw.Expr = nw.when(holds).then(exprs[0])
        if len(arms) == 2 and condition.gaps:
            chosen = nw.when(holds).then(exprs[0]).when(~holds).then(exprs[1])
        elif len(arms) == 2:
            chosen = nw.when(holds).then(exprs[0]).otherwise(exprs[1])
        lows, highs = zip(*map(ends, arms), strict=True)
        columns = [each for each in arms if isinstance(each, Column)]
        return Column(
            expr=chosen,
            form=form,
            gaps=condition.gaps or len(arms) < 2 or any(each.gaps for each in columns),
            low=min(lows),
            high=max(highs),
            infinite=any(map(may_be_infinite, arms)),
            nan=any(map(may_be_nan, arms)),
            weight=sum(map(weight_of, arms)) + (2 if condition.gaps else 1) * condition.weight + 1,
            level=level_of(condition, *arms),
        )


def lacking(*sides: Made) -> bool:
    """Whether one of these is missing in every row."""
    return any(isinstance(each, Fixed) and each.value is None for each in sides)


def may_be_infinite(made: Made) -> bool:
    """Whether a float may have left the finite numbers."""
    if isinstance(made, Column):
        return made.infinite
    return isinstance(made.value, float) and not math.isfinite(made.value)


def may_be_nan(made: Made) -> bool:
    """Whether a float may be no number any more."""
    return made.nan if isinstance(made, Column) else isinstance(made.value, float) and math.isnan(made.value)


def known(made: Made) -> Made:
    """Whether it is not missing; never missing itself."""
    if isinstance(made, Fixed):
        return Fixed(made.value is not None)
    return attrs.evolve(truth(~made.expr.is_null(), made), gaps=False) if made.gaps else Fixed(True)


def opposite(made: Made) -> Made:
    """``not``; missing stays missing."""
    if isinstance(made, Fixed):
        return Fixed(None if made.value is None else not made.value)
    return truth(~made.expr, made)


def logic(parts: Sequence[Made], *, settles: bool) -> Made:
    """Kleene's ``and`` (settled by false) or ``or`` (settled by true)."""
    fixed = [each.value for each in parts if isinstance(each, Fixed)]
    columns = [each for each in parts if isinstance(each, Column)]
    if settles in fixed:
        return Fixed(settles)
    if not columns:
        return Fixed(None if None in fixed else not settles)
    if len(columns) == 1 and None not in fixed:
        return columns[0]
    exprs = [each.expr for each in columns]
    if None in fixed:
        exprs.append(nw.lit(None).cast(nw.Boolean))
    joined = truth(reduce(operator.or_ if settles else operator.and_, exprs), *columns)
    return attrs.evolve(joined, gaps=joined.gaps or None in fixed)


def truth(expr: nw.Expr, *made: Made) -> Column:
    """A yes or no computed from these, missing where one of them is."""
    return Column(
        expr=expr,
        gaps=any(isinstance(each, Column) and each.gaps for each in made),
        weight=1 + sum(map(weight_of, made)),
        level=level_of(*made),
    )


def weight_of(made: Made) -> int:
    return made.weight if isinstance(made, Column) else 1


def level_of(*made: Made) -> int:
    return max((each.level for each in made if isinstance(each, Column)), default=0)


def is_whole(made: Made) -> bool:
    """Whether it computes exactly, as an integer."""
    if isinstance(made, Column):
        return made.form is Form.WHOLE and -MOST_EXACT <= made.low <= made.high <= MOST_EXACT
    return isinstance(made.value, int) and not isinstance(made.value, bool) and abs(made.value) <= MOST_EXACT


def form_of(*made: Made) -> Form:
    """The form in which these meet."""
    forms = set()
    for each in made:
        if isinstance(each, Column):
            forms.add(each.form)
        elif isinstance(each.value, bool) or not isinstance(each.value, int | float):
            forms.add(Form.OTHER)
        else:
            forms.add(Form.WHOLE if isinstance(each.value, int) and fits(each.value, nw.Int64) else Form.FLOAT)
    return Form.FLOAT if Form.FLOAT in forms else forms.pop()


def together(left: Made, right: Made) -> tuple[nw.Expr, nw.Expr]:
    """Both in one type. A fixed integer takes that of the column beside it, which is then not widened."""
    if form_of(left, right) is Form.FLOAT:
        return floating(left), floating(right)
    return literal(left, right), literal(right, left)


def floating(made: Made) -> nw.Expr:
    if isinstance(made, Fixed):
        assert isinstance(made.value, int | float)
        return nw.lit(float(made.value), nw.Float64)
    return made.expr.cast(nw.Float64) if made.form is Form.WHOLE else made.expr


def literal(made: Made, beside: Made | None = None) -> nw.Expr:
    if isinstance(made, Column):
        return made.expr
    value = made.value
    if isinstance(value, int) and not isinstance(value, bool):
        storage = beside.storage if isinstance(beside, Column) else None
        return nw.lit(value, storage if storage and fits(value, storage) else nw.Int64)
    return nw.lit(value)


def fits(value: int, storage: type[NumericType]) -> bool:
    low, high = INTEGERS[storage]
    return low <= value <= high


def ends(made: Made) -> tuple[int | float, int | float]:
    """Between which numbers it lies; nothing of interest where it is no number."""
    if isinstance(made, Column):
        return made.low, made.high
    value = made.value
    return (value, value) if isinstance(value, int | float) else (0, 0)


def bounds(left: Made, sign: str, right: Made) -> tuple[int | float, int | float]:
    """Between which numbers the result lies; infinite where floats may leave the finite numbers."""
    (a, b), (c, d) = ends(left), ends(right)
    if sign == "/" and c <= 0 <= d:
        # An integer that is not zero is one at least; a float may be as near to zero as it likes.
        most = max(abs(a), abs(b)) if is_whole(right) else math.inf
        return -most, most
    if sign in "+-":
        low, high = (a + c, b + d) if sign == "+" else (a - d, b - c)
    else:
        corners = [_corner(one, sign, other) for one in (a, b) for other in (c, d)]
        low, high = (-math.inf, math.inf) if any(map(math.isnan, corners)) else (min(corners), max(corners))
    return (low, high) if low <= high else (-math.inf, math.inf)


def _corner(one: int | float, sign: str, other: int | float) -> int | float:
    try:
        found: int | float = _ARITHMETIC[sign](one, other)
    except OverflowError:
        return math.inf if (one > 0) == (other > 0) else -math.inf
    return found


def fixed_arithmetic(left: Value | None, sign: str, right: Value | None) -> Fixed:
    """The result, as deciding one by one has it."""
    if left is None or right is None or (sign == "/" and right == 0):
        return Fixed(None)
    return Fixed(_ARITHMETIC[sign](left, right))


def runs_of(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted integers as first and last of their runs.

    >>> runs_of([4, 5, 7, 8, 9])
    [(4, 5), (7, 9)]
    """
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
