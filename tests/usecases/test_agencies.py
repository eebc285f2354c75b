"""Forty agencies in one service: whoever administers one of them neither sees nor changes another.

Every public method of the service stands in one of the tables below; one that is new and stands in none fails here.
What is not theirs is told in the words in which it would be told that there is no such thing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import frozen

from mkd_core import AgreementService, MkdError, Week, weekly
from mkd_core.decrees import Decree
from mkd_core.events import Ballot, ErasureReason, Terms
from mkd_core.language.parameters import read_parameter
from mkd_core.people import Employee, Employment, Holder, Mandate, MandateKind, Unit
from mkd_core.policy import AssignedValue, Assignment, Assignments, Period, Source
from mkd_plugins.testing.fakes import FakeIdentity

AGENCIES = 40
JULY = date(2023, 7, 10)
OURS, THEIRS, NOBODYS = 1, 2, 99
"""The agency that is administered, the one that is not, and one that is not there."""


@frozen
class Things:
    """What there is in an agency: its administrator, somebody with an agreement, and a colleague."""

    agency: int

    @property
    def unit(self) -> str:
        return f"a{self.agency:02}"

    @property
    def admin(self) -> str:
        return f"admin{self.agency:02}"

    @property
    def boss(self) -> str:
        return f"boss{self.agency:02}"

    @property
    def person(self) -> str:
        return f"worker{self.agency:02}"

    @property
    def agreement(self) -> str:
        return f"{self.person}.1"

    def decree(self, number: int = 1) -> Decree:
        """One on record from which nobody has an agreement: its policy allows one day."""
        return Decree(
            key=f"SE {number}/{self.unit}",
            unit=self.unit,
            policy="check",
            version="september",
            starts=date(2023, 9, 1),
            ends=None,
            weekdays=("wed", "thu"),
        )


def identity() -> FakeIdentity:
    """A province of forty agencies, each with a head, a section with its own, a worker and an administrator."""
    units, people = [Unit(key="province", name="Provinsi")], []
    for agency in range(1, AGENCIES + 1):
        its = Things(agency)
        section = f"{its.unit}s"
        units += [
            Unit(key=its.unit, name=its.unit, parent="province", head=f"head{agency:02}", agency=its.unit),
            Unit(key=section, name=section, parent=its.unit, head=its.boss, agency=its.unit),
        ]
        for key, unit, superior in (
            (f"head{agency:02}", its.unit, None),
            (its.admin, its.unit, f"head{agency:02}"),
            (its.boss, section, f"head{agency:02}"),
            (its.person, section, its.boss),
        ):
            facts = {"applicant.rating": "good", "applicant.discipline": "none", "applicant.employment": "pns"}
            people.append(
                Employee(key=key, unit=unit, superior=superior, employment=Employment.PNS, facts=facts, name=key)
            )
    return FakeIdentity(people, units)


def live(world: Any, its: Things) -> None:
    """An agreement that is approved, with an activity and a result of July, one of them verified, and June closed."""
    at = world.at
    service = world.service
    service.propose(
        applicant=its.person, plan=world.plan(2), targets=[world.target()], by=its.person, at=at(6, 20), reason="why"
    )
    service.submit(its.agreement, by=its.person, at=at(6, 20))
    service.approve(its.agreement, by=its.boss, at=at(6, 21))
    service.report_activity(its.agreement, on=date(2023, 7, 4), minutes=60, description="x", by=its.person, at=at(7, 9))
    result = {"target": "t1", "on": date(2023, 7, 4), "value": Decimal(4), "evidence": "file"}
    service.report_result(its.agreement, **result, by=its.person, at=at(7, 9))
    service.verify_result(its.agreement, "r1", by=its.boss, at=at(7, 9))
    service.issue_decree(its.decree(), by=its.admin, at=at(7, 9))


@pytest.fixture
def province(worlds: Any) -> Any:
    """Forty agencies, each with an agreement; two of them live it, and each has an administrator of its own."""
    decree = Source(title="Keputusan Kepala Dinas", kind="directive", read="practice")
    given = {"max_remote_days": AssignedValue(parameter=read_parameter(3))}
    world = worlds(
        identity=identity(),
        decree=True,
        roles={"hr": [Holder(person=Things(n).admin, unit=Things(n).unit) for n in range(1, AGENCIES + 1)]},
        assignments=Assignments(
            Assignment(scope=Things(n).unit, source=decree, period=Period(date(2023, 1, 1)), parameters=given)
            for n in (OURS, THEIRS)
        ),
    )
    for agency in range(1, AGENCIES + 1):
        if agency in (OURS, THEIRS):
            live(world, Things(agency))
        else:
            world.propose(Things(agency).person)
    return world


PLAN = weekly(date(2023, 7, 3), Week.parse({"mon": "07:30-16:00 home 60"}))
TERMS = Terms(plan=PLAN, starts=date(2023, 7, 17), review=date(2024, 7, 17))
AT = datetime.fromisoformat("2023-07-10T09:00+07:00")


def mandate(its: Things) -> Mandate:
    """Somebody of that agency acts for the head of its section."""
    return Mandate(kind=MandateKind.PLH, acting=its.person, starts=JULY, unit=f"{its.unit}s", reference="1")


Ask = Callable[[Any, Things], object]
Do = Callable[[Any, Things, str], object]

QUESTIONS: dict[str, Ask] = {
    "agreement": lambda s, its: s.agreement(its.agreement),
    "assigned": lambda s, its: s.assigned(its.unit, JULY),
    "day": lambda s, its: s.day(its.person, JULY, at=AT),
    "decree": lambda s, its: s.decree(its.decree().key),
    "decide": lambda s, its: s.decide(its.agreement, at=AT),
    "dossier": lambda s, its: s.dossier(its.person),
    "history": lambda s, its: s.history(its.agreement),
    "inbox": lambda s, its: s.inbox(its.person, at=AT),
    "policy_for": lambda s, its: s.policy_for(its.unit, JULY),
    "replay": lambda s, its: s.replay(its.agreement),
    "roster": lambda s, its: s.roster(its.unit, JULY, JULY, at=AT),
    "statement": lambda s, its: s.statement(its.person, "2023-06"),
    "superiors": lambda s, its: s.superiors(its.agreement, at=AT),
    "unit_of": lambda s, its: s.unit_of(its.person, at=AT),
    "within": lambda s, its: s.within(its.unit, on=JULY),
}
"""What asks about one thing: refused where the thing is another agency's."""

COMMANDS: dict[str, Do] = {
    "agree": lambda s, its, by: s.agree(its.agreement, by=by, at=AT),
    "amend": lambda s, its, by: s.amend(its.agreement, plan=PLAN, starts=JULY, by=by, at=AT),
    "approve": lambda s, its, by: s.approve(its.agreement, by=by, at=AT),
    "attest": lambda s, its, by: s.attest(its.person, "applicant.rating", "good", by=by, at=AT),
    "close_period": lambda s, its, by: s.close_period(its.person, "2023-06", by=by, at=AT),
    "consult": lambda s, its, by: s.consult(its.agreement, by=by, at=AT),
    "counter": lambda s, its, by: s.counter(its.agreement, targets=(), by=by, at=AT),
    "dispute_result": lambda s, its, by: s.dispute_result(its.agreement, "r1", by=by, at=AT, note="no"),
    "end": lambda s, its, by: s.end(its.agreement, since=date(2023, 8, 1), by=by, at=AT),
    "erase": lambda s, its, by: s.erase(its.person, reason=ErasureReason.REQUEST, by=by, at=AT),
    "give_mandate": lambda s, its, by: s.give_mandate(mandate(its), by=by, at=AT),
    "issue_decree": lambda s, its, by: s.issue_decree(its.decree(2), by=by, at=AT),
    "mend": lambda s, its, by: s.mend(its.agreement, by=by, at=AT),
    "propose": lambda s, its, by: s.propose(applicant=its.person, plan=PLAN, targets=(), by=by, at=AT),
    "recall": lambda s, its, by: s.recall(its.agreement, on=JULY, by=by, at=AT, reason="flood"),
    "recheck": lambda s, its, by: s.recheck(its.agreement, by=by, at=AT),
    "record_decision": lambda s, its, by: s.record_decision(its.agreement, Ballot.APPROVE, by=by, at=AT, reference="1"),
    "refuse": lambda s, its, by: s.refuse(its.agreement, by=by, at=AT, reason="no"),
    "remedy": lambda s, its, by: s.remedy(its.agreement, by=by, at=AT),
    "report_activity": lambda s, its, by: s.report_activity(
        its.agreement, on=JULY, minutes=60, description="x", by=by, at=AT
    ),
    "report_result": lambda s, its, by: s.report_result(
        its.agreement, target="t1", on=JULY, value=Decimal(1), by=by, at=AT
    ),
    "resume": lambda s, its, by: s.resume(its.agreement, since=date(2023, 8, 1), by=by, at=AT),
    "revise": lambda s, its, by: s.revise(its.agreement, terms=TERMS, by=by, at=AT),
    "revoke": lambda s, its, by: s.revoke(its.agreement, since=date(2023, 8, 1), by=by, at=AT, reason="no"),
    "revoke_decree": lambda s, its, by: s.revoke_decree(
        its.decree().key, since=date(2023, 9, 1), by=by, at=AT, reason="no"
    ),
    "send_back": lambda s, its, by: s.send_back(its.agreement, by=by, at=AT, reason="no"),
    "submit": lambda s, its, by: s.submit(its.agreement, by=by, at=AT),
    "suspend": lambda s, its, by: s.suspend(its.agreement, since=date(2023, 8, 1), by=by, at=AT, reason="no"),
    "verify_activity": lambda s, its, by: s.verify_activity(its.agreement, "a1", by=by, at=AT),
    "verify_result": lambda s, its, by: s.verify_result(its.agreement, "r1", by=by, at=AT),
    "withdraw": lambda s, its, by: s.withdraw(its.agreement, by=by, at=AT),
}
"""What somebody does: refused to the administrator of another agency, in a view and by their role alone."""

LISTINGS: dict[str, Callable[[Any], Iterator[str]]] = {
    "agreements": lambda s: (each.applicant for each in s.agreements()),
    "assignments": lambda s: (each.scope for each in s.assignments),
    "decrees": lambda s: (each.decree.unit for each in s.decrees()),
    "organisation": lambda s: listed(s.organisation(JULY)),
}
"""What lists many things: another agency's are left out."""

WHOLE: dict[str, Callable[[Any], object]] = {
    "deliver": lambda s: s.deliver(AT),
    "tick": lambda s: s.tick(AT),
    "verify": lambda s: s.verify(),
}
"""What no agency does by itself: refused to a view."""

OF_NOBODY = {
    "calendar": "holidays are those of regions",
    "days_ahead": "it computes on the agreements that it is handed, and looks nothing up",
    "defaults": "what is taken of people of whom nothing is known",
    "hours": "the office's hours",
    "policies": "the policy of the deployment, which is published",
    "reach": "what the view itself reaches",
}
"""What tells of no agency, and why."""


def listed(organisation: Any) -> Iterator[str]:
    """Everybody and every unit of it, and the acting of mandates."""
    yield from (employee.key for employee in organisation.people())
    for backend in organisation.directory.identities:
        yield from (unit.key for unit in backend.units(JULY))
    yield from (mandate.acting for mandate in organisation.mandates())


def told(ask: Callable[[], object]) -> str:
    """The code and the words in which it is refused; what was answered, where it was not."""
    try:
        return f"answered: {ask()!r}"
    except MkdError as error:
        return str(error)


def test_every_public_method_stands_in_a_table() -> None:
    """A new question or command has to say here what it is to other agencies."""
    public = {name for name in dir(AgreementService) if not name.startswith("_")}

    assert sorted([*QUESTIONS, *COMMANDS, *LISTINGS, *WHOLE, *OF_NOBODY]) == sorted(public)


def test_questions_about_another_agency_are_answered_as_about_none(province: Any) -> None:
    """Whether there is something is not to be learned: code and words are those for what is not there."""
    view = province.service.within(Things(OURS).unit, on=JULY)

    theirs, nobodys = (
        {name: told(lambda ask=ask, n=agency: ask(view, Things(n))) for name, ask in QUESTIONS.items()}
        for agency in (THEIRS, NOBODYS)
    )

    assert {name: words for name, words in theirs.items() if not words.startswith("MKD450 ")} == {}
    assert theirs == nobodys


@pytest.mark.parametrize("narrowed", [True, False], ids=["in a view", "by the role alone"])
def test_commands_on_another_agency_are_refused_as_on_none(province: Any, narrowed: bool) -> None:
    """The administrator changes nothing elsewhere, whether the host narrows the service or only says who acts."""
    service = province.service.within(Things(OURS).unit, on=JULY) if narrowed else province.service
    by, before = Things(OURS).admin, province.journal.head()

    theirs, nobodys = (
        {name: told(lambda do=do, n=agency: do(service, Things(n), by)) for name, do in COMMANDS.items()}
        for agency in (THEIRS, NOBODYS)
    )

    assert {name: words for name, words in theirs.items() if not words.startswith("MKD450 ")} == {}
    assert theirs == nobodys
    assert province.journal.head() == before


def test_in_a_view_not_even_those_of_another_agency_act(province: Any) -> None:
    """A host that narrowed the service to one agency lets no other one's people do anything through it."""
    view, its, before = province.service.within(Things(OURS).unit, on=JULY), Things(THEIRS), province.journal.head()

    refused = {
        name: told(lambda do=do, by=by: do(view, its, by))
        for name, do in COMMANDS.items()
        for by in (its.person, its.boss, its.admin)
    }

    assert {name: words for name, words in refused.items() if not words.startswith("MKD450 ")} == {}
    assert province.journal.head() == before


def test_listings_leave_other_agencies_out(province: Any) -> None:
    """Of forty agencies one is listed; the whole service lists them all."""
    view, ours = province.service.within(Things(OURS).unit, on=JULY), {"a01", "a01s", "head01", "admin01", "boss01"}

    for name, names in LISTINGS.items():
        assert set(names(view)) <= {*ours, "worker01"}, name
        assert set(names(view)), name
        assert {Things(THEIRS).person, Things(THEIRS).unit} & set(names(province.service)), name


def test_what_no_agency_does_by_itself_is_refused_to_a_view(province: Any) -> None:
    """The clock, delivery and the chain of the journal are everybody's."""
    view, before = province.service.within(Things(OURS).unit, on=JULY), province.journal.head()

    refused = {name: told(lambda do=do: do(view)) for name, do in WHOLE.items()}

    assert {name: words for name, words in refused.items() if not words.startswith("MKD451 ")} == {}
    assert province.journal.head() == before


def test_what_tells_of_no_agency_is_the_same_in_a_view(province: Any) -> None:
    """Hours, holidays and defaults are those of the deployment."""
    view = province.service.within(Things(OURS).unit, on=JULY)

    for name in ("calendar", "defaults", "hours", "policies"):
        assert getattr(view, name) is getattr(province.service, name), name


def test_the_own_agency_is_seen_and_run_as_ever(province: Any) -> None:
    """Every question is answered, and the administrator rechecks, suspends, attests and gives mandates."""
    ours = Things(OURS)
    view = province.service.within(ours.unit, on=JULY)

    answers = {name: told(lambda ask=ask: ask(view, ours)) for name, ask in QUESTIONS.items() if name != "statement"}

    assert {name: words for name, words in answers.items() if not words.startswith("answered")} == {}
    for name in ("attest", "recheck", "suspend", "give_mandate", "revoke"):
        assert told(lambda name=name: COMMANDS[name](view, ours, ours.admin)).startswith("answered"), name


def test_each_of_forty_administrators_sees_one_agreement(province: Any) -> None:
    """Nobody's register has a line of anybody else."""
    for agency in range(1, AGENCIES + 1):
        its = Things(agency)
        view = province.service.within(its.unit, on=JULY)

        assert [each.id for each in view.agreements()] == [its.agreement]


def test_a_view_of_a_section_reaches_less_than_that_of_its_agency(province: Any) -> None:
    """And a view of a view never more: the agency cannot be had back."""
    section = province.service.within("a01s", on=JULY)

    assert told(lambda: section.day("admin01", JULY, at=AT)).startswith("MKD450 ")
    assert section.day("worker01", JULY, at=AT).person == "worker01"
    assert told(lambda: section.within("a01", on=JULY)).startswith("MKD450 ")


def test_a_superior_in_another_agency_still_votes(province: Any) -> None:
    """What concerns somebody in person is theirs, though they administer another agency."""
    service, its = province.service, Things(THEIRS)
    province.identity.change(Things(3).person, superior=Things(OURS).admin)
    service.submit(Things(3).agreement, by=Things(3).person, at=AT)

    voted = service.approve(Things(3).agreement, by=Things(OURS).admin, at=AT, reason="fine")

    assert voted.latest.state == "approved"
    assert told(lambda: service.approve(its.agreement, by=Things(OURS).admin, at=AT)).startswith("MKD450 ")


def test_whoever_moved_belongs_to_the_new_agency(province: Any) -> None:
    """Their agreements go along; the old agency sees them no more."""
    person = Things(THEIRS).person
    province.identity.change(person, unit="a01s")

    ours, theirs = (province.service.within(Things(n).unit, on=JULY) for n in (OURS, THEIRS))

    assert ours.agreement(f"{person}.1").applicant == person
    assert told(lambda: theirs.agreement(f"{person}.1")).startswith("MKD450 ")


def test_a_role_on_the_route_is_that_of_the_applicants_agency(worlds: Any) -> None:
    """Of all who hold the role, those over the applicant's unit are asked, and those who hold it everywhere."""
    holders = [Holder(person="deputy", unit="planning"), Holder(person="clerk", unit="counter"), "hr"]
    route = '[[route]]\nid = "owner"\napprover = "role:owner"\nneed = "any"\nwithin = "5 working days"\n'
    world = worlds(route, roles={"owner": holders})

    assert world.voters(world.submitted("analyst")) == ["deputy", "hr"]


def test_nobody_gives_a_mandate_over_another_agency(province: Any) -> None:
    """Not for an office there, not to somebody there, and not in the place of somebody there."""
    ours, theirs, by = Things(OURS), Things(THEIRS), Things(OURS).admin
    plh = {"kind": MandateKind.PLH, "starts": JULY, "reference": "1"}
    tried = [
        Mandate(acting=ours.person, unit=theirs.unit, **plh),
        Mandate(acting=theirs.person, unit=ours.unit, **plh),
        Mandate(acting=ours.person, replaces=theirs.boss, **plh),
    ]

    for mandate in tried:
        assert told(lambda mandate=mandate: province.service.give_mandate(mandate, by=by, at=AT)).startswith("MKD450 ")
