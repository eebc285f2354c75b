"""A mistake in a shipped pack would be noticed: every small change of it makes a worked case come out otherwise."""

from __future__ import annotations

import pytest

from mkd_plugins.policies import policy_folder, policy_history, shipped_ids
from mkd_plugins.policies.mutation import Report, count_mutants, listed_survivors, mutate
from mkd_plugins.policies.worked_cases import read_cases

LISTED = {pack: listed_survivors(policy_folder(pack)) for pack in shipped_ids()}


@pytest.mark.parametrize("pack", shipped_ids())
def test_a_worked_case_notices_every_small_change_of_a_pack(pack: str) -> None:
    """Each number a step up and down, each operator, each effect, each rule and member dropped: a case notices, or the
    list of survivors says why none can."""
    history, cases = policy_history(pack), read_cases(policy_folder(pack))

    verdicts = tuple(mutate(history, cases))
    report = Report(policy=pack, verdicts=verdicts, listed=LISTED[pack])

    assert report.surviving == ()
    assert report.outdated == ()
    assert len(verdicts) == count_mutants(history) > 20


def test_survivors_are_those_of_shipped_packs() -> None:
    """Nothing is listed for another pack than the one beside which it is listed."""
    assert all(each.policy == pack for pack, listed in LISTED.items() for each in listed)
