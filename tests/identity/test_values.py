"""Months between days, and what a report may show of a code."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_plugins.identity.directory.circles import cycles
from mkd_plugins.identity.directory.values import months, shown

pytestmark = pytest.mark.bare

DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))


@given(DAYS, DAYS)
def test_a_month_is_over_on_the_day_of_its_number_and_never_before(start: date, on: date) -> None:
    count = months(start, on)

    if count is None:
        assert on < start
        return
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    assert (year, month + 1, start.day) <= (on.year, on.month, on.day)
    year, month = divmod(start.year * 12 + start.month + count, 12)
    assert (year, month + 1, start.day) > (on.year, on.month, on.day)


@given(DAYS, st.integers(0, 20000))
def test_time_in_a_post_never_shrinks(start: date, days: int) -> None:
    later, day_after = start + timedelta(days=days), start + timedelta(days=days + 1)

    assert (months(start, later) or 0) <= (months(start, day_after) or 0)


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("PNS DPK", "PNS DPK"),
        ("198503122010012901", "…"),
        ("NIP 198503122010012901", "NIP …"),
        ("ana@example.go.id", "ana…"),
        ("x" * 40, "xxxxxxxxxx…"),
    ],
)
def test_a_code_that_may_be_somebodys_number_or_address_is_cut(code: str, report: str) -> None:
    assert shown(code) == report


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([*"abcdef", None])))
def test_every_circle_is_found_once_and_is_one(above: dict[str, str | None]) -> None:
    found = cycles(above)

    members = [key for circle in found for key in circle]
    assert len(members) == len(set(members))
    for circle in found:
        assert [above[key] for key in circle] == [*circle[1:], circle[0]]
        assert circle[0] == min(circle)
    for start in above:
        at: str | None = start
        for _ in range(len(above) + 1):
            at = above.get(at) if at is not None else None
        assert at is None or at in members
