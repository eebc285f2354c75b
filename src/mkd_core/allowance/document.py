"""A scheme from its TOML text: every key is known, every number and line has a source, every expression compiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar, get_args

from attrs import frozen

from mkd_core.allowance.facts import PERIOD_VOCABULARY
from mkd_core.allowance.scheme import MENTION, Line, Scheme, SchemeParameter
from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import (
    BadValue,
    Compiled,
    ExpressionError,
    Kind,
    Vocabulary,
    Wording,
    compile_expression,
    read_parameter,
)
from mkd_core.language.vocabulary import NUMBERS
from mkd_core.sources import Reading, Source, SourceKind
from mkd_core.toml import NotToml, toml_tables

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
_READ: tuple[Reading, ...] = get_args(Reading)
_Word = TypeVar("_Word", bound=str)


@frozen
class _Table:
    """A TOML table and where it stands, so that each mistake names its place."""

    data: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, data: Any, where: str, known: tuple[str, ...]) -> _Table:
        if not isinstance(data, Mapping):
            raise PolicyError("MKD382", "is not a table", where=where)
        for key in data:
            if key not in known:
                raise PolicyError("MKD382", f"unknown key {key!r}", where=where, mend=did_you_mean(key, known))
        return cls(data, where)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.wrong(key, "text")
        return value

    def name(self, key: str) -> str:
        value = self.text(key)
        if not _NAME.fullmatch(value):
            raise self.wrong(key, "a name of lower-case letters, digits, hyphens, underscores and dots")
        return value

    def one_of(self, key: str, known: tuple[_Word, ...]) -> _Word:
        text = self.text(key)
        for word in known:
            if word == text:
                return word
        raise self.wrong(key, f"one of {', '.join(known)}")

    def wording(self, key: str) -> Wording:
        table = _Table.of(self.data.get(key), f"{self.where}.{key}", ("id", "en"))
        return Wording(table.text("id"), table.text("en"))

    def wrong(self, key: str, expected: str) -> PolicyError:
        fault = "is missing" if key not in self.data else "is wrong"
        return PolicyError("MKD382", f"{key!r} {fault}", where=self.where, mend=f"write {expected}")


def read_scheme(text: str, *, file: str = "", vocabulary: Vocabulary = PERIOD_VOCABULARY) -> Scheme:
    """The scheme that a TOML text describes: ``[scheme]``, ``[sources.*]``, ``[parameters]``, ``[[lines]]``.

    Raises ``PolicyError`` naming file, table and key, and ``ExpressionError`` with the column of an expression.
    """
    try:
        data = toml_tables(text)
    except NotToml as error:
        raise PolicyError("MKD381", f"is no TOML: {error}", where=file) from None
    at = f"{file} " if file else ""
    document = _Table.of(data, file or "scheme", ("scheme", "sources", "parameters", "lines"))
    head = _Table.of(document.data.get("scheme"), f"{at}scheme", ("id", "version", "in_force", "title"))
    starts, until = _in_force(head)
    sources = {
        name: _source(name, table, f"{at}sources.{name}") for name, table in _tables(document, "sources", at).items()
    }
    parameters = {
        name: _parameter(name, table, f"{at}parameters.{name}", sources)
        for name, table in _tables(document, "parameters", at).items()
    }
    lines = document.data.get("lines")
    if not isinstance(lines, list) or not lines:
        raise document.wrong("lines", "at least one [[lines]] table")
    rows = tuple(_line(row, f"{at}lines[{n}]", sources, parameters, vocabulary) for n, row in enumerate(lines))
    ids = [row.id for row in rows]
    for twice in (id for id in ids if ids.count(id) > 1):
        raise PolicyError("MKD382", f"two lines have the id {twice!r}", where=file, mend="give every line its own id")
    return Scheme(
        id=head.name("id"),
        version=head.text("version"),
        starts=starts,
        until=until,
        title=head.wording("title"),
        sources=sources,
        parameters=parameters,
        rows=rows,
    )


def _tables(document: _Table, key: str, at: str) -> Mapping[str, Any]:
    tables = document.data.get(key, {})
    if not isinstance(tables, Mapping):
        raise PolicyError("MKD382", "is not a table", where=f"{at}{key}")
    return tables


def _in_force(head: _Table) -> tuple[date, date | None]:
    table = _Table.of(head.data.get("in_force"), f"{head.where}.in_force", ("from", "until"))
    starts, until = table.data.get("from"), table.data.get("until")
    if not isinstance(starts, date) or isinstance(starts, datetime):
        raise table.wrong("from", "a date such as 2020-01-01")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime) or until <= starts):
        raise table.wrong("until", "a date after the first day; that day itself is not included")
    return starts, until


def _source(name: str, data: Any, where: str) -> Source:
    table = _Table.of(data, where, ("title", "kind", "read"))
    return Source(
        id=name, title=table.text("title"), kind=table.one_of("kind", _KINDS), read=table.one_of("read", _READ)
    )


def _cited(table: _Table, sources: Mapping[str, Source]) -> Source:
    name = table.text("source")
    if name not in sources:
        raise PolicyError(
            "MKD382", f"no source is called {name!r}", where=table.where, mend=did_you_mean(name, sources)
        )
    return sources[name]


def _parameter(name: str, data: Any, where: str, sources: Mapping[str, Source]) -> SchemeParameter:
    if not _PARAMETER.fullmatch(name):
        raise PolicyError(
            "MKD382", f"{name!r} is no name for a parameter", where=where, mend="write lower_case letters"
        )
    table = _Table.of(data, where, ("value", "unit", "source", "article"))
    try:
        parameter = read_parameter(table.data.get("value"))
    except BadValue as error:
        raise PolicyError("MKD382", f"'value' is wrong: {error}", where=where) from None
    return SchemeParameter(
        name=name,
        parameter=parameter,
        unit=table.text("unit"),
        source=_cited(table, sources),
        article=table.text("article", default=""),
    )


def _line(
    data: Any,
    where: str,
    sources: Mapping[str, Source],
    parameters: Mapping[str, SchemeParameter],
    vocabulary: Vocabulary,
) -> Line:
    known = ("id", "item", "quantity", "unit", "when", "places", "because", "source", "article")
    table = _Table.of(data, where, known)
    places = table.data.get("places", 2)
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= 6:
        raise table.wrong("places", "a number of decimals from 0 to 6")

    def compiled(key: str, expect: Kind | None) -> Compiled:
        values = {name: parameter.parameter for name, parameter in parameters.items()}
        try:
            return compile_expression(table.text(key), vocabulary, parameters=values, expect=expect)
        except ExpressionError as error:
            raise error.at(f"{where}.{key}") from None

    quantity = compiled("quantity", None)
    if quantity.type.kind not in NUMBERS:
        raise table.wrong("quantity", f"an expression that gives a number, not {quantity.type}")
    line = Line(
        id=table.name("id"),
        item=table.name("item"),
        quantity=quantity,
        unit=table.text("unit"),
        because=table.wording("because"),
        source=_cited(table, sources),
        when=compiled("when", Kind.YES_NO) if "when" in table.data else None,
        article=table.text("article", default=""),
        places=places,
    )
    _check_mentions(line, where, parameters)
    return line


def _check_mentions(line: Line, where: str, parameters: Mapping[str, SchemeParameter]) -> None:
    names = [*line.reads, *(f"parameter.{name}" for name in parameters)]
    for mention in MENTION.findall(f"{line.because.id} {line.because.en}"):
        if mention not in names:
            raise PolicyError(
                "MKD382",
                f"'because' names {{{mention}}}, which is no parameter and no fact that the line reads",
                where=where,
                mend=did_you_mean(mention, names),
            )
