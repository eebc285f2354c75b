"""Events to plain records and back: the one converter of the core, and the upcasters of older schemas.

cattrs is imported on first use, since ``import mkd_core`` must stay cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import fields

from mkd_core.errors import InvalidInput, JournalError
from mkd_core.events import EVENTS, Happened, Verdict
from mkd_core.journal.chain import Draft, Record, canonical
from mkd_core.targets import Target, target_from_data, target_to_data
from mkd_core.texts import check_text
from mkd_core.worktime import Window, WorkPlan, plan_from_data, plan_to_data

if TYPE_CHECKING:
    from cattrs import Converter

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the fields of an event in one schema and gives them in the next; pure."""


def _same(plain: dict[str, Any]) -> dict[str, Any]:
    """What moved beside the chain alone: read, the fields of data and of the private part are one."""
    return plain


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    (name, 1): _same for name, (_, current) in EVENTS.items() if current == 2
}
"""(type, schema) → the step to the schema after it."""


@cache
def _converter() -> Converter:
    from cattrs import Converter

    converter = Converter(unstruct_collection_overrides={frozenset: sorted})
    for kind, to_plain, from_plain in (
        (date, date.isoformat, lambda text, _: date.fromisoformat(text)),
        (datetime, datetime.isoformat, lambda text, _: datetime.fromisoformat(text)),
        (Decimal, str, lambda text, _: Decimal(text)),
        (WorkPlan, plan_to_data, lambda data, _: plan_from_data(data)),
        (Target, target_to_data, lambda data, _: target_from_data(data)),
        (Window, str, lambda text, _: Window.parse(text)),
    ):
        converter.register_unstructure_hook(kind, to_plain)
        converter.register_structure_hook(kind, from_plain)
    scalar = bool | int | float | str | None
    converter.register_structure_hook(scalar, lambda value, _: value)
    return converter


def instant(at: datetime) -> str:
    """The moment as the journal writes it: UTC, ISO 8601. Raises ``InvalidInput`` for a moment without a zone."""
    if at.tzinfo is None:
        raise InvalidInput("MKD402", f"{at} has no zone", where="at", mend="give the moment with its zone, as in UTC")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def encode(event: Any, *, at: datetime, by: str) -> Draft:
    """The event as plain values, what is private apart from what is chained.

    Raises ``InvalidInput`` for text that is too long (MKD268) and for text with half a character (MKD445), as a
    terminal gives it for bytes that are no UTF-8.
    """
    name = type(event).__name__
    for part in fields(type(event)):
        value = getattr(event, part.name)
        if isinstance(value, str):
            check_text(value, where=part.name)
    plain = _converter().unstructure(event)
    private = _taken_out(event, plain)
    try:
        canonical([plain, private]).encode()
    except ValueError:
        raise InvalidInput(
            "MKD445", f"{name} holds what no journal can write", mend="give text in UTF-8 and numbers that are finite"
        ) from None
    return Draft(
        type=name,
        schema=EVENTS[name][1],
        at=instant(at),
        by=by,
        data=plain,
        private=private or None,
    )


def _taken_out(value: Any, plain: dict[str, Any]) -> dict[str, Any]:
    """The private fields of a value, and of a verdict in it, taken out of its plain form; defaults are left out."""
    private: dict[str, Any] = {}
    for part in fields(type(value)):
        given = getattr(value, part.name)
        if part.metadata.get("private"):
            hidden = plain.pop(part.name)
            if given != part.default:
                private[part.name] = hidden
        elif isinstance(given, Verdict):
            inner = _taken_out(given, plain[part.name])
            if inner:
                private[part.name] = inner
    return private


def _put_back(plain: dict[str, Any], private: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event again: what is in both is a verdict, of which one part is private."""
    inner = {name: {**plain[name], **value} for name, value in private.items() if name in plain}
    return {**plain, **private, **inner}


def decode(
    record: Record,
    *,
    kinds: Mapping[str, tuple[type, int]] = EVENTS,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> Happened:
    """The event of a record, lifted to today's schema. Raises ``JournalError`` for one from the future."""
    if record.type not in kinds:
        raise JournalError(
            "MKD515", f"an event of the unknown kind {record.type!r}", where=record.name, mend="use a newer version"
        )
    kind, current = kinds[record.type]
    if record.schema > current:
        raise JournalError(
            "MKD515", f"{record.type} of schema {record.schema} is newer than this version", where=record.name
        )
    try:
        plain = _put_back(dict(record.data), record.private or {})
        for schema in range(record.schema, current):
            plain = upcasters[record.type, schema](plain)
        event: Any = _converter().structure(plain, kind)
    except Exception as problem:  # cattrs raises many kinds; any of them means that the record does not fit its type
        raise JournalError("MKD516", f"{record.type} cannot be read", where=record.name) from problem
    return Happened(record.number, datetime.fromisoformat(record.at), record.by, event)
