"""Work result x behaviour → proposed rating, the distribution guide, and closing a period."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput
from mkd_core.performance import (
    DISTRIBUTION_GUIDE,
    DISTRIBUTION_SOURCE,
    OUR_THRESHOLDS,
    QUADRANT,
    QUADRANT_SOURCE,
    Level,
    OrganisationRating,
    Period,
    PeriodKind,
    Rating,
    Thresholds,
    close_period,
    distribution_departures,
    propose_rating,
    result_level,
)
from mkd_core.targets import Activity, Direction, Realisation, Target, TargetKind

JUNE = Period.parse("2026-06")


def target(name, *, value="10", due=date(2026, 6, 30), **changes):
    parts = {
        "kind": TargetKind.OUTPUT,
        "indicator": "reports delivered",
        "unit": "report",
        "direction": Direction.AT_LEAST,
        "value": Decimal(value),
        "due": due,
        "evidence": "the report",
    }
    return Target(id=name, **{**parts, **changes})


def activity(name, on, minutes):
    return Activity(id=name, on=on, minutes=minutes, description="drafting")


def reached(name, of, on, value):
    return Realisation(id=name, target=of, on=on, value=Decimal(value))


def close(**changes):
    given_ = {"person": "p-1", "period": JUNE, "targets": [], "verified": [], "working_days": 21}
    return close_period(**{**given_, **changes})


@pytest.mark.parametrize(
    ("result", "behaviour", "words"),
    [
        ("above", "below", "Kurang"),
        ("above", "as_expected", "Baik"),
        ("above", "above", "Sangat Baik"),
        ("as_expected", "below", "Kurang"),
        ("as_expected", "as_expected", "Baik"),
        ("as_expected", "above", "Baik"),
        ("below", "below", "Sangat Kurang"),
        ("below", "as_expected", "Butuh Perbaikan"),
        ("below", "above", "Butuh Perbaikan"),
    ],
)
def test_every_cell_of_the_quadrant_by_name(result, behaviour, words):
    """Work result and behaviour give the predicate that stands in that cell, in the words of the form."""
    rating = propose_rating(result=Level(result), behaviour=Level(behaviour))

    assert words == rating.label()


def test_exchanged_axes_would_show():
    """The quadrant is not symmetric: exchanging result and behaviour changes four cells, so a mix-up cannot hide."""
    differing = {pair for pair, rating in QUADRANT.items() if QUADRANT[pair[1], pair[0]] is not rating}

    assert differing == {
        (Level.ABOVE, Level.BELOW),
        (Level.BELOW, Level.ABOVE),
        (Level.AS_EXPECTED, Level.BELOW),
        (Level.BELOW, Level.AS_EXPECTED),
    }


def test_the_quadrant_is_whole_and_says_how_it_was_read():
    """Nine cells, and a reader learns that the regulation itself was not read."""
    assert len(QUADRANT) == 9
    assert QUADRANT_SOURCE.read == "practice"
    assert "not read in the regulation" in QUADRANT_SOURCE.note
    assert DISTRIBUTION_SOURCE.read == "press"


@pytest.mark.parametrize("known", list(Level))
def test_an_unknown_side_gives_no_rating(known):
    """A rating is missing, not guessed, when result or behaviour is unknown."""
    assert propose_rating(result=known, behaviour=None) is None
    assert propose_rating(result=None, behaviour=known) is None


def test_codes_and_words_of_ratings():
    """The national codes run from 1, very good, to 5, very poor; words exist in both languages."""
    assert [(rating.code, rating.label(), rating.label("en")) for rating in Rating] == [
        (1, "Sangat Baik", "Very good"),
        (2, "Baik", "Good"),
        (3, "Butuh Perbaikan", "Needs improvement"),
        (4, "Kurang", "Poor"),
        (5, "Sangat Kurang", "Very poor"),
    ]
    assert [Rating.of_code(rating.code) for rating in Rating] == list(Rating)


def test_codes_and_words_of_levels():
    """Levels have the codes 1 to 3, low being good as well."""
    assert [(level.code, level.label(), level.label("en")) for level in Level] == [
        (1, "Di Atas Ekspektasi", "Above expectation"),
        (2, "Sesuai Ekspektasi", "As expected"),
        (3, "Di Bawah Ekspektasi", "Below expectation"),
    ]


def test_an_unknown_code_of_a_rating_is_refused():
    """A code outside 1 to 5 names no rating, and the message says which end is good."""
    with pytest.raises(InvalidInput, match="1 is very good") as caught:
        Rating.of_code(6, where="kuadranKinerjaNilai")

    assert caught.value.code == "MKD261"


@pytest.mark.parametrize(
    ("achieved", "level"),
    [
        ("0", Level.BELOW),
        ("0.8999", Level.BELOW),
        ("0.9", Level.AS_EXPECTED),
        ("1.0999", Level.AS_EXPECTED),
        ("1.1", Level.ABOVE),
        ("3", Level.ABOVE),
    ],
)
def test_achievement_to_level(achieved, level):
    """A threshold belongs to the better level."""
    assert result_level(Decimal(achieved)) is level


def test_no_achievement_no_level():
    """What was not measured has no level."""
    assert result_level(None) is None


def test_thresholds_are_ours_and_can_be_set():
    """The default thresholds say that no source sets them; a deployment gives its own."""
    strict = Thresholds(as_expected=Decimal(1), above=Decimal("1.2"), source=OUR_THRESHOLDS.source)

    assert OUR_THRESHOLDS.source.kind == "ours"
    assert result_level(Decimal("0.95"), strict) is Level.BELOW


@pytest.mark.parametrize(("lower", "upper"), [("1", "1"), ("1.1", "0.9"), ("-0.1", "1")])
def test_thresholds_out_of_order_are_refused(lower, upper):
    """Thresholds that leave no room for a level are a mistake of configuration."""
    with pytest.raises(InvalidInput) as caught:
        Thresholds(as_expected=Decimal(lower), above=Decimal(upper), source=OUR_THRESHOLDS.source)

    assert caught.value.code == "MKD262"


def population(very_good=0, good=0, needs=0, poor=0, very_poor=0):
    counts = [very_good, good, needs, poor, very_poor]
    return [rating for rating, count in zip(Rating, counts, strict=True) for _ in range(count)]


@pytest.mark.parametrize(
    ("organisation", "people", "departures"),
    [
        ("excellent", population(very_good=7, good=3), []),
        ("excellent", population(very_good=71, good=29), [(71, 100)]),
        ("good", population(good=7, very_good=2, poor=1), []),
        ("good", population(good=8, very_good=1, needs=1), [(8, 10)]),
        ("good", population(good=7, very_good=3), [(0, 10)]),
        ("needs_improvement", population(very_good=1, good=3, needs=6), []),
        ("needs_improvement", population(very_good=2, good=3, needs=5), [(5, 10), (2, 10)]),
        ("poor", population(very_good=1, needs=1, good=2, poor=6), []),
        ("poor", population(very_good=2, good=3, poor=5), [(5, 10), (0, 10), (2, 10)]),
        ("very_poor", population(very_poor=6, poor=1, good=3), []),
        ("very_poor", population(very_poor=5, very_good=1, good=4), [(5, 10), (0, 10), (1, 10)]),
    ],
)
def test_the_distribution_guide_row_by_row(organisation, people, departures):
    """A population is held against each bound of its organisation's row; bounds themselves are kept."""
    found = distribution_departures(people, OrganisationRating(organisation))

    assert [(departure.people, departure.of) for departure in found] == departures


def test_nobody_departs_from_nothing():
    """Without anybody rated there are no shares to compare."""
    assert all(distribution_departures([], organisation) == () for organisation in OrganisationRating)


def test_the_guide_has_a_row_for_every_organisation():
    """Each predicate of an organisation has its bounds."""
    assert set(DISTRIBUTION_GUIDE) == set(OrganisationRating)


@pytest.mark.parametrize(
    ("text", "first", "last", "days", "code"),
    [
        ("2026-06", date(2026, 6, 1), date(2026, 6, 30), 30, 1),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 29, 1),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), 31, 1),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), 90, 2),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), 92, 2),
    ],
)
def test_periods_are_months_and_quarters(text, first, last, days, code):
    """A period is written as it is read, and knows its first and last day and its national code."""
    period = Period.parse(text)

    assert (period.first, period.last, period.days, period.kind.code) == (first, last, days, code)
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["2026", "2026-13", "2026-0", "2026-00", "2026-Q5", "2026-Q0", "26-06", "0000-01", "9999-Q1", "2026-06-01", ""],
)
def test_what_is_no_period_is_refused(text):
    """Anything but a month or a quarter is refused with the way to write one."""
    with pytest.raises(InvalidInput, match='write "2026-06" or "2026-Q2"') as caught:
        Period.parse(text, where="--period")

    assert (caught.value.code, caught.value.where) == ("MKD263", "--period")


def test_a_year_has_four_quarters():
    """A period made from numbers is checked like one that was read."""
    with pytest.raises(InvalidInput) as caught:
        Period(2026, PeriodKind.QUARTER, 5)

    assert caught.value.code == "MKD263"


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31)), st.sampled_from(PeriodKind))
def test_every_day_lies_in_exactly_one_period_of_a_kind(on, kind):
    """Periods of a kind cover the calendar without gap or overlap."""
    numbers = range(1, 12 // kind.months + 1)
    holding = [period for number in numbers if (period := Period(on.year, kind, number)).contains(on)]

    assert len(holding) == 1
    assert Period.parse(str(holding[0])) == holding[0]
    assert not holding[0].contains(holding[0].last + timedelta(days=1))


def test_a_whole_month_closed():
    """Verified minutes count, rejected ones are told apart, and a good month is proposed as good."""
    result = close(
        targets=[target("T1")],
        verified=[activity("a1", date(2026, 6, 1), 300), activity("a2", date(2026, 6, 30), 240)],
        rejected=[activity("a3", date(2026, 6, 2), 60)],
        realisations=[reached("r1", "T1", date(2026, 6, 29), "10")],
        behaviour=Level.AS_EXPECTED,
    )

    assert (result.verified_minutes, result.rejected_minutes, result.working_days) == (540, 60, 21)
    assert (result.achievement, result.result_level) == (Decimal(1), Level.AS_EXPECTED)
    assert (result.proposed_rating, result.missing, result.not_due) == (Rating.GOOD, (), ())


def test_unknown_behaviour_leaves_the_rating_missing():
    """However good the result, nobody is rated without the behaviour."""
    result = close(targets=[target("T1")], realisations=[reached("r1", "T1", date(2026, 6, 29), "20")])

    assert result.result_level is Level.ABOVE
    assert result.proposed_rating is None
    assert result.missing == ("behaviour",)


def test_a_due_target_without_realisation_counts_as_nothing_reached_and_is_named():
    """Silence about a target that fell due is not success."""
    result = close(
        targets=[target("T1"), target("T2")],
        realisations=[reached("r1", "T1", date(2026, 6, 29), "10")],
        behaviour=Level.ABOVE,
    )

    assert result.achievement == Decimal("0.5")
    assert result.proposed_rating is Rating.NEEDS_IMPROVEMENT
    assert result.missing == ("realisation:T2",)


def test_a_target_counts_in_the_period_in_which_it_falls_due():
    """Half of a year's target in June is no failure: it is left to December and named."""
    result = close(
        targets=[target("T1"), target("T2", due=date(2026, 12, 31)), target("T0", due=date(2026, 5, 31))],
        realisations=[reached("r1", "T1", date(2026, 6, 29), "10"), reached("r2", "T2", date(2026, 6, 29), "5")],
    )

    assert result.achievement == Decimal(1)
    assert result.not_due == ("T2", "T0")


def test_an_unmeasurable_target_is_left_out_and_named():
    """A target that lacks its unit cannot be measured, whatever was reported for it."""
    result = close(
        targets=[target("T1"), target("T2", unit="")],
        realisations=[reached("r1", "T1", date(2026, 6, 29), "10"), reached("r2", "T2", date(2026, 6, 29), "1")],
        behaviour=Level.ABOVE,
    )

    assert result.achievement == Decimal(1)
    assert result.missing == ("measure:T2",)


def test_an_unmeasurable_target_owes_no_realisation():
    """What cannot be measured is named for that alone."""
    assert close(targets=[target("T1", unit="")]).missing == ("behaviour", "achievement", "measure:T1")


def test_a_target_without_due_date_belongs_to_no_period():
    """Without a due date nothing falls due: named as unmeasurable, and no achievement is made up."""
    result = close(targets=[target("T1", due=None)], behaviour=Level.ABOVE, working_days=None)

    assert result.achievement is None
    assert result.proposed_rating is None
    assert result.missing == ("working_days", "achievement", "measure:T1")
    assert result.not_due == ()


def test_the_latest_realisation_up_to_the_end_counts():
    """A later value replaces an earlier one, on one day the one given later; July does not count in June."""
    result = close(
        targets=[target("T1")],
        realisations=[
            reached("r3", "T1", date(2026, 6, 20), "7"),
            reached("r1", "T1", date(2026, 6, 10), "4"),
            reached("r4", "T1", date(2026, 6, 20), "8"),
            reached("r5", "T1", date(2026, 7, 1), "10"),
        ],
    )

    assert result.achievement == Decimal("0.8")


def test_activities_outside_the_period_are_left_out():
    """The last minute of May and the first of July belong to other months."""
    result = close(
        verified=[activity("a1", date(2026, 5, 31), 300), activity("a2", date(2026, 7, 1), 300)],
        rejected=[activity("a3", date(2026, 7, 1), 300)],
    )

    assert (result.verified_minutes, result.rejected_minutes) == (0, 0)


def test_an_activity_accepted_in_part_stands_on_both_sides():
    """Of five hours reported four were accepted: both parts are told, each once."""
    result = close(verified=[activity("a1", date(2026, 6, 1), 240)], rejected=[activity("a1", date(2026, 6, 1), 60)])

    assert (result.verified_minutes, result.rejected_minutes) == (240, 60)


@pytest.mark.parametrize("side", ["verified", "rejected"])
def test_an_activity_counts_once(side):
    """One activity verified twice would be paid twice."""
    twice = activity("a1", date(2026, 6, 1), 300)

    with pytest.raises(InvalidInput, match="'a1' comes twice") as caught:
        close(**{side: [twice, twice]})

    assert caught.value.code == "MKD264"


def test_two_targets_of_one_id_are_refused():
    """A realisation must know which target it speaks of."""
    with pytest.raises(InvalidInput) as caught:
        close(targets=[target("T1"), target("T1")])

    assert caught.value.code == "MKD264"


@pytest.mark.parametrize("days", [-1, 31])
def test_more_working_days_than_days_are_refused(days):
    """June has thirty days at most to work on."""
    with pytest.raises(InvalidInput) as caught:
        close(working_days=days)

    assert caught.value.code == "MKD265"


def test_a_realisation_of_no_agreed_target_is_refused():
    """What was never agreed cannot be reached."""
    with pytest.raises(InvalidInput, match="no agreed target has the id 'T9'") as caught:
        close(targets=[target("T1")], realisations=[reached("r1", "T9", date(2026, 6, 1), "1")])

    assert caught.value.code == "MKD266"


@given(
    st.lists(st.tuples(st.dates(date(2026, 5, 1), date(2026, 7, 31)), st.integers(1, 1440), st.booleans()), max_size=40)
)
def test_minutes_are_neither_lost_nor_doubled_between_months(entries):
    """Over all months, verified and rejected minutes add up to what was reported."""
    made = [(activity(f"a{at}", on, minutes), kept) for at, (on, minutes, kept) in enumerate(entries)]
    results = [
        close(
            period=Period.parse(month),
            verified=[each for each, kept in made if kept],
            rejected=[each for each, kept in made if not kept],
        )
        for month in ("2026-05", "2026-06", "2026-07")
    ]

    assert sum(result.verified_minutes for result in results) == sum(m for _, m, kept in entries if kept)
    assert sum(result.rejected_minutes for result in results) == sum(m for _, m, kept in entries if not kept)
