"""Brief decisions take a short way, on which nothing is decided or let through that the careful one would not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import MkdError
from mkd_plugins.serve import application, body
from mkd_plugins.serve.deciding import BODY, Decider
from mkd_plugins.serve.fields import read_body

NOW = datetime(2023, 7, 3, 3, tzinfo=UTC)
TOKEN = "portal-token-of-more-than-32-characters"
CONFIG = """
[mkd]
[journal.sqlite]
path = "journal.db"
[[serve.hosts]]
name = "portal"
token = { env = "PORTAL_TOKEN" }
"""
FACTS = {"applicant": {"rating": "good", "discipline": "none"}, "agreement": {"remote_days": 2, "office_days": 3}}
USUAL = {"policy": "jabar-mkd", "on": "2023-07-03", "show": "brief", "facts": FACTS}


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decider]:
    """What decides behind the door."""
    pytest.importorskip("msgspec", reason="the short way is there with the extra fast")
    folder: Path = tmp_path_factory.mktemp("brief")
    (folder / "mkd.toml").write_text(CONFIG, encoding="utf-8")
    app = application(folder / "mkd.toml", environ={"PORTAL_TOKEN": TOKEN})
    yield app.decider
    app.close()


def carefully(decider: Decider, raw: bytes, at: datetime = NOW) -> object:
    """What the careful way answers, or the code with which it refuses."""
    try:
        return dict(decider.decide(read_body(body.read(raw, deepest=16), BODY), at=at))
    except MkdError as error:
        return error.code


def shortly(decider: Decider, raw: bytes, at: datetime = NOW) -> object:
    """What the short way answers once it has met the policy, or nothing."""
    for _ in range(2):
        decider.brief(raw, at=at)
    return decider.brief(raw, at=at)


def test_today_is_the_day_where_the_policy_holds(decider: Decider) -> None:
    """Twenty hours on the eve of its first day in UTC is that day in Jakarta, on both ways."""
    eve = datetime(2023, 6, 18, 20, tzinfo=UTC)
    named, unnamed = (
        json.dumps({**USUAL, "on": "2023-06-19"}).encode(),
        json.dumps({key: value for key, value in USUAL.items() if key != "on"}).encode(),
    )

    assert carefully(decider, unnamed, eve) == shortly(decider, unnamed, eve) == carefully(decider, named)


def test_a_usual_question_goes_the_short_way(decider: Decider) -> None:
    """From the second time on, and is answered as the first time."""
    raw = json.dumps(USUAL).encode()

    assert shortly(decider, raw) == carefully(decider, raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"show": "brief"}',
        b'\xef\xbb\xbf{"show": "brief", "facts": {}}',
        b'{"show": "brief", "facts": {}} {}',
        b'{"show": "brief", "show": "brief", "facts": {}}',
        b'{"show": "brief", "facts": {}, "facts": {}}',
        b'{"show": "brief", "facts": {"agreement": {"remote_days": 1, "remote_days": 2}}}',
        b'{"show": "brief", "facts": {"agreement": {}, "agreement": {}}}',
        b'{"show": "brief", "policy": null, "facts": {}}',
        b'{"show": "brief", "policy": "", "facts": {}}',
        b'{"show": "brief", "policy": "a:b", "facts": {}}',
        b'{"show": "brief", "policy": "../mkd.toml", "facts": {}}',
        b'{"show": "brief", "on": "2023-07-03T00:00:00", "facts": {}}',
        b'{"show": "brief", "on": "20230703", "facts": {}}',
        b'{"show": "brief", "facts": {"applicant": {"rating": "excellent"}}}',
        b'{"show": "brief", "facts": {"agreement": {"remote_days": 8}}}',
        b'{"show": "brief", "facts": {"unknown": {}}}',
        b'{"show": "brief", "facts": null}',
        b'{"show": "brief", "facts": []}',
        b'{"show": "brief", "facts": {"a": NaN}}',
        b'{"show": "brief", "facts": {"applicant": {"rating": "\xff"}}}',
        b'{"show": "brief", "facts": {}, "more": 1}',
        b'{"show": "findings", "facts": {}}',
    ],
)
def test_what_is_not_usual_goes_the_careful_way(decider: Decider, raw: bytes) -> None:
    """Faults are told there, in the same words as ever."""
    assert shortly(decider, raw) is None


NUMBERS = ["0", "-0", "9", "-1", "3.0", "2.5", "1e0", "3E2", "0.1e1", "1e400", "1e-400", "9007199254740993", "7" * 40]
STRINGS = [r"\ud800", r"\ud83d\ude00", "a:b", r"\u003a", r"\u0067ood", "é", "", " ", r"\n", "\t", "48:00", "x" * 300]
NOTHING_ELSE = ["null", "true", "false", "NaN", "-Infinity", "01", "+1", "'a'"]
MEMBERS = {
    "policy": ['"jabar-mkd"', '"id-permenpanrb-4-2025"', '"nobody"'],
    "on": ['"2023-07-03"', '"2026-01-05"', '"2023-07-03T00:00"', '"20230703"'],
    "at": ['"request"', '"vote"', '"noon"'],
    "layer": ['"decree"', '"base"'],
}
FACTS_OF = {
    "applicant": {"rating": ['"good"'], "discipline": ['"none"'], "absent_days": ["0", "5"], "educator": ["false"]},
    "agreement": {"remote_days": ["2", "5"], "latest_end": ['"16:00"', '"30:00"'], "weight_total": ["99.5", "100"]},
    "unit": {"lowest_onsite_share": ["0.5", "1"]},
}


def member(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A key and its value, the key now and then written in escapes."""
    keys = [name] * 19 + ["".join(rf"\u{ord(letter):04x}" for letter in name)]
    return st.builds('"{}"{}:{}'.format, st.sampled_from(keys), st.sampled_from(["", "", " ", "\n"]), values)


def in_braces(members: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    """An object of these; nothing keeps a key from coming twice."""
    return st.lists(members, max_size=most).map(lambda texts: "{" + ", ".join(texts) + "}")


def mostly(usual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What is usual there, and now and then anything."""
    return st.integers(0, 19).flatmap(lambda number: usual if number else ANYTHING)


SCALARS = st.sampled_from([*NUMBERS, *(f'"{text}"' for text in STRINGS), *NOTHING_ELSE])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        in_braces(member("rating", inner), 2) | st.lists(inner, max_size=2).map(lambda of: f"[{','.join(of)}]")
    ),
    max_leaves=5,
)
SPACES = [
    member(
        space,
        mostly(in_braces(st.one_of([member(name, mostly(st.sampled_from(of))) for name, of in facts.items()]), 4)),
    )
    for space, facts in FACTS_OF.items()
]
FACTS_WRITTEN = mostly(in_braces(st.one_of(*SPACES, member("today", st.just('"2023-07-03"'))), 3))
BODIES = st.builds(
    "{{{}}}".format,
    st.tuples(
        member("show", mostly(st.just('"brief"'))),
        member("facts", FACTS_WRITTEN),
        st.lists(st.one_of([member(name, mostly(st.sampled_from(of))) for name, of in MEMBERS.items()]), max_size=2),
        st.one_of(
            st.just([]), st.just([]), st.lists(member("facts", FACTS_WRITTEN) | member("more", ANYTHING), max_size=1)
        ),
    ).map(lambda parts: ", ".join([*parts[2], *parts[:2], *parts[3]])),
)


@given(text=BODIES, around=st.sampled_from(["", "", "", " ", "\ufeff", "{}", ",", "\x00"]))
def test_both_ways_answer_alike_whatever_is_written(decider: Decider, text: str, around: str) -> None:
    """Said twice, escaped, nested, of too many digits: where the short way answers, so would the careful one."""
    raw = (around + text if around == "\ufeff" else text + around).encode()
    answer = shortly(decider, raw)

    assert answer is None or answer == carefully(decider, raw)


@given(text=BODIES, place=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_byte_that_changed_on_the_way_changes_both_ways_alike(
    decider: Decider, text: str, place: int, byte: int
) -> None:
    """Also where it is no text any more."""
    raw = bytearray(text.encode())
    raw[place % len(raw)] = byte
    answer = shortly(decider, bytes(raw))

    assert answer is None or answer == carefully(decider, bytes(raw))
