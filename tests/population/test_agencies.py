"""Everybody of a province decided, whose agencies were given numbers and policies of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from mkd_core import AgreementService, Assignment, Assignments, InvalidInput, NotFound
from mkd_core.policy import History, Period, Source
from mkd_plugins.policies import policy_history
from mkd_plugins.population import Template, eligibility

pytestmark = pytest.mark.bare

ON, AT = date(2023, 6, 20), datetime(2023, 6, 20, 3, tzinfo=UTC)
DECREE = Source(title="A decision that a test makes up")
BUREAU, SECTION = "1200", "1211"
Service = Callable[..., AgreementService]
OWN = """
[policy]
id = "own"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Uji", en = "Test" }
[sources.ours]
title = "A default of ours"
[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "sendiri", en = "own" }
source = "ours"
"""


def given(unit: str, policies: History | None = None, **parameters: Any) -> Assignment:
    return Assignment(
        scope=unit, source=DECREE, period=Period(date(2023, 1, 1)), policies=policies, parameters=parameters
    )


def rows(path: Path) -> dict[str, Any]:
    return {row["person"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def test_each_is_decided_by_the_numbers_of_their_unit(service: Service, two_days: Template, tmp_path: Path) -> None:
    """The list says of every plan what the service decides on such a request, whatever the unit was given."""
    mkd = service(assignments=Assignments([given(BUREAU, max_remote_days=1), given(SECTION, max_remote_days=2)]))
    eligibility(mkd, on=ON, template=two_days, out=tmp_path / "all.jsonl")
    listed = rows(tmp_path / "all.jsonl")

    too_many = {row["unit"] for row in listed.values() if "remote-days" in row["plan_failed"]}

    assert BUREAU in too_many
    assert {unit for unit in too_many if not unit.startswith("12")} == set()
    assert SECTION not in too_many
    for key in ("k000002", "k000001"):
        terms = two_days.terms
        request = mkd.propose(
            applicant=key,
            plan=terms.plan,
            targets=two_days.targets,
            starts=terms.starts,
            ends=terms.ends,
            by=key,
            at=AT,
        )
        assert mkd.decide(request.id, at=AT).verdict.outcome == listed[key]["plan_outcome"]


def test_a_unit_with_another_policy_is_left_to_a_run_of_its_own(service: Service, tmp_path: Path) -> None:
    """Rules of two policies are not counted in one sum: these people are named with a code, and decided by --unit."""
    own = History.from_texts({"own.toml": OWN})
    mkd = service(assignments=Assignments([given(BUREAU, policies=own)]))

    everybody = eligibility(mkd, on=ON)
    bureau = eligibility(mkd, on=ON, unit=BUREAU, out=tmp_path / "bureau.jsonl")

    assert everybody.policy == "jabar-mkd"
    assert everybody.undecided == {"MKD497": bureau.people}
    assert (bureau.policy, bureau.undecided) == ("own", {})
    assert {row["person_outcome"] for row in rows(tmp_path / "bureau.jsonl").values()} == {"approve"}


def test_a_run_under_other_numbers_is_another_run(service: Service, crowd: Callable[..., Any], tmp_path: Path) -> None:
    """Work that was begun before a unit was given a number does not become part of what is decided after."""
    people = crowd(700, fails_at=600)
    with pytest.raises(ConnectionError):
        eligibility(service(people), on=ON, out=tmp_path / "all.jsonl")
    people.fails_at = None

    with pytest.raises(InvalidInput, match="MKD493"):
        eligibility(
            service(people, assignments=Assignments([given(BUREAU, max_remote_days=1)])),
            on=ON,
            out=tmp_path / "all.jsonl",
        )


def test_a_view_decides_its_own_people(service: Service, tmp_path: Path) -> None:
    """Of 239 people those of the bureau, and no other unit can be named."""
    whole = service()
    view = whole.within(BUREAU, on=ON)

    report = eligibility(view, on=ON, out=tmp_path / "ours.jsonl")

    assert report.people == eligibility(whole, on=ON, unit=BUREAU).people
    assert {row["unit"][:2] for row in rows(tmp_path / "ours.jsonl").values()} == {"12"}
    for unit in ("2000", "9999"):
        with pytest.raises(NotFound, match="MKD450"):
            eligibility(view, on=ON, unit=unit)


def test_nothing_given_is_decided_as_ever(service: Service, tmp_path: Path) -> None:
    """An assignment that has ended changes nothing."""
    ended = Assignment(
        scope=BUREAU,
        source=DECREE,
        period=Period(date(2023, 6, 1), ON),
        policies=policy_history("uk-flexible-working"),
    )

    with_it, without = (eligibility(service(assignments=each), on=ON) for each in (Assignments([ended]), None))

    assert with_it.to_data() == without.to_data()
