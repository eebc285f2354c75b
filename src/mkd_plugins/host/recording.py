"""Keeps what went wrong, so that nothing vanishes and nothing that goes wrong again and again fills the memory."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from mkd_plugins.problems import PluginProblem

P = TypeVar("P", bound=PluginProblem)


class Recorder:
    """The problems of one host, each once and counted. Safe to share between threads."""

    def __init__(self) -> None:
        self._problems: dict[tuple[str, str, str], PluginProblem] = {}
        self._times: dict[tuple[str, str, str], int] = {}
        self._lock = Lock()

    @property
    def problems(self) -> tuple[PluginProblem, ...]:
        """In the order in which they first showed."""
        return tuple(self._problems.values())

    def record(self, problem: P) -> P:
        """Keep the problem, once however often it shows, and hand it back to be raised."""
        identity = _identity_of(problem)
        with self._lock:
            self._problems.setdefault(identity, problem.copy())
            self._times[identity] = self._times.get(identity, 0) + 1
        return problem

    def times(self, problem: PluginProblem) -> int:
        """How often that problem showed."""
        return self._times.get(_identity_of(problem), 0)

    def of(self, label: str) -> tuple[PluginProblem, ...]:
        """The problems filed under that label."""
        return tuple(problem for problem in self.problems if problem.label == label)


def _identity_of(problem: PluginProblem) -> tuple[str, str, str]:
    return problem.code, problem.label, problem.line
