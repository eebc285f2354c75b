"""Versions in force, rests and overlaps: properties that hold for every history of an agreement."""

from datetime import date, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.agreements import Agreement, State, Version, overlap
from mkd_core.events import Terms
from mkd_core.worktime import Week, weekly

FIRST = date(2023, 7, 3)
DAYS = [FIRST + timedelta(days=offset) for offset in range(-5, 60)]
PLAN = weekly(FIRST, Week.parse({"mon": "07:30-16:00 home 60"}))
OFFSETS = st.integers(0, 40)


@st.composite
def agreements(draw):
    """An agreement with one to four versions in any state, and perhaps stopped."""
    versions = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        state = draw(st.sampled_from([State.APPROVED, State.SUBMITTED, State.REFUSED, State.WITHDRAWN, State.DRAFT]))
        starts = FIRST + timedelta(days=draw(OFFSETS))
        ends = draw(st.none() | OFFSETS.map(lambda days: starts + timedelta(days=days)))  # noqa: B023
        late = timedelta(days=draw(st.integers(0, 3)))
        versions.append(
            Version(
                number=number,
                terms=Terms(plan=PLAN, starts=starts, ends=ends, review=starts),
                targets=(),
                state=state,
                effective=starts + late if state is State.APPROVED else None,
            )
        )
    stopped = draw(st.none() | OFFSETS.map(lambda days: FIRST + timedelta(days=days)))
    return Agreement(
        id="k1.1",
        applicant="k1",
        versions=tuple(versions),
        stopped=stopped,
        stopped_as=State.ENDED if stopped else None,
    )


def covered(agreement, on):
    return any(start <= on and (end is None or on <= end) for start, end in agreement.spans())


@given(agreements())
def test_a_day_on_which_a_version_holds_is_taken_up(agreement):
    """What is in force on a date is among the spans that another agreement may not touch."""
    approved = evolve(
        agreement, versions=tuple(v for v in agreement.versions if v.state is not State.SUBMITTED) or agreement.versions
    )

    for on in DAYS:
        if approved.in_force(on) is not None:
            assert covered(approved, on)
        elif all(version.state is not State.SUBMITTED for version in approved.versions):
            assert not covered(approved, on)


@given(agreements(), agreements())
def test_overlap_is_having_a_day_in_common(one, other):
    """The same from either side, and true exactly when a date is taken up by both."""
    common = any(covered(one, on) and covered(other, on) for on in [*DAYS, date(2030, 1, 1)])

    assert overlap(one, other) == overlap(other, one) == common


@given(agreements())
def test_the_state_of_a_day_agrees_with_what_is_in_force(agreement):
    """Active means that a version holds and the day has a plan; stopped means that none does."""
    for on in DAYS:
        state = agreement.state(on)
        assert (state is State.ACTIVE) == (agreement.in_force(on) is not None)
        assert (agreement.day(on) is not None) == (state is State.ACTIVE)
        if agreement.stopped is not None and on >= agreement.stopped:
            assert state is State.ENDED


@given(st.lists(st.tuples(OFFSETS, OFFSETS), max_size=3))
def test_rests_are_half_open(pairs):
    """The first day of a rest rests, the day of the resumption does not."""
    rests = tuple((FIRST + timedelta(days=min(pair)), FIRST + timedelta(days=max(pair))) for pair in pairs)
    agreement = Agreement(id="k1.1", applicant="k1", versions=(), rests=rests)

    for on in DAYS:
        assert agreement.suspended(on) == any(start <= on < end for start, end in rests)
    assert not agreement.resting
