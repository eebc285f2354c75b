"""A recorded decision is decided again as it was, or is told what has changed since."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from mkd_core import AgreementService, History, OfficeHours, Week
from mkd_core.events import ErasureReason
from mkd_core.policy import Period
from mkd_core.ports import Season
from mkd_plugins.testing.fakes import FakeCalendar

RAMADAN = Season(name="ramadan", first=date(2024, 3, 12), last=date(2024, 4, 9))
OVERLAY = (
    "evening = { value = 17:00:00 }\n"
    '[[overlays]]\nseason = "ramadan"\nparameters = { evening = 15:30:00 }\nsource = "ours"\n'
)


def again(world: Any, policies: Any) -> AgreementService:
    """The same journal, opened with other policy files."""
    return AgreementService(journal=world.journal, identity=world.identity, policies=policies, hours=world.hours)


def said(found: Any) -> list[list[str]]:
    return [[difference.what for difference in one.again.differences] for one in found]


def test_every_decision_is_the_same_again(world: Any) -> None:
    """The submission and the vote are decided as they were, by the facts of then, whatever is so now."""
    agreement = world.approved()
    world.identity.change("analyst", facts={"applicant.rating": "poor"})
    before = world.journal.head()

    found = world.service.replay(agreement.id)

    assert [(one.event, one.verdict.outcome) for one in found] == [
        ("AgreementSubmitted", "approve"),
        ("VoteCast", "approve"),
    ]
    assert all(one.again.same for one in found)
    assert world.journal.head() == before


def test_a_referred_decision_is_the_same_again(world: Any) -> None:
    """What was missing then is missing in the replay, too."""
    world.identity.change("analyst", facts={"applicant.rating": None})
    agreement = world.submitted()

    (found,) = world.service.replay(agreement.id)

    assert found.again.same
    assert found.again.decision.to_brief()["undetermined"] == ["rating"]


def test_a_file_edited_under_its_old_version_is_found_out(world: Any, worlds: Any) -> None:
    """The outcome is the same, and still it is said that the rules are not those that decided."""
    agreement = world.approved()
    edited = worlds(rules={"days": ("agreement.remote_days < parameter.max_remote_days", "refuse")})

    found = again(world, edited.policies).replay(agreement.id)

    assert said(found) == [["rules"], ["rules"]]
    assert found[0].again.decision.outcome.value == "approve"


def test_layout_and_reasons_are_no_change(world: Any, worlds: Any) -> None:
    """A rule written over two lines is the same rule."""
    agreement = world.approved()
    laid_out = worlds(rules={"days": ("agreement.remote_days<=  parameter.max_remote_days", "refuse")})

    assert all(one.again.same for one in again(world, laid_out.policies).replay(agreement.id))


def test_an_edited_rule_that_decides_otherwise_says_how(world: Any, worlds: Any) -> None:
    """Outcome and rules are told as they were and as they are."""
    agreement = world.submitted()
    edited = worlds(rules={"days": ("agreement.remote_days <= 1", "refuse")})

    (found,) = again(world, edited.policies).replay(agreement.id)

    assert [each.in_words("en") for each in found.again.differences[1:]] == [
        "the outcome differs: approve → refuse",
        "other rules fail: - → days",
    ]
    assert found.again.differences[1].in_words("id") == "hasilnya lain: approve → refuse"


def test_a_changed_parameter_of_a_season_is_found_out(worlds: Any) -> None:
    """The season whose variant decided is decided again with its parameters of now."""
    hours = OfficeHours(
        standard=Week.parse(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "07:30-16:00 office 60")), source="ours"
    )
    rules = {"evening": ("agreement.latest_end <= parameter.evening", "refer")}
    calendar = FakeCalendar(seasons=[RAMADAN])
    world = worlds(rules=rules, extra=OVERLAY, hours=hours, calendar=calendar)
    agreement = world.submitted()
    later = worlds(rules=rules, extra=OVERLAY.replace("15:30:00", "16:30:00"), hours=hours, calendar=calendar)

    (same,) = world.service.replay(agreement.id)
    (found,) = again(world, later.policies).replay(agreement.id)

    assert (same.verdict.season, same.again.same) == ("ramadan", True)
    assert [each.what for each in found.again.differences] == ["parameters", "outcome", "failed"]


def test_another_version_of_the_day_is_named(world: Any) -> None:
    """Where another version is in force on that day by now, both are named, and the new one decides."""
    agreement = world.submitted()
    renamed = evolve(world.policies.documents[0], version="2")

    (found,) = again(world, History([renamed])).replay(agreement.id)

    assert [each.to_data() for each in found.again.differences] == [
        {"what": "version", "then": "check 1", "now": "check 2"}
    ]


def test_a_day_without_a_policy_is_said(world: Any) -> None:
    """A history that begins later cannot decide it again, and says so."""
    agreement = world.submitted()
    late = evolve(world.policies.documents[0], period=Period(date(2024, 1, 1)))

    (found,) = again(world, History([late])).replay(agreement.id)

    assert found.again.decision is None
    assert [each.what for each in found.again.differences] == ["policy"]


def test_erased_facts_are_said(world: Any) -> None:
    """What was erased cannot be decided again; that the rules are the same is checked all the same."""
    agreement = world.approved()
    world.service.end(agreement.id, since=date(2023, 8, 1), by="analyst", at=world.at(7, 31))
    world.service.erase("analyst", reason=ErasureReason.RETENTION, by="hr", at=world.at(8, 5))

    found = world.service.replay(agreement.id)

    assert said(found) == [["facts"], ["facts"]]
    assert all(one.again.decision is None for one in found)


def test_without_a_policy_nothing_is_replayed(world: Any) -> None:
    """A service without policies says so."""
    agreement = world.submitted()
    service = AgreementService(journal=world.journal, identity=world.identity)

    world.refused("MKD408", service.replay, agreement.id)


@pytest.mark.parametrize("moment", ["request", "vote"])
def test_each_decision_is_replayed_at_its_moment(world: Any, moment: str) -> None:
    """The vote is decided with the rules on who approves, the request without."""
    agreement = world.approved()

    found = next(one for one in world.service.replay(agreement.id) if one.verdict.moment == moment)

    assert found.again.decision.policy.moment == moment
