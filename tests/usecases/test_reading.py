"""Questions: what waits for whom, where somebody works on a date, and who is at the office when."""

from datetime import date
from decimal import Decimal

import pytest

from mkd_core import AgreementService
from mkd_core.errors import Transient
from mkd_core.worktime import LONGEST


def tasks(world, person, *, day=21, month=6):
    return [(task.kind, task.agreement, task.item) for task in world.service.inbox(person, at=world.at(month, day))]


class TestTheInbox:
    def test_a_draft_waits_for_the_superiors_consent(self, world):
        """The superior sees targets that are not agreed yet; nobody else does."""
        world.propose()

        assert tasks(world, "data-head") == [("consent", "analyst.1", "")]
        assert tasks(world, "analyst") == []
        assert tasks(world, "clerk") == []

    def test_a_request_waits_for_a_vote_until_it_was_cast(self, world):
        """The vote is the consent, so it is one task and not two."""
        agreement = world.submitted()
        (task,) = world.service.inbox("data-head", at=world.at(6, 21))
        assert (task.kind, task.item, task.due, task.applicant) == ("vote", "superior", date(2023, 6, 27), "analyst")

        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))

        assert tasks(world, "data-head") == []

    def test_countered_targets_wait_for_the_employee(self, world):
        """Also while the request is on its route."""
        agreement = world.submitted()
        world.service.counter(agreement.id, targets=[world.target(value="9")], by="data-head", at=world.at(6, 21))

        assert tasks(world, "analyst") == [("consent", "analyst.1", "")]

    def test_work_and_results_wait_for_verification(self, world):
        """Until the superior has looked at them."""
        agreement = world.approved()
        given = {"on": date(2023, 7, 4), "by": "analyst", "at": world.at(7, 5)}
        world.service.report_activity(agreement.id, minutes=60, description="d", **given)
        world.service.report_result(agreement.id, target="t1", value=Decimal(1), evidence="e", **given)
        assert tasks(world, "data-head", month=7, day=6) == [
            ("verify_activity", "analyst.1", "a1"),
            ("verify_result", "analyst.1", "r1"),
        ]

        world.service.verify_activity(agreement.id, "a1", by="data-head", at=world.at(7, 6))
        world.service.verify_result(agreement.id, "r1", by="data-head", at=world.at(7, 6))

        assert tasks(world, "data-head", month=7, day=6) == []

    def test_the_earliest_deadline_comes_first(self, world):
        """What has no deadline comes last."""
        world.submitted("statistician", on=world.at(6, 21))
        world.submitted("analyst")
        world.propose("analyst")

        assert [(kind, name) for kind, name, _ in tasks(world, "data-head")] == [
            ("vote", "analyst.1"),
            ("vote", "statistician.1"),
            ("consent", "analyst.2"),
        ]

    def test_somebody_who_left_does_not_close_everybodys_inbox(self, world):
        """Whom identity denies has no superior any more; the others' tasks stay."""
        world.propose("statistician")
        world.submitted("analyst")
        world.identity.denied["statistician"] = "left"

        assert tasks(world, "data-head") == [("vote", "analyst.1", "superior")]

    def test_identity_is_asked_about_nobody_for_whom_nothing_is_open(self, world):
        """An inbox stays quick when thousands of agreements are in force, and open while identity is away."""
        world.approved()
        world.identity.failing = Transient("the directory is down")

        assert tasks(world, "data-head") == []


class TestTheDay:
    def test_without_an_agreement_the_office_hours_hold(self, world):
        """The day says why: it is the office's standard."""
        day = world.service.day("clerk", date(2023, 7, 3), at=world.at(7, 1))

        assert (day.basis, [str(window) for window in day.windows]) == ("standard", ["07:30-16:00 office 60"])

    def test_without_hours_nothing_is_known(self, worlds):
        """No guess is made."""
        day = worlds(hours=None).service.day("clerk", date(2023, 7, 3), at=worlds().at(7, 1))

        assert (day.basis, day.windows) == ("unknown", ())

    def test_a_holiday_beats_every_plan(self, worlds):
        """Also under an agreement; without a calendar there are no holidays."""
        world = worlds()
        world.approved(plan=world.plan(anchor=date(2023, 6, 19)))
        plain = AgreementService(journal=world.journal, identity=world.identity, hours=world.hours)

        day = world.service.day("analyst", date(2023, 6, 29), at=world.at(6, 22))

        assert (day.basis, day.holiday["id"], day.windows) == ("holiday", "Iduladha", ())
        assert plain.day("analyst", date(2023, 6, 29), at=world.at(6, 22)).basis == "agreement"

    def test_an_agreement_gives_the_day_and_its_name(self, world):
        """Before it starts the office's hours hold."""
        agreement = world.approved()

        days = [world.service.day("analyst", date(2023, 7, d), at=world.at(7, 1)) for d in (2, 3)]

        assert [(day.basis, day.agreement) for day in days] == [("standard", ""), ("agreement", agreement.id)]


class TestTheRoster:
    def test_everybody_in_a_unit_and_below_by_date_and_person(self, world):
        """A division's roster holds its sections; who is not active is left out."""
        world.approved()
        world.identity.change("deputy", active=False)

        roster = world.service.roster("planning", date(2023, 7, 3), date(2023, 7, 4), at=world.at(7, 1))

        people = ["analyst", "archivist", "curator", "data-head", "planning-head", "statistician"]
        assert [day.person for day in roster] == people * 2
        assert [day.basis for day in roster[:2]] == ["agreement", "standard"]

    def test_a_unit_of_nobody_is_empty(self, world):
        """An unknown unit has no members."""
        assert world.service.roster("nowhere", date(2023, 7, 3), date(2023, 7, 3), at=world.at(7, 1)) == ()

    def test_somebody_in_an_unknown_unit_is_in_no_roster(self, world):
        """What hangs from nothing is below nothing."""
        world.identity.change("clerk", unit="gone")
        world.identity.change("archive", parent="gone")

        roster = world.service.roster("agency", date(2023, 7, 3), date(2023, 7, 3), at=world.at(7, 1))

        assert {"clerk", "curator", "archivist"}.isdisjoint(day.person for day in roster)

    def test_a_circle_of_units_ends(self, world):
        """A unit tree that bites its tail is walked once."""
        world.identity.change("agency", parent="data")

        assert len(world.service.roster("data", date(2023, 7, 3), date(2023, 7, 3), at=world.at(7, 1))) == 12

    @pytest.mark.parametrize("last", [date(2023, 7, 2), date(2024, 7, 3)])
    def test_a_span_has_one_to_366_days(self, world, last):
        """A question that runs backwards, or over more than a year, is refused."""
        assert LONGEST == 366
        world.refused("MKD435", world.service.roster, "data", date(2023, 7, 3), last, at=world.at(7, 1))
