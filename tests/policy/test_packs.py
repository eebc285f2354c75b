"""The rule packs that ship decide their worked cases as a lawyer would read them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from mkd_core.errors import PolicyError
from mkd_core.policy import Facts
from mkd_plugins.policies import load_policy, policy_history, shipped_ids


def cases() -> Iterator[Any]:
    for pack in shipped_ids():
        for file in files("mkd_plugins").joinpath("packs", pack).iterdir():
            if file.name.endswith(".cases.toml"):
                data = tomllib.loads(file.read_text(encoding="utf-8"))
                if "base" in data:
                    for case in data["cases"]:
                        yield pytest.param(pack, data["base"], case, id=f"{pack}: {case['name']}")


def facts_of(base: dict[str, Any], case: dict[str, Any]) -> Facts:
    nested = {space: dict(inner) for space, inner in base["facts"].items()}
    for space, inner in case.get("facts", {}).items():
        nested.setdefault(space, {}).update(inner)
    return Facts.from_mapping(nested).with_values(dict.fromkeys(case.get("missing", [])))


@pytest.mark.parametrize(("pack", "base", "case"), list(cases()))
def test_a_worked_case(pack: str, base: dict[str, Any], case: dict[str, Any]) -> None:
    """A worked case comes out as its file says: outcome, rules that speak, route and remedy."""
    policy = load_policy(pack, on=case.get("date", base["date"]), layer=case.get("layer")).at(case.get("at", "request"))

    decision = policy.decide(facts_of(base, case))
    remedy = decision.remedy()

    said = {
        "outcome": decision.outcome.value,
        "failed": policy.names_of(decision.failed),
        "undetermined": policy.names_of(decision.undetermined),
        "unfixable": list(remedy.unfixable),
    }
    assert {key: case.get(key, []) for key in said} == said
    if "route" in case:
        assert case["route"] == [step.id for step in decision.route]
    if "remedy" in case:
        assert case["remedy"] == {change.fact: change.proposed for change in remedy.changes}


@pytest.mark.parametrize("pack", shipped_ids())
def test_a_pack_is_honest_about_its_sources(pack: str) -> None:
    """Every parameter cites a source, the own request is refused, and each rule fails in some worked case."""
    history = policy_history(pack)
    told = {rule for _, _, case in (param.values for param in cases()) for rule in case.get("failed", [])}

    for policy in history.policies:
        assert [name for name, each in policy.parameters.items() if each.source is None] == []
        assert "own-request" in [rule.id for rule in policy.rules]
        assert {rule.id for rule in policy.rules} <= told


def test_no_day_before_the_launch() -> None:
    """A date between two versions is refused with those that are nearest."""
    with pytest.raises(PolicyError, match=r"MKD320.*2021\.1.*until 2021-06-26; .*2023\.1 is in force from 2023-06-19"):
        load_policy("jabar-mkd", on=date(2023, 6, 18))


def test_an_unknown_policy_is_answered_with_the_nearest_name() -> None:
    """A slip in the id of a policy is answered with the right one."""
    with pytest.raises(PolicyError, match="did you mean jabar-mkd"):
        load_policy("jabar-mdk", on=date(2023, 7, 1))
