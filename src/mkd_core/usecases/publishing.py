"""What happened, told to systems that follow the journal: which effects that makes, and how one of them is delivered.

An effect names its event and holds nothing of it, so there is nothing to erase: its key is the event's name
(``person/analyst#3``), and its content is read from the journal when it is delivered, without the private part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from mkd_core.errors import JournalError, MkdError, Transient
from mkd_core.journal.chain import Record
from mkd_core.outbox import Delivery, Effect, EffectStatus, Settlement
from mkd_core.ports import Declined, Occurrence, Receipt
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


class Followers:
    """Tells those who follow the journal, in the course of one delivery of the outbox.

    One that cannot take an event now is left alone for the rest of it: a receiver that hangs must not hold up notices
    and pay, event by event.
    """

    def __init__(self, ctx: Context, now: datetime) -> None:
        self._ctx = ctx
        self._now = now
        self._resting: dict[str, Transient] = {}
        self._asked = 0

    def tell(self, delivery: Delivery) -> Settlement | None:
        """Tell every follower of the event; None where only such were left as rest, so that it stays due as it is.

        An event that all of them decline is wanted by nobody.
        """
        try:
            occurrence = _occurrence(self._ctx, delivery.effect)
        except MkdError as problem:
            return self._ctx.backoff.after_error(delivery.attempts, self._now, problem)
        before = self._asked
        told = tell(delivery, {name: name for name in self._ctx.events}, partial(self._ask, occurrence))
        if told.failures and self._asked == before:
            return None
        return told.settlement(self._ctx.backoff, delivery.attempts, self._now, unwanted=EffectStatus.CANCELLED)

    def _ask(self, occurrence: Occurrence, name: str) -> Receipt | Declined:
        if name in self._resting:
            raise self._resting[name]
        self._asked += 1
        try:
            return self._ctx.events[name].publish(occurrence)
        except Transient as problem:
            self._resting[name] = problem
            raise


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
