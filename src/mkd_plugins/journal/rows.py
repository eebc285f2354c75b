"""How events and deliveries stand in the rows of a database: the same columns, in the same order, in every one.

JSON is canonical text and moments are ISO 8601 text in UTC with six decimals, so that they sort as text and that
every database gives back exactly what was put in; none of its own types for times or JSON promises both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mkd_core.errors import JournalError
from mkd_core.journal import Record, canonical
from mkd_core.outbox import Delivery, Effect, EffectStatus

SCHEMA_VERSION = 1
"""The version of the tables; a journal with a higher one was written by a newer release."""


def event_values(position: int, record: Record) -> dict[str, Any]:
    """The row of a record at that position of the journal; its private part has a row of its own."""
    return {
        "position": position,
        "stream": record.stream,
        "number": record.number,
        "type": record.type,
        "schema_number": record.schema,
        "moment": record.at,
        "author": record.by,
        "data": canonical(record.data),
        "commitment": record.commitment,
        "previous": record.previous,
        "hash": record.hash,
    }


def private_values(position: int, record: Record) -> dict[str, Any] | None:
    """The row of a record's private part, if it has one: apart from the event, so that erasing it is a DELETE."""
    if record.private is None:
        return None
    return {"position": position, "salt": record.salt, "content": canonical(record.private)}


def record_from(row: Sequence[Any]) -> Record:
    """The record of a row: the columns of :func:`event_values` but the position, then salt and private content."""
    stream, number, kind, schema, moment, author, data, commitment, previous, digest, salt, content = row
    name = f"{stream}#{number}"
    return Record(
        stream=stream,
        number=number,
        type=kind,
        schema=schema,
        at=moment,
        by=author,
        data=_object(data, name),
        commitment=commitment,
        previous=previous,
        hash=digest,
        salt=salt,
        private=None if content is None else _object(content, name),
    )


def effect_values(position: int, effect: Effect) -> dict[str, Any]:
    """The row of an effect that nobody has tried to deliver yet."""
    return {
        "position": position,
        "effect_key": effect.key,
        "port": effect.port,
        "kind": effect.kind,
        "recipient": effect.to,
        "data": canonical(effect.data),
        "status": EffectStatus.PENDING.value,
        "attempts": 0,
        "due": None,
        "problem": "",
        "receipt": "",
    }


def delivery_from(row: Sequence[Any]) -> Delivery:
    """The delivery of a row: the columns of :func:`effect_values` but the position."""
    key, port, kind, recipient, data, status, attempts, due, problem, receipt = row
    return Delivery(
        effect=Effect(key=key, port=port, kind=kind, to=recipient, data=_object(data, f"effect {key}")),
        status=EffectStatus(status),
        attempts=attempts,
        due=None if due is None else datetime.fromisoformat(due),
        problem=problem,
        receipt=receipt,
    )


def moment_text(moment: datetime) -> str:
    """The moment as the text that sorts. Raises ``JournalError`` for one without a zone: its instant is unknown."""
    if moment.tzinfo is None:
        raise JournalError("MKD511", "a moment without a time zone", mend="pass an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """The text with what some database refuses, NUL and halves of a character, replaced.

    What a backend says of an attempt is foreign text; that it is odd must not keep its outcome from being recorded.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def newer(found: int, *, where: str) -> JournalError:
    """The error of a journal that a newer release has written."""
    return JournalError(
        "MKD509",
        f"the journal has tables of version {found}, this release knows {SCHEMA_VERSION}",
        where=where,
        mend="install the release of mkd that wrote it, or a newer one",
    )


def _object(text: str, name: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, TypeError):
        value = None
    if not isinstance(value, dict):
        raise JournalError(
            "MKD508", "its text was changed and is no JSON object", where=name, mend="restore the journal from a backup"
        )
    return value
