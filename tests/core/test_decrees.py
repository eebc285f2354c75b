"""Whose turn it is under a decree: even over the weekdays, even among people, and never above the cap."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.decrees import Decree, Seat
from mkd_core.errors import InvalidInput
from mkd_core.worktime import WEEKDAYS, OfficeHours, Place, Week

WORKDAYS = WEEKDAYS[:5]


def decree(**changes: Any) -> Decree:
    parts: dict[str, Any] = {
        "key": "rotation",
        "unit": "agency",
        "policy": "jabar-mkd",
        "version": "rotation-2025",
        "starts": date(2025, 12, 1),
        "ends": date(2025, 12, 31),
        "weekdays": ("tue", "wed", "thu", "fri"),
        "cap": Decimal("0.5"),
    }
    return Decree(**{**parts, **changes})


@st.composite
def rotations(draw: st.DrawFn) -> tuple[Decree, int, list[Seat]]:
    """A decree, how many people the unit has, and the seats of those who take turns."""
    days = draw(st.lists(st.sampled_from(WORKDAYS), min_size=1, unique=True))
    each = draw(st.none() | st.integers(1, len(days)))
    ordered = decree(weekdays=tuple(days), cap=draw(st.decimals("0.01", 1, places=2)), each=each)
    staff = draw(st.integers(1, 40))
    seats = draw(st.integers(1, staff))
    slots = ordered.slots(seats, staff, away=draw(st.integers(0, staff - seats)))
    return ordered, staff, [Seat(number=number, seats=seats, slots=slots) for number in range(seats)]


@given(rotations())
def test_no_day_of_any_week_has_more_people_away_than_the_cap(case: tuple[Decree, int, list[Seat]]) -> None:
    """The share of the whole unit is kept to the person, also where the numbers do not go up."""
    ordered, staff, seats = case
    for week in zip(*(ordered.turns(seat) for seat in seats), strict=True):
        away = Counter(day for days in week for day in days)
        assert max(away.values(), default=0) <= (ordered.cap or 1) * staff


@given(rotations())
def test_days_and_people_are_dealt_evenly(case: tuple[Decree, int, list[Seat]]) -> None:
    """In a week no weekday and no person has more than one above another, and nobody more than is given to each."""
    ordered, _, seats = case
    for week in zip(*(ordered.turns(seat) for seat in seats), strict=True):
        away = Counter(day for days in week for day in days)
        a_day = [away[day] for day in ordered.days]
        a_person = [len(days) for days in week]
        assert max(a_day) - min(a_day) <= 1
        assert max(a_person) - min(a_person) <= 1
        assert max(a_person) <= ordered.days_each


@given(rotations())
def test_over_the_weeks_of_a_cycle_everybody_has_a_turn(case: tuple[Decree, int, list[Seat]]) -> None:
    """A few places are passed around, instead of staying with the first people of the list."""
    ordered, _, seats = case
    turns = [sum(map(len, ordered.turns(seat))) for seat in seats]

    assert all(turns) or seats[0].slots == 0


def test_everybody_moves_on_to_other_days() -> None:
    """Eight people at half of the staff: two days each, the first half of the week and the second by turns."""
    seats = [Seat(number=number, seats=8, slots=decree().slots(8, 8)) for number in range(8)]

    assert decree().turns(seats[0]) == ({1, 2}, {3, 4})
    assert decree().turns(seats[1]) == ({3, 4}, {1, 2})


def test_where_nobody_takes_turns_all_are_away_on_the_same_days() -> None:
    """A Thursday is a Thursday for everybody, and there is no cap to keep."""
    thursday = decree(weekdays=("thu",), cap=None)

    assert thursday.turns(None) == ({3},)
    assert thursday.slots(7, 7) == 7


def test_the_days_of_a_turn_are_the_offices_hours_elsewhere_in_every_season() -> None:
    """Who works at home on Tuesday does so at the hours of that season."""
    hours = OfficeHours(
        standard=Week.parse(dict.fromkeys(WORKDAYS, "07:30-16:00 office 60")),
        seasons={"ramadan": Week.parse(dict.fromkeys(WORKDAYS, "08:00-15:00 office 30"))},
        source="ours",
    )
    plan = hours.elsewhere(date(2025, 12, 1), [{1}, {4}], Place.HOME)

    assert [str(plan.day(date(2025, 12, day))) for day in (1, 2, 9, 12)] == [
        "07:30-16:00 office 60",
        "07:30-16:00 home 60",
        "07:30-16:00 office 60",
        "07:30-16:00 home 60",
    ]
    assert str(plan.day(date(2025, 12, 2), "ramadan")) == "08:00-15:00 home 30"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": " "}, "has no key"),
        ({"weekdays": ()}, "names no weekday"),
        ({"weekdays": ("tue", "tue")}, "names a weekday twice"),
        ({"ends": date(2025, 11, 30)}, "ends before it starts"),
        ({"place": Place.OFFICE}, "their own office"),
        ({"cap": Decimal(2)}, "a cap of 2"),
        ({"cap": None, "each": 1}, "no cap"),
        ({"each": 5}, "5 days each of 4"),
    ],
)
def test_what_cannot_be_ordered_is_refused(changes: dict[str, Any], message: str) -> None:
    """A decree that makes no sense is found before anybody is told of it."""
    with pytest.raises(InvalidInput, match=message) as refused:
        decree(**changes)

    assert refused.value.code == "MKD461"


def test_a_day_that_is_none_is_refused_with_the_nearest_one() -> None:
    """A slip of the pen in a weekday is found."""
    with pytest.raises(InvalidInput, match="thu"):
        decree(weekdays=("thr",))
