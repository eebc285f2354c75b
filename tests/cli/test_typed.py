"""What people type for weeks and targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput
from mkd_core.targets import Direction, Target, TargetKind
from mkd_plugins.calendar.hours import office_hours
from mkd_plugins.cli import request, typed
from mkd_plugins.cli.views import target_line

MONDAY = date(2023, 7, 3)
words = st.text("abc xyz", min_size=1).map(str.strip).filter(lambda text: text and text.split()[0] not in ("by",))
numbers = st.decimals(0, 10_000, places=2)


def test_a_week_is_typed_in_runs_of_days():
    """Days that are alike are written once; a day not named is off."""
    week = typed.week("mon-wed,fri:07:30-16:00 office 60; thu: 07:30-11:30 home, 12:30-16:00 office")

    assert [day.remote for day in week.days] == [False, False, False, True, False, False, False]
    assert week.days[5].windows == ()
    assert week.net == 4 * 450 + 450


def test_the_standard_week_with_days_at_home_brings_ramadan_along():
    """``--remote wed,thu`` moves those days and keeps the office's hours, in every season."""
    plan = typed.plan(anchor=MONDAY, weeks=(), remote="wed,thu", at="home", hours=office_hours())

    assert plan is not None
    assert (plan.weeks[0].net, plan.cycle("ramadan")[0].net) == (2250, 1950)
    assert plan.weeks[0].remote_days == plan.cycle("ramadan")[0].remote_days == 2


def test_two_weeks_make_a_cycle_of_two():
    """``--week`` given twice alternates."""
    plan = typed.plan(
        anchor=MONDAY, weeks=["mon:08:00-12:00 office", "mon:08:00-12:00 home"], remote=None, at="", hours=None
    )

    assert plan is not None
    assert [plan.day(day).remote for day in (MONDAY, date(2023, 7, 10), date(2023, 7, 17))] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("mon 07:30-16:00 office", "MKD", ""),
        ("mno:07:30-16:00 office", "MKD207", "mon"),
        ("fri-mon:07:30-16:00 office", "MKD207", "mon-thu"),
        ("mon:07:30-16:00 offce", "MKD202", "office"),
        ("mon:07:30-12:00 office, 11:00-16:00 home", "MKD206", ""),
        ("mon:07:30-16:00 office; mon:17:00-18:00 home", "MKD294", "comma"),
        ("off", "MKD294", "mon-thu"),
    ],
)
def test_a_slip_in_a_week_says_where_and_how(text, code, hint):
    """Each mistake has a code, and the option in which it was made."""
    with pytest.raises(InvalidInput) as wrong:
        typed.week(text)

    assert wrong.value.code.startswith(code)
    assert hint in wrong.value.mend
    assert "--week" in wrong.value.where


def test_a_target_is_typed_as_it_is_said():
    """Parts are told apart by how they begin, in any order."""
    (target,) = typed.targets(["brief=outcome; weight 60; within 30 +- 5 working days; answers in time; by 2023-07-31"])

    assert target == Target(
        id="brief",
        kind=TargetKind.OUTCOME,
        indicator="answers in time",
        unit="working days",
        direction=Direction.WITHIN,
        value=Decimal(30),
        margin=Decimal(5),
        due=date(2023, 7, 31),
        weight=Decimal(60),
    )


def test_a_target_may_lack_parts():
    """What is not said is absent: such a target cannot be measured, and the policy decides about it."""
    first, second = typed.targets(["output", "outcome; people are content"])

    assert (first.id, first.lacks) == ("t1", ("indicator", "unit", "direction", "value", "due", "evidence"))
    assert (second.id, second.indicator, second.measurable) == ("t2", "people are content", False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("briefs; at_least 4", "MKD220"),
        ("4 briefs", "MKD295"),
        ("output; one; two", "MKD295"),
        ("output; by tomorrow", "MKD210"),
        ("output; weight heavy", "MKD221"),
        ("output; at_least 4.5.6 briefs", "MKD221"),
    ],
)
def test_a_slip_in_a_target_says_which_target(text, code):
    """Each mistake has a code, and the target it is in."""
    with pytest.raises(InvalidInput) as wrong:
        typed.targets(["output", text])

    assert wrong.value.code == code
    assert wrong.value.where.startswith("--target 2")


@given(
    st.builds(
        Target,
        id=st.just("t1"),
        kind=st.sampled_from(TargetKind),
        indicator=words,
        unit=words,
        direction=st.sampled_from([Direction.AT_LEAST, Direction.AT_MOST]),
        value=numbers,
        due=st.dates(date(2000, 1, 1), date(2099, 1, 1)),
        evidence=words,
        weight=st.none() | numbers,
    )
)
def test_a_shown_target_can_be_typed_again(target):
    """What a table shows of a target is how one types it."""
    assert typed.targets([target_line(target)]) == (target,)


def test_a_file_says_all_of_a_request(tmp_path):
    """A request may stand in a file, and what is typed beats it."""
    file = tmp_path / "request.toml"
    file.write_text(
        'from = 2023-07-03\nuntil = 2023-12-29\nreason = "care"\n'
        '[plan]\nweeks = [{ mon = "07:30-16:00 office 60" }]\n'
        '[[targets]]\nkind = "output"\nvalue = 4\n',
        encoding="utf-8",
    )

    said = request.read(request.Typed(ends=date(2023, 9, 1)), str(file), hours=None)

    assert (said.starts, said.ends, said.reason) == (MONDAY, date(2023, 9, 1), "care")
    assert said.plan is not None
    assert said.plan.weeks[0].net == 450
    assert said.targets is not None
    assert [(target.id, target.value) for target in said.targets] == [("t1", Decimal(4))]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("r.toml", "from = ", "MKD297"),
        ("r.json", "{", "MKD297"),
        ("r.json", "[]", "MKD297"),
        ("r.toml", "untill = 2023-07-03", "MKD297"),
        ("r.toml", 'from = "soon"', "MKD210"),
        ("r.toml", 'remote = "wed"\n[plan]\nweeks = []', "MKD297"),
        ("r.toml", "plan = 3", "MKD297"),
        ("r.toml", "targets = 3", "MKD297"),
        ("r.toml", "[[targets]]\nkind = 'out'", "MKD220"),
    ],
)
def test_a_fault_of_a_file_names_the_file(tmp_path, name, text, code):
    """Each fault has a code and the file it is in."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidInput) as wrong:
        request.read(request.Typed(), str(file), hours=office_hours())

    assert wrong.value.code == code
    assert name in wrong.value.where
