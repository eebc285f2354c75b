"""Votes and spans of time: what votes come to whatever their order, and which day is the last one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.approvals import Span, Staff, Tally, resolve, tally
from mkd_core.errors import InvalidInput
from mkd_core.events import Approver, Ballot, Step
from mkd_core.people import Employee, Employment, Mandate, MandateKind, ServiceNumber, Unit

PEOPLE = ("a", "b", "c", "d")
VOTES = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from([Ballot.APPROVE, Ballot.REFUSE])), unique_by=lambda vote: vote[0]
)
NEEDS = st.sampled_from(["all", "any", "1", "2", "3", "4", "9"])
ON = date(2023, 6, 20)


def step(need="all", approvers=("superior",)):
    return Step(id="s", approvers=approvers, need=need)


def approvers(*people):
    return [Approver(person=person) for person in people]


class Organisation:
    """An organisation of three units in a line; heads, mandates and roles are the test's."""

    on = ON

    def __init__(self, heads=("top", "middle", "head"), mandates=(), inactive=(), roles=None):
        names = ("agency", "division", "section")
        self.units = {
            name: Unit(key=name, name=name, parent=parent, head=head, agency="agency")
            for name, parent, head in zip(names, (None, "agency", "division"), heads, strict=True)
        }
        self._people = {
            person: Employee(key=person, unit=unit, superior=superior, active=person not in inactive)
            for person, unit, superior in (
                ("top", "agency", None),
                ("middle", "division", "top"),
                ("head", "section", "middle"),
                ("worker", "section", "head"),
                ("colleague", "section", "head"),
            )
        }
        self._mandates = tuple(mandates)
        self._roles = roles or {}

    def employee(self, key):
        return self._people.get(key)

    def unit(self, key):
        return self.units.get(key)

    def mandates(self):
        return self._mandates

    def with_role(self, role, unit):
        return self._roles.get(role, ())

    def decides(self, *wanted, of="worker", exclude=()):
        """Who decides on that person's request."""
        found = resolve(step(approvers=wanted), self._people[of], self, frozenset(exclude))
        return [approver.person for approver in found.approvers]


def mandate(kind, acting, **changes):
    return Mandate(kind=kind, acting=acting, starts=ON, **changes)


class TestTallying:
    @given(need=NEEDS, votes=VOTES)
    def test_every_order_of_the_same_votes_comes_to_the_same(self, need, votes):
        """Who votes first makes no difference."""
        found = {tally(step(need), approvers(*PEOPLE), order) for order in (votes, votes[::-1], sorted(votes))}

        assert len(found) == 1

    @given(need=NEEDS, votes=VOTES)
    def test_once_everybody_has_voted_it_is_decided(self, need, votes):
        """No step stays open when nobody is left to vote."""
        voted = [person for person, _ in votes]

        outcome = tally(step(need), approvers(*voted), votes)

        assert (outcome is Tally.OPEN) == (not voted)

    @given(need=NEEDS, votes=VOTES)
    def test_a_decision_is_never_undone_by_another_vote(self, need, votes):
        """Passed or refused, the votes still to come change nothing."""
        outcomes = [tally(step(need), approvers(*PEOPLE), votes[:count]) for count in range(len(votes) + 1)]
        decided = [outcome for outcome in outcomes if outcome is not Tally.OPEN]

        assert len(set(decided)) <= 1

    @given(need=NEEDS, votes=VOTES)
    def test_one_return_returns(self, need, votes):
        """Whatever the others say, a request that is sent back goes back."""
        returned = [*votes, ("e", Ballot.RETURN)]

        assert tally(step(need), approvers(*PEOPLE, "e"), returned) is Tally.RETURNED

    @pytest.mark.parametrize(
        ("need", "approving", "refusing", "outcome"),
        [
            ("all", 3, 0, Tally.PASSED),
            ("all", 2, 0, Tally.OPEN),
            ("all", 0, 1, Tally.REFUSED),
            ("any", 1, 0, Tally.PASSED),
            ("any", 0, 2, Tally.OPEN),
            ("any", 0, 3, Tally.REFUSED),
            ("2", 2, 0, Tally.PASSED),
            ("2", 1, 1, Tally.OPEN),
            ("2", 0, 2, Tally.REFUSED),
            ("9", 3, 0, Tally.PASSED),
            ("all", 0, 0, Tally.OPEN),
        ],
    )
    def test_of_three_approvers(self, need, approving, refusing, outcome):
        """All, any or a number of three; more than there are is all of them."""
        ballots = [Ballot.APPROVE] * approving + [Ballot.REFUSE] * refusing
        votes = list(zip(PEOPLE, ballots, strict=False))

        assert tally(step(need), approvers(*PEOPLE[:3]), votes) is outcome

    @pytest.mark.parametrize("need", ["all", "any", "2"])
    def test_nobody_decides_nothing(self, need):
        """Without approvers and votes a step is open, and not passed by everybody of none."""
        assert tally(step(need), [], []) is Tally.OPEN


class TestResolving:
    def test_the_offices_of_a_line(self):
        """The superior, the head of the unit and the head of the agency are three people or fewer."""
        office = Organisation()

        assert office.decides("superior") == ["head"]
        assert office.decides("unit_head", "head_of_agency") == ["head", "top"]
        assert office.decides("superior", "unit_head") == ["head"]
        assert office.decides("superior", "unit_head", "head_of_agency", of="middle") == ["top"]

    def test_at_the_top_nobody_decides(self):
        """The problem says as whom somebody was looked for."""
        office = Organisation()

        found = resolve(step(approvers=("superior", "role:x")), office.employee("top"), office)

        assert (found.approvers, found.problem) == ((), "step s: nobody is left to decide as superior, role:x")

    def test_whoever_is_excluded_is_passed_over_upwards(self):
        """One level up for each who may not decide."""
        office = Organisation()

        assert office.decides("superior", exclude={"head"}) == ["middle"]
        assert office.decides("superior", exclude={"head", "middle"}) == ["top"]
        assert office.decides("unit_head", exclude={"head", "middle", "top"}) == []

    def test_vacant_posts_go_up_one_by_one(self):
        """Two vacant posts on the way are two levels up."""
        assert Organisation(heads=("top", None, None)).decides("unit_head") == ["top"]
        assert Organisation(heads=("top", "middle", "head"), inactive=["head"]).decides("superior") == ["middle"]

    def test_a_superior_nobody_knows_is_looked_for_in_the_unit(self):
        """A key that leads nowhere does not end the search."""
        office = Organisation()
        lost = Employee(key="worker", unit="section", superior="gone")

        assert [a.person for a in resolve(step(), lost, office).approvers] == ["head"]

    def test_a_unit_nobody_knows_has_no_head(self):
        """Without a unit and a superior nobody decides."""
        lost = Employee(key="worker", unit="gone")

        assert resolve(step(approvers=("head_of_agency",)), lost, Organisation()).approvers == ()

    def test_units_in_a_circle_end_the_search(self):
        """A tree that bites its tail is no endless one."""
        office = Organisation(heads=(None, None, None))
        office.units["agency"] = Unit(key="agency", name="a", parent="section")

        assert office.decides("unit_head") == []

    def test_a_role_is_everybody_who_holds_it_but_the_applicant(self):
        """Roles are not one office with one holder."""
        office = Organisation(roles={"hr": ("colleague", "worker", "top")})

        assert office.decides("role:hr") == ["colleague", "top"]

    @pytest.mark.parametrize(
        ("given_", "who"),
        [
            (mandate(MandateKind.PLH, "colleague", replaces="head"), "colleague"),
            (mandate(MandateKind.PLH, "colleague", unit="section"), "colleague"),
            (mandate(MandateKind.PLT, "colleague", unit="section"), "head"),
            (mandate(MandateKind.DELEGATION, "colleague", replaces="head", accepted=False), "head"),
            (mandate(MandateKind.DELEGATION, "colleague", replaces="head"), "colleague"),
            (mandate(MandateKind.PLH, "stranger", replaces="head"), "head"),
            (mandate(MandateKind.PLH, "colleague", unit="division"), "head"),
            (mandate(MandateKind.PLH, "colleague", unit="nowhere"), "head"),
            (Mandate(kind=MandateKind.PLH, acting="colleague", replaces="head", starts=date(2023, 6, 21)), "head"),
            (mandate(MandateKind.PLH, "worker", replaces="head"), "middle"),
        ],
        ids=[
            "plh-of-person",
            "plh-of-unit",
            "plt-of-filled-post",
            "delegation-asked",
            "delegation-accepted",
            "unknown-person",
            "other-unit",
            "unknown-unit",
            "not-yet",
            "applicant",
        ],
    )
    @pytest.mark.parametrize("wanted", ["superior", "unit_head"])
    def test_a_mandate_alone_replaces_an_officer(self, given_, who, wanted):
        """Whether the office is reached as the superior's or as the unit's, the same person decides."""
        assert Organisation(mandates=[given_]).decides(wanted) == [who]

    def test_a_plt_fills_a_vacant_post_only(self):
        """Vacant is a post without a head, or whose head is not active any more."""
        order = mandate(MandateKind.PLT, "colleague", unit="section", reference="821/7")

        (acting,) = resolve(
            step(approvers=("unit_head",)),
            Employee(key="worker", unit="section"),
            Organisation(heads=("top", "middle", None), mandates=[order]),
        ).approvers

        assert acting == Approver(
            person="colleague", on_behalf_of="section", mandate=MandateKind.PLT, reference="821/7"
        )
        assert Organisation(inactive=["head"], mandates=[order]).decides("superior", "unit_head") == ["colleague"]

    @pytest.mark.parametrize("wanted", ["unit_head", "superior"])
    def test_nobody_who_acts_for_the_applicant_decides_on_the_applicants_request(self, wanted):
        """The head's own request goes up, past a Plh who stands in the head's place."""
        office = Organisation(mandates=[mandate(MandateKind.PLH, "colleague", replaces="head")])

        assert office.decides(wanted, of="head") == ["middle"]
        assert office.decides(wanted, of="worker") == ["colleague"]

    def test_whoever_is_on_record_as_their_own_superior_has_nobody_in_their_place_decide(self):
        """A colleague to whom the applicant delegated does not decide on the applicant's request by that power."""
        office = Organisation(mandates=[mandate(MandateKind.DELEGATION, "colleague", replaces="worker")])
        itself = Employee(key="worker", unit="section", superior="worker")

        found = resolve(step(), itself, office)

        assert [approver.person for approver in found.approvers] == ["head"]

    def test_nobody_decides_on_their_own_request_under_a_second_key(self):
        """Whoever has the applicant's service number is the applicant, whatever key a second backend gives them."""
        number = ServiceNumber.parse("199103172015032906", Employment.PNS)
        office = Staff(
            on=ON,
            people=[
                Employee(key="worker", unit="section", superior="twin", number=number),
                Employee(key="twin", unit="section", number=number),
                Employee(key="boss", unit="agency"),
            ],
            units=[
                Unit(key="section", name="s", parent="agency", head="twin"),
                Unit(key="agency", name="a", head="boss"),
            ],
            roles={"board": ["twin", "boss"]},
        )

        decides = {
            wanted: [one.person for one in resolve(step(approvers=(wanted,)), office.people[0], office).approvers]
            for wanted in ("superior", "unit_head", "role:board")
        }

        assert decides == {"superior": ["boss"], "unit_head": ["boss"], "role:board": ["boss"]}

    def test_an_acting_officer_who_left_acts_no_more(self):
        """The order is void without its bearer."""
        office = Organisation(mandates=[mandate(MandateKind.PLH, "colleague", replaces="head")], inactive=["colleague"])

        assert office.decides("superior") == ["head"]


class TestSpans:
    @pytest.mark.parametrize("text", ["5 working days", "1 working day", "21 days", "1 day", "2 months", "1 month"])
    def test_a_span_is_written_as_it_was_read(self, text):
        """Read and written back, a span is the same."""
        assert str(Span.parse(text)) == text

    @pytest.mark.parametrize("text", ["", "0 days", "five days", "5 weeks", "-1 days", "10000 days", "5 days "])
    def test_what_is_no_span_is_refused(self, text):
        """The mend says how to write one."""
        with pytest.raises(InvalidInput, match="MKD216"):
            Span.parse(text)

    @pytest.mark.parametrize(
        ("opened", "text", "last"),
        [
            (date(2023, 1, 31), "1 month", date(2023, 2, 28)),
            (date(2024, 1, 31), "1 month", date(2024, 2, 29)),
            (date(2023, 10, 31), "2 months", date(2023, 12, 31)),
            (date(2023, 12, 15), "1 month", date(2024, 1, 15)),
            (date(2023, 6, 20), "21 days", date(2023, 7, 11)),
            (date(2023, 6, 23), "1 working day", date(2023, 6, 26)),
        ],
    )
    def test_the_last_day(self, opened, text, last):
        """The day of opening does not count; a month ends on the same day or on its last."""
        assert Span.parse(text).after(opened, lambda day: day.weekday() < 5) == last

    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
    def test_so_many_working_days_lie_between(self, opened, amount):
        """The last day is a working day, and the span holds exactly its amount of them."""

        def working(day):
            return day.weekday() < 5

        last = Span(amount, "working days").after(opened, working)

        between = [opened + timedelta(days=offset) for offset in range(1, (last - opened).days + 1)]
        assert working(last)
        assert sum(map(working, between)) == amount
