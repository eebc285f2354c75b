"""What people write has limits that nobody meets by honest means, and that say what to do instead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mkd_core import InvalidInput, Target, TargetKind, Week, WorkPlan
from mkd_core.targets import Activity, Realisation, target_from_data
from mkd_core.texts import MOST_CHARACTERS, check_text
from mkd_core.worktime import MOST_EXCEPTIONS, MOST_SEASONS, MOST_WEEKS, OFF, plan_from_data, plan_to_data
from mkd_plugins.forms import request

LONGEST = "x" * MOST_CHARACTERS
MONDAY = date(2026, 6, 1)
WEEK = {"mon": "07:30-16:00 home 60"}
DAYS = [MONDAY + timedelta(days=number) for number in range(MOST_EXCEPTIONS + 1)]


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """The error says how long it is and what to do, and not a word of the text."""
    assert check_text(LONGEST, where="reason") == LONGEST
    with pytest.raises(
        InvalidInput, match=r"MKD268 reason: .* 10,000 .*, this one has 10,001 \(say it shorter"
    ) as told:
        check_text(LONGEST + "y", where="reason")
    assert "xy" not in str(told.value)


@pytest.mark.parametrize("part", ["id", "indicator", "unit", "evidence"])
def test_the_words_of_a_target_are_limited(part: str) -> None:
    """Made in Python or read from data."""
    given: dict[str, Any] = {"id": "t1", "kind": TargetKind.OUTPUT}

    assert getattr(Target(**{**given, part: LONGEST}), part) == LONGEST
    with pytest.raises(InvalidInput, match=rf"MKD268 target\.{part}"):
        Target(**{**given, part: LONGEST + "x"})
    with pytest.raises(InvalidInput, match=rf"MKD268 target\.{part}"):
        target_from_data({**given, part: LONGEST + "x"})


def test_the_words_about_work_and_results_are_limited() -> None:
    """A day's report is no place for the report itself."""
    work: dict[str, Any] = {"id": "a1", "on": MONDAY, "minutes": 60}

    assert Activity(**work, description=LONGEST).description == LONGEST
    with pytest.raises(InvalidInput, match="MKD268 description"):
        Activity(**work, description=LONGEST + "x")
    with pytest.raises(InvalidInput, match="MKD268 evidence"):
        Activity(**work, description="drafting", evidence=LONGEST + "x")
    with pytest.raises(InvalidInput, match="MKD268 evidence"):
        Realisation(id="r1", target="t1", on=MONDAY, value=Decimal(1), evidence=LONGEST + "x")


@pytest.mark.parametrize(
    ("part", "most"), [("weeks", MOST_WEEKS), ("seasons", MOST_SEASONS), ("exceptions", MOST_EXCEPTIONS)]
)
def test_a_plan_has_only_so_many_parts(part: str, most: int) -> None:
    """Made in Python or read from data; a plan at the limit is read back as it was."""
    week = Week.parse(WEEK)

    def parts(count: int) -> dict[str, Any]:
        made: dict[str, Any] = {
            "weeks": (week,) * count,
            "seasons": {f"season{number}": (week,) for number in range(count)},
            "exceptions": dict.fromkeys(DAYS[:count], OFF),
        }
        return {"anchor": MONDAY, "weeks": (week,), part: made[part]}

    def written(count: int) -> dict[str, Any]:
        made: dict[str, Any] = {
            "weeks": [WEEK] * count,
            "seasons": {f"season{number}": [WEEK] for number in range(count)},
            "exceptions": {day.isoformat(): "off" for day in DAYS[:count]},
        }
        return {"anchor": "2026-06-01", "weeks": [WEEK], part: made[part]}

    largest = WorkPlan(**parts(most))

    assert plan_from_data(plan_to_data(largest)) == largest == plan_from_data(written(most))
    with pytest.raises(InvalidInput, match=rf"MKD269.* {most:,} {part}.* {most + 1:,} \(say what repeats"):
        WorkPlan(**parts(most + 1))
    with pytest.raises(InvalidInput, match=rf"MKD269 plan\.{part}"):
        plan_from_data(written(most + 1))


def test_the_cycle_of_a_season_is_limited_too() -> None:
    """It has as many weeks as that of the year may have."""
    weeks = (Week.parse(WEEK),)

    with pytest.raises(InvalidInput, match=r"MKD269.*60 weeks"):
        WorkPlan(anchor=MONDAY, weeks=weeks, seasons={"ramadan": weeks * (MOST_WEEKS + 1)})


def test_a_request_as_data_names_the_place_of_an_endless_text() -> None:
    """A file says which key of it is meant."""
    data = {"from": "2026-06-01", "plan": {"weeks": [WEEK]}, "reason": LONGEST + "x"}

    with pytest.raises(InvalidInput, match=r"MKD268 request\.toml: reason: "):
        request.read(data, where="request.toml", hours=None)
    with pytest.raises(InvalidInput, match=r"MKD269 request\.toml: plan\.weeks: "):
        request.read({**data, "reason": "", "plan": {"weeks": [WEEK] * 61}}, where="request.toml", hours=None)
