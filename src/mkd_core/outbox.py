"""What has to be delivered, under which key, and when to try again: the pure schedule.

An effect is written in one transaction with the events that caused it, and delivered at least once under its key. A
receiver that keeps keys holds each effect once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from mkd_core.errors import MkdError, Permanent, Transient


class EffectStatus(StrEnum):
    """Where a delivery stands: ``dead`` waits for a person to replay it; ``cancelled`` stays unsent.

    Cancelled is what was erased, and a day plan that a newer one has overtaken or that no roster accepts.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    CANCELLED = "cancelled"


SETTLED = frozenset({EffectStatus.DELIVERED, EffectStatus.CANCELLED})
"""What stays as it is, whatever a late answer says."""

ERASED = "erased with the private parts of its stream"
"""What is said of an effect that was cancelled by an erasure."""


@frozen(kw_only=True)
class Effect:
    """One thing to tell the world, in plain JSON values; people in it are opaque keys.

    ``key``   the idempotency key, the same at every attempt.
    ``port``  notification, payroll, schedule or events.
    ``kind``  what it is about, such as ``approved`` or ``pay_line``.
    ``to``    the person it concerns.
    """

    key: str
    port: str
    kind: str
    to: str
    data: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Delivery:
    """An effect with the history of its attempts."""

    effect: Effect
    status: EffectStatus = EffectStatus.PENDING
    attempts: int = 0
    due: datetime | None = None
    problem: str = ""
    receipt: str = ""


@frozen(kw_only=True)
class Settlement:
    """What an attempt came to: ``due`` is the next one while pending, ``problem`` one line without personal data."""

    status: EffectStatus
    at: datetime
    due: datetime | None = None
    problem: str = ""
    receipt: str = ""


@frozen(kw_only=True)
class Backoff:
    """How often and when a failed delivery is tried again: the delays in seconds, then it is dead."""

    delays: Sequence[int] = (30, 120, 600, 3600, 21600, 86400)

    def after(
        self, attempts: int, at: datetime, problem: str, *, permanent: bool = False, asked: float = 0
    ) -> Settlement:
        """The settlement of a failure; ``attempts`` counts the failed ones before it.

        ``asked`` are the seconds that the other side wants to be left alone: they may lengthen a delay, up to the
        longest one, and never shorten it.
        """
        if permanent or attempts >= len(self.delays):
            return Settlement(status=EffectStatus.DEAD, at=at, problem=problem)
        delay = max(self.delays[attempts], min(asked, max(self.delays)))
        return Settlement(status=EffectStatus.PENDING, at=at, due=at + timedelta(seconds=delay), problem=problem)

    def after_error(self, attempts: int, at: datetime, problem: MkdError) -> Settlement:
        """The settlement of what a backend or the service raised; only a ``Permanent`` one is not tried again."""
        said = f"{problem.code} {problem.message}"
        asked = problem.retry_after if isinstance(problem, Transient) else None
        return self.after(attempts, at, said, permanent=isinstance(problem, Permanent), asked=asked or 0)


def effect_key(stream: str, number: int, port: str, index: int = 0) -> str:
    """The key of the ``index``-th effect on ``port`` of an event: derived from it, so that it never changes."""
    return f"{stream}:{number}:{port}:{index}"


def cause_of(key: str) -> str:
    """The stream of the event that the effect of that key follows from."""
    return key.rsplit(":", 3)[0]


def follows_from(key: str, stream: str) -> bool:
    """Whether the effect of that key follows from an event of that stream."""
    return key.startswith(f"{stream}:") and key.count(":") == stream.count(":") + 3
