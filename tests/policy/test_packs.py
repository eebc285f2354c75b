"""The rule packs that ship decide their worked cases as a lawyer would read them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mkd_core.errors import PolicyError
from mkd_core.policy import History, Policy
from mkd_plugins.policies import load_policy, policy_folder, policy_history, shipped_ids
from mkd_plugins.policies.worked_cases import Case, read_cases, run_cases


def cases() -> Iterator[Any]:
    for pack in shipped_ids():
        for case in read_cases(policy_folder(pack)):
            yield pytest.param(pack, case, id=f"{pack}: {case.name}")


@pytest.fixture(scope="module")
def histories() -> Mapping[str, History]:
    """Every shipped policy, read once."""
    return {pack: policy_history(pack) for pack in shipped_ids()}


@pytest.mark.parametrize(("pack", "case"), list(cases()))
def test_a_worked_case(histories: Mapping[str, History], pack: str, case: Case) -> None:
    """A worked case comes out as its file says: outcome, rules that speak, route and remedy."""
    [result] = run_cases(histories[pack], [case])

    assert {key: result.got[key] for key in case.expected} == case.expected


@pytest.mark.parametrize("pack", shipped_ids())
def test_a_pack_is_honest_about_its_sources(pack: str) -> None:
    """Every parameter cites a source, nobody votes on their own request, and each rule fails in some worked case."""
    history = policy_history(pack)
    told = {rule for case in read_cases(policy_folder(pack)) for rule in case.expected["failed"]}

    for policy in history.policies:
        assert [name for name, each in policy.parameters.items() if each.source is None] == []
        assert "own-request" in [rule.id for rule in policy.rules]
        assert {rule.id for rule in policy.rules} <= told


@pytest.mark.parametrize("pack", shipped_ids())
def test_a_pack_has_cases_enough(pack: str) -> None:
    """A lawyer finds at least fifteen cases, with missing facts among them, and no name twice in a file."""
    told = read_cases(policy_folder(pack))
    names = [(case.file, case.name) for case in told]

    assert len(told) >= 15
    assert any(None in case.facts.values() for case in told)
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("pack", shipped_ids())
def test_editors_have_nothing_to_mark_in_a_pack(pack: str) -> None:
    """The schema that editors check a file with takes every file that is loaded."""
    validator = Draft202012Validator(Policy.schema())
    written = [path.read_text(encoding="utf-8") for path in policy_folder(pack).iterdir() if is_policy(path.name)]

    marked = [error.message for text in written for error in validator.iter_errors(as_json(tomllib.loads(text)))]

    assert len(written) == len(policy_history(pack).documents)
    assert marked == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "remote-days"', 'id = "remote days"', "rules"),
        ('version = "2023.1"', 'version = "2023/1"', "policy"),
        ("value = 4,", "value = {},", "parameters"),
        ("value = [4, 5, 7, 8, 9],", "value = [],", "parameters"),
        ('within = "5 working days"', 'within = "5 workdays"', "route"),
    ],
)
def test_editors_mark_what_loading_would_refuse(old: str, new: str, place: str) -> None:
    """Whoever writes a file sees a slip where it is made, before any command reads it."""
    text = policy_folder("jabar-mkd").joinpath("2023.1.toml").read_text(encoding="utf-8")
    assert old in text
    slipped = text.replace(old, new, 1)

    marked = list(Draft202012Validator(Policy.schema()).iter_errors(as_json(tomllib.loads(slipped))))

    assert {error.absolute_path[0] for error in marked} == {place}
    with pytest.raises(PolicyError, match="MKD304"):
        Policy.from_toml(slipped)


def is_policy(name: str) -> bool:
    return name.endswith(".toml") and not name.endswith((".cases.toml", "survivors.toml"))


def as_json(value: Any) -> Any:
    """What an editor sees: dates and times as text."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else value


def test_no_day_before_the_launch() -> None:
    """A date between two versions is refused with those that are nearest."""
    with pytest.raises(PolicyError, match=r"MKD320.*2021\.1.*until 2021-06-26; .*2023\.1 is in force from 2023-06-19"):
        load_policy("jabar-mkd", on=date(2023, 6, 18))


def test_an_unknown_policy_is_answered_with_the_nearest_name() -> None:
    """A slip in the id of a policy is answered with the right one."""
    with pytest.raises(PolicyError, match="did you mean jabar-mkd"):
        load_policy("jabar-mdk", on=date(2023, 7, 1))
