"""The route of a request: who may vote, what the votes come to, and how a refusal or a return is made."""

from datetime import date

import pytest

from mkd_core import Mandate, MandateKind, State
from mkd_core.events import AgreementApproved, StepOpened, TargetsConsented, VoteCast
from mkd_plugins.testing.fakes import small_agency

JUNE = date(2023, 6, 1)
BOTH = '[[route]]\nid = "both"\napprover = ["superior", "head_of_agency"]\nneed = {}\nwithin = "5 working days"\n'


def order(acting, *, kind=MandateKind.PLH, reference="800/12", **changes):
    return Mandate(kind=kind, acting=acting, starts=JUNE, reference=reference, **changes)


def votes(world, agreement):
    return [item for item in world.service.history(agreement.id) if isinstance(item.event, VoteCast)]


class TestWhoVotes:
    def test_the_superior_votes(self, world):
        """The first step waits for the direct superior."""
        assert world.voters(world.submitted()) == ["data-head"]

    def test_a_person_without_the_power_is_refused_and_told_whom_it_waits_for(self, world):
        """A vote by somebody else is no vote."""
        error = world.refused("MKD424", world.service.approve, world.submitted().id, by="clerk", at=world.at(6, 21))

        assert error.mend == "it waits for data-head"

    def test_nobody_votes_on_the_own_request(self, world):
        """Not even whoever would have the power."""
        world.refused("MKD420", world.service.approve, world.submitted().id, by="analyst", at=world.at(6, 21))

    def test_who_acts_for_the_own_superior_does_not_vote_on_the_own_request(self, world):
        """A mandate does not make anybody the judge of their own request: it goes one level up."""
        world.identity.mandate(order("analyst", replaces="data-head"))
        agreement = world.submitted()

        assert world.voters(agreement) == ["planning-head"]
        world.refused("MKD420", world.service.approve, agreement.id, by="analyst", at=world.at(6, 21))

    def test_the_head_of_a_unit_asks_the_superior_above(self, world):
        """The head's own request goes to the superior on record."""
        assert world.voters(world.submitted("data-head")) == ["planning-head"]

    def test_a_vacant_post_goes_one_level_up(self, world):
        """Where nobody heads the section, the head of the division decides."""
        assert world.voters(world.submitted("archivist")) == ["planning-head"]

    def test_a_plt_fills_a_vacant_post(self, world):
        """An order puts somebody in the vacant post, and the vote names the order."""
        world.identity.mandate(order("curator", kind=MandateKind.PLT, unit="archive", reference="821/7"))
        agreement = world.submitted("archivist")
        assert world.voters(agreement) == ["curator"]
        world.service.approve(agreement.id, by="curator", at=world.at(6, 21))

        cast = votes(world, agreement)[0].event

        assert (cast.on_behalf_of, cast.mandate, cast.reference) == ("archive", MandateKind.PLT, "821/7")
        assert cast.verdict.outcome == "approve"

    def test_a_plt_rests_once_somebody_was_appointed(self, world):
        """An old order does not outvote the head who was appointed since."""
        world.identity.mandate(order("curator", kind=MandateKind.PLT, unit="data"))

        assert world.voters(world.submitted()) == ["data-head"]

    def test_a_head_who_left_leaves_a_vacant_post(self, world):
        """Whom identity does not serve any more holds no post: the Plt does."""
        world.identity.denied["data-head"] = "retired"
        world.identity.mandate(order("statistician", kind=MandateKind.PLT, unit="data"))

        assert world.voters(world.submitted()) == ["statistician"]

    def test_a_plh_replaces_an_absent_officer(self, world):
        """The order binds from its date, and the officer replaced has no vote meanwhile."""
        world.identity.mandate(order("deputy", replaces="data-head", ends=date(2023, 6, 30)))
        agreement = world.submitted()

        assert world.voters(agreement) == ["deputy"]
        world.refused("MKD424", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21))

    @pytest.mark.parametrize(("accepted", "voter"), [(False, "data-head"), (True, "statistician")])
    def test_a_delegation_counts_once_it_was_accepted(self, world, accepted, voter):
        """A colleague who was asked, and has not said yes, has no vote."""
        world.identity.mandate(
            order("statistician", kind=MandateKind.DELEGATION, replaces="data-head", accepted=accepted)
        )

        assert world.voters(world.submitted()) == [voter]

    def test_a_mandate_that_begins_while_the_step_is_open_moves_the_vote(self, world):
        """Open steps are resolved again: at the tick, and at the latest when somebody votes."""
        agreement = world.submitted()
        world.identity.mandate(order("deputy", replaces="data-head"))

        approved = world.service.approve(agreement.id, by="deputy", at=world.at(6, 21))

        assert approved.latest.state is State.APPROVED
        assert [e for e in world.events(agreement.id) if e == "StepOpened"] == ["StepOpened"] * 2

    def test_nobody_left_is_a_problem_shown_and_healed_by_an_appointment(self, worlds):
        """A step without approvers says so, stays open, and goes on as soon as somebody is there."""
        world = worlds(route='[[route]]\nid = "hr"\napprover = "role:medic"\nwithin = "5 working days"\n')
        agreement = world.submitted()
        step = agreement.latest.open_step
        assert (step.approvers, step.problem) == ((), "step hr: nobody is left to decide as role:medic")
        error = world.refused("MKD424", world.service.approve, agreement.id, by="hr", at=world.at(6, 21))
        assert error.mend == "nobody is left to decide; name an acting officer"

        staffed = worlds(
            route='[[route]]\nid = "hr"\napprover = "role:medic"\nwithin = "5 working days"\n',
            journal=world.journal,
            roles={"medic": ["clerk", "somebody-who-left"]},
        )
        staffed.service.agree(agreement.id, by="data-head", at=world.at(6, 21))

        assert staffed.service.tick(world.at(6, 22)).changed == (agreement.id,)
        assert staffed.voters(staffed.service.agreement(agreement.id)) == ["clerk"]
        assert staffed.service.approve(agreement.id, by="clerk", at=world.at(6, 22)).latest.state is State.APPROVED

    def test_whom_nobody_is_above_needs_no_consent_of_a_superior(self, worlds):
        """The head of the agency asks a role; a superior who does not exist is not waited for."""
        world = worlds(route='[[route]]\nid = "hr"\napprover = "role:hr"\nwithin = "5 working days"\n')
        agreement = world.submitted("director")

        approved = world.service.approve(agreement.id, by="hr", at=world.at(6, 21))

        assert approved.latest.state is State.APPROVED


class TestVotes:
    def test_a_vote_records_who_when_and_by_which_decision(self, world):
        """The journal holds the voter, the moment and what the policy said; the reason lies beside the chain."""
        agreement = world.submitted()
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21), reason="fine")

        cast = votes(world, agreement)[0]

        assert (cast.by, cast.at, cast.event.reason) == ("data-head", world.at(6, 21), "fine")
        assert (cast.event.verdict.moment, cast.event.verdict.policy) == ("vote", "check")

    def test_two_steps_follow_each_other(self, worlds, both_steps):
        """After the superior the head of the agency decides, and only then is it approved."""
        world = worlds(route=both_steps)
        agreement = world.submitted()
        world.refused("MKD424", world.service.approve, agreement.id, by="director", at=world.at(6, 21))
        half = world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))
        assert (half.latest.state, world.voters(half)) == (State.SUBMITTED, ["director"])

        whole = world.service.approve(agreement.id, by="director", at=world.at(6, 22), step="agency", version=1)

        assert whole.latest.state is State.APPROVED

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"step": "agency"}, "the step superior waits"),
            ({"step": "superio"}, "did you mean superior?"),
            ({"version": 2}, "version 1 waits"),
        ],
    )
    def test_a_vote_on_another_step_or_version_is_refused(self, worlds, both_steps, given, said):
        """Who votes on what is not open any more, or not yet, is told."""
        world = worlds(route=both_steps)
        agreement = world.submitted()

        error = world.refused(
            "MKD412", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21), **given
        )

        assert said in str(error)

    def test_a_second_vote_is_refused(self, worlds):
        """Each approver votes once on a step."""
        world = worlds(route=BOTH.format('"all"'))
        agreement = world.submitted()
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))

        world.refused("MKD413", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21))

    def test_all_must_approve(self, worlds):
        """Of two who must both approve, one refusal refuses."""
        world = worlds(route=BOTH.format('"all"'))
        agreement = world.submitted()
        assert world.service.approve(agreement.id, by="director", at=world.at(6, 21)).latest.state is State.SUBMITTED

        refused = world.service.refuse(agreement.id, by="data-head", at=world.at(6, 21), reason="no")

        assert refused.latest.state is State.REFUSED

    @pytest.mark.parametrize("need", ['"any"', "1"])
    def test_any_may_approve(self, worlds, need):
        """Of two of whom one suffices, a refusal alone decides nothing."""
        world = worlds(route=BOTH.format(need))
        agreement = world.submitted()
        open_still = world.service.refuse(agreement.id, by="director", at=world.at(6, 21), reason="no")
        assert open_still.latest.state is State.SUBMITTED

        assert world.service.approve(agreement.id, by="data-head", at=world.at(6, 21)).latest.state is State.APPROVED

    @pytest.mark.parametrize("need", ['"all"', "2"])
    def test_one_person_in_both_offices_votes_once_for_them(self, worlds, need):
        """Where two offices resolve to one person, that person's vote is all there is to wait for."""
        world = worlds(route=BOTH.format(need))
        agreement = world.submitted("planning-head")
        assert (agreement.latest.state, world.voters(agreement)) == (State.SUBMITTED, ["director"])

        approved = world.service.approve(agreement.id, by="director", at=world.at(6, 21))

        assert approved.latest.state is State.APPROVED

    def test_votes_that_suffice_for_who_is_left_go_on_by_themselves(self, worlds):
        """When the approver who is still owed a vote drops out of the step, the clock finishes it."""
        world = worlds(route=BOTH.format('"all"'))
        agreement = world.submitted()
        world.service.approve(agreement.id, by="director", at=world.at(6, 21))
        world.service.agree(agreement.id, by="data-head", at=world.at(6, 21))
        world.identity.mandate(order("director", replaces="data-head"))

        assert world.service.tick(world.at(6, 22)).changed == (agreement.id,)
        assert world.service.agreement(agreement.id).latest.state is State.APPROVED

    def test_when_all_who_voted_left_nobody_decided(self, worlds):
        """Votes cast do not pass a step on which nobody is left."""
        world = worlds(route=BOTH.format('"all"').replace('"superior", "head_of_agency"', '"role:a", "role:b"'))
        staffed = worlds(policies=world.policies, journal=world.journal, roles={"a": ["hr"], "b": ["clerk"]})
        agreement = staffed.submitted()
        staffed.service.approve(agreement.id, by="hr", at=world.at(6, 21))

        world.service.tick(world.at(6, 22))

        open_still = world.service.agreement(agreement.id)
        assert (open_still.latest.state, open_still.latest.open_step.approvers) == (State.SUBMITTED, ())

    def test_neighbouring_steps_of_one_person_are_merged(self, worlds, both_steps):
        """One vote, recorded for each step; the one that was not asked for says that it was merged."""
        world = worlds(route=both_steps)
        agreement = world.submitted("counter-head")

        approved = world.service.approve(agreement.id, by="director", at=world.at(6, 21))

        assert approved.latest.state is State.APPROVED
        assert [(v.event.step, v.event.merged) for v in votes(world, agreement)] == [
            ("superior", False),
            ("agency", True),
        ]

    def test_a_distinct_step_goes_one_level_up_instead(self, worlds, both_steps):
        """Four eyes: who voted on the step before is passed by."""
        route = both_steps.replace('"head_of_agency"', '"unit_head"\ndistinct = true')
        world = worlds(route=route)
        half = world.service.approve(world.submitted().id, by="data-head", at=world.at(6, 21))

        assert world.voters(half) == ["planning-head"]

    def test_a_step_with_a_condition_is_left_out_where_it_does_not_hold(self, worlds, both_steps):
        """The head of the agency decides on more than two days only."""
        world = worlds(route=both_steps + 'when = "agreement.remote_days > 2"\n')

        assert len(world.submitted(remote=2).latest.route) == 1
        assert len(world.submitted("statistician", remote=3).latest.route) == 2

    def test_the_superiors_vote_is_the_superiors_consent(self, world):
        """Who approves as the superior agrees to the targets thereby."""
        agreement = world.approved()

        kinds = [type(item.event) for item in world.service.history(agreement.id)]

        assert kinds[-3:] == [VoteCast, TargetsConsented, AgreementApproved]

    def test_another_approvers_vote_is_not_the_superiors_consent(self, worlds):
        """Where the superior is not on the route, the superior agrees to the targets before the last vote."""
        world = worlds(route='[[route]]\nid = "agency"\napprover = "head_of_agency"\nwithin = "5 working days"\n')
        agreement = world.submitted()
        error = world.refused("MKD417", world.service.approve, agreement.id, by="director", at=world.at(6, 21))
        assert "superior" in error.message
        assert [task.kind for task in world.service.inbox("data-head", at=world.at(6, 21))] == ["consent"]

        world.service.agree(agreement.id, by="data-head", at=world.at(6, 21))

        assert world.service.approve(agreement.id, by="director", at=world.at(6, 21)).latest.state is State.APPROVED


class TestThePolicyAtTheVote:
    def test_a_rule_on_the_approver_is_decided_at_the_vote(self, worlds):
        """An acting officer may be kept from approving by a rule."""
        world = worlds(rules={"no-acting": ("not approver.is_acting", "refuse")})
        world.identity.mandate(order("deputy", replaces="data-head"))
        agreement = world.submitted()

        error = world.refused("MKD411", world.service.approve, agreement.id, by="deputy", at=world.at(6, 21))

        assert "no-acting" in error.message
        refused = world.service.refuse(agreement.id, by="deputy", at=world.at(6, 21), reason="no power")
        assert refused.latest.state is State.REFUSED

    def test_facts_that_changed_count_at_the_vote(self, worlds):
        """Who came under discipline since the submission is not approved."""
        world = worlds(rules={"discipline": ('applicant.discipline == "none"', "refuse")})
        agreement = world.submitted()
        world.identity.change("analyst", facts={"applicant.rating": "good", "applicant.discipline": "serving"})

        world.refused("MKD411", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21))

    def test_a_referred_request_needs_a_reason(self, world):
        """What the policy leaves to the approver is approved with a reason only."""
        world.identity.change("analyst", facts={})
        agreement = world.submitted()
        assert agreement.latest.verdict.outcome == "refer"
        error = world.refused("MKD416", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21))
        assert "rating" in error.message

        approved = world.service.approve(agreement.id, by="data-head", at=world.at(6, 21), reason="newly hired")

        assert approved.latest.state is State.APPROVED


class TestRefusing:
    CLOSED = '[refusal]\ngrounds = ["service", "security"]\nconsult_first = true\n'

    def test_a_refusal_names_a_ground_of_the_closed_list(self, worlds):
        """Where the law has a closed list, any other ground is refused, with the nearest one."""
        world = worlds(extra=self.CLOSED)
        agreement = world.submitted()

        error = world.refused(
            "MKD414",
            world.service.refuse,
            agreement.id,
            by="data-head",
            at=world.at(6, 21),
            reason="r",
            ground="servise",
        )

        assert error.mend == "did you mean service?"

    def test_a_refusal_follows_a_consultation(self, worlds):
        """Where the policy asks for it, an intended refusal is talked over first."""
        world = worlds(extra=self.CLOSED)
        agreement = world.submitted()
        refuse = {"by": "data-head", "at": world.at(6, 21), "reason": "r", "ground": "service"}
        world.refused("MKD415", world.service.refuse, agreement.id, **refuse)
        world.refused("MKD424", world.service.consult, agreement.id, by="clerk", at=world.at(6, 21))

        world.service.consult(agreement.id, by="data-head", at=world.at(6, 21), note="talked")
        refused = world.service.refuse(agreement.id, **refuse)

        assert (refused.latest.state, refused.latest.ground) == (State.REFUSED, "service")

    def test_a_ground_needs_a_list(self, world):
        """Without a list of grounds the words belong into the reason, which can be erased."""
        agreement = world.submitted()

        world.refused(
            "MKD414",
            world.service.refuse,
            agreement.id,
            by="data-head",
            at=world.at(6, 21),
            reason="r",
            ground="she is ill",
        )

    def test_a_returned_request_is_changed_and_submitted_again(self, world):
        """Returned, a request is revised; its route begins anew, and the votes of before do not count."""
        agreement = world.submitted()
        returned = world.service.send_back(agreement.id, by="data-head", at=world.at(6, 21), reason="two days, please")
        assert returned.latest.open_step is None
        terms = world.propose("statistician", remote=1).latest.terms
        world.service.revise(agreement.id, terms=terms, by="analyst", at=world.at(6, 22))

        again = world.service.submit(agreement.id, by="analyst", at=world.at(6, 22))

        assert (again.latest.number, again.latest.steps[0].votes) == (1, ())
        assert world.service.approve(agreement.id, by="data-head", at=world.at(6, 23)).latest.state is State.APPROVED

    def test_a_draft_waits_for_no_vote_and_says_what_to_do(self, world):
        """The mend of a vote that is not due is to submit."""
        error = world.refused("MKD412", world.service.approve, world.propose().id, by="data-head", at=world.at(6, 21))

        assert error.mend == "submit it first"


def test_the_step_names_its_deadline(world):
    """Five working days from Tuesday 20 June, the day itself not counted, end on Tuesday 27 June."""
    opened = next(
        item.event for item in world.service.history(world.submitted().id) if isinstance(item.event, StepOpened)
    )

    assert opened.due == date(2023, 6, 27)


class Lenient:
    """An identity backend that knows people by their logins too, where only keys are asked for."""

    def __init__(self, strict):
        self._strict = strict

    def __getattr__(self, name):
        return getattr(self._strict, name)

    def person(self, key, on):
        """Whoever has that key or login."""
        return self._strict.person(key.removesuffix("@login"), on)


def test_nobody_decides_on_the_own_request_under_a_second_name(worlds):
    """Whatever else a backend answers to, in the organisation somebody is their key alone."""
    strict = small_agency()
    strict.mandate(order("analyst@login", replaces="data-head"))
    world = worlds(identity=Lenient(strict))
    agreement = world.submitted()

    assert "analyst@login" not in world.voters(agreement)
    world.refused("MKD424", world.service.approve, agreement.id, by="analyst@login", at=world.at(6, 21))
    world.refused("MKD406", world.propose, "analyst@login")
