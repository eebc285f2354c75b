"""The fast way of ``mkd decide --brief`` gives what the careful way gives, for every line of text."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.language import Fact, Kind, Wording, show_time
from mkd_core.policy import VOCABULARY, Policy
from mkd_plugins.decisions.brief import brief_lines, reader
from mkd_plugins.decisions.lines import decide_lines, written
from mkd_plugins.policies import load_policy

POLICY = load_policy("jabar-mkd", on=date(2023, 7, 3)).at("vote")
EVERY_TYPE = Policy.from_toml(
    """
    [policy]
    id = "every-type"
    version = "1"
    in_force = { from = 2023-01-01 }
    title = { id = "Uji", en = "Test" }
    [sources.ours]
    title = "Ours"
    kind = "ours"
    read = "ours"
    """
    + "".join(
        f"""
    [[rules]]
    id = "rule-{number}"
    require = '{require}'
    otherwise = "refuse"
    because = {{ id = "Uji", en = "Test" }}
    source = "ours"
    """
        for number, require in enumerate(
            [
                'agreement.earliest_start >= time("06:00") or agreement.latest_end > time("30:00")',
                "unit.lowest_onsite_share / agreement.weight_total >= 0.1",
                'today < date("2023-07-03") or known(applicant.rating)',
                'vendor.colour == "red:ish" and vendor.team_size > 3',
            ]
        )
    ),
    vocabulary=VOCABULARY.extended(
        [
            Fact(name="vendor.colour", kind=Kind.CHOICE, meaning=Wording("", ""), choices=("red:ish", "blue")),
            Fact(name="vendor.team_size", kind=Kind.INTEGER, meaning=Wording("", ""), low=0, high=9),
        ]
    ),
).on(date(2023, 7, 3))


def values(fact: Fact) -> st.SearchStrategy[Any]:
    """What a line may say of a fact: mostly what it can be, now and then not."""
    match fact.kind:
        case Kind.YES_NO:
            right: st.SearchStrategy[Any] = st.booleans()
        case Kind.INTEGER:
            right = st.integers(int(fact.low or 0), int(fact.high or 0))
        case Kind.FLOAT:
            right = st.floats(fact.low, fact.high) | st.integers(int(fact.low or 0), int(fact.high or 0))
        case Kind.TIME:
            right = st.integers(0, 2879).map(show_time)
        case Kind.DATE:
            right = st.dates().map(date.isoformat)
        case Kind.CHOICE | Kind.TEXT:
            right = st.sampled_from(fact.choices)
    wrong = st.sampled_from([True, 3.0, -0.0, 1e300, "", "7:30", "07:30:00", "2023-7-3", [], {}, 10**30])
    return st.one_of(right, right, right, right, right, st.none(), wrong)


@st.composite
def facts(draw: st.DrawFn, policy: Policy) -> str:
    nested: dict[str, Any] = {}
    for fact in draw(st.lists(st.sampled_from(policy.vocabulary.facts), max_size=12, unique=True)):
        space, dot, leaf = fact.name.partition(".")
        (nested.setdefault(space, {}) if dot else nested)[leaf if dot else space] = draw(values(fact))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]))
    return json.dumps(nested, separators=separators)


@st.composite
def lines(draw: st.DrawFn, policy: Policy) -> bytes:
    """A line of facts, whole or with some text put in, doubled or left out."""
    text = draw(facts(policy))
    if draw(st.booleans()):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        put = draw(st.sampled_from(["", text[start:end] * 2, ',"today":null', "\\u003a", ":", "null", "}", "\ufeff"]))
        text = text[:start] + put + text[end:]
    return text.encode()


@pytest.mark.parametrize("policy", [POLICY, EVERY_TYPE], ids=lambda policy: policy.id)
def test_the_fast_way_answers_as_the_careful_one(policy: Policy) -> None:
    """Whatever a line holds, both ways write the same answer, errors included."""

    @given(st.lists(lines(policy), max_size=3))
    def same(given_lines: list[bytes]) -> None:
        careful = [written(answer) for answer in decide_lines(policy, given_lines, brief=True)]
        assert careful == list(brief_lines(policy, given_lines))

    same()


def test_ordinary_lines_are_read_the_fast_way() -> None:
    """The careful way is for what is wrong, not for what is usual: gaps, nulls apart, and times."""
    read = reader(EVERY_TYPE)

    masks = read(
        b'{"agreement": {"earliest_start": "07:30"}, "unit": {"lowest_onsite_share": 1}, "vendor": {"team_size": 3}}'
    )

    assert masks is not None
    assert EVERY_TYPE.names_of(masks[0]) == ["rule-2", "rule-3"]
    assert EVERY_TYPE.names_of(masks[1]) == ["rule-1"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"agreement": {"remote_days": 3, "remote_days": 3}}',
        b'{"agreement": {"remote_days": 3}, "agreement": {}}',
        b'{"agreement": {"remote_days": 1, "remote_days": 2, "earliest_start": "07\\u003a30"}}',
    ],
)
def test_a_fact_said_twice_is_never_read_the_fast_way(line: bytes) -> None:
    """msgspec would keep the last of them without a word, even where an escape hides a colon."""
    assert reader(POLICY)(line) is None
    (answer,) = brief_lines(POLICY, [line])
    assert "said twice" in answer


def test_lines_are_counted_over_both_ways() -> None:
    """An error names its line among all lines, and empty lines are passed over."""
    answers = list(brief_lines(POLICY, [b'{"today": "2023-07-03"}\n', b"\n", b"{no\n", b"{}"]))

    assert [json.loads(answer).get("line") for answer in answers] == [None, 3, None]
