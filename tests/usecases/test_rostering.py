"""Day plans to a roster: of every date of an agreement within five weeks, and of each again only when it changed."""

from datetime import date, timedelta

import pytest

from mkd_core import JournalError, Permanent, Transient, Window
from mkd_core.events import ErasureReason
from mkd_core.outbox import EffectStatus
from mkd_core.ports import Declined
from mkd_core.worktime import Day
from mkd_plugins.testing.fakes import FakeCalendar, RecordingSchedule

HOME, OFFICE = Window.parse("07:30-16:00 home 60"), Window.parse("07:30-16:00 office 60")


@pytest.fixture
def roster():
    return RecordingSchedule()


@pytest.fixture
def world(worlds, roster):
    return worlds(schedules=[roster])


def days(roster, person="analyst"):
    """What the roster holds of a person, by date."""
    return {on: entry.windows for (key, on), entry in sorted(roster.taken.items()) if key == person}


def sent(world):
    return [each for each in world.journal.deliveries() if each.effect.port == "schedule"]


class Forgetful:
    """A journal that is lost before it can note what was delivered."""

    def __init__(self, journal):
        self._journal = journal

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def settle(self, key, settlement):
        raise JournalError("MKD502", "the disk is gone")


class Choosy(RecordingSchedule):
    """A roster of another agency."""

    def put(self, entry):
        return Declined("nobody of ours")


class TestWhatIsSent:
    def test_an_approval_sends_every_date_of_the_agreement_within_five_weeks(self, world, roster):
        """From its first day to five weeks from today, each date once, with days off among them."""
        agreement = world.approved()

        report = world.service.deliver(world.at(6, 21))

        assert report.problems == ()
        known = days(roster)
        assert (min(known), max(known), len(known)) == (date(2023, 7, 3), date(2023, 7, 25), 23)
        assert known[date(2023, 7, 3)] == known[date(2023, 7, 4)] == (HOME,)
        assert known[date(2023, 7, 5)] == (OFFICE,)
        assert known[date(2023, 7, 8)] == ()
        entry = roster.taken["analyst", date(2023, 7, 3)]
        assert (entry.reference, entry.number.digits) == (agreement.id, "199103172015032906")

    def test_a_holiday_is_a_day_without_windows(self, worlds, roster):
        """The roster need not know the calendar of the place of work."""
        world = worlds(schedules=[roster], calendar=FakeCalendar({date(2023, 7, 19): "Tahun Baru Islam"}))
        world.approved()
        world.service.deliver(world.at(6, 21))

        assert days(roster)[date(2023, 7, 19)] == ()
        assert days(roster)[date(2023, 7, 20)] == (OFFICE,)

    def test_nothing_is_sent_before_the_approval_and_of_nobody_else(self, world, roster):
        """A request changes no day, and who has no agreement works as before."""
        world.submitted()
        world.service.tick(world.at(6, 20))
        world.service.deliver(world.at(6, 20))

        assert roster.attempts == []
        world.approved("statistician")
        world.service.deliver(world.at(6, 21))
        assert {entry.person for entry in roster.attempts} == {"statistician"}

    def test_without_a_roster_no_day_is_put_into_the_outbox(self, worlds):
        """A port that nobody serves fills no outbox."""
        world = worlds()
        world.approved()

        assert world.service.tick(world.at(6, 21)).day_plans == 0
        assert sent(world) == []


class TestOnlyChanges:
    def test_a_recall_sends_that_day_alone(self, world, roster):
        """One day at the office in the place of one at home: one entry, under a key of its own."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        before = days(roster)
        world.service.recall(agreement.id, on=date(2023, 7, 4), by="data-head", at=world.at(6, 21, 15), reason="audit")

        world.service.deliver(world.at(6, 21, 15))

        assert len(roster.attempts) == 24
        assert days(roster) == {**before, date(2023, 7, 4): (OFFICE,)}

    def test_an_amendment_sends_the_days_that_differ(self, world, roster):
        """From its start on, and of these only the weekday that is now worked elsewhere."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        amended = world.service.amend(
            agreement.id, plan=world.plan(1), starts=date(2023, 7, 10), by="analyst", at=world.at(6, 21, 15)
        )
        world.service.submit(amended.id, by="analyst", at=world.at(6, 21, 15))
        world.service.approve(amended.id, by="data-head", at=world.at(6, 21, 15))

        world.service.deliver(world.at(6, 21, 15))

        changed = [entry.on for entry in roster.attempts[23:]]
        assert changed == [date(2023, 7, 11), date(2023, 7, 18), date(2023, 7, 25)]

    def test_a_suspended_agreement_falls_back_to_the_office_and_comes_back(self, world, roster):
        """What was sent twice alike, with another day in between, is sent twice: the key counts."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        first = days(roster)
        world.service.suspend(
            agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 21, 15), reason="a campaign"
        )
        world.service.deliver(world.at(6, 21, 15))
        assert set(days(roster).values()) == {(), (OFFICE,)}

        world.service.resume(agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 21, 16))
        world.service.deliver(world.at(6, 21, 16))

        assert days(roster) == first
        assert len({each.effect.key for each in sent(world)}) == len(roster.attempts)

    @pytest.mark.parametrize("end", ["revoke", "end", "withdraw"])
    def test_an_agreement_that_stops_leaves_the_office_hours(self, world, roster, end):
        """Every day that was worked elsewhere is worked at the office again."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        if end == "withdraw":
            world.service.withdraw(agreement.id, by="analyst", at=world.at(6, 22))
        elif end == "end":
            world.service.end(agreement.id, since=date(2023, 7, 3), by="analyst", at=world.at(6, 22))
        else:
            world.service.revoke(
                agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 22), reason="it must be"
            )

        world.service.deliver(world.at(6, 22))

        assert set(days(roster).values()) == {(), (OFFICE,)}
        assert all(entry.reference == "" for entry in roster.attempts[23:])
        assert {entry.on.weekday() for entry in roster.attempts[23:]} == {0, 1}

    def test_a_dated_exception_is_sent_as_it_is(self, world, roster):
        """A plan with a day of its own sends that day."""
        plan = world.plan(2).with_exception(date(2023, 7, 6), Day((HOME,)))
        world.approved(plan=plan)
        world.service.deliver(world.at(6, 21))

        assert days(roster)[date(2023, 7, 6)] == (HOME,)


class TestRollingForward:
    def test_a_tick_brings_the_days_that_come_into_view(self, world, roster):
        """A day later there is one more day; a second tick finds nothing to do."""
        world.approved()
        world.service.deliver(world.at(6, 21))

        counts = [world.service.tick(world.at(6, 22)).day_plans for _ in range(2)]
        world.service.deliver(world.at(6, 22))

        assert counts == [1, 0]
        assert max(days(roster)) == date(2023, 7, 26)

    def test_a_long_downtime_is_made_up_for(self, world, roster):
        """After two months the five weeks from today on are there, whatever was missed."""
        world.approved()
        world.service.tick(world.at(9, 1))
        world.service.deliver(world.at(9, 1))

        assert set(days(roster)) >= {date(2023, 9, 1) + timedelta(days=number) for number in range(35)}

    def test_the_deployment_says_how_far_ahead(self, worlds, roster):
        """Two weeks instead of five."""
        world = worlds(schedules=[roster], roster_days=14)
        world.approved()
        world.service.deliver(world.at(6, 21))

        assert max(days(roster)) == date(2023, 7, 4)

    def test_a_roster_that_comes_late_gets_what_is_ahead(self, worlds, roster):
        """Plugged in after the approval, it has the days after the next tick."""
        world = worlds()
        world.approved()
        later = worlds(journal=world.journal, identity=world.identity, schedules=[roster])

        assert later.service.tick(world.at(6, 22)).day_plans == 24
        assert later.service.deliver(world.at(6, 22)).delivered == 26

    def test_who_leaves_is_planned_no_more(self, world, roster):
        """Each day that is still ahead is sent once more without windows; those behind stay as they were."""
        world.approved()
        world.service.deliver(world.at(6, 21))
        world.identity.denied["analyst"] = "left"

        world.service.tick(world.at(7, 10))
        world.service.deliver(world.at(7, 10))

        assert {windows for on, windows in days(roster).items() if on >= date(2023, 7, 10)} == {()}
        assert days(roster)[date(2023, 7, 7)] == (OFFICE,)
        assert roster.taken["analyst", date(2023, 7, 12)].number is None
        assert world.service.tick(world.at(7, 10)).day_plans == 0

    def test_hours_of_somebody_who_left_never_reach_a_roster(self, world, roster):
        """Left before the plan was delivered: it waits with a code, and the next tick overtakes it without hours."""
        world.approved()
        world.identity.denied["analyst"] = "left"

        world.service.deliver(world.at(6, 21))
        waiting = [each for each in sent(world) if each.status is EffectStatus.PENDING]
        world.service.tick(world.at(6, 21))
        world.service.deliver(world.at(6, 22))

        assert {each.problem.split()[0] for each in waiting} == {"MKD452"}
        assert set(days(roster).values()) == {()}
        assert {each.status for each in sent(world)} == {EffectStatus.CANCELLED, EffectStatus.DELIVERED}

    def test_somebody_whom_identity_knows_again_gets_the_days_that_waited(self, world, roster):
        """A person missed for an hour loses nothing."""
        world.approved()
        world.identity.denied["analyst"] = "left"
        world.service.deliver(world.at(6, 21))
        del world.identity.denied["analyst"]

        world.service.deliver(world.at(6, 22))

        assert {(), (HOME,), (OFFICE,)} == set(days(roster).values())
        assert {each.status for each in sent(world)} == {EffectStatus.DELIVERED}

    def test_a_holiday_that_moved_is_sent_again(self, worlds, roster):
        """No event tells of it: the tick compares what was sent with what is."""
        world = worlds(schedules=[roster], calendar=FakeCalendar({date(2023, 7, 19): "Tahun Baru Islam"}))
        world.approved()
        world.service.deliver(world.at(6, 21))
        moved = worlds(
            journal=world.journal, schedules=[roster], calendar=FakeCalendar({date(2023, 7, 20): "Tahun Baru Islam"})
        )
        assert moved.service.tick(world.at(6, 21)).day_plans == 2
        moved.service.deliver(world.at(6, 21))

        assert days(roster)[date(2023, 7, 19)] == (OFFICE,)
        assert days(roster)[date(2023, 7, 20)] == ()


class TestDelivery:
    def test_a_failing_roster_blocks_no_approval(self, worlds):
        """It holds from its day on; the days wait, and are tried again with growing pauses."""
        roster = RecordingSchedule(failures=[Transient("the roster is away")] * 23)
        world = worlds(schedules=[roster])
        agreement = world.approved()

        first = world.service.deliver(world.at(6, 21))
        second = world.service.deliver(world.at(6, 21) + timedelta(seconds=30))

        assert agreement.in_force(date(2023, 7, 3))
        assert (first.retried, second.delivered, len(days(roster))) == (23, 23, 23)

    def test_a_calendar_that_is_away_blocks_no_suspension(self, world, roster):
        """The days are not guessed: they follow with the next tick, which says what stood in its way before."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        world.calendar.failing = Transient("the calendar is away")

        world.service.suspend(
            agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 22), reason="a campaign"
        )
        assert [str(each) for each in world.service.tick(world.at(6, 22)).problems] == ["MKD602 the calendar is away"]
        world.calendar.failing = None

        assert world.service.tick(world.at(6, 22)).day_plans == 8

    def test_a_day_that_was_overtaken_is_never_sent_late(self, worlds):
        """The retry of the old day must not put it in the place of the new one."""
        roster = RecordingSchedule(failures=[Transient("away")] * 23)
        world = worlds(schedules=[roster])
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        world.service.recall(agreement.id, on=date(2023, 7, 4), by="data-head", at=world.at(6, 21), reason="audit")

        report = world.service.deliver(world.at(6, 22))

        assert (report.delivered, report.cancelled, report.problems) == (24, 1, ())
        assert [entry.windows for entry in roster.attempts[23:] if entry.on == date(2023, 7, 4)] == [(OFFICE,)]

    def test_what_could_not_be_noted_comes_again_and_changes_nothing(self, world, roster):
        """Killed between the roster and the journal: the same entries come again, and the roster is the same."""
        world.approved()
        stuck = type(world)(
            journal=Forgetful(world.journal), identity=world.identity, mail=world.mail, schedules=[roster]
        )
        world.service.deliver(world.at(6, 21), limit=2)
        with pytest.raises(JournalError):
            stuck.service.deliver(world.at(6, 21))
        (half,) = roster.taken.values()
        world.service.deliver(world.at(6, 21))

        assert roster.attempts[0] == roster.attempts[1] == half
        assert len(days(roster)) == 23

    def test_all_rosters_that_accept_get_each_day_once(self, worlds, roster):
        """One that fails gets it later; one that has it is left alone, and one that declines does not matter."""
        other = RecordingSchedule(failures=[Transient("away")] * 23)
        world = worlds(schedules={"own": roster, "other": other, "foreign": Choosy()})
        world.approved()

        for day in (21, 22):
            world.service.deliver(world.at(6, day))

        assert len(roster.attempts) == 23
        assert days(roster) == days(other)

    def test_what_no_roster_accepts_is_put_aside_and_not_planned_again(self, worlds):
        """Somebody whom no roster keeps is nothing to look into, day after day."""
        world = worlds(schedules=[Choosy()])
        world.approved()

        report = world.service.deliver(world.at(6, 21))

        assert (report.cancelled, report.dead) == (23, 0)
        assert {each.problem for each in sent(world)} == {"nobody accepted it: nobody of ours"}
        assert world.service.tick(world.at(6, 21)).day_plans == 0

    def test_what_an_erasure_cancelled_is_planned_again(self, world, roster):
        """The days after the end were never delivered: the roster must not keep those before it for good."""
        agreement = world.approved()
        world.service.deliver(world.at(6, 21))
        world.service.end(agreement.id, since=date(2023, 6, 21), by="analyst", at=world.at(6, 21, 10))
        world.service.erase("analyst", reason=ErasureReason.REQUEST, by="hr", at=world.at(6, 21, 11))
        waiting = list(world.journal.deliveries(EffectStatus.PENDING))

        world.service.tick(world.at(6, 21, 12))
        world.service.deliver(world.at(6, 21, 12))

        assert waiting == []
        assert set(days(roster).values()) == {(), (OFFICE,)}

    def test_notices_go_out_before_day_plans(self, world, roster):
        """However many days wait, whoever has to vote is told."""
        world.approved()

        report = world.service.deliver(world.at(6, 21), limit=3)

        assert report.delivered == 3
        assert (len(world.mail.attempts), len(roster.attempts)) == (2, 1)

    def test_what_is_refused_for_good_waits_for_a_person(self, worlds):
        """A dead letter can be replayed when the roster is mended."""
        roster = RecordingSchedule(failures=[Permanent("no such column")] * 23)
        world = worlds(schedules=[roster])
        world.approved()
        assert world.service.deliver(world.at(6, 21)).dead == 23

        for delivery in list(world.journal.deliveries(EffectStatus.DEAD)):
            world.journal.replay(delivery.effect.key)
        assert world.service.deliver(world.at(6, 21)).delivered == 23
