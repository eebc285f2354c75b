"""Agencies on the command line: what a unit is given decides, is shown, and is checked against identity."""

from __future__ import annotations

import json
from typing import Any

import pytest

GIVEN = """
[[assign]]
unit = "1210"
in_force = { from = 2023-06-19 }
source = "Keputusan Kepala Biro 1/2023"
parameters = { max_remote_days = 1 }
"""


def one_day(agency: Any) -> None:
    """A proposal of one day a week away from the office, as k000002.1."""
    target = "output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs"
    days = ("--from", "2023-07-03", "--until", "2023-12-29", "--remote", "wed", "--target", target)
    assert agency.mkd("agreement", "propose", "--as", "k000002", *days).status == 0


@pytest.fixture
def agency(office: Any) -> Any:
    """The example, in which the division of k000002 is given one day a week away from the office."""
    file = office.folder / "mkd.toml"
    file.write_text(file.read_text(encoding="utf-8") + GIVEN, encoding="utf-8")
    return office


def test_what_a_unit_is_given_is_shown_as_its_policy(agency: Any) -> None:
    """The document says what the unit is given and by which instrument, and the number stands among the parameters."""
    shown = agency.mkd("policy", "show", "--unit", "1211", "--on", "2023-06-20", "--json").data
    text = agency.mkd("policy", "show", "--unit", "1211", "--on", "2023-06-20").out

    assert shown["for_unit"] == "1211"
    assert shown["assigned"] == [
        {
            "unit": "1210",
            "from": "2023-06-19",
            "until": None,
            "policy": None,
            "parameters": {"max_remote_days": 1},
            "source": "Keputusan Kepala Biro 1/2023",
        }
    ]
    [number] = [each for each in shown["parameters"] if each["parameter"] == "max_remote_days"]
    assert (number["value"], number["scope"]) == (1, "1210")
    assert "Given to the unit 1211" in text
    assert "At most 1 days a week away from the office" in text


def test_another_unit_and_another_day_have_the_policys_own_number(agency: Any) -> None:
    """The unit beside, and the day before it begins."""
    beside = agency.mkd("policy", "show", "--unit", "2000", "--on", "2023-06-20", "--json").data

    assert beside["assigned"] == []
    assert all("scope" not in each for each in beside["parameters"])


def test_a_policy_is_named_or_a_unit(agency: Any) -> None:
    """Both, neither, and the base of a unit are wrong usage."""
    for words in ((), ("jabar-mkd", "--unit", "1211"), ("--unit", "1211", "--layer", "base")):
        assert agency.mkd("policy", "show", *words).status == 2


def test_a_unit_nobody_knows_has_no_policy(agency: Any) -> None:
    """A misspelt unit is told so."""
    assert "MKD407" in agency.mkd("policy", "show", "--unit", "1299").err


def test_a_draft_says_what_it_would_be_decided_by(agency: Any) -> None:
    """Before and after the submission the agreement names the unit's number and its instrument."""
    number = "max_remote_days = 1 for the unit 1210 (Keputusan Kepala Biro 1/2023)"
    one_day(agency)

    assert number in agency.mkd("agreement", "show", "k000002.1").out
    agency.mkd("agreement", "submit", "k000002.1", "--as", "k000002")

    assert number in agency.mkd("agreement", "show", "k000002.1").out
    assert agency.mkd("agreement", "show", "k000002.1", "--json").data["policy"] == {
        "id": "jabar-mkd",
        "version": "2023.1",
        "scopes": ["1210"],
        "given": [
            {
                "parameter": "max_remote_days",
                "value": 1,
                "scope": "1210",
                "source": "Keputusan Kepala Biro 1/2023",
            }
        ],
    }


def test_a_finding_says_whose_number_refused(agency: Any) -> None:
    """Two days are one too many in this division, and the decision says by which instrument."""
    agency.proposed()

    decided = agency.mkd("agreement", "decide", "k000002.1", "--json").data
    shown = agency.mkd("agreement", "decide", "k000002.1").out

    [finding] = [each for each in decided["findings"] if each["rule"] == "remote-days"]
    assert finding["given"][0]["source"]["title"] == "Keputusan Kepala Biro 1/2023"
    assert decided["outcome"] == "refuse"
    assert "max_remote_days" in shown
    assert "MKD410" in agency.mkd("agreement", "submit", "k000002.1", "--as", "k000002").err


def test_a_replay_names_numbers_that_were_given_since(agency: Any) -> None:
    """Taking the table out of mkd.toml is found out."""
    one_day(agency)
    agency.mkd("agreement", "submit", "k000002.1", "--as", "k000002")
    assert agency.mkd("agreement", "replay", "k000002.1").status == 0

    agency.configure(GIVEN, "")
    done = agency.mkd("agreement", "replay", "k000002.1", "--json")

    assert done.status == 1
    [difference] = [each for each in json.loads(done.out)[0]["differences"] if each["what"] == "given"]
    assert (difference["then"], difference["now"]) == ("max_remote_days = 1", "")


def test_everybody_is_decided_by_the_numbers_of_their_unit(agency: Any, tmp_path: Any) -> None:
    """With one day allowed, a plan of two days is refused in that division and nowhere else."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'from = 2023-07-03\nuntil = 2023-12-29\nremote = "wed,thu"\n[[targets]]\nkind = "output"\n'
        'indicator = "briefs"\nunit = "briefs"\ndirection = "at_least"\nvalue = "4"\ndue = 2023-07-31\n'
        'evidence = "the briefs"\n',
        encoding="utf-8",
    )
    out = tmp_path / "all.jsonl"

    done = agency.mkd("eligibility", "--on", "2023-06-20", "--plan", str(plan), "--out", str(out))

    assert done.status == 0, done.err
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    by_unit = {row["unit"] for row in rows if "remote-days" in (row["plan_failed"] or [])}
    assert by_unit == {"1210", "1211", "1212"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('unit = "1210"', 'unit = "1220x"', "assign[0].unit: no identity backend knows the unit '1220x'"),
        ("max_remote_days = 1", 'good_ratings = ["great"]', "assign[0].parameters.good_ratings: "),
        ("max_remote_days = 1", "max_remote_day = 1", "did you mean max_remote_days?"),
        ("from = 2023-06-19", "form = 2023-06-19", "assign[0].in_force: must say from"),
    ],
)
def test_the_check_names_what_is_wrong_with_its_place(agency: Any, old: str, new: str, told: str) -> None:
    """Units are looked up in identity, values in the policy, and each fault says where it stands."""
    agency.configure(old, new)

    done = agency.mkd("plugins", "check")

    assert done.status == 1
    assert told in done.err
