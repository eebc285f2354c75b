"""Worked cases of a policy: what a lawyer reads, and what the policy then decides.

A file ``….cases.toml`` beside the policy has ``[base]`` (``date``, ``facts`` by namespace) and ``[[cases]]``: ``name``,
``facts`` that differ, ``missing`` facts, ``at`` (request or vote), ``date``, ``layer`` (base: look past decrees), and
what is expected: ``outcome``, the rules ``failed``, ``undetermined`` and ``unfixable``, the steps of the ``route`` and
the time of each (``within``), the time over all of them (``decide_within``), the changes of the ``remedy``. A file of
cases without ``[base]`` belongs to a pay scheme and is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import attrs

from mkd_core.approvals import Span
from mkd_core.errors import InvalidInput, PolicyError, did_you_mean
from mkd_core.policy import Decision, Facts, History, Moment, Policy
from mkd_core.policy.problems import raise_problems
from mkd_core.toml import toml_tables
from mkd_plugins.calendar.seasons import seasons_on

_RULES = ("failed", "undetermined", "unfixable")
_LISTS = ("missing", *_RULES, "route")
_TABLES = ("facts", "remedy", "within")
_KEYS = ("name", "at", "date", "layer", "outcome", "decide_within", *_LISTS, *_TABLES)
_WHERE_SAID = ("route", "within", "decide_within", "remedy")
_WORDS = {"at": ("request", "vote"), "layer": ("base",), "outcome": ("approve", "refer", "refuse")}


@attrs.frozen(kw_only=True)
class Case:
    """One worked case as it was written: the facts, flat by full name, and what is expected of them."""

    name: str
    file: str
    number: int
    on: datetime.date
    moment: Moment
    layer: Literal["base"] | None
    facts: Mapping[str, object]
    expected: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The place as errors say it."""
        return f"{self.file}: case {self.number}, {self.name}"


@attrs.frozen(kw_only=True)
class CaseResult:
    """A case with what came out; that differs from what was expected only in the keys of ``differences``."""

    case: Case
    got: Mapping[str, Any]

    @property
    def differences(self) -> tuple[str, ...]:
        """What came out otherwise."""
        return tuple(key for key, value in self.case.expected.items() if self.got[key] != value)


def run_cases(history: History, cases: Iterable[Case]) -> Iterator[CaseResult]:
    """Decide each case. Raises ``PolicyError`` for one that names what is not there."""
    for case in cases:
        policy = policy_of(history, case)
        problems = list(_unknown_ids(policy, case))
        raise_problems(problems)
        decision = policy.decide(facts_of(case, policy))
        yield CaseResult(case=case, got={**said(decision), **mended(decision)})


def policy_of(history: History, case: Case) -> Policy:
    """The policy that decides a case. Raises ``PolicyError`` for a date without one."""
    try:
        return history.on(case.on, seasons_on(case.on), layer=case.layer).at(case.moment)
    except PolicyError as error:
        raise PolicyError(error.code, error.message, where=case.where, mend=error.mend) from None


def facts_of(case: Case, policy: Policy) -> Facts:
    """The facts of a case under the policy's vocabulary. Raises ``PolicyError`` for what is not in it."""
    try:
        return Facts.from_flat(case.facts, vocabulary=policy.vocabulary)
    except InvalidInput as error:
        raise PolicyError("MKD327", error.message, where=case.where, mend=error.mend) from None


def said(decision: Decision) -> dict[str, Any]:
    """What a decision says at once, as cases write it."""
    policy = decision.policy
    return {
        "outcome": decision.outcome.value,
        "failed": policy.names_of(decision.failed),
        "undetermined": policy.names_of(decision.undetermined),
        "route": [step.id for step in decision.route],
        "within": {step.id: str(step.within) for step in decision.route},
        "decide_within": str(policy.clock.decide_within or ""),
    }


def mended(decision: Decision) -> dict[str, Any]:
    """What a remedy says, as cases write it."""
    remedy = decision.remedy()
    return {
        "unfixable": list(remedy.unfixable),
        "remedy": {change.fact: change.proposed for change in remedy.changes},
    }


def read_cases(folder: Traversable | Path, *, of: str | None = None) -> tuple[Case, ...]:
    """The cases of every file in that folder, or those ``of`` one policy file: of ``days.toml`` in ``days.cases.toml``.

    Raises ``PolicyError`` with all that is wrong with them.
    """
    cases: list[Case] = []
    problems: list[PolicyError] = []
    ending = ".cases.toml" if of is None else of.removesuffix(".toml") + ".cases.toml"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name == ending or (of is None and file.name.endswith(ending)):
            reader = _Reader(file)
            cases += reader.cases()
            problems += reader.problems
    raise_problems(problems)
    return tuple(cases)


class _Reader:
    """Reads one file; what is wrong goes into ``problems``."""

    def __init__(self, file: Traversable | Path) -> None:
        self.file = file.name
        self.problems: list[PolicyError] = []
        self.data: Mapping[str, Any] = {}
        try:
            self.data = toml_tables(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            self.problem("", f"cannot be read: {error}")

    def problem(self, place: str, message: str, mend: str = "") -> None:
        where = f"{self.file}: {place}" if place else self.file
        self.problems.append(PolicyError("MKD327", message, where=where, mend=mend))

    def cases(self) -> Iterator[Case]:
        base, cases = self.data.get("base"), self.data.get("cases", [])
        if base is None and all(isinstance(case, Mapping) and "lines" in case for case in cases):
            return
        self.keys("", self.data, ("base", "cases"))
        if not isinstance(base, Mapping) or not isinstance(cases, list):
            self.problem("", "expected a table [base] and a list [[cases]]")
            return
        self.keys("base", base, ("date", "facts"))
        shared = dict(self.flat("base", base))
        for number, case in enumerate(cases, start=1):
            before = len(self.problems)
            name = case.get("name") if isinstance(case, Mapping) else None
            place = f"case {number}" + (f", {name}" if isinstance(name, str) else "")
            if isinstance(case, Mapping):
                self.shape(place, {"date": base.get("date"), **case})
            else:
                self.problem(place, "expected a table")
            if len(self.problems) == before:
                yield self.case(number, {"date": base.get("date"), **case}, {**shared, **dict(self.flat(place, case))})

    def case(self, number: int, case: Mapping[str, Any], facts: dict[str, object]) -> Case:
        expected = {"outcome": case["outcome"], **{key: list(case.get(key, [])) for key in _RULES}}
        return Case(
            name=case["name"],
            file=self.file,
            number=number,
            on=case["date"],
            moment=case.get("at", "request"),
            layer=case.get("layer"),
            facts=facts | dict.fromkeys(case.get("missing", [])),
            expected=expected | {key: case[key] for key in _WHERE_SAID if key in case},
        )

    def shape(self, place: str, case: Mapping[str, Any]) -> None:
        self.keys(place, case, _KEYS)
        for key in ("name", "outcome"):
            if key not in case:
                self.problem(place, f"the key {key} is missing", "add it")
        if type(case["date"]) is not datetime.date:
            self.problem(
                place, "expected a date such as 2023-07-03, in the case or in [base]", "write date = 2023-07-03"
            )
        for key, words in _WORDS.items():
            if key in case and case[key] not in words:
                hint = did_you_mean(str(case[key]), words)
                self.problem(f"{place}, {key}", f"expected {' or '.join(words)}", hint)
        for key in _LISTS:
            written = case.get(key, [])
            if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
                self.problem(f"{place}, {key}", "expected a list of names")
        for key in _TABLES:
            if not isinstance(case.get(key, {}), Mapping):
                self.problem(f"{place}, {key}", "expected a table")
        self.spans(place, case)

    def spans(self, place: str, case: Mapping[str, Any]) -> None:
        within = case.get("within", {})
        written = dict(within) if isinstance(within, Mapping) else {}
        for key, span in (*written.items(), ("decide_within", case.get("decide_within", "1 day"))):
            where = f"{place}, {key}" if key == "decide_within" else f"{place}, within, {key}"
            try:
                right = str(Span.parse(str(span)))
            except InvalidInput as error:
                self.problem(where, error.message, error.mend)
            else:
                if right != span:
                    self.problem(where, f"expected text such as {right}", f'write "{right}"')

    def keys(self, place: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in table.keys() - set(known):
            self.problem(place, f"unknown key {key}", did_you_mean(key, known))

    def flat(self, place: str, table: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
        """The facts by their full names."""
        facts = table.get("facts", {})
        if not isinstance(facts, Mapping):
            self.problem(f"{place}, facts", "expected a table")
            return
        for space, inner in facts.items():
            if isinstance(inner, Mapping):
                yield from ((f"{space}.{leaf}", value) for leaf, value in inner.items())
            else:
                yield space, inner


def _unknown_ids(policy: Policy, case: Case) -> Iterator[PolicyError]:
    rules, steps = [rule.id for rule in policy.rules], [step.id for step in policy.steps]
    for key, known, what in (
        *((key, rules, "rule") for key in _RULES),
        ("route", steps, "step"),
        ("within", steps, "step"),
    ):
        for name in case.expected.get(key, []):
            if name not in known:
                where = f"{case.where}, {key}"
                message = f"{policy.id} {policy.version} has no {what} {name}"
                yield PolicyError("MKD327", message, where=where, mend=did_you_mean(name, known))
