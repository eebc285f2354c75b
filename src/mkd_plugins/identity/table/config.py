"""What ``[identity.table]`` says: where the tables are, which column is which of our fields, what their codes mean.

A map is such a layout shipped as data (``mkd_plugins/identity/maps``); what a deployment says itself beats it.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.language import BadValue, Kind
from mkd_core.people import INDONESIAN_ZONES, MandateKind
from mkd_core.policy import VOCABULARY
from mkd_plugins.api import Secret

ISO_DATE = "%Y-%m-%d"
_PASSWORD_IN_URL = re.compile(r"//[^/@]*:[^/@]*@")

_PERSON_FACTS = tuple(
    fact.name
    for fact in VOCABULARY
    if fact.name.startswith("applicant.") and fact.kind in (Kind.CHOICE, Kind.YES_NO, Kind.INTEGER)
)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "people": (
        *("key", "number", "name", "email", "login", "unit", "superior", "superior_key", "post", "active", "language"),
        *("hired", "post_since", "health_worker", "counter"),
        *_PERSON_FACTS,
    ),
    "units": ("key", "name", "parent", "head", "head_key", "agency", "zone", "region", "unit.direct_service"),
    "mandates": (
        *("kind", "acting", "acting_key", "unit", "replaces", "replaces_key", "starts", "ends"),
        *("accepted_on", "reference"),
    ),
    "discipline": ("person", "person_key", "applicant.discipline", "starts", "ends"),
    "ratings": ("person", "person_key", "rated_on", "year", "applicant.rating", "applicant.talent_box"),
}
"""The fields that each table may have a column for. ``docs`` and the class :class:`Source` say what they mean."""

REQUIRED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "people": (("key",), ("unit",)),
    "units": (("key",),),
    "mandates": (("kind",), ("acting", "acting_key"), ("unit", "replaces", "replaces_key"), ("starts",)),
    "discipline": (("person", "person_key"), ("starts",)),
    "ratings": (("person", "person_key"), ("rated_on", "year"), ("applicant.rating", "applicant.talent_box")),
}
"""Of each group at least one field must have a column."""

NUMBERS = frozenset({"number", "superior", "head", "acting", "replaces", "person"})
"""Fields that hold a service number."""

WORDS: Mapping[str, Mapping[str, Any]] = {
    "kind": {kind.value: kind for kind in MandateKind},
    "zone": dict(INDONESIAN_ZONES),
    "language": {"id": "id", "en": "en"},
}
"""Fields with a few words of their own: what a code may become."""

YES_NO_FIELDS = frozenset({"active", "health_worker"})
YES_NO_WORDS: Mapping[str, bool] = {"1": True, "0": False, "true": True, "false": False}
"""What counts as yes and no without a code map; case does not matter."""


@attrs.frozen(kw_only=True)
class Source:
    """One table: a CSV file (``path``) or a SELECT through a SQLAlchemy URL (``url`` and ``select``, extra ``sql``).

    ``columns``      our field → their column. An empty column takes a map's away.
    ``codes``        our field → their code → our value. A code that is missing here is reported and never guessed.
    ``date_format``  as for ``strptime``; ``"%d-%m-%Y"`` reads 31-12-2023. ISO when left out.
    ``empty``        texts that stand for nothing, besides the empty one.
    ``password``     of the database user; a password does not belong into ``url``.
    ``max_age``      seconds after which a SELECT is run again. Files are read again when they have changed.
    """

    path: Path | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    url: str = ""
    password: Secret | None = None
    select: str = ""
    max_age: float = 60.0
    date_format: str = ""
    empty: tuple[str, ...] = ()
    columns: Mapping[str, str] = attrs.field(factory=dict)
    codes: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if bool(self.path) == bool(self.url):
            raise InvalidInput("MKD248", "a table has a path or a url, and not both", mend="name one of the two")
        if self.url and not self.select:
            raise InvalidInput("MKD248", "a table with a url needs a select", mend='write select = "SELECT ..."')
        if _PASSWORD_IN_URL.search(self.url):
            raise InvalidInput(
                "MKD248",
                "a password stands in the url",
                mend='write password = { env = "NAME" } and leave it out there',
            )
        if len(self.delimiter) != 1:
            raise InvalidInput("MKD248", "a delimiter is one character", mend='write delimiter = ";"')
        if self.max_age <= 0:
            raise InvalidInput("MKD248", "max_age is a number of seconds above 0")
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise InvalidInput(
                "MKD248", f"there is no encoding {self.encoding!r}", mend='most exports are "utf-8" or "cp1252"'
            ) from None


@attrs.frozen(kw_only=True)
class Layout:
    """How one table is read, a map and the deployment's own words put together.

    ``own``  the fields whose column the deployment itself named: these must be there.
    """

    table: str
    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Any]]
    date_format: str
    empty: frozenset[str]
    own: frozenset[str]


@attrs.frozen(kw_only=True)
class Config:
    """``[identity.table]``: the five tables, of which only ``people`` must be there.

    ``map``  the name of a shipped layout, such as ``siap``; empty for none.
    """

    people: Source
    units: Source | None = None
    mandates: Source | None = None
    discipline: Source | None = None
    ratings: Source | None = None
    map: str = ""

    def __attrs_post_init__(self) -> None:
        for table in self.sources():
            self.layout(table)

    def sources(self) -> dict[str, Source]:
        """The tables that are configured, by name."""
        return {table: source for table in FIELDS if (source := getattr(self, table)) is not None}

    def layout(self, table: str) -> Layout:
        """How that table is read. Raises ``InvalidInput`` for an unknown field, value or map, or a missing column."""
        source: Source = getattr(self, table)
        base = shipped_map(self.map).get(table, {}) if self.map else {}
        columns = {**base.get("columns", {}), **source.columns}
        codes = dict(base.get("codes", {}))
        for field, words in source.codes.items():
            codes[field] = {**codes.get(field, {}), **words}
        layout = Layout(
            table=table,
            columns={field: column for field, column in columns.items() if column},
            codes={field: _checked_codes(table, field, words) for field, words in codes.items()},
            date_format=source.date_format or base.get("date_format", ISO_DATE),
            empty=frozenset({"", *(source.empty or base.get("empty", ()))}),
            own=frozenset(field for field, column in source.columns.items() if column),
        )
        _check_columns(layout)
        return layout


@cache
def shipped_map(name: str) -> Mapping[str, Any]:
    """The tables of a shipped map. Raises ``InvalidInput`` with the nearest name when there is none of that name."""
    folder = files("mkd_plugins.identity").joinpath("maps")
    names = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in names:
        raise InvalidInput("MKD248", f"there is no map {name!r}", where="map", mend=did_you_mean(name, names))
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _check_columns(layout: Layout) -> None:
    fields = FIELDS[layout.table]
    for field in layout.columns:
        if field not in fields:
            raise InvalidInput(
                "MKD248",
                f"{field!r} is no field of this table",
                where=f"{layout.table}.columns",
                mend=did_you_mean(field, fields),
            )
    for group in REQUIRED[layout.table]:
        if not layout.columns.keys() & set(group):
            raise InvalidInput(
                "MKD248",
                f"no column is named for {' or '.join(group)}",
                where=f"{layout.table}.columns",
                mend='write the name of the file\'s column, such as key = "id", or choose a map',
            )
    key, number = layout.columns.get("key"), layout.columns.get("number")
    if key is not None and key == number:
        raise InvalidInput(
            "MKD248",
            "the key and the service number are one column",
            where=f"{layout.table}.columns",
            mend="name a column that stays the same when the number changes: a key is never made of a number",
        )


def _checked_codes(table: str, field: str, words: Mapping[str, Any]) -> Mapping[str, Any]:
    where = f'{table}.codes."{field}"'
    if field not in FIELDS[table]:
        raise InvalidInput(
            "MKD248", f"{field!r} is no field of this table", where=where, mend=did_you_mean(field, FIELDS[table])
        )
    if field in WORDS:
        return {code: _word(WORDS[field], value, where) for code, value in words.items()}
    if field not in VOCABULARY and field not in YES_NO_FIELDS:
        raise InvalidInput("MKD248", f"{field!r} takes no codes", where=where)
    fact = VOCABULARY[field if field in VOCABULARY else "unit.direct_service"]
    for value in words.values():
        try:
            fact.read(value)
        except BadValue as wrong:
            raise InvalidInput("MKD248", f"a code stands for what is no value: {wrong}", where=where) from None
    return words


def _word(known: Mapping[str, Any], value: Any, where: str) -> Any:
    if value not in known:
        raise InvalidInput(
            "MKD248", f"{value!r} is no value", where=where, mend=did_you_mean(str(value), known)
        ) from None
    return known[value]
