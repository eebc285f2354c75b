"""The service guarantee: who is on site, at the worst moment of the required times."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.coverage import (
    Per,
    Requirement,
    check_coverage,
    coverage_facts,
    day_plans,
    extremes,
    stretches,
)
from mkd_core.errors import InvalidInput
from mkd_core.worktime import DAY, OFF, Day, Place, Week, Window, WorkPlan, weekly

MONDAY = date(2026, 6, 1)
SUNDAY = MONDAY - timedelta(days=1)
SATURDAY = MONDAY + timedelta(days=5)
OFFICE = Day.parse("07:30-16:00 office 60")
HOME = Day.parse("07:30-16:00 home 60")


def asked(between=("08:00", "15:00"), **changes):
    return Requirement.from_data({"between": list(between), "min_share": 0.5, **changes})


def test_half_of_the_unit_at_home_keeps_a_guarantee_of_half():
    """Exactly the share that is asked for is enough."""
    (finding,) = check_coverage({MONDAY: {"a": OFFICE, "b": HOME}}, {"unit": "ab"}, [MONDAY], asked())

    assert finding.holds
    assert finding.extremes.lowest_onsite_share == Fraction(1, 2)
    assert finding.extremes.highest_remote_share == Fraction(1, 2)


def test_the_lowest_moment_is_found_and_named():
    """One quarter of an hour with nobody on site breaks the guarantee, and the finding says when."""
    plans = {MONDAY: {"a": Day.parse("07:30-11:45 office"), "b": Day.parse("12:00-16:00 office")}}
    (finding,) = check_coverage(plans, {"unit": "ab"}, [MONDAY], asked(min_people=1, min_share=None))

    assert not finding.holds
    assert finding.extremes.lowest_onsite_people == 0
    assert str(finding.extremes.fewest_onsite) == "2026-06-01 11:45-12:00"


def test_windows_that_touch_leave_no_gap():
    """One leaves at the minute in which the other starts."""
    plans = {MONDAY: {"a": Day.parse("07:30-12:00 office"), "b": Day.parse("12:00-16:00 office")}}
    (finding,) = check_coverage(plans, {"unit": "ab"}, [MONDAY], asked())

    assert finding.holds
    assert finding.extremes.lowest_onsite_people == 1


def test_half_a_day_at_home_counts_for_its_half():
    """In the morning two are on site, in the afternoon one of them is at home."""
    plans = {MONDAY: {"a": OFFICE, "b": Day.parse("07:30-11:30 office, 12:30-16:00 home")}}
    found = extremes(plans, "ab", [MONDAY], asked())

    assert (found.lowest_onsite_people, str(found.fewest_onsite)) == (1, "2026-06-01 11:30-12:30")
    assert (found.highest_remote_share, str(found.most_remote)) == (Fraction(1, 2), "2026-06-01 12:30-15:00")


def test_a_night_shift_of_the_day_before_is_on_site_in_the_morning():
    """A shift from 22:00 to 06:00 covers the early hours of the next day."""
    night = Day.parse("22:00-06:00 office")
    requirement = asked(("00:00", "05:00"), days=["mon"], min_share=None, min_people=1)

    (held,) = check_coverage({SUNDAY: {"a": night}, MONDAY: {"a": OFF}}, {"gate": "a"}, [MONDAY], requirement)
    (broken,) = check_coverage({MONDAY: {"a": night}}, {"gate": "a"}, [MONDAY], requirement)

    assert held.holds
    assert not broken.holds


def test_required_times_may_cross_midnight_themselves():
    """A guarantee from 22:00 to 06:00 takes Monday's late shift and Tuesday's early one."""
    tuesday = MONDAY + timedelta(days=1)
    plans = {
        MONDAY: {"a": Day.parse("18:00-02:00 office")},
        tuesday: {"b": Day.parse("02:00-08:00 office"), "a": OFF},
    }
    requirement = asked(("22:00", "06:00"), days=["mon"], min_share=None, min_people=1)
    (finding,) = check_coverage(plans, {"gate": "ab"}, [MONDAY], requirement)

    assert finding.holds
    assert str(finding.extremes.fewest_onsite) == "2026-06-01 22:00-26:00"


def test_only_the_weekdays_that_are_named_are_required():
    """Nobody need be there on a Saturday when the guarantee is for weekdays; then there is no fact either."""
    findings = check_coverage({SATURDAY: {"a": HOME}}, {"unit": "a"}, [SATURDAY], asked())

    assert [finding.holds for finding in findings] == [True]
    assert coverage_facts(findings) == {}


def test_another_office_is_remote_for_the_unit():
    """Only one's own office serves the unit's visitors."""
    found = extremes({MONDAY: {"a": Day.parse("07:30-16:00 other_office 60")}}, "a", [MONDAY], asked())

    assert (found.lowest_onsite_people, found.highest_remote_share) == (0, Fraction(1))


def test_somebody_without_a_day_is_off_and_still_a_member():
    """The share is of all members, so one on site of three is a third."""
    found = extremes({MONDAY: {"a": OFFICE}}, "abc", [MONDAY], asked())

    assert found.lowest_onsite_share == Fraction(1, 3)


def test_each_counter_is_held_to_the_guarantee_by_itself():
    """A full counter does not make up for an empty one, and the facts speak of the worst."""
    plans = {MONDAY: {"a": OFFICE, "b": OFFICE, "c": HOME, "d": OFFICE, "e": OFFICE}}
    requirement = asked(per="counter", min_share=None, min_people=1)
    findings = check_coverage(plans, {"permits": "ab", "tax": "c", "archive": "de"}, [MONDAY], requirement)

    assert [(finding.group, finding.holds) for finding in findings] == [
        ("permits", True),
        ("tax", False),
        ("archive", True),
    ]
    assert coverage_facts(findings) == {
        "unit.lowest_onsite_share": 0.0,
        "unit.highest_remote_share": 1.0,
        "unit.lowest_onsite_people": 0,
    }


def test_an_empty_counter_has_no_share_but_nobody_on_site():
    """Without members a share means nothing; a number of people that must be there is still not there."""
    by_share = check_coverage({}, {"tax": []}, [MONDAY], asked())
    by_people = check_coverage({}, {"tax": []}, [MONDAY], asked(min_people=1))

    assert [finding.holds for finding in (*by_share, *by_people)] == [True, False]
    assert coverage_facts(by_share) == {"unit.lowest_onsite_people": 0}


def test_the_earliest_of_equal_moments_is_named_whatever_the_order_of_the_dates():
    """The answer does not depend on the order in which dates are given."""
    tuesday = MONDAY + timedelta(days=1)
    plans = {day: {"a": HOME} for day in (MONDAY, tuesday)}

    assert extremes(plans, "a", [tuesday, MONDAY], asked()).fewest_onsite.on == MONDAY


def test_stretches_tell_who_is_where():
    """The day falls into stretches in which nothing changes, from the first minute to the last."""
    plans = {MONDAY: {"a": Day.parse("08:00-12:00 office"), "b": Day.parse("10:00-14:00 home")}}

    assert [
        (str(stretch), sorted(stretch.onsite), sorted(stretch.remote)) for stretch in stretches(plans, "ab", MONDAY)
    ] == [
        ("2026-06-01 00:00-08:00", [], []),
        ("2026-06-01 08:00-10:00", ["a"], []),
        ("2026-06-01 10:00-12:00", ["a"], ["b"]),
        ("2026-06-01 12:00-14:00", [], ["b"]),
        ("2026-06-01 14:00-24:00", [], []),
    ]


def test_day_plans_are_derived_with_the_day_before_and_the_season():
    """Plans of several people become their days, with the night before and the season's hours."""
    plan = WorkPlan(
        anchor=MONDAY,
        weeks=(Week.parse({"mon": "07:30-16:00 office 60", "sun": "22:00-06:00 home"}),),
        seasons={"ramadan": (Week.parse({"mon": "08:00-15:00 office 30"}),)},
    )

    plain = day_plans({"a": plan}, MONDAY, MONDAY)
    ramadan = day_plans({"a": plan}, MONDAY, MONDAY, {MONDAY: "ramadan"})

    assert plain == {SUNDAY: {"a": Day.parse("22:00-06:00 home")}, MONDAY: {"a": OFFICE}}
    assert ramadan[MONDAY] == {"a": Day.parse("08:00-15:00 office 30")}


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"days": ["mon", "tus"]}, "MKD271", "did you mean tue"),
        ({"days": []}, "MKD271", "names no weekday"),
        ({"days": "mon"}, "MKD274", "'days' is not a list"),
        ({"between": ["08:00"]}, "MKD274", "'between' is not two times"),
        ({"between": ["08:00", "33:00"]}, "MKD272", "no stretch of a day"),
        ({"between": ["08:00", "08:00"]}, "MKD272", "no stretch of a day"),
        ({"between": ["30:00", "31:00"]}, "MKD272", "no stretch of a day"),
        ({"between": ["8.00", "15:00"]}, "MKD201", "is not a time"),
        ({"min_share": None}, "MKD273", "asks for nothing"),
        ({"min_share": 1.5}, "MKD273", "min_share is 1.5"),
        ({"min_share": "half"}, "MKD221", "is not a number"),
        ({"min_people": -1}, "MKD273", "min_people is -1"),
        ({"min_people": True}, "MKD274", "'min_people' is not a number"),
        ({"min_people": 1.5}, "MKD274", "'min_people' is not a number"),
        ({"per": "floor"}, "MKD274", "'per' is 'floor'"),
        ({"min_shares": 0.5}, "MKD274", "did you mean min_share"),
    ],
)
def test_a_requirement_that_cannot_be_used_is_refused(change, code, words):
    """Each mistake has its code, names the table and says what is expected."""
    with pytest.raises(InvalidInput, match=words) as caught:
        Requirement.from_data(
            {"between": ["08:00", "15:00"], "min_share": 0.5, **change}, where="policy.toml coverage[0]"
        )

    assert caught.value.code == code
    assert caught.value.where.startswith("policy.toml coverage[0]")


def test_a_table_without_times_is_refused():
    """A guarantee says between which times it holds."""
    with pytest.raises(InvalidInput, match="'between' is not two times"):
        Requirement.from_data({"min_share": 0.5})


def test_a_table_is_read_whole():
    """The table of a policy becomes a requirement; a share stays an exact number."""
    requirement = Requirement.from_data(
        {"per": "team", "days": ["fri"], "between": ["22:00", "06:00"], "min_share": 0.1, "min_people": 2}
    )

    assert requirement == Requirement(
        per=Per.TEAM, days=["fri"], start=1320, end=1800, min_share=Decimal("0.1"), min_people=2
    )


def test_a_requirement_may_come_from_a_policy():
    """A policy keeps words and plain numbers; a share of a tenth stays exactly a tenth."""
    requirement = Requirement(per="counter", days=("mon",), start=480, end=900, min_share=0.1)

    assert (requirement.per, requirement.days, requirement.min_share) == (Per.COUNTER, {"mon"}, Decimal("0.1"))


@st.composite
def days(draw):
    """A day of up to three windows, the last of which may cross midnight."""
    edges = sorted(draw(st.lists(st.integers(0, DAY - 1), max_size=3, unique=True)))
    windows = []
    for start, limit in zip(edges, [*edges[1:], DAY + 600], strict=False):
        end = draw(st.integers(start + 1, min(limit, start + DAY)))
        windows.append(Window(start, end, draw(st.sampled_from(Place))))
    return Day(tuple(windows))


@settings(max_examples=60)
@given(st.data())
def test_the_sweep_finds_what_asking_every_minute_finds(data):
    """Looking between the edges of windows misses nothing that a look at every single minute sees."""
    people = "abc"
    plans = {MONDAY + timedelta(days=at): {person: data.draw(days()) for person in people} for at in (-1, 0, 1)}
    start = data.draw(st.integers(0, DAY - 1))
    end = data.draw(st.integers(start + 1, start + DAY))
    requirement = Requirement(start=start, end=end, min_people=0)

    def there(minute, remote):
        return {
            person
            for offset in (-1, 0, 1)
            for person in people
            for window in plans[MONDAY + timedelta(days=offset)][person].windows
            if window.start <= minute - offset * DAY < window.end and window.place.remote is remote
        }

    found = extremes(plans, people, [MONDAY], requirement)

    assert found.lowest_onsite_people == min(len(there(minute, False)) for minute in range(start, end))
    assert found.highest_remote_share == Fraction(max(len(there(minute, True)) for minute in range(start, end)), 3)
    assert found.fewest_onsite.start == next(
        minute for minute in range(start, end) if len(there(minute, False)) == found.lowest_onsite_people
    )


def test_one_works_five_days_a_fortnight_at_home():
    """A rotation of two weeks is looked at over its whole cycle: the week in which both are away is found."""
    home = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "07:30-16:00 home 60")
    office = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "07:30-16:00 office 60")
    alternating = WorkPlan(anchor=MONDAY, weeks=(Week.parse(office), Week.parse(home)))
    plans = day_plans({"a": alternating, "b": weekly(MONDAY, Week.parse(home))}, MONDAY, MONDAY + timedelta(days=13))
    dates = [MONDAY + timedelta(days=at) for at in range(14)]
    (finding,) = check_coverage(plans, {"unit": "ab"}, dates, asked(min_share=None, min_people=1))

    assert not finding.holds
    assert finding.extremes.fewest_onsite.on == MONDAY + timedelta(days=7)
