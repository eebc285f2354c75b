"""What ``mkd plugins doctor`` finds of the journal: its chain, what is stuck in its outbox, the clock beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from mkd_core.journal import Head, Record, Verifier
from mkd_core.outbox import Delivery, EffectStatus
from mkd_core.ports import Journal
from mkd_plugins.cli.plugins.finding import Finding, broken
from mkd_plugins.words import say

PATIENCE: Final = timedelta(days=2)
"""How long something may wait in the outbox before it is stuck: longer than all attempts together take."""

AHEAD: Final = timedelta(minutes=5)
"""How far the last event may lie ahead of the clock of this machine."""

_SHOWN: Final = 3


def store(
    kept: Journal,
    records: Iterable[tuple[int, Record]],
    *,
    head: Head | None,
    served: Collection[str],
    now: datetime,
    language: str,
) -> Iterator[Finding]:
    """All of it, from one reading; ``served`` are the ports that have a backend, for nothing else counts as stuck."""
    pending = list(kept.deliveries(EffectStatus.PENDING))
    asked = {_origin(each) for each in pending if each.effect.port in served}
    since: dict[str, datetime] = {}
    verifier, last = Verifier(head), None
    for _, record in records:
        verifier.check(record)
        moment = datetime.fromisoformat(record.at)
        last = moment if last is None else max(last, moment)
        if record.name in asked:
            since[record.name] = moment
    yield _chain(verifier, language)
    late = sum(now - since.get(_origin(each), now) > PATIENCE for each in pending)
    dead = sum(1 for _ in kept.deliveries(EffectStatus.DEAD))
    if dead:
        yield broken("outbox", "MKD523", say("doctor_dead", language, count=dead))
    if late:
        yield broken("outbox", "MKD524", say("doctor_late", language, count=late, days=PATIENCE.days))
    if not dead and not late:
        yield Finding(part="outbox", line=say("doctor_waiting", language, count=len(pending)))
    yield _clock(now if last is None else last, now, language)


def _origin(delivery: Delivery) -> str:
    """The name of the event that the effect follows from."""
    return "#".join(delivery.effect.key.rsplit(":", 3)[:2])


def _chain(verifier: Verifier, language: str) -> Finding:
    faults = verifier.finish()
    if faults:
        more = f"; {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        return broken("journal", "MKD520", "; ".join(map(str, faults[:_SHOWN])) + more)
    told = verifier.head
    line = say("doctor_verified", language, events=verifier.events, streams=len(told.streams), head=told.digest[:12])
    return Finding(part="journal", line=line)


def _clock(last: datetime, now: datetime, language: str) -> Finding:
    said = now.astimezone().isoformat(timespec="seconds")
    if last - now > AHEAD:
        line = say("doctor_behind", language, now=said, last=last.astimezone().isoformat(timespec="seconds"))
        return broken("clock", "MKD525", line)
    return Finding(part="clock", line=said)
