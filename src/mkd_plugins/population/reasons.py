"""What is told of rules: their reasons, and their names in rows of people, where sensitive ones have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mkd_core.language import Wording
from mkd_core.language.tree import mentions

if TYPE_CHECKING:
    from mkd_core.policy import Policy

SENSITIVE = "sensitive"
"""What stands in a row in the place of a rule that reads a sensitive fact, or of such a fact."""


def reasons(policy: Policy) -> Mapping[str, Wording]:
    """Rule → its reason, with the values of the policy's parameters."""
    from mkd_core.policy import Facts

    nothing_known = policy.decide(Facts.from_flat({}, vocabulary=policy.vocabulary))
    return {finding.rule: finding.because for finding in nothing_known.all_findings}


def sensitive_rules(policy: Policy) -> int:
    """The mask of the rules that read a sensitive fact: that one of them fails would tell the fact."""
    return sum(
        1 << number
        for number, tree in policy.trees
        if any(policy.vocabulary[fact].sensitive for fact in mentions(tree))
    )


def names_shown(policy: Policy, mask: int, hidden: int) -> Sequence[str]:
    """The ids of the rules in a mask, in the policy's order; those to be hidden are one word together, at the end."""
    return [*policy.names_of(mask & ~hidden), *([SENSITIVE] if mask & hidden else [])]
