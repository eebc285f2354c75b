"""One effect to several backends: all that accept get it, each once, also over retries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from attrs import evolve, field, frozen

from mkd_core.errors import MkdError, Permanent
from mkd_core.journal.chain import canonical
from mkd_core.outbox import Backoff, Delivery, EffectStatus, Settlement
from mkd_core.ports import Declined, Receipt

B = TypeVar("B")


@frozen
class Told:
    """What the backends answered: who has it, by name with its reference, why others declined, and what failed."""

    taken: dict[str, str] = field(factory=dict)
    declined: list[str] = field(factory=list)
    failures: list[MkdError] = field(factory=list)

    def settlement(self, backoff: Backoff, attempts: int, now: datetime, *, unwanted: EffectStatus) -> Settlement:
        """How the delivery stands now; ``unwanted`` is what becomes of an effect that everybody declined.

        While a backend fails the receipt says who has it already, so that a retry does not send it there again.
        """
        if self.failures:
            worth_a_retry = next((one for one in self.failures if not isinstance(one, Permanent)), self.failures[0])
            failed = backoff.after_error(attempts, now, worth_a_retry)
            said = "; ".join(dict.fromkeys(f"{one.code} {one.message}" for one in self.failures))
            return evolve(failed, problem=said, receipt=canonical(self.taken) if self.taken else "")
        if not self.taken:
            reasons = "; ".join(dict.fromkeys(self.declined))
            return Settlement(status=unwanted, at=now, problem=f"nobody accepted it: {reasons}")
        receipt = " ".join(filter(None, self.taken.values()))
        return Settlement(status=EffectStatus.DELIVERED, at=now, receipt=receipt)


def tell(delivery: Delivery, backends: Mapping[str, B], send: Callable[[B], Receipt | Declined]) -> Told:
    """Send it to every backend that does not have it from an earlier attempt; one that fails stops no other."""
    told = Told(taken=_taken_before(delivery))
    for name, backend in backends.items():
        if name in told.taken:
            continue
        try:
            answer = send(backend)
        except MkdError as problem:
            told.failures.append(problem)
            continue
        if isinstance(answer, Declined):
            told.declined.append(answer.reason)
        else:
            told.taken[name] = answer.reference
    return told


def _taken_before(delivery: Delivery) -> dict[str, str]:
    """The backends that took it at an earlier attempt, each with its reference."""
    try:
        taken = json.loads(delivery.receipt or "{}")
    except ValueError:
        return {}
    return {str(name): str(reference) for name, reference in taken.items()} if isinstance(taken, dict) else {}
