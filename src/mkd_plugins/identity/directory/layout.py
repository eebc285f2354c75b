"""What a table about people, units or mandates may say, and how one is laid out: its columns, codes and dates.

A layout comes in two halves: what ships with a source (``base``), and the deployment's own words, which beat it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.language import BadValue, Kind
from mkd_core.people import INDONESIAN_ZONES, MandateKind
from mkd_core.policy import VOCABULARY

ISO_DATE = "%Y-%m-%d"

_PERSON_FACTS = tuple(
    fact.name
    for fact in VOCABULARY
    if fact.name.startswith("applicant.") and fact.kind in (Kind.CHOICE, Kind.YES_NO, Kind.INTEGER)
)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "people": (
        *("key", "number", "name", "email", "login", "unit", "superior", "superior_key", "post", "active", "language"),
        *("hired", "post_since", "health_worker", "team", "counter"),
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
"""The fields that each table may have a column for. The docs say what they mean."""

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

SERVICE_NUMBER = re.compile(r"(19|20)\d{16}", re.ASCII)
"""The form of one, without its blanks."""

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


def lay_out(
    table: str,
    base: Mapping[str, Any],
    *,
    columns: Mapping[str, str],
    codes: Mapping[str, Mapping[str, Any]],
    date_format: str = "",
    empty: Sequence[str] = (),
) -> Layout:
    """How that table is read. Raises ``InvalidInput`` for an unknown field or value, or a column that is not named."""
    words = dict(base.get("codes", {}))
    for field, own in codes.items():
        words[field] = {**words.get(field, {}), **own}
    layout = Layout(
        table=table,
        columns={field: column for field, column in {**base.get("columns", {}), **columns}.items() if column},
        codes={field: _checked_codes(table, field, own) for field, own in words.items()},
        date_format=date_format or base.get("date_format", ISO_DATE),
        empty=frozenset({"", *(empty or base.get("empty", ()))}),
        own=frozenset(field for field, column in columns.items() if column),
    )
    _check_columns(layout)
    return layout


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
