"""No command keeps a text that nobody would read, and none keeps half of one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mkd_core.texts import MOST_CHARACTERS

SINCE = date(2023, 7, 5)
LONG = "x" * (MOST_CHARACTERS + 1)


@pytest.mark.parametrize("text", ["reason", "evidence", "work_plan"])
def test_a_request_with_an_endless_text_is_not_kept(world: Any, text: str) -> None:
    """Nothing is on record of it, and the field is named; one character less is kept."""
    before = world.journal.head()

    told = world.refused("MKD268", world.propose, **{text: LONG})

    assert (told.where, world.journal.head()) == (text, before)
    assert world.propose(**{text: LONG[1:]}).latest.number == 1


def test_what_is_said_about_a_request_is_limited_too(world: Any) -> None:
    """Votes, consultations, ends and attestations: whoever writes has the same limit."""
    service = world.service
    submitted, held = world.submitted(), world.approved("statistician")
    data_head: dict[str, Any] = {"by": "data-head", "at": world.at(7, 4)}
    before = world.journal.head()

    told = [
        world.refused("MKD268", service.approve, submitted.id, reason=LONG, **data_head),
        world.refused("MKD268", service.refuse, submitted.id, reason=LONG, **data_head),
        world.refused("MKD268", service.send_back, submitted.id, reason=LONG, **data_head),
        world.refused("MKD268", service.suspend, held.id, since=SINCE, reason=LONG, **data_head),
        world.refused("MKD268", service.revoke, held.id, since=SINCE, reason=LONG, **data_head),
        world.refused(
            "MKD268", service.attest, "analyst", "applicant.equipment_ready", True, evidence=LONG, **data_head
        ),
    ]

    assert {each.where for each in told} == {"reason", "evidence"}
    assert world.journal.head() == before
