"""What a unit is given decides its requests, stands in the record, and is asked for again by a replay."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mkd_core import AgreementService, History
from mkd_core.events import Given
from mkd_core.language.parameters import read_parameter
from mkd_core.policy import AssignedValue, Assignment, Assignments, Period, Source

DECREE = Source(title="Keputusan Kepala Bidang 1/2023", kind="directive", read="practice")
JUNE = Period(date(2023, 6, 1), date(2024, 6, 1))


def given(scope: str, days: int | None = None, policies: History | None = None, period: Period = JUNE) -> Assignment:
    parameters = {} if days is None else {"max_remote_days": AssignedValue(parameter=read_parameter(days))}
    return Assignment(scope=scope, source=DECREE, period=period, policies=policies, parameters=parameters)


def again(world: Any, *assignments: Assignment) -> AgreementService:
    """The same journal, opened with other assignments."""
    return AgreementService(
        journal=world.journal,
        identity=world.identity,
        policies=world.policies,
        hours=world.hours,
        assignments=Assignments(assignments) if assignments else None,
    )


def test_a_division_may_allow_fewer_days_than_the_policy(worlds: Any) -> None:
    """Two days are fine in the agency, and one too many where the division was given one."""
    world = worlds(assignments=Assignments([given("planning", 1)]))
    draft = world.propose(remote=2)

    world.refused("MKD410", world.service.submit, draft.id, by="analyst", at=world.at(6, 20))

    assert world.submitted("clerk", remote=2).latest.verdict.given == ()


def test_scope_and_numbers_stand_in_the_record(worlds: Any) -> None:
    """Submission and vote both keep whose numbers decided; the journal gives them back."""
    world = worlds(assignments=Assignments([given("planning", 3), given("agency", 2)]))
    agreement = world.approved()

    events = [happened.event for happened in world.service.history(agreement.id)]
    verdicts = [event.verdict for event in events if getattr(event, "verdict", None)]

    assert len(verdicts) == 2
    for verdict in verdicts:
        assert verdict.scopes == ("planning", "agency")
        assert verdict.given == (
            Given(parameter="max_remote_days", value=3, scope="planning", source="Keputusan Kepala Bidang 1/2023"),
        )


def test_a_replay_asks_for_what_the_unit_was_given(worlds: Any) -> None:
    """With the same assignments every decision is the same again, though the policy itself has another number."""
    world = worlds(assignments=Assignments([given("planning", 3)]))
    agreement = world.approved()

    assert [one.again.same for one in world.service.replay(agreement.id)] == [True, True]


@pytest.mark.parametrize("now", [(), (given("planning", 1),)])
def test_a_replay_finds_numbers_that_were_changed_since(worlds: Any, now: tuple[Assignment, ...]) -> None:
    """An assignment that was taken away, or got another number, is a difference that is named."""
    world = worlds(assignments=Assignments([given("planning", 3)]))
    agreement = world.approved()

    found = again(world, *now).replay(agreement.id)

    differences = {each.what: (each.then, each.now) for each in found[0].again.differences}
    assert differences["given"] == ("max_remote_days = 3", "max_remote_days = 1" if now else "")
    assert "parameters" in differences


def test_a_replay_does_not_follow_the_person_into_another_unit(worlds: Any) -> None:
    """The scopes are those of then: who moved since was decided by the numbers of the old unit."""
    world = worlds(assignments=Assignments([given("planning", 3), given("counter", 1)]))
    agreement = world.approved()
    world.identity.change("analyst", unit="counter")

    assert [one.again.same for one in world.service.replay(agreement.id)] == [True, True]


def test_a_unit_with_a_policy_of_its_own_refuses_by_its_grounds(worlds: Any, both_steps: str) -> None:
    """The closed list of grounds is that of the unit's policy, which also decides and routes."""
    text = '[refusal]\ngrounds = ["service"]\n'
    own = worlds(both_steps, extra=text).policies
    world = worlds(assignments=Assignments([given("planning", policies=own)]))
    request = world.submitted()
    vote = {"by": "data-head", "at": world.at(6, 21), "reason": "no"}

    world.refused("MKD414", world.service.refuse, request.id, ground="mood", **vote)

    assert [step.id for step in request.latest.route] == ["superior", "agency"]
    assert request.latest.verdict.scopes == ("planning",)
    assert world.service.refuse(request.id, ground="service", **vote).latest.state == "refused"


def test_what_holds_for_a_unit_can_be_asked(worlds: Any) -> None:
    """The policy of a unit on a date, and the assignments behind it."""
    service = worlds(assignments=Assignments([given("planning", 3)])).service

    inside = service.policy_for("data", date(2023, 6, 20))

    assert [each.value for each in inside.given] == [3]
    assert [each.scope for each in service.assigned("data", date(2023, 6, 20))] == ["planning"]
    assert service.policy_for("counter", date(2023, 6, 20)).given == ()
    assert service.policy_for("data", date(2024, 6, 1)).given == ()
