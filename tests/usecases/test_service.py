"""One door, several services: conflicts on one journal, separation in one process, observers, and who is asked."""

from collections.abc import Sequence
from datetime import UTC, date

import pytest

import mkd_core
from mkd_core import AgreementService, Conflict, Employee, NotAllowed, NotFound, State, Transient, Unit
from mkd_core.events import Happened
from mkd_core.people import Holder
from mkd_core.usecases.directory import Directory
from mkd_plugins.testing.fakes import FakeIdentity, memory_journal, small_agency

ON = date(2023, 6, 20)


class Interrupted:
    """A journal on which somebody else writes between the reading and the writing of a command."""

    def __init__(self, journal, meanwhile):
        self._journal = journal
        self._meanwhile = meanwhile

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def append(self, stream, expected, events, effects=()):
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return self._journal.append(stream, expected, events, effects)


class TestConflicts:
    def test_the_second_of_two_writers_is_refused_and_nothing_happened(self, world):
        """Two people act on what both have read: one goes through, the other reads again."""
        agreement = world.submitted()

        def first():
            world.service.refuse(agreement.id, by="data-head", at=world.at(6, 21), reason="no")

        second = type(world)(journal=Interrupted(world.journal, first), identity=world.identity)
        outbox = len(list(world.journal.deliveries()))

        with pytest.raises(Conflict, match="MKD501") as caught:
            second.service.approve(agreement.id, by="data-head", at=world.at(6, 21))

        assert caught.value.mend == "read it again and repeat the command"
        assert world.events(agreement.id)[-2:] == ["VoteCast", "AgreementRefused"]
        assert len(list(world.journal.deliveries())) == outbox + 1
        world.refused("MKD412", second.service.approve, agreement.id, by="data-head", at=world.at(6, 21))

    def test_two_mandates_at_once_conflict_too(self, world):
        """The stream of mandates is kept in order like any other."""
        order = mkd_core.Mandate(
            kind=mkd_core.MandateKind.PLH, acting="deputy", replaces="data-head", starts=ON, reference="8"
        )

        def first():
            world.service.give_mandate(order, by="hr", at=world.at(6, 20))

        second = type(world)(journal=Interrupted(world.journal, first), identity=world.identity)

        with pytest.raises(Conflict):
            second.service.give_mandate(order, by="hr", at=world.at(6, 20))

    def test_two_services_on_one_journal_see_each_other(self, world):
        """What one wrote the other reads, also from its register."""
        other = type(world)(journal=world.journal, identity=world.identity)
        assert other.service.agreements() == ()

        agreement = world.submitted()

        assert other.service.agreements() == (agreement,)

    def test_two_services_in_one_process_do_not_see_each_other(self, world, worlds):
        """Nothing is shared but what both were given."""
        other = worlds()
        world.submitted()

        assert other.service.agreements() == ()
        assert other.propose().id == "analyst.1"


class TestObserving:
    def test_every_event_is_told_after_it_was_kept(self, worlds):
        """In order, with its envelope; nothing is told of a command that was refused."""
        seen: list[Happened] = []
        world = worlds(observe=seen.append)
        agreement = world.approved()
        world.refused("MKD412", world.service.approve, agreement.id, by="data-head", at=world.at(6, 22))

        assert seen == list(world.service.history(agreement.id))
        assert [happened.number for happened in seen] == [1, 2, 3, 4, 5, 6]

    def test_what_an_observer_raises_reaches_the_caller_and_the_event_stays(self, worlds):
        """The event was kept before; an observer cannot undo it."""

        def broken(happened: Happened) -> None:
            raise RuntimeError("observer")

        world = worlds(observe=broken)

        with pytest.raises(RuntimeError, match="observer"):
            world.propose()
        assert len(world.journal.read("person/analyst")) == 1


class TestIdentity:
    def test_backends_are_asked_in_their_order(self, worlds):
        """The first that knows the person or the unit answers; each key comes once."""
        second = FakeIdentity(
            [Employee(key="guest", unit="annex"), Employee(key="analyst", unit="annex")],
            [Unit(key="annex", name="Annex")],
        )
        at = Directory(identities=[small_agency(), second]).at(ON)

        assert at.known("analyst").unit == "data"
        assert at.known("guest").unit == "annex"
        assert at.unit_of(at.known("guest")).name == "Annex"
        assert [person.key for person in at.people()].count("analyst") == 1

    def test_a_denial_stops_the_search(self):
        """Whom the first backend denies the second is not asked about."""
        first, second = small_agency(), small_agency()
        first.denied["analyst"] = "left"
        at = Directory(identities=[first, second]).at(ON)

        assert at.employee("analyst") is None
        for ask in (at.known, at.lookup):
            with pytest.raises(NotAllowed, match="MKD405"):
                ask("analyst")

    def test_a_failing_backend_stops_everything(self, worlds):
        """Identity fails closed: another backend is no way around it."""
        broken = small_agency()
        broken.failing = Transient("directory is down")
        service = AgreementService(journal=memory_journal(), identity=[broken, small_agency()])

        with pytest.raises(Transient):
            service.day("analyst", ON, at=worlds().at(6, 20))

    def test_a_handle_is_looked_up_and_never_repeated(self):
        """A number or an address finds its person; an error does not say it again."""
        identity = small_agency()
        at = Directory(identities=[identity]).at(ON)

        assert at.lookup("199103172015032906").key == "analyst"
        assert at.lookup("clerk@example.go.id").key == "clerk"
        assert at.lookup("clerk").key == "clerk"
        with pytest.raises(NotFound, match="MKD406") as caught:
            at.lookup("199103172015032907")
        assert "1991" not in str(caught.value)

    def test_a_number_in_the_place_of_a_key_is_not_repeated(self):
        """Whoever mistakes a service number for a key does not find it in the log."""
        with pytest.raises(NotFound, match="MKD406") as caught:
            Directory(identities=[small_agency()]).at(ON).known("199103172015032906")

        assert "1991" not in str(caught.value)

    def test_one_command_sees_one_organisation(self):
        """What was looked up once is kept for the rest of the command."""
        identity = small_agency()
        at = Directory(identities=[identity]).at(ON)
        before = (at.known("clerk"), at.mandates())
        identity.change("clerk", unit="data")

        assert (at.known("clerk"), at.mandates()) == before

    def test_nobody_is_known_without_a_backend(self, worlds):
        """Identity left out knows nobody."""
        service = AgreementService(journal=memory_journal())

        with pytest.raises(NotFound, match="MKD406"):
            service.day("analyst", ON, at=worlds().at(6, 20))

    def test_roles_are_those_of_the_deployment(self):
        """A role is held by whoever the deployment names, as far as identity knows them."""
        at = Directory(identities=[small_agency()], roles={"hr": ["hr", "ghost"]}).at(ON)

        assert at.with_role("hr", "data") == ["hr"]
        assert at.has_role("hr", "auditor", "hr", unit="data")
        assert not at.has_role("clerk", "hr", unit="data")

    def test_a_role_may_be_held_over_a_unit_and_all_below_it(self):
        """Whoever holds it there holds it nowhere else, and not over everything."""
        roles = {"hr": [Holder(person="deputy", unit="planning"), "hr"]}
        at = Directory(identities=[small_agency()], roles=roles).at(ON)

        assert [at.with_role("hr", unit) for unit in ("data", "planning", "counter")] == [
            ["deputy", "hr"],
            ["deputy", "hr"],
            ["hr"],
        ]
        assert at.has_role("deputy", "hr", unit="data")
        assert not at.has_role("deputy", "hr", unit="agency")
        assert not at.has_role("deputy", "hr", unit=None)
        assert at.has_role("hr", "hr", unit=None)


class TestQuestions:
    def test_who_is_above_and_where(self, world):
        """The superior of the moment, the unit, the organisation and the hours can be asked for."""
        agreement = world.propose()

        assert [one.person for one in world.service.superiors(agreement.id, at=world.at(6, 20))] == ["data-head"]
        assert world.service.unit_of("clerk", at=world.at(6, 20)).direct_service
        assert world.service.organisation(ON).known("clerk").unit == "counter"
        assert world.service.hours is world.hours

    def test_the_journal_can_be_verified_through_the_service(self, world):
        """Whole as it is; against a head that knows more, what is missing is named."""
        world.propose()
        head = world.journal.head()
        assert world.service.verify(head) == []

        world.propose()
        shorter = type(world)(journal=memory_journal(), identity=world.identity)

        assert [fault.event for fault in shorter.service.verify(world.journal.head())] == ["person/analyst#1"]


def test_the_dossier_holds_everything_about_a_person(world):
    """Its number is that of the last event; of a stranger it is empty."""
    world.approved()

    dossier = world.service.dossier("analyst")

    assert (dossier.number, list(dossier.agreements)) == (len(dossier.history), ["analyst.1"])
    assert world.service.dossier("clerk").number == 0
    assert isinstance(dossier.history, Sequence)


class TestMoments:
    def test_nothing_is_entered_before_what_happened_last(self, world):
        """A vote dated back would be decided on powers and facts of a day that has gone."""
        agreement = world.submitted(on=world.at(6, 20, 10))

        error = world.refused("MKD446", world.service.approve, agreement.id, by="data-head", at=world.at(6, 20, 9))

        assert "2023-06-20T10:00:00+07:00" in str(error)
        assert world.service.agreement(agreement.id).latest.state is State.SUBMITTED

    def test_what_happens_in_one_moment_is_fine(self, world):
        """Two commands may share a moment, whatever zone it is written in."""
        agreement = world.submitted(on=world.at(6, 20))

        approved = world.service.approve(agreement.id, by="data-head", at=world.at(6, 20).astimezone(UTC))

        assert approved.latest.state is State.APPROVED

    def test_the_order_is_that_of_one_person(self, world):
        """All agreements of one person share an order; what happens about others does not hold it up."""
        world.submitted("easterner", on=world.at(6, 25))
        first = world.submitted(on=world.at(6, 21), ends=date(2023, 7, 30))
        world.service.withdraw(first.id, by="analyst", at=world.at(6, 24))

        world.refused("MKD446", world.propose, at=world.at(6, 23))

        assert world.propose(at=world.at(6, 24)).id == "analyst.2"

    def test_a_clock_that_is_behind_stops_no_other_agreement(self, worlds):
        """What a tick may not enter is reported, and waits for a tick that is later."""
        late = '[[route]]\nid = "superior"\napprover = "superior"\nwithin = "1 working day"\n'
        world = worlds(route=late)
        busy, quiet = world.submitted(), world.submitted("easterner")
        world.service.counter(busy.id, targets=[world.target(value="5")], by="data-head", at=world.at(6, 24))

        report = world.service.tick(world.at(6, 23))

        assert report.changed == (quiet.id,)
        assert [problem.code for problem in report.problems] == ["MKD446"]
        assert world.service.tick(world.at(6, 24)).changed == (busy.id,)

    def test_mandates_are_put_on_record_in_their_order(self, world):
        """An order that seems older than the last one could change who had the power then."""
        plh = mkd_core.Mandate(
            kind=mkd_core.MandateKind.PLH, acting="deputy", replaces="data-head", starts=ON, reference="8"
        )
        world.service.give_mandate(plh, by="hr", at=world.at(6, 20))

        world.refused("MKD446", world.service.give_mandate, plh, by="hr", at=world.at(6, 19))
