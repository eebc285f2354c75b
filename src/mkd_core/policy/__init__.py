"""Policies: rules written once as data, that decide, explain themselves, and say what would be approvable."""

from mkd_core.policy.assignment import AssignedValue, Assignment, Assignments
from mkd_core.policy.decision import Decision, Finding, FindingSource, GivenValue, Outcome
from mkd_core.policy.facts import VOCABULARY, Facts, Origin
from mkd_core.policy.history import History
from mkd_core.policy.policy import Policy
from mkd_core.policy.problems import PolicyProblems
from mkd_core.policy.remedy import Change, Remedy
from mkd_core.policy.terms import (
    Clock,
    Moment,
    NamedParameter,
    Overlay,
    Period,
    Proof,
    Refusal,
    Rule,
    Step,
)
from mkd_core.sources import Source

__all__ = [
    "VOCABULARY",
    "AssignedValue",
    "Assignment",
    "Assignments",
    "Change",
    "Clock",
    "Decision",
    "Facts",
    "Finding",
    "FindingSource",
    "GivenValue",
    "History",
    "Moment",
    "NamedParameter",
    "Origin",
    "Outcome",
    "Overlay",
    "Period",
    "Policy",
    "PolicyProblems",
    "Proof",
    "Refusal",
    "Remedy",
    "Rule",
    "Source",
    "Step",
]
