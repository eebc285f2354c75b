"""Closing a period: validated minutes, achievement, a proposed rating, and the lines of the pay scheme."""

from datetime import date
from decimal import Decimal

import pytest

from mkd_core import Level, Scheme, Transient
from mkd_core.allowance import SchemeHistory
from mkd_plugins.policies.schemes import scheme_history

ABSENT = {"period.absent_days": 0, "period.negative_activities": 0}


def work(world, agreement, minutes, *, accepted=None, on=date(2023, 7, 4)):
    done = world.service.report_activity(
        agreement.id, on=on, minutes=minutes, description="field work", by="analyst", at=world.at(8, 1)
    )
    if accepted is not None:
        world.service.verify_activity(
            agreement.id, done.activity.id, by="data-head", at=world.at(8, 1), minutes=accepted
        )


def reach(world, agreement, value, *, target="t1", verified=True, on=date(2023, 7, 28)):
    done = world.service.report_result(
        agreement.id, target=target, on=on, value=Decimal(value), by="analyst", at=world.at(8, 1), evidence="scan"
    )
    if verified:
        world.service.verify_result(agreement.id, done.result.id, by="data-head", at=world.at(8, 1))
    return done.result.id


def close(world, period="2023-07", **changes):
    given = {"by": "data-head", "at": world.at(8, 1), "behaviour": Level.AS_EXPECTED, "attested": ABSENT}
    return world.service.close_period("analyst", period, **{**given, **changes})


@pytest.fixture
def paid(worlds):
    """A world with the shipped scheme of the allowance of West Java."""
    return worlds(schemes=scheme_history("jabar-trk"))


class TestTheResult:
    def test_minutes_achievement_and_a_proposed_rating(self, world):
        """Validated minutes add up, results are measured against their targets, and the quadrant proposes."""
        agreement = world.approved()
        work(world, agreement, 300, accepted=240)
        work(world, agreement, 60, accepted=0)
        reach(world, agreement, 4)

        closed = close(world)

        assert (closed.minutes, closed.achievement, closed.rating, closed.missing) == (240, Decimal(1), "good", ())
        assert world.service.statement("analyst", "2023-07") == closed
        assert (closed.scheme, closed.lines) == ("", ())

    def test_the_last_verified_result_counts(self, world):
        """Of two results on one target the later one stands for what was reached."""
        agreement = world.approved()
        reach(world, agreement, 1, on=date(2023, 7, 10))
        reach(world, agreement, 2)

        closed = close(world)

        assert (closed.achievement, closed.rating) == (Decimal("0.5"), "needs_improvement")

    def test_what_is_missing_is_said_and_never_guessed(self, world):
        """Unverified work, an open dispute, a target without result, no view on the behaviour."""
        agreement = world.approved(targets=[world.target("t1"), world.target("t2")])
        work(world, agreement, 300)
        world.service.dispute_result(
            agreement.id, reach(world, agreement, 1), by="analyst", at=world.at(8, 1), note="more"
        )

        closed = close(world, behaviour=None)

        assert closed.rating is None
        assert set(closed.missing) == {
            "behaviour",
            "realisation:analyst.1:t1",
            "realisation:analyst.1:t2",
            "verification:a1",
            "dispute:r1",
        }

    def test_without_a_calendar_the_working_days_are_missing(self, worlds):
        """Nobody counts working days without knowing the holidays."""
        world = worlds(calendar=None)
        world.approved()

        assert "working_days" in close(world).missing

    def test_a_calendar_that_fails_leaves_the_working_days_missing(self, world):
        """A failure is said; the period is closed all the same."""
        world.approved()
        world.calendar.failing = Transient("the calendar is down")

        assert "working_days" in close(world).missing

    def test_a_dispute_of_another_month_is_no_matter_of_this_one(self, world):
        """Each month says what is open in it."""
        agreement = world.approved(targets=[world.target(due=date(2023, 8, 31))])
        name = reach(world, agreement, 1, on=date(2023, 8, 1))
        world.service.dispute_result(agreement.id, name, by="analyst", at=world.at(8, 1), note="more")

        assert close(world).missing == ("achievement",)

    def test_nobody_is_paid_by_a_scheme_for_a_period_without_an_agreement(self, world):
        """Closing would hand payroll a line of no minutes, for somebody who never had to report any."""
        world.refused("MKD444", close, world)
        agreement = world.approved()
        world.service.revoke(agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 22), reason="r")
        world.refused("MKD444", close, world)

    @pytest.mark.parametrize(("since", "counted"), [(date(2023, 7, 20), ("realisation:analyst.1:t1",))])
    def test_the_targets_of_an_agreement_that_held_in_the_period_count(self, world, since, counted):
        """Also when it was revoked within it."""
        agreement = world.approved()
        world.service.revoke(agreement.id, since=since, by="data-head", at=world.at(6, 22), reason="r")

        assert close(world).missing == counted

    def test_an_agreement_that_ended_before_does_not_count(self, world):
        """A period after its last day is no period of it."""
        world.approved(ends=date(2023, 7, 31))

        world.refused("MKD444", close, world, "2023-08", at=world.at(9, 1))


class TestTheLines:
    def test_a_scheme_turns_minutes_into_lines_each_with_its_rule(self, paid):
        """Validated minutes and the share of the monthly minimum reached, each citing its source."""
        agreement = paid.approved()
        work(paid, agreement, 600, accepted=600)
        reach(paid, agreement, 4)

        closed = close(paid)

        assert closed.scheme == "jabar-trk 2020.1"
        assert [(line.item, line.quantity, line.unit, line.rule) for line in closed.lines] == [
            ("trk_minutes", Decimal(600), "minutes", "validated-minutes"),
            ("trk_reached", closed.lines[1].quantity, "percent", "minimum-reached"),
        ]
        assert 0 < closed.lines[1].quantity < 100
        assert all(line.source for line in closed.lines)

    def test_absences_draw_a_line_of_their_own(self, paid):
        """Attested days of absence take minutes away by a rule that says so."""
        paid.approved()

        closed = close(paid, attested={**ABSENT, "period.absent_days": 2})

        lines = {line.item: line for line in closed.lines}
        assert lines["trk_absence"].quantity < 0
        assert lines["trk_absence"].rule == "absent-days"

    def test_a_line_whose_facts_are_missing_is_left_out_and_said(self, paid):
        """Nobody attested the absences: no line speaks of them."""
        paid.approved()

        closed = close(paid, attested=None)

        assert [line.item for line in closed.lines] == ["trk_minutes"]
        assert "absent-days: missing period.absent_days" in closed.missing

    @pytest.mark.parametrize(("fact", "value"), [("period.achievement", 1), ("period.proposed_rating", "very_good")])
    def test_what_follows_from_the_work_is_not_vouched_for(self, paid, fact, value):
        """Nobody's word stands in for minutes and results, also where they are missing: pay would follow from it."""
        paid.approved()

        paid.refused("MKD436", close, paid, attested={**ABSENT, fact: value})

    def test_minutes_accepted_in_part_count_as_rejected_for_the_rest(self, worlds):
        """A scheme may speak of both, and each minute stands in one of them."""
        scheme = Scheme.from_toml(
            '[scheme]\nid = "s"\nversion = "1"\nin_force = { from = 2023-01-01 }\ntitle = { id = "s", en = "s" }\n'
            '[sources.ours]\ntitle = "Ours"\nkind = "ours"\nread = "ours"\n'
            '[[lines]]\nid = "rejected"\nitem = "rejected"\nquantity = "period.rejected_minutes"\nunit = "minutes"\n'
            'because = { id = "r", en = "r" }\nsource = "ours"\n'
        )
        world = worlds(schemes=SchemeHistory([scheme]))
        agreement = world.approved()
        work(world, agreement, 300, accepted=240)
        work(world, agreement, 90, accepted=0)
        work(world, agreement, 30)

        assert [line.quantity for line in close(world).lines] == [Decimal(150)]


class TestWhoAndWhen:
    def test_nobody_closes_the_own_period(self, world):
        """Not even with the power to close others'."""
        world.refused("MKD420", world.service.close_period, "hr", "2023-07", by="hr", at=world.at(8, 1))

    def test_a_colleague_does_not_close(self, world):
        """The superior or HR does."""
        world.approved()
        world.refused("MKD421", close, world, by="clerk")
        assert close(world, by="hr").period == "2023-07"

    def test_a_period_is_closed_after_its_last_day(self, world):
        """On the last day itself it is not over."""
        world.refused("MKD433", close, world, at=world.at(7, 31))

    def test_what_is_closed_is_not_closed_again(self, world):
        """Neither the month itself nor a quarter that would count its minutes a second time."""
        world.approved()
        close(world)

        world.refused("MKD431", close, world)
        world.refused("MKD431", close, world, "2023-Q3", at=world.at(10, 1))
        assert close(world, "2023-08", at=world.at(10, 1)).period == "2023-08"

    def test_what_is_no_period_is_said(self, world):
        """A period is a month or a quarter."""
        world.refused("MKD263", close, world, "July")

    def test_a_period_that_was_not_closed_has_no_statement(self, world):
        """It is closed first."""
        world.refused("MKD434", world.service.statement, "analyst", "2023-07")
