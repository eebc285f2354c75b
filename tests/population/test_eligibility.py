"""Everybody decided at once: each as the service would decide them, and the whole of it counted."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mkd_core import AgreementService, CommandRefused, InvalidInput, NotFound, PolicyError
from mkd_core.language.tree import mentions
from mkd_core.people import Employee
from mkd_core.policy import History
from mkd_plugins.identity.table import TableIdentity
from mkd_plugins.policies import policy_history
from mkd_plugins.population import Template, eligibility
from mkd_plugins.testing.fakes import FakeIdentity
from mkd_plugins.testing.province import DISCIPLINED, FORMER, IN_PROCESS, PLANNER

pytestmark = pytest.mark.bare

ON = date(2023, 6, 20)
AT = datetime(2023, 6, 20, 3, tzinfo=UTC)
Service = Callable[..., AgreementService]


def rows(path: Path) -> dict[str, Any]:
    return {row["person"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


SHARES = """
[policy]
id = "shares"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Uji", en = "Test" }
[sources.ours]
title = "A default of ours"
kind = "ours"
[[rules]]
id = "present"
require = "unit.lowest_onsite_share >= 0.6"
otherwise = "refuse"
because = { id = "hadir", en = "present" }
source = "ours"
[[rules]]
id = "people"
require = "unit.lowest_onsite_people >= 3"
otherwise = "refer"
because = { id = "orang", en = "people" }
source = "ours"
[[coverage]]
per = "unit"
days = ["mon", "tue", "wed", "thu", "fri"]
between = ["08:00", "15:00"]
min_share = 0.5
"""


def request(mkd: AgreementService, key: str, template: Template) -> str:
    """That plan as a request of that person, a draft; its id."""
    terms = template.terms
    return mkd.propose(
        applicant=key,
        plan=terms.plan,
        targets=template.targets,
        starts=terms.starts,
        ends=terms.ends,
        by=key,
        at=AT,
    ).id


@pytest.mark.parametrize("policy", ["jabar-mkd", "unit", "team"])
def test_the_verdict_on_a_plan_is_what_the_service_decides_on_each_such_request(
    service: Service, two_days: Template, tmp_path: Path, policy: str
) -> None:
    """Nobody is promised by the list what the request would then be refused, nor the other way round.

    Also where it is about the others of the unit, some of whom are away already or have asked to be.
    """
    history = (
        policy_history("jabar-mkd")
        if policy == "jabar-mkd"
        else History.from_texts({"shares.toml": SHARES.replace('per = "unit"', f'per = "{policy}"')})
    )
    mkd = service(policies=history)
    for key in ("k000002", "k000003", "k000017", "k000018"):
        mkd.submit(request(mkd, key, two_days), by=key, at=AT)
    eligibility(mkd, on=ON, template=two_days, out=tmp_path / "all.jsonl")
    listed = rows(tmp_path / "all.jsonl")
    decided = {key: mkd.decide(request(mkd, key, two_days), at=AT).verdict for key in listed}

    assert len(listed) == 239
    assert {key: row["plan_outcome"] for key, row in listed.items()} == {
        key: verdict.outcome for key, verdict in decided.items()
    }
    for key, row in listed.items():
        hidden = {"no-punishment", "no-case-open", "sensitive"}
        assert set(row["plan_failed"]) - hidden == set(decided[key].failed) - hidden
        assert set(row["plan_undetermined"]) - hidden == set(decided[key].undetermined) - hidden
    assert {verdict.outcome for verdict in decided.values()} == {"approve", "refer", "refuse"}


def test_the_verdict_on_a_person_is_that_of_the_rules_that_read_no_agreement(service: Service, tmp_path: Path) -> None:
    """Whether somebody may at all does not wait for a plan."""
    mkd = service()
    eligibility(mkd, on=ON, out=tmp_path / "all.jsonl")
    policy = mkd.policies.on(ON)  # type: ignore[union-attr]
    of_plans = {
        policy.rules[number].id
        for number, tree in policy.trees
        if any(fact.startswith("agreement.") for fact in mentions(tree))
    }
    named = {
        rule
        for row in rows(tmp_path / "all.jsonl").values()
        for rule in (*row["person_failed"], *row["person_undetermined"])
    }

    assert {"talent-box", "good-performance", "sensitive"} <= named
    assert of_plans
    assert not named & of_plans


def test_the_counts_are_those_of_the_rows(service: Service, two_days: Template, tmp_path: Path) -> None:
    """Totals, units, facts and rules add up to what stands in the file."""
    report = eligibility(service(), on=ON, template=two_days, out=tmp_path / "all.jsonl")
    listed = rows(tmp_path / "all.jsonl").values()
    for of, tally in (("person", report.person), ("plan", report.plan)):
        assert tally is not None
        outcomes = Counter(row[f"{of}_outcome"] for row in listed)
        assert {"approve": tally.approve, "refer": tally.refer, "refuse": tally.refuse} == outcomes
        by_unit = Counter((row["unit"], row[f"{of}_outcome"]) for row in listed)
        assert (
            +Counter(
                {
                    (unit.unit, outcome): getattr(unit, outcome)
                    for unit in tally.units
                    for outcome in ("approve", "refer", "refuse")
                }
            )
            == by_unit
        )
        referred = [row for row in listed if row[f"{of}_outcome"] == "refer"]
        lacking = Counter(fact for row in referred for fact in row[f"{of}_missing"])
        shown = {each.fact: each.people for each in tally.lacking}
        assert shown
        assert {fact: lacking[fact] for fact in shown} == shown

    assert (report.people, report.inactive, dict(report.undecided)) == (239, 1, {})


def test_facts_that_lack_come_before_rules_and_the_most_frequent_first(service: Service) -> None:
    """Whoever reads the beginning knows what to find out first."""
    report = eligibility(service(), on=ON)
    data = report.to_data()
    people = [each["people"] for each in data["person"]["lacking"]]
    refusing = [each["people"] for each in data["person"]["against"] if each["effect"] == "refuse"]

    assert list(data["person"])[:5] == ["approve", "refer", "refuse", "lacking", "against"]
    assert people == sorted(people, reverse=True)
    assert refusing == sorted(refusing, reverse=True)
    assert len(people) <= 10
    assert json.loads(json.dumps(data)) == data


def test_a_fact_that_alone_stands_in_the_way_is_counted_as_such(service: Service, shipped: TableIdentity) -> None:
    """For so many people it would be enough to find out that one fact."""
    model = next(person for person in shipped.people(ON) if person.key == PLANNER)
    less = {name: value for name, value in model.facts.items() if name != "applicant.talent_box"}
    least = {name: value for name, value in less.items() if name != "applicant.rating"}
    people = [evolve(model, key="one", facts=less), evolve(model, key="two", facts=least)]
    mkd = service(FakeIdentity(people=people, units=list(shipped.units(ON))))

    report = eligibility(mkd, on=ON)

    assert [(each.fact, each.people, each.alone) for each in report.person.lacking] == [
        ("applicant.talent_box", 2, 1),
        ("applicant.rating", 1, 0),
    ]


def test_a_row_tells_no_sensitive_fact(service: Service, two_days: Template, tmp_path: Path) -> None:
    """Who is punished shows in no list, and neither does which rule it was; the file is for its owner alone."""
    out = tmp_path / "all.jsonl"
    eligibility(service(), on=ON, template=two_days, out=out)
    listed, text = rows(out), out.read_text(encoding="utf-8")

    assert "sensitive" in listed[DISCIPLINED]["person_failed"]
    assert "sensitive" in listed[IN_PROCESS]["person_failed"]
    assert not any(word in text for word in ("punishment", "discipline", "case-open", "serving"))
    assert out.stat().st_mode & 0o077 == 0


def test_the_inactive_are_counted_and_not_decided(service: Service, tmp_path: Path) -> None:
    """Somebody who left is in no list of those who may."""
    report = eligibility(service(), on=ON, out=tmp_path / "all.jsonl")

    assert report.inactive == 1
    assert FORMER not in rows(tmp_path / "all.jsonl")


def test_somebody_without_a_unit_leaves_the_others_decided(
    service: Service, shipped: TableIdentity, tmp_path: Path
) -> None:
    """One broken record is counted under its code, with a row that says so."""
    people = [person for person in shipped.people(ON) if person.active]
    people[3] = evolve(people[3], unit="9999")
    people[5] = evolve(people[5], facts={**people[5].facts, "applicant.talent_box": 12})
    mkd = service(FakeIdentity(people=people, units=list(shipped.units(ON))))

    report = eligibility(mkd, on=ON, out=tmp_path / "all.jsonl")

    assert dict(report.undecided) == {"MKD251": 1, "MKD407": 1}
    assert report.people == 239
    assert report.person.approve + report.person.refer + report.person.refuse == 237
    assert rows(tmp_path / "all.jsonl")[people[3].key]["problem"] == "MKD407"


def test_the_answer_of_the_first_backend_counts(service: Service, shipped: TableIdentity, tmp_path: Path) -> None:
    """Somebody whom two backends know is decided once, and somebody whom the first denies is not decided at all."""
    served = [person for person in shipped.people(ON) if person.active]
    left = evolve(served[1], active=False)
    mkd = service(FakeIdentity(people=[served[0], left], units=list(shipped.units(ON))), shipped)

    report = eligibility(mkd, on=ON, out=tmp_path / "all.jsonl")

    assert report.people == len(served) - 1
    assert left.key not in rows(tmp_path / "all.jsonl")


def test_a_backend_that_gives_somebody_twice_gets_them_counted_once(service: Service, shipped: TableIdentity) -> None:
    """Each once is what the port promises; a promise that is broken does not count people double."""

    class Stuttering(FakeIdentity):
        def people(self, on: date) -> list[Employee]:
            return [person for person in super().people(on) for _ in range(2)]

    people = [person for person in shipped.people(ON) if person.active]
    mkd = service(Stuttering(people=people, units=list(shipped.units(ON))))

    assert eligibility(mkd, on=ON).people == len(people)


def test_what_somebody_vouched_for_counts(service: Service) -> None:
    """A fact that HR attested is known here as it is in a request."""
    mkd = service(roles={"hr": ["k000101"]})
    before = eligibility(mkd, on=ON).person
    lacking = next(
        person.key
        for person in mkd.organisation(ON).people()
        if person.active and "applicant.talent_box" not in person.facts and person.facts.get("applicant.rating")
    )
    mkd.attest(lacking, "applicant.talent_box", 9, by="k000101", at=AT)

    after = eligibility(mkd, on=ON).person

    assert after.lacking[0].fact == before.lacking[0].fact == "applicant.talent_box"
    assert after.lacking[0].people <= before.lacking[0].people
    assert after != before


def test_a_unit_is_decided_with_those_below_it(service: Service, shipped: TableIdentity) -> None:
    """A head can look at their own part of the house."""
    mkd = service()
    within = mkd.organisation(ON).within
    expected = sum(person.active and within(person.unit, "1100") for person in shipped.people(ON))

    report = eligibility(mkd, on=ON, unit="1100")

    assert report.people == expected
    assert 1 < expected < 239


def test_memory_does_not_grow_with_the_population(
    service: Service, crowd: Callable[..., Any], two_days: Template, tmp_path: Path
) -> None:
    """Ten times the people take the same memory, the file of them included."""

    def peak(size: int) -> int:
        mkd = service(crowd(size))
        tracemalloc.start()
        report = eligibility(mkd, on=ON, out=tmp_path / f"{size}.jsonl")
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.people == size
        return highest

    peak(500)  # what is imported and compiled once

    few, many = peak(2_000), peak(20_000)

    assert many < 1.25 * few


@pytest.mark.parametrize(
    ("wrong", "error", "code"),
    [
        ({"on": date(1999, 1, 1)}, PolicyError, "MKD320"),
        ({"unit": "11000"}, NotFound, "MKD407"),
        ({"out": "all.cvs"}, InvalidInput, "MKD492"),
        ({"out": "all"}, InvalidInput, "MKD492"),
    ],
)
def test_what_cannot_be_is_refused_before_anybody_is_decided(
    service: Service, tmp_path: Path, wrong: dict[str, Any], error: type[Exception], code: str
) -> None:
    """A day without a policy, a unit that nobody knows, a file of no known kind; nothing is left lying about."""
    if "out" in wrong:
        wrong["out"] = tmp_path / wrong["out"]
    with pytest.raises(error, match=code):
        eligibility(service(), **{"on": ON, "out": tmp_path / "all.csv", **wrong})

    assert list(tmp_path.iterdir()) == []


def test_a_service_without_a_policy_says_so(shipped: TableIdentity) -> None:
    """There is nothing to decide by."""
    from mkd_plugins.testing.fakes import memory_journal

    with pytest.raises(CommandRefused, match="MKD408"):
        eligibility(AgreementService(journal=memory_journal(), identity=shipped), on=ON)


def test_a_plan_outside_the_vocabulary_is_refused_once(service: Service, two_days: Template) -> None:
    """A plan that begins in twenty years is a mistake of the plan, and not of 239 people."""
    late = evolve(two_days, terms=evolve(two_days.terms, starts=date(2043, 7, 3), ends=date(2043, 12, 29)))

    with pytest.raises(InvalidInput, match=r"MKD251.*agreement\.notice_days"):
        eligibility(service(), on=ON, template=late)


RAMADAN = """
[policy]
id = "season"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Uji", en = "Test" }
[sources.ours]
title = "A default of ours"
kind = "ours"
[parameters]
least = { value = 2250, unit = "minutes", source = "ours" }
months = { value = 6, unit = "months", source = "ours" }
[[overlays]]
season = "ramadan"
parameters = { least = 1950, months = 600 }
source = "ours"
[[rules]]
id = "hours"
require = "agreement.weekly_minutes >= parameter.least"
otherwise = "refuse"
because = { id = "jam", en = "hours" }
source = "ours"
[[rules]]
id = "months"
require = "applicant.months_in_post >= parameter.months"
otherwise = "refer"
because = { id = "bulan", en = "months" }
source = "ours"
"""


def test_seasons_are_decided_as_in_a_request(service: Service, two_days: Template, shipped: TableIdentity) -> None:
    """The person by the day's parameters, the plan in the gravest of the seasons that it touches."""
    from mkd_core.ports import Season
    from mkd_plugins.testing.fakes import FakeCalendar

    ramadan = Season(name="ramadan", first=date(2023, 8, 1), last=date(2023, 8, 30))
    history = History.from_texts({"season.toml": RAMADAN})
    mkd = service(shipped, policies=history, calendar=FakeCalendar(seasons=[ramadan]))

    report = eligibility(mkd, on=ON, template=two_days)
    within = eligibility(mkd, on=date(2023, 8, 10))

    assert report.person.approve > 200
    assert report.plan is not None
    assert (report.plan.approve, report.plan.refer) == (0, 239)
    assert within.person.approve == 0


def test_dated_overlays_are_decided_as_in_a_request(
    service: Service, two_days: Template, shipped: TableIdentity
) -> None:
    """The person by the overlays of the day, the plan by the gravest of those that its period touches."""
    dated = RAMADAN.replace('season = "ramadan"', "from = 2023-08-01\nuntil = 2023-08-31")
    mkd = service(shipped, policies=History.from_texts({"dated.toml": dated}))

    report = eligibility(mkd, on=ON, template=two_days)
    within = eligibility(mkd, on=date(2023, 8, 10))

    assert report.person.approve > 200
    assert report.plan is not None
    assert (report.plan.approve, report.plan.refer) == (0, 239)
    assert within.person.approve == 0
