"""Recorded decisions on an agreement, decided again on the facts that were kept beside the journal's chain."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from mkd_core.errors import CommandRefused, PolicyError
from mkd_core.events import (
    AgreementDecreed,
    AgreementSubmitted,
    DecisionRecorded,
    Happened,
    ReviewOpened,
    Verdict,
    VoteCast,
)
from mkd_core.usecases.context import Context
from mkd_core.usecases.reading import history
from mkd_core.usecases.scoping import policy_then
from mkd_core.usecases.stretches import Stretch

if TYPE_CHECKING:
    from mkd_core.policy.replaying import Replayed


@frozen(kw_only=True)
class DecidedThen:
    """A decision of the past: the event that keeps it, what the policy said, and what it says of the same facts now."""

    number: int
    event: str
    at: datetime
    verdict: Verdict
    again: Replayed


def replay(ctx: Context, agreement: str) -> tuple[DecidedThen, ...]:
    """Every decision that was recorded for the agreement, decided again, in order; nothing is written.

    Raises ``NotFound`` for an unknown agreement, ``CommandRefused`` (MKD408) when the service was given no policies.
    """
    if ctx.policies is None:
        raise CommandRefused("MKD408", "the service was given no policy to decide by", mend="give it policies=")
    return tuple(
        DecidedThen(
            number=item.number,
            event=type(item.event).__name__,
            at=item.at,
            verdict=item.event.verdict,
            again=_again(ctx, item),
        )
        for item in history(ctx, agreement)
        if isinstance(item.event, AgreementSubmitted | VoteCast | ReviewOpened | DecisionRecorded | AgreementDecreed)
        and item.event.verdict is not None
    )


def _again(ctx: Context, item: Happened) -> Replayed:
    from mkd_core.policy.replaying import Recorded, replay, without_policy

    verdict: Verdict = item.event.verdict
    recorded = Recorded(
        policy=verdict.policy,
        version=verdict.version,
        on=verdict.on,
        outcome=verdict.outcome,
        facts=item.event.facts,
        moment="vote" if verdict.moment == "vote" else "request",
        failed=verdict.failed,
        undetermined=verdict.undetermined,
        fingerprint=verdict.fingerprint,
        given={each.parameter: each.value for each in verdict.given},
    )
    try:
        policy = policy_then(ctx, verdict)
        return replay(recorded, Stretch(verdict.season, verdict.dated).policy(policy, verdict.on))
    except PolicyError as error:
        return without_policy(recorded, error)
