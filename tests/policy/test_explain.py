"""A rule explains where it turns and what a gap does to it, and deciding agrees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mkd_core.errors import PolicyError
from mkd_core.language import Value
from mkd_core.language.cuts import FALSE, MISSING, TRUE
from mkd_core.policy import VOCABULARY, Facts, Policy
from mkd_core.policy.explain import Explanation, explain
from mkd_plugins.policies import policy_history, shipped_ids

TEXT = """
[policy]
id = "town"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Kota", en = "Town" }
[sources.law]
title = "Law 1"
kind = "law"
read = "full"
[parameters]
most = { value = 4, unit = "days/week", source = "law", article = "7" }
share = { value = 0.5, unit = "share", source = "law" }
ratings = { value = ["good", "very_good"], source = "law" }
[[overlays]]
season = "ramadan"
parameters = { most = 3 }
"""
RULE = """
[[rules]]
id = "only"
require = '''{}'''
otherwise = "refuse"
because = {{ id = "Paling banyak {{parameter.most}}", en = "At most {{parameter.most}}" }}
source = "law"
article = "9"
"""


def explained(require: str, *, ramadan: bool = False) -> Explanation:
    policy = Policy.from_toml(TEXT + RULE.format(require))
    return explain(policy.on(policy.period.start, ["ramadan"]) if ramadan else policy, "only")


@pytest.mark.parametrize(
    ("require", "turns"),
    [
        (
            "agreement.remote_days <= parameter.most",
            ["passes up to 4 days/week, fails from 5 days/week"],
        ),
        (
            "unit.lowest_onsite_share >= parameter.share",
            ["fails below 50 %, passes from 50 %"],
        ),
        (
            "unit.lowest_onsite_share > parameter.share",
            ["fails up to 50 %, passes above 50 %"],
        ),
        (
            "agreement.remote_days in {0, 2, 3}",
            [
                "passes at 0 days/week, fails at 1 day/week, passes from 2 days/week up to 3 days/week, "
                "fails from 4 days/week"
            ],
        ),
        (
            "applicant.rating in parameter.ratings",
            ["passes at very_good, good, fails at needs_improvement, poor, very_poor"],
        ),
        (
            "agreement.remote_days == 0 or applicant.equipment_ready",
            [
                "passes at 0 days/week, fails from 1 day/week (with equipment and internet connection are ready: no)",
                "fails at no, passes at yes (with days away from the office, most in any week: 1 day/week)",
            ],
        ),
        (
            "not known(agreement.duration_days) or agreement.duration_days <= 100",
            ["passes up to 100 days, fails from 101 days"],
        ),
        ('agreement.latest_end <= time("18:00")', ["passes up to 18:00, fails from 18:01"]),
        ("agreement.remote_days <= 7", []),
    ],
)  # fmt: skip
def test_a_rule_says_where_it_turns(require: str, turns: list[str]) -> None:
    """Each fact with the last value that passes and the first that fails, the others held where they matter."""
    assert [turn.in_words("en") for turn in explained(require).turns] == turns


def test_the_values_are_those_of_the_season() -> None:
    """During Ramadan the reason, the words and the turn have Ramadan's number."""
    told = explained("agreement.remote_days <= parameter.most", ramadan=True)

    assert told.because.en == "At most 3"
    assert told.in_words("en").endswith("at most 3 days/week")
    assert told.turns[0].in_words("id") == "terpenuhi sampai 3 hari/pekan, dilanggar mulai 4 hari/pekan"
    assert [(each.name, each.article) for each in told.parameters] == [("most", "7")]


@pytest.mark.parametrize(
    ("require", "statuses"),
    [
        ("agreement.remote_days <= parameter.most", [("undetermined",)]),
        ("known(agreement.remote_days)", [("failed",)]),
        ("agreement.open_ended or known(today)", [("passed", "undetermined"), ("passed", "failed", "undetermined")]),
        ("agreement.open_ended and applicant.educator", [("failed", "undetermined"), ("failed", "undetermined")]),
        ("not known(agreement.duration_days) or agreement.duration_days < 9", [("passed",)]),
    ],
)
def test_a_rule_says_what_a_gap_does(require: str, statuses: list[tuple[str, ...]]) -> None:
    """What is still possible while a fact is missing, fact by fact."""
    assert [gap.statuses for gap in explained(require).gaps] == statuses


def test_a_rule_on_who_approves_is_decided_at_the_vote() -> None:
    """All others belong to the request and to the vote."""
    assert explained("not approver.is_applicant").moments == ("vote",)
    assert explained("applicant.educator").moments == ("request", "vote")


def test_a_slip_in_the_name_of_a_rule_is_answered_with_the_right_one() -> None:
    """An id that no rule has is an error with the nearest one."""
    with pytest.raises(PolicyError, match=r"MKD329.*did you mean only"):
        explain(Policy.from_toml(TEXT + RULE.format("applicant.educator")), "onlly")


def tried(told: Explanation) -> Iterator[tuple[dict[str, Value | None], int]]:
    """Lines of facts on both ends of every run, and the truth that the explanation gives them."""
    for turn in told.turns:
        others = {fact.name: value for fact, value in turn.others}
        for run in turn.runs:
            for end in {run.low, run.high}:
                yield {**others, turn.fact.name: end}, run.truth


@pytest.mark.parametrize("pack", shipped_ids())
def test_deciding_agrees_with_every_explanation_of_a_pack(pack: str) -> None:
    """On each side of every turn of every shipped rule, the policy decides as the explanation says."""
    count = 0
    for policy in policy_history(pack).policies:
        voting = policy.at("vote")
        for number, rule in enumerate(voting.rules):
            told = explain(voting, rule.id)
            assert told.turns
            for line, truth in tried(told):
                flat = {name: None if value is None else VOCABULARY[name].show(value) for name, value in line.items()}
                failed, undetermined = voting.masks(Facts.from_flat(flat))
                found = FALSE if failed >> number & 1 else MISSING if undetermined >> number & 1 else TRUE
                assert found == truth, (rule.id, line)
                count += 1
    assert count
