"""Agencies: the policy and the numbers that a unit and all below it are given, for some dates, on somebody's authority.

The nearest wins: what a unit is given goes before what the units above it are, number by number. A unit that is given a
policy begins anew with it, and what the units above it are given does not reach it.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import ExpressionError, Parameter, parse
from mkd_core.language.parameters import Written, read_parameter
from mkd_core.language.tree import YES_NO
from mkd_core.language.vocabulary import Kind
from mkd_core.policy.problems import PolicyProblems, raise_problems
from mkd_core.policy.terms import NamedParameter, Period
from mkd_core.sources import Source

if TYPE_CHECKING:
    from mkd_core.policy.history import History
    from mkd_core.policy.policy import Policy


@attrs.frozen(kw_only=True)
class AssignedValue:
    """The value that a unit is given for a parameter; without a source of its own it has that of the assignment."""

    parameter: Parameter
    source: Source | None = None
    article: str | None = None


def _values(written: Mapping[str, AssignedValue | Written | Sequence[Written]]) -> Mapping[str, AssignedValue]:
    return {
        name: each if isinstance(each, AssignedValue) else AssignedValue(parameter=read_parameter(each))
        for name, each in written.items()
    }


@attrs.frozen(kw_only=True)
class Assignment:
    """What one unit is given, with all below it.

    ``scope``     the key of the unit. ``source`` the instrument that says so.
    ``period``    the days it holds, half-open.
    ``policies``  the versions of its policy; None leaves it the policy that holds above it.
    ``parameters`` values in the place of the policy's own, each as a policy file has it or with its own source.
    ``where``     what errors call it.

    >>> decree = Source(title="Keputusan Kepala Dinas 1/2026")
    >>> period = Period(datetime.date(2026, 1, 1))
    >>> given = Assignment(scope="health", source=decree, period=period, parameters={"max_remote_days": 2})
    """

    scope: str
    source: Source
    period: Period
    article: str | None = None
    policies: History | None = None
    parameters: Mapping[str, AssignedValue] = attrs.field(factory=dict, converter=_values)
    where: str = "assignment"

    def values(self, policy: Policy) -> dict[str, NamedParameter]:
        """Its values as parameters of that policy; raises ``PolicyError`` for each that the policy cannot take."""
        problems: list[PolicyError] = []
        made = {}
        for name, value in self.parameters.items():
            try:
                made[name] = self._value(policy, name, value)
            except PolicyError as error:
                problems.append(error)
        raise_problems(problems)
        return made

    def _value(self, policy: Policy, name: str, value: AssignedValue) -> NamedParameter:
        where, stated = f"{self.where}.parameters.{name}", policy.parameters.get(name)
        if stated is None:
            message = f"{policy.id} {policy.version} ({policy.period}) has no parameter {name}"
            raise PolicyError("MKD305", message, where=where, mend=did_you_mean(name, policy.parameters))
        parameter = _as_stated(value.parameter, stated.parameter)
        if (parameter.kind, parameter.is_list) != (stated.parameter.kind, stated.parameter.is_list):
            kind = stated.parameter.kind.value
            what = f"a list, each {kind}" if stated.parameter.is_list else kind
            raise PolicyError("MKD304", f"expected {what}, as in {policy.id} {policy.version}", where=where)
        return attrs.evolve(
            stated,
            parameter=parameter,
            source=self._source_name(name),
            article=value.article if value.source else self.article,
            scope=self.scope,
        )

    def sources(self) -> dict[str, Source]:
        """The instruments that its values rest on, by the names under which a policy cites them."""
        return {self._source_name(name): value.source or self.source for name, value in self.parameters.items()}

    def _source_name(self, parameter: str) -> str:
        own = self.parameters[parameter].source is not None
        return f"unit:{self.scope}.{parameter}" if own else f"unit:{self.scope}"


def _as_stated(given: Parameter, stated: Parameter) -> Parameter:
    """A whole number where the policy has a number with decimals is one."""
    if given.kind is not Kind.INTEGER or stated.kind is not Kind.FLOAT:
        return given
    if isinstance(given.value, tuple):
        return Parameter(Kind.FLOAT, tuple(float(each) for each in given.value if isinstance(each, int)))
    return Parameter(Kind.FLOAT, float(given.value)) if isinstance(given.value, int) else given


class Assignments:
    """All that units are given. Raises ``PolicyError`` for two assignments of one unit that hold on one day."""

    def __init__(self, assignments: Iterable[Assignment]) -> None:
        self._all = tuple(assignments)
        self._of: dict[str, list[Assignment]] = {}
        for each in sorted(self._all, key=lambda each: each.period.start):
            self._of.setdefault(each.scope, []).append(each)
        raise_problems([problem for given in self._of.values() for problem in _overlapping(given)])

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self._all)

    def holding(self, units: Sequence[str], day: datetime.date) -> tuple[Assignment, ...]:
        """Those that reach somebody on that day, the nearest first; ``units`` are one's own unit and all above it."""
        held: list[Assignment] = []
        for unit in units:
            given = next((each for each in self._of.get(unit, ()) if day in each.period), None)
            if given is not None:
                held.append(given)
                if given.policies is not None:
                    break
        return tuple(held)

    def check(self, default: History) -> None:
        """Refuse values that no policy could take in which they may hold; raises ``PolicyError`` with every fault.

        A unit that is given no policy has that of the units above it, so its values are refused only where none of the
        policies there are has them.
        """
        named = [each.policies for each in self._all if each.policies is not None]
        problems: list[PolicyError] = []
        for each in self._all:
            histories = [each.policies] if each.policies is not None else [default, *named]
            wrong = [_refused(each, history) for history in histories]
            if all(wrong):
                problems += wrong[0]
        raise_problems(problems)


def applied(policy: Policy, held: Sequence[Assignment]) -> Policy:
    """The policy with the values of those assignments, of which the nearest comes first.

    Raises ``PolicyError`` for a value that the policy cannot take, with the place that gives it.
    """
    values: dict[str, NamedParameter] = {}
    sources: dict[str, Source] = {}
    for each in reversed(held):
        values |= each.values(policy)
        sources |= each.sources()
    if not values:
        return policy
    cited = {value.source for value in values.values()}
    try:
        return policy.overriding(values, {name: each for name, each in sources.items() if name in cited})
    except PolicyError as error:
        wheres = ", ".join(each.where for each in held if each.parameters)
        first = error.problems[0] if isinstance(error, PolicyProblems) else error
        raise PolicyError(first.code, f"{first.message} ({first.where})", where=wheres, mend=first.mend) from None


def _overlapping(given: Sequence[Assignment]) -> Iterator[PolicyError]:
    for earlier, later in itertools.pairwise(given):
        if earlier.period.overlaps(later.period):
            yield PolicyError(
                "MKD350",
                f"the unit {later.scope} is given this {later.period}, and {earlier.where} {earlier.period}",
                where=later.where,
                mend="end the earlier one on the first day of the later one, or make one of the two",
            )


def _refused(given: Assignment, history: History) -> list[PolicyError]:
    """What the versions that are in force while it holds refuse of it, each parameter once."""
    found: dict[str, PolicyError] = {}
    for policy in history.policies:
        if not policy.period.overlaps(given.period):
            continue
        try:
            problems = list(_unusable(given, policy, given.values(policy)))
        except PolicyError as error:
            problems = list(error.problems) if isinstance(error, PolicyProblems) else [error]
        for problem in problems:
            found.setdefault(problem.where, problem)
    return list(found.values())


def _unusable(given: Assignment, policy: Policy, values: Mapping[str, NamedParameter]) -> Iterator[PolicyError]:
    """What the rules and conditions that name a value cannot do with it; others are not read again."""
    texts = [(f"rule {rule.id}", rule.require) for rule in policy.rules]
    texts += [(f"route {step.id}", step.when) for step in policy.steps if step.when is not None]
    stated = {name: each.parameter for name, each in policy.parameters.items()}
    for name, value in values.items():
        for place, text in texts:
            if f"parameter.{name}" not in text:
                continue
            try:
                parse(text, policy.vocabulary, {**stated, name: value.parameter}, expect=YES_NO)
            except ExpressionError as error:
                message = f"{error.message} ({policy.id} {policy.version}, {place})"
                yield PolicyError(error.code, message, where=f"{given.where}.parameters.{name}", mend=error.mend)
