"""The same service under the laws of other countries: what their packs ask for holds at the vote, too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mkd_core import Agreement, AgreementService, CommandRefused, InvalidInput, OfficeHours, PolicyError, Week, weekly
from mkd_core.agreements import State
from mkd_core.people import Employee, Unit
from mkd_plugins.policies import load_policy, policy_history
from mkd_plugins.testing.fakes import FakeCalendar, FakeIdentity, memory_journal

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
MONDAY = date(2027, 2, 1)

#: Pack → first day in force, grounds of refusal, consultation first, time over all steps.
LAWS = {
    "au-fair-work-65": (
        date(2023, 6, 6),
        ("cost", "capacity", "impracticality", "productivity-loss", "customer-service"),
        True,
        "21 days",
    ),
    "my-employment-60p": (date(2023, 1, 1), (), False, "60 days"),
    "sg-fwa": (date(2024, 12, 1), ("cost", "productivity-or-output", "feasibility"), True, "2 months"),
    "uk-flexible-working": (
        date(2024, 4, 6),
        (
            "extra-cost",
            "customer-demand",
            "cannot-reorganise-work",
            "cannot-recruit",
            "quality",
            "performance",
            "too-little-work",
            "planned-structural-change",
        ),
        True,
        "2 months",
    ),
    "us-federal-telework": (date(2011, 1, 1), (), False, None),
}


class Office:
    """A small office somewhere in the world: a clerk, a manager, HR and payroll, under the shipped pack of its law."""

    def __init__(self, pack: str, zone: str, **facts: object) -> None:
        self.zone = ZoneInfo(zone)
        people = [
            Employee(key="clerk", unit="desk", superior="manager", facts=facts),
            Employee(key="manager", unit="desk", superior="director"),
            Employee(key="director", unit="house"),
            Employee(key="hr", unit="house"),
            Employee(key="payroll", unit="house"),
        ]
        units = [
            Unit(key="house", name="House", head="director", zone=self.zone, region="XX"),
            Unit(key="desk", name="Desk", parent="house", agency="house", head="manager", zone=self.zone, region="XX"),
        ]
        self.identity = FakeIdentity(people, units)
        self.service = AgreementService(
            journal=memory_journal(),
            identity=self.identity,
            policies=policy_history(pack),
            hours=OfficeHours(standard=self.week(), source="the contract"),
            calendar=FakeCalendar(),
            roles={"hr": ["hr"], "payroll": ["payroll"]},
        )

    @staticmethod
    def week(home: int = 0, *, starts: str = "09:00", ends: str = "17:00") -> Week:
        """A week of office hours whose first days are worked at home."""
        return Week.parse(
            {day: f"{starts}-{ends} {'home' if number < home else 'office'} 60" for number, day in enumerate(WORKDAYS)}
        )

    def at(self, day: int, *, month: int = 11) -> datetime:
        """Nine in the morning of a day late in 2026, there."""
        return datetime(2026, month, day, 9, tzinfo=self.zone)

    def asked(self, week: Week, *, day: int = 24, month: int = 11, **words: str) -> Agreement:
        """A request from the clerk without any target: none of these laws knows such a thing."""
        moment = self.at(day, month=month)
        draft = self.service.propose(
            applicant="clerk", plan=weekly(MONDAY, week), targets=[], by="clerk", at=moment, **words
        )
        return self.service.submit(draft.id, by="clerk", at=moment)

    def verdict(self, agreement: Agreement, *, day: int = 24) -> tuple[str, list[str]]:
        """What the policy says of it on that day, and the rules that speak."""
        decision = self.service.decide(agreement.id, at=self.at(day)).decision
        return decision.outcome.value, [finding.rule for finding in decision.findings]


@pytest.mark.parametrize(("pack", "law"), LAWS.items())
def test_a_pack_says_what_its_law_asks_of_a_refusal(pack, law):
    """Grounds, consultation and time are those that were read, and no version reaches back before them."""
    starts, grounds, consult, within = law
    policy = load_policy(pack, on=starts)

    assert (grounds, consult) == (policy.refusal.grounds, policy.refusal.consult_first)
    assert within == (str(policy.clock.decide_within) if policy.clock.decide_within else None)
    with pytest.raises(PolicyError, match=rf"MKD320.*in force from {starts}"):
        load_policy(pack, on=starts - timedelta(days=1))


def test_a_british_refusal_names_one_of_eight_grounds_after_a_consultation():
    """Neither a ground of one's own nor a refusal before the talk gets through; the right one does."""
    office = Office("uk-flexible-working", "Europe/London")
    request = office.asked(office.week(home=2))
    refuse = {"by": "manager", "at": office.at(25), "reason": "Nobody could be found for Mondays"}

    assert office.verdict(request) == ("approve", [])
    assert request.latest.open_step.due == date(2026, 12, 24)
    with pytest.raises(InvalidInput, match=r"MKD414.*not 'cannot-recrute'.*cannot-recruit"):
        office.service.refuse(request.id, ground="cannot-recrute", **refuse)
    with pytest.raises(CommandRefused, match="MKD415"):
        office.service.refuse(request.id, ground="cannot-recruit", **refuse)

    office.service.consult(request.id, by="manager", at=office.at(25), note="Talked it over on the phone")
    refused = office.service.refuse(request.id, ground="cannot-recruit", **refuse)

    assert (refused.latest.state, refused.latest.ground) == (State.REFUSED, "cannot-recruit")


def test_a_third_british_request_within_a_year_is_one_too_many():
    """The service counts the requests that were made; a second is free, a third is not."""
    office = Office("uk-flexible-working", "Europe/London")
    first = office.asked(office.week(home=2), day=2)
    office.service.withdraw(first.id, by="clerk", at=office.at(3))
    second = office.asked(office.week(home=1), day=10)

    assert office.verdict(second) == ("approve", [])

    office.service.withdraw(second.id, by="clerk", at=office.at(11))
    with pytest.raises(CommandRefused, match=r"MKD410.*requests-in-12-months"):
        office.asked(office.week(home=1), day=24)


def test_an_australian_ground_is_vouched_for_and_the_answer_is_due_within_21_days():
    """Without the ground a person has to look; with it the rules are met, and a late answer goes up."""
    office = Office("au-fair-work-65", "Australia/Sydney", **{"applicant.service_months": 12})
    request = office.asked(office.week(starts="10:00", ends="18:00"), reason="School ends at three")

    assert office.verdict(request) == ("refer", ["eligible-ground"])

    office.service.attest("clerk", "applicant.statutory_ground", "carer", by="hr", at=office.at(24))
    assert office.verdict(request) == ("approve", [])
    assert request.latest.open_step.due == date(2026, 12, 15)

    office.service.tick(office.at(16, month=12))
    late = office.service.agreement(request.id).latest.open_step

    assert [approver.person for approver in late.approvers] == ["director"]


def test_telework_without_a_day_in_the_office_passes_payroll():
    """Where the home becomes the official worksite the policy warns, and its conditional step is on the route."""
    facts = {"applicant.discipline": "none", "applicant.absent_days": 0, "applicant.direct_service": False}
    office = Office("us-federal-telework", "America/New_York", **facts)

    some = office.asked(office.week(home=4), work_plan="Claims, ten a day")
    assert office.verdict(some) == ("approve", [])
    assert [step.id for step in some.latest.route] == ["eligibility", "participation"]

    office.service.withdraw(some.id, by="clerk", at=office.at(24))
    every = office.asked(office.week(home=5), work_plan="Claims, ten a day")
    assert office.verdict(every) == ("approve", ["official-worksite"])
    for by in ("hr", "manager", "payroll"):
        every = office.service.approve(every.id, by=by, at=office.at(25))

    assert every.latest.state is State.APPROVED


def test_a_malaysian_refusal_states_its_ground_in_words():
    """The Act has no list: the reason is the ground, and one from a list is not taken."""
    office = Office("my-employment-60p", "Asia/Kuala_Lumpur")
    request = office.asked(office.week(starts="07:00", ends="15:00"))

    assert office.verdict(request) == ("approve", ["collective-agreement"])
    with pytest.raises(InvalidInput, match="MKD414"):
        office.service.refuse(request.id, by="manager", at=office.at(25), reason="The shop opens at ten", ground="cost")

    refused = office.service.refuse(request.id, by="manager", at=office.at(25), reason="The shop opens at ten")

    assert refused.latest.state is State.REFUSED


def test_a_singaporean_on_probation_waits():
    """Until probation is over the rule stands in the way; afterwards the same draft goes on its route."""
    office = Office("sg-fwa", "Asia/Singapore", **{"applicant.on_probation": True})
    draft = office.service.propose(
        applicant="clerk",
        plan=weekly(MONDAY, office.week(home=3)),
        targets=[],
        by="clerk",
        at=office.at(24),
        reason="A long way to work",
    )

    with pytest.raises(CommandRefused, match=r"MKD410.*past-probation"):
        office.service.submit(draft.id, by="clerk", at=office.at(24))

    office.identity.change("clerk", facts={"applicant.on_probation": False})
    office.service.submit(draft.id, by="clerk", at=office.at(25))
    approved = office.service.approve(draft.id, by="manager", at=office.at(26))

    assert approved.latest.state is State.APPROVED
