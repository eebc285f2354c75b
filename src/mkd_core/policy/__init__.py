"""Policies: rules written once as data, that decide, explain themselves, and say what would be approvable."""

from mkd_core.policy.decision import Decision, Finding, Outcome
from mkd_core.policy.facts import VOCABULARY, Facts, Origin
from mkd_core.policy.policy import Policy

__all__ = ["VOCABULARY", "Decision", "Facts", "Finding", "Origin", "Outcome", "Policy"]
