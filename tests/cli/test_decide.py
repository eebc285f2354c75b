"""``mkd decide``: lines of facts in, lines of decisions out."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources

import pytest

GOOD = {"applicant": {"rating": "good"}, "agreement": {"remote_days": 3}}


def lines(*facts: object) -> bytes:
    return "".join(f"{fact if isinstance(fact, str) else json.dumps(fact)}\n" for fact in facts).encode()


@pytest.mark.bare
def test_each_line_is_decided_and_bad_ones_are_numbered(process):
    """A bad line gives an error in its place, the others are decided, and the status says that one was bad."""
    five = {"agreement": {"remote_days": 5}}
    done = process("decide", "--policy", "jabar-mkd", "--on", "2023-07-03", given=lines(GOOD, "{no", five))

    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 1
    assert [answer.get("outcome") for answer in answers] == ["refer", None, "refuse"]
    assert answers[1]["line"] == 2
    assert answers[2]["remedy"]["changes"] == [{"fact": "agreement.remote_days", "from": 5, "to": 4}]


@pytest.mark.bare
def test_a_file_all_rules_and_the_moment_of_the_vote(mkd, tmp_path):
    """``--all`` shows what passed, ``--brief`` only ids, and the rule on the approver waits for the vote."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(lines({**GOOD, "approver": {"is_applicant": True}}))
    policy = ("decide", "--policy", "jabar-mkd", "--on", "2023-07-03", str(facts))

    everything = json.loads(mkd(*policy, "--all").out)
    brief = json.loads(mkd(*policy, "--brief").out)
    vote = json.loads(mkd(*policy, "--brief", "--at", "vote").out)

    assert "passed" in {finding["status"] for finding in everything["findings"]}
    assert set(brief) == {"outcome", "failed", "undetermined"}
    assert "own-request" not in brief["failed"]
    assert "own-request" in vote["failed"]


@pytest.mark.bare
def test_a_day_that_nobody_said_is_said(process):
    """Without ``--on`` the day is today, and stderr says so; a day without a version names the neighbours."""
    today = process("decide", "--policy", "jabar-mkd", given=lines(GOOD))
    before = process("decide", "--policy", "jabar-mkd", "--on", "2010-01-01", given=lines(GOOD))

    assert "today (say another day with --on)" in today.err
    assert before.status == 1
    assert "MKD320" in before.err
    assert "from 20" in before.err


@pytest.mark.bare
def test_today_is_the_day_where_the_policy_is_in_force(process, tmp_path):
    """Between two zones that are 26 hours apart it is never the same day; one that is none is refused."""
    policy = resources.files("mkd_plugins").joinpath("packs", "sg-fwa", "2024.1.toml").read_text(encoding="utf-8")
    for name, zone in (("east", "Pacific/Kiritimati"), ("west", "Etc/GMT+12"), ("none", "Asia/Jakarata")):
        text = policy.replace('zone = "Asia/Singapore"', f'zone = "{zone}"')
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")

    east, west, none = (
        process("--lang", "id", "decide", "--policy", str(tmp_path / f"{name}.toml"), given=lines(GOOD))
        for name in ("east", "west", "none")
    )

    days = [date.fromisoformat(done.err.split()[2].rstrip(",")) for done in (east, west)]
    assert days[0] > days[1]
    assert east.err.startswith("memutus untuk ")
    assert (none.status, none.out) == (1, "")
    assert "MKD347" in none.err
    assert "(as in Asia/Jakarta, or name the day)" in none.err


@pytest.mark.bare
@pytest.mark.parametrize(
    ("policy", "code"), [("jabar-mdk", "MKD325"), ("nowhere/policy.toml", "MKD326"), ("bad.toml", "MKD")]
)
def test_a_policy_that_cannot_be_used_is_one_line(mkd, tmp_path, policy, code):
    """An unknown id, a missing file and a broken one are told with a code and no traceback."""
    (tmp_path / "bad.toml").write_text("[policy]\nid = 1\n", encoding="utf-8")

    done = mkd("decide", "--policy", policy, "--on", "2023-07-03", "facts.jsonl")

    assert done.status == 1
    assert all(line.startswith(f"error: {code}") for line in done.err.splitlines())
