"""A journal in memory: the reference for every other, and what a test or a notebook uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from attrs import evolve

from mkd_core.errors import Conflict, NotFound
from mkd_core.journal.chain import GENESIS, Draft, Head, Record, seal
from mkd_core.outbox import ERASED, SETTLED, Delivery, Effect, EffectStatus, Settlement, follows_from


class MemoryJournal:
    """Keeps everything in lists; ``salt`` gives fresh random hexadecimal text, such as ``secrets.token_hex(16)``."""

    def __init__(self, salt: Callable[[], str]) -> None:
        self._salt = salt
        self._streams: dict[str, list[Record]] = {}
        self._order: list[tuple[str, int]] = []
        self._outbox: dict[str, Delivery] = {}

    def append(
        self, stream: str, expected: int, events: Sequence[Draft], effects: Sequence[Effect] = ()
    ) -> tuple[Record, ...]:
        """See :class:`mkd_core.ports.Journal`."""
        kept = self._streams.get(stream, [])
        if len(kept) != expected:
            raise conflict(stream, expected, len(kept))
        sealed: list[Record] = []
        previous = kept[-1].hash if kept else GENESIS
        for number, draft in enumerate(events, start=expected + 1):
            sealed.append(seal(draft, stream=stream, number=number, previous=previous, salt=self._salt()))
            previous = sealed[-1].hash
        self._streams[stream] = [*kept, *sealed]
        self._order += [(stream, record.number) for record in sealed]
        for effect in effects:
            self._outbox.setdefault(effect.key, Delivery(effect=effect))
        return tuple(sealed)

    def read(self, stream: str, after: int = 0) -> Sequence[Record]:
        """See :class:`mkd_core.ports.Journal`."""
        return tuple(self._streams.get(stream, [])[after:])

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """See :class:`mkd_core.ports.Journal`."""
        for position, (stream, number) in enumerate(self._order[after:], start=after + 1):
            yield position, self._streams[stream][number - 1]

    def due(self, now: datetime, limit: int = 100, ports: Collection[str] | None = None) -> Sequence[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        waiting = [
            delivery
            for delivery in self._outbox.values()
            if delivery.status is EffectStatus.PENDING
            and (delivery.due is None or delivery.due <= now)
            and (ports is None or delivery.effect.port in ports)
        ]
        return tuple(waiting[:limit])

    def settle(self, key: str, settlement: Settlement) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        if key not in self._outbox:
            raise unknown_effect(key)
        delivery = self._outbox[key]
        if delivery.status in SETTLED:
            return
        self._outbox[key] = evolve(
            delivery,
            status=settlement.status,
            attempts=delivery.attempts + 1,
            due=settlement.due,
            problem=settlement.problem,
            receipt=settlement.receipt,
        )

    def deliveries(self, status: EffectStatus | None = None, stream: str | None = None) -> Iterator[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        for delivery in list(self._outbox.values()):
            of_stream = stream is None or follows_from(delivery.effect.key, stream)
            if of_stream and (status is None or delivery.status is status):
                yield delivery

    def replay(self, key: str) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        if key not in self._outbox:
            raise unknown_effect(key)
        if self._outbox[key].status is EffectStatus.DEAD:
            self._outbox[key] = evolve(self._outbox[key], status=EffectStatus.PENDING, attempts=0, due=None)

    def erase(self, stream: str) -> int:
        """See :class:`mkd_core.ports.Journal`."""
        kept = self._streams.get(stream, [])
        self._streams[stream] = [evolve(record, salt=None, private=None) for record in kept]
        for key, delivery in self._outbox.items():
            if follows_from(key, stream):
                self._outbox[key] = _blank(delivery)
        return sum(record.private is not None for record in kept)

    def head(self) -> Head:
        """See :class:`mkd_core.ports.Journal`."""
        return Head({stream: (kept[-1].number, kept[-1].hash) for stream, kept in self._streams.items() if kept})


def _blank(delivery: Delivery) -> Delivery:
    blank = evolve(delivery, effect=evolve(delivery.effect, data={}))
    if delivery.status in SETTLED:
        return blank
    return evolve(blank, status=EffectStatus.CANCELLED, due=None, problem=ERASED)


def conflict(stream: str, expected: int, found: int) -> Conflict:
    """The error of a stale version, the same from every journal."""
    return Conflict(
        "MKD501",
        f"the stream has {found} events, the command was decided on {expected}",
        where=stream,
        mend="read it again and repeat the command",
    )


def unknown_effect(key: str) -> NotFound:
    """The error of a key that is in no outbox, the same from every journal."""
    return NotFound("MKD506", f"no effect has the key {key!r}", mend="mkd outbox list shows the keys")
