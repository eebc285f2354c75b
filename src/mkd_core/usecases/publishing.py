"""What happened, told to systems that follow the journal: which effects that makes, and how one of them is delivered.

An effect names its event and holds nothing of it, so there is nothing to erase: its key is the event's name
(``person/analyst#3``), and its content is read from the journal when it is delivered, without the private part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mkd_core.errors import JournalError, MkdError
from mkd_core.journal.chain import Record
from mkd_core.outbox import Delivery, Effect, EffectStatus, Settlement
from mkd_core.ports import Occurrence
from mkd_core.usecases.telling import tell

if TYPE_CHECKING:
    from mkd_core.usecases.context import Context

PORT = "events"


def announcements(stream: str, person: str, first: int, events: Sequence[Any]) -> list[Effect]:
    """One effect an event of a stream, numbered from ``first`` on; ``person`` is whom they concern."""
    return [
        Effect(key=f"{stream}#{number}", port=PORT, kind=type(event).__name__, to=person)
        for number, event in enumerate(events, start=first)
    ]


def publish(ctx: Context, delivery: Delivery, now: datetime) -> Settlement:
    """Tell every backend of the event; one that all of them decline is wanted by nobody."""
    try:
        occurrence = _occurrence(ctx, delivery.effect)
    except MkdError as problem:
        return ctx.backoff.after_error(delivery.attempts, now, problem)
    told = tell(delivery, ctx.events, lambda backend: backend.publish(occurrence))
    return told.settlement(ctx.backoff, delivery.attempts, now, unwanted=EffectStatus.CANCELLED)


def _occurrence(ctx: Context, effect: Effect) -> Occurrence:
    record = _record(ctx, effect.key)
    agreement = record.data.get("agreement")
    return Occurrence(
        key=effect.key,
        stream=record.stream,
        number=record.number,
        kind=record.type,
        schema=record.schema,
        at=datetime.fromisoformat(record.at),
        by=record.by,
        person=effect.to,
        agreement=agreement if isinstance(agreement, str) else "",
        data=record.data,
    )


def _record(ctx: Context, name: str) -> Record:
    stream, _, number = name.rpartition("#")
    if stream and number.isdecimal():
        for record in ctx.journal.read(stream, int(number) - 1):
            return record
    raise JournalError("MKD516", "the journal has no such event", where=name)
