"""From a draft to an agreement and on: every transition that is allowed, and every other refused with its code."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from mkd_core import AgreementService, CommandRefused, InvalidInput, Mandate, MandateKind, NotAllowed, NotFound, State
from mkd_core.usecases.agreements import terms_of

LATER = date(2023, 8, 7)


def draft(world):
    return world.propose()


def submitted(world):
    return world.submitted()


def returned(world):
    return world.service.send_back(world.submitted().id, by="data-head", at=world.at(6, 21), reason="days")


def refused(world):
    return world.service.refuse(world.submitted().id, by="data-head", at=world.at(6, 21), reason="too early")


def withdrawn(world):
    return world.service.withdraw(world.submitted().id, by="analyst", at=world.at(6, 21))


def approved(world):
    return world.approved()


def active(world):
    return world.approved(plan=world.plan(anchor=date(2023, 6, 19)))


def suspended(world):
    return world.service.suspend(
        active(world).id, since=date(2023, 6, 22), by="data-head", at=world.at(6, 22), reason="x"
    )


def revoked(world):
    return world.service.revoke(
        active(world).id, since=date(2023, 6, 22), by="data-head", at=world.at(6, 22), reason="x"
    )


def revoked_of_leaver(world, agreement, since=date(2023, 7, 9)):
    return world.service.revoke(agreement.id, since=since, by="hr", at=world.at(7, 9), reason="left")


def ended(world):
    return world.service.end(active(world).id, since=date(2023, 6, 22), by="analyst", at=world.at(6, 22))


STATES = {
    make.__name__: make
    for make in (draft, submitted, returned, refused, withdrawn, approved, active, suspended, revoked, ended)
}

COMMANDS = {
    "submit": lambda s, a, at: s.submit(a, by="analyst", at=at),
    "revise": lambda s, a, at: s.revise(a, terms=s.agreement(a).latest.terms, by="analyst", at=at),
    "approve": lambda s, a, at: s.approve(a, by="data-head", at=at),
    "refuse": lambda s, a, at: s.refuse(a, by="data-head", at=at, reason="no"),
    "send_back": lambda s, a, at: s.send_back(a, by="data-head", at=at, reason="no"),
    "withdraw": lambda s, a, at: s.withdraw(a, by="analyst", at=at),
    "counter": lambda s, a, at: s.counter(a, targets=[], by="data-head", at=at),
    "agree": lambda s, a, at: s.agree(a, by="data-head", at=at),
    "amend": lambda s, a, at: s.amend(
        a, plan=s.agreement(a).latest.terms.plan, starts=date(2023, 7, 10), by="analyst", at=at
    ),
    "suspend": lambda s, a, at: s.suspend(a, since=at.date(), by="data-head", at=at, reason="r"),
    "resume": lambda s, a, at: s.resume(a, since=at.date(), by="data-head", at=at),
    "recall": lambda s, a, at: s.recall(a, on=date(2023, 6, 23), by="data-head", at=at, reason="r"),
    "revoke": lambda s, a, at: s.revoke(a, since=at.date(), by="data-head", at=at, reason="r"),
    "end": lambda s, a, at: s.end(a, since=at.date(), by="analyst", at=at),
    "recheck": lambda s, a, at: s.recheck(a, by="hr", at=at),
}

#: state → command → the state after it. Whatever is not here is refused. The superior's targets are agreed by the vote,
#: so that ``agree`` is left in no state after it.
ALLOWED = {
    "draft": {"submit": "submitted", "revise": "draft", "withdraw": "withdrawn", "counter": "draft", "agree": "draft"},
    "submitted": {
        "approve": "approved",
        "refuse": "refused",
        "send_back": "returned",
        "withdraw": "withdrawn",
        "counter": "submitted",
        "agree": "submitted",
    },
    "returned": {
        "submit": "submitted",
        "revise": "returned",
        "withdraw": "withdrawn",
        "counter": "returned",
        "agree": "returned",
    },
    "refused": {},
    "withdrawn": {},
    "approved": {
        "withdraw": "withdrawn",
        "amend": "approved",
        "suspend": "approved",
        "recall": "approved",
        "revoke": "revoked",
        "end": "ended",
    },
    "active": {
        "amend": "active",
        "suspend": "suspended",
        "recall": "active",
        "revoke": "revoked",
        "end": "ended",
        "recheck": "active",
    },
    "suspended": {
        "amend": "suspended",
        "resume": "active",
        "recall": "suspended",
        "revoke": "revoked",
        "end": "ended",
        "recheck": "suspended",
    },
    "revoked": {},
    "ended": {},
}
NO_VOTE_IS_DUE = {"approve", "refuse", "send_back"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("state", STATES)
def test_a_command_does_what_the_life_cycle_allows_and_is_refused_otherwise(world, state, command):
    """Each command in each state either leads to the state that the design names, or is refused and nothing happens."""
    agreement = STATES[state](world)
    now = world.at(6, 22)
    assert agreement.state(now.date()) == state

    if command in ALLOWED[state]:
        after = COMMANDS[command](world.service, agreement.id, now)
        assert after.state(now.date()) == ALLOWED[state][command]
        assert world.service.agreement(agreement.id) == after
    else:
        code = "MKD412" if command in NO_VOTE_IS_DUE else "MKD409"
        world.refused(code, COMMANDS[command], world.service, agreement.id, now)


class TestProposing:
    def test_nobody_proposes_for_somebody_else(self, world):
        """An agreement is asked for by the person it is about."""
        world.refused("MKD421", world.propose, by="data-head")

    def test_a_stranger_is_refused(self, world):
        """Whom no identity backend knows cannot ask for anything."""
        world.refused("MKD406", world.propose, "nobody")

    def test_somebody_who_left_is_refused(self, world):
        """Whom identity denies cannot ask for anything."""
        world.identity.denied["analyst"] = "left"

        world.refused("MKD405", world.propose)

    def test_a_person_without_a_unit_is_refused(self, world):
        """A unit that no backend knows has no zone and no head."""
        world.identity.change("analyst", unit="gone")

        world.refused("MKD407", world.propose)

    def test_a_moment_needs_a_zone(self, world):
        """A moment without a zone is no moment."""
        world.refused("MKD402", world.propose, at=world.at(6, 20).replace(tzinfo=None))

    def test_an_open_end_is_reviewed_after_a_year(self, world):
        """An agreement without an end carries a review date."""
        assert world.propose().latest.terms.review == world.starts + timedelta(days=365)

    def test_an_end_needs_no_review(self, world):
        """An agreement with an end needs no review date."""
        assert world.propose(ends=date(2023, 12, 31)).latest.terms.review is None

    def test_an_end_before_the_start_is_refused(self, world):
        """An agreement does not end before it starts."""
        world.refused("MKD217", world.propose, ends=date(2023, 7, 2))

    @pytest.mark.parametrize(
        "dates",
        [
            {"starts": date(9999, 12, 1), "ends": None},
            {"starts": date(1, 1, 1)},
            {"ends": date(9999, 12, 31)},
            {"ends": None, "review": date(3000, 1, 1)},
        ],
    )
    def test_a_slip_in_the_year_is_found(self, world, dates):
        """A date so far away that nothing can be counted on from it is refused before anything is counted."""
        world.refused("MKD230", world.propose, **dates)

    def test_an_open_end_without_a_review_is_refused(self, world):
        """Terms made by hand are held to the review date, too."""
        with pytest.raises(InvalidInput, match="MKD218"):
            terms_of(world.plan(), starts=world.starts)

    def test_a_plan_without_an_hour_of_work_is_refused(self, world):
        """A plan of days off is no plan."""
        empty = evolve(world.plan(), weeks=(type(world.week())((type(world.week().days[0])(),) * 7),))

        world.refused("MKD219", world.propose, plan=empty)

    def test_two_targets_of_one_name_are_refused(self, world):
        """A result must be able to name its target."""
        world.refused("MKD224", world.propose, targets=[world.target("t1"), world.target("t1")])

    def test_ids_count_up(self, world):
        """An agreement's id is its applicant's key and a running number."""
        first, second = world.propose(), world.propose()

        assert (first.id, second.id) == ("analyst.1", "analyst.2")

    @pytest.mark.parametrize("name", ["analyst", "analyst.x", ".1", ""])
    def test_what_is_no_id_is_said(self, world, name):
        """A name that cannot be an agreement's is refused as such."""
        assert "an id is a person's key" in world.refused("MKD403", world.service.agreement, name).mend

    @pytest.mark.parametrize("typed", ["199103172015032906", "199103172015032906.1"])
    def test_a_service_number_in_the_place_of_an_id_is_not_repeated(self, world, typed):
        """The error ends up in logs, and the number holds birth date and sex."""
        error = world.refused("MKD403", world.service.agreement, typed)

        assert typed[:18] not in str(error)

    def test_an_unknown_agreement_is_said(self, world):
        """A right id of nothing is not found."""
        world.propose()

        world.refused("MKD403", world.service.agreement, "analyst.2")
        world.refused("MKD403", world.service.history, "analyst.2")

    def test_all_agreements_can_be_listed(self, world):
        """The register knows every agreement, by applicant and number."""
        for applicant in ("statistician", "analyst", "analyst"):
            world.propose(applicant)

        assert [a.id for a in world.service.agreements()] == ["analyst.1", "analyst.2", "statistician.1"]


class TestTargets:
    def test_the_superior_counters_and_the_employee_agrees(self, world):
        """A counter-proposal asks for the other side's consent anew, and each step is on record."""
        agreement = world.propose()
        countered = world.service.counter(
            agreement.id, targets=[world.target(value="6")], by="data-head", at=world.at(6, 20), note="more"
        )
        assert (countered.latest.consents, countered.latest.revision) == ({"superior"}, 2)
        world.refused("MKD418", world.service.submit, agreement.id, by="analyst", at=world.at(6, 20))

        agreed = world.service.agree(agreement.id, by="analyst", at=world.at(6, 20))

        assert agreed.latest.consents == {"employee", "superior"}
        assert agreed.latest.targets[0].value == Decimal(6)
        assert world.events(agreement.id) == ["AgreementProposed", "TargetsCountered", "TargetsConsented"]

    def test_the_employee_counters_the_counter(self, world):
        """Either side may propose again until both agree to one and the same."""
        agreement = world.propose()
        world.service.counter(agreement.id, targets=[world.target(value="9")], by="data-head", at=world.at(6, 20))
        world.service.counter(agreement.id, targets=[world.target(value="5")], by="analyst", at=world.at(6, 20))

        agreed = world.service.agree(agreement.id, by="data-head", at=world.at(6, 20))

        assert agreed.latest.consents == {"employee", "superior"}
        assert [t.value for t in agreed.latest.targets] == [Decimal(5)]

    def test_agreeing_twice_is_refused(self, world):
        """Who has agreed has agreed."""
        world.refused("MKD419", world.service.agree, world.propose().id, by="analyst", at=world.at(6, 20))

    def test_a_third_person_has_no_say(self, world):
        """Targets are a matter of the employee and the superior."""
        agreement = world.propose()

        world.refused("MKD421", world.service.agree, agreement.id, by="clerk", at=world.at(6, 20))
        world.refused("MKD421", world.service.counter, agreement.id, targets=[], by="clerk", at=world.at(6, 20))

    def test_the_applicant_does_not_change_targets_on_the_route(self, world):
        """What is being voted on is changed by the superior, or after it was returned."""
        agreement = world.submitted()

        world.refused("MKD409", world.service.counter, agreement.id, targets=[], by="analyst", at=world.at(6, 20))

    def test_targets_countered_late_need_the_employee_before_the_last_vote(self, world):
        """The superior cannot change the targets on the route and approve them alone."""
        agreement = world.submitted()
        world.service.counter(agreement.id, targets=[world.target(value="40")], by="data-head", at=world.at(6, 21))
        error = world.refused("MKD417", world.service.approve, agreement.id, by="data-head", at=world.at(6, 21))
        assert "employee" in error.message

        world.service.agree(agreement.id, by="analyst", at=world.at(6, 21))
        approved = world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))

        assert approved.latest.state is State.APPROVED

    def test_what_was_voted_on_is_not_changed_afterwards(self, worlds, both_steps):
        """After the first vote other targets need the whole route again: the request is returned for them."""
        world = worlds(route=both_steps)
        agreement = world.submitted()
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21))
        other = {"targets": [world.target(value="40")], "by": "data-head", "at": world.at(6, 22)}

        error = world.refused("MKD409", world.service.counter, agreement.id, **other)
        assert "return it at the step agency" in str(error)
        world.service.send_back(agreement.id, by="director", at=world.at(6, 22), reason="other targets")
        world.service.counter(agreement.id, **other)
        world.service.agree(agreement.id, by="analyst", at=world.at(6, 22))
        again = world.service.submit(agreement.id, by="analyst", at=world.at(6, 22))

        assert (world.voters(again), len(again.latest.steps)) == (["data-head"], 1)

    def test_what_silence_approved_is_not_changed_afterwards_either(self, worlds, both_steps):
        """A step deemed approved counts as one that voted."""
        deemed = 'within = "5 working days"\nlate = "deem_approved"'
        world = worlds(route=both_steps.replace('within = "5 working days"', deemed))
        agreement = world.submitted()
        world.service.tick(world.at(6, 30))

        other = {"targets": [world.target(value="40")], "by": "data-head", "at": world.at(6, 30)}
        world.refused("MKD409", world.service.counter, agreement.id, **other)

    def test_the_acting_superior_consents_on_behalf(self, world):
        """A consent says on whose behalf it was given."""
        world.identity.mandate(
            Mandate(
                kind=MandateKind.PLH,
                acting="deputy",
                replaces="data-head",
                starts=date(2023, 6, 1),
                reference="800/12",
            )
        )
        agreement = world.propose()
        world.service.agree(agreement.id, by="deputy", at=world.at(6, 20))

        consent = world.service.history(agreement.id)[-1].event

        assert (consent.side, consent.on_behalf_of, consent.mandate) == ("superior", "data-head", MandateKind.PLH)


class TestSubmitting:
    def test_only_the_applicant_submits(self, world):
        """Nobody asks in another's name."""
        world.refused("MKD421", world.service.submit, world.propose().id, by="data-head", at=world.at(6, 20))

    def test_what_the_policy_refuses_is_not_submitted(self, world):
        """A request that would be refused stays a draft, and the rule is named."""
        agreement = world.propose(remote=5)

        error = world.refused("MKD410", world.service.submit, agreement.id, by="analyst", at=world.at(6, 20))

        assert "days" in error.message

    def test_without_a_policy_nothing_is_submitted(self, worlds):
        """The service does not approve by rules it was not given."""
        world = worlds()
        bare = AgreementService(journal=world.journal, identity=world.identity)
        agreement = world.propose()

        world.refused("MKD408", bare.submit, agreement.id, by="analyst", at=world.at(6, 20))

    def test_dates_that_overlap_are_refused(self, world):
        """One person has one agreement at a time; what is pending counts."""
        world.submitted(ends=date(2023, 9, 30))
        second = world.propose(plan=world.plan(anchor=date(2023, 9, 25)))

        error = world.refused("MKD422", world.service.submit, second.id, by="analyst", at=world.at(6, 20))

        assert "amend analyst.1" in error.mend

    def test_one_agreement_may_follow_another(self, world):
        """The day after an end is free."""
        world.approved(ends=date(2023, 9, 30))

        follow = world.approved(plan=world.plan(anchor=date(2023, 10, 2)), starts=date(2023, 10, 1), at=world.at(6, 21))

        assert follow.latest.state is State.APPROVED

    def test_an_amendment_that_shortens_frees_the_days_after_it(self, world):
        """What a later version gave up is not taken any more."""
        agreement = world.approved()
        world.service.amend(
            agreement.id,
            plan=world.plan(),
            starts=date(2023, 8, 1),
            ends=date(2023, 12, 31),
            by="analyst",
            at=world.at(7, 10),
        )
        world.service.submit(agreement.id, by="analyst", at=world.at(7, 10))
        world.service.approve(agreement.id, by="data-head", at=world.at(7, 11))

        second = world.submitted(plan=world.plan(anchor=date(2024, 1, 1)), on=world.at(7, 12))

        assert second.latest.state is State.SUBMITTED

    def test_a_revoked_agreement_frees_its_days(self, world):
        """After it was revoked the same days can be asked for again."""
        revoked(world)

        assert world.submitted(on=world.at(7, 12)).latest.state is State.SUBMITTED

    def test_an_agreement_revoked_before_its_start_takes_up_no_day(self, world):
        """Stopped before it began, it holds on no date."""
        agreement = world.approved()
        world.service.revoke(agreement.id, since=date(2023, 7, 3), by="data-head", at=world.at(6, 22), reason="r")

        assert list(world.service.agreement(agreement.id).spans()) == []
        assert world.submitted(on=world.at(6, 22)).latest.state is State.SUBMITTED

    def test_a_route_without_steps_approves_at_once(self, worlds):
        """A policy that asks nobody approves on submission."""
        world = worlds(route="")

        assert world.submitted().latest.state is State.APPROVED


class TestAmending:
    def test_an_amendment_whose_last_day_has_gone_is_not_approved_any_more(self, world):
        """It would hold on no day, and would end the agreement that it was to change."""
        agreement = world.approved(starts=date(2023, 7, 1), ends=date(2023, 12, 31))
        world.service.amend(
            agreement.id,
            plan=world.plan(1),
            starts=date(2023, 8, 1),
            ends=date(2023, 8, 4),
            by="analyst",
            at=world.at(7, 25),
        )
        world.service.submit(agreement.id, by="analyst", at=world.at(7, 25))

        world.refused("MKD225", world.service.approve, agreement.id, by="data-head", at=world.at(8, 7))

        refused = world.service.refuse(agreement.id, by="data-head", at=world.at(8, 7), reason="too late")
        assert refused.state(date(2023, 8, 8)) is State.ACTIVE

    def test_the_old_version_stays_in_force_until_the_new_one_starts(self, world):
        """An amendment replaces the agreement on its start date, not when it is approved."""
        agreement = active(world)
        world.service.amend(
            agreement.id,
            plan=world.plan(4, anchor=LATER),
            starts=LATER,
            by="analyst",
            at=world.at(7, 10),
            reason="more",
        )
        amended = world.service.submit(agreement.id, by="analyst", at=world.at(7, 10))
        assert (amended.state(date(2023, 7, 10)), amended.latest.state) == (State.ACTIVE, State.SUBMITTED)
        amended = world.service.approve(agreement.id, by="data-head", at=world.at(7, 11))

        assert amended.in_force(LATER - timedelta(days=1)).number == 1
        assert amended.in_force(LATER).number == 2
        assert amended.version(1).terms.plan.weeks[0].remote_days == 2
        world.refused("MKD404", amended.version, 3)

    def test_an_approval_after_the_start_day_applies_from_then_on(self, world):
        """Approved late, a version holds from the day of the approval, never backwards."""
        agreement = world.approved(on=world.at(7, 12))

        assert agreement.latest.effective == date(2023, 7, 12)
        assert agreement.day(date(2023, 7, 11)) is None
        assert agreement.day(date(2023, 7, 12)) is not None

    def test_a_refused_amendment_leaves_nothing_behind(self, world):
        """The next amendment starts from the targets in force, not from those that were refused."""
        agreement = active(world)
        for value in ("40", None):
            world.service.amend(
                agreement.id,
                plan=world.plan(3, anchor=LATER),
                starts=LATER,
                targets=None if value is None else [world.target(value=value)],
                by="analyst",
                at=world.at(7, 10),
            )
            world.service.submit(agreement.id, by="analyst", at=world.at(7, 10))
            if value:
                world.service.refuse(agreement.id, by="data-head", at=world.at(7, 10), reason="too many")

        assert world.service.agreement(agreement.id).latest.targets[0].value == Decimal(4)
        assert world.service.agreement(agreement.id).state(date(2023, 7, 10)) is State.ACTIVE

    def test_an_amendment_says_anew_what_a_request_says(self, world):
        """Texts and the place beyond the region belong to the version that they were given for."""
        agreement = active(world)

        amended = world.service.amend(
            agreement.id,
            plan=world.plan(1),
            starts=LATER,
            by="analyst",
            at=world.at(7, 10),
            outside_region=True,
            reason="carer",
            evidence="letter",
            work_plan="phases",
        ).latest

        assert amended.texts == {"reason": "carer", "evidence": "letter", "work_plan": "phases"}
        assert amended.terms.outside_region
        assert amended.terms.reason_given
        assert amended.terms.evidence_given
        assert amended.terms.work_plan_given

    def test_one_amendment_at_a_time(self, world):
        """While a version waits, another one is refused."""
        agreement = active(world)
        world.service.amend(agreement.id, plan=world.plan(1), starts=LATER, by="analyst", at=world.at(7, 10))

        world.refused(
            "MKD409",
            world.service.amend,
            agreement.id,
            plan=world.plan(),
            starts=LATER,
            by="analyst",
            at=world.at(7, 10),
        )

    def test_only_the_applicant_amends(self, world):
        """The superior recalls, suspends or revokes; amending is the employee's."""
        agreement = active(world)

        world.refused(
            "MKD421",
            world.service.amend,
            agreement.id,
            plan=world.plan(),
            starts=LATER,
            by="data-head",
            at=world.at(7, 10),
        )

    @pytest.mark.parametrize("command", ["revoke", "end"])
    def test_an_undecided_amendment_falls_with_its_agreement(self, world, command):
        """Nobody has to vote on a change of what is over."""
        agreement = active(world)
        world.service.amend(agreement.id, plan=world.plan(1), starts=LATER, by="analyst", at=world.at(7, 10))
        world.service.submit(agreement.id, by="analyst", at=world.at(7, 10))

        stopped = COMMANDS[command](world.service, agreement.id, world.at(7, 11))

        assert stopped.latest.state is State.WITHDRAWN
        assert world.service.inbox("data-head", at=world.at(7, 11)) == ()

    def test_the_end_of_the_newer_version_ends_the_agreement(self, world):
        """After its last day an agreement has ended, without an event."""
        agreement = world.approved(ends=date(2023, 7, 31))

        assert agreement.state(date(2023, 7, 31)) is State.ACTIVE
        assert agreement.state(date(2023, 8, 1)) is State.ENDED
        assert agreement.in_force(date(2023, 8, 1)) is None


class TestInForce:
    def test_a_suspension_rests_from_its_day_to_the_resumption(self, world):
        """While it rests the person works the office's hours; the day of resumption counts again."""
        agreement = active(world)
        world.service.suspend(
            agreement.id, since=date(2023, 7, 4), by="data-head", at=world.at(7, 3), reason="staff are short"
        )
        world.service.resume(agreement.id, since=date(2023, 7, 11), by="hr", at=world.at(7, 10))

        basis = [world.service.day("analyst", date(2023, 7, d), at=world.at(7, 10)).basis for d in (3, 4, 10, 11)]

        assert basis == ["agreement", "standard", "standard", "agreement"]

    def test_an_open_suspension_is_not_begun_twice(self, world):
        """A rest that begins later is resumed, or moved, before another one begins."""
        agreement = active(world)
        suspend = world.service.suspend
        suspend(agreement.id, since=date(2023, 8, 1), by="data-head", at=world.at(7, 3), reason="r")

        world.refused(
            "MKD409", suspend, agreement.id, since=date(2023, 7, 10), by="data-head", at=world.at(7, 3), reason="r"
        )

    def test_a_suspension_can_be_taken_back_on_its_first_day(self, world):
        """Resumed on the day on which it begins, it rests on no day; before that day it cannot be resumed."""
        agreement = active(world)
        world.service.suspend(agreement.id, since=date(2023, 8, 1), by="data-head", at=world.at(7, 3), reason="r")
        world.refused("MKD225", world.service.resume, agreement.id, since=date(2023, 7, 31), by="hr", at=world.at(7, 3))

        resumed = world.service.resume(agreement.id, since=date(2023, 8, 1), by="hr", at=world.at(7, 3))

        assert not resumed.suspended(date(2023, 8, 1))

    @pytest.mark.parametrize("command", ["suspend", "revoke", "end", "recall"])
    def test_nothing_is_done_backwards(self, world, command):
        """A day that has passed stays as it was."""
        agreement = active(world)
        day = {"on" if command == "recall" else "since": date(2023, 7, 2)}
        reason = {} if command == "end" else {"reason": "r"}

        world.refused(
            "MKD225", getattr(world.service, command), agreement.id, **day, by="data-head", at=world.at(7, 3), **reason
        )

    def test_a_suspension_is_not_resumed_backwards(self, world):
        """What rested has rested."""
        agreement = suspended(world)

        world.refused("MKD225", world.service.resume, agreement.id, since=date(2023, 6, 23), by="hr", at=world.at(7, 3))

    def test_a_recall_beats_the_plan_for_one_day(self, world):
        """The superior calls the person to the office for a day; the day before and after stay."""
        agreement = active(world)
        world.service.recall(agreement.id, on=date(2023, 7, 4), by="data-head", at=world.at(7, 3), reason="audit")

        days = [world.service.day("analyst", date(2023, 7, d), at=world.at(7, 3)) for d in (3, 4)]

        assert [(day.basis, day.windows[0].place.value) for day in days] == [
            ("agreement", "home"),
            ("recall", "office"),
        ]

    @pytest.mark.parametrize("on", [date(2023, 6, 28), date(2023, 7, 8)])
    def test_nobody_is_recalled_to_a_closed_office(self, world, on):
        """On a holiday or a Saturday there is no office to come to."""
        agreement = active(world)

        world.refused(
            "MKD226", world.service.recall, agreement.id, on=on, by="data-head", at=world.at(6, 22), reason="r"
        )

    def test_a_recall_needs_the_office_hours(self, worlds):
        """Without known hours there is nothing to recall somebody to."""
        world = worlds(hours=None)
        agreement = active(world)

        world.refused(
            "MKD423",
            world.service.recall,
            agreement.id,
            on=date(2023, 7, 4),
            by="data-head",
            at=world.at(7, 3),
            reason="r",
        )

    def test_only_the_superior_recalls(self, world):
        """HR suspends and revokes; calling somebody to the office is the superior's."""
        agreement = active(world)

        world.refused(
            "MKD421",
            world.service.recall,
            agreement.id,
            on=date(2023, 7, 4),
            by="hr",
            at=world.at(7, 3),
            reason="r",
        )

    @pytest.mark.parametrize(("by", "code"), [("data-head", "MKD405"), ("clerk", "MKD405"), ("analyst", "MKD405")])
    def test_only_hr_revokes_what_somebody_who_left_has_left_behind(self, world, by, code):
        """Whose superior somebody was nobody knows any more, and who left does nothing."""
        agreement = active(world)
        world.identity.denied["analyst"] = "left"

        world.refused(
            code, world.service.revoke, agreement.id, since=date(2023, 7, 9), by=by, at=world.at(7, 9), reason="r"
        )

        assert revoked_of_leaver(world, agreement).state(date(2023, 7, 9)) is State.REVOKED

    def test_hr_withdraws_what_somebody_who_left_had_asked_for(self, world):
        """Nobody has to vote on the request of somebody who is not there; what is over cannot be ended again."""
        agreement = world.submitted()
        world.identity.denied["analyst"] = "left"

        assert revoked_of_leaver(world, agreement).latest.state is State.WITHDRAWN
        world.refused("MKD409", revoked_of_leaver, world, agreement)

    def test_what_somebody_who_left_has_left_behind_is_not_revoked_backwards(self, world):
        """What was worked before stays worked under the agreement."""
        agreement = active(world)
        world.identity.denied["analyst"] = "left"

        world.refused("MKD225", revoked_of_leaver, world, agreement, since=date(2023, 7, 8))

    @pytest.mark.parametrize(("by", "code"), [("clerk", "MKD421"), ("analyst", "MKD420")])
    def test_only_the_superior_or_hr_revokes(self, world, by, code):
        """Neither a colleague nor the person revokes an agreement."""
        agreement = active(world)

        world.refused(
            code, world.service.revoke, agreement.id, since=date(2023, 7, 3), by=by, at=world.at(7, 3), reason="r"
        )

    @pytest.mark.parametrize("by", ["analyst", "data-head", "hr"])
    def test_the_employee_the_superior_or_hr_ends(self, world, by):
        """Ending is open to all three, and to nobody else."""
        agreement = active(world)
        world.refused("MKD421", world.service.end, agreement.id, since=LATER, by="clerk", at=world.at(7, 3))

        over = world.service.end(agreement.id, since=LATER, by=by, at=world.at(7, 3))

        assert over.state(LATER - timedelta(days=1)) is State.ACTIVE
        assert over.state(LATER) is State.ENDED
        assert over.day(LATER) is None


class TestRechecking:
    def test_what_would_not_be_approved_now_opens_a_review_and_stays_in_force(self, world):
        """Conditions must hold as long as the agreement does; nothing is suspended by itself."""
        agreement = active(world)
        world.identity.change("analyst", facts={"applicant.rating": "poor"})

        reviewed = world.service.recheck(agreement.id, by="hr", at=world.at(7, 3))

        assert (reviewed.under_review, reviewed.state(date(2023, 7, 3))) == (True, State.ACTIVE)
        assert world.service.recheck(agreement.id, by="hr", at=world.at(7, 4)) == reviewed
        assert world.events(agreement.id).count("ReviewOpened") == 1

    def test_a_new_approval_settles_the_review(self, world):
        """An amendment that was approved, for a reason given, answers the question."""
        agreement = active(world)
        world.identity.change("analyst", facts={"applicant.rating": "poor"})
        world.service.recheck(agreement.id, by="hr", at=world.at(7, 3))
        world.service.amend(agreement.id, plan=world.plan(1), starts=LATER, by="analyst", at=world.at(7, 3))
        world.service.submit(agreement.id, by="analyst", at=world.at(7, 3))

        approved = world.service.approve(agreement.id, by="data-head", at=world.at(7, 3), reason="improving")

        assert not approved.under_review

    @pytest.mark.parametrize(("by", "code"), [("clerk", "MKD421"), ("analyst", "MKD420"), ("nobody", "MKD421")])
    def test_only_the_superior_or_hr_opens_a_review(self, world, by, code):
        """A review is told and stays on record: not for whoever passes by, nor for the person."""
        agreement = active(world)
        world.identity.change("analyst", facts={"applicant.rating": "poor"})

        world.refused(code, world.service.recheck, agreement.id, by=by, at=world.at(7, 7))

        assert world.service.recheck(agreement.id, by="data-head", at=world.at(7, 7)).under_review

    def test_what_still_holds_stays_as_it_is(self, world):
        """A recheck that approves writes nothing."""
        agreement = active(world)

        assert world.service.recheck(agreement.id, by="hr", at=world.at(7, 3)) == agreement


class TestMending:
    def test_five_days_become_four(self, world):
        """The remedy is laid on the plan: the last remote day becomes a day at the office."""
        agreement = world.propose(remote=5)

        terms = world.service.mend(agreement.id, by="analyst", at=world.at(6, 20))
        world.service.revise(agreement.id, terms=terms, by="analyst", at=world.at(6, 20))

        assert [day.remote for day in terms.plan.weeks[0].days] == [True] * 4 + [False] * 3
        assert world.service.submit(agreement.id, by="analyst", at=world.at(6, 20)).latest.state is State.SUBMITTED

    def test_every_season_is_mended(self, world):
        """A season that asks for too many days is mended with the rest."""
        agreement = world.propose(plan=world.plan(5, seasons={"ramadan": (world.week(5),)}))

        terms = world.service.mend(agreement.id, by="analyst", at=world.at(6, 20))

        assert terms.plan.seasons["ramadan"][0].remote_days == 4

    def test_what_days_cannot_mend_is_not_mended(self, world):
        """A rating is not mended by a change of days."""
        world.identity.change("analyst", facts={"applicant.rating": "poor"})

        assert world.service.mend(world.propose(remote=5).id, by="analyst", at=world.at(6, 20)) is None
        assert world.service.mend(world.propose(remote=2).id, by="analyst", at=world.at(6, 20)) is None

    def test_without_office_hours_nothing_is_mended(self, worlds):
        """A day at the office has hours, and they must be known."""
        world = worlds(hours=None)

        assert world.service.mend(world.propose(remote=5).id, by="analyst", at=world.at(6, 20)) is None

    def test_a_revision_keeps_the_texts(self, world):
        """Changing the days does not lose the reason that was given."""
        agreement = world.propose(remote=5, reason="carer", evidence="letter", work_plan="phases")
        terms = world.service.mend(agreement.id, by="analyst", at=world.at(6, 20))

        revised = world.service.revise(agreement.id, terms=terms, by="analyst", at=world.at(6, 20))

        assert revised.latest.texts == {"reason": "carer", "evidence": "letter", "work_plan": "phases"}

    def test_revised_terms_are_held_to_what_proposed_ones_are(self, world):
        """Terms made by hand cannot end before they start, nor claim a text that nobody wrote."""
        agreement = world.propose()
        terms = evolve(agreement.latest.terms, evidence_given=True)

        world.refused(
            "MKD217",
            world.service.revise,
            agreement.id,
            terms=evolve(terms, ends=date(2023, 7, 1)),
            by="analyst",
            at=world.at(6, 20),
        )
        revised = world.service.revise(agreement.id, terms=terms, by="analyst", at=world.at(6, 20))

        assert not revised.latest.terms.evidence_given

    def test_only_the_applicant_revises(self, world):
        """The terms are the applicant's proposal."""
        agreement = world.propose()

        world.refused(
            "MKD421", world.service.revise, agreement.id, terms=agreement.latest.terms, by="hr", at=world.at(6, 20)
        )


def test_only_the_applicant_withdraws(world):
    """A request is taken back by whoever made it."""
    world.refused("MKD421", world.service.withdraw, world.submitted().id, by="data-head", at=world.at(6, 20))


def test_refusals_are_of_a_kind_a_program_can_tell(world):
    """Not allowed, not found and other refusals are classes of their own."""
    agreement = world.propose()

    with pytest.raises(NotAllowed):
        world.service.submit(agreement.id, by="clerk", at=world.at(6, 20))
    with pytest.raises(NotFound):
        world.service.submit("analyst.9", by="analyst", at=world.at(6, 20))
    with pytest.raises(CommandRefused):
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 20))


def test_text_that_is_no_utf_8_is_refused_and_not_repeated(world):
    """Half a character, which a terminal makes of odd bytes, has no bytes that a hash could cover."""
    error = world.refused("MKD445", world.propose, reason="private \udcff")

    assert "private" not in str(error)
