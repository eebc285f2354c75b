"""A host with its own workflow records what it decided; who may decide holds there too."""

from datetime import date

import pytest

from mkd_core import AgreementService, Ballot, State
from mkd_core.people import Mandate, MandateKind
from mkd_core.usecases.facts import plan_facts
from mkd_plugins.testing.fakes import memory_journal, small_agency

WHEN = (6, 21)


def recorded(world, agreement, ballot=Ballot.APPROVE, by="data-head", **given):
    return world.service.record_decision(
        agreement.id, ballot, **{"by": by, "at": world.at(*WHEN), "reference": "WF-7", **given}
    )


def refused(world, code, agreement, ballot=Ballot.APPROVE, by="data-head", **given):
    asked = {"by": by, "at": world.at(*WHEN), "reference": "WF-7", **given}
    return world.refused(code, world.service.record_decision, agreement.id, ballot, **asked)


def test_an_approval_of_the_host_is_an_agreement(world):
    """Who, for whom, when and under which reference is on record, with what the policy said; the superior consents."""
    agreement = recorded(world, world.propose())

    event = world.service.history(agreement.id)[-2].event
    assert agreement.latest.state is State.APPROVED
    assert agreement.state(world.starts) is State.ACTIVE
    assert agreement.latest.consents == {"employee", "superior"}
    assert (event.reference, event.ballot, event.on_behalf_of) == ("WF-7", Ballot.APPROVE, None)
    assert (event.verdict.outcome, event.verdict.moment) == ("approve", "vote")
    assert event.facts["approver.is_superior"] is True
    assert world.events(agreement.id) == [
        "AgreementProposed",
        "TargetsConsented",
        "DecisionRecorded",
        "AgreementApproved",
    ]


def test_the_applicant_is_told_and_nobody_is_asked(world):
    """The only notice is that of the decision: no vote waits in anybody's inbox."""
    agreement = world.propose()
    recorded(world, agreement)
    world.service.deliver(world.at(*WHEN))

    assert [(notice.to, notice.kind) for notice in world.mail.taken.values()] == [("analyst", "approved")]
    assert world.service.inbox("data-head", at=world.at(*WHEN)) == ()


def test_a_refusal_and_a_return_are_recorded_as_such(world):
    """A returned request may be decided again; it counts among the requests of the year from then on."""
    agreement = recorded(world, world.propose(), Ballot.RETURN)
    assert agreement.latest.state is State.RETURNED

    agreement = recorded(world, agreement, Ballot.REFUSE, reference="WF-8", reason="the counter is short of people")
    assert agreement.latest.state is State.REFUSED
    assert agreement.latest.submitted_on == world.at(*WHEN).date()


@pytest.mark.parametrize(
    ("by", "given"),
    [
        ("analyst", {}),
        ("data-head", {"on_behalf_of": "analyst"}),
        ("analyst", {"on_behalf_of": "data-head"}),
    ],
    ids=["oneself", "in one's own place", "by mandate"],
)
@pytest.mark.parametrize("ballot", list(Ballot))
def test_nobody_decides_on_the_own_request(world, ballot, by, given):
    """Neither directly, nor for the superior, nor by somebody who stands in for the applicant; nothing is written."""
    refused(world, "MKD420", world.propose(), ballot, by=by, **given)


def test_nobody_decides_in_the_place_of_the_unit_that_the_applicant_heads(world):
    """Who acts for a head's unit acts for the head."""
    refused(world, "MKD420", world.propose("data-head"), by="deputy", on_behalf_of="data")


def test_a_second_key_of_the_same_person_is_the_same_person(world):
    """Whoever has the applicant's service number is the applicant, whatever the key."""
    world.identity.change("deputy", number=world.identity.person("analyst", world.starts).employee.number)

    refused(world, "MKD420", world.propose(), by="deputy")
    refused(world, "MKD420", world.propose(), by="data-head", on_behalf_of="deputy")


def test_a_request_whose_last_day_has_gone_is_approved_by_no_host_either(world):
    """An approval never works backwards, whoever decided."""
    draft = world.propose(starts=date(2023, 6, 20), ends=date(2023, 6, 20))

    refused(world, "MKD225", draft)


def test_whoever_is_unknown_decides_nothing(world):
    """An unknown key might be anybody's, also the applicant's."""
    refused(world, "MKD406", world.propose(), by="analyst ")


def test_without_a_policy_separation_of_duties_holds_all_the_same(world):
    """With nothing but a journal and identity the host's decision is recorded, without a verdict."""
    service = AgreementService(journal=memory_journal(), identity=small_agency())
    draft = service.propose(
        applicant="analyst", plan=world.plan(), targets=[world.target()], by="analyst", at=world.at(6, 20)
    )
    given = {"at": world.at(*WHEN), "reference": "WF-7"}
    with pytest.raises(Exception, match="MKD420"):
        service.record_decision(draft.id, Ballot.APPROVE, by="analyst", **given)

    agreement = service.record_decision(draft.id, Ballot.APPROVE, by="data-head", **given)

    assert agreement.latest.state is State.APPROVED
    assert service.history(agreement.id)[-2].event.verdict is None


def test_the_policy_is_asked_as_at_a_vote(world):
    """What it refuses nobody approves; what it leaves to the approver needs a reason."""
    refused(world, "MKD411", world.propose(remote=5))
    world.identity.change("clerk", facts={"applicant.rating": "poor"})
    agreement = world.propose("clerk")
    refused(world, "MKD416", agreement, by="counter-head")

    assert recorded(world, agreement, by="counter-head", reason="trial").latest.state is State.APPROVED


def test_somebody_else_decides_when_the_superior_has_agreed(world):
    """A decision from above is no consent of the superior to the targets; standing in for the superior is."""
    agreement = world.propose()
    refused(world, "MKD417", agreement, by="director")
    acting = recorded(world, world.propose("statistician"), by="deputy", on_behalf_of="data-head")
    world.service.agree(agreement.id, by="data-head", at=world.at(*WHEN))

    assert recorded(world, agreement, by="director").latest.state is State.APPROVED
    assert acting.latest.state is State.APPROVED


def test_an_acting_officer_is_the_superior_of_the_day(world):
    """A mandate on record is honoured without being said."""
    world.identity.mandate(
        Mandate(kind=MandateKind.PLH, acting="deputy", replaces="data-head", starts=world.at(*WHEN).date())
    )

    assert recorded(world, world.propose(), by="deputy").latest.state is State.APPROVED


def test_a_request_on_our_route_is_decided_there(world):
    """Two workflows never race for one request."""
    refused(world, "MKD409", world.submitted())


def test_what_is_recorded_must_be_open_and_named(world):
    """A reference, the newest version, targets that the applicant agreed to, and dates that are free."""
    agreement = world.propose()
    refused(world, "MKD449", agreement, reference=" ")
    refused(world, "MKD412", agreement, version=2)
    recorded(world, agreement)
    refused(world, "MKD409", agreement)
    refused(world, "MKD422", world.propose(at=world.at(*WHEN)))
    countered = world.propose("clerk")
    world.service.counter(countered.id, targets=[world.target(value="5")], by="counter-head", at=world.at(6, 20))
    refused(world, "MKD418", countered, by="counter-head")


def test_grounds_and_consultation_hold_for_the_host_too(worlds):
    """Where the law has a closed list of grounds and asks for a consultation, the host's refusal needs both."""
    world = worlds(extra='[refusal]\ngrounds = ["service"]\nconsult_first = true\n')
    agreement = world.propose()
    refused(world, "MKD414", agreement, Ballot.REFUSE, ground="mood", consulted=True)
    refused(world, "MKD415", agreement, Ballot.REFUSE, ground="service")

    agreement = recorded(world, agreement, Ballot.REFUSE, ground="service", consulted=True)

    assert (agreement.latest.state, agreement.latest.ground) == (State.REFUSED, "service")
    assert "ApplicantConsulted" in world.events(agreement.id)


def test_a_recorded_decision_is_decided_again(world):
    """A replay finds it, as it finds a vote."""
    agreement = recorded(world, world.propose())

    (found,) = world.service.replay(agreement.id)

    assert (found.event, found.again.same) == ("DecisionRecorded", True)


def test_the_facts_of_a_plan_are_those_that_the_service_derives(world):
    """The public function says of plan and targets what the service would."""
    agreement = world.propose()
    derived = plan_facts(agreement.latest.terms, agreement.latest.targets, on=world.at(6, 20).date(), hours=world.hours)

    decided = world.service.decide(agreement.id, at=world.at(6, 20))

    assert derived["agreement.remote_days"] == 2
    assert {name: decided.facts[name] for name in derived} == {
        name: decided.decision.facts.vocabulary.facts[decided.decision.facts.vocabulary.index[name]].show(value)
        if hasattr(value, "hour")
        else value
        for name, value in derived.items()
    }
