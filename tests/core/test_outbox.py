"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from mkd_core import Permanent, Transient
from mkd_core.outbox import Backoff, EffectStatus

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
PAUSES = Backoff(delays=(30, 600))


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(None, 30), (0.0, 30), (29.0, 30), (90.0, 90), (600.0, 600), (86_400.0, 600)],
    ids=["says nothing", "says now", "says less", "says more", "says the longest", "says more than that"],
)
def test_a_system_that_asks_to_be_left_alone_is_left_alone(asked: float | None, waits: float) -> None:
    """It may lengthen a pause up to the longest one, and never shorten it."""
    settled = PAUSES.after_error(0, AT, Transient("busy", retry_after=asked))

    assert settled.due == AT + timedelta(seconds=waits)


@pytest.mark.parametrize("problem", [Permanent("no"), Transient("busy", retry_after=90.0)])
def test_after_the_last_pause_it_waits_for_a_person_whatever_is_asked(problem: Permanent | Transient) -> None:
    """What is wrong for good waits at once."""
    attempts = 0 if isinstance(problem, Permanent) else 2

    assert PAUSES.after_error(attempts, AT, problem).status is EffectStatus.DEAD
