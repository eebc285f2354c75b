"""What a closed period does to pay: schemes as data, written in the expression language, and the lines they give."""

from mkd_core.allowance.document import read_scheme
from mkd_core.allowance.facts import PERIOD_VOCABULARY, period_facts
from mkd_core.allowance.scheme import (
    Line,
    Scheme,
    SchemeHistory,
    SchemeLine,
    SchemeParameter,
    SchemeProblem,
    Statement,
)

__all__ = [
    "PERIOD_VOCABULARY",
    "Line",
    "Scheme",
    "SchemeHistory",
    "SchemeLine",
    "SchemeParameter",
    "SchemeProblem",
    "Statement",
    "period_facts",
    "read_scheme",
]
