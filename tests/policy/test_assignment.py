"""Agencies: a unit and all below it are given a policy and numbers, for some dates, and the nearest wins."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mkd_core.errors import PolicyError
from mkd_core.language.parameters import read_parameter
from mkd_core.policy import AssignedValue, Assignment, Assignments, Facts, History, Period, Policy, Source
from mkd_core.policy.assignment import applied
from mkd_core.policy.replaying import fingerprint

BASE = """
[policy]
id = "{id}"
version = "1"
in_force = {{ from = 2023-01-01 }}
title = {{ id = "Uji", en = "Check" }}
[sources.ours]
title = "A default of ours"
[parameters]
most = {{ value = 4, unit = "days/week", source = "ours" }}
share = {{ value = 0.5, source = "ours" }}
boxes = {{ value = [4, 5, 7], source = "ours" }}
[[overlays]]
season = "ramadan"
parameters = {{ most = 3 }}
source = "ours"
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = {{ id = "Paling banyak {{parameter.most}} hari", en = "At most {{parameter.most}} days" }}
source = "ours"
[[rules]]
id = "box"
require = "applicant.talent_box in parameter.boxes"
otherwise = "refer"
because = {{ id = "kotak", en = "box" }}
source = "ours"
"""
JULY = date(2023, 7, 1)
DECREE = Source(title="Keputusan Kepala Dinas 1/2023", kind="directive", read="practice")
YEAR = Period(date(2023, 7, 1), date(2024, 7, 1))


def history(id: str = "check") -> History:
    return History.from_texts({f"{id}.toml": BASE.format(id=id)})


def given(scope: str = "health", period: Period = YEAR, where: str = "assign[0]", **parts: Any) -> Assignment:
    """An assignment of these parameters, by the decree; ``policies`` names a policy of its own."""
    policies = parts.pop("policies", None)
    values = {name: AssignedValue(parameter=read_parameter(value)) for name, value in parts.items()}
    return Assignment(scope=scope, source=DECREE, period=period, policies=policies, parameters=values, where=where)


def most(policy: Policy) -> object:
    return policy.parameters["most"].parameter.value


def decided(policy: Policy, days: int) -> Any:
    return policy.decide(Facts.from_mapping({"agreement": {"remote_days": days}, "applicant": {"talent_box": 5}}))


def test_a_units_number_decides_and_says_so() -> None:
    """The rule uses the agency's number, its reason tells it, and the finding names whose it is and by what."""
    policy = applied(history().for_request(JULY), [given(most=2)])

    (finding,) = decided(policy, 3).findings

    assert finding.because.en == "At most 2 days"
    assert finding.to_data()["given"] == [
        {
            "parameter": "most",
            "value": 2,
            "scope": "health",
            "source": {"title": "Keputusan Kepala Dinas 1/2023", "article": None},
        }
    ]
    assert decided(history().for_request(JULY), 3).outcome.value == "approve"


def test_a_policy_that_is_given_nothing_says_nothing_of_it() -> None:
    """A finding of an ordinary decision has the fields that it always had."""
    (finding,) = decided(history().for_request(JULY), 5).findings

    assert "given" not in finding.to_data()


def test_the_nearest_unit_wins_number_by_number() -> None:
    """A section's own number goes before its agency's; what the section says nothing of stays the agency's."""
    assignments = Assignments([given(most=2, share=0.25), given("section", most=1, where="assign[1]")])

    held = assignments.holding(["section", "health", "province"], JULY)
    policy = applied(history().for_request(JULY), held)

    assert [each.scope for each in held] == ["section", "health"]
    assert [(each.parameter, each.value, each.scope) for each in policy.given] == [
        ("most", 1, "section"),
        ("share", 0.25, "health"),
    ]


def test_a_unit_with_a_policy_of_its_own_begins_anew() -> None:
    """The numbers of the units above were meant for their policy, so they do not reach below."""
    own = history("own")
    assignments = Assignments([given("province", most=2), given(policies=own, where="assign[1]")])

    held = assignments.holding(["section", "health", "province"], JULY)

    assert [each.scope for each in held] == ["health"]
    assert held[0].policies is own


@pytest.mark.parametrize(("day", "holds"), [(date(2023, 6, 30), 0), (JULY, 1), (date(2024, 6, 30), 1)])
def test_dates_are_half_open(day: date, holds: int) -> None:
    """It holds from its first day on, and the day that ends it is the first without it."""
    assignments = Assignments([given(most=2)])

    assert len(assignments.holding(["health"], day)) == holds
    assert assignments.holding(["health"], date(2024, 7, 1)) == ()


def test_a_given_number_holds_in_every_season() -> None:
    """As a decree's number does: the season's value was the policy's own."""
    policy = applied(history().for_request(JULY), [given(most=2)])

    assert most(policy.on(JULY, ["ramadan"])) == 2
    assert most(history().on(JULY, ["ramadan"])) == 3


def test_the_fingerprint_tells_a_given_number_from_the_policys_own() -> None:
    """A replay finds out that the numbers were others, though version and rules are the same."""
    plain = history().for_request(JULY)

    rules, numbers = fingerprint(plain).split("-")
    rules_given, numbers_given = fingerprint(applied(plain, [given(most=2)])).split("-")

    assert rules == rules_given
    assert numbers != numbers_given


def test_the_same_numbers_are_compiled_once() -> None:
    """Deciding many requests of an agency costs what deciding without agencies does."""
    versions = history()

    first, second = (applied(versions.for_request(JULY), [given(most=2)]) for _ in range(2))

    assert first._program is second._program


def test_two_assignments_of_one_unit_on_one_day_are_an_error() -> None:
    """Which of them holds would be a guess; the error names both and their dates."""
    with pytest.raises(PolicyError) as caught:
        Assignments([given(most=2), given(period=Period(date(2024, 6, 30)), where="assign[1]", most=3)])

    assert caught.value.code == "MKD350"
    assert caught.value.where == "assign[1]"
    assert "from 2024-06-30" in caught.value.message
    assert "assign[0] from 2023-07-01" in caught.value.message


def test_one_assignment_may_follow_another() -> None:
    """The last day of one is not a day of the next."""
    following = Assignments([given(most=2), given(period=Period(date(2024, 7, 1)), where="assign[1]", most=3)])

    assert [each.where for each in following.holding(["health"], date(2024, 7, 1))] == ["assign[1]"]


@pytest.mark.parametrize(
    ("values", "code", "where", "said"),
    [
        ({"mots": 2}, "MKD305", "assign[0].parameters.mots", "did you mean most?"),
        ({"most": "two"}, "MKD304", "assign[0].parameters.most", "expected an integer"),
        ({"most": True}, "MKD304", "assign[0].parameters.most", "expected an integer"),
        ({"boxes": 4}, "MKD304", "assign[0].parameters.boxes", "expected a list, each an integer"),
    ],
)
def test_a_number_that_the_policy_cannot_take_is_named_with_its_place(
    values: dict[str, Any], code: str, where: str, said: str
) -> None:
    """A misspelt parameter and a value of another type are found when the deployment opens."""
    with pytest.raises(PolicyError) as caught:
        Assignments([given(**values)]).check(history())

    assert (caught.value.code, caught.value.where) == (code, where)
    assert said in str(caught.value)


def test_a_value_that_a_rule_cannot_use_is_named_with_the_rule() -> None:
    """A rating that is none is found when the deployment opens, and not at the first request."""
    ratings = BASE.replace("boxes = {{ value = [4, 5, 7]", 'ratings = {{ value = ["good"]').replace(
        "applicant.talent_box in parameter.boxes", "applicant.rating in parameter.ratings"
    )
    versions = History.from_texts({"check.toml": ratings.format(id="check")})

    with pytest.raises(PolicyError) as caught:
        Assignments([given(ratings=["good", "great"], most=2)]).check(versions)

    assert caught.value.where == "assign[0].parameters.ratings"
    assert "(check 1, rule box)" in caught.value.message


def test_a_version_that_comes_later_is_looked_at_too() -> None:
    """A number that the next version does not have any more is found before that version is in force."""
    later = BASE.format(id="check").replace('version = "1"', 'version = "2"')
    later = later.replace("2023-01-01", "2023-10-01").replace("most = { value = 4", "many = { value = 4")
    later = later.replace("{ most = 3 }", "{ many = 3 }").replace("parameter.most", "parameter.many")
    first = BASE.format(id="check").replace("{ from = 2023-01-01 }", "{ from = 2023-01-01, until = 2023-10-01 }")
    versions = History.from_texts({"1.toml": first, "2.toml": later})

    with pytest.raises(PolicyError) as caught:
        Assignments([given(most=2)]).check(versions)

    assert "check 2 (from 2023-10-01) has no parameter most" in caught.value.message
    Assignments([given(most=2, period=Period(JULY, date(2023, 10, 1)))]).check(versions)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Three mistakes in two assignments are three problems."""
    wrong = [given(mots=2, share="half"), given("section", most="two", where="assign[1]")]

    with pytest.raises(PolicyError) as caught:
        Assignments(wrong).check(history())

    assert [problem.where for problem in caught.value.problems] == [
        "assign[0].parameters.mots",
        "assign[0].parameters.share",
        "assign[1].parameters.most",
    ]


def test_a_whole_number_stands_for_one_with_decimals() -> None:
    """TOML writes 1 where the policy has 0.5; in another type than that it could not be compared."""
    policy = applied(history().for_request(JULY), [given(share=1)])

    assert policy.parameters["share"].parameter.value == 1.0


def test_a_value_may_have_a_source_of_its_own() -> None:
    """One assignment can gather what several instruments say."""
    letter = Source(title="Surat Edaran 5/2023", kind="circular", read="full")
    one = Assignment(
        scope="health",
        source=DECREE,
        article="3",
        period=YEAR,
        parameters={
            "most": AssignedValue(parameter=read_parameter(2), source=letter, article="2"),
            "share": AssignedValue(parameter=read_parameter(0.25)),
        },
    )

    policy = applied(history().for_request(JULY), [one])

    assert [(each.source.title, each.source.article) for each in policy.given] == [
        ("Surat Edaran 5/2023", "2"),
        ("Keputusan Kepala Dinas 1/2023", "3"),
    ]
