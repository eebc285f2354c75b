"""Proof by check-in: asked of attendance where the place of a day asks for it alone, and kept as a yes or a no."""

from datetime import date

import pytest

from mkd_core import Transient
from mkd_core.errors import Permanent
from mkd_core.journal import canonical
from mkd_core.ports import CheckIn
from mkd_plugins.testing.fakes import FakeAttendance, FakeCalendar

OFFICE_DAYS = [5, 6, 7, 12, 13, 14, 19, 20, 21, 26, 27, 28]
HOME_DAYS = [3, 4, 10, 11, 17, 18, 24, 25, 31]
"""The days of July 2023 under the agreement that the tests make: Monday and Tuesday at home."""

AT_THE_OFFICE = '[proof]\noffice = ["check_in"]\nremote = ["results"]\n'
EVERYWHERE = '[proof]\noffice = ["check_in"]\nremote = ["check_in", "daily_report"]\n'


class Asked(FakeAttendance):
    """Notes which days it was asked of."""

    def __init__(self, seen=(), failing=None):
        tap = [CheckIn(at=at, kind="tap", place="the lobby") for at in seen]
        super().__init__({("analyst", each.at.date()): [each] for each in tap})
        self.asked = []
        self.failing = failing

    def check_ins(self, person, number, on):
        self.asked.append(on.day)
        return super().check_ins(person, number, on)


def close(world):
    return world.service.close_period("analyst", "2023-07", by="data-head", at=world.at(8, 1))


def missing(world):
    """What is missing of days, without what is missing of the rest."""
    return [each for each in close(world).missing if each.startswith("check_in")]


@pytest.fixture
def taps(worlds):
    """Check-ins at half past seven on these days of July."""
    return lambda days: [worlds().at(7, day, 7) for day in days]


def test_a_day_without_a_check_in_stays_unproved_and_says_so(worlds, taps):
    """Every office day but one has a check-in, and the days at home are asked of nobody."""
    clock = Asked(taps(set(OFFICE_DAYS) - {13}))
    world = worlds(extra=AT_THE_OFFICE, attendances=[clock])
    world.approved()

    assert missing(world) == ["check_in:2023-07-13"]
    assert clock.asked == OFFICE_DAYS


def test_nothing_is_read_where_no_place_asks_for_a_check_in(worlds):
    """Results are the proof everywhere: attendance is plugged in, and never asked."""
    clock = Asked()
    world = worlds(attendances=[clock])
    world.approved()

    assert missing(world) == []
    assert clock.asked == []


def test_remote_days_are_asked_where_the_policy_says_so(worlds, taps):
    """As under the circulars that want a check-in from wherever somebody works."""
    clock = Asked(taps(OFFICE_DAYS))
    world = worlds(extra=EVERYWHERE, attendances=[clock])
    world.approved()

    assert missing(world) == [f"check_in:2023-07-{day:02d}" for day in HOME_DAYS]


def test_days_off_holidays_and_days_without_an_agreement_are_not_asked(worlds, taps):
    """The agreement ends in the middle of the month, and one of its days is a holiday."""
    clock = Asked()
    world = worlds(
        extra=AT_THE_OFFICE, attendances=[clock], calendar=FakeCalendar({date(2023, 7, 6): "Libur setempat"})
    )
    world.approved(ends=date(2023, 7, 12))

    close(world)

    assert clock.asked == [5, 7, 12]


def test_a_recalled_day_is_one_at_the_office(worlds):
    """Whom the superior calls in checks in as the office asks."""
    clock = Asked()
    world = worlds(extra=AT_THE_OFFICE, attendances=[clock])
    agreement = world.approved()
    world.service.recall(agreement.id, on=date(2023, 7, 4), by="data-head", at=world.at(6, 22), reason="audit")

    close(world)

    assert clock.asked == [4, *OFFICE_DAYS]


def test_clock_and_place_are_stored_nowhere(worlds, taps):
    """The journal tells that a day is unproved, and of the others nothing."""
    world = worlds(extra=AT_THE_OFFICE, attendances=[Asked(taps([5, 6]))])
    world.approved()
    close(world)

    written = canonical([[record.data, record.private] for _, record in world.journal.records()])
    assert "2023-07-13" in written
    assert "lobby" not in written
    assert "07:00" not in written


def test_attendance_that_cannot_be_asked_leaves_the_days_unproved(worlds):
    """The period is closed all the same; what is away is asked once, as each try may cost its deadline."""
    clock = Asked(failing=Transient("the clock is away"))
    world = worlds(extra=AT_THE_OFFICE, attendances=[clock])
    world.approved()

    assert missing(world) == [f"check_in_unread:2023-07-{day:02d}" for day in OFFICE_DAYS]
    assert clock.asked == [5]


def test_a_day_that_cannot_be_read_does_not_spoil_the_others(worlds, taps):
    """Refused for good is said day by day, and every day is asked for."""
    clock = Asked(taps(OFFICE_DAYS), failing=Permanent("a moment cannot be read"))
    world = worlds(extra=AT_THE_OFFICE, attendances=[clock])
    world.approved()

    assert missing(world) == [f"check_in_unread:2023-07-{day:02d}" for day in OFFICE_DAYS]
    assert clock.asked == OFFICE_DAYS


def test_one_of_several_clocks_is_enough(worlds, taps):
    """A second building: whoever was seen anywhere was there, also while the other one is away."""
    first, second = Asked(failing=Transient("away")), Asked(taps(set(OFFICE_DAYS) - {28}))
    world = worlds(extra=AT_THE_OFFICE, attendances=[first, second])
    world.approved()

    assert missing(world) == ["check_in_unread:2023-07-28"]


def test_without_a_calendar_that_answers_no_day_is_guessed(worlds):
    """Which days were holidays is unknown, so the whole period is unproved."""
    clock = Asked()
    world = worlds(extra=AT_THE_OFFICE, attendances=[clock])
    world.approved()
    world.calendar.failing = Transient("away")

    assert missing(world) == ["check_in_unread:2023-07"]
    assert clock.asked == []


def test_without_attendance_nothing_is_said(worlds):
    """A part that is left out is switched off."""
    world = worlds(extra=AT_THE_OFFICE)
    world.approved()

    assert missing(world) == []
