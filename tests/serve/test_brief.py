"""Brief decisions take a short way, on which nothing is decided or let through that the careful one would not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import MkdError
from mkd_plugins.serve import application, body
from mkd_plugins.serve.deciding import BODY, Decider
from mkd_plugins.serve.fields import read_body

TODAY = date(2023, 7, 3)
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


def carefully(decider: Decider, raw: bytes) -> object:
    """What the careful way answers, or the code with which it refuses."""
    try:
        return dict(decider.decide(read_body(body.read(raw, deepest=16), BODY), today=TODAY))
    except MkdError as error:
        return error.code


def shortly(decider: Decider, raw: bytes) -> object:
    """What the short way answers once it has met the policy, or nothing."""
    for _ in range(2):
        decider.brief(raw, today=TODAY)
    return decider.brief(raw, today=TODAY)


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


values = st.one_of(st.none(), st.booleans(), st.integers(-1, 9), st.sampled_from(["good", "none", "serving", "07:30"]))
facts = st.fixed_dictionaries(
    {},
    optional={
        "applicant": st.dictionaries(st.sampled_from(["rating", "discipline", "absent_days", "educator", "x"]), values),
        "agreement": st.dictionaries(st.sampled_from(["remote_days", "office_days", "outside_region"]), values),
        "today": st.sampled_from(["2023-07-03", "no day", None]),
    },
)
bodies = st.fixed_dictionaries(
    {"show": st.just("brief"), "facts": facts},
    optional={
        "policy": st.sampled_from(["jabar-mkd", "id-permenpanrb-4-2025", "nobody"]),
        "on": st.sampled_from(["2023-07-03", "2026-01-05", "1999-01-01"]),
        "at": st.sampled_from(["request", "vote", "noon"]),
        "layer": st.sampled_from(["decree", "base"]),
    },
)


@given(asked=bodies)
def test_both_ways_answer_alike(decider: Decider, asked: dict) -> None:
    """Whatever is asked: where the short way answers, the careful one would have said the same."""
    raw = json.dumps(asked).encode()
    answer = shortly(decider, raw)

    assert answer is None or answer == carefully(decider, raw)
