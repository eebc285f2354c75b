"""Work and results: reported by the employee, verified by the superior, disputed where they disagree."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

ON = date(2023, 7, 4)


@pytest.fixture
def agreed(world):
    """An agreement in force since 3 July with one target that asks for evidence."""
    return world.approved()


def activity(world, agreement, **changes):
    given = {"on": ON, "minutes": 120, "description": "read gauges", "by": "analyst", "at": world.at(7, 5)}
    return world.service.report_activity(agreement.id, **{**given, **changes})


def result(world, agreement, **changes):
    given = {"target": "t1", "on": ON, "value": Decimal(4), "by": "analyst", "at": world.at(7, 5), "evidence": "scan"}
    return world.service.report_result(agreement.id, **{**given, **changes})


class TestActivities:
    def test_minutes_are_reported_and_verified(self, world, agreed):
        """The superior accepts the minutes, or fewer; 0 rejects them; until then they wait."""
        done = activity(world, agreed, target="t1")
        assert (done.activity.id, done.accepted) == ("a1", None)

        verify = world.service.verify_activity
        accepted = [
            verify(agreed.id, "a1", by="data-head", at=world.at(7, 6), minutes=minutes).accepted
            for minutes in (None, 100, 0)
        ]

        assert accepted == [120, 100, 0]

    def test_only_the_applicant_reports(self, world, agreed):
        """Nobody reports another's work."""
        world.refused("MKD421", activity, world, agreed, by="data-head")

    def test_only_the_superior_verifies(self, world, agreed):
        """Nobody verifies their own work, and HR does not stand in for the superior."""
        activity(world, agreed)
        verify = world.service.verify_activity

        world.refused("MKD420", verify, agreed.id, "a1", by="analyst", at=world.at(7, 6))
        world.refused("MKD421", verify, agreed.id, "a1", by="hr", at=world.at(7, 6))

    def test_more_than_was_reported_is_not_accepted(self, world, agreed):
        """Neither more minutes than reported, nor fewer than none."""
        activity(world, agreed)

        for minutes in (121, -1):
            world.refused(
                "MKD227",
                world.service.verify_activity,
                agreed.id,
                "a1",
                by="data-head",
                at=world.at(7, 6),
                minutes=minutes,
            )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"on": date(2023, 7, 6)}, "MKD229"),
            ({"on": date(2023, 7, 2)}, "MKD429"),
            ({"minutes": 0}, "MKD222"),
            ({"minutes": 1441}, "MKD222"),
            ({"target": "t9"}, "MKD432"),
        ],
    )
    def test_what_cannot_have_been_is_refused(self, world, agreed, changes, code):
        """A day to come, a day without agreement, no minutes, more than a day has, an unknown target."""
        world.refused(code, activity, world, agreed, **changes)

    def test_a_day_has_1440_minutes_over_all_activities(self, world, agreed):
        """Several reports of one day add up."""
        activity(world, agreed, minutes=1400)

        world.refused("MKD222", activity, world, agreed, minutes=41)
        assert activity(world, agreed, minutes=40).activity.id == "a2"

    def test_what_was_rejected_leaves_room_in_the_day(self, world, agreed):
        """A whole day reported by mistake does not keep the work of that day from being reported, or add to it."""
        mistaken = activity(world, agreed, minutes=1440)
        verify = partial(world.service.verify_activity, agreed.id, by="data-head", at=world.at(7, 5))
        verify(mistaken.activity.id, minutes=0)

        verify(activity(world, agreed, minutes=400).activity.id)

        world.refused("MKD222", verify, mistaken.activity.id, minutes=1041)

    def test_an_unknown_activity_is_said_with_those_that_are_known(self, world, agreed):
        """Also one that belongs to another agreement is not found in this one."""
        activity(world, agreed)

        error = world.refused(
            "MKD432", world.service.verify_activity, agreed.id, "a2", by="data-head", at=world.at(7, 6)
        )
        assert error.mend == "known: a1"


class TestResults:
    def test_a_result_is_reported_verified_disputed_and_settled(self, world, agreed):
        """What the superior verifies differently the employee may dispute; verifying again settles it."""
        assert result(world, agreed).result.id == "r1"
        verify, dispute = world.service.verify_result, world.service.dispute_result
        lower = verify(agreed.id, "r1", by="data-head", at=world.at(7, 6), value=Decimal(3), note="one is a copy")
        assert (lower.accepted, lower.disputed) == (Decimal(3), False)
        disputed = dispute(agreed.id, "r1", by="analyst", at=world.at(7, 6), note="it is not")
        assert (disputed.accepted, disputed.disputed) == (Decimal(3), True)
        assert [task.kind for task in world.service.inbox("data-head", at=world.at(7, 6))] == ["verify_result"]

        settled = verify(agreed.id, "r1", by="data-head", at=world.at(7, 7))

        assert (settled.accepted, settled.disputed) == (Decimal(4), False)

    def test_evidence_is_owed_where_the_target_asks_for_it(self, world, agreed):
        """Without it the report is refused, and told what to show."""
        assert world.refused("MKD228", result, world, agreed, evidence="").mend == "show: the file"

    def test_a_target_that_asks_for_none_needs_no_evidence(self, world):
        """Whether the target is measurable without is the policy's business."""
        agreement = world.approved(targets=[world.target(evidence="")])

        assert result(world, agreement, evidence="").result.value == Decimal(4)

    def test_what_was_not_verified_cannot_be_disputed(self, world, agreed):
        """A dispute is about what the superior said."""
        result(world, agreed)

        world.refused(
            "MKD430", world.service.dispute_result, agreed.id, "r1", by="analyst", at=world.at(7, 6), note="n"
        )

    def test_an_unknown_result_is_said(self, world, agreed):
        """A result of another name, or of another agreement."""
        world.refused("MKD432", world.service.verify_result, agreed.id, "r1", by="data-head", at=world.at(7, 6))
        world.refused("MKD432", result, world, agreed, target="t2")

    def test_only_the_employee_disputes(self, world, agreed):
        """The superior verifies again instead."""
        result(world, agreed)

        world.refused(
            "MKD421", world.service.dispute_result, agreed.id, "r1", by="data-head", at=world.at(7, 6), note="n"
        )

    def test_what_an_ended_agreement_covered_can_still_be_reported(self, world, agreed):
        """After the end the days before it are open until their period is closed."""
        world.service.end(agreed.id, since=date(2023, 7, 5), by="analyst", at=world.at(7, 5))

        assert activity(world, agreed, at=world.at(7, 8)).activity.on == ON
        world.refused("MKD429", activity, world, agreed, on=date(2023, 7, 5), at=world.at(7, 8))


def test_a_closed_period_stays_closed(world, agreed):
    """What lies in it is neither reported, nor verified, nor disputed any more."""
    activity(world, agreed)
    result(world, agreed)
    world.service.verify_result(agreed.id, "r1", by="data-head", at=world.at(7, 6))
    world.service.close_period("analyst", "2023-07", by="data-head", at=world.at(8, 1))

    world.refused("MKD431", activity, world, agreed, at=world.at(8, 2))
    world.refused("MKD431", result, world, agreed, at=world.at(8, 2))
    world.refused("MKD431", world.service.verify_activity, agreed.id, "a1", by="data-head", at=world.at(8, 2))
    world.refused("MKD431", world.service.verify_result, agreed.id, "r1", by="data-head", at=world.at(8, 2))
    world.refused("MKD431", world.service.dispute_result, agreed.id, "r1", by="analyst", at=world.at(8, 2), note="n")
    assert activity(world, agreed, on=date(2023, 8, 1), at=world.at(8, 2)).activity.id == "a2"


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "1e999999"])
def test_what_is_no_number_is_no_result(world, agreed, value):
    """A value that cannot be counted would keep the whole period from being closed."""
    world.refused("MKD221", result, world, agreed, value=Decimal(value))
    result(world, agreed)
    verify = world.service.verify_result
    world.refused("MKD221", verify, agreed.id, "r1", by="data-head", at=world.at(7, 6), value=Decimal(value))
