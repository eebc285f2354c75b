"""A period is decided stretch by stretch: by the season and by the dated overlays in which its days lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core import AgreementService, CommandRefused, History, Week
from mkd_core.errors import Permanent
from mkd_core.events import Terms
from mkd_core.people import Unit
from mkd_core.policy import Policy
from mkd_core.ports import Season
from mkd_core.usecases.agreements import terms_of
from mkd_core.usecases.stretches import Stretch, stretches_of
from mkd_core.worktime import weekly
from mkd_plugins.testing.fakes import FakeCalendar

Worlds = Callable[..., Any]

AUGUST = '[[overlays]]\nfrom = 2023-08-01\nuntil = 2023-09-01\nparameters = { max_remote_days = 1 }\nsource = "ours"\n'
ONWARDS = '[[overlays]]\nfrom = 2024-10-01\nparameters = { max_remote_days = 1 }\nsource = "ours"\n'
RAMADAN = '[[overlays]]\nseason = "ramadan"\nparameters = { max_remote_days = 3 }\nsource = "ours"\n'
IN_AUGUST = "2023-08-01/2023-08-31"
FAST = Season(name="ramadan", first=date(2023, 7, 20), last=date(2023, 8, 10))
UNIT = Unit(key="u", name="Unit", agency="a", region="ID")


@pytest.fixture
def decided(worlds: Worlds) -> Callable[..., Any]:
    """The decision of 20 June on two days a week at home from 3 July, under these overlays."""

    def make(overlays: str, *, remote: int = 2, calendar: FakeCalendar | None = None, **changes: Any) -> Any:
        world = worlds(extra=overlays, calendar=calendar)
        return world.service.decide(world.propose(remote=remote, **changes).id, at=world.at(6, 20))

    return make


def test_a_request_is_decided_for_the_dates_of_each_overlay_that_it_touches(decided: Callable[..., Any]) -> None:
    """Two days are too many in August alone: refused, and the dates are named."""
    found = decided(AUGUST, ends=date(2023, 12, 29))

    assert (found.verdict.outcome, found.verdict.season, found.verdict.dated) == ("refuse", None, (IN_AUGUST,))
    assert found.verdict.failed == ("days",)
    assert found.decision.findings[0].because.en == "days"
    assert found.decision.policy.parameters["max_remote_days"].parameter.value == 1


def test_who_submits_or_approves_is_told_for_when_it_is_refused(worlds: Worlds) -> None:
    """The error names the rules that refuse, and the season or the dates."""
    world = worlds(extra=AUGUST)
    agreement = world.propose(ends=date(2023, 12, 29))
    warned = worlds(
        rules={"days": ("agreement.remote_days <= parameter.max_remote_days", "refuse"), "a": ("False", "warn")},
        extra=AUGUST,
    )
    later = warned.submitted(starts=date(2023, 9, 4), ends=date(2023, 12, 29))
    world_of_later = AgreementService(
        journal=warned.journal,
        identity=warned.identity,
        policies=worlds(extra=AUGUST.replace("2023-08-01", "2023-10-01").replace("2023-09-01", "2023-11-01")).policies,
    )

    told = world.refused("MKD410", world.service.submit, agreement.id, by="analyst", at=world.at(6, 20))
    with pytest.raises(CommandRefused, match="MKD411") as voted:
        world_of_later.approve(later.id, by="data-head", at=world.at(6, 21))

    assert told.message == "the policy check 1 refuses it by days during 2023-08-01 to 2023-08-31"
    assert voted.value.message == "the policy check 1 refuses it by days during 2023-10-01 to 2023-10-31"


def test_an_overlay_whose_dates_the_period_does_not_touch_says_nothing(decided: Callable[..., Any]) -> None:
    """A request that ends the day before, or begins on the day after, is decided as on any day."""
    before = decided(AUGUST, ends=date(2023, 7, 31))
    after = decided(AUGUST, starts=date(2023, 9, 1), ends=date(2023, 12, 29))

    assert [(each.verdict.outcome, each.verdict.dated) for each in (before, after)] == [("approve", ())] * 2


def test_the_day_of_the_request_does_not_lend_its_overlay_to_other_days(worlds: Worlds) -> None:
    """Asked for in August for the time after it: August's parameters hold for no day of the period."""
    world = worlds(extra=AUGUST)
    agreement = world.propose(at=world.at(8, 15), starts=date(2023, 9, 4), ends=date(2023, 12, 29))

    found = world.service.decide(agreement.id, at=world.at(8, 15))

    assert (found.verdict.outcome, found.verdict.dated) == ("approve", ())


def test_of_several_overlays_the_gravest_stands(decided: Callable[..., Any]) -> None:
    """July is tighter, August tightest of what is refused: the first of the equally grave is named."""
    july = AUGUST.replace("2023-08-01", "2023-07-01").replace("2023-09-01", "2023-08-01").replace("= 1", "= 2")

    found = decided(july + AUGUST, ends=date(2023, 9, 29))

    assert (found.verdict.outcome, found.verdict.dated) == ("refuse", (IN_AUGUST,))


def test_days_of_a_season_under_a_dated_overlay_are_decided_under_both(decided: Callable[..., Any]) -> None:
    """What both change is taken from the overlay that stands later in the file, as on a single day."""
    calendar = FakeCalendar(seasons=[FAST])
    four = decided(RAMADAN + AUGUST.replace("= 1", "= 4"), remote=4, calendar=calendar, ends=date(2023, 9, 29))
    two = decided(RAMADAN + AUGUST, remote=2, calendar=calendar, starts=date(2023, 8, 1), ends=date(2023, 8, 9))

    assert (four.verdict.outcome, four.verdict.season, four.verdict.dated) == ("refuse", "ramadan", ())
    assert (two.verdict.outcome, two.verdict.season, two.verdict.dated) == ("refuse", "ramadan", (IN_AUGUST,))


def test_an_agreement_without_an_end_is_held_to_an_overlay_to_come(decided: Callable[..., Any]) -> None:
    """Dates that begin more than a year ahead count, too."""
    found = decided(ONWARDS, ends=None, review=date(2024, 6, 28))

    assert (found.verdict.outcome, found.verdict.dated) == ("refuse", ("2024-10-01/..",))


def test_no_calendar_has_to_reach_as_far_as_an_overlay(worlds: Worlds) -> None:
    """Seasons are asked for over a year; what is ordered for the last day there is can still be told."""
    last_day = ONWARDS.replace("2024-10-01", "9999-12-31")
    world = worlds(extra=last_day, calendar=ShortCalendar(seasons=[FAST]))

    found = world.service.decide(world.propose(ends=None, review=date(2024, 6, 28)).id, at=world.at(6, 20))

    assert (found.verdict.outcome, found.verdict.dated) == ("refuse", ("9999-12-31/..",))


class ShortCalendar(FakeCalendar):
    """A calendar that knows the seasons of two years and refuses to guess others."""

    def seasons(self, region: str, first: date, last: date) -> Sequence[Season]:
        """See :class:`mkd_core.ports.Calendar`."""
        if last.year > 2024:
            raise Permanent(f"no seasons are known of {last.year}", code="MKD612")
        return super().seasons(region, first, last)


def test_a_step_that_one_overlay_asks_for_is_on_the_route(worlds: Worlds, both_steps: str) -> None:
    """Where two days are many for August, whoever decides on many days is asked."""
    route = both_steps + 'when = "agreement.remote_days > parameter.many"\n'
    rules = {"days": ("agreement.remote_days <= 5", "refuse")}
    many = 'many = { value = 2, source = "ours" }\n'
    world = worlds(
        route=route, rules=rules, extra=many + AUGUST.replace("max_remote_days", "many"), calendar=FakeCalendar()
    )

    short, long = world.submitted(ends=date(2023, 7, 28)), world.submitted("clerk", ends=date(2023, 12, 29))

    assert [step.id for step in short.latest.route] == ["superior"]
    assert [step.id for step in long.latest.route] == ["superior", "agency"]


def test_a_decision_under_a_dated_overlay_is_the_same_again(worlds: Worlds) -> None:
    """It is replayed with the parameters of these dates, and told when they were changed since."""
    rules = {"days": ("agreement.remote_days <= parameter.max_remote_days", "refer")}
    world = worlds(rules=rules, extra=AUGUST)
    agreement = world.submitted(ends=date(2023, 12, 29))
    later = worlds(rules=rules, extra=AUGUST.replace("= 1", "= 2"))

    (same,) = world.service.replay(agreement.id)
    (found,) = AgreementService(journal=world.journal, identity=world.identity, policies=later.policies).replay(
        agreement.id
    )

    assert (same.verdict.dated, same.again.same) == ((IN_AUGUST,), True)
    assert [each.what for each in found.again.differences] == ["parameters", "outcome", "failed"]


@pytest.mark.parametrize(
    ("start", "until", "differences"),
    [
        ("2023-08-01", "2023-10-01", []),
        ("2023-07-15", "2023-08-15", []),
        ("2023-08-02", "2023-09-01", ["parameters", "outcome", "failed"]),
    ],
)
def test_dates_that_were_moved_since_count_as_their_first_day_now(
    worlds: Worlds, start: str, until: str, differences: list[str]
) -> None:
    """What was decided for 1 August on is decided again with whatever the file says of 1 August now."""
    rules = {"days": ("agreement.remote_days <= parameter.max_remote_days", "refer")}
    world = worlds(rules=rules, extra=AUGUST)
    agreement = world.submitted(ends=date(2023, 12, 29))
    moved = worlds(rules=rules, extra=AUGUST.replace("2023-08-01", start).replace("2023-09-01", until))

    (found,) = AgreementService(journal=world.journal, identity=world.identity, policies=moved.policies).replay(
        agreement.id
    )

    assert [each.what for each in found.again.differences] == differences


def test_a_plan_is_mended_for_the_dates_that_refuse_it(worlds: Worlds) -> None:
    """The remedy is that of the gravest stretch, and laid on the plan it approves in all of them."""
    world = worlds(extra=AUGUST)
    agreement = world.propose(ends=date(2023, 12, 29))

    terms = world.service.mend(agreement.id, by="analyst", at=world.at(6, 20))

    assert terms is not None
    assert max(week.remote_days for week in terms.plan.weeks) == 1


HEAD = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
most = { value = 4, source = "ours" }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "n", en = "n" }
source = "ours"
"""
SPANS = st.tuples(st.integers(0, 80), st.integers(0, 40))


def day(number: int) -> date:
    return date(2023, 7, 1) + timedelta(days=number)


@given(period=SPANS, overlays=st.lists(SPANS, max_size=4), seasons=st.lists(SPANS, max_size=2))
def test_the_stretches_are_those_of_the_single_days(
    period: tuple[int, int], overlays: list[tuple[int, int]], seasons: list[tuple[int, int]]
) -> None:
    """Looking at the edges alone finds what looking at every day of the period finds."""
    written = "".join(
        f"[[overlays]]\nfrom = {day(start)}\nuntil = {day(start + length + 1)}\nparameters = {{ most = 1 }}\n"
        for start, length in overlays
    )
    policy = History.from_texts({"check.toml": HEAD + written}).bases[0]
    calendar = FakeCalendar(
        seasons=[Season(name=f"s{at}", first=day(one), last=day(one + more)) for at, (one, more) in enumerate(seasons)]
    )
    first, last = day(period[0]), day(sum(period))

    found = stretches_of(terms_of_period(first, last), UNIT, calendar, policy)

    assert len(set(found)) == len(found)
    assert set(found) == {
        each for on in range(period[0], sum(period) + 1) for each in on_day(day(on), calendar, policy)
    }


def on_day(on: date, calendar: FakeCalendar, policy: Policy) -> list[Stretch]:
    names: list[str | None] = [season.name for season in calendar.seasons("ID", on, on)]
    return [Stretch(name, policy.dated(on)) for name in names or [None]]


def terms_of_period(first: date, last: date) -> Terms:
    plan = weekly(first, Week.parse({"mon": "07:30-16:00 home 60"}))
    return terms_of(plan, starts=first, ends=last)
