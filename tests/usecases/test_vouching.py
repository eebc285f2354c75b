"""Mandates put on record, and private parts: what never enters the chain, and what is left after they were erased."""

from datetime import date
from decimal import Decimal

import pytest

from mkd_core import Level, Mandate, MandateKind, State
from mkd_core.events import ErasureReason
from mkd_core.journal import canonical, verify
from mkd_core.usecases.context import MANDATES
from mkd_plugins.policies.schemes import scheme_history
from mkd_plugins.testing.fakes import RecordingNotification, small_agency


def plt(**changes):
    given = {
        "kind": MandateKind.PLT,
        "acting": "curator",
        "unit": "archive",
        "starts": date(2023, 6, 1),
        "reference": "821/7",
    }
    return Mandate(**{**given, **changes})


class TestMandates:
    def test_a_mandate_given_through_the_service_counts(self, world):
        """It stands in a stream of its own and is seen by every later command."""
        world.service.give_mandate(plt(), by="hr", at=world.at(6, 19))
        world.service.give_mandate(plt(unit="data", acting="analyst"), by="hr", at=world.at(6, 19))

        assert world.voters(world.submitted("archivist")) == ["curator"]
        assert [record.type for record in world.journal.read(MANDATES)] == ["MandateGiven"] * 2

    def test_what_is_given_here_comes_before_what_identity_says(self, world):
        """The newer order is the deployment's own."""
        world.identity.mandate(plt(acting="archivist"))
        world.service.give_mandate(plt(), by="hr", at=world.at(6, 19))

        assert world.voters(world.submitted("archivist")) == ["curator"]

    @pytest.mark.parametrize(
        ("changes", "by", "code"),
        [
            ({}, "director", "MKD421"),
            ({"acting": "nobody"}, "hr", "MKD406"),
            ({"replaces": "nobody"}, "hr", "MKD406"),
            ({"unit": "nowhere"}, "hr", "MKD407"),
            ({"reference": ""}, "hr", "MKD215"),
        ],
    )
    def test_a_mandate_that_cannot_hold_is_refused(self, world, changes, by, code):
        """Only HR gives one, to somebody known, over something known, and an order has a number."""
        world.refused(code, world.service.give_mandate, plt(**changes), by=by, at=world.at(6, 19))

    @pytest.mark.parametrize(
        "changes", [{"acting": "hr"}, {"acting": "analyst", "unit": None, "replaces": "data-head"}]
    )
    def test_hr_gives_no_power_to_itself(self, world, changes):
        """Neither a mandate of one's own, nor one over one's own superior: another of the role puts it on record."""
        world.identity.change("hr", unit="data", superior="data-head")
        given = plt(kind=MandateKind.PLH, **changes)

        world.refused("MKD420", world.service.give_mandate, given, by="hr", at=world.at(6, 19))

    def test_hr_gives_no_power_to_itself_under_a_second_key(self, world):
        """Whoever has the same service number is the same person, whatever the key."""
        world.identity.change("curator", number=world.identity.person("hr", world.starts).employee.number)

        world.refused("MKD420", world.service.give_mandate, plt(), by="hr", at=world.at(6, 19))

    def test_a_delegation_needs_no_number(self, world):
        """It is no order, and counts once it was accepted."""
        given = plt(kind=MandateKind.DELEGATION, unit=None, replaces="data-head", reference="", accepted=True)

        assert world.service.give_mandate(given, by="hr", at=world.at(6, 19)) == given
        assert world.voters(world.submitted()) == ["curator"]


def whole_journey(world, *, deliver=True):
    """Everything a service does, with free text in every place that takes some; the texts that were used."""
    service, at = world.service, world.at
    texts = []

    def free():
        texts.append(f"free text {len(texts)}")
        return texts[-1]

    service.attest(
        "analyst", "applicant.statutory_ground", "family_violence", by="data-head", at=at(6, 19), evidence=free()
    )
    service.give_mandate(plt(), by="hr", at=at(6, 19))
    targets = [world.target(indicator=free(), unit=free(), evidence=free())]
    agreement = world.propose(targets=targets, reason=free(), evidence=free(), work_plan=free()).id
    service.counter(agreement, targets=[world.target(indicator=free())], by="data-head", at=at(6, 20), note=free())
    service.agree(agreement, by="analyst", at=at(6, 20))
    service.submit(agreement, by="analyst", at=at(6, 20))
    service.send_back(agreement, by="data-head", at=at(6, 21), reason=free())
    service.revise(agreement, terms=service.agreement(agreement).latest.terms, by="analyst", at=at(6, 21))
    service.submit(agreement, by="analyst", at=at(6, 21))
    service.consult(agreement, by="data-head", at=at(6, 21), note=free())
    service.approve(agreement, by="data-head", at=at(6, 22), reason=free())
    service.suspend(agreement, since=date(2023, 7, 6), by="hr", at=at(7, 3), reason=free())
    service.resume(agreement, since=date(2023, 7, 7), by="hr", at=at(7, 3))
    service.recall(agreement, on=date(2023, 7, 10), by="data-head", at=at(7, 3), reason=free())
    day = {"on": date(2023, 7, 4), "by": "analyst", "at": at(7, 5)}
    service.report_activity(agreement, minutes=60, description=free(), evidence=free(), **day)
    service.verify_activity(agreement, "a1", by="data-head", at=at(7, 6), note=free())
    service.report_result(agreement, target="t1", value=Decimal(4), evidence=free(), **{**day, "at": at(7, 6)})
    service.verify_result(agreement, "r1", by="data-head", at=at(7, 6), note=free())
    service.dispute_result(agreement, "r1", by="analyst", at=at(7, 6), note=free())
    world.identity.change("analyst", facts={"applicant.rating": "poor", "applicant.discipline": "serving"})
    service.recheck(agreement, by="hr", at=at(7, 7))
    service.amend(
        agreement,
        plan=world.plan(1),
        starts=date(2023, 8, 7),
        by="analyst",
        at=at(7, 8),
        reason=free(),
        targets=targets,
    )
    service.withdraw(agreement, by="analyst", at=at(7, 8), reason=free())
    service.close_period(
        "analyst",
        "2023-07",
        by="data-head",
        at=at(8, 1),
        behaviour=Level.AS_EXPECTED,
        attested={"period.absent_days": 0, "period.negative_activities": 0},
    )
    service.revoke(agreement, since=date(2023, 8, 2), by="hr", at=at(8, 2), reason=free())
    second = world.submitted(on=at(8, 3), plan=world.plan(anchor=date(2023, 9, 4))).id
    service.refuse(second, by="data-head", at=at(8, 3), reason=free())
    service.tick(at(8, 4))
    if deliver:
        service.deliver(at(8, 4))
    return texts


@pytest.fixture
def after_all(worlds):
    """The world after the whole journey, and the free texts that were written in it."""
    world = worlds(schemes=scheme_history("jabar-trk"))
    return world, whole_journey(world)


class TestPrivacy:
    def test_no_name_number_text_or_fact_is_in_the_chain_or_the_outbox(self, after_all):
        """What is hashed, and what waits for delivery, names people by their keys alone."""
        world, texts = after_all
        people = small_agency().people(date(2023, 6, 20))
        personal = [
            part for person in people for part in (person.name.reveal(), person.number.digits, person.email.reveal())
        ]
        facts = ["serving", "family_violence"]
        chained = [canonical({"by": record.by, "data": record.data}) for _, record in world.journal.records()]
        waiting = [canonical(dict(delivery.effect.data)) for delivery in world.journal.deliveries()]

        assert len({record.type for _, record in world.journal.records()}) >= 22
        for text in (*chained, *waiting):
            leaked = [part for part in (*personal, *texts, *facts) if part in text]
            assert not leaked, text

    def test_what_tells_of_a_person_lies_beside_the_chain(self, after_all):
        """Rules that failed, results, ratings, minutes of a period, and the very name of an attested fact."""
        world, _ = after_all
        personal = {
            "PeriodClosed": {"minutes", "achievement", "rating", "lines"},
            "ResultReported": {"value"},
            "ResultVerified": {"value"},
            "FactAttested": {"fact", "value"},
        }
        seen, failed = set(), set()
        for _, record in world.journal.records():
            beside = set(record.private or ())
            if record.type in personal:
                seen.add(record.type)
                assert personal[record.type] <= beside
                assert not (personal[record.type] & set(record.data))
            if "verdict" in record.data:
                assert not {"failed", "undetermined"} & set(record.data["verdict"])
                failed |= set(record.private.get("verdict", {}).get("failed", ()))
        assert seen == set(personal)
        assert failed == {"rating"}

    def test_a_result_that_was_erased_is_neither_verified_nor_waited_for(self, world):
        """Nobody confirms a value that nobody knows any more; the ids of results go on."""
        agreement = world.approved(ends=date(2023, 7, 9)).id
        day = {"on": date(2023, 7, 4), "by": "analyst", "at": world.at(7, 5)}
        world.service.report_result(agreement, target="t1", value=Decimal(4), evidence="e", **day)
        world.service.erase("analyst", reason=ErasureReason.REQUEST, by="hr", at=world.at(7, 10))

        world.refused("MKD447", world.service.verify_result, agreement, "r1", by="data-head", at=world.at(7, 11))
        assert world.service.dossier("analyst").results["r1"].erased
        assert [task.kind for task in world.service.inbox("data-head", at=world.at(7, 11))] == []

    def test_the_private_parts_lie_beside_the_chain(self, after_all):
        """Every free text is kept somewhere, under a commitment."""
        world, texts = after_all
        beside = canonical([dict(record.private or {}) for _, record in world.journal.records()])

        assert [text for text in texts if text not in beside] == []

    def test_no_repr_shows_them(self, after_all):
        """A dossier that is printed by mistake shows no text and no fact."""
        world, texts = after_all
        agreement = world.service.agreement("analyst.1")
        shown = repr(agreement) + repr(list(world.service.history("analyst.1")))

        assert [text for text in texts if text in shown] == []

    def test_erased_they_are_gone_and_the_chain_is_whole(self, after_all):
        """The state can still be rebuilt and used; it lacks what was erased."""
        world, _ = after_all
        service = world.service
        before = service.agreements()
        count = service.erase("analyst", reason=ErasureReason.RETENTION, by="hr", at=world.at(8, 5))

        assert count > 20
        assert verify(record for _, record in world.journal.records()) == []
        assert not any(record.private for record in world.journal.read("person/analyst"))
        states = [(a.id, a.state(date(2023, 8, 5)), len(a.versions)) for a in service.agreements()]
        assert states == [(a.id, a.state(date(2023, 8, 5)), len(a.versions)) for a in before]
        assert service.agreement("analyst.1").latest.targets == ()
        closed = service.statement("analyst", "2023-07")
        assert (closed.minutes, closed.rating, closed.achievement, closed.lines, closed.missing) == (
            *[None] * 3,
            *[()] * 2,
        )
        assert world.propose("analyst", at=world.at(8, 5)).id == "analyst.3"

    def test_the_outbox_is_erased_too(self, worlds):
        """What was sent says nothing any more; what still waited is cancelled, and the event says so."""
        world = worlds(mail=RecordingNotification(declines=["refused"]))
        agreement = world.submitted().id
        world.submitted("easterner")
        world.service.refuse(agreement, by="data-head", at=world.at(6, 20), reason="r")
        world.service.deliver(world.at(6, 20))
        second = world.propose()
        world.service.counter(second.id, targets=[world.target(value="9")], by="data-head", at=world.at(6, 20))
        world.service.withdraw(second.id, by="analyst", at=world.at(6, 20))

        world.service.erase("analyst", reason=ErasureReason.REQUEST, by="hr", at=world.at(6, 21))

        outbox = {d.effect.kind: d for d in world.journal.deliveries() if "analyst" in d.effect.key}
        assert {kind: (d.status.value, dict(d.effect.data)) for kind, d in outbox.items()} == {
            "vote_wanted": ("delivered", {}),
            "refused": ("cancelled", {}),
            "targets_countered": ("cancelled", {}),
        }
        erased = world.service.dossier("analyst").history[-1].event
        assert erased.cancelled == (outbox["targets_countered"].effect.key, outbox["refused"].effect.key)
        assert [d.effect.data["agreement"] for d in world.journal.deliveries() if "easterner" in d.effect.key] == [
            "easterner.1"
        ]

    @pytest.mark.parametrize("paid", [True, False])
    def test_pay_that_waits_holds_an_erasure_up(self, worlds, paid):
        """Nobody loses a pay line to an erasure; without a payroll there is none to wait for."""
        world = worlds(schemes=scheme_history("jabar-trk"))
        whole_journey(world, deliver=paid)
        erase = {"reason": ErasureReason.RETENTION, "by": "hr", "at": world.at(8, 5)}
        if not paid:
            world.refused("MKD448", world.service.erase, "analyst", **erase)
            world = type(world)(journal=world.journal, identity=world.identity, payroll=None)

        world.service.erase("analyst", **erase)

        event = world.service.dossier("analyst").history[-1].event
        assert bool(event.cancelled) is not paid
        assert not [d for d in world.journal.deliveries() if d.effect.to == "analyst" and d.effect.data]

    def test_the_memory_of_a_running_service_is_erased_too(self, after_all):
        """A service that had read everything before shows no erased text or target any more."""
        world, _ = after_all
        other = type(world)(journal=world.journal, identity=world.identity)
        remembered = other.service.agreements()
        assert remembered[0].latest.targets

        world.service.erase("analyst", reason=ErasureReason.RETENTION, by="hr", at=world.at(8, 5))

        assert [version.targets for version in other.service.agreements()[0].versions] == [(), ()]
        assert [version.texts for version in other.service.agreements()[0].versions] == [{}, {}]
        assert other.service.agreements() == world.service.agreements()

    def test_an_attestation_that_was_erased_is_a_missing_fact(self, after_all):
        """Nothing is remembered of its value."""
        world, _ = after_all
        world.service.erase("analyst", reason=ErasureReason.RETENTION, by="hr", at=world.at(8, 5))
        agreement = world.propose(at=world.at(8, 5))

        assert "applicant.statutory_ground" not in world.service.decide(agreement.id, at=world.at(8, 5)).facts

    @pytest.mark.parametrize(("by", "code"), [("director", "MKD421"), ("analyst", "MKD421")])
    def test_only_hr_erases(self, world, by, code):
        """Neither the boss nor the person."""
        world.propose()

        world.refused(code, world.service.erase, "analyst", reason="r", by=by, at=world.at(6, 20))

    @pytest.mark.parametrize("make", ["submitted", "approved"])
    def test_what_is_pending_or_live_is_ended_first(self, world, make):
        """The targets of an agreement in force are among what would be erased."""
        getattr(world, make)()

        world.refused("MKD437", world.service.erase, "analyst", reason="r", by="hr", at=world.at(6, 22))

    def test_nobody_of_hr_erases_the_own_record(self, worlds):
        """Another of the role does that; what HR did is for somebody else to forget."""
        world = worlds(roles={"hr": ["hr", "analyst"]})
        world.propose()

        world.refused("MKD420", world.service.erase, "analyst", reason="r", by="analyst", at=world.at(6, 22))

        assert world.service.erase("analyst", reason=ErasureReason.REQUEST, by="hr", at=world.at(6, 22)) == 1

    def test_nobody_of_hr_erases_the_own_record_under_a_second_key(self, worlds):
        """Whoever has the same service number is the same person, whatever the key."""
        world = worlds(roles={"hr": ["hr", "deputy"]})
        world.propose()
        world.identity.change("deputy", number=world.identity.person("analyst", world.starts).employee.number)

        world.refused("MKD420", world.service.erase, "analyst", reason="r", by="deputy", at=world.at(6, 22))

    def test_of_a_stranger_nothing_can_be_erased(self, world):
        """Nothing is on record."""
        world.refused("MKD441", world.service.erase, "clerk", reason="r", by="hr", at=world.at(6, 22))


def test_what_a_command_answers_is_what_the_journal_says(after_all):
    """State rebuilt from the journal equals the state that the commands left, step by step."""
    world, _ = after_all
    fresh = type(world)(journal=world.journal, identity=world.identity)

    assert fresh.service.agreement("analyst.2").latest.state is State.REFUSED
    assert fresh.service.dossier("analyst") == world.service.dossier("analyst")
    assert fresh.service.agreements() == world.service.agreements()


def test_a_second_key_gives_nobody_power_over_themselves(world):
    """HR with the applicant's number is the applicant: it decides, suspends, closes and vouches for no record."""
    agreement = world.approved(ends=world.at(12, 31).date())
    other = world.submitted(
        on=world.at(6, 22), starts=world.at(9, 1, year=2024).date(), ends=world.at(9, 30, year=2024).date()
    )
    world.identity.change("hr", number=world.identity.person("analyst", world.starts).employee.number)
    later = {"by": "hr", "at": world.at(8, 7)}

    world.refused("MKD421", world.service.attest, "analyst", "applicant.rating", "very_good", **later)
    world.refused("MKD420", world.service.approve, other.id, **later)
    world.refused("MKD420", world.service.close_period, "analyst", "2023-07", **later)
    world.refused("MKD420", world.service.suspend, agreement.id, since=world.at(8, 8).date(), reason="r", **later)
