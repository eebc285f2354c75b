"""What a frame says of each fact: names and types checked, values as expressions compute with them, bad ones marked.

Times become minutes of the day and dates are dates, whatever they came as; NaN is missing; a column of whole numbers
may be one of floats, as pandas has it where some are missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import and_
from types import MappingProxyType

import attrs
import narwhals.stable.v2 as nw
from narwhals.dtypes import DType

from mkd_core.errors import InvalidInput
from mkd_core.language import Fact, Kind, Vocabulary
from mkd_plugins.batch.columns import INTEGERS, Column, Fixed, Form, Made

#: What a decided frame has more than the frame that came.
ANSWERS = ("outcome", "failed", "undetermined")

#: A time as the vocabulary reads one; ``\\z`` ends all three engines' text for good, ``$`` does not.
TIME = r"\A([0-3][0-9]|4[0-7]):[0-5][0-9]\z"
DATE = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
YES_NO = r"\A([Tt]rue|TRUE|[Ff]alse|FALSE)\z"
#: Also ``3.0``, as pandas writes the integers of a column in which some are missing.
WHOLE = r"\A-?[0-9]{1,18}(\.0+)?\z"
NO_FRACTION = r"\.0+\z"
NUMBER = r"\A-?[0-9]{1,200}(\.[0-9]{1,200})?([eE][-+]?[0-9]{1,2})?\z"

_ACCEPTED: Mapping[Kind, str] = {
    Kind.YES_NO: "booleans",
    Kind.INTEGER: "integers",
    Kind.FLOAT: "numbers",
    Kind.TIME: 'minutes of the day or text "HH:MM"',
    Kind.DATE: 'dates or text "YYYY-MM-DD"',
    Kind.CHOICE: "text",
    Kind.TEXT: "text",
}


@attrs.frozen(eq=False)
class Check:
    """Whether a row holds a value of the ``fact`` outside the vocabulary, ``rows``; whether any does, ``anywhere``."""

    fact: str
    rows: nw.Expr
    anywhere: nw.Expr = attrs.field(default=attrs.Factory(lambda self: self.rows.any(), takes_self=True))


@attrs.frozen(kw_only=True)
class Taken:
    """The facts of a frame.

    ``facts``   each fact of the vocabulary as a column, or fixed where the frame has none.
    ``before``  columns to be computed before these can be read.
    ``checks``  what tells values outside the vocabulary, of the columns as they came.
    """

    facts: Mapping[str, Made]
    before: Mapping[str, nw.Expr]
    checks: Sequence[Check]


def check_names(names: Sequence[str], vocabulary: Vocabulary, *, cased: bool = True) -> None:
    """Refuse columns named like an answer, or like a fact that does not exist.

    ``cased`` is false for engines to which ``Outcome`` and ``outcome`` are one name.
    """
    said = names if cased else [name.casefold() for name in names]
    for name in said:
        if name in ANSWERS:
            raise InvalidInput("MKD256", f"a column is called {name}, as the answer", mend="rename it")
    for number, name in enumerate(said):
        if name in said[:number]:
            raise InvalidInput("MKD256", f"two columns are called {names[number]}", mend="rename one")
    for name in names:
        if name not in vocabulary and name.partition(".")[0] in vocabulary.spaces and "." in name:
            hint = vocabulary.nearest(name)
            raise InvalidInput("MKD257", f"no fact is called {name}", mend=hint or "see mkd policy facts")


def check_columns(vocabulary: Vocabulary, names: Sequence[str], place: str, *, cased: bool = True) -> None:
    """Refuse a file that says nothing of anybody: it is another one, or is divided by other signs than commas."""
    check_names(names, vocabulary, cased=cased)
    if not any(name in vocabulary or name in vocabulary.spaces for name in names):
        raise InvalidInput(
            "MKD257",
            "no column is named like a fact",
            where=place,
            mend="see mkd policy facts; columns of CSV are divided by commas",
        )


def take(
    schema: Mapping[str, DType],
    places: Mapping[str, str],
    vocabulary: Vocabulary,
    *,
    prefix: str,
    empty: Collection[str] = (),
    complete: Collection[str] = (),
    frequent: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    written: bool = False,
    day: datetime.date | None = None,
) -> Taken:
    """The facts of a frame with these columns.

    ``places`` says which column holds a fact; columns in ``empty`` have a type without values, those in ``complete`` no
    null and no NaN, and most rows one of the ``frequent`` choices. ``written`` text stands for numbers, yes and no as
    well, and for nothing where it is empty. ``day`` is the fact ``today`` where the frame does not say it. Raises
    ``InvalidInput`` that names every column of a type in which the fact cannot be read.
    """
    wrong = list(_nested(schema, vocabulary))
    facts: dict[str, Made] = {}
    before: dict[str, nw.Expr] = {}
    checks: list[Check] = []
    for fact in vocabulary:
        name = places.get(fact.name)
        if name is None or name in empty:
            facts[fact.name] = Fixed(None)
            continue
        reading = _Reading(fact, name, schema[name], name not in complete, frequent.get(name, ()), written=written)
        if reading.column is None:
            wrong.append(f"{fact.name}: expected {_ACCEPTED[fact.kind]}, not {schema[name]}")
            continue
        checks += reading.checks
        if reading.computed:
            own = f"{prefix}f{len(before)}"
            before[own] = reading.column.expr
            facts[fact.name] = attrs.evolve(reading.column, expr=nw.col(own))
        else:
            facts[fact.name] = reading.column
    if wrong:
        raise InvalidInput("MKD258", "; ".join(wrong), where="frame", mend="cast the columns before")
    if day is not None and "today" in vocabulary:
        facts["today"] = _today(facts["today"], day)
    return Taken(facts=facts, before=before, checks=checks)


def _nested(schema: Mapping[str, DType], vocabulary: Vocabulary) -> Iterable[str]:
    for name, dtype in schema.items():
        if name in vocabulary.spaces and dtype == nw.Struct:
            yield f"{name}: a column of structs; facts are columns of their own, such as {name}.…"


def _today(said: Made, day: datetime.date) -> Made:
    if isinstance(said, Fixed):
        return Fixed(day)
    if not said.gaps:
        return said
    filled = nw.when(said.expr.is_null()).then(nw.lit(day)).otherwise(said.expr)
    return attrs.evolve(said, expr=filled, gaps=False, weight=3)


class _Reading:
    """How one column is read as one fact; ``column`` stays ``None`` where its type says that it cannot be."""

    def __init__(
        self, fact: Fact, name: str, dtype: DType, gaps: bool, frequent: Sequence[str], *, written: bool
    ) -> None:
        self.fact = fact
        self.raw = nw.col(name)
        self.gaps = gaps
        self.written = written
        self.column: Column | None = None
        self.computed = False
        self.frequent = frequent
        self.checks: list[Check] = []
        if written and dtype == nw.String:
            self.raw = nw.when(self.raw != "").then(self.raw)
            if fact.kind in (Kind.YES_NO, Kind.INTEGER, Kind.FLOAT):
                self._written()
                return
        match fact.kind:
            case Kind.YES_NO:
                if dtype == nw.Boolean:
                    self.column = Column(expr=self.raw, gaps=gaps)
            case Kind.INTEGER:
                self._whole(dtype)
            case Kind.FLOAT:
                self._float(dtype)
            case Kind.TIME:
                if dtype == nw.String:
                    self._time_of_text()
                elif dtype == nw.Time:
                    self._time_of_clock()
                elif dtype.is_integer():
                    self._whole(dtype)
            case Kind.DATE:
                if dtype == nw.Date:
                    self.column = Column(expr=self.raw, gaps=gaps)
                elif dtype == nw.String:
                    self._date_of_text()
                elif dtype == nw.Datetime and getattr(dtype, "time_zone", None) is None:
                    self._date_of_moment()
            case Kind.CHOICE | Kind.TEXT:
                self._text(dtype)

    def _refuse(self, *rows: nw.Expr) -> None:
        """Such rows hold a value outside the vocabulary."""
        self.checks += [Check(self.fact.name, each) for each in rows]

    def _written(self) -> None:
        """Numbers, and yes or no, as a file of text has them."""
        if self.fact.kind is not Kind.YES_NO:
            self.raw = nw.when(self.raw.str.to_lowercase() != "nan").then(self.raw)
        shape = {Kind.YES_NO: YES_NO, Kind.INTEGER: WHOLE}.get(self.fact.kind, NUMBER)
        right = self.raw.str.contains(shape)
        text = nw.when(right).then(self.raw)
        self._refuse(~right)
        self.computed = True
        if self.fact.kind is Kind.YES_NO:
            self.column = Column(expr=text.str.to_lowercase() == "true", gaps=self.gaps)
            return
        assert self.fact.low is not None
        assert self.fact.high is not None
        whole = self.fact.kind is Kind.INTEGER
        number = text.str.replace_all(NO_FRACTION, "").cast(nw.Int64) if whole else text.cast(nw.Float64)
        self._refuse(number < self.fact.low, number > self.fact.high)
        if whole:
            self._numbers(number, Form.WHOLE, storage=nw.Int64)
        else:
            self._numbers(number, Form.FLOAT)

    def _whole(self, dtype: DType) -> None:
        assert self.fact.low is not None
        assert self.fact.high is not None
        low, high = int(self.fact.low), int(self.fact.high)
        storage = next((each for each in INTEGERS if dtype == each), None)
        if storage is not None:
            least, most = INTEGERS[storage]
            if low > least:
                self._refuse(self.raw < nw.lit(low, storage if low <= most else nw.Int64))
            if high < most:
                self._refuse(self.raw > nw.lit(high, storage if high >= least else nw.Int64))
            self._numbers(self.raw, Form.WHOLE, storage=storage)
        elif dtype.is_float() or dtype.is_decimal():
            wide = self._present(dtype)
            self._refuse(wide < float(low), wide > float(high), wide != wide.floor())
            inside = (wide >= float(low)) & (wide <= float(high))
            self._numbers(nw.when(inside).then(wide).cast(nw.Int64), Form.WHOLE, storage=nw.Int64)
            self.computed = True
        elif dtype.is_integer():
            self._refuse(self.raw < low, self.raw > high)
            inside = (self.raw >= low) & (self.raw <= high)
            self._numbers(nw.when(inside).then(self.raw).cast(nw.Int64), Form.WHOLE, storage=nw.Int64)
            self.computed = True

    def _float(self, dtype: DType) -> None:
        if not dtype.is_numeric():
            return
        assert self.fact.low is not None
        assert self.fact.high is not None
        wide = self._present(dtype)
        self._refuse(wide < float(self.fact.low), wide > float(self.fact.high))
        self._numbers(wide, Form.FLOAT)
        self.computed = dtype != nw.Float64 or self.gaps

    def _present(self, dtype: DType) -> nw.Expr:
        """As floats, NaN left out."""
        wide = self.raw if dtype == nw.Float64 else self.raw.cast(nw.Float64)
        return nw.when(~wide.is_nan()).then(wide) if dtype.is_float() and self.gaps else wide

    def _numbers(self, expr: nw.Expr, form: Form, *, storage: type[nw.dtypes.NumericType] | None = None) -> None:
        assert self.fact.low is not None
        assert self.fact.high is not None
        self.column = Column(
            expr=expr, form=form, storage=storage, gaps=self.gaps, low=self.fact.low, high=self.fact.high
        )

    def _time_of_text(self) -> None:
        right = self.raw.str.contains(TIME)
        text = nw.when(right).then(self.raw)
        self._minutes(text.str.slice(0, 2).cast(nw.Int64) * 60 + text.str.slice(3, 2).cast(nw.Int64), ~right)

    def _time_of_clock(self) -> None:
        clock = self.raw.dt
        minutes = clock.hour().cast(nw.Int64) * 60 + clock.minute().cast(nw.Int64)
        self._minutes(minutes, (clock.second() != 0) | (clock.nanosecond() != 0))

    def _minutes(self, minutes: nw.Expr, wrong: nw.Expr) -> None:
        self._refuse(wrong)
        if self.fact.low is not None and self.fact.low > 0:
            self._refuse(minutes < int(self.fact.low))
        if self.fact.high is not None and self.fact.high < 2879:
            self._refuse(minutes > int(self.fact.high))
        self._numbers(minutes, Form.WHOLE, storage=nw.Int64)
        self.computed = True

    def _date_of_text(self) -> None:
        shaped = self.raw.str.contains(DATE)
        text = nw.when(shaped).then(self.raw)
        year, month, day = (text.str.slice(*part).cast(nw.Int64) for part in ((0, 4), (5, 2), (8, 2)))
        leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
        february = nw.when(leap).then(nw.lit(29, nw.Int64)).otherwise(nw.lit(28, nw.Int64))
        short = (month == 4) | (month == 6) | (month == 9) | (month == 11)
        last = nw.when(month == 2).then(february).when(short).then(nw.lit(30, nw.Int64)).otherwise(nw.lit(31, nw.Int64))
        right = shaped & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= last)
        self._refuse(~right)
        self.column = Column(expr=nw.when(right).then(self.raw).str.to_date(format="%Y-%m-%d"), gaps=self.gaps)
        self.computed = True

    def _date_of_moment(self) -> None:
        """Dates of pandas are moments at midnight; any other moment is no date."""
        day = self.raw.cast(nw.Date)
        self._refuse(day.cast(nw.Datetime) != self.raw)
        self.column = Column(expr=day, gaps=self.gaps)
        self.computed = True

    def _text(self, dtype: DType) -> None:
        if dtype not in (nw.String, nw.Categorical, nw.Enum):
            return
        text = self.raw if dtype == nw.String else self.raw.cast(nw.String)
        others = reduce(and_, [text != choice for choice in self.fact.choices])
        if self.frequent:
            left = text.filter(reduce(and_, [text != choice for choice in self.frequent])).drop_nulls()
            self.checks.append(Check(self.fact.name, others, ~left.is_in(self.fact.choices).all()))
        else:
            self._refuse(others)
        self.column = Column(expr=text, gaps=self.gaps)
        self.computed = dtype != nw.String or self.written
