"""Events to those who follow the journal: every one, at least once under its name, and nothing private."""

from datetime import date, timedelta
from itertools import chain

import pytest

from mkd_core import JournalError, Permanent, Transient
from mkd_core.events import ErasureReason
from mkd_core.outbox import Backoff, EffectStatus
from mkd_core.people import Mandate, MandateKind
from mkd_plugins.testing.fakes import RecordingEvents


class Forgetful:
    """A journal that is lost before it can note what was delivered."""

    def __init__(self, journal):
        self._journal = journal

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def settle(self, key, settlement):
        raise JournalError("MKD502", "the disk is gone")


@pytest.fixture
def follower():
    return RecordingEvents()


@pytest.fixture
def world(worlds, follower):
    return worlds(events=[follower])


def outbox(world):
    return [each for each in world.journal.deliveries() if each.effect.port == "events"]


def journalled(world):
    return [record for _, record in world.journal.records()]


class TestWhatIsTold:
    def test_every_event_of_the_journal_is_told_in_its_order(self, world, follower):
        """With its place, its kind and its form, and the fields that the chain holds."""
        agreement = world.approved()

        world.service.deliver(world.at(6, 21))

        told = follower.attempts
        records = journalled(world)
        assert [each.key for each in told] == [record.name for record in records]
        assert [(each.kind, each.schema, each.data) for each in told] == [
            (record.type, record.schema, record.data) for record in records
        ]
        assert {(each.person, each.agreement) for each in told} == {("analyst", agreement.id)}
        assert told[0].at == world.at(6, 20)

    def test_nothing_private_leaves(self, world, follower):
        """Neither free texts and targets, nor the facts that a decision used, nor which rules failed."""
        world.approved()
        world.service.deliver(world.at(6, 21))

        private = [record.private for record in journalled(world) if record.private]
        hidden = set(chain.from_iterable(private))
        assert hidden
        assert not [name for each in follower.attempts for name in hidden if name in each.data]

    def test_a_mandate_is_told_as_well(self, world, follower):
        """It stands in a stream of its own."""
        order = Mandate(
            kind=MandateKind.PLH, acting="analyst", starts=date(2023, 6, 20), unit="data", reference="800/1"
        )
        world.service.give_mandate(order, by="hr", at=world.at(6, 20))

        world.service.deliver(world.at(6, 20))

        (told,) = follower.attempts
        assert (told.key, told.kind, told.person, told.agreement) == ("mandates#1", "MandateGiven", "analyst", "")

    def test_without_a_follower_nothing_is_put_into_the_outbox(self, worlds):
        """A service that tells nobody is as it was."""
        world = worlds()
        world.approved()

        assert outbox(world) == []

    def test_an_erasure_is_told_and_leaves_what_waits(self, worlds, follower):
        """Effects hold nothing of their events; whoever follows must hear of an erasure before all others."""
        world = worlds(events=[follower])
        agreement = world.submitted()
        world.service.withdraw(agreement.id, by="analyst", at=world.at(6, 21))
        world.service.erase("analyst", reason=ErasureReason.REQUEST, by="hr", at=world.at(6, 22))

        world.service.deliver(world.at(6, 22))

        assert [each.kind for each in follower.attempts] == [record.type for record in journalled(world)]
        assert follower.attempts[-1].kind == "PrivatePartsErased"
        assert {each.status for each in outbox(world)} == {EffectStatus.DELIVERED}


class TestHowItIsTold:
    def test_a_failure_is_tried_again_under_the_same_key(self, worlds):
        """And not before the receiver's own pause is over."""
        follower = RecordingEvents(failures=[Transient("busy", retry_after=90.0)])
        world = worlds(events=[follower])
        world.submitted()
        count = len(outbox(world))
        start = world.at(6, 20)
        first = world.service.deliver(start)
        second = world.service.deliver(start + timedelta(seconds=89))

        third = world.service.deliver(start + timedelta(seconds=90))

        assert [(each.delivered, each.retried) for each in (first, second, third)] == [
            (1, 1),  # the notice, beside the event that failed
            (count - 1, 0),
            (1, 0),
        ]
        keys = [each.key for each in follower.attempts]
        assert keys[0] == keys[-1]
        assert len(follower.taken) == count

    def test_one_that_is_away_is_left_alone_for_the_rest_of_a_delivery(self, worlds):
        """A receiver that hangs would otherwise hold up notices, event by event; the others are told all the same."""
        away, up = RecordingEvents(failures=[Transient("away")] * 9), RecordingEvents()
        world = worlds(events={"away": away, "up": up})
        world.submitted()
        count = len(outbox(world))

        report = world.service.deliver(world.at(6, 20))

        assert (len(away.attempts), len(up.taken)) == (1, count)
        assert world.mail.taken
        assert report.delivered == 1  # the notice

    def test_events_of_a_follower_that_is_away_take_no_place_of_others(self, worlds):
        """However many of them are due, and though they are older."""
        world = worlds(events=[RecordingEvents(failures=[Transient("away")] * 9)])
        world.submitted()

        report = world.service.deliver(world.at(6, 20), limit=1)

        assert (report.delivered, report.retried) == (1, 0)
        assert len(world.mail.taken) == 1

    def test_what_was_not_tried_stays_as_it_is(self, worlds):
        """It has no attempt less, and is due at the next delivery."""
        follower = RecordingEvents(failures=[Transient("away")])
        world = worlds(events=[follower])
        world.submitted()
        world.service.deliver(world.at(6, 20))

        tried, *others = outbox(world)

        assert (tried.attempts, {(each.attempts, each.problem) for each in others}) == (1, {(0, "")})

    def test_what_could_not_be_noted_as_told_is_told_again(self, world, follower):
        """At least once: a follower that keeps keys holds it once."""
        world.submitted()
        world.service.deliver(world.at(6, 20), limit=1)  # the notice
        stuck = type(world)(journal=Forgetful(world.journal), identity=world.identity, events=[follower])
        with pytest.raises(JournalError):
            stuck.service.deliver(world.at(6, 20))

        world.service.deliver(world.at(6, 20))

        keys = [each.key for each in follower.attempts]
        assert len(keys) == len(set(keys)) + 1
        assert set(follower.taken) == {record.name for record in journalled(world)}

    def test_what_is_given_up_waits_for_a_person(self, worlds):
        """Replayed, it goes out; nothing else waited for it."""
        follower = RecordingEvents(failures=[Permanent("gone")])
        world = worlds(events=[follower], backoff=Backoff(delays=()))
        world.submitted()
        assert world.service.deliver(world.at(6, 20)).dead == 1
        (dead,) = [each for each in outbox(world) if each.status is EffectStatus.DEAD]

        world.journal.replay(dead.effect.key)

        assert world.service.deliver(world.at(6, 21)).delivered == 1

    def test_a_kind_that_nobody_follows_is_no_problem(self, worlds):
        """It is settled, and nobody has to look at it."""
        follower = RecordingEvents(declines=["StepOpened"])
        world = worlds(events=[follower])
        world.submitted()

        report = world.service.deliver(world.at(6, 20))

        assert (report.dead, report.problems) == (0, ())
        assert [each.effect.kind for each in outbox(world) if each.status is EffectStatus.CANCELLED] == ["StepOpened"]

    def test_of_several_each_hears_of_an_event_once(self, worlds):
        """Whichever of them is down, and however often that one is tried."""
        up, down = RecordingEvents(), RecordingEvents(failures=[Transient("away")])
        world = worlds(events={"broker": up, "archive": down})
        world.submitted()
        world.service.deliver(world.at(6, 20))

        world.service.deliver(world.at(6, 20) + timedelta(seconds=30))

        assert down.taken
        assert list(up.taken) == [each.key for each in up.attempts]
        assert set(down.taken) == set(up.taken)
