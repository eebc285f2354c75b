"""Deciding everybody: a roll in, two verdicts on each, a report and a row for each out. A run that ends goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mkd_core.errors import InvalidInput, NotFound, PolicyError
from mkd_core.people import Employee
from mkd_plugins.population.reasons import SENSITIVE, names_shown, reasons, sensitive_rules
from mkd_plugins.population.report import Eligibility, tally
from mkd_plugins.population.roll import Roll
from mkd_plugins.population.template import Template
from mkd_plugins.population.verdict import Judge, Verdict
from mkd_plugins.population.work import SUFFIX, Judged, Work
from mkd_plugins.population.writing import Columns, Row, ready, write_rows

if TYPE_CHECKING:
    from mkd_core.policy import Policy
    from mkd_core.usecases.service import AgreementService

CHUNK = 500
"""How many people are kept at a time: what a killed run has to do again, at most."""
COLUMNS: Columns = {
    "person": "text",
    "unit": "text",
    "person_outcome": "text",
    "person_failed": "list",
    "person_undetermined": "list",
    "person_missing": "list",
    "plan_outcome": "text",
    "plan_failed": "list",
    "plan_undetermined": "list",
    "plan_missing": "list",
    "problem": "text",
}
"""The columns of the file: keys, outcomes, ids of rules, names of facts; ``problem`` is a code."""

T = TypeVar("T")


def eligibility(
    service: AgreementService,
    *,
    on: date,
    template: Template | None = None,
    unit: str | None = None,
    out: Path | None = None,
    fresh: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Eligibility:
    """Decide everybody whom identity serves on that day, by the policy of the day.

    ``template`` is a plan for a second verdict; ``unit`` leaves out everybody outside of it. ``out`` gets a row for
    each (``.csv``, ``.jsonl``, or ``.parquet`` with the extra ``polars``), under opaque keys and without any value of
    a fact; a work file lies beside it until then, and a run that was killed goes on from there. ``fresh`` begins anew
    and replaces a file that is there. ``progress`` is told how many people are judged, first those of a run before.

    Memory does not grow with the number of people. Raises ``InvalidInput`` (MKD259, MKD291, MKD492, MKD493, MKD494),
    ``NotFound`` (MKD407), ``PolicyError``, and what a backend raises: identity fails closed, and the run goes on when
    it is back.
    """
    roll = Roll(service, on, unit=unit)
    judge = Judge(roll, template)
    path = _prepared(out, fresh=fresh)
    with Work(path, run=_run(judge, unit), fresh=fresh) as work:
        if work.inactive is None:
            _judge_all(roll, judge, work, progress or _silent)
        report = _report(judge, work, out)
        if out is not None:
            write_rows(out, COLUMNS, _rows(judge.policy, work.people()))
            work.remove()
    return report


def _prepared(out: Path | None, *, fresh: bool) -> Path | None:
    """The path of the work file; none without an output."""
    if out is None:
        return None
    path = out.with_name(out.name + SUFFIX)
    ready(out, there=fresh or path.exists())
    return path


def _silent(people: int) -> None:
    """Progress that nobody asked for."""


def _run(judge: Judge, unit: str | None) -> str:
    """What a run decides, as a digest: work of another one is no part of it."""
    service, policy = judge.roll.service, judge.policy
    facts = [fact.name for fact in policy.vocabulary]
    rules = (policy.id, policy.version, policy.layer, policy.rules, policy.parameters, policy.overlays)
    demands = [(demand.per, sorted(demand.days), demand.start, demand.end) for demand in policy.coverage]
    defaults = sorted(service.defaults.items())
    given = [
        (each.scope, each.period, each.policies and each.policies.id, each.parameters) for each in service.assignments
    ]
    told = repr((judge.roll.on, unit, judge.template, rules, demands, facts, service.hours, defaults, given))
    return hashlib.sha256(told.encode()).hexdigest()


def _judge_all(roll: Roll, judge: Judge, work: Work, progress: Callable[[int], None]) -> None:
    done = len(work)
    progress(done)
    left: Iterable[Employee] = (each for each in roll if each.key not in work) if done else roll
    for chunk in _chunks(left):
        work.add(_judged(roll, judge, employee) for employee in chunk)
        done += len(chunk)
        progress(done)
    work.finish(roll.inactive)


def _chunks(people: Iterable[T]) -> Iterator[Sequence[T]]:
    remaining = iter(people)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _judged(roll: Roll, judge: Judge, employee: Employee) -> Judged:
    try:
        known = roll.known(employee)
        person, plan = judge.person(known), judge.plan(known) if judge.template else None
    except PolicyError:
        raise
    except (NotFound, InvalidInput) as error:
        # One person without a unit, or with a fact outside its range, is no reason to leave the others undecided.
        return Judged(key=employee.key, unit=employee.unit, problem=error.code)
    return Judged(key=employee.key, unit=employee.unit, person=person, plan=plan)


def _report(judge: Judge, work: Work, out: Path | None) -> Eligibility:
    policy = judge.policy
    because = reasons(policy)
    return Eligibility(
        on=judge.roll.on,
        policy=policy.id,
        version=policy.version,
        people=len(work),
        inactive=work.inactive or 0,
        undecided=work.problems(),
        person=tally(work, "person", policy, because),
        plan=tally(work, "plan", policy, because) if judge.template else None,
        out=str(out or ""),
    )


def _rows(policy: Policy, people: Iterable[Judged]) -> Iterator[Row]:
    hidden = sensitive_rules(policy)
    sensitive = {fact.name for fact in policy.vocabulary if fact.sensitive}
    for judged in people:
        row: dict[str, str | Sequence[str] | None] = {
            "person": judged.key,
            "unit": judged.unit,
            "problem": judged.problem or None,
        }
        for of, verdict in (("person", judged.person), ("plan", judged.plan)):
            row |= _cells(of, verdict, policy, hidden, sensitive)
        yield row


def _cells(
    of: str, verdict: Verdict | None, policy: Policy, hidden: int, sensitive: Collection[str]
) -> Mapping[str, str | Sequence[str] | None]:
    if verdict is None:
        return {f"{of}_{name}": None for name in ("outcome", "failed", "undetermined", "missing")}
    missing = [SENSITIVE if fact in sensitive else fact for fact in verdict.missing]
    return {
        f"{of}_outcome": verdict.outcome,
        f"{of}_failed": names_shown(policy, verdict.failed, hidden),
        f"{of}_undetermined": names_shown(policy, verdict.undetermined, hidden),
        f"{of}_missing": list(dict.fromkeys(missing)),
    }
