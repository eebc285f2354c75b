"""The packs of West Java and of Indonesia: which version decides on which day, and what proves the work there."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from mkd_core.errors import PolicyError
from mkd_core.policy import Facts
from mkd_plugins.policies import load_policy, policy_folder, policy_history
from mkd_plugins.policies.worked_cases import read_cases

HERE = ("jabar-mkd", "id-permenpanrb-4-2025", "id-se-menpanrb-1-2024")
IN_FORCE = [
    ("2020-07-30", "2020.1"),
    ("2020-08-14", "2020.1"),
    ("2021-06-25", "2021.1"),
    ("2023-06-19", "2023.1"),
    ("2024-04-15", "2023.1"),
    ("2024-04-16", "lebaran-2024"),
    ("2024-04-17", "lebaran-2024"),
    ("2024-04-18", "2023.1"),
    ("2025-03-24", "se-25-2025"),
    ("2025-03-27", "se-25-2025"),
    ("2025-03-28", "2023.1"),
    ("2025-04-20", "2023.1"),
    ("2025-04-21", "2025.1"),
    ("2025-10-31", "2025.1"),
    ("2025-11-01", "se-150-2025"),
    ("2025-12-01", "rotation-2025"),
    ("2026-01-01", "se-188-2026"),
]


@pytest.mark.parametrize(("day", "version"), IN_FORCE)
def test_each_day_has_the_version_of_its_time(day: str, version: str) -> None:
    """A version decides from its first day until the day before the next; a decree on its dates alone."""
    assert load_policy("jabar-mkd", on=date.fromisoformat(day)).version == version


@pytest.mark.parametrize("day", ["2020-07-29", "2020-08-15", "2021-06-16", "2021-06-26", "2023-06-18"])
def test_where_no_rule_is_known_there_is_none(day: str) -> None:
    """A day outside of every known rule is refused, with the versions before and after it."""
    with pytest.raises(PolicyError, match=r"MKD320.*is in force"):
        load_policy("jabar-mkd", on=date.fromisoformat(day))


def test_an_ordinary_request_goes_on_beside_a_decree() -> None:
    """Past the circular of 2026, the version under the national rule decides, with its own proof and its two days."""
    day = date(2026, 4, 2)
    facts = Facts.from_mapping({"agreement": {"remote_days": 3}, "applicant": {"special_circumstance": False}})

    ordinary, decreed = load_policy("jabar-mkd", on=day, layer="base"), load_policy("jabar-mkd", on=day)

    assert (ordinary.version, decreed.version) == ("2025.1", "se-188-2026")
    assert ordinary.names_of(ordinary.decide(facts).failed) == ["remote-days"]
    assert ordinary.proof.remote == ("results",)
    assert decreed.proof.remote == ("check_in", "daily_report")


def test_proof_follows_the_circular_of_the_time() -> None:
    """In the pandemic everybody checked in and reported daily; MKD asks for results away from the office."""
    proofs = {version: load_policy("jabar-mkd", on=date.fromisoformat(day)).proof.remote for day, version in IN_FORCE}

    assert proofs == {
        "2020.1": ("check_in", "daily_report"),
        "2021.1": ("check_in", "daily_report"),
        "2023.1": ("results",),
        "lebaran-2024": ("results",),
        "se-25-2025": ("results",),
        "2025.1": ("results",),
        "se-150-2025": ("check_in", "daily_report"),
        "rotation-2025": ("check_in",),
        "se-188-2026": ("check_in", "daily_report"),
    }


def test_ramadan_shortens_the_week_of_every_version_that_meets_it() -> None:
    """32 hours 30 minutes in Ramadan, 37 hours 30 minutes the day after, under the province and the nation alike."""
    last = date(2026, 3, 20)
    for pack in ("jabar-mkd", "id-permenpanrb-4-2025"):
        weeks = [load_policy(pack, on=day).values["weekly_minutes"].value for day in (last, last + timedelta(days=1))]
        assert weeks == [1950, 2250]


@pytest.mark.parametrize("pack", HERE)
def test_every_version_has_cases_of_its_own(pack: str) -> None:
    """At least fifteen worked cases stand beside each version, decrees included."""
    history, cases = policy_history(pack), read_cases(policy_folder(pack))
    counted = Counter(case.file.removesuffix(".cases.toml") for case in cases)

    assert set(counted) == set(history.versions)
    assert min(counted.values()) >= 15


@pytest.mark.parametrize("pack", HERE)
def test_a_default_of_ours_says_so(pack: str) -> None:
    """What is ours is read as ours, nothing was read in full, and an article stands only beside a law."""
    for policy in policy_history(pack).policies:
        sources = policy.sources
        assert {source.read for source in sources.values() if source.kind == "ours"} == {"ours"}
        assert "full" not in {source.read for source in sources.values()}
        cited = [(rule.source, rule.article) for rule in policy.rules]
        cited += [(each.source or "", each.article) for each in policy.parameters.values()]
        assert {sources[source].kind for source, article in cited if article} <= {"law"}
