"""Worked cases of a policy: what a lawyer reads, and what the policy then decides.

A file ``….cases.toml`` beside the policy has ``[base]`` (``date``, ``facts`` by namespace) and ``[[cases]]``: ``name``,
``facts`` that differ, ``missing`` facts, ``at`` (request or vote), ``date``, and what is expected: ``outcome``, the
rules ``failed``, ``undetermined`` and ``unfixable``, the steps of the ``route``, the changes of the ``remedy``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import attrs

from mkd_core.errors import PolicyError
from mkd_core.policy import Decision, Facts, History
from mkd_plugins.calendar.seasons import seasons_between

_RULES = ("failed", "undetermined", "unfixable")


@attrs.frozen(kw_only=True)
class CaseResult:
    """A case with what was expected and what came out; they differ only in the keys of ``differences``."""

    name: str
    file: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]

    @property
    def differences(self) -> tuple[str, ...]:
        """What came out otherwise."""
        return tuple(key for key, value in self.expected.items() if self.got[key] != value)


def run_cases(history: History, folder: Traversable | Path) -> Iterator[CaseResult]:
    """Decide every worked case of that folder. Raises ``PolicyError`` for a file that cannot be used."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".cases.toml"):
            continue
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PolicyError("MKD327", f"cannot be read: {error}", where=file.name) from None
        for number, case in enumerate(data.get("cases", []), start=1):
            try:
                yield _run(history, file.name, data["base"], case)
            except KeyError as error:
                where = f"{file.name}: case {number}"
                raise PolicyError("MKD327", f"the key {error} is missing", where=where) from None


def _run(history: History, file: str, base: Mapping[str, Any], case: Mapping[str, Any]) -> CaseResult:
    on = case.get("date", base["date"])
    policy = history.on(on, [season.name for season in seasons_between(on, on)]).at(case.get("at", "request"))
    decision = policy.decide(_facts(base, case))
    expected = {"outcome": case["outcome"], **{key: list(case.get(key, [])) for key in _RULES}}
    expected |= {key: case[key] for key in ("route", "remedy") if key in case}
    return CaseResult(name=case["name"], file=file, expected=expected, got=_came_out(decision))


def _facts(base: Mapping[str, Any], case: Mapping[str, Any]) -> Facts:
    nested = {space: dict(inner) for space, inner in base["facts"].items()}
    for space, inner in case.get("facts", {}).items():
        nested.setdefault(space, {}).update(inner)
    return Facts.from_mapping(nested).with_values(dict.fromkeys(case.get("missing", [])))


def _came_out(decision: Decision) -> dict[str, Any]:
    remedy, policy = decision.remedy(), decision.policy
    return {
        "outcome": decision.outcome.value,
        "failed": policy.names_of(decision.failed),
        "undetermined": policy.names_of(decision.undetermined),
        "unfixable": list(remedy.unfixable),
        "route": [step.id for step in decision.route],
        "remedy": {change.fact: change.proposed for change in remedy.changes},
    }
