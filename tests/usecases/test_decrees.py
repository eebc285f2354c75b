"""Agreements by decree: made for a unit without requests, nobody's twice, nobody's against a rule."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from mkd_core import Agreement, Employee, State, Unit
from mkd_core.decrees import Decree
from mkd_core.errors import JournalError
from mkd_core.journal import MemoryJournal
from mkd_core.people import WIB, Employment, Mandate, MandateKind, ServiceNumber
from mkd_core.usecases.decreeing import LeftOut
from mkd_core.usecases.decrees import Issued
from mkd_plugins.policies import policy_history
from mkd_plugins.testing.fakes import FakeAttendance, FakeIdentity, RecordingSchedule

PACK = policy_history("jabar-mkd")
NOBODY_SERVES = {"applicant.direct_service": (False, "known of all but the counter")}
THURSDAY = Decree(
    key="SE 150",
    unit="agency",
    policy="jabar-mkd",
    version="se-150-2025",
    starts=date(2025, 11, 3),
    ends=date(2025, 11, 28),
    weekdays=("thu",),
)
ROTATION = Decree(
    key="Desember",
    unit="section",
    policy="jabar-mkd",
    version="rotation-2025",
    starts=date(2025, 12, 1),
    ends=date(2025, 12, 31),
    weekdays=("tue", "wed", "thu", "fri"),
    cap=Decimal("0.5"),
)


def october(day: int) -> datetime:
    return datetime(2025, 10, day, 9, tzinfo=WIB)


def november(day: int, hour: int = 9) -> datetime:
    return datetime(2025, 11, day, hour, tzinfo=WIB)


def why(issued: Issued) -> dict[str, tuple[str, ...]]:
    """Person → reason and detail."""
    return {one.person: (one.reason.value, *one.detail) for one in issued.left_out}


def people(agreements: tuple[Agreement, ...]) -> list[str]:
    return sorted(agreement.applicant for agreement in agreements)


def section(count: int = 9, **of_one: dict[str, Any]) -> FakeIdentity:
    """A section of so many people, the first of them its head; ``p3={"applicant.educator": True}`` adds facts."""
    facts = {"applicant.employment": "pns", "applicant.special_circumstance": False}
    return FakeIdentity(
        [
            Employee(key=f"p{number}", unit="section", facts={**facts, **of_one.get(f"p{number}", {})})
            for number in range(count)
        ],
        [Unit(key="section", name="Seksi", head="p0")],
    )


def away(agreements: tuple[Agreement, ...], on: date) -> int:
    """How many of them are elsewhere on that date."""
    days = [agreement.day(on) for agreement in agreements]
    return sum(day is not None and day.remote for day in days)


@pytest.fixture
def office(worlds: Callable[..., Any]) -> Any:
    """The small agency under the policies of West Java."""
    return worlds(policies=PACK, defaults=NOBODY_SERVES)


@pytest.fixture
def rota(worlds: Callable[..., Any]) -> Callable[..., Any]:
    """A section under the policies of West Java."""

    def make(identity: FakeIdentity, **parts: Any) -> Any:
        return worlds(policies=PACK, defaults=NOBODY_SERVES, identity=identity, **parts)

    return make


class TestFixedDays:
    """Thursdays at home, as in November 2025."""

    def test_everybody_works_at_home_on_thursday_but_who_serves_the_public_and_who_ordered_it(
        self, office: Any
    ) -> None:
        """Each has an agreement of their own, approved as it is; the counter and the issuer are named with why."""
        issued = office.service.issue_decree(THURSDAY, by="hr", at=october(22))

        assert why(issued) == {
            "clerk": ("direct_service",),
            "counter-head": ("direct_service",),
            "hr": ("issuer",),
        }
        assert len(issued.agreements) == 9
        made = office.service.agreement("analyst.1")
        assert (made.decree, made.state(date(2025, 11, 6)), made.latest.steps) == ("SE 150", State.ACTIVE, ())
        assert str(made.day(date(2025, 11, 6))) == "07:30-16:00 home 60"
        assert made.day(date(2025, 11, 7)).at_office
        assert made.day(date(2025, 12, 4)) is None

    def test_who_ordered_it_has_none_of_it_under_a_second_key_either(self, office: Any) -> None:
        """Whoever has the issuer's service number is the issuer."""
        number = ServiceNumber.parse("199103172015032906", Employment.PNS)
        for key in ("hr", "analyst"):
            office.identity.change(key, number=number)

        assert why(office.service.issue_decree(THURSDAY, by="hr", at=october(22)))["analyst"] == ("issuer",)

    def test_a_look_ahead_tells_the_same_and_writes_nothing(self, office: Any) -> None:
        """Whoever tries it first sees who and what, and the journal stays as it was."""
        before = office.journal.head()
        ahead = office.service.issue_decree(THURSDAY, by="hr", at=october(22), dry_run=True)

        assert office.journal.head() == before
        assert ahead == office.service.issue_decree(THURSDAY, by="hr", at=october(22))

    def test_said_again_it_makes_nothing_twice_and_reaches_who_came_later(self, office: Any) -> None:
        """The same decree once more writes nothing; a new colleague gets the rest of it, from that day on."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        before = office.journal.head()
        again = office.service.issue_decree(THURSDAY, by="hr", at=october(23))
        assert (office.journal.head(), again.new, len(again.agreements)) == (before, frozenset(), 9)

        known = office.identity.person("analyst", date(2025, 11, 10)).employee
        office.identity.add(evolve(known, key="newcomer", number=None))
        late = office.service.issue_decree(THURSDAY, by="hr", at=november(10))
        assert late.new == {"newcomer.1"}
        assert office.service.agreement("newcomer.1").latest.effective == date(2025, 11, 10)

    def test_an_agreement_of_ones_own_is_never_touched(self, office: Any) -> None:
        """Who has agreed on other days keeps them, and is named with that agreement."""
        plan = office.plan(1, anchor=date(2025, 11, 3))
        office.service.attest("analyst", "applicant.equipment_ready", True, by="data-head", at=october(1))
        draft = office.service.propose(
            applicant="analyst",
            plan=plan,
            targets=[office.target(due=date(2025, 12, 1))],
            ends=date(2025, 12, 31),
            by="analyst",
            at=october(1),
        )
        office.service.record_decision(
            draft.id, "approve", by="data-head", at=october(2), reference="N-1", reason="diketahui"
        )
        before = office.service.agreement(draft.id)
        issued = office.service.issue_decree(THURSDAY, by="hr", at=october(22))

        assert why(issued)["analyst"] == ("overlap", "analyst.1")
        assert office.service.agreement(draft.id) == before

    def test_whom_the_policy_does_not_approve_is_named_with_the_rules(self, office: Any) -> None:
        """No order goes over a rule: a referred case is for a person to judge, a refused one for nobody."""
        office.identity.change("analyst", facts={"applicant.employment": "other"})
        office.identity.change("statistician", facts={"applicant.employment": "pns", "applicant.direct_service": True})
        issued = office.service.issue_decree(THURSDAY, by="hr", at=october(22))

        assert why(issued)["analyst"] == ("referred", "staff")
        assert why(issued)["statistician"] == ("direct_service",)

    def test_everybody_is_told(self, office: Any) -> None:
        """A notice each, and another one when the decree is taken back."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        office.service.deliver(october(22))
        assert office.mail.told("analyst") == ["decreed"]
        assert office.mail.told("clerk") == []

        office.service.revoke_decree("SE 150", since=date(2025, 11, 17), by="hr", at=november(14), reason="evaluasi")
        office.service.deliver(november(14))
        assert office.mail.told("analyst") == ["decreed", "revoked"]

    def test_taken_back_it_ends_for_everybody_on_that_day(self, office: Any) -> None:
        """Its agreements are revoked, those that were revoked before are left, and it cannot be issued again."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        office.service.revoke("analyst.1", since=date(2025, 11, 5), by="data-head", at=november(4), reason="layanan")
        ended, left_out = office.service.revoke_decree(
            "SE 150", since=date(2025, 11, 17), by="director", at=november(14), reason="evaluasi"
        )

        assert (len(ended), left_out) == (8, ())
        assert office.service.agreement("deputy.1").state(date(2025, 11, 17)) is State.REVOKED
        assert office.service.agreement("deputy.1").state(date(2025, 11, 16)) is State.ACTIVE
        assert office.service.agreement("analyst.1").stopped == date(2025, 11, 5)
        on_record, agreements = office.service.decree("SE 150")
        assert (on_record.revoked, on_record.by, len(agreements)) == (date(2025, 11, 17), "hr", 9)
        office.refused("MKD465", office.service.issue_decree, THURSDAY, by="hr", at=november(15))

    def test_a_revocation_said_again_goes_on_and_ends_nothing_twice(self, office: Any) -> None:
        """The second time nothing is left to end; another day is another revocation, and refused."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        said = {"by": "hr", "at": october(24), "reason": "batal"}
        ended, _ = office.service.revoke_decree("SE 150", since=date(2025, 10, 24), **said)
        again, _ = office.service.revoke_decree("SE 150", since=date(2025, 10, 24), **said)

        assert (len(ended), again) == (9, ())
        assert office.service.agreement("analyst.1").state(date(2025, 11, 6)) is State.REVOKED
        office.refused("MKD465", office.service.revoke_decree, "SE 150", since=date(2025, 11, 3), **said)

    def test_the_recorded_decision_is_decided_again_by_the_decree(self, office: Any) -> None:
        """The decree's version decided, its facts are kept, and a second look says the same."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        (then,) = office.service.replay("analyst.1")

        assert (then.event, then.verdict.version) == ("AgreementDecreed", "se-150-2025")
        assert then.again.same

    def test_its_days_are_proved_as_the_decree_says(self, worlds: Callable[..., Any]) -> None:
        """In the trial a day at home asks for a check-in, which the ordinary scheme does not."""
        world = worlds(policies=PACK, defaults=NOBODY_SERVES, attendances=[FakeAttendance({})])
        world.service.issue_decree(THURSDAY, by="hr", at=october(22))
        closed = world.service.close_period(
            "analyst", "2025-11", by="data-head", at=datetime(2025, 12, 1, 9, tzinfo=WIB)
        )
        thursdays = {f"check_in:2025-11-{day:02d}" for day in (6, 13, 20, 27)}

        assert thursdays <= set(closed.missing)

    def test_rosters_get_its_days(self, worlds: Callable[..., Any]) -> None:
        """What was ordered goes to the roster as what was agreed does."""
        roster = RecordingSchedule()
        world = worlds(policies=PACK, defaults=NOBODY_SERVES, schedules=[roster])
        world.service.issue_decree(THURSDAY, by="hr", at=october(22))
        world.service.deliver(october(22))

        (window,) = roster.taken["analyst", date(2025, 11, 6)].windows
        assert str(window) == "07:30-16:00 home 60"

    def test_it_is_decided_again_by_the_decree(self, office: Any) -> None:
        """A look in the middle of the month finds nothing to review, or what the decree does not allow any more."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        assert not office.service.recheck("analyst.1", by="data-head", at=november(10)).under_review

        office.identity.change("analyst", facts={"applicant.employment": "pns", "applicant.direct_service": True})
        assert office.service.recheck("analyst.1", by="data-head", at=november(11)).under_review
        assert office.service.history("analyst.1")[-1].event.verdict.version == "se-150-2025"

    def test_it_counts_as_no_request_of_the_employee(self, office: Any) -> None:
        """What was ordered uses up no right to ask."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))

        assert office.service.agreement("analyst.1").latest.submitted_on is None

    @pytest.mark.parametrize("command", ["end", "amend", "withdraw"])
    def test_an_employee_cannot_undo_it_alone(self, office: Any, command: str) -> None:
        """What no request began is ended by the superior or HR, also before its first day."""
        office.service.issue_decree(THURSDAY, by="hr", at=october(22))
        said: dict[str, Any] = {"by": "analyst", "at": october(23) if command == "withdraw" else november(4)}
        if command == "end":
            said["since"] = date(2025, 11, 5)
        elif command == "amend":
            said |= {"plan": office.plan(1, anchor=date(2025, 11, 10)), "starts": date(2025, 11, 10)}
        office.refused("MKD409", getattr(office.service, command), "analyst.1", **said)


class TestWhoMay:
    """An order has somebody who may give it."""

    @pytest.mark.parametrize(
        ("by", "unit"), [("hr", "data"), ("data-head", "data"), ("planning-head", "data"), ("director", "data")]
    )
    def test_hr_and_the_heads_above_a_unit_may(self, office: Any, by: str, unit: str) -> None:
        """The head of the unit, of the division and of the agency; nobody of them has a part in it."""
        issued = office.service.issue_decree(evolve(THURSDAY, unit=unit), by=by, at=october(22))

        assert people(issued.agreements) == [key for key in ("analyst", "data-head", "statistician") if key != by]

    @pytest.mark.parametrize("by", ["analyst", "counter-head", "deputy"])
    def test_nobody_else_may(self, office: Any, by: str) -> None:
        """Not a colleague, and not the head of another unit."""
        office.refused("MKD421", office.service.issue_decree, evolve(THURSDAY, unit="data"), by=by, at=october(22))

    def test_whoever_acts_for_the_head_may(self, office: Any) -> None:
        """A Plh gives the orders of the officer who is away."""
        office.identity.mandate(
            Mandate(kind=MandateKind.PLH, acting="deputy", unit="data", starts=date(2025, 10, 1), reference="1")
        )
        issued = office.service.issue_decree(evolve(THURSDAY, unit="data"), by="deputy", at=october(22))

        assert people(issued.agreements) == ["analyst", "data-head", "statistician"]

    def test_the_unit_and_the_decree_must_be_there(self, office: Any) -> None:
        """Slips are found before anybody gets an agreement."""
        service = office.service
        office.refused("MKD407", service.issue_decree, evolve(THURSDAY, unit="nowhere"), by="hr", at=october(22))
        error = office.refused("MKD463", service.decree, "SE 15")
        assert "mkd decree list" in str(error.mend)
        service.issue_decree(THURSDAY, by="hr", at=october(22))
        assert "SE 150" in str(office.refused("MKD463", service.decree, "SE 15").mend)
        other = evolve(THURSDAY, weekdays=("fri",))
        office.refused("MKD464", service.issue_decree, other, by="hr", at=october(22))

    def test_only_what_the_policy_knows_as_a_decree_is_carried_out(self, office: Any) -> None:
        """The legal basis is in force on the days of the order, and says itself that it makes agreements."""
        service = office.service
        for wrong, code in (
            ({"version": "2025.1"}, "MKD462"),
            ({"starts": date(2025, 12, 1), "ends": date(2025, 12, 31)}, "MKD462"),
            ({"ends": date(2025, 12, 5)}, "MKD461"),
            ({"weekdays": ("sat",)}, "MKD461"),
        ):
            office.refused(code, service.issue_decree, evolve(THURSDAY, **wrong), by="hr", at=october(22))
        office.refused("MKD461", service.issue_decree, THURSDAY, by="hr", at=datetime(2025, 12, 2, tzinfo=WIB))

    def test_an_end_that_is_not_said_is_that_of_the_policy(self, office: Any) -> None:
        """The trial of November ends with November."""
        issued = office.service.issue_decree(evolve(THURSDAY, ends=None), by="hr", at=october(22))

        assert issued.decree.ends == date(2025, 11, 30)


class TestTurns:
    """Half of a unit at home by turns, as in December 2025."""

    def test_never_more_than_half_and_everybody_alike(self, rota: Callable[..., Any]) -> None:
        """On no day are more than half of the nine away, and every week everybody has two days."""
        world = rota(section(9))
        issued = world.service.issue_decree(ROTATION, by="p0", at=november(20))

        assert why(issued) == {"p0": ("issuer",)}
        days = [date(2025, 12, 1) + timedelta(days=number) for number in range(31)]
        assert {away(issued.agreements, day) for day in days if 1 <= day.weekday() <= 4} == {4}
        for monday in (1, 8, 15, 22):
            week = [date(2025, 12, monday + number) for number in range(5)]
            each = [sum(agreement.day(day).remote for day in week) for agreement in issued.agreements]
            assert set(each) == {2}

    @pytest.mark.parametrize("count", [2, 3, 5, 6, 11])
    def test_the_cap_is_kept_in_units_of_any_size(self, rota: Callable[..., Any], count: int) -> None:
        """Where the numbers do not go up, somebody has a day less, and the cap is kept."""
        world = rota(section(count), roles={"hr": ["outsider"]})
        world.identity.add(Employee(key="outsider", unit="elsewhere"))
        issued = world.service.issue_decree(ROTATION, by="outsider", at=november(20))

        assert people(issued.agreements) == sorted(f"p{number}" for number in range(count))
        for number in range(31):
            assert away(issued.agreements, date(2025, 12, 1) + timedelta(days=number)) <= count / 2

    def test_whom_the_policy_refuses_leaves_the_turn_to_the_others(self, rota: Callable[..., Any]) -> None:
        """The places are dealt among those who may: nobody holds one who does not use it."""
        world = rota(section(5, p2={"applicant.direct_service": True}))
        issued = world.service.issue_decree(ROTATION, by="p0", at=november(20))

        assert why(issued) == {"p0": ("issuer",), "p2": ("direct_service",)}
        assert {agreement.seat.seats for agreement in issued.agreements} == {3}

    def test_who_is_away_for_another_reason_counts_against_the_cap(self, rota: Callable[..., Any]) -> None:
        """One of six has home days of their own: no more than two of the others are away on a day."""
        world = rota(section(6))
        draft = world.service.propose(
            applicant="p5", plan=world.plan(2, anchor=date(2025, 12, 1)), targets=[], by="p5", at=november(3)
        )
        world.service.record_decision(draft.id, "approve", by="p0", at=november(4), reference="N-1", reason="boleh")
        issued = world.service.issue_decree(ROTATION, by="p0", at=november(20))

        assert why(issued)["p5"] == ("overlap", "p5.1")
        days = [date(2025, 12, 1) + timedelta(days=number) for number in range(31)]
        assert max(away(issued.agreements, day) for day in days) == 2

    def test_decided_again_it_still_holds(self, rota: Callable[..., Any]) -> None:
        """A nightly look at everybody opens no review where nothing has changed."""
        world = rota(section(9))
        world.service.issue_decree(ROTATION, by="p0", at=november(20))
        world.identity.change("p1", superior="p0")

        assert not world.service.recheck("p1.1", by="p0", at=datetime(2025, 12, 3, 9, tzinfo=WIB)).under_review
        assert world.service.decide("p8.1", at=datetime(2025, 12, 3, 9, tzinfo=WIB)).verdict.outcome == "approve"

    def test_few_days_are_passed_around(self, rota: Callable[..., Any]) -> None:
        """Eight people and room for one: somebody else each day and week, and nobody is forgotten."""
        world = rota(section(9))
        decree = evolve(ROTATION, weekdays=("fri",), cap=Decimal("0.12"))
        issued = world.service.issue_decree(decree, by="p0", at=november(20))
        fridays = [date(2025, 12, 5) + timedelta(days=7 * week) for week in range(8)]
        turns = Counter(
            agreement.applicant
            for agreement in issued.agreements
            for friday in fridays
            if agreement.latest.terms.plan.day(friday).remote
        )

        assert turns == dict.fromkeys((f"p{number}" for number in range(1, 9)), 1)

    def test_no_room_is_said(self, rota: Callable[..., Any]) -> None:
        """A cap below one person leaves everybody in the office."""
        world = rota(section(4))
        issued = world.service.issue_decree(evolve(ROTATION, cap=Decimal("0.2")), by="p0", at=november(20))

        assert why(issued) == {"p0": ("issuer",), **dict.fromkeys(("p1", "p2", "p3"), ("no_turn",))}


@pytest.mark.parametrize(
    ("version", "first", "days", "cap", "last"),
    [
        ("lebaran-2024", date(2024, 4, 16), ("tue", "wed"), Decimal("0.5"), date(2024, 4, 17)),
        ("se-150-2025", date(2025, 11, 6), ("thu",), None, date(2025, 11, 30)),
        ("rotation-2025", date(2025, 12, 1), ("tue", "wed", "thu", "fri"), Decimal("0.5"), date(2025, 12, 31)),
        ("se-188-2026", date(2026, 1, 1), ("thu",), None, None),
    ],
)
def test_every_decree_of_west_java_that_makes_agreements_is_carried_out(
    rota: Callable[..., Any], version: str, first: date, days: tuple[str, ...], cap: Decimal | None, last: date | None
) -> None:
    """Its rules approve what it orders; who serves at a counter stays, and it ends with its version."""
    known = {f"p{number}": {"applicant.educator": False} for number in range(8)}
    world = rota(section(8, **{**known, "p7": {"applicant.direct_service": True}}))
    decree = evolve(ROTATION, key=version, version=version, starts=first, ends=None, weekdays=days, cap=cap)
    issued = world.service.issue_decree(decree, by="p0", at=datetime(first.year, first.month, 1, tzinfo=WIB))

    assert why(issued) == {"p0": ("issuer",), "p7": ("direct_service",)}
    assert {agreement.latest.terms.ends for agreement in issued.agreements} == {last}
    assert max(away(issued.agreements, first + timedelta(days=number)) for number in range(7)) == (3 if cap else 6)


def test_a_decree_that_leaves_the_word_to_the_employee_makes_no_agreements(office: Any) -> None:
    """Under SE 25 of March 2025 one applied: there is nothing to issue."""
    march = evolve(THURSDAY, version="se-25-2025", starts=date(2025, 3, 24), ends=date(2025, 3, 27))

    office.refused("MKD462", office.service.issue_decree, march, by="hr", at=datetime(2025, 3, 20, tzinfo=WIB))


class Failing(MemoryJournal):
    """A journal that has room for so many appends more."""

    room = 10**9

    def append(self, *args: Any, **given: Any) -> Any:
        if self.room == 0:
            raise JournalError("MKD502", "the disk is full")
        self.room -= 1
        return super().append(*args, **given)


@pytest.mark.parametrize("room", [0, 1, 2, 5, 8])
def test_cut_short_it_goes_on_and_comes_to_the_same(rota: Callable[..., Any], room: int) -> None:
    """Wherever it stopped, the same words again make the rest: the same people on the same days, each told once."""
    whole = rota(section(9)).service.issue_decree(ROTATION, by="p0", at=november(20))
    journal = Failing(lambda: "00")
    world = rota(section(9), journal=journal)
    journal.room = room
    with pytest.raises(JournalError):
        world.service.issue_decree(ROTATION, by="p0", at=november(20))
    journal.room = 10**9
    again = world.service.issue_decree(ROTATION, by="p0", at=november(20, hour=10))
    world.service.deliver(november(20, hour=11))

    assert again.agreements == whole.agreements
    assert len(again.new) == 8 - max(0, room - 1)
    assert [world.mail.told(f"p{number}") for number in range(1, 9)] == [["decreed"]] * 8


def test_who_comes_after_a_cut_takes_no_ones_turn(rota: Callable[..., Any]) -> None:
    """Places that were given stay; one that is free goes to the next, and who finds none waits."""
    journal = Failing(lambda: "00")
    identity = section(6)
    world = rota(identity, journal=journal)
    journal.room = 3
    with pytest.raises(JournalError):
        world.service.issue_decree(ROTATION, by="p0", at=november(20))
    journal.room = 10**9
    known = identity.person("p1", date(2025, 11, 20)).employee
    identity.add(evolve(known, key="p11"))
    again = world.service.issue_decree(ROTATION, by="p0", at=november(21))

    assert [one for one in again.left_out if one.person != "p0"] == [
        LeftOut(person="p5", unit="section", reason="no_turn")
    ]
    assert sorted(agreement.seat.number for agreement in again.agreements) == [0, 1, 2, 3, 4]
