"""Decisions kept on the command line are decided again: the same, or what differs."""

from __future__ import annotations

import json

import pytest

FIVE = {"applicant": {"rating": "good"}, "agreement": {"remote_days": 5}}
THREE = {"applicant": {"rating": "good"}, "agreement": {"remote_days": 3, "latest_end": "16:00"}}
POLICY = """
[policy]
id = "small"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
most = { value = 4 }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "hari", en = "days" }
source = "ours"
"""


def lines(*facts: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in facts)


@pytest.fixture
def recorded(mkd, tmp_path):
    """Two lines decided by small.toml with --record, in recorded.jsonl."""
    (tmp_path / "small.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "facts.jsonl").write_text(lines(FIVE, THREE), encoding="utf-8")
    done = mkd("decide", "--policy", "small.toml", "--on", "2023-07-03", "--record", "facts.jsonl")
    (tmp_path / "recorded.jsonl").write_text(done.out, encoding="utf-8")
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.bare
def test_recorded_lines_are_decided_the_same_again(mkd, recorded):
    """Facts, day, moment and which rules decided are in the line; replayed, each is the same."""
    done = mkd("decide", "--policy", "small.toml", "--replay", "recorded.jsonl")

    assert recorded[1]["recorded"]["facts"] == THREE
    assert recorded[1]["recorded"]["on"] == "2023-07-03"
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"line": 1, "same": True, "outcome": "refuse", "differences": []},
        {"line": 2, "same": True, "outcome": "approve", "differences": []},
    ]
    assert done.status == 0


@pytest.mark.bare
@pytest.mark.parametrize(
    ("old", "new", "differences"),
    [
        ("value = 4", "value = 2", [["parameters"], ["parameters", "outcome", "failed"]]),
        ("remote_days <= parameter.most", "remote_days < parameter.most + 1", [["rules"], ["rules"]]),
        ('version = "1"', 'version = "2"', [["version"], ["version"]]),
        ("from = 2023-06-01", "from = 2024-01-01", [["policy"], ["policy"]]),
        ('en = "days"', 'en = "too many days"', [[], []]),
    ],
)
def test_what_changed_since_is_said(mkd, recorded, tmp_path, old, new, differences):
    """An edited rule, parameter, version or date is told line by line; a reason in other words is no change."""
    assert old in POLICY
    (tmp_path / "small.toml").write_text(POLICY.replace(old, new), encoding="utf-8")

    done = mkd("decide", "--policy", "small.toml", "--replay", "recorded.jsonl")

    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [[each["what"] for each in answer["differences"]] for answer in answers] == differences
    assert done.status == int(any(differences))


@pytest.mark.bare
@pytest.mark.parametrize(
    "line",
    [
        "{}",
        json.dumps({"recorded": 1}),
        json.dumps({"recorded": {}, "policy": {}}),
        json.dumps(
            {"recorded": {"on": "x", "facts": {}}, "policy": {"id": "small", "version": "1"}, "outcome": "refer"}
        ),
        json.dumps({"recorded": {"on": "2023-07-03", "seasons": 1}, "policy": {"id": "small", "version": "1"}}),
    ],
)
def test_what_was_not_recorded_cannot_be_replayed(mkd, recorded, tmp_path, line):
    """A line of another kind gives an error in its place, and the others are replayed."""
    with (tmp_path / "recorded.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    done = mkd("decide", "--policy", "small.toml", "--replay", "recorded.jsonl")

    answers = [json.loads(answer) for answer in done.out.splitlines()]
    assert [answer.get("same") for answer in answers] == [True, True, None]
    assert answers[2]["line"] == 4
    assert answers[2]["error"].startswith("MKD")
    assert done.status == 1


@pytest.mark.bare
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"at":"request"', '"at":"voting"', "MKD254 recorded.at: expected request or vote"),
        ('"layer":null', '"layer":"decree"', "MKD254 recorded.layer: expected null or base"),
    ],
)
def test_a_word_that_is_never_recorded_is_no_default(mkd, recorded, tmp_path, old, new, told):
    """A moment or a layer of another name is refused, and not taken for the usual one."""
    text = (tmp_path / "recorded.jsonl").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "recorded.jsonl").write_text(text.replace(old, new), encoding="utf-8")

    done = mkd("decide", "--policy", "small.toml", "--replay", "recorded.jsonl")

    assert [json.loads(answer)["error"] for answer in done.out.splitlines()] == [told, told]


@pytest.mark.bare
def test_a_fact_that_is_gone_is_said(mkd, recorded, tmp_path):
    """A record whose facts no vocabulary knows is not decided, and the fact is named."""
    text = (
        (tmp_path / "recorded.jsonl")
        .read_text(encoding="utf-8")
        .replace('"facts":{"applicant":{"rating"', '"facts":{"applicant":{"rank"')
    )
    (tmp_path / "recorded.jsonl").write_text(text, encoding="utf-8")

    answer = json.loads(mkd("decide", "--policy", "small.toml", "--replay", "recorded.jsonl").out.splitlines()[0])

    assert answer["outcome"] is None
    assert "applicant.rank" in answer["differences"][0]["now"]


@pytest.mark.bare
def test_the_remedy_is_written_in_words(mkd, tmp_path):
    """``--words`` says the remedy in both languages beside the data."""
    (tmp_path / "small.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "facts.jsonl").write_text(lines(FIVE), encoding="utf-8")

    answer = json.loads(mkd("decide", "--policy", "small.toml", "--on", "2023-07-03", "--words", "facts.jsonl").out)

    assert answer["words"] == {
        "id": ["Kurangi hari di luar kantor, terbanyak dalam satu pekan, dari 5 menjadi 4"],
        "en": ["Change days away from the office, most in any week, from 5 to 4"],
    }


@pytest.mark.bare
@pytest.mark.parametrize("more", [("--brief", "--words"), ("--brief", "--record"), ("--replay", "--all")])
def test_options_that_contradict_each_other_are_refused(mkd, more):
    """Wrong usage is status 2, and says which options do not go together."""
    done = mkd("decide", "--policy", "jabar-mkd", *more, "facts.jsonl")

    assert done.status == 2


def test_the_decisions_on_an_agreement_are_replayed(office):
    """Submission and vote are the same again; after an edit of the pack's file they would not be."""
    office.approved()

    shown = office.mkd("agreement", "replay", "k000002.1")
    listed = office.mkd("agreement", "replay", "k000002.1", "--json").data

    assert shown.status == 0
    assert shown.out.count("the same") == len(listed)
    assert [(each["event"], each["same"], each["now"]) for each in listed] == [
        ("AgreementSubmitted", True, "approve"),
        ("VoteCast", True, "approve"),
    ]
