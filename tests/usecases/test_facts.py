"""What a decision reads: where each fact comes from, what follows from the plan, and what a unit would look like."""

from datetime import date
from decimal import Decimal

import pytest

from mkd_core import Day, NotFound, OfficeHours, PolicyError, TargetKind, Week, WorkPlan
from mkd_core.performance import Period
from mkd_core.ports import Season
from mkd_core.usecases.agreements import terms_of
from mkd_core.usecases.facts import plan_facts
from mkd_plugins.testing.fakes import FakeCalendar

RAMADAN = Season(name="ramadan", first=date(2023, 7, 10), last=date(2023, 8, 8))


FACTS_READ = {
    "discipline": ('applicant.discipline == "none"', "refer"),
    "post": ("applicant.months_in_post >= 12", "refer"),
    "equipment": ("applicant.equipment_ready", "refer"),
    "requests": ("applicant.live_requests < 9", "refer"),
    "counter": ("not unit.direct_service", "refuse"),
}
LONG_ENOUGH = {"minutes": ("agreement.weekly_minutes >= parameter.weekly_minutes", "refuse")}
SOMEBODY_THERE = {"onsite": ("unit.lowest_onsite_people >= 1", "refuse")}


def facts_of(plan, targets=(), *, on=date(2023, 6, 20), season=None, hours=None, **terms):
    given = {"starts": date(2023, 7, 3), "ends": date(2023, 9, 30)}
    return plan_facts(terms_of(plan, **{**given, **terms}), targets, on=on, season=season, hours=hours)


def five_days(hours):
    return Week.parse(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours))


class TestOfThePlan:
    def test_half_a_day_at_home_uses_up_a_remote_day(self, world):
        """A day that is worked in part away from the office is a remote day and no office day."""
        week = Week.parse({"mon": "07:30-11:30 home, 12:30-16:00 office", "tue": "07:30-16:00 office 60"})

        facts = facts_of(WorkPlan(anchor=world.starts, weeks=(week,)))

        assert (facts["agreement.remote_days"], facts["agreement.office_days"]) == (1, 1)
        assert facts["agreement.weekly_minutes"] == 240 + 210 + 450

    def test_of_a_cycle_the_extreme_week_counts(self, world):
        """Of two weeks in turn: the most remote days, the fewest office days, the shortest week."""
        facts = facts_of(WorkPlan(anchor=world.starts, weeks=(world.week(1), world.week(4))))

        assert (facts["agreement.remote_days"], facts["agreement.office_days"]) == (4, 1)

    def test_times_are_those_of_the_first_and_the_last_window(self, world):
        """A night shift ends after midnight of the day on which it starts."""
        week = Week.parse({"mon": "06:00-12:00 office", "wed": "22:00-06:00 office 30"})

        facts = facts_of(WorkPlan(anchor=world.starts, weeks=(week,)))

        assert (facts["agreement.earliest_start"], facts["agreement.latest_end"]) == ("06:00", "30:00")

    def test_flexible_time_and_load_are_measured_against_the_office(self, world):
        """Other hours than the office's are flexible time, fewer minutes flexible load; core hours may be left open."""
        hours = OfficeHours(standard=world.week(0), source="ours", core=((540, 900),) * 5 + (None, None))
        later = five_days("10:00-18:30 home 60")
        shorter = five_days("07:30-15:00 office 60")

        usual, shifted, fewer = (
            facts_of(WorkPlan(anchor=world.starts, weeks=(week,)), hours=hours)
            for week in (world.week(0), later, shorter)
        )

        names = ("flexible_place", "flexible_time", "flexible_load", "core_gap_minutes")
        assert [usual[f"agreement.{name}"] for name in names] == [False, False, False, 0]
        assert [shifted[f"agreement.{name}"] for name in names] == [True, True, False, 300]
        assert [fewer[f"agreement.{name}"] for name in names] == [False, True, True, 0]

    def test_without_office_hours_what_is_measured_against_them_is_missing(self, world):
        """No guess is made about the hours of an office."""
        assert not {"agreement.flexible_time", "agreement.core_gap_minutes"} & set(facts_of(world.plan()))

    def test_a_season_without_work_has_no_times(self, world):
        """Where no window is planned there is no first and no last one."""
        plan = world.plan(seasons={"ramadan": (Week((Day(),) * 7),)})

        facts = facts_of(plan, season="ramadan")

        assert "agreement.earliest_start" not in facts
        assert facts["agreement.weekly_minutes"] == 0

    def test_targets_are_counted_by_kind_and_by_what_they_lack(self, world):
        """Output, outcome, what cannot be measured, and the weights where there are some."""
        targets = [
            world.target("a", weight=Decimal("60.5")),
            world.target("b", kind=TargetKind.OUTCOME, weight=Decimal("39.5")),
            world.target("c", indicator=""),
        ]

        facts = facts_of(world.plan(), targets)

        counted = ("output_targets", "outcome_targets", "unmeasurable_targets")
        assert [facts[f"agreement.{name}"] for name in counted] == [2, 1, 1]
        assert facts["agreement.weight_total"] == 100.0
        assert "agreement.weight_total" not in facts_of(world.plan(), [world.target()])

    def test_duration_and_notice_are_days(self, world):
        """Both ends of the period count; notice runs from the request to the start."""
        facts = facts_of(world.plan(), ends=date(2023, 7, 31), on=date(2023, 6, 23))

        assert (facts["agreement.duration_days"], facts["agreement.notice_days"]) == (29, 10)
        assert not facts["agreement.open_ended"]

    def test_an_open_end_has_no_duration(self, world):
        """What has no end has no length."""
        facts = facts_of(world.plan(), ends=None, review=date(2024, 7, 1))

        assert facts["agreement.open_ended"]
        assert "agreement.duration_days" not in facts

    def test_of_the_texts_only_whether_they_were_given_is_a_fact(self, world):
        """What was written is private; that it was written is not."""
        facts = facts_of(world.plan(), reason="a private matter")

        assert (facts["agreement.reason_given"], facts["agreement.evidence_given"]) == (True, False)
        assert "a private matter" not in facts.values()


class TestOrigins:
    def origins(self, world, agreement, **moment):
        decided = world.service.decide(agreement.id, at=world.at(6, 20, **moment))
        return {name: origin for found in decided.decision.all_findings for name, origin in found.origins.items()}

    def test_each_fact_says_where_it_comes_from(self, worlds):
        """Identity, derived from the plan, computed, attested, or a default with a source of its own."""
        world = worlds(rules=FACTS_READ, defaults={"applicant.equipment_ready": (True, "circular 4, point 2")})
        world.service.attest("analyst", "applicant.months_in_post", 30, by="data-head", at=world.at(6, 19))

        found = self.origins(world, world.propose())

        assert {name: (origin.kind, origin.source) for name, origin in found.items()} == {
            "agreement.remote_days": ("derived", "agreement"),
            "applicant.rating": ("identity", "ratings"),
            "applicant.discipline": ("identity", "identity"),
            "applicant.months_in_post": ("attested", "superior"),
            "applicant.equipment_ready": ("default", "circular 4, point 2"),
            "applicant.live_requests": ("computed", "journal"),
            "unit.direct_service": ("identity", "units of the agency"),
        }
        attested = found["applicant.months_in_post"]
        assert (attested.by, attested.at, attested.until) == ("data-head", world.at(6, 19), None)

    def test_an_attestation_holds_up_to_its_last_day(self, worlds):
        """After it the fact is missing again, and never guessed."""
        world = worlds(rules=FACTS_READ)
        world.service.attest(
            "analyst", "applicant.months_in_post", 30, by="hr", at=world.at(6, 19), until=date(2023, 6, 20)
        )
        agreement = world.propose()

        statuses = [
            {f.rule: f.status for f in world.service.decide(agreement.id, at=world.at(6, day)).decision.findings}
            for day in (20, 21)
        ]

        assert "post" not in statuses[0]
        assert statuses[1]["post"] == "undetermined"

    def test_identity_beats_an_attestation(self, world):
        """What the personnel record says is not talked away."""
        world.service.attest("analyst", "applicant.rating", "very_poor", by="hr", at=world.at(6, 19))

        assert world.service.decide(world.propose().id, at=world.at(6, 20)).facts["applicant.rating"] == "good"

    def test_a_policy_is_needed_to_decide(self, world):
        """Without a version in force on the date nothing is decided."""
        agreement = world.propose()

        with pytest.raises(PolicyError, match="MKD320"):
            world.service.decide(agreement.id, at=world.at(5, 1))


class TestAttesting:
    def test_an_unknown_fact_is_refused_with_the_nearest(self, world):
        """Only facts of the vocabulary about people can be attested."""
        error = world.refused(
            "MKD436", world.service.attest, "analyst", "applicant.ratin", "good", by="hr", at=world.at(6, 19)
        )
        assert "applicant.rating" in error.mend
        world.refused(
            "MKD436", world.service.attest, "analyst", "agreement.remote_days", 1, by="hr", at=world.at(6, 19)
        )

    def test_a_value_outside_the_vocabulary_is_refused(self, world):
        """What is attested is one of the fact's values."""
        world.refused(
            "MKD251", world.service.attest, "analyst", "applicant.rating", "superb", by="hr", at=world.at(6, 19)
        )

    def test_a_colleague_cannot_vouch(self, world):
        """The person, the superior or HR may."""
        world.refused(
            "MKD421", world.service.attest, "analyst", "applicant.rating", "good", by="clerk", at=world.at(6, 19)
        )

    @pytest.mark.parametrize(("by", "role"), [("analyst", "applicant"), ("data-head", "superior"), ("hr", "hr")])
    def test_who_vouches_is_on_record(self, world, by, role):
        """An attestation says in which role it was given."""
        attested = world.service.attest("analyst", "applicant.statutory_ground", "carer", by=by, at=world.at(6, 19))

        assert (attested.role, attested.by, attested.value) == (role, by, "carer")
        assert "carer" not in repr(attested)

    @pytest.mark.parametrize(
        ("fact", "value"),
        [("applicant.rating", "very_good"), ("applicant.discipline", "none"), ("applicant.absent_days", 0)],
    )
    def test_nobody_vouches_for_the_own_record(self, world, fact, value):
        """What the personnel record should say is not for the one it is about, also where the record is silent."""
        world.identity.change("analyst", facts={})

        world.refused("MKD421", world.service.attest, "analyst", fact, value, by="analyst", at=world.at(6, 19))

    def test_nobody_takes_back_what_the_superior_vouched_for(self, world):
        """The person's own word stands until the superior or HR says otherwise, and again once that has run out."""
        ready = ("analyst", "applicant.equipment_ready")
        world.service.attest(*ready, True, by="analyst", at=world.at(6, 19))
        world.service.attest(*ready, False, by="data-head", at=world.at(6, 20), until=date(2023, 6, 30))

        world.refused("MKD421", world.service.attest, *ready, True, by="analyst", at=world.at(6, 30))
        assert world.service.attest(*ready, True, by="analyst", at=world.at(7, 1)).role == "applicant"


class TestSeasons:
    EXTRA = (
        'weekly_minutes = { value = 2250, unit = "minutes", source = "ours" }\n'
        '[[overlays]]\nseason = "ramadan"\nparameters = { weekly_minutes = 1950 }\nsource = "ours"\n'
    )

    def test_each_season_is_decided_with_its_own_plan_and_parameters(self, worlds):
        """A plan that is right in either season is approved, whatever the other season asks for."""
        world = worlds(rules=LONG_ENOUGH, extra=self.EXTRA, calendar=FakeCalendar({}, [RAMADAN]))
        short = five_days("08:00-15:00 office 30")
        agreement = world.propose(plan=world.plan(2, seasons={"ramadan": (short,)}))

        decided = world.service.decide(agreement.id, at=world.at(6, 20))

        assert (decided.verdict.outcome, decided.verdict.season) == ("approve", None)

    def test_the_gravest_outcome_stands_and_names_its_season(self, worlds):
        """A week too short for Ramadan is refused for Ramadan."""
        world = worlds(rules=LONG_ENOUGH, extra=self.EXTRA, calendar=FakeCalendar({}, [RAMADAN]))
        shorter = five_days("08:00-13:00 office")
        agreement = world.propose(plan=world.plan(2, seasons={"ramadan": (shorter,)}))

        decided = world.service.decide(agreement.id, at=world.at(6, 20))

        assert (decided.verdict.outcome, decided.verdict.season) == ("refuse", "ramadan")
        assert decided.verdict.failed == ("minutes",)

    def test_a_period_wholly_in_a_season_is_decided_for_it_alone(self, worlds):
        """Days outside the season do not count where there are none."""
        world = worlds(rules=LONG_ENOUGH, extra=self.EXTRA, calendar=FakeCalendar({}, [RAMADAN]))
        short = five_days("08:00-15:00 office 30")
        agreement = world.propose(
            plan=world.plan(anchor=date(2023, 7, 10), seasons={"ramadan": (short,)}),
            ends=date(2023, 8, 4),
        )

        assert world.service.decide(agreement.id, at=world.at(6, 20)).verdict.season == "ramadan"

    def test_a_step_that_one_season_asks_for_is_on_the_route(self, worlds, both_steps):
        """Five remote days in Ramadan alone need whoever decides on more than two."""
        route = both_steps + 'when = "agreement.remote_days > 2"\n'
        world = worlds(route=route, rules={"days": ("agreement.remote_days <= 5", "refuse")})
        ramadan = worlds(
            route=route,
            rules={"days": ("agreement.remote_days <= 5", "refuse")},
            calendar=FakeCalendar({}, [RAMADAN]),
        )
        plan = world.plan(2, seasons={"ramadan": (world.week(5),)})

        assert [step.id for step in world.submitted(plan=plan).latest.route] == ["superior"]
        assert [step.id for step in ramadan.submitted(plan=plan).latest.route] == ["superior", "agency"]

    def test_without_a_calendar_there_are_no_seasons(self, worlds):
        """The plan of the year decides alone."""
        world = worlds(rules=LONG_ENOUGH, extra=self.EXTRA, calendar=None)

        assert world.service.decide(world.propose().id, at=world.at(6, 20)).verdict.season is None

    def test_the_day_follows_the_season(self, worlds):
        """In Ramadan somebody without an agreement works the office's Ramadan week, with one the plan's."""
        short = five_days("08:00-15:00 office 30")
        hours = OfficeHours(
            standard=Week.parse({"mon": "07:30-16:00 office 60"}), source="o", seasons={"ramadan": short}
        )
        world = worlds(calendar=FakeCalendar({}, [RAMADAN]), hours=hours)
        world.approved(plan=world.plan(2, seasons={"ramadan": (Week.parse({"mon": "09:00-12:00 home"}),)}))

        days = [world.service.day(person, date(2023, 7, 10), at=world.at(7, 1)) for person in ("analyst", "clerk")]

        assert [str(day.windows[0]) for day in days] == ["09:00-12:00 home", "08:00-15:00 office 30"]


class TestRequests:
    def test_other_requests_of_the_last_year_are_counted(self, worlds):
        """Pending ones count as live; the request being decided does not count."""
        world = worlds(rules={"live": ("applicant.live_requests <= 0", "refuse")})
        world.submitted(ends=date(2023, 9, 30))
        second = world.propose(plan=world.plan(anchor=date(2023, 10, 2)))

        facts = world.service.decide(second.id, at=world.at(6, 20)).facts
        assert (facts["applicant.live_requests"], facts["applicant.requests_last_12_months"]) == (1, 1)
        world.refused("MKD410", world.service.submit, second.id, by="analyst", at=world.at(6, 20))

        a_year_later = world.service.decide(second.id, at=world.at(6, 20, year=2024)).facts
        assert a_year_later["applicant.requests_last_12_months"] == 0


class TestTheUnit:
    COVER = (
        '[[coverage]]\nper = "unit"\ndays = ["mon", "tue", "wed", "thu", "fri"]\n'
        'between = ["08:00", "15:00"]\nmin_people = 1\n'
    )

    def test_pending_requests_count_as_granted(self, worlds):
        """Of three people two may be away on a day; the third request finds the quota reserved."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER)
        for colleague in ("data-head", "statistician"):
            world.submitted(colleague, remote=2)
        agreement = world.propose(remote=2)

        facts = world.service.decide(agreement.id, at=world.at(6, 20)).facts

        assert facts["unit.lowest_onsite_people"] == 0
        assert facts["unit.lowest_onsite_share"] == 0.0
        assert facts["unit.highest_remote_share"] == 1.0
        world.refused("MKD410", world.service.submit, agreement.id, by="analyst", at=world.at(6, 20))

    def test_approved_agreements_and_office_hours_count(self, worlds):
        """Whoever has no agreement works the office's hours; whoever has one, its plan; who left is not counted."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER)
        world.approved("statistician", remote=2)
        world.identity.change("analyst", unit="data")

        facts = world.service.decide(world.propose(remote=3).id, at=world.at(6, 20)).facts

        assert facts["unit.lowest_onsite_people"] == 1

    @pytest.mark.parametrize("per", ["team", "counter"])
    def test_a_requirement_per_team_or_counter_looks_at_each_of_the_unit(self, worlds, per):
        """Two of three at home leave the unit one in the office, and the smaller team nobody."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER.replace("unit", per))
        for person, group in {"data-head": "maps", "analyst": "maps", "statistician": "tables"}.items():
            world.identity.change(person, **{per: group})

        alone = world.service.decide(world.propose("statistician", remote=2).id, at=world.at(6, 20)).facts
        together = world.service.decide(world.propose("analyst", remote=2).id, at=world.at(6, 20)).facts

        assert (alone["unit.lowest_onsite_people"], alone["unit.lowest_onsite_share"]) == (0, 0.0)
        assert (together["unit.lowest_onsite_people"], together["unit.lowest_onsite_share"]) == (1, 0.5)

    def test_whoever_belongs_to_no_team_is_counted_in_none(self, worlds):
        """The head of the unit does not stand in for the one person of a team."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER.replace("unit", "team"))
        for person, team in {"data-head": "", "analyst": "maps", "statistician": ""}.items():
            world.identity.change(person, team=team)

        facts = world.service.decide(world.propose("analyst", remote=2).id, at=world.at(6, 20)).facts

        assert facts["unit.lowest_onsite_people"] == 0

    def test_nothing_is_known_of_teams_as_long_as_that_of_one_person_is_not(self, worlds):
        """What the unit as a whole keeps does not answer for its teams: the rule is undetermined, and refers."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER + self.COVER.replace("unit", "team"))
        for person in ("data-head", "analyst"):
            world.identity.change(person, team="maps")

        decided = world.service.decide(world.propose(remote=2).id, at=world.at(6, 20))

        assert "unit.lowest_onsite_people" not in decided.facts
        assert (decided.verdict.outcome, decided.verdict.undetermined) == ("refer", ("onsite",))

    def test_a_live_agreement_is_looked_at_from_today_on(self, worlds):
        """Granted for a July in which everybody is away, it is no matter of review in August."""
        world = worlds(rules={"onsite": ("unit.lowest_onsite_people >= 1", "refer")}, extra=self.COVER)
        for colleague in ("data-head", "statistician"):
            world.submitted(colleague, ends=date(2023, 7, 31))
        agreement = world.submitted()
        world.service.approve(agreement.id, by="data-head", at=world.at(6, 21), reason="for once")

        assert not world.service.recheck(agreement.id, by="hr", at=world.at(8, 1)).under_review
        assert world.service.recheck(agreement.id, by="hr", at=world.at(7, 3)).under_review

    def test_without_a_requirement_or_a_member_the_facts_are_missing(self, worlds):
        """A policy that reads them without saying what must be covered leaves them undetermined."""
        world = worlds(rules=SOMEBODY_THERE)

        assert "unit.lowest_onsite_people" not in world.service.decide(world.propose().id, at=world.at(6, 20)).facts

    def test_without_hours_whoever_has_no_agreement_is_off(self, worlds):
        """Where no office hours are known nobody is assumed to be there."""
        world = worlds(rules=SOMEBODY_THERE, extra=self.COVER, hours=None)

        facts = world.service.decide(world.propose(remote=2).id, at=world.at(6, 20)).facts

        assert facts["unit.lowest_onsite_people"] == 0


def test_an_unknown_period_is_no_agreement(world):
    """A decision is about an agreement."""
    with pytest.raises(NotFound):
        world.service.decide(str(Period.parse("2023-07")), at=world.at(7, 1))


class TestWhatIdentityCannotKnow:
    def test_identity_does_not_say_what_the_plan_says(self, worlds):
        """A plan has as many remote days as it has, whatever an identity plugin believes."""
        world = worlds()
        says = {"applicant.rating": "good", "agreement.remote_days": 1, "agreement.duration_days": 5}
        world.identity.change("analyst", facts=says)
        draft = world.propose(remote=5)

        facts = world.service.decide(draft.id, at=world.at(6, 20)).facts

        assert facts["agreement.remote_days"] == 5
        assert "agreement.duration_days" not in facts
        world.refused("MKD410", world.service.submit, draft.id, by="analyst", at=world.at(6, 20))

    def test_identity_does_not_say_who_votes_or_what_is_counted(self, worlds):
        """Of the approver and of other requests the library knows itself."""
        world = worlds(rules={"others": ("applicant.live_requests <= 9", "refuse")})
        says = {"applicant.rating": "good", "approver.is_applicant": True, "applicant.live_requests": 50}
        world.identity.change("analyst", facts=says)
        agreement = world.approved()

        vote = next(h.event for h in world.service.history(agreement.id) if type(h.event).__name__ == "VoteCast")

        assert (vote.facts["approver.is_applicant"], vote.facts["applicant.live_requests"]) == (False, 0)
