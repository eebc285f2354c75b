"""Parameters of expressions: one value or a list of values of one kind."""

from __future__ import annotations

import datetime
import math

import attrs

from mkd_core.language.vocabulary import BadValue, Kind, Value, read_time, show_time

#: What may be written for a parameter; a ``datetime.time`` is a time, text stands for a choice.
Written = bool | int | float | str | datetime.date | datetime.time


@attrs.frozen
class Parameter:
    """A parameter as functions compute with it: the kind, and one value or a tuple of values."""

    kind: Kind
    value: Value | tuple[Value, ...]

    @property
    def is_list(self) -> bool:
        """Whether it is a list, which stands only behind ``in``."""
        return isinstance(self.value, tuple)

    def to_data(self) -> object:
        """The value as JSON writes it: times ``"HH:MM"``, dates ``"YYYY-MM-DD"``, a list as a list."""
        if isinstance(self.value, tuple):
            return [self._data(each) for each in self.value]
        return self._data(self.value)

    def _data(self, value: Value) -> object:
        if self.kind is Kind.TIME and isinstance(value, int):
            return show_time(value)
        return value.isoformat() if isinstance(value, datetime.date) else value


def read_parameter(written: object) -> Parameter:
    """The parameter that was written; raises ``BadValue``.

    >>> read_parameter([4, 5.5])
    Parameter(kind=<Kind.FLOAT: 'a number'>, value=(4.0, 5.5))
    """
    if not isinstance(written, (list, tuple)):
        kind, value = _single(written)
        return Parameter(kind, value)
    if not written:
        raise BadValue("expected a list with at least one value")
    parts = [_single(each) for each in written]
    kinds = {kind for kind, _ in parts}
    if kinds == {Kind.INTEGER, Kind.FLOAT}:
        return Parameter(Kind.FLOAT, tuple(float(value) for _, value in parts if isinstance(value, int | float)))
    if len(kinds) > 1:
        raise BadValue("expected a list of values of one type")
    return Parameter(parts[0][0], tuple(value for _, value in parts))


def _single(written: object) -> tuple[Kind, Value]:
    # Members of enumerations are numbers and text too; functions compute with the plain value.
    match written:
        case bool():
            return Kind.YES_NO, written
        case int():
            return Kind.INTEGER, int(written)
        case float() if math.isfinite(written):
            return Kind.FLOAT, float(written)
        case str():
            return Kind.TEXT, str.__str__(written)
        case datetime.datetime():
            pass
        case datetime.date():
            return Kind.DATE, written
        case datetime.time():
            minutes = read_time(written)
            if minutes is not None:
                return Kind.TIME, minutes
            raise BadValue("expected a time of whole minutes, such as 10:00:00")
    raise BadValue("expected a number, true or false, text, a time, a date, or a list of one of these")
