"""A policy decides, explains itself, and is read from one file with every mistake shown at once."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from mkd_core.errors import InvalidInput, PolicyError
from mkd_core.language import ExpressionError, Fact, Kind, Vocabulary, Wording
from mkd_core.policy import VOCABULARY, Facts, History, Origin, Outcome, Period, Policy, PolicyProblems
from mkd_core.policy.replaying import fingerprint
from mkd_plugins.decisions.lines import decide_lines

POLICY = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-19, until = 2025-04-21 }
title = { id = "Uji", en = "Check" }

[sources.law]
title = "Perpres 21/2023"
kind = "law"
read = "press"
[sources.ours]
title = "A default of ours"

[parameters]
most = { value = 4, unit = "days/week", source = "ours" }
minutes = { value = 2250, source = "law", article = "4(1)" }
boxes = { value = [4, 5, 7], source = "ours" }
opens = { value = 06:30:00, source = "ours" }
share = { value = 0.5, source = "ours" }

[[overlays]]
season = "ramadan"
parameters = { minutes = 1950 }
source = "law"
article = "4(2)"

[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because.id = "Paling banyak {parameter.most} hari, kotak {parameter.boxes}, {parameter.share}"
because.en = "At most {parameter.most} days, boxes {parameter.boxes}, {parameter.share}, from {parameter.opens}"
source = "ours"

[[rules]]
id = "hours"
require = "agreement.weekly_minutes >= parameter.minutes"
otherwise = "refer"
because = { id = "{parameter.minutes} menit", en = "{parameter.minutes} minutes" }
source = "law"
article = "9"

[[rules]]
id = "ratio"
require = '''
applicant.special_circumstance
  or 1 <= agreement.output_targets / agreement.outcome_targets'''
otherwise = "warn"
because = { id = "-", en = "-" }
source = "ours"

[[rules]]
id = "since"
require = 'not known(today) or today >= date("2023-07-01")'
otherwise = "warn"
because = { id = "-", en = "-" }
source = "ours"

[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "-", en = "-" }
source = "ours"

[[route]]
id = "superior"
approver = "superior"
within = "5 working days"

[[route]]
id = "head"
approver = ["unit_head", "role:hr"]
need = 1
within = "1 month"
when = "agreement.remote_days > 2"
"""
GOOD = {
    "today": "2023-07-03",
    "applicant": {"special_circumstance": False},
    "agreement": {"remote_days": 2, "weekly_minutes": 2250, "output_targets": 1, "outcome_targets": 1},
}


def facts(**agreement: object) -> Facts:
    return Facts.from_mapping({**GOOD, "agreement": {**GOOD["agreement"], **agreement}})  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.from_toml(POLICY, file="check.toml")


def test_a_request_that_keeps_all_rules_is_approved(policy: Policy) -> None:
    """Nothing failed, nothing open: approve, and no finding."""
    decision = policy.decide(facts())

    assert decision.outcome is Outcome.APPROVE
    assert decision.findings == ()
    assert [(finding.rule, finding.status) for finding in decision.all_findings] == [
        ("days", "passed"),
        ("hours", "passed"),
        ("ratio", "passed"),
        ("since", "passed"),
    ]


@pytest.mark.parametrize(
    ("changed", "outcome", "failed", "undetermined"),
    [
        ({"remote_days": 5}, "refuse", ["days"], []),
        ({"weekly_minutes": 2249}, "refer", ["hours"], []),
        ({"remote_days": 5, "weekly_minutes": None}, "refuse", ["days"], ["hours"]),
        ({"remote_days": None}, "refer", [], ["days"]),
        ({"output_targets": 0}, "approve", ["ratio"], []),
        ({"outcome_targets": 0}, "approve", [], ["ratio"]),
        ({"outcome_targets": None, "remote_days": 5}, "refuse", ["days"], ["ratio"]),
    ],
)
def test_the_gravest_finding_is_the_outcome(
    policy: Policy, changed: dict[str, Any], outcome: str, failed: list[str], undetermined: list[str]
) -> None:
    """Refuse beats refer beats approve; what only warns changes nothing; what is open refers."""
    decision = policy.decide(facts(**changed))

    assert decision.to_brief() == {"outcome": outcome, "failed": failed, "undetermined": undetermined}
    assert policy.masks(facts(**changed)) == (decision.failed, decision.undetermined)


def test_a_finding_explains_itself(policy: Policy) -> None:
    """A finding says why in two languages, with the numbers of the day, the source, and the facts it read."""
    (finding,) = policy.decide(facts(remote_days=5)).findings

    assert finding.to_data() == {
        "rule": "days",
        "status": "failed",
        "effect": "refuse",
        "because": {
            "id": "Paling banyak 4 hari, kotak 4, 5, 7, 0,5",
            "en": "At most 4 days, boxes 4, 5, 7, 0.5, from 06:30",
        },
        "source": {"title": "A default of ours", "article": None},
        "facts": {"agreement.remote_days": 5},
        "missing": [],
    }


def test_a_division_by_zero_is_named(policy: Policy) -> None:
    """Where nothing is missing, the finding says that a division by zero is to blame."""
    (finding,) = policy.decide(facts(outcome_targets=0)).findings

    assert (finding.status, finding.missing, finding.reason) == ("undetermined", (), "division by zero")
    assert finding.to_data()["reason"] == "division by zero"


def test_a_finding_says_where_its_facts_came_from(policy: Policy) -> None:
    """Facts may carry their origin, and findings pass it on."""
    attested = Origin(kind="attested", source="superior", by="p-17", until=date(2023, 12, 31))
    carried = facts().with_values({"agreement.remote_days": 5}, origins={"agreement.remote_days": attested})

    (finding,) = policy.decide(carried).findings

    assert finding.origins == {"agreement.remote_days": attested}
    assert finding.to_data()["origins"] == {
        "agreement.remote_days": {"kind": "attested", "source": "superior", "by": "p-17", "until": "2023-12-31"}
    }


def test_the_decision_as_data_has_the_shape_that_programs_read(policy: Policy) -> None:
    """Outcome, findings, remedy, route and policy: the one JSON object of a line."""
    data = policy.decide(facts(remote_days=5)).to_data(everything=True)

    assert list(data) == ["outcome", "findings", "remedy", "route", "policy"]
    assert data["route"] == [
        {"step": "superior", "approver": "superior", "within": "5 working days"},
        {"step": "head", "approver": ["unit_head", "role:hr"], "within": "1 month"},
    ]
    assert data["policy"] == {"id": "check", "version": "1"}
    assert len(data["findings"]) == 4  # type: ignore[arg-type]


def test_rules_on_who_approves_belong_to_the_vote(policy: Policy) -> None:
    """The request is decided without them; at the vote they count, and what is not known of the approver refers."""
    vote = policy.at("vote")
    other = facts().with_values({"approver.is_applicant": False})

    assert policy.decide(facts().with_values({"approver.is_applicant": True})).outcome is Outcome.APPROVE
    assert vote.decide(facts().with_values({"approver.is_applicant": True})).outcome is Outcome.REFUSE
    assert vote.decide(other).outcome is Outcome.APPROVE
    assert vote.decide(facts()).outcome is Outcome.REFER
    assert "approver.is_applicant" in vote.reads
    assert "approver.is_applicant" not in policy.reads
    assert vote.at("vote") is vote
    with pytest.raises(PolicyError, match="MKD324"):
        policy.at("never")  # type: ignore[arg-type]


def test_a_season_lays_its_parameters_over_those_of_the_year(policy: Policy) -> None:
    """In Ramadan the shorter hours count, in the decision and in the words."""
    in_season = policy.on(date(2024, 3, 20), {"ramadan"})
    short = facts(weekly_minutes=1950)

    assert in_season.decide(short).outcome is Outcome.APPROVE
    assert policy.on(date(2024, 3, 20)).decide(short).outcome is Outcome.REFER
    assert in_season.decide(facts(weekly_minutes=1949)).findings[0].because.en == "1950 minutes"
    assert in_season.on(date(2024, 5, 1)).decide(short).outcome is Outcome.REFER
    assert in_season.parameters["minutes"].article == "4(2)"


def test_deciding_again_gives_the_same(policy: Policy) -> None:
    """Decisions are values: the same rules, day and facts make equal ones, and the repr shows no fact."""
    day = date(2024, 5, 1)
    once, again = (policy.on(day).decide(facts(remote_days=5)) for _ in range(2))

    assert once == again
    assert hash(once) == hash(again)
    assert once != policy.on(date(2024, 5, 2)).decide(facts(remote_days=5))
    assert repr(once) == "<Decision: refuse by check 1>"


def test_the_day_of_the_decision_is_the_fact_today_unless_said(policy: Policy) -> None:
    """policy.on fills in today, also where a rule only asks whether it is known; a line may say another day."""
    early = policy.on(date(2023, 6, 20))
    undated = Facts.from_mapping({**GOOD, "today": None})

    assert early.decide(undated).failed == policy.masks(facts())[0] | 1 << 3
    assert early.decide(facts()).failed == 0
    assert policy.decide(undated).failed == 0


def test_a_version_decides_only_while_it_is_in_force(policy: Policy) -> None:
    """A date outside of the period is an error, not a decision by the wrong rules."""
    with pytest.raises(
        PolicyError, match=r"MKD322 check\.toml: version 1 is in force from 2023-06-19 until 2025-04-21"
    ):
        policy.on(date(2025, 4, 21))


def test_a_step_whose_condition_is_open_is_part_of_the_route(policy: Policy) -> None:
    """Leaving somebody out who might have a say is worse than asking."""
    routes = {days: [step.id for step in policy.route(facts(remote_days=days))] for days in (2, 3, None)}

    assert routes == {2: ["superior"], 3: ["superior", "head"], None: ["superior", "head"]}


def test_any_pattern_of_gaps_is_decided_alike_from_many_threads() -> None:
    """More patterns of missing facts than are kept compiled, from several threads at once: always the same answer."""
    names = [fact.name for fact in VOCABULARY if fact.kind is Kind.YES_NO and not fact.name.startswith("approver.")]
    rule = (
        "[[rules]]\nid = '{0}'\nrequire = '{0}'\notherwise = 'refer'\nbecause = {{id='-', en='-'}}\nsource = 'ours'\n"
    )
    head = POLICY.split("[[rules]]", maxsplit=1)[0]
    policy = Policy.from_toml(head + "".join(rule.format(name) for name in names))
    rows = [
        {name: None if number >> bit & 1 else bool(number >> bit & 2) for bit, name in enumerate(names)}
        for number in range(0, 1 << len(names), 37)
    ]
    lines = [Facts.from_flat(row) for row in rows]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(policy.masks, lines))

    assert [
        (
            sum((row[n] is False) << b for b, n in enumerate(names)),
            sum((row[n] is None) << b for b, n in enumerate(names)),
        )
        for row in rows
    ] == found


def test_facts_of_another_vocabulary_are_decided_by_name() -> None:
    """A plugin's vocabulary extends the first; facts made without it are decided all the same."""
    more = VOCABULARY.extended([Fact(name="acme.badge", kind=Kind.YES_NO, meaning=Wording("-", "-"))])
    policy = Policy.from_toml(POLICY.replace('"not approver.is_applicant"', '"known(acme.badge)"'), vocabulary=more)

    assert policy.decide(facts()).to_brief()["failed"] == ["own-request"]
    badge = Facts.from_mapping({**GOOD, "acme": {"badge": False}}, vocabulary=more)
    assert policy.decide(badge).to_brief()["failed"] == []
    assert badge.space("acme").badge is False


BAD_FILES = [
    ("[policy", "MKD301", "not TOML"),
    ("x = " + "[" * 5_000 + "]" * 5_000, "MKD301", "bad.toml: not TOML: "),
    ("x = 1" + "0" * 5_000, "MKD301", "not TOML: Exceeds the limit"),
    (
        POLICY.replace("require", "otherwize = 1\nrequire", 1),
        "MKD302",
        "rule days: unknown key otherwize (did you mean otherwise?)",
    ),
    (POLICY.replace('[policy]\nid = "check"', "[policy]"), "MKD303", "policy, id: this key is required"),
    (POLICY.replace('version = "1"', "version = 1"), "MKD304", "policy, version: expected text"),
    (POLICY.replace("from = 2023-06-19", 'from = "2023-06-19"'), "MKD304", "policy, in_force, from: expected a date"),
    (POLICY.replace("until = 2025-04-21", "until = 2023-06-19"), "MKD304", "until is not after from"),
    (POLICY.replace('"refuse"', '"refuze"', 1), "MKD304", "expected one of refuse, refer, warn; did you mean refuse?"),
    (
        POLICY.replace('source = "ours" }', 'source = "our" }', 1),
        "MKD305",
        "no source is called our (did you mean ours?)",
    ),
    (POLICY.replace("{ minutes = 1950 }", "{ minuts = 1950 }"), "MKD305", "did you mean minutes?"),
    (POLICY.replace("{ minutes = 1950 }", "{ minutes = 1.5 }"), "MKD304", "expected an integer, as in [parameters]"),
    (POLICY.replace("{parameter.most} hari", "{parameter.mst} hari"), "MKD305", "because.id: {parameter.mst}"),
    (POLICY.replace('id = "hours"', 'id = "days"'), "MKD306", "rule days: this id is used twice"),
    (POLICY.replace("5 working days", "5 weeks"), "MKD304", "route superior, within"),
    (POLICY.replace('approver = "superior"', 'approver = "superor"'), "MKD304", "did you mean superior?"),
    (POLICY.replace("need = 1", "need = 3"), "MKD304", "route head, need"),
    (
        POLICY.replace("value = 4,", "value = [4, true],"),
        "MKD304",
        "parameters, most, value: expected a list of values",
    ),
    (POLICY.replace("value = 4,", "value = [],"), "MKD304", "at least one value"),
    (POLICY.replace("value = 4,", "value = nan,"), "MKD304", "expected a number"),
    (POLICY.replace("value = 06:30:00", "value = 06:30:01"), "MKD304", "whole minutes"),
    (POLICY.replace("title = { id", "title = 4 #"), "MKD304", "policy, title: expected a table"),
    (POLICY.replace("when = ", "when = 'agreement.remot_days > 2' #"), "MKD311", "route head, when"),
    (
        POLICY.replace("hari", "\\u001b[2Jhari", 1),
        "MKD304",
        "because, id: expected text without the control character U+001B",
    ),
    (
        POLICY.replace("hari", "\\u202ehari", 1),
        "MKD304",
        "because, id: expected text without the control character U+202E",
    ),
    ("coverage = 3\n" + POLICY, "MKD304", "coverage: expected a list"),
    (POLICY + "\n[[coverage]]\nper = 'unit'\ndays = ['mon']\nbetween = ['15:00', '08:00']\n", "MKD304", "coverage 1"),
    (POLICY + "\n[proof]\noffice = ['nothing']\n", "MKD304", "expected one of check_in, daily_report, results"),
    (POLICY + "\n[clock]\ndecide_within = 'soon'\n", "MKD304", "clock, decide_within"),
    (POLICY + "source = 'our'\n", "MKD305", "route head, source: no source is called our (did you mean ours?)"),
    (
        POLICY + "\n[proof]\nremote = ['daily_report']\nsource = 'our'\n",
        "MKD305",
        "proof, source: no source is called our (did you mean ours?)",
    ),
    (
        POLICY + "\n[refusal]\ngrounds = ['cost']\nsource = 'our'\n",
        "MKD305",
        "refusal, source: no source is called our (did you mean ours?)",
    ),
    (
        POLICY + "\n[clock]\ndecide_within = '21 days'\nsource = 'our'\n",
        "MKD305",
        "clock, source: no source is called our (did you mean ours?)",
    ),
    (
        POLICY + "\n[[coverage]]\nbetween = ['08:00', '15:00']\nmin_people = 1\nsource = 'our'\n",
        "MKD305",
        "coverage 1, source: no source is called our (did you mean ours?)",
    ),
    (POLICY + "\n[clock]\ndecide_within = '21 days'\nsource = 9\n", "MKD304", "clock, source: expected text"),
]


@pytest.mark.parametrize(("text", "code", "says"), BAD_FILES, ids=[row[2] for row in BAD_FILES])
def test_a_bad_file_is_refused_with_its_place(text: str, code: str, says: str) -> None:
    """Unknown keys, wrong types, names that refer to nothing: each with file, place, and the nearest right name."""
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text, file="bad.toml")

    assert code == caught.value.code
    assert says in str(caught.value)
    assert "bad.toml" in str(caught.value)


def test_all_mistakes_of_a_file_are_shown_at_once() -> None:
    """A file with mistakes in several rules is not mended one run at a time."""
    text = POLICY.replace("agreement.remote_days <=", "agreement.remote_day <=").replace(
        '"agreement.weekly_minutes >= parameter.minutes"', '"agreement.weekly_minutes"'
    )

    with pytest.raises(PolicyProblems) as caught:
        Policy.from_toml(text, file="bad.toml")

    assert [problem.where for problem in caught.value.problems] == [
        "bad.toml: rule days, require",
        "bad.toml: rule hours, require",
    ]
    first = caught.value.problems[0]
    assert isinstance(first, ExpressionError)
    assert (first.column, first.mend) == (1, "did you mean agreement.remote_days?")


MISTAKES = [
    # Shape: keys and types.
    ('version = "1"', "version = 1", "MKD304 bad.toml: policy, version"),
    ('read = "press"', 'raed = "press"', "MKD302 bad.toml: sources, law"),
    ("value = 2250,", "valeu = 2250,", "MKD303 bad.toml: parameters, minutes, value"),
    ('otherwise = "warn"', 'otherwise = "wran"', "MKD304 bad.toml: rule ratio, otherwise"),
    # What the shape does not say: spans, ids, steps, values.
    ("until = 2025-04-21", "until = 2023-06-19", "MKD304 bad.toml: policy, in_force"),
    ('id = "own-request"', 'id = "days"', "MKD306 bad.toml: rule days"),
    ("5 working days", "5 weeks", "MKD304 bad.toml: route superior, within"),
    ("need = 1", "need = 3", "MKD304 bad.toml: route head, need"),
    ("value = 0.5,", "value = nan,", "MKD304 bad.toml: parameters, share, value"),
    # Expressions and names.
    ("not approver.is_applicant", "not approver.is_aplicant", "MKD311 bad.toml: rule days, require"),
    ('date("2023-07-01")\'', "3'", "MKD312 bad.toml: rule since, require"),
    ("agreement.remote_days > 2", "agreement.remote_day > 2", "MKD311 bad.toml: route head, when"),
]


def test_mistakes_of_every_kind_are_shown_at_once() -> None:
    """A wrong shape hides no wrong id, step or expression elsewhere, and what cannot be read is not called unknown."""
    text = POLICY
    for right, wrong, _ in MISTAKES:
        text = text.replace(right, wrong, 1)

    with pytest.raises(PolicyProblems) as caught:
        Policy.from_toml(text, file="bad.toml")

    told = {f"{problem.code} {problem.where}" for problem in caught.value.problems}
    assert told - {"MKD302 bad.toml: parameters, minutes"} == {place for _, _, place in MISTAKES}
    with pytest.raises(PolicyProblems, match="route head, when"):
        History.from_texts({"bad.toml": text})


@pytest.mark.parametrize("table", ["parameters = 3", "sources = 3"])
def test_a_table_that_is_none_makes_no_name_unknown(table: str) -> None:
    """Of a file whose parameters or sources cannot be read that alone is told."""
    name = table.partition(" ")[0]
    lines = POLICY.replace(f"[{name}", f"[other{name}").splitlines()

    with pytest.raises(PolicyError) as caught:
        Policy.from_toml("\n".join([table, *lines]), file="bad.toml")

    assert "is called" not in str(caught.value)
    assert "not a parameter" not in str(caught.value)


def test_sixty_four_rules_do_not_fit_a_mask() -> None:
    """Masks fit every engine, so the 64th rule is refused when the file is read."""
    keys = 'require = "True"\notherwise = "warn"\nbecause = {{ id = "-", en = "-" }}\nsource = "ours"\n'
    rule = '[[rules]]\nid = "r{}"\n' + keys
    head = POLICY.split("[[rules]]", maxsplit=1)[0]

    assert len(Policy.from_toml(head + "".join(rule.format(n) for n in range(63))).rules) == 63
    with pytest.raises(PolicyError, match="at most 63"):
        Policy.from_toml(head + "".join(rule.format(n) for n in range(64)))


def test_the_schema_names_every_key_and_default() -> None:
    """Editors learn the file from the tables that read it."""
    schema: Any = Policy.schema()

    assert schema["required"] == ["policy"]
    assert schema["properties"]["policy"]["properties"]["layer"] == {"enum": ["base", "decree"], "default": "base"}
    assert schema["properties"]["policy"]["properties"]["in_force"]["required"] == ["from"]
    rule = schema["properties"]["rules"]["items"]
    assert rule["required"] == ["id", "require", "otherwise", "because", "source"]
    assert rule["additionalProperties"] is False


def test_deciding_needs_no_heavy_import() -> None:
    """Importing the policies loads neither cattrs nor the TOML reader; reading a file does."""
    script = "import sys, mkd_core.policy; print(sorted({'cattrs', 'tomllib'} & set(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


VERSION = POLICY.replace('version = "1"', 'version = "2"').replace(
    "from = 2023-06-19, until = 2025-04-21", "from = 2025-06-01"
)
DECREE = """
[policy]
id = "check"
version = "d1"
in_force = { from = 2024-12-01, until = 2025-02-01 }
title = { id = "Uji", en = "Check" }
layer = "decree"
[parameters]
most = { value = 1 }
[[rules]]
id = "thursday"
require = "agreement.remote_days == parameter.most and agreement.weekly_minutes >= parameter.minutes"
otherwise = "refuse"
because = { id = "-", en = "at least {parameter.minutes}" }
source = "law"
"""


LATER_DECREE = DECREE.replace('"d1"', '"d2"').replace(
    "2024-12-01, until = 2025-02-01", "2025-02-01, until = 2025-03-01"
)


def test_the_version_of_the_date_decides() -> None:
    """Half-open periods: the day a version ends is no longer its day."""
    history = History.from_texts({"1.toml": POLICY, "2.toml": VERSION})

    assert history.on(date(2025, 4, 20)).version == "1"
    assert history.on(date(2025, 6, 1)).version == "2"
    assert history.versions == ("1", "2")
    with pytest.raises(
        PolicyError, match=r"MKD320.*on 2025-04-21: version 1 is .* until 2025-04-21; version 2 is .* 2025-06-01"
    ):
        history.on(date(2025, 4, 21))


def test_a_decree_lies_over_the_base_for_its_dates() -> None:
    """By the decree's rules alone, with the parameters and sources it does not state from the base, seasons too."""
    history = History.from_texts({"1.toml": POLICY, "d.toml": DECREE})
    decree = history.on(date(2025, 1, 5))

    assert (decree.version, [rule.id for rule in decree.rules]) == ("d1", ["thursday"])
    assert decree.decide(facts(remote_days=1)).outcome is Outcome.APPROVE
    assert decree.decide(facts(remote_days=2)).outcome is Outcome.REFUSE
    assert history.on(date(2025, 1, 5), layer="base").version == "1"
    assert history.on(date(2025, 2, 1)).version == "1"
    both = History.from_texts({"1.toml": POLICY, "d.toml": DECREE, "e.toml": LATER_DECREE})
    assert [both.on(date(2025, month, 1)).version for month in (1, 2, 3)] == ["d1", "d2", "1"]
    season = history.on(date(2025, 1, 5), {"ramadan"})
    assert season.decide(facts(remote_days=1, weekly_minutes=1950)).outcome is Outcome.APPROVE
    assert season.proof == history.on(date(2024, 1, 1)).proof


@pytest.mark.parametrize(("initiation", "version"), [("decree", "1"), ("request", "d1")])
def test_a_request_is_decided_by_a_decree_only_where_the_decree_is_about_requests(
    initiation: str, version: str
) -> None:
    """A decree that begins agreements of its own leaves requests to the base; before and after it nothing differs."""
    decree = DECREE.replace("[policy]", f'[policy]\ninitiation = "{initiation}"')
    history = History.from_texts({"1.toml": POLICY, "d.toml": decree})

    assert history.for_request(date(2025, 1, 5)).version == version
    assert history.on(date(2025, 1, 5)).version == "d1"
    assert history.for_request(date(2025, 2, 1)).version == "1"


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"1.toml": POLICY, "2.toml": VERSION.replace("2025-06-01", "2025-04-20")}, "MKD321 2.toml: version 2"),
        ({"1.toml": POLICY, "2.toml": POLICY}, "MKD306 2.toml: version 1 is also in 1.toml"),
        ({"1.toml": POLICY, "2.toml": VERSION.replace('"check"', '"other"')}, "MKD323"),
        ({"d.toml": DECREE}, "MKD320 d.toml: the decree"),
        (
            {
                "1.toml": POLICY,
                "d.toml": DECREE,
                "e.toml": LATER_DECREE.replace("from = 2025-02-01", "from = 2025-01-31"),
            },
            "MKD321 e.toml: version d2 (from 2025-01-31 until 2025-03-01) overlaps version d1 "
            "(from 2024-12-01 until 2025-02-01) (end d1 with until = 2025-01-31)",
        ),
        ({"1.toml": POLICY, "d.toml": DECREE.replace(" >= ", " > > ")}, "MKD310 d.toml: rule thursday"),
        ({"1.toml": POLICY, "d.toml": DECREE.replace("parameter.most and", "parameter.mst and")}, "did you mean most?"),
        ({}, "MKD323"),
    ],
)
def test_a_history_that_contradicts_itself_is_refused(texts: dict[str, str], says: str) -> None:
    """Overlaps, versions named twice, foreign ids and decrees over nothing are found when the history is made."""
    with pytest.raises(PolicyError) as caught:
        History.from_texts(texts)

    assert says in str(caught.value)


BAD_FACTS: list[tuple[dict[str, Any], str]] = [
    ({"applicant": {"rating": "godo"}}, "applicant.rating: expected one of very_good"),
    ({"applicant": {"colour": 1}}, "nothing is called applicant.colour"),
    ({"aplicant": {}}, "nothing is called aplicant (did you mean applicant?)"),
    ({"agreement.remote_days": 3}, "nothing is called agreement.remote_days"),
    ({"agreement": {"remote_days": 9}}, "agreement.remote_days: expected an integer from 0 to 7"),
    ({"agreement": {"remote_days": True}}, "expected an integer"),
    ({"agreement": {"earliest_start": "07:30:10"}}, 'a time "HH:MM" from 00:00 to 47:59'),
    ({"agreement": [1]}, "agreement: expected an object of facts"),
    ({"today": "yesterday"}, "today: expected a date"),
    ({"unit": {"lowest_onsite_share": float("inf")}}, "expected a number from 0 to 1"),
]


@pytest.mark.parametrize(("nested", "says"), BAD_FACTS, ids=[row[1] for row in BAD_FACTS])
def test_facts_outside_the_vocabulary_are_refused(nested: dict[str, Any], says: str) -> None:
    """Names, types and ranges are checked on the way in."""
    with pytest.raises(InvalidInput, match="MKD251") as caught:
        Facts.from_mapping(nested)

    assert says in str(caught.value)


def test_no_message_repeats_a_personal_value() -> None:
    """Errors and reprs show what was expected, never what somebody's facts are."""
    with pytest.raises(InvalidInput) as caught:
        Facts.from_mapping({"applicant": {"discipline": "rumoured", "absent_days": 777}})

    assert "rumoured" not in str(caught.value)
    assert "777" not in str(caught.value)
    assert repr(Facts.from_mapping({"applicant": {"discipline": "serving"}})) == "<Facts: 1 known>"


def test_facts_are_flat_inside_and_nested_outside() -> None:
    """What goes in as nested JSON comes out the same, and attributes are a view."""
    nested = {**GOOD, "agreement": {**GOOD["agreement"], "earliest_start": "30:00"}}  # type: ignore[dict-item]
    made = Facts.from_mapping(nested)

    assert made.to_mapping() == nested
    assert made.agreement.earliest_start == 1800
    assert made["agreement.remote_days"] == made.agreement.remote_days == 2
    assert (made.applicant.rating, made.unit.direct_service, made.approver.is_acting) == (None, None, None)
    assert made.today == date(2023, 7, 3)
    assert made == Facts.from_mapping(nested)
    assert hash(made) == hash(Facts.from_mapping(nested))
    with pytest.raises(AttributeError, match=r"did you mean applicant\.rating\?"):
        _ = made.applicant.ratin
    with pytest.raises(KeyError, match=r"did you mean applicant\.rating\?"):
        _ = made["applicant.ratin"]


def test_lines_are_decided_one_by_one_and_bad_ones_answered_in_their_place(policy: Policy) -> None:
    """A line that is not valid has its error and number; the others are decided; empty lines count but say nothing."""
    lines = [
        '\ufeff{"agreement": {"remote_days": 5}}',
        "",
        "{not json",
        '{"agreement": {"remote_days": 1, "remote_days": 2}}',
        '{"agreement": {"weight_total": NaN}}',
        "[1]",
        "9" * 5000,
        b"\xff",
        "[" * 100_000,
        b'{"agreement": {"remote_days": 3}}',
    ]

    answers = list(decide_lines(policy, lines, brief=True))

    assert [answer.get("line") for answer in answers] == [None, 3, 4, 5, 6, 7, 8, 9, None]
    assert answers[0] == {"outcome": "refuse", "failed": ["days"], "undetermined": ["hours", "ratio"]}
    assert all("MKD254" in answer["error"] for answer in answers if "error" in answer)
    assert len(next(decide_lines(policy, [lines[0]], all=True))["findings"]) == 4


def test_lines_with_other_gaps_in_turn_are_each_decided_by_their_own() -> None:
    """What one line lacks says nothing of the next, nor does a line under another vocabulary."""
    policy = Policy.from_toml(POLICY)
    days, hours = (1 << [rule.id for rule in policy.rules].index(id) for id in ("days", "hours"))
    whole = {"agreement.remote_days": 3, "agreement.weekly_minutes": 2250}
    larger = VOCABULARY.extended([Fact(name="vendor.x", kind=Kind.YES_NO, meaning=Wording("", ""))])
    lines = [
        (Facts.from_flat(whole), (0, 0)),
        (Facts.from_flat(whole | {"agreement.weekly_minutes": None}), (0, hours)),
        (Facts.from_flat(whole | {"agreement.remote_days": 5}), (days, 0)),
        (Facts.from_flat({"vendor.x": True, **whole}, vocabulary=larger), (0, 0)),
        (Facts.from_flat({"vendor.x": True}, vocabulary=larger), (0, days | hours)),
        (Facts.from_flat({}), (0, days | hours)),
    ]

    def of_both(facts: Facts) -> tuple[int, int]:
        failed, undetermined = policy.masks(facts)
        return failed & (days | hours), undetermined & (days | hours)

    for first, second in itertools.product(lines, repeat=2):
        assert [of_both(facts) for facts, _ in (first, second)] == [first[1], second[1]]
        assert policy.decide(second[0]).failed & (days | hours) == second[1][0]


def test_a_vocabulary_forgets_no_gap_when_it_has_met_too_many() -> None:
    """A mix of gaps that is met late is as good as an early one."""
    words = Vocabulary([Fact(name=f"a.f{n}", kind=Kind.YES_NO, meaning=Wording("", "")) for n in range(15)])
    met = [words.gaps(mask) for mask in range(1 << 14)]

    late = words.gaps((1 << 14) - 1)

    assert met[-1].mask == late.mask
    assert words.gaps(5) is met[5]


DATED = """
[policy]
id = "dated"
version = "1"
in_force = { from = 2026-01-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
most = { value = 4 }
[[overlays]]
from = 2026-03-01
until = 2026-04-01
parameters = { most = 1 }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "Paling banyak {parameter.most}", en = "At most {parameter.most}" }
source = "ours"
"""


@pytest.mark.parametrize(
    ("day", "failed"), [((2026, 2, 28), 0), ((2026, 3, 1), 1), ((2026, 3, 31), 1), ((2026, 4, 1), 0)]
)
def test_parameters_may_differ_on_dates(day: tuple[int, int, int], failed: int) -> None:
    """An overlay of dates holds from its first day up to, not including, the last one; no season is needed."""
    policy = Policy.from_toml(DATED).on(date(*day))

    assert policy.masks(Facts.from_mapping({"agreement": {"remote_days": 2}})) == (failed, 0)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "expected a season, or dates"),
        ("until = 2026-04-01", "expected a season, or dates"),
        ('season = "ramadan"\nfrom = 2026-03-01', "expected a season, or dates"),
        ("from = 2026-03-01\nuntil = 2026-03-01", "until is not after from"),
    ],
)
def test_an_overlay_says_a_season_or_dates(written: str, message: str) -> None:
    """One of both, and dates in their order; the place is named."""
    with pytest.raises(PolicyError, match=f"overlay .*{message}"):
        Policy.from_toml(DATED.replace("from = 2026-03-01\nuntil = 2026-04-01", written))


@pytest.mark.parametrize(
    ("keys", "right"),
    [
        ({"season"}, True),
        ({"from"}, True),
        ({"from", "until"}, True),
        (set(), False),
        ({"until"}, False),
        ({"season", "from"}, False),
        ({"season", "until"}, False),
    ],
)
def test_the_schema_asks_for_a_season_or_dates(keys: set[str], right: bool) -> None:
    """An editor marks an overlay with both, with neither, or with an end alone, as loading does."""
    schema: Any = Policy.schema()
    overlay = schema["properties"]["overlays"]["items"]

    fitting = [
        each
        for each in overlay["oneOf"]
        if keys.issuperset(each["required"]) and not any(each["properties"].get(key) is False for key in keys)
    ]

    assert (len(fitting) == 1) is right
    assert overlay["properties"].keys() > {"season", "from", "until"}


def test_the_overlays_of_other_dates_can_be_asked_for() -> None:
    """A request of a day without any is decided with the parameters of the dates that it is for, and the other way."""
    policy = Policy.from_toml(DATED)
    facts = Facts.from_mapping({"agreement": {"remote_days": 2}})
    [name] = {overlay.name for overlay in policy.overlays}

    asked_for = policy.on(date(2026, 1, 5), dated=[name])

    assert (name, policy.dated(date(2026, 3, 31)), policy.dated(date(2026, 4, 1))) == (
        "2026-03-01/2026-03-31",
        (name,),
        (),
    )
    assert (asked_for.masks(facts), asked_for.day) == ((1, 0), date(2026, 1, 5))
    assert policy.on(date(2026, 3, 2), dated=()).masks(facts) == (0, 0)


@pytest.mark.parametrize(
    ("period", "name", "called"),
    [
        (
            Period(date(2026, 3, 1), date(2026, 4, 1)),
            "2026-03-01/2026-03-31",
            ("2026-03-01 sampai dengan 2026-03-31", "2026-03-01 to 2026-03-31"),
        ),
        (Period(date(2026, 3, 1)), "2026-03-01/..", ("2026-03-01 dan seterusnya", "2026-03-01 onwards")),
    ],
)
def test_dates_are_called_by_their_last_day_in_both_languages(
    period: Period, name: str, called: tuple[str, str]
) -> None:
    """People read the day that is in, not the one after it."""
    assert (period.name, period.called.id, period.called.en) == (name, *called)


def test_naming_the_sources_of_proof_route_refusal_clock_and_coverage_is_no_change_of_what_decides() -> None:
    """A pack that is told where its numbers come from replays old decisions as they were."""
    tables = """
[proof]
remote = ["daily_report"]
{source}
[refusal]
grounds = ["cost"]
{source}
[clock]
decide_within = "21 days"
{source}
[[coverage]]
between = ["08:00", "15:00"]
min_people = 1
{source}
"""
    cited = "source = 'ours'\narticle = '3'\n"
    plain = Policy.from_toml(POLICY + tables.format(source=""))
    told = Policy.from_toml(POLICY + cited + tables.format(source=cited))

    parts = (told.steps[-1], told.refusal, told.clock, told.coverage[0])
    assert [(each.source, each.article) for each in parts] == [("ours", "3")] * 4
    assert fingerprint(plain) == fingerprint(told)
