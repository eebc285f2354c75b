"""What a body or a query holds: each value named once, for reading it and for the published schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

from attrs import frozen
from werkzeug.datastructures import MultiDict

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.texts import MOST_CHARACTERS
from mkd_core.worktime import iso_date
from mkd_plugins.serve.problem import HttpProblem

KEY = 200
"""Characters of a key in an address at most, so that the address stays shorter than what a server reads of one."""


SAID = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
"""Something that is no blank. Spelt out, since Python and the readers of the schema differ in what ``\\S`` is."""


class Kind(Enum):
    """What a value is in JSON, and how the schema says it."""

    TEXT = "text"
    DATE = "a date, YYYY-MM-DD"
    NUMBER = "a whole number"
    YES_NO = "true or false"
    OBJECT = "an object"
    LIST = "a list of objects"
    AMOUNT = "a number, or a decimal as text"


_AMOUNT = 10**12
_DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"

_PLAIN: Mapping[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.NUMBER: {"type": "integer"},
    Kind.YES_NO: {"type": "boolean"},
    Kind.OBJECT: {"type": "object"},
    Kind.LIST: {"type": "array", "items": {"type": "object"}},
    Kind.AMOUNT: {
        "type": ["string", "number"],
        "pattern": _DECIMAL,
        "exclusiveMinimum": -_AMOUNT,
        "exclusiveMaximum": _AMOUNT,
    },
}


@frozen(kw_only=True)
class Field:
    """One value: ``says`` what it is, ``choices`` where it is one of few texts, ``schema`` where it has one by name.

    ``parts`` are what each object of a list holds. Null stands for what is left out.
    """

    name: str
    kind: Kind = Kind.TEXT
    needed: bool = False
    says: str = ""
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    schema: str = ""
    parts: tuple[Field, ...] = ()
    pattern: str = ""
    longest: int = MOST_CHARACTERS
    least: int = 1
    most: int = 1_000_000

    def described(self) -> dict[str, Any]:
        """Its schema."""
        made: dict[str, Any] = {"enum": list(self.choices)} if self.choices else dict(_PLAIN[self.kind])
        if self.kind is Kind.TEXT and not self.choices:
            made["maxLength"] = self.longest
        if self.kind is Kind.NUMBER:
            made |= {"minimum": self.least, "maximum": self.most}
        if self.schema and self.kind is Kind.LIST:
            made["items"] = {"$ref": f"#/components/schemas/{self.schema}"}
        elif self.schema:
            made = {"$ref": f"#/components/schemas/{self.schema}"}
        if self._pattern:
            made["pattern"] = self._pattern
        if self.default is not None:
            made["default"] = self.default
        return made | ({"description": self.says} if self.says else {})

    @property
    def _pattern(self) -> str:
        said_at_all = SAID if self.kind is Kind.TEXT and self.needed and not self.choices else ""
        return self.pattern or said_at_all

    def read(self, value: Any) -> Any:
        """The value, a date as such. Raises ``HttpProblem``, without the value: it may be personal."""
        if self.kind is Kind.NUMBER:
            value = whole(value)
        if self.choices and (not isinstance(value, str) or value not in self.choices):
            raise self._wrong(f"must be one of {', '.join(self.choices)}")
        if not self._fits(value):
            bounds = f" from {self.least} to {self.most}" if self.kind is Kind.NUMBER else ""
            raise self._wrong(f"must be {self.kind.value}{bounds}")
        if self.kind is Kind.DATE:
            try:
                return iso_date(value)
            except InvalidInput:
                raise self._wrong(f"must be {self.kind.value}") from None
        if self.parts:
            return [self._object(at, each) for at, each in enumerate(value, start=1)]
        if self._pattern and not _matches(self._pattern, value):
            says_how = self.pattern not in ("", SAID)
            raise self._wrong(f"must look like {self.pattern}" if says_how else "must say something")
        return value

    def _object(self, at: int, value: Mapping[str, Any]) -> dict[str, Any]:
        given = {key: inner for key, inner in value.items() if inner is not None}
        try:
            return read_body(given, self.parts)
        except HttpProblem as problem:
            place = "" if problem.where == "body" else f".{problem.where}"
            raise HttpProblem(
                problem.code,
                problem.message,
                status=problem.status,
                where=f"{self.name}[{at}]{place}",
                mend=problem.mend,
            ) from None

    def read_text(self, text: str) -> Any:
        """The value out of a query, where everything is text."""
        if self.kind is Kind.NUMBER and text.isascii() and text.isdigit() and len(text) < 10:
            return self.read(int(text))
        return self.read(text)

    def _fits(self, value: Any) -> bool:
        match self.kind:
            case Kind.TEXT:
                return isinstance(value, str) and len(value) <= self.longest
            case Kind.DATE:
                return isinstance(value, str)
            case Kind.NUMBER:
                return type(value) is int and self.least <= value <= self.most
            case Kind.YES_NO:
                return isinstance(value, bool)
            case Kind.OBJECT:
                return isinstance(value, dict)
            case Kind.LIST:
                return isinstance(value, list) and all(isinstance(each, dict) for each in value)
            case Kind.AMOUNT:
                return _is_amount(value)

    def _wrong(self, message: str) -> HttpProblem:
        return HttpProblem("MKD707", message, status=400, where=self.name)


def whole(value: Any) -> Any:
    """The value, 2.0 as the whole number that it is to JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _matches(pattern: str, text: str) -> bool:
    """As the schema means it: ``$`` is the very end, and not before a last line break."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None


def _is_amount(value: Any) -> bool:
    if isinstance(value, str):
        return _matches(_DECIMAL, value)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _AMOUNT


def read_body(data: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The values of a body by name, with the defaults of those left out. Raises ``HttpProblem``."""
    return _read(data, fields, Field.read, where="body")


def read_query(data: MultiDict[str, str], fields: Sequence[Field]) -> dict[str, Any]:
    """The same of a query, in which nothing may be said twice."""
    for key in data:
        if len(data.getlist(key)) > 1:
            raise HttpProblem("MKD707", "something is said twice", status=400, where="query")
    return _read(data, fields, Field.read_text, where="query")


def _read(
    data: Mapping[str, Any], fields: Sequence[Field], read: Callable[[Field, Any], Any], *, where: str
) -> dict[str, Any]:
    # What is not known is not repeated: somebody may have put the number of a person there.
    known = {field.name: field for field in fields}
    for key in data:
        if key not in known:
            raise HttpProblem(
                "MKD707", "a key is not known here", status=400, where=where, mend=did_you_mean(key, known)
            )
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in data:
            values[name] = read(field, data[name])
        elif field.needed:
            raise HttpProblem("MKD707", f"{name} is missing", status=400, where=where)
        elif field.default is not None:
            values[name] = field.default
    return values


def closed(fields: Sequence[Field], *, null: bool = False) -> dict[str, Any]:
    """The schema of an object that holds these and nothing else; with ``null`` what is not needed may be null."""
    return {
        "type": "object",
        "properties": {
            field.name: _or_null(field.described()) if null and not field.needed else field.described()
            for field in fields
        },
        "required": [field.name for field in fields if field.needed],
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}


def dated(given: Mapping[str, Any], key: str) -> date | None:
    """The date of that name, if one was given."""
    value: date | None = given.get(key)
    return value
