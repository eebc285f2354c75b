"""Targets: when they can be measured, how far they were reached, how they are written."""

import json
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput
from mkd_core.targets import (
    Activity,
    Direction,
    Target,
    TargetKind,
    achievement,
    decimal,
    target_from_data,
    target_to_data,
)

numbers = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
positive = st.decimals(min_value="0.01", max_value=10**6, places=2)


def target(name="T1", **changes):
    parts = {
        "kind": TargetKind.OUTPUT,
        "indicator": "permits decided",
        "unit": "permit",
        "direction": Direction.AT_LEAST,
        "value": Decimal(40),
        "due": date(2026, 6, 30),
        "evidence": "the register",
    }
    return Target(id=name, **{**parts, **changes})


@pytest.mark.parametrize("part", ["indicator", "unit", "direction", "value", "due", "evidence"])
def test_a_target_without_one_of_its_parts_cannot_be_measured(part):
    """Indicator, unit, direction, value, due date and evidence duty are all needed; what lacks is named."""
    lacking = target(**{part: None if part in ("direction", "value", "due") else ""})

    assert (lacking.measurable, lacking.lacks) == (False, (part,))
    assert lacking.achievement(Decimal(40)) is None


def test_a_band_needs_its_width():
    """Within needs a margin, the other directions do not."""
    assert target(direction=Direction.WITHIN).lacks == ("margin",)
    assert target(direction=Direction.WITHIN, margin=Decimal(0)).measurable
    assert target().measurable


def test_a_target_with_nothing_lacks_everything():
    """All that is missing is named at once, in the order of the form."""
    assert Target(id="T1", kind=TargetKind.OUTCOME).lacks == (
        "indicator",
        "unit",
        "direction",
        "value",
        "due",
        "evidence",
    )


@pytest.mark.parametrize(
    ("direction", "value", "margin", "realised", "reached"),
    [
        ("at_least", "40", None, "40", "1"),
        ("at_least", "40", None, "30", "0.75"),
        ("at_least", "40", None, "50", "1.25"),
        ("at_least", "40", None, "-10", "0"),
        ("at_least", "0", None, "0", "1"),
        ("at_least", "0", None, "-1", "0"),
        ("at_least", "-40", None, "-30", "1.25"),
        ("at_least", "-40", None, "-50", "0.75"),
        ("at_most", "10", None, "10", "1"),
        ("at_most", "10", None, "5", "1.5"),
        ("at_most", "10", None, "15", "0.5"),
        ("at_most", "10", None, "30", "0"),
        ("at_most", "0", None, "0", "1"),
        ("at_most", "0", None, "1", "0"),
        ("at_most", "-10", None, "-15", "1.5"),
        ("within", "100", "5", "95", "1"),
        ("within", "100", "5", "105", "1"),
        ("within", "100", "5", "115", "0.9"),
        ("within", "100", "5", "85", "0.9"),
        ("within", "100", "5", "300", "0"),
        ("within", "0", "1", "1", "1"),
        ("within", "0", "1", "2", "0"),
        ("within", "-100", "5", "-115", "0.9"),
    ],
)
def test_how_far_a_target_was_reached(direction, value, margin, realised, reached):
    """One is exactly on target, from whichever side is good."""
    aimed = target(
        direction=Direction(direction), value=Decimal(value), margin=None if margin is None else Decimal(margin)
    )

    assert aimed.achievement(Decimal(realised)) == Decimal(reached)


@given(st.sampled_from([Direction.AT_LEAST, Direction.AT_MOST]), numbers.filter(bool), numbers, numbers)
def test_a_better_value_never_counts_less(direction, value, first, second):
    """More is never worse where more is good, nor less where less is good; nothing counts below 0."""
    worse, better = sorted([first, second], reverse=direction is Direction.AT_MOST)
    aimed = target(direction=direction, value=value)

    assert 0 <= aimed.achievement(worse) <= aimed.achievement(better)
    assert aimed.achievement(value) == 1


@given(numbers, st.decimals(min_value=0, max_value=100, places=2), numbers)
def test_a_band_is_the_same_on_both_sides(value, margin, distance):
    """Too much and too little by the same amount count alike, and never more than 1."""
    aimed = target(direction=Direction.WITHIN, value=value, margin=margin)

    assert aimed.achievement(value + distance) == aimed.achievement(value - distance) <= 1


@pytest.mark.parametrize(("weights", "whole"), [((None, None), "0.75"), (("30", "70"), "0.65"), (("0", "0"), "0")])
def test_targets_together(weights, whole):
    """The mean, by weight where the scheme has weights; weights of nothing reach nothing."""
    first, second = (
        target(name, weight=None if weight is None else Decimal(weight))
        for name, weight in zip(("T1", "T2"), weights, strict=True)
    )

    assert achievement([first, second], {"T1": Decimal(40), "T2": Decimal(20)}) == Decimal(whole)


def test_a_target_without_verified_value_counts_as_nothing():
    """Silence is not success."""
    assert achievement([target("T1"), target("T2")], {"T1": Decimal(40)}) == Decimal("0.5")


def test_what_cannot_be_measured_does_not_count():
    """An unmeasurable target neither helps nor harms; with no other there is no achievement."""
    vague = target("T2", unit="", weight=Decimal(50))

    assert achievement([target("T1"), vague], {"T1": Decimal(40), "T2": Decimal(0)}) == 1
    assert achievement([vague], {"T2": Decimal(9)}) is None
    assert achievement([], {}) is None


def test_weights_are_given_to_all_or_to_none():
    """With half of the weights known, any mean would be made up."""
    with pytest.raises(InvalidInput, match="give each one, or none") as caught:
        achievement([target("T1", weight=Decimal(50)), target("T2")], {})

    assert caught.value.code == "MKD223"


@given(st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=6))
def test_the_whole_lies_between_its_best_and_its_worst_part(parts):
    """A weighted mean never leaves the range of what it is the mean of."""
    targets = [target(f"T{at}", value=value, weight=weight) for at, (value, weight, _) in enumerate(parts)]
    realised = {f"T{at}": value for at, (_, _, value) in enumerate(parts)}
    each = [aimed.achievement(realised[aimed.id]) for aimed in targets]
    tolerance = Decimal("1e-15") * max(each)

    assert min(each) - tolerance <= achievement(targets, realised) <= max(each) + tolerance


@pytest.mark.parametrize("part", ["weight", "margin"])
def test_weights_and_margins_are_not_below_nothing(part):
    """A negative weight would turn success into failure."""
    with pytest.raises(InvalidInput, match=f"'{part}' is below 0") as caught:
        target(**{part: Decimal(-1)})

    assert (caught.value.code, caught.value.where) == ("MKD220", "T1")


@pytest.mark.parametrize("minutes", [0, -5, 1441, True, 90.5])
def test_an_activity_lasts_a_minute_to_a_day(minutes):
    """Nothing takes no time, no day has more than 1440 minutes, and minutes are whole."""
    with pytest.raises(InvalidInput) as caught:
        Activity(id="a1", on=date(2026, 6, 1), minutes=minutes, description="drafting")

    assert (caught.value.code, caught.value.where) == ("MKD222", "a1")


# ---- plain data ------------------------------------------------------------------------------------------------------


@given(
    st.builds(
        Target,
        id=st.text("abc123", min_size=1),
        kind=st.sampled_from(TargetKind),
        indicator=st.text(max_size=20),
        unit=st.text(max_size=20),
        direction=st.none() | st.sampled_from(Direction),
        value=st.none() | numbers,
        margin=st.none() | positive,
        due=st.none() | st.dates(),
        evidence=st.text(max_size=20),
        weight=st.none() | positive,
    )
)
def test_every_target_survives_json(aimed):
    """What a target writes as plain data reads back as the same target, exact to the last decimal."""
    assert target_from_data(json.loads(json.dumps(target_to_data(aimed)))) == aimed


def test_what_is_absent_is_not_written():
    """The data of a bare target is its id and kind; a value of zero is a value."""
    assert target_to_data(Target(id="T1", kind=TargetKind.OUTPUT)) == {"id": "T1", "kind": "output"}
    assert target_to_data(evolve(target(), value=Decimal(0)))["value"] == "0"


@pytest.mark.parametrize(
    ("data", "code", "where", "words"),
    [
        ({"id": "T1", "kind": "output", "indicater": "x"}, "MKD220", "targets[0]", "did you mean indicator"),
        ({"kind": "output"}, "MKD220", "targets[0]", "'id' is missing"),
        ({"id": "T1"}, "MKD220", "targets[0]", "'kind' is missing"),
        ({"id": "T1", "kind": "outputs"}, "MKD220", "targets[0].kind", "did you mean output"),
        ({"id": "T1", "kind": "output", "direction": "up"}, "MKD220", "targets[0].direction", "none of at_least"),
        ({"id": "T1", "kind": "output", "value": "many"}, "MKD221", "targets[0].value", "is not a number"),
        ({"id": "T1", "kind": "output", "due": "soon"}, "MKD210", "targets[0].due", "is not a date"),
        ({"id": "T1", "kind": "output", "weight": -1}, "MKD220", "T1", "'weight' is below 0"),
    ],
)
def test_plain_data_that_is_no_target_is_refused(data, code, where, words):
    """Each mistake names its key and what was expected."""
    with pytest.raises(InvalidInput, match=words) as caught:
        target_from_data(data, where="targets[0]")

    assert (caught.value.code, caught.value.where) == (code, where)


@pytest.mark.parametrize(("value", "exact"), [("0.1", "0.1"), (0.1, "0.1"), (7, "7"), (Decimal("1.50"), "1.50")])
def test_numbers_are_exact(value, exact):
    """A tenth is a tenth, whether it came as text or as a float."""
    assert decimal(value) == Decimal(exact)


@pytest.mark.parametrize("value", [True, None, "", "ten", "NaN", "Infinity", float("inf"), "1e18", "1e999999", "1e-19"])
def test_what_is_no_usable_number_is_refused(value):
    """Yes-or-no, nothing, not-a-number, infinity and numbers beyond use are refused with their place."""
    with pytest.raises(InvalidInput) as caught:
        decimal(value, where="value")

    assert (caught.value.code, caught.value.where) == ("MKD221", "value")
