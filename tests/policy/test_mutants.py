"""What a mutant of a policy is, and when a worked case notices it."""

from __future__ import annotations

import ast
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from interpreter import RULE as EXPRESSIONS
from interpreter import WORDS

from mkd_core.errors import PolicyError
from mkd_core.language import Wording
from mkd_core.policy import History, Rule
from mkd_plugins.policies.mutants import mutants
from mkd_plugins.policies.mutation import mutate, read_survivors
from mkd_plugins.policies.worked_cases import read_cases

POLICY = """
[policy]
id = "town"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Kota", en = "Town" }
[sources.ours]
title = "Ours"
[parameters]
most = { value = 4 }
share = { value = 0.5 }
boxes = { value = [4, 5] }
latest = { value = 18:00:00 }
strict = { value = true }
[[overlays]]
season = "ramadan"
parameters = { most = 3 }
"""
RULE = """
[[rules]]
id = "only"
require = '''{require}'''
otherwise = "refuse"
because = {{ id = "-", en = "-" }}
source = "ours"
"""


def history_of(require: str, more: str = "") -> History:
    return History.from_texts({"1.toml": POLICY + RULE.format(require=require) + more})


def changes_of(require: str) -> list[str]:
    """What is changed inside the expression of a rule, and what it then says."""
    history = history_of(require)
    [document] = history.documents
    return [
        f"{mutant.label.removeprefix('rule only, ')} | {mutant.document.rules[0].require}"
        for mutant in mutants(document, history.vocabulary)
        if mutant.label.startswith("rule only, column")
    ]


@pytest.mark.parametrize(
    ("require", "changed"),
    [
        (
            "agreement.remote_days <= 4",
            [
                "column 23: <= becomes < | agreement.remote_days < 4",
                "column 26: 4 becomes 5 | agreement.remote_days <= 5",
                "column 26: 4 becomes 3 | agreement.remote_days <= 3",
            ],
        ),
        (
            "unit.lowest_onsite_share >= 0.5",
            [
                "column 26: >= becomes > | unit.lowest_onsite_share > 0.5",
                "column 29: 0.5 becomes 0.51 | unit.lowest_onsite_share >= 0.51",
                "column 29: 0.5 becomes 0.49 | unit.lowest_onsite_share >= 0.49",
            ],
        ),
        (
            "not applicant.educator\n  or applicant.on_probation",
            [
                "column 26: or becomes and | not applicant.educator and applicant.on_probation",
                "column 1: not applicant.educator dropped | applicant.on_probation",
                "column 29: applicant.on_probation dropped | not applicant.educator",
                "column 1: not dropped | not not applicant.educator or applicant.on_probation",
            ],
        ),
        (
            'applicant.rating in {"good", "poor"}',
            [
                "column 18: in becomes not in | applicant.rating not in {'good', 'poor'}",
                "column 22: 'good' dropped | applicant.rating in {'poor'}",
                "column 30: 'poor' dropped | applicant.rating in {'good'}",
            ],
        ),
        (
            'agreement.latest_end < time("18:00")',
            [
                "column 22: < becomes <= | agreement.latest_end <= time('18:00')",
                "column 24: 18:00 becomes 18:01 | agreement.latest_end < time('18:01')",
                "column 24: 18:00 becomes 17:59 | agreement.latest_end < time('17:59')",
            ],
        ),
        (
            'today >= date("2024-03-01")',
            [
                "column 7: >= becomes > | today > date('2024-03-01')",
                "column 10: 2024-03-01 becomes 2024-03-02 | today >= date('2024-03-02')",
                "column 10: 2024-03-01 becomes 2024-02-29 | today >= date('2024-02-29')",
            ],
        ),
        (
            "max(agreement.remote_days, 1) == -agreement.notice_days",
            [
                "column 31: == becomes != | max(agreement.remote_days, 1) != -agreement.notice_days",
                "column 1: max becomes min | min(agreement.remote_days, 1) == -agreement.notice_days",
                "column 34: - dropped | max(agreement.remote_days, 1) == --agreement.notice_days",
                "column 28: 1 becomes 2 | max(agreement.remote_days, 2) == -agreement.notice_days",
                "column 28: 1 becomes 0 | max(agreement.remote_days, 0) == -agreement.notice_days",
            ],
        ),
        (
            "True if known(today) else agreement.open_ended",
            [
                "column 9: if becomes if not | True if not known(today) else agreement.open_ended",
                "column 1: True becomes False | False if known(today) else agreement.open_ended",
            ],
        ),
        (
            "agreement.remote_days + agreement.office_days * parameter.share > parameter.most",
            [
                "column 65: > becomes >= |"
                " agreement.remote_days + agreement.office_days * parameter.share >= parameter.most",
                "column 23: + becomes - |"
                " agreement.remote_days - agreement.office_days * parameter.share > parameter.most",
                "column 47: * becomes / |"
                " agreement.remote_days + agreement.office_days / parameter.share > parameter.most",
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_number_and_operator_of_an_expression_is_changed(require: str, changed: list[str]) -> None:
    """A mutant says the column, what stood there and what stands there now; parts and members are dropped."""
    assert changed == changes_of(require)


def test_parameters_overlays_effects_and_rules_are_changed() -> None:
    """Numbers by their own step, times by a minute, lists by a member, overlays too; effects; the rule dropped."""
    history = history_of("unit.highest_remote_share <= parameter.share")
    [document] = history.documents

    labels = [mutant.label for mutant in mutants(document, history.vocabulary)]

    assert labels == [
        "parameter most: 4 becomes 5",
        "parameter most: 4 becomes 3",
        "parameter share: 0.5 becomes 0.51",
        "parameter share: 0.5 becomes 0.49",
        "parameter boxes: 4 dropped",
        "parameter boxes: 5 dropped",
        "parameter latest: 18:00 becomes 18:01",
        "parameter latest: 18:00 becomes 17:59",
        "parameter strict: True becomes False",
        "overlay ramadan: dropped",
        "overlay ramadan, most: 3 becomes 4",
        "overlay ramadan, most: 3 becomes 2",
        "rule only: dropped",
        "rule only, otherwise: refuse becomes refer",
        "rule only, otherwise: refuse becomes warn",
        "rule only, column 27: <= becomes <",
    ]


TIMES = """
[[route]]
id = "superior"
approver = "superior"
within = "1 working day"
[[route]]
id = "head"
approver = "head_of_agency"
within = "5 days"
[clock]
decide_within = "2 months"
"""


def test_times_of_the_route_and_the_clock_are_changed_and_noticed(tmp_path: Path) -> None:
    """A day or a month more and less, never none; a case that says the times notices each, another notices none."""
    case = "[base]\ndate = 2023-05-01\nfacts = { applicant = { educator = false } }\n"
    case += '[[cases]]\nname = "plain"\noutcome = "approve"\nroute = ["superior", "head"]\n'
    said = 'within = { superior = "1 working day", head = "5 days" }\ndecide_within = "2 months"\n'
    (tmp_path / "1.cases.toml").write_text(case, encoding="utf-8")
    history = history_of("not applicant.educator", TIMES)

    silent = {each.mutant for each in mutate(history, read_cases(tmp_path)) if not each.noticed}
    (tmp_path / "1.cases.toml").write_text(case + said, encoding="utf-8")
    left = {each.mutant for each in mutate(history, read_cases(tmp_path)) if not each.noticed}

    assert silent - left == {
        "route superior, within: 1 working day becomes 2 working days",
        "route head, within: 5 days becomes 6 days",
        "route head, within: 5 days becomes 4 days",
        "clock, decide_within: 2 months becomes 3 months",
        "clock, decide_within: 2 months becomes 1 month",
    }


DECREE = """
[policy]
id = "town"
version = "thursday"
in_force = { from = 2025-01-01, until = 2025-02-01 }
title = { id = "Kamis", en = "Thursday" }
layer = "decree"
[[rules]]
id = "fewer"
require = "agreement.remote_days < parameter.most"
otherwise = "refuse"
because = { id = "-", en = "-" }
source = "ours"
"""
CASES = """
[base]
date = 2023-05-01
facts = { applicant = { educator = false }, agreement = { remote_days = 3 } }
[[cases]]
name = "not an educator"
outcome = "approve"
[[cases]]
name = "an educator"
facts = { applicant = { educator = true } }
outcome = "refuse"
failed = ["only"]
unfixable = ["only"]
[[cases]]
name = "three days under the decree"
date = 2025-01-07
outcome = "approve"
[[cases]]
name = "four days under the decree"
date = 2025-01-07
facts = { agreement = { remote_days = 4 } }
outcome = "refuse"
failed = ["fewer"]
"""


def test_a_decree_notices_a_change_of_its_base(tmp_path: Path) -> None:
    """A parameter that only a decree reads counts as noticed when a case of the decree comes out otherwise."""
    (tmp_path / "1.cases.toml").write_text(CASES, encoding="utf-8")
    base = POLICY + RULE.format(require="not applicant.educator")
    history = History.from_texts({"1.toml": base, "thursday.toml": DECREE})

    verdicts = {verdict.mutant: verdict.noticed for verdict in mutate(history, read_cases(tmp_path))}

    assert verdicts["parameter most: 4 becomes 3"] == "three days under the decree"
    assert verdicts["parameter most: 4 becomes 5"] == "four days under the decree"
    assert verdicts["rule fewer, column 23: < becomes <="] == "four days under the decree"
    assert verdicts["rule only, column 1: not dropped"] == "an educator"
    assert verdicts["parameter share: 0.5 becomes 0.4"] == ""


def test_a_case_that_comes_out_otherwise_is_no_judge(tmp_path: Path) -> None:
    """A case that is wrong already would notice every change, so it is refused."""
    text = CASES.replace('unfixable = ["only"]', "")
    (tmp_path / "1.cases.toml").write_text(text, encoding="utf-8")
    history = history_of("not applicant.educator")

    with pytest.raises(PolicyError, match=r"MKD327 1\.cases\.toml: case 2, an educator: this case comes out"):
        list(mutate(history, read_cases(tmp_path)[:2]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[survivors]]\npolicy = 'a'\nversion = '1'\nmutant = 'm'\n", "survivor 1: the key reason is missing"),
        (
            "[[survivors]]\npolicy = 'a'\nversion = '1'\nmutant = 'm'\nreasons = 'r'\nreason = 'r'\n",
            "unknown key reasons (did you mean reason?)",
        ),
        ("survivor = []\n", "unknown key survivor (did you mean survivors?)"),
        ("[[survivors", "cannot be read"),
        ("survivors = ['rule evening: dropped']\n", "expected a list [[survivors]]"),
        ("[survivors]\npolicy = 'a'\n", "expected a list [[survivors]]"),
    ],
)
def test_a_survivor_needs_a_reason(tmp_path: Path, text: str, told: str) -> None:
    """A list of survivors that is not whole is refused with what is wrong."""
    file = tmp_path / "survivors.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(PolicyError) as refused:
        read_survivors(file)

    assert "MKD328" in str(refused.value)
    assert told in str(refused.value)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_every_change_of_an_expression_is_one(text: str) -> None:
    """Over the whole grammar, a mutant is another text with a label of its own, and most can be read."""
    rule = Rule(id="r", require=text, otherwise="warn", because=Wording("", ""), source="s")
    document = attrs.evolve(history_of("True").documents[0], rules=(rule,), parameters={}, overlays=())

    made = [mutant for mutant in mutants(document, WORDS) if "column" in mutant.label]

    texts = [mutant.document.rules[0].require for mutant in made]
    assert ast.unparse(ast.parse(text, mode="eval")) not in texts
    assert len({mutant.label for mutant in made}) == len(made)
    for changed in texts:
        ast.parse(changed, mode="eval")
