"""A remedy laid on the plan: what is offered is approved, and what a plan cannot say is told in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkd_core import InvalidInput, OfficeHours, Place, Week, weekly
from mkd_core.ports import Season
from mkd_core.worktime import minutes
from mkd_plugins.testing.fakes import FakeCalendar

ASKED = (6, 20)
MONDAY_TO_FRIDAY = ("mon", "tue", "wed", "thu", "fri")
CORE = (minutes("09:00"), minutes("15:00"))


def week(day: str = "07:30-16:00 home 60", *others: str) -> Week:
    """A week of five days alike, or of these days from Monday on."""
    days = (day, *others) if others else (day,) * 5
    return Week.parse(dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), days, strict=False)))


STANDARD = week("07:30-16:00 office 60")
HOURS = OfficeHours(standard=STANDARD, source="ours", core=(CORE,) * 5 + (None, None))


def mended(world: Any, plan: Week, **changes: Any) -> Any:
    """A draft of that week, and what would mend it."""
    agreement = world.propose(plan=weekly(world.starts, plan), **changes)
    return agreement, world.service.remedy(agreement.id, by="analyst", at=world.at(*ASKED))


def days_of(terms: Any) -> list[str]:
    return [str(day) for day in terms.plan.weeks[0].days[:5]]


# what the policy asks · the week that was asked for · the week that is offered
CASES: dict[str, tuple[dict[str, str], Week, list[str]]] = {
    "the last day away comes back to the office": (
        {},
        week(),
        ["07:30-16:00 home 60"] * 4 + ["07:30-16:00 office 60"],
    ),
    "two days at the office are asked for": (
        {"office": "agreement.office_days >= 2"},
        week(*["07:30-16:00 home 60"] * 4, "07:30-16:00 office 60"),
        ["07:30-16:00 home 60"] * 3 + ["07:30-16:00 office 60"] * 2,
    ),
    "a day off becomes a day at the office": (
        {"office": "agreement.office_days >= 2", "days": "agreement.remote_days >= 3"},
        week(*["07:30-18:00 home 60"] * 3, "07:30-16:00 office 60", "off"),
        ["07:30-18:00 home 60"] * 3 + ["07:30-16:00 office 60"] * 2,
    ),
    "no place but the office": (
        {"place": "not agreement.flexible_place"},
        week("07:30-16:00 home 60", "07:30-16:00 office 60"),
        ["07:30-16:00 office 60"] * 2 + ["off"] * 3,
    ),
    "one minute that is lacking": (
        {"hours": "agreement.weekly_minutes >= 2250"},
        week("07:30-15:59 office 60", *["07:30-16:00 office 60"] * 4),
        ["07:30-16:00 office 60"] * 5,
    ),
    "five hours that are lacking are spread": (
        {"hours": "agreement.weekly_minutes >= 2250"},
        week("08:00-15:30 home 60", *["08:00-15:30 office 60"] * 4),
        ["08:00-16:30 home 60"] + ["08:00-16:30 office 60"] * 4,
    ),
    "too long a week is shortened": (
        {"hours": "agreement.weekly_minutes <= 2250"},
        week("07:30-17:00 office 60"),
        ["07:30-16:00 office 60"] * 5,
    ),
    "too late an end moves the day": (
        {"evening": 'agreement.latest_end <= time("18:00")'},
        week("10:30-19:00 office 60", *["07:30-16:00 office 60"] * 4),
        ["09:30-18:00 office 60"] + ["07:30-16:00 office 60"] * 4,
    ),
    "too early a start moves the day": (
        {"morning": 'agreement.earliest_start >= time("07:00")'},
        week("05:00-13:30 office 60", *["07:30-16:00 office 60"] * 4),
        ["07:00-15:30 office 60"] + ["07:30-16:00 office 60"] * 4,
    ),
    "everybody starts too late": (
        {"morning": 'agreement.earliest_start <= time("09:00")'},
        week("10:00-18:30 office 60"),
        ["09:00-17:30 office 60"] * 5,
    ),
    "a day longer than its bounds is cut, the others make up for it": (
        {
            "morning": 'agreement.earliest_start >= time("07:00")',
            "evening": 'agreement.latest_end <= time("18:00")',
            "hours": "agreement.weekly_minutes >= 2260",
        },
        week("06:00-20:00 office 60", *["08:00-15:45 office 60"] * 4),
        ["07:00-18:00 office 60"] + ["08:00-15:55 office 60"] * 4,
    ),
    "core hours are worked": (
        {"core": "agreement.core_gap_minutes == 0"},
        week("10:00-18:30 home 60", *["07:30-16:00 office 60"] * 4),
        ["09:00-17:30 home 60"] + ["07:30-16:00 office 60"] * 4,
    ),
    "a day shorter than the core is made longer": (
        {"core": "agreement.core_gap_minutes == 0"},
        week("10:00-12:00 home, 13:00-14:00 office", *["07:30-16:00 office 60"] * 4),
        ["09:00-13:00 home, 13:00-15:00 office"] + ["07:30-16:00 office 60"] * 4,
    ),
    "only so much core as is asked for": (
        {"core": "agreement.core_gap_minutes <= 60"},
        week("10:00-18:30 home 60", "10:00-18:30 home 60", *["07:30-16:00 office 60"] * 3),
        ["09:00-17:30 home 60", "10:00-18:30 home 60"] + ["07:30-16:00 office 60"] * 3,
    ),
    "the standard hours, at the places that were asked for": (
        {"time": "not agreement.flexible_time"},
        week("10:00-18:30 home 60", "07:00-15:30 office 60", *["07:30-16:00 office 60"] * 3),
        ["07:30-16:00 home 60"] + ["07:30-16:00 office 60"] * 4,
    ),
    "the full load": (
        {"load": "not agreement.flexible_load"},
        week("07:30-15:00 office 60"),
        ["07:30-16:00 office 60"] * 5,
    ),
    "a sixth day becomes a day off": (
        {"five": "agreement.remote_days + agreement.office_days <= 5"},
        week(*["07:30-16:00 office 60"] * 5, "08:00-12:00 home"),
        ["07:30-16:00 office 60"] * 5,
    ),
    "days and hours together": (
        {"hours": "agreement.weekly_minutes >= 2265", "evening": 'agreement.latest_end <= time("16:30")'},
        week("08:30-17:00 home 60", *["08:30-16:00 home 60"] * 3, "08:00-16:30 home 60"),
        ["07:45-16:30 home 60"] + ["08:15-16:30 home 60"] * 3 + ["07:15-16:30 office 60"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_offered_is_approved(worlds: Any, name: str) -> None:
    """The offered week is the expected one, and deciding the revised request approves it."""
    rules, asked, offered = CASES[name]
    world = worlds(rules={rule: (text, "refuse") for rule, text in rules.items()}, hours=HOURS)

    agreement, found = mended(world, asked)

    assert offered == days_of(found.terms)
    world.service.revise(agreement.id, terms=found.terms, by="analyst", at=world.at(*ASKED))
    assert world.service.decide(agreement.id, at=world.at(*ASKED)).verdict.outcome == "approve"


@pytest.mark.parametrize(
    ("require", "dates", "starts", "ends"),
    [
        ("agreement.notice_days >= 30", {"ends": date(2023, 12, 29)}, date(2023, 7, 20), date(2024, 1, 15)),
        ("agreement.duration_days <= 90", {"ends": date(2023, 12, 29)}, date(2023, 7, 3), date(2023, 9, 30)),
        ("agreement.duration_days >= 30", {"ends": date(2023, 7, 9)}, date(2023, 7, 3), date(2023, 8, 1)),
        ("not agreement.open_ended", {"review": date(2024, 1, 2)}, date(2023, 7, 3), date(2024, 1, 2)),
        (
            "not agreement.open_ended and (agreement.duration_days <= 90 if known(agreement.duration_days) else True)",
            {"review": date(2024, 1, 2)},
            date(2023, 7, 3),
            date(2023, 9, 30),
        ),
    ],
)
def test_the_dates_are_moved(worlds: Any, require: str, dates: dict[str, date], starts: date, ends: date) -> None:
    """Notice moves the whole period, a length moves its end, and what may not be open ends on its review."""
    world = worlds(rules={"dates": (require, "refuse")})

    agreement, found = mended(world, STANDARD, **dates)

    assert (starts, ends) == (found.terms.starts, found.terms.ends)
    world.service.revise(agreement.id, terms=found.terms, by="analyst", at=world.at(*ASKED))
    assert world.service.decide(agreement.id, at=world.at(*ASKED)).verdict.outcome == "approve"


def test_everything_that_moves_is_said(world: Any) -> None:
    """Fewer days away are more days at the office: both are told, in both languages."""
    _, found = mended(world, week())

    assert [change.fact for change in found.changes] == ["agreement.remote_days", "agreement.office_days"]
    assert found.in_words("en") == (
        "Change days away from the office, most in any week, from 5 to 4",
        "Change days in the office, fewest in any week, from 0 to 1",
    )
    assert found.in_words("id") == (
        "Kurangi hari di luar kantor, terbanyak dalam satu pekan, dari 5 menjadi 4",
        "Tambah hari di kantor, paling sedikit dalam satu pekan, dari 0 menjadi 1",
    )


@pytest.mark.parametrize(
    ("rules", "changes", "said"),
    [
        (
            {"targets": "agreement.outcome_targets >= 1"},
            {},
            "Change number of outcome targets from 0 to 1",
        ),
        (
            {"region": "not agreement.outside_region"},
            {"outside_region": True},
            "Change works outside the region from yes to no",
        ),
        ({"reason": "agreement.reason_given"}, {}, "Change a reason is given from no to yes"),
        (
            {"none": "agreement.remote_days > 7"},
            {},
            "No change of the agreement satisfies: none (none)",
        ),
        (
            {"one": "agreement.notice_days >= 40", "other": "agreement.notice_days <= 20"},
            {},
            "Cannot be satisfied together: one (one); other (other)",
        ),
    ],
)
def test_what_a_plan_cannot_say_is_told_in_words(
    worlds: Any, rules: dict[str, str], changes: dict[str, Any], said: str
) -> None:
    """A target, a place, a reason or a fact of the unit is not invented: no terms are offered, the remedy is told."""
    world = worlds(rules={rule: (text, "refuse") for rule, text in rules.items()})

    _, found = mended(world, week("07:30-16:00 office 60"), **changes)

    assert found.terms is None
    assert said in found.in_words("en")


def test_no_half_of_a_remedy_is_offered(worlds: Any) -> None:
    """Where days alone do not do, the words name the days as well as the rest."""
    world = worlds(rules={"targets": ("agreement.outcome_targets >= 1", "refuse")})

    _, found = mended(world, week())

    assert found.terms is None
    assert found.in_words("en") == (
        "Change days away from the office, most in any week, from 5 to 4",
        "Change number of outcome targets from 0 to 1",
    )


def test_hours_that_cannot_be_found_are_not_promised(worlds: Any) -> None:
    """A week that does not fit between the earliest start and the latest end is told, not offered."""
    world = worlds(
        rules={
            "hours": ("agreement.weekly_minutes >= 2250", "refuse"),
            "evening": ('agreement.latest_end <= time("12:00")', "refuse"),
            "morning": ('agreement.earliest_start >= time("09:00")', "refuse"),
        }
    )

    _, found = mended(world, week("07:30-15:00 office 60"))

    assert found.terms is None


def test_a_season_is_mended_with_its_own_hours(worlds: Any) -> None:
    """What the month of fasting asks for is laid on its days alone; the rest of the year stays as it is."""
    hours = OfficeHours(standard=STANDARD, source="ours", seasons={"ramadan": week("08:00-15:00 office 30")})
    overlay = '[[overlays]]\nseason = "ramadan"\nparameters = { evening = 15:30:00 }\nsource = "ours"\n'
    world = worlds(
        rules={"evening": ("agreement.latest_end <= parameter.evening", "refuse")},
        extra="evening = { value = 17:00:00 }\n" + overlay,
        hours=hours,
        calendar=FakeCalendar(seasons=[Season(name="ramadan", first=date(2024, 3, 12), last=date(2024, 4, 9))]),
    )

    agreement, found = mended(world, STANDARD, ends=date(2024, 6, 28))

    assert found.terms.plan.weeks == agreement.latest.terms.plan.weeks
    assert [str(day) for day in found.terms.plan.seasons["ramadan"][0].days[:5]] == ["07:00-15:30 office 60"] * 5
    world.service.revise(agreement.id, terms=found.terms, by="analyst", at=world.at(*ASKED))
    assert world.service.decide(agreement.id, at=world.at(*ASKED)).verdict.outcome == "approve"


def test_what_is_approved_needs_no_remedy(world: Any) -> None:
    """A request that the policy approves is not touched, and nothing is said."""
    _, found = mended(world, STANDARD)

    assert found.terms is None
    assert found.in_words("id") == ()


def test_every_week_of_a_rotation_is_mended(world: Any) -> None:
    """Each week of the cycle is held to what the policy asks, the one that keeps it stays as it is."""
    calm, busy = week(*["07:30-16:00 office 60"] * 5), week()
    plan = evolve(weekly(world.starts, busy), weeks=(busy, calm))

    agreement = world.propose(plan=plan)
    terms = world.service.mend(agreement.id, by="analyst", at=world.at(*ASKED))

    assert [each.remote_days for each in terms.plan.weeks] == [4, 0]
    assert terms.plan.weeks[0].days[4].places == {Place.OFFICE}


WINDOWS = st.sampled_from(
    [
        *("off", "07:30-16:00 office 60", "07:30-16:00 home 60", "05:00-09:00 home", "10:00-20:00 home 30"),
        *("06:00-11:00 office, 13:00-18:00 home", "22:00-05:00 elsewhere 60", "00:00-23:00 home 45"),
    ]
)
ASKED_OF_PLANS = st.lists(
    st.sampled_from(
        [
            *("agreement.remote_days <= 2", "agreement.office_days >= 3", "agreement.weekly_minutes >= 2250"),
            *("agreement.weekly_minutes <= 2400", 'agreement.earliest_start >= time("07:00")'),
            *(
                'agreement.latest_end <= time("18:00")',
                "agreement.core_gap_minutes <= 30",
                "agreement.notice_days >= 40",
            ),
            *("agreement.remote_days + agreement.office_days <= 5", "not agreement.flexible_time"),
            *("agreement.duration_days <= 60", "not agreement.open_ended", "not agreement.flexible_load"),
            *("not agreement.flexible_place", 'agreement.latest_end <= time("12:00") or agreement.remote_days == 0'),
        ]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(WINDOWS, min_size=7, max_size=7), rules=ASKED_OF_PLANS, ends=st.none() | st.just(date(2023, 12, 1))
)
def test_whatever_is_offered_is_approved(worlds: Any, days: list[str], rules: list[str], ends: date | None) -> None:
    """Over random weeks and rules: an offer is approved once taken, its changes are told, and nothing breaks."""
    try:
        asked = week(*days)
        weekly(date(2023, 7, 3), asked)
    except InvalidInput:
        return
    if not asked.net:
        return
    world = worlds(
        rules={f"r{number}": (text, "refuse") for number, text in enumerate(rules)} | {"days": ("True", "warn")},
        hours=HOURS,
    )

    agreement, found = mended(world, asked, ends=ends)

    if found.terms is not None:
        assert found.changes
        world.service.revise(agreement.id, terms=found.terms, by="analyst", at=world.at(*ASKED))
        assert world.service.decide(agreement.id, at=world.at(*ASKED)).verdict.outcome == "approve"
