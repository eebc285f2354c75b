"""The outbox: notices retried with growing pauses, pay lines that reconcile line by line, or nothing is settled."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from mkd_core import InvalidInput, JournalError, Permanent, Transient
from mkd_core.outbox import Backoff, Effect, EffectStatus
from mkd_core.ports import LineReceipt
from mkd_core.usecases.notices import WORDS, words
from mkd_plugins.policies.schemes import scheme_history
from mkd_plugins.testing.fakes import RecordingNotification, RecordingPayroll

ABSENT = {"period.absent_days": 0, "period.negative_activities": 0}


class Forgetful:
    """A journal that is lost before it can note what was delivered."""

    def __init__(self, journal):
        self._journal = journal

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def settle(self, key, settlement):
        raise JournalError("MKD502", "the disk is gone")


def statuses(world):
    return [delivery.status for delivery in world.journal.deliveries()]


class TestNotices:
    def test_whoever_has_to_vote_is_told_and_the_applicant_hears_the_outcome(self, world):
        """One notice each, in the person's language, and the outbox is empty after it."""
        world.identity.change("analyst", language="en")
        agreement = world.approved()

        report = world.service.deliver(world.at(6, 21))

        assert (report.delivered, report.retried, report.dead) == (2, 0, 0)
        wanted, approved = world.mail.attempts
        assert (wanted.to, wanted.kind, wanted.subject) == (
            "data-head",
            "vote_wanted",
            f"Permohonan MKD {agreement.id} menunggu keputusan Anda",
        )
        assert (
            wanted.body
            == f"Permohonan {agreement.id} menunggu keputusan Anda pada tahap superior, paling lambat 2023-06-27."
        )
        assert (approved.to, approved.body) == (
            "analyst",
            f"Agreement {agreement.id} was approved and holds from 2023-07-03 on.",
        )
        assert world.service.deliver(world.at(6, 21)).delivered == 0

    def test_a_failure_is_retried_later_under_the_same_key(self, worlds):
        """Down, then up again: the notice goes out once, and its key never changes."""
        mail = RecordingNotification(failures=[Transient("the server is away")])
        world = worlds(mail=mail)
        world.submitted()
        first = world.service.deliver(world.at(6, 20))
        assert (first.retried, first.problems) == (1, ("MKD602 the server is away",))
        assert world.service.deliver(world.at(6, 20) + timedelta(seconds=29)) == type(first)()

        second = world.service.deliver(world.at(6, 20) + timedelta(seconds=30))

        assert second.delivered == 1
        assert [notice.key for notice in mail.attempts] == ["person/analyst:3:notification:0"] * 2

    def test_what_could_not_be_noted_as_delivered_comes_again_under_its_key(self, world):
        """At least once: the receiver that keeps keys holds it once, however often it comes."""
        world.submitted()
        stuck = type(world)(journal=Forgetful(world.journal), identity=world.identity, mail=world.mail)
        with pytest.raises(JournalError):
            stuck.service.deliver(world.at(6, 20))

        assert world.service.deliver(world.at(6, 20)).delivered == 1
        assert (len(world.mail.attempts), len(world.mail.taken)) == (2, 1)

    def test_pauses_grow_and_then_it_waits_for_a_person(self, worlds):
        """After the last pause the notice is dead; replayed by a person, it begins anew."""
        mail = RecordingNotification(failures=[Transient("away")] * 3)
        world = worlds(mail=mail, backoff=Backoff(delays=(10, 100)))
        world.submitted()
        start = world.at(6, 20)

        reports = [world.service.deliver(start + timedelta(seconds=after)) for after in (0, 10, 109, 110)]

        assert [(report.retried, report.dead) for report in reports] == [(1, 0), (1, 0), (0, 0), (0, 1)]
        (dead,) = world.journal.deliveries(EffectStatus.DEAD)
        assert world.service.deliver(start + timedelta(days=9)).delivered == 0
        world.journal.replay(dead.effect.key)
        assert world.service.deliver(start + timedelta(days=9)).delivered == 1

    def test_what_is_wrong_for_good_is_not_retried(self, worlds):
        """A permanent refusal goes to the dead letters at once."""
        world = worlds(mail=RecordingNotification(failures=[Permanent("no such address")]))
        world.submitted()

        assert world.service.deliver(world.at(6, 20)).dead == 1

    def test_a_kind_that_nobody_serves_is_dead_and_says_so(self, worlds):
        """Declining is no error, but a notice that nobody accepts must not vanish."""
        world = worlds(mail=RecordingNotification(declines=["vote_wanted"]))
        world.submitted()

        report = world.service.deliver(world.at(6, 20))

        assert report.problems == ("nobody accepted it: vote_wanted is not served",)

    def test_several_backends_all_get_it(self, worlds):
        """Whoever accepts is told; one that declines does not matter."""
        first, second = RecordingNotification(), RecordingNotification(declines=["vote_wanted"])
        world = worlds(notifications=[first, second])
        world.submitted()

        assert world.service.deliver(world.at(6, 20)).delivered == 1
        assert (len(first.taken), len(second.taken)) == (1, 0)

    @pytest.mark.parametrize("failing_first", [True, False])
    def test_a_backend_that_fails_makes_no_other_tell_it_twice(self, worlds, failing_first):
        """Each of several gets a notice once, whichever of them is down, and however often that one is tried."""
        up, down = RecordingNotification(), RecordingNotification(failures=[Transient("away"), Transient("away")])
        backends = {"chat": down, "mail": up} if failing_first else {"mail": up, "chat": down}
        world = worlds(notifications=backends)
        world.submitted()
        report = world.service.deliver(world.at(6, 20))
        assert (report.retried, report.problems, len(up.attempts)) == (1, ("MKD602 away",), 1)

        world.service.deliver(world.at(6, 20, 10))
        world.service.deliver(world.at(6, 20, 12))

        (delivery,) = world.journal.deliveries()
        assert (delivery.status, delivery.receipt) == (EffectStatus.DELIVERED, "n-1 n-1")
        assert (len(up.attempts), len(down.attempts), len(down.taken)) == (1, 3, 1)

    def test_who_has_it_is_remembered_over_a_failure_of_identity_and_a_replay(self, worlds):
        """A notice that died at one backend goes to that one alone when somebody replays it."""
        up, broken = RecordingNotification(), RecordingNotification(failures=[Transient("away"), Permanent("no")])
        world = worlds(notifications={"mail": up, "chat": broken})
        world.submitted()
        world.service.deliver(world.at(6, 20))
        world.identity.denied["data-head"] = "left"
        world.service.deliver(world.at(6, 20, 10))
        del world.identity.denied["data-head"]
        assert world.service.deliver(world.at(6, 21)).dead == 1
        (dead,) = world.journal.deliveries()

        world.journal.replay(dead.effect.key)

        assert world.service.deliver(world.at(6, 21)).delivered == 1
        assert (len(up.attempts), len(broken.taken)) == (1, 1)

    def test_a_person_whom_identity_lost_is_tried_again(self, world):
        """Perhaps identity is back tomorrow; the others get theirs today."""
        world.submitted("analyst")
        world.submitted("clerk")
        world.identity.denied["data-head"] = "left"

        report = world.service.deliver(world.at(6, 20))

        assert (report.delivered, report.retried) == (1, 1)

    def test_a_backend_never_blocks_a_command(self, worlds):
        """Approving goes on while the mail server is away."""
        world = worlds(mail=RecordingNotification(failures=[Transient("away")] * 9))

        assert world.approved().latest.effective == world.starts
        assert world.mail.attempts == []

    def test_without_a_backend_nothing_is_put_into_the_outbox(self, worlds):
        """A port that nobody serves has no effects."""
        world = worlds(notifications=[], payroll=None)
        world.approved()

        assert list(world.journal.deliveries()) == []

    def test_the_moment_has_a_zone(self, world):
        """Delivering at a moment without a zone is refused."""
        with pytest.raises(InvalidInput, match="MKD402"):
            world.service.deliver(datetime.fromisoformat("2023-06-20T09:00"))

    def test_every_notice_can_be_worded_in_both_languages(self):
        """Each kind has its words; a language that is not there falls back to Indonesian."""
        names = ("agreement", "decree", "due", "effective", "on", "period", "since", "step", "version")
        data = dict.fromkeys(names, "x")
        data |= {"minutes": 1, "rating": "good", "ground": "service"}

        for kind in WORDS:
            subjects = [words(kind, language, data)[0] for language in ("id", "en", "su")]
            assert subjects[0] != subjects[1]
            assert subjects[2] == subjects[0]

    def test_a_notice_without_ground_or_deadline_is_worded_without_it(self):
        """No blank is left open."""
        assert words("refused", "en", {"agreement": "a.1"})[1] == "Request a.1 was refused."
        assert words("vote_wanted", "en", {"agreement": "a.1", "step": "s", "due": None})[1].endswith("step s.")

    def test_every_turn_of_an_agreement_is_told(self, world):
        """Countered, returned, refused, suspended, resumed, recalled, revoked, under review: the applicant hears it."""
        service, at = world.service, world.at
        agreement = world.submitted()
        service.counter(agreement.id, targets=[world.target(value="5")], by="data-head", at=at(6, 21))
        service.send_back(agreement.id, by="data-head", at=at(6, 21), reason="r")
        service.agree(agreement.id, by="analyst", at=at(6, 21))
        service.submit(agreement.id, by="analyst", at=at(6, 21))
        service.approve(agreement.id, by="data-head", at=at(6, 21))
        service.suspend(agreement.id, since=at(7, 4).date(), by="hr", at=at(7, 3), reason="r")
        service.resume(agreement.id, since=at(7, 5).date(), by="hr", at=at(7, 3))
        service.recall(agreement.id, on=at(7, 6).date(), by="data-head", at=at(7, 3), reason="r")
        world.identity.change("analyst", facts={})
        service.recheck(agreement.id, by="hr", at=at(7, 3))
        service.revoke(agreement.id, since=at(7, 7).date(), by="hr", at=at(7, 3), reason="r")
        world.submitted("statistician")
        service.refuse("statistician.1", by="data-head", at=at(6, 21), reason="r")
        service.deliver(at(7, 3))

        assert world.mail.told("analyst") == [
            "targets_countered",
            "returned",
            "approved",
            "suspended",
            "resumed",
            "recalled",
            "review",
            "revoked",
        ]
        assert world.mail.told("statistician") == ["refused"]


@pytest.fixture
def payday(worlds):
    """Make a world in which one July was closed with two pay lines, over a payroll of the test's choice."""

    def make(payroll=None, people=("analyst",)):
        world = worlds(schemes=scheme_history("jabar-trk"), payroll=payroll or RecordingPayroll(), notifications=[])
        for person in people:
            world.approved(person)
            world.service.close_period(person, "2023-07", by="hr", at=world.at(8, 1), attested=ABSENT)
        return world

    return make


def without_first(receipt):
    return evolve(receipt, lines=receipt.lines[1:])


def doubled(receipt):
    return evolve(receipt, lines=(*receipt.lines, receipt.lines[0]))


def with_foreign(receipt):
    return evolve(receipt, lines=(*receipt.lines, LineReceipt(key="foreign", quantity=Decimal(1))))


def with_another_quantity(receipt):
    return evolve(receipt, lines=(evolve(receipt.lines[0], quantity=Decimal(99)), *receipt.lines[1:]))


def of_another_run(receipt):
    return evolve(receipt, key="another")


class TestPayroll:
    def test_a_run_holds_the_lines_of_a_period_and_its_receipt_settles_each(self, payday):
        """Every line is settled with payroll's own reference, and names number, rule and scheme."""
        world = payday(people=("analyst", "clerk"))

        report = world.service.deliver(world.at(8, 2))

        assert (report.delivered, len(world.payroll.runs), len(report.receipts)) == (4, 1, 1)
        line = world.payroll.runs[0].lines[0]
        assert (line.person, line.period, line.item, line.scheme) == (
            "analyst",
            "2023-07",
            "trk_minutes",
            "jabar-trk 2020.1",
        )
        assert line.number.masked == "…906"
        assert {delivery.receipt for delivery in world.journal.deliveries()} == {
            f"p-{key}" for key in world.payroll.taken
        }

    @pytest.mark.parametrize(
        ("distort", "said"),
        [
            (without_first, "is missing"),
            (doubled, "comes twice"),
            (with_foreign, "the line foreign was not sent"),
            (with_another_quantity, "has another quantity"),
            (of_another_run, "it is the receipt of another run"),
        ],
    )
    def test_a_receipt_that_does_not_reconcile_settles_nothing(self, payday, distort, said):
        """One line missing, doubled, foreign or changed: no line counts as paid, and a person has to look."""
        world = payday(RecordingPayroll(distort=distort), people=("analyst", "clerk"))

        report = world.service.deliver(world.at(8, 2))

        assert (report.delivered, report.dead, report.receipts) == (0, 4, ())
        assert report.problems[0].startswith("MKD610 payroll's receipt does not reconcile")
        assert said in report.problems[0]
        assert set(statuses(world)) == {EffectStatus.DEAD}

    def test_after_a_failure_the_same_run_is_sent_again(self, payday):
        """The run and each line keep their keys, so that payroll holds each line once."""
        world = payday(RecordingPayroll(failures=[Transient("maintenance")]))
        assert world.service.deliver(world.at(8, 2)).retried == 2

        report = world.service.deliver(world.at(8, 3))

        assert report.delivered == 2
        first, second = world.payroll.runs
        assert first == second
        assert len(world.payroll.taken) == 2

    def test_one_bad_line_holds_up_no_other(self, payday):
        """What payroll will never take as a whole is sent line by line: one is dead, the others are paid."""
        payroll = RecordingPayroll(failures=[Permanent("account closed"), Permanent("account closed")])
        world = payday(payroll, people=("analyst", "clerk"))

        report = world.service.deliver(world.at(8, 2))

        assert (report.delivered, report.dead) == (3, 1)
        assert [len(run.lines) for run in payroll.runs] == [4, 1, 1, 1, 1]
        assert len(payroll.taken) == 3

    def test_a_receipt_lost_on_the_way_is_no_second_payment(self, payday):
        """Payroll took the lines and the answer was wrong: replayed, the lines come under the same keys."""
        world = payday(RecordingPayroll(distort=without_first))
        world.service.deliver(world.at(8, 2))
        world.payroll.distort = None
        for delivery in list(world.journal.deliveries(EffectStatus.DEAD)):
            world.journal.replay(delivery.effect.key)

        assert world.service.deliver(world.at(8, 3)).delivered == 2
        assert len(world.payroll.taken) == 2

    def test_a_line_of_somebody_whom_identity_lost_waits_and_the_others_go(self, payday):
        """One person's line does not hold up the run; alone it makes no run at all."""
        world = payday(people=("analyst", "clerk"))
        world.identity.denied["clerk"] = "left"

        report = world.service.deliver(world.at(8, 2))

        assert (report.delivered, report.retried, len(world.payroll.runs)) == (2, 2, 1)
        assert world.service.deliver(world.at(8, 3)).retried == 2
        assert len(world.payroll.runs) == 1

    def test_lines_wait_while_no_payroll_is_plugged_in(self, payday, worlds):
        """What was put into the outbox stays there until somebody serves it."""
        world = payday()
        unpaid = worlds(journal=world.journal, identity=world.identity, payroll=RecordingPayroll())
        gone = type(unpaid.service)(journal=world.journal, identity=world.identity)

        assert gone.deliver(world.at(8, 2)).delivered == 0
        assert unpaid.service.deliver(world.at(8, 2)).delivered == 2

    def test_lines_that_nobody_takes_hold_up_no_notice(self, payday, worlds):
        """A payroll that was taken away leaves lines behind; what comes after them is delivered all the same."""
        world = payday()
        assert len(list(world.journal.deliveries())) > 1
        other = worlds(journal=world.journal, identity=world.identity, payroll=None)
        other.submitted("clerk", on=world.at(8, 10))

        report = other.service.deliver(world.at(8, 10), limit=1)

        assert report.delivered == 1

    def test_each_period_is_a_run_of_its_own(self, payday):
        """Lines of two months are not mixed."""
        world = payday()
        world.service.close_period("analyst", "2023-08", by="hr", at=world.at(9, 1), attested=ABSENT)

        world.service.deliver(world.at(9, 2))

        assert [run.key.split(":")[0] for run in world.payroll.runs] == ["2023-07", "2023-08"]


def test_an_effect_on_a_port_without_a_deliverer_stays_where_it_is(world):
    """Day plans are for whoever serves that port."""
    world.journal.append("elsewhere", 0, [], [Effect(key="k", port="schedule", kind="day", to="analyst")])

    assert world.service.deliver(world.at(8, 2)).delivered == 0
    assert statuses(world) == [EffectStatus.PENDING]
