"""What the clock does: deadlines in working days, reminders, escalation, and catching up after any downtime."""

from datetime import date, datetime

import pytest

from mkd_core import InvalidInput, Mandate, MandateKind, State, Transient
from mkd_core.events import DeadlinePassed, StepOpened, VoteCast

PER_STEP = '[[route]]\nid = "superior"\napprover = "superior"\nwithin = "{}"\nlate = "{}"\n'


def route(late, within="5 working days"):
    return PER_STEP.format(within, late)


def due(agreement):
    return agreement.latest.open_step.due


class TestDeadlines:
    def test_working_days_pass_over_weekends_and_holidays(self, world):
        """Five working days from Friday 23 June, over a weekend and two holidays, end on Tuesday 4 July."""
        assert due(world.submitted(on=world.at(6, 23))) == date(2023, 7, 4)

    def test_the_date_is_the_units(self, world):
        """Submitted at 23:30 in the west it is the next day in the east, where the unit is."""
        west = world.submitted(on=world.at(6, 20, 23))
        east = world.submitted("easterner", on=world.at(6, 20, 23))

        assert (due(west), due(east)) == (date(2023, 6, 27), date(2023, 6, 30))

    @pytest.mark.parametrize(("within", "last"), [("10 days", date(2023, 6, 30)), ("2 months", date(2023, 8, 20))])
    def test_days_and_months_are_those_of_the_calendar(self, worlds, within, last):
        """A law that counts days or months does not ask which of them are worked."""
        assert due(worlds(route=route("remind", within)).submitted()) == last

    def test_without_a_calendar_there_is_no_deadline(self, worlds):
        """The clock does not run where nobody knows the working days."""
        world = worlds(calendar=None)
        agreement = world.submitted()

        assert due(agreement) is None
        assert world.service.tick(world.at(12, 1)).changed == ()

    def test_saturday_is_a_working_day_where_the_office_works_on_it(self, worlds, world):
        """The office's own week says which weekdays are worked."""
        six_days = type(world.hours)(
            standard=type(world.week()).parse(
                dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "07:30-14:00 office 30")
            ),
            source="ours",
        )

        assert due(worlds(hours=six_days).submitted()) == date(2023, 6, 26)
        assert due(worlds(hours=None).submitted()) == date(2023, 6, 27)


class TestTheTimeOverAllSteps:
    TWO = route("remind") + route("escalate").replace(
        '"superior"\napprover = "superior"', '"head"\napprover = "head_of_agency"'
    )
    WITHIN = '[clock]\ndecide_within = "{}"\n'

    def test_no_step_is_due_later_than_the_law_leaves_over_all(self, worlds):
        """Seven days from 20 June end on the 27th, whenever the second of two steps is opened."""
        world = worlds(route=self.TWO, extra=self.WITHIN.format("7 days"))
        first = world.submitted()

        second = world.service.approve(first.id, by=world.voters(first)[0], at=world.at(6, 26))

        assert (due(first), due(second)) == (date(2023, 6, 27), date(2023, 6, 27))

    def test_a_step_that_is_due_earlier_keeps_its_deadline(self, worlds):
        """Two months over all steps leave five working days for the first as they are."""
        world = worlds(route=self.TWO, extra=self.WITHIN.format("2 months"))

        assert due(world.submitted()) == due(worlds(route=self.TWO).submitted())

    def test_when_it_is_over_the_step_does_what_it_does_when_late(self, worlds):
        """The second step goes up once, and then waits: nothing comes round again for the same deadline."""
        world = worlds(route=self.TWO, extra=self.WITHIN.format("7 days"))
        first = world.submitted()
        world.service.approve(first.id, by=world.voters(first)[0], at=world.at(6, 26))

        ticks = [world.service.tick(world.at(7, day)).changed for day in (3, 3, 4, 20)]

        assert ticks[1:] == [(), (), ()]
        passed = [item.event for item in world.service.history(first.id) if isinstance(item.event, DeadlinePassed)]
        assert [(event.step, event.due) for event in passed] == [("head", date(2023, 6, 27))]


class TestLate:
    def test_a_reminder_is_sent_once(self, worlds):
        """On the day after the deadline whoever owes a vote is reminded, and only then."""
        world = worlds(route=route("remind"))
        agreement = world.submitted()
        assert world.service.tick(world.at(6, 27)).changed == ()

        assert world.service.tick(world.at(6, 30)).changed == (agreement.id,)
        assert world.service.tick(world.at(6, 30)).changed == ()
        assert world.service.tick(world.at(7, 30)).changed == ()
        world.service.deliver(world.at(7, 30))

        assert world.mail.told("data-head") == ["vote_wanted", "reminder"]

    def test_who_has_voted_is_not_reminded(self, worlds):
        """A reminder goes to those whose vote is missing."""
        world = worlds(route=route("remind").replace('"superior"\nwithin', '["superior", "head_of_agency"]\nwithin'))
        agreement = world.submitted()
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))
        world.service.tick(world.at(6, 30))
        world.service.deliver(world.at(6, 30))

        assert world.mail.told("director") == ["vote_wanted", "reminder"]
        assert world.mail.told("data-head") == ["vote_wanted"]

    def test_escalation_goes_over_the_heads_of_those_who_were_late(self, worlds):
        """One level up each time, with a deadline of its own, and who was passed over has no vote any more."""
        world = worlds(route=route("escalate"))
        agreement = world.submitted()
        world.service.tick(world.at(6, 30))
        first = world.service.agreement(agreement.id)
        assert (world.voters(first), due(first)) == (["planning-head"], date(2023, 7, 7))
        world.refused("MKD424", world.service.approve, agreement.id, by="data-head", at=world.at(6, 30))

        world.service.tick(world.at(7, 10))
        second = world.service.agreement(agreement.id)

        assert world.voters(second) == ["director"]
        assert second.latest.open_step.passed_over == ("data-head", "planning-head")

    def test_where_nobody_is_above_the_last_one_is_reminded(self, worlds):
        """Escalation ends at the top: who is there keeps the vote, and hears of the deadline."""
        world = worlds(route=route("escalate"))
        agreement = world.submitted("planning-head")

        world.service.tick(world.at(6, 30))
        world.service.tick(world.at(7, 30))
        world.service.deliver(world.at(7, 30))

        assert world.voters(world.service.agreement(agreement.id)) == ["director"]
        assert world.mail.told("director") == ["vote_wanted", "reminder"]

    def test_silence_can_count_as_approval(self, worlds, both_steps):
        """A step deemed approved is passed without a vote, and the next one opens with a time of its own."""
        world = worlds(
            route=both_steps.replace('within = "5 working days"', 'within = "5 working days"\nlate = "deem_approved"')
        )
        agreement = world.submitted()
        world.service.tick(world.at(6, 30))
        half = world.service.agreement(agreement.id)
        assert (world.voters(half), due(half)) == (["director"], date(2023, 7, 7))

        world.service.tick(world.at(7, 10))

        whole = world.service.agreement(agreement.id)
        assert (whole.latest.state, whole.latest.effective) == (State.APPROVED, date(2023, 7, 10))
        assert not [item for item in world.service.history(agreement.id) if isinstance(item.event, VoteCast)]

    @pytest.mark.parametrize(
        ("facts", "outcome"), [({"applicant.discipline": "serving"}, "refuse"), ({"applicant.rating": None}, "refer")]
    )
    def test_silence_approves_only_what_the_policy_approves_that_day(self, worlds, facts, outcome):
        """Who serves a punishment by then, or lacks a fact, is not deemed approved; superior and applicant are told."""
        rules = {"punished": ('applicant.discipline != "serving"', "refuse")}
        world = worlds(route=route("deem_approved"), rules=rules)
        agreement = world.submitted()
        world.identity.change("analyst", facts={"applicant.rating": "good", "applicant.discipline": "none", **facts})

        assert world.service.tick(world.at(6, 30)).changed == (agreement.id,)
        assert world.service.tick(world.at(7, 3)).changed == ()
        world.service.deliver(world.at(7, 3))

        waiting = world.service.agreement(agreement.id).latest
        passed = world.service.history(agreement.id)[-1].event
        assert (waiting.state, waiting.open_step.not_deemed) == (State.SUBMITTED, True)
        assert (passed.effect, passed.verdict.outcome, passed.verdict.moment) == ("not_deemed", outcome, "vote")
        assert world.mail.told("data-head") == ["vote_wanted", "not_deemed"]
        assert world.mail.told("analyst") == ["not_deemed"]

    def test_what_silence_did_not_approve_a_person_still_decides(self, worlds):
        """The vote stays where it was, also when the step is resolved again; only the silence has lost its meaning."""
        world = worlds(route=route("deem_approved"))
        agreement = world.submitted()
        world.identity.change("analyst", facts={})
        world.service.tick(world.at(6, 30))
        world.identity.mandate(
            Mandate(kind=MandateKind.PLH, acting="deputy", replaces="data-head", starts=date(2023, 7, 1), reference="8")
        )
        world.service.tick(world.at(7, 2))
        assert world.service.agreement(agreement.id).latest.open_step.not_deemed

        approved = world.service.approve(agreement.id, by="deputy", at=world.at(7, 3), reason="seen the file")

        assert approved.latest.state is State.APPROVED

    def test_the_decision_that_silence_stands_for_is_kept(self, worlds):
        """An approval by silence names policy and verdict of its day, like a vote."""
        world = worlds(route=route("deem_approved"))
        agreement = world.submitted()

        world.service.tick(world.at(6, 30))

        passed = next(h.event for h in world.service.history(agreement.id) if isinstance(h.event, DeadlinePassed))
        assert (passed.effect, passed.verdict.outcome, passed.verdict.on) == (
            "deem_approved",
            "approve",
            date(2023, 6, 30),
        )
        assert passed.facts["applicant.rating"] == "good"

    def test_silence_is_not_the_employees_consent(self, worlds):
        """Targets that the superior changed late are not agreed by waiting: it is said until the employee answers."""
        world = worlds(route=route("deem_approved"))
        agreement = world.submitted()
        world.service.counter(agreement.id, targets=[world.target(value="40")], by="data-head", at=world.at(6, 21))

        report = world.service.tick(world.at(6, 30))
        assert ([problem.code for problem in report.problems], report.changed) == (["MKD417"], ())
        world.service.agree(agreement.id, by="analyst", at=world.at(6, 30))

        assert world.service.tick(world.at(6, 30)).changed == (agreement.id,)
        assert world.service.agreement(agreement.id).latest.state is State.APPROVED

    def test_silence_can_count_as_refusal(self, worlds):
        """The refusal then names the deadline as its ground."""
        world = worlds(route=route("deem_refused"))
        agreement = world.submitted()

        world.service.tick(world.at(6, 30))

        refused = world.service.agreement(agreement.id)
        assert (refused.latest.state, refused.latest.ground) == (State.REFUSED, "deadline")
        assert world.service.history(agreement.id)[-1].by == "system"

    def test_after_a_return_the_deadline_runs_anew(self, worlds):
        """Submitted again, a request is late again after its new deadline, and reminded again."""
        world = worlds(route=route("remind"))
        agreement = world.submitted()
        world.service.tick(world.at(6, 30))
        world.service.send_back(agreement.id, by="data-head", at=world.at(6, 30), reason="r")
        assert world.service.tick(world.at(7, 3)).changed == ()
        world.service.submit(agreement.id, by="analyst", at=world.at(7, 3))

        world.service.tick(world.at(7, 20))

        passed = [
            item.event.due for item in world.service.history(agreement.id) if isinstance(item.event, DeadlinePassed)
        ]
        assert passed == [date(2023, 6, 27), date(2023, 7, 10)]


class TestCatchingUp:
    def test_after_any_downtime_all_that_is_due_is_done_at_once(self, worlds):
        """A mandate and a deadline that went by meanwhile are both acted on by one tick; a second one does nothing."""
        world = worlds(route=route("remind"))
        agreement = world.submitted()
        world.identity.mandate(
            Mandate(
                kind=MandateKind.PLH, acting="deputy", replaces="data-head", starts=date(2023, 6, 25), reference="8"
            )
        )

        assert world.service.tick(world.at(9, 1)).changed == (agreement.id,)
        events = world.events(agreement.id)
        assert world.service.tick(world.at(9, 1)).changed == ()

        assert world.events(agreement.id) == events
        assert events[-2:] == ["DeadlinePassed", "StepOpened"]
        assert world.voters(world.service.agreement(agreement.id)) == ["deputy"]

    def test_one_agreement_that_cannot_be_looked_at_does_not_stop_the_others(self, worlds):
        """Somebody whom identity does not know any more is a problem said, and the others go on."""
        world = worlds(route=route("remind"))
        world.submitted("analyst")
        other = world.submitted("statistician")
        world.identity.denied["analyst"] = "left"

        report = world.service.tick(world.at(6, 30))

        assert report.changed == (other.id,)
        assert [problem.code for problem in report.problems] == ["MKD452"]

    def test_what_somebody_who_left_has_left_behind_is_told_until_hr_revokes_it(self, world):
        """An agreement that holds on is no silence; the clock ends nothing, as identity may be wrong."""
        agreement = world.approved()
        world.identity.denied["analyst"] = "left"

        (problem,) = world.service.tick(world.at(6, 30)).problems
        again = world.service.tick(world.at(7, 1)).problems
        world.service.revoke(agreement.id, since=date(2023, 7, 2), by="hr", at=world.at(7, 2), reason="left")

        assert (problem.code, problem.where) == ("MKD452", agreement.id)
        assert [str(each) for each in again] == [str(problem)]
        assert world.service.tick(world.at(7, 3)).problems == ()
        assert world.events(agreement.id)[-1] == "AgreementRevoked"

    def test_an_identity_that_is_away_is_asked_once_whether_anybody_left(self, world):
        """A look at everybody would wait for as many timeouts as there are people."""
        for person in ("analyst", "statistician"):
            world.approved(person)
        world.identity.failing = Transient("identity is down")

        assert [problem.code for problem in world.service.tick(world.at(6, 30)).problems] == ["MKD602"]

    def test_the_moment_has_a_zone(self, world):
        """A tick without a zone is refused."""
        with pytest.raises(InvalidInput, match="MKD402"):
            world.service.tick(datetime.fromisoformat("2023-06-30T09:00"))


class TestAFailingCalendar:
    def test_the_clock_stands_still_with_a_problem_and_goes_on_when_it_is_healed(self, worlds):
        """No deadline is guessed; the next tick after the calendar is back sets it."""
        world = worlds(route=route("remind"))
        world.calendar.failing = Transient("the calendar is down")
        agreement = world.submitted()
        step = agreement.latest.open_step
        assert (step.due, step.problem) == (None, "the working-day clock stands still: MKD602")
        assert world.service.tick(world.at(6, 21)).changed == ()

        world.calendar.failing = None
        assert world.service.tick(world.at(6, 22)).changed == (agreement.id,)

        healed = world.service.agreement(agreement.id).latest.open_step
        assert (healed.due, healed.problem) == (date(2023, 7, 3), "")

    def test_a_deadline_that_was_set_stays_while_the_calendar_is_down(self, worlds):
        """A failure later on changes nothing about a step that is open."""
        world = worlds(route=route("remind"))
        agreement = world.submitted()
        world.calendar.failing = Transient("the calendar is down")

        assert world.service.tick(world.at(6, 21)).changed == ()
        opened = [item for item in world.service.history(agreement.id) if isinstance(item.event, StepOpened)]
        assert len(opened) == 1
        assert world.service.tick(world.at(6, 30)).changed == (agreement.id,)


def test_the_silence_of_nobody_approves_nothing(worlds):
    """Whoever has nobody above does not approve their own request by waiting; it goes on once somebody can decide."""
    world = worlds(route=route("deem_approved"))
    agreement = world.submitted("director")

    world.service.tick(world.at(7, 30))
    world.service.tick(world.at(7, 31))

    waiting = world.service.agreement(agreement.id)
    assert (waiting.latest.state, waiting.latest.open_step.approvers) == (State.SUBMITTED, ())
    assert world.events(agreement.id).count("DeadlinePassed") == 1
