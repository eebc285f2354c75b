"""All problems of a policy file at once."""

from __future__ import annotations

from collections.abc import Sequence

from mkd_core.errors import PolicyError


class PolicyProblems(PolicyError):
    """Several problems of one policy file; ``problems`` holds each, the text shows them one below the other."""

    def __init__(self, problems: Sequence[PolicyError]) -> None:
        first = problems[0]
        super().__init__(first.code, f"{len(problems)} problems", where=first.where, mend=first.mend)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def raise_problems(problems: Sequence[PolicyError]) -> None:
    """Raise what was found: one as it is, several together, none not at all."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise PolicyProblems(problems)
