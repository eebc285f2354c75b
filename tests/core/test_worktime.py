"""Where and when somebody works: windows, days, cycles, seasons, exceptions, net minutes."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput
from mkd_core.worktime import (
    DAY,
    LATEST_END,
    OFF,
    WEEKDAYS,
    Day,
    OfficeHours,
    Place,
    Week,
    Window,
    WorkPlan,
    clock,
    iso_date,
    minutes,
    place,
    plan_from_data,
    plan_to_data,
    weekly,
)

MONDAY = date(2026, 6, 1)
OFFICE_DAY = "07:30-16:00 office 60"
HOME_DAY = "07:30-16:00 home 60"
STANDARD = {**dict.fromkeys(("mon", "tue", "wed", "thu"), OFFICE_DAY), "fri": "07:30-16:30 office 90"}
RAMADAN = {**dict.fromkeys(("mon", "tue", "wed", "thu"), "08:00-15:00 office 30"), "fri": "08:00-15:30 office 60"}


@st.composite
def windows(draw):
    start = draw(st.integers(0, DAY - 1))
    end = draw(st.integers(start + 1, start + DAY))
    return Window(start, end, draw(st.sampled_from(Place)), draw(st.integers(0, min(end - start - 1, 9999))))


@st.composite
def days(draw, *, within=DAY):
    """A day of up to three windows that ends before ``within``."""
    edges = sorted(draw(st.lists(st.integers(0, min(within, DAY) - 1), max_size=3, unique=True)))
    made = []
    for start, limit in zip(edges, [*edges[1:], within], strict=False):
        end = draw(st.integers(start + 1, min(limit, start + DAY)))
        made.append(Window(start, end, draw(st.sampled_from(Place)), draw(st.integers(0, end - start - 1))))
    return Day(tuple(made))


weeks = st.builds(Week, st.tuples(*[days()] * 7))


@st.composite
def plans(draw):
    cycles = st.lists(weeks, min_size=1, max_size=4)
    return WorkPlan(
        anchor=draw(st.dates(date(2020, 1, 1), date(2030, 12, 31))),
        weeks=draw(cycles),
        seasons=draw(st.dictionaries(st.sampled_from(["ramadan", "harvest"]), cycles, max_size=2)),
        exceptions=draw(st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 12, 31)), days(), max_size=3)),
    )


# ---- times and places ------------------------------------------------------------------------------------------------


@given(st.integers(0, LATEST_END))
def test_a_time_of_day_is_written_as_it_is_read(value):
    """Minutes of the day and their text say the same, past midnight too."""
    assert minutes(clock(value)) == value


@pytest.mark.parametrize("text", ["48:00", "7", "07:60", "07.30", "-1:00", "", "\u0660\u0667:\u0663\u0660", "07:30:00"])
def test_what_is_no_time_is_refused(text):
    """The error names the place and shows how a time is written."""
    with pytest.raises(InvalidInput, match='such as "07:30"') as caught:
        minutes(text, where="plan.mon")

    assert (caught.value.code, caught.value.where) == ("MKD201", "plan.mon")


def test_all_places_but_the_own_office_are_remote():
    """Work at another office of the employer is flexible work as well."""
    assert [each for each in Place if not each.remote] == [Place.OFFICE]
    assert place("home") is Place.HOME


def test_an_unknown_place_is_helped():
    """A misspelt place gets the nearest one."""
    with pytest.raises(InvalidInput, match="did you mean office") as caught:
        place("ofice", where="plan.mon")

    assert (caught.value.code, caught.value.where) == ("MKD202", "plan.mon")


# ---- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end", "net"),
    [
        ("07:30-16:00 office 60", 450, 960, 450),
        ("07:30-16:00 home", 450, 960, 510),
        ("22:00-06:00 office 30", 1320, 1800, 450),
        ("22:00-30:00 office", 1320, 1800, 480),
        ("16:00-00:00 elsewhere", 960, 1440, 480),
        ("16:00-24:00 elsewhere", 960, 1440, 480),
        ("00:00-24:00 office", 0, 1440, 1440),
        ("08:00-32:00 office", 480, 1920, 1440),
        (" 7:30 - 16:00  other_office  5 ", 450, 960, 505),
    ],
)
def test_windows_are_read(text, start, end, net):
    """A window has a start, an end that may lie past midnight, a place and a break that is no work."""
    window = Window.parse(text)

    assert (window.start, window.end, window.net) == (start, end, net)


@given(windows())
def test_every_window_is_written_as_it_is_read(window):
    """Text and window say the same, across midnight and around the clock too."""
    assert Window.parse(str(window)) == window
    assert 0 < window.net <= window.end - window.start <= DAY


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("07:30-16:00", "MKD205", "is not a window"),
        ("07:30 16:00 home", "MKD205", "is not a window"),
        ("07:30-16:00 home 10000", "MKD205", "is not a window"),
        ("07:30-16:00 moon", "MKD202", "is no place of work"),
        ("07:30-16:99 home", "MKD201", "is not a time"),
        ("08:00-08:00 home", "MKD203", "no length, or more than a day"),
        ("08:00-33:00 home", "MKD203", "no length, or more than a day"),
        ("25:00-26:00 home", "MKD203", "starts at 25:00, outside the day"),
        ("08:00-09:00 home 60", "MKD204", "no longer than its break"),
    ],
)
def test_a_window_that_cannot_be_is_refused(text, code, words):
    """Each mistake in a window has its code and says where it was written."""
    with pytest.raises(InvalidInput, match=words) as caught:
        Window.parse(text, where="plan.weeks[0].mon")

    assert (caught.value.code, caught.value.where) == (code, "plan.weeks[0].mon")


def test_a_negative_break_is_refused():
    """A break takes time away, it never adds any."""
    with pytest.raises(InvalidInput) as caught:
        Window(450, 960, Place.OFFICE, -1)

    assert caught.value.code == "MKD204"


# ---- days and weeks --------------------------------------------------------------------------------------------------


def test_half_a_day_at_home_uses_up_a_remote_day():
    """Two windows make a day of two places: it counts as remote and is no office day."""
    half = Day.parse("07:30-11:30 home, 12:30-16:00 office")

    assert half.places == {Place.HOME, Place.OFFICE}
    assert (half.net, half.remote, half.at_office) == (450, True, False)


def test_a_day_off_is_nowhere():
    """Nothing, ``off`` and no windows are the same day off."""
    assert Day.parse("") == Day.parse(" off ") == OFF
    assert (str(OFF), OFF.net, OFF.remote, OFF.at_office, OFF.places) == ("off", 0, False, False, frozenset())


@given(days(within=DAY + 600))
def test_every_day_is_written_as_it_is_read(day):
    """The text of a day reads back, its windows are in order, and its net minutes are theirs."""
    assert Day.parse(str(day)) == day
    assert day.net == sum(window.end - window.start - window.pause for window in day.windows)
    assert Day(tuple(reversed(day.windows))) == day


def test_overlapping_windows_are_refused_and_touching_ones_are_not():
    """Nobody is at two places at once; from one to the next without a gap is fine."""
    assert Day.parse("07:30-12:00 home, 12:00-16:00 office").net == 510

    with pytest.raises(InvalidInput, match="07:30-12:01 home and 12:00-16:00 office overlap") as caught:
        Day.parse("12:00-16:00 office, 07:30-12:01 home", where="plan.mon")
    assert (caught.value.code, caught.value.where) == ("MKD206", "plan.mon")


@pytest.mark.parametrize("value", [5, None, ["07:30-16:00 home"]])
def test_a_day_that_is_no_text_is_refused(value):
    """JSON of the wrong shape is an error with a code, not a crash."""
    with pytest.raises(InvalidInput, match="is not a day") as caught:
        Day.parse(value, where="plan.mon")

    assert (caught.value.code, caught.value.where) == ("MKD205", "plan.mon")


def test_the_national_week_has_37_and_a_half_hours_and_the_one_of_ramadan_32_and_a_half():
    """Perpres 21/2023 article 4: breaks excluded."""
    assert Week.parse(STANDARD).net == 2250
    assert Week.parse(RAMADAN).net == 1950


def test_a_week_counts_its_remote_and_office_days():
    """A half day is remote and not an office day; a day off is neither."""
    week = Week.parse({"mon": OFFICE_DAY, "tue": HOME_DAY, "wed": "07:30-11:30 home, 12:30-16:00 office", "thu": "off"})

    assert (week.remote_days, week.office_days) == (2, 1)


def test_a_misspelt_weekday_is_helped():
    """A plan with an unknown weekday would silently lose a day."""
    with pytest.raises(InvalidInput, match="did you mean mon") as caught:
        Week.parse({"mo": OFFICE_DAY}, where="plan.weeks[0].")

    assert caught.value.code == "MKD207"


def test_a_week_has_seven_days():
    """Days without a weekday are refused."""
    with pytest.raises(InvalidInput, match="7 days, not 5") as caught:
        Week((OFF,) * 5)

    assert caught.value.code == "MKD207"


def test_a_night_shift_may_not_run_into_the_next_morning():
    """Across midnight two days can overlap; touching is fine."""
    assert Week.parse({"mon": "22:00-06:00 office", "tue": "06:00-12:00 home"}).net == 840

    with pytest.raises(InvalidInput, match="of mon runs into 05:59-12:00 home of the next day") as caught:
        Week.parse({"mon": "22:00-06:00 office", "tue": "05:59-12:00 home"}, where="plan.weeks[0].")
    assert (caught.value.code, caught.value.where) == ("MKD206", "plan.weeks[0]")


# ---- cycles, seasons, exceptions -------------------------------------------------------------------------------------


def test_the_last_sunday_of_a_cycle_may_not_run_into_its_first_monday():
    """A cycle repeats, so its end meets its start; the second week's Sunday is checked as well."""
    night = Week.parse({"sun": "22:00-06:00 office"})
    early = Week.parse({"mon": "05:00-12:00 office"})

    assert WorkPlan(anchor=MONDAY, weeks=(night, Week.parse({})))
    for cycle in [
        (night, early),
        (early, night),
        (Week.parse({"sun": "22:00-06:00 home", "mon": "05:00-09:00 home"}),),
    ]:
        with pytest.raises(InvalidInput, match="of sun runs into") as caught:
            WorkPlan(anchor=MONDAY, weeks=cycle)
        assert caught.value.code == "MKD206"


@pytest.mark.parametrize("where", ["weeks", "seasons"])
def test_a_cycle_has_at_least_one_week(where):
    """A plan of nothing derives no day."""
    empty = {"weeks": ()} if where == "weeks" else {"weeks": (Week.parse({}),), "seasons": {"ramadan": ()}}

    with pytest.raises(InvalidInput) as caught:
        WorkPlan(anchor=MONDAY, **empty)

    assert caught.value.code == "MKD208"


@pytest.mark.parametrize(
    ("on", "place_"),
    [
        (date(2026, 6, 3), Place.OFFICE),  # the anchor's week
        (date(2026, 6, 10), Place.HOME),
        (date(2026, 6, 17), Place.ELSEWHERE),
        (date(2026, 6, 24), Place.OFFICE),
        (date(2026, 5, 27), Place.ELSEWHERE),  # before the anchor
        (date(2026, 5, 20), Place.HOME),
        (date(2026, 5, 13), Place.OFFICE),
        (date(2019, 1, 2), Place.OFFICE),  # 387 weeks before: 129 whole cycles
    ],
)
def test_a_cycle_of_three_weeks_runs_both_ways_from_its_anchor(on, place_):
    """The plan of any day, past or future, follows from the anchor, which may be any day of the first week."""
    cycle = tuple(Week.parse({"wed": f"08:00-12:00 {where}"}) for where in ("office", "home", "elsewhere"))
    plan = WorkPlan(anchor=date(2026, 6, 4), weeks=cycle)

    assert plan.day(on).places == {place_}


@given(plans(), st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.integers(-60, 60))
def test_a_cycle_repeats_for_ever(plan, on, turns):
    """So many whole cycles later or earlier the day is the same, exceptions aside; a week has each weekday's day."""
    later = on + timedelta(weeks=turns * len(plan.weeks))
    if not {on, later} & set(plan.exceptions):
        assert plan.day(on) == plan.day(later)
        assert plan.day(on) in [week.days[on.weekday()] for week in plan.weeks]


@given(plans())
def test_over_one_cycle_the_days_are_those_of_its_weeks(plan):
    """From the Monday of the anchor's week on, the weeks come one after the other, whole."""
    bare = WorkPlan(anchor=plan.anchor, weeks=plan.weeks)
    monday = plan.anchor - timedelta(days=plan.anchor.weekday())
    derived = [bare.day(monday + timedelta(days=at)) for at in range(7 * len(plan.weeks))]

    assert derived == [day for week in plan.weeks for day in week.days]
    assert sum(day.net for day in derived) == sum(week.net for week in plan.weeks)


def test_a_season_has_its_own_hours_and_the_rest_of_the_year_keeps_its():
    """In Ramadan the variant counts; a season without one keeps the cycle."""
    plan = weekly(MONDAY, Week.parse(STANDARD), seasons={"ramadan": [Week.parse(RAMADAN)]})

    assert plan.day(MONDAY).net == 450
    assert plan.day(MONDAY, "ramadan").net == 390
    assert plan.day(MONDAY, "harvest").net == 450
    assert sum(window.net for window in plan.windows("ramadan")) == 1950
    assert sum(window.net for window in plan.windows()) == 2250


def test_a_dated_exception_beats_cycle_and_season():
    """A day set apart is that day, in any season, and the plan before it is unchanged."""
    plan = weekly(MONDAY, Week.parse(STANDARD), seasons={"ramadan": [Week.parse(RAMADAN)]})
    changed = plan.with_exception(MONDAY, Day.parse(HOME_DAY))

    assert changed.day(MONDAY) == changed.day(MONDAY, "ramadan") == Day.parse(HOME_DAY)
    assert changed.day(MONDAY + timedelta(days=7)) == Day.parse(OFFICE_DAY)
    assert plan.exceptions == {}
    assert changed.with_exception(MONDAY, OFF).day(MONDAY) == OFF


def test_a_plan_names_every_place_that_it_may_lead_to():
    """Cycle, seasons and exceptions all count."""
    plan = WorkPlan(
        anchor=MONDAY,
        weeks=(Week.parse({"mon": OFFICE_DAY}),),
        seasons={"ramadan": (Week.parse({"mon": HOME_DAY}),)},
        exceptions={MONDAY: Day.parse("08:00-12:00 elsewhere")},
    )

    assert plan.places == {Place.OFFICE, Place.HOME, Place.ELSEWHERE}


def test_an_exception_may_not_overlap_the_night_before_or_the_morning_after():
    """A day set apart keeps clear of the shifts around it, unless a season might have moved them."""
    shifts = {"mon": "22:00-06:00 office", "wed": "05:00-12:00 office"}
    plan = weekly(MONDAY, Week.parse(shifts))
    tuesday = MONDAY + timedelta(days=1)

    assert plan.with_exception(tuesday, Day.parse("06:00-12:00 home"))
    for text, words in (
        ("05:59-12:00 home", "night shift of 2026-06-01 runs into 2026-06-02"),
        ("22:00-05:01 home", "night shift of 2026-06-02 runs into 2026-06-03"),
    ):
        with pytest.raises(InvalidInput, match=words) as caught:
            plan.with_exception(tuesday, Day.parse(text))
        assert caught.value.code == "MKD206"
    seasonal = weekly(MONDAY, Week.parse(shifts), seasons={"ramadan": [Week.parse({})]})
    assert seasonal.with_exception(tuesday, Day.parse("05:59-12:00 home"))


def test_an_exception_at_the_end_of_the_calendar_is_no_accident():
    """The first and the last date that there is have no neighbours to look at."""
    plan = weekly(MONDAY, Week.parse(STANDARD), exceptions={date.min: OFF, date.max: OFF})

    assert plan.day(date.max) == plan.day(date.min) == OFF


def test_a_plan_keeps_its_own_copy_of_the_exceptions():
    """Who changes the table later does not change the plan."""
    table = {MONDAY: OFF}
    plan = weekly(MONDAY, Week.parse(STANDARD), exceptions=table)
    table.clear()

    assert plan.day(MONDAY) == OFF


# ---- office hours ----------------------------------------------------------------------------------------------------


def test_core_hours_left_uncovered_are_counted():
    """Core minutes count on their weekday, covered by the windows at any place."""
    hours = OfficeHours(
        standard=Week.parse(STANDARD),
        source="Perpres 21/2023",
        core=((540, 900), *(None,) * 6),
        seasons={"ramadan": Week.parse(RAMADAN)},
    )

    assert hours.core_gap(Day.parse(OFFICE_DAY), 0) == 0
    assert hours.core_gap(Day.parse("10:00-12:00 home, 13:00-20:00 office"), 0) == 120
    assert hours.core_gap(OFF, 0) == 360
    assert hours.core_gap(OFF, 1) == 0
    assert (hours.week().net, hours.week("ramadan").net, hours.week("harvest").net) == (2250, 1950, 2250)


# ---- plain data ------------------------------------------------------------------------------------------------------


@given(plans())
def test_every_plan_survives_json(plan):
    """What a plan writes as plain data reads back as the same plan."""
    assert plan_from_data(json.loads(json.dumps(plan_to_data(plan)))) == plan


def test_a_plan_is_read_with_its_optional_parts_left_out():
    """Anchor and weeks are enough; TOML gives dates as dates."""
    plan = plan_from_data({"anchor": MONDAY, "weeks": [{"mon": OFFICE_DAY}], "exceptions": {"2026-06-08": "off"}})

    assert plan.exceptions == {date(2026, 6, 8): OFF}
    assert [name for name, day in zip(WEEKDAYS, plan.weeks[0].days, strict=True) if day.windows] == ["mon"]


WHOLE = {"anchor": "2026-06-01", "weeks": [{"mon": OFFICE_DAY}]}


@pytest.mark.parametrize(
    ("data", "code", "where", "words"),
    [
        ([], "MKD209", "plan", "a plan is a table"),
        ({**WHOLE, "week": []}, "MKD209", "plan", "did you mean weeks"),
        ({"weeks": []}, "MKD209", "plan", "'anchor' is missing"),
        ({"anchor": "2026-06-01"}, "MKD209", "plan", "'weeks' is missing"),
        ({**WHOLE, "weeks": {"mon": OFFICE_DAY}}, "MKD209", "plan.weeks", "weeks are a list of tables"),
        ({**WHOLE, "weeks": [OFFICE_DAY]}, "MKD209", "plan.weeks", "weeks are a list of tables"),
        ({**WHOLE, "weeks": []}, "MKD208", "plan", "at least one week"),
        ({**WHOLE, "weeks": [{"mon": 5}]}, "MKD205", "plan.weeks[0].mon", "is not a day"),
        ({**WHOLE, "weeks": [{}, {"mon": "08:00-07:00 moon"}]}, "MKD202", "plan.weeks[1].mon", "no place"),
        ({**WHOLE, "seasons": []}, "MKD209", "plan.seasons", "seasons are a table"),
        ({**WHOLE, "seasons": {"ramadan": None}}, "MKD209", "plan.seasons.ramadan", "weeks are a list"),
        ({**WHOLE, "exceptions": ["2026-06-08"]}, "MKD209", "plan.exceptions", "exceptions are a table"),
        ({**WHOLE, "exceptions": {"8 June": "off"}}, "MKD210", "plan.exceptions", "is not a date"),
        ({**WHOLE, "exceptions": {"2026-06-08": "08:00"}}, "MKD205", "plan.exceptions.2026-06-08", "not a window"),
        ({**WHOLE, "anchor": "1 June"}, "MKD210", "plan.anchor", "write YYYY-MM-DD"),
    ],
)
def test_plain_data_that_is_no_plan_is_refused(data, code, where, words):
    """Each mistake names the place it stands at, down to the weekday."""
    with pytest.raises(InvalidInput, match=words) as caught:
        plan_from_data(data)

    assert (caught.value.code, caught.value.where) == (code, where)


@pytest.mark.parametrize(
    "value", ["2026-02-30", "20260601", "2026-W23-1", "", None, 5, datetime(2026, 6, 1, 8, 0, tzinfo=UTC)]
)
def test_what_is_no_date_is_refused(value):
    """One way to write a date; a moment is not a date, since it would compare with none."""
    with pytest.raises(InvalidInput) as caught:
        iso_date(value, where="plan.anchor")

    assert (caught.value.code, caught.value.where) == ("MKD210", "plan.anchor")
