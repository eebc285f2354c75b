"""Questions: each answers people with a table and programs with JSON."""

from __future__ import annotations

import csv
import io
import json
from string import Formatter

import pytest

from mkd_plugins.policies import shipped_ids
from mkd_plugins.words import WORDS, say

FROM, UNTIL = ("--from", "2023-07-03"), ("--until", "2023-07-09")


@pytest.mark.bare
@pytest.mark.parametrize(
    "words",
    [
        ("register",),
        ("register", "--state", "approved"),
        ("inbox", "k000114"),
        ("day", "k000002", "2023-07-05"),
        ("roster", "1211", *FROM, *UNTIL),
        ("coverage", "1211", *FROM, *UNTIL),
        ("coverage", "1211", *FROM, *UNTIL, "--people"),
        ("agreement", "show", "k000002.1"),
        ("agreement", "history", "k000002.1"),
        ("agreement", "decide", "k000002.1", "--all"),
        ("result", "list", "k000002.1"),
        ("facts", "check"),
        ("facts", "show", "k000002"),
        ("outbox", "list"),
        ("policy", "list"),
        ("policy", "show", "jabar-mkd"),
        ("policy", "facts", "jabar-mkd"),
        ("policy", "test", "jabar-mkd"),
        ("scheme", "list"),
        ("scheme", "show", "jabar-trk"),
        ("plugins", "list"),
        ("plugins", "show", "smtp"),
        ("plugins", "check"),
        ("tick",),
    ],
    ids=" ".join,
)
def test_each_question_is_answered_in_both_ways_and_languages(office, words):
    """A table in English and in Indonesian, and JSON that does not depend on the language; nothing is written."""
    office.approved()
    before = office.head()

    english, indonesian = office.mkd(*words), office.mkd("--lang", "id", *words)
    plain, other = office.mkd(*words, "--json"), office.mkd("--lang", "id", *words, "--json")

    for done in (english, indonesian, plain, other):
        assert (done.status, done.err) == (0, "")
    assert english.out.strip()
    assert json.loads(plain.out) == json.loads(other.out)
    assert max(map(len, english.out.splitlines())) <= 130 or words[:2] == ("policy", "facts")
    assert office.head() == before


@pytest.mark.bare
def test_who_is_on_site_is_counted_from_the_agreed_plans(office):
    """On a Wednesday one of the five of the unit works at home, on a Tuesday nobody does."""
    office.approved()

    stretches = office.mkd("coverage", "1211", *FROM, *UNTIL, "--json").data

    tuesday, wednesday = (
        next(each for each in stretches if each["date"] == date) for date in ("2023-07-04", "2023-07-05")
    )
    assert (len(tuesday["onsite"]), tuesday["remote"]) == (5, [])
    assert (len(wednesday["onsite"]), wednesday["remote"]) == (4, ["k000002"])
    assert "2023-07-08" not in {each["date"] for each in stretches}


@pytest.mark.bare
def test_a_roster_is_a_file_for_other_systems(office):
    """CSV with a line a person and day."""
    office.approved()

    rows = list(csv.DictReader(io.StringIO(office.mkd("roster", "1211", *FROM, *UNTIL, "--csv").out)))

    assert len(rows) == 5 * 7
    assert [row["windows"] for row in rows if row["person"] == "k000002" and row["date"] == "2023-07-05"] == [
        "07:30-16:00 home 60"
    ]


@pytest.mark.bare
def test_the_inbox_follows_the_request(office):
    """A submitted request waits for its superior's vote, an activity for the superior's verification."""
    office.approved()
    add = ("result", "add", "k000002.1", "--as", "k000002", "--on", "2023-07-31")
    office.mkd(*add, "--activity", "draft", "--minutes", "60", at=office.july)

    tasks = office.mkd("inbox", "k000114", "--json", at=office.july).data

    assert [(task["kind"], task["agreement"], task["item"]) for task in tasks] == [
        ("verify_activity", "k000002.1", "a1")
    ]


@pytest.mark.bare
def test_an_attested_fact_and_a_mandate_count(office):
    """HR vouches for a missing rating, and names somebody who acts: the next decision and route show it."""
    mkd = office.mkd
    rated = mkd("fact", "attest", "k000012", "applicant.rating", "good", "--as", "k000101", "--json")
    office.proposed(by="k000012")
    superior = mkd("agreement", "submit", "k000012.1", "--as", "k000012", "--json").data["waits_for"]["approvers"]
    unit = "1111"
    given = mkd(
        "mandate", "give", "--as", "k000101", "--kind", "plh", "--acting", "k000003", "--unit", unit,
        "--from", "2023-06-20", "--until", "2023-06-30", "--reference", "800/1", "--json",
    )  # fmt: skip

    assert (rated.data["role"], given.data["acting"]) == ("hr", "k000003")
    mkd("tick")
    assert mkd("agreement", "show", "k000012.1", "--json").data["waits_for"]["approvers"] == ["k000003"] != superior


@pytest.mark.bare
def test_the_line_of_facts_can_be_decided_as_it_is_printed(office, tmp_path):
    """What ``policy facts`` prints to fill in is a valid line for ``decide``."""
    line = office.mkd("policy", "facts", "jabar-mkd", "--json").data["line"]
    (tmp_path / "facts.jsonl").write_text(json.dumps(line), encoding="utf-8")

    decided = office.mkd("decide", "--policy", "jabar-mkd", "--on", "2023-07-03", "facts.jsonl")

    assert (decided.status, json.loads(decided.out)["outcome"]) == (0, "refer")


@pytest.mark.bare
def test_a_case_that_comes_out_otherwise_is_named(mkd, tmp_path):
    """``policy test`` says which case, what was expected and what came out, and ends with status 1."""
    from importlib.resources import files

    for file in files("mkd_plugins").joinpath("packs", "jabar-mkd").iterdir():
        text = file.read_text(encoding="utf-8") if file.name.endswith(".toml") else ""
        if text:
            (tmp_path / file.name).write_text(text.replace("value = 4, ", "value = 3, "), encoding="utf-8")

    done = mkd("policy", "test", str(tmp_path))

    assert done.status == 1
    assert "pattern 4-1 is the most: outcome expected approve, got refuse" in done.out


@pytest.mark.bare
def test_every_shipped_policy_is_listed_and_passes_its_cases(mkd):
    """What ships is what is listed, and each comes out as its cases say, with or without an mkd.toml."""
    assert [each["id"] for each in mkd("policy", "list", "--json").data] == list(shipped_ids())
    for name in shipped_ids():
        assert mkd("policy", "test", name, "--json").data["wrong"] == []


@pytest.mark.bare
def test_the_schema_is_json(mkd):
    """An editor can be pointed at it."""
    schema = json.loads(mkd("policy", "schema").out)

    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"policy", "rules"} <= set(schema["properties"])


@pytest.mark.bare
def test_words_exist_in_both_languages_and_take_the_same_blanks():
    """No table is half translated."""
    for indonesian, english in WORDS.values():
        assert indonesian
        assert english
        blanks = [{name for _, name, _, _ in Formatter().parse(text)} - {None} for text in (indonesian, english)]
        assert blanks[0] == blanks[1]


@pytest.mark.bare
def test_one_of_something_is_not_several():
    """A sentence that counts is right for one, too."""
    assert say("decree_revoked", "en", decree="SE 1", since="2026-01-01", ended=1).endswith("1 agreement ended")
    assert say("decree_revoked", "en", decree="SE 1", since="2026-01-01", ended=0).endswith("0 agreements ended")


@pytest.mark.bare
def test_days_and_what_is_sent_are_told_in_indonesian(office):
    """Weekdays, why somebody works when they do, and what became of a notice: in the language of the run."""
    office.closed()

    days = office.mkd("--lang", "id", "roster", "1211", "--from", "2023-07-03", "--until", "2023-07-04").out
    sent = office.mkd("--lang", "id", "outbox", "list").out

    assert "2023-07-03 Sen" in days
    assert "jam kantor" in days
    assert "standard" not in days
    assert "2023-07-03 Sen" in office.mkd("--lang", "id", "coverage", "1211", *FROM, *UNTIL).out
    assert "menunggu" in sent
    assert "pending" not in sent


@pytest.mark.bare
def test_plugins_check_finds_an_unset_secret(office):
    """A secret that is not set is found before the first mail, with the name of its variable and nothing else."""
    office.configure("# [notification.smtp]", "[notification.smtp]")
    for line in ('host = "mail.example.go.id"', 'sender = "mkd@example.go.id"', 'user = "mkd"'):
        office.configure(f"# {line}", line)
    office.configure("# password = ", "password = ")

    done = office.mkd("plugins", "check")

    assert done.status == 1
    assert done.err.startswith("error: MKD123 ")
    assert "MKD_SMTP_PASSWORD" in done.err


@pytest.mark.bare
@pytest.mark.parametrize(
    ("written", "typed", "said"),
    [
        (
            'policy = "jabar-mkd"',
            'policy = "jabar-mdk"',
            "error: MKD325 mkd.toml: mkd.policy: no policy is called 'jabar-mdk' (did you mean",
        ),
        (
            'scheme = "jabar-trk"',
            'scheme = "jabar-tkr"',
            "error: MKD386 mkd.toml: mkd.scheme: no scheme is called 'jabar-tkr' (",
        ),
        ('# hours = "hours.toml"', 'hours = "hours.toml"', "error: MKD298 "),
    ],
    ids=["policy", "scheme", "hours"],
)
def test_plugins_check_reads_the_rules_that_the_file_names(office, written, typed, said):
    """A slip in the name of the policy, the scheme or the hours is found before the first request, in JSON too."""
    office.configure(written, typed)

    done, told = office.mkd("plugins", "check"), office.mkd("plugins", "check", "--json")

    assert (done.status, told.status) == (1, 1)
    assert done.err.startswith(said)
    assert [problem["code"] for problem in json.loads(told.out)["problems"]] == [said.split()[1]]


@pytest.mark.bare
def test_people_read_the_time_of_the_place_of_work(office):
    """The history of an agreement tells the time in West Java with its zone; programs get UTC."""
    office.proposed()

    told, data = (
        office.mkd("agreement", "history", "k000002.1"),
        office.mkd("agreement", "history", "k000002.1", "--json"),
    )

    assert "2023-06-20 09:00 WIB  k000002  AgreementProposed" in told.out
    assert data.data[0]["at"].startswith("2023-06-20T02:00")


def test_a_draft_of_a_day_without_a_policy_is_shown_with_a_warning(office):
    """Which policy would decide it cannot be said then, and why is not kept quiet; the answer stays JSON."""
    office.proposed()

    done = office.mkd("agreement", "show", "k000002.1", "--json", at="2001-06-01T09:00+07:00")

    assert (done.data["state"], done.data["policy"]) == ("draft", None)
    assert done.err.startswith("warning: MKD")
    assert "no version of jabar-mkd is in force on 2001-06-01" in done.err
