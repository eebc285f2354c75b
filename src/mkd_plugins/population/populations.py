"""Where a population comes from: everybody of a deployment, or a file of facts. Each is judged by two policies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from mkd_core.errors import InvalidInput, NotFound, PolicyError, did_you_mean
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.decisions.lines import read_line
from mkd_plugins.population.roll import Roll
from mkd_plugins.population.side import Side
from mkd_plugins.population.template import Template
from mkd_plugins.population.verdict import GRAVITY, Judge, Verdict, outcome_of

if TYPE_CHECKING:
    from mkd_core.policy import Facts, Policy
    from mkd_core.usecases.service import AgreementService

ROWS = 50_000
"""How many rows of a frame are decided at a time."""
PERSON, UNIT = "person", "unit_key"
"""What a file calls the key of a person and that of the unit; it may have neither."""


@frozen(kw_only=True)
class Compared:
    """One person under two policies, or ``people`` of whom the same is true.

    ``problem`` is a code instead, and ``why`` its message, where that names no person.
    """

    unit: str | None
    person: str | None = None
    before: Verdict | None = None
    after: Verdict | None = None
    problem: str = ""
    why: str = ""
    people: int = 1

    @property
    def change(self) -> int:
        """Above 0 for who gains, below 0 for who loses, 0 for whom nothing changes."""
        if self.before is None or self.after is None:
            return 0
        return GRAVITY.index(self.before.outcome) - GRAVITY.index(self.after.outcome)


class Population(Protocol):
    """People with their facts."""

    def compared(self, before: Side, after: Side, *, named: bool) -> Iterator[Compared]:
        """Everybody under both policies; with ``named`` whoever gains or loses stands alone, under their key."""


@frozen(kw_only=True)
class Everybody:
    """Everybody whom the identity backends of a service serve on a day.

    With ``template`` the plan is decided, without it the person. Facts and plan are those of that day on both sides.
    """

    service: AgreementService
    on: date
    template: Template | None = None
    unit: str | None = None

    def compared(self, before: Side, after: Side, *, named: bool) -> Iterator[Compared]:
        """Person by person."""
        roll = Roll(self.service, self.on, unit=self.unit)
        first, second = (Judge(roll, self.template, side) for side in (before, after))
        for employee in roll:
            try:
                known = roll.known(employee)
                if self.template is None:
                    verdicts = first.person(known), second.person(known)
                else:
                    verdicts = first.plan(known), second.plan(known)
            except PolicyError:
                raise
            except (NotFound, InvalidInput) as error:
                yield Compared(person=employee.key, unit=employee.unit, problem=error.code)
                continue
            yield Compared(person=employee.key, unit=employee.unit, before=verdicts[0], after=verdicts[1])


@frozen
class FactsFile:
    """A file of facts: lines as ``mkd decide`` reads them (``.jsonl``), or a table with columns named like the facts
    (``.parquet``, with the extra ``polars``).

    ``person`` and ``unit_key`` may say who it is, and of which unit. What is not valid is counted under its code.
    """

    path: Path

    def compared(self, before: Side, after: Side, *, named: bool) -> Iterator[Compared]:
        """Line by line, or chunk by chunk. Raises ``InvalidInput``: MKD492 for another kind of file, MKD495."""
        policies = [_of_the_day(side) for side in (before, after)]
        match self.path.suffix:
            case ".jsonl":
                yield from _of_lines(self.path, *policies)
            case ".parquet":
                yield from _of_frame(self.path, *policies, named=named)
            case suffix:
                raise InvalidInput(
                    "MKD492",
                    f"no population is read from files that end in {suffix!r}",
                    where=str(self.path),
                    mend=did_you_mean(suffix, [".jsonl", ".parquet"]),
                )


def _of_the_day(side: Side) -> Policy:
    return side.policy.on(side.on, seasons_on(side.on))


def _of_lines(path: Path, before: Policy, after: Policy) -> Iterator[Compared]:
    with _readable(path), path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _of_line(line, number, before, after)


def _of_line(line: bytes, number: int, before: Policy, after: Policy) -> Compared:
    from mkd_core.policy import Facts

    try:
        said = read_line(line)
        person, unit = (_key(said, name) for name in (PERSON, UNIT))
        facts = Facts.from_mapping(said, vocabulary=before.vocabulary)
        verdicts = [_verdict(policy, facts) for policy in (before, after)]
    except PolicyError:
        raise
    except InvalidInput as error:
        return Compared(person=f"line {number}", unit=None, problem=error.code, why=f"line {number}: {error.message}")
    return Compared(person=person or f"line {number}", unit=unit, before=verdicts[0], after=verdicts[1])


def _key(said: dict[str, Any], name: str) -> str | None:
    key = said.pop(name, None)
    if key is not None and not isinstance(key, str):
        raise InvalidInput("MKD254", f"{name}: expected text")
    return key


def _verdict(policy: Policy, facts: Facts) -> Verdict:
    failed, undetermined = policy.masks(facts)
    outcome = outcome_of(policy, failed, undetermined)
    return Verdict(outcome=outcome, failed=failed, undetermined=undetermined)


_ANSWERS = ("outcome", "failed", "undetermined")
_BEFORE = {name: f"before_{name}" for name in _ANSWERS}


def _of_frame(path: Path, before: Policy, after: Policy, *, named: bool) -> Iterator[Compared]:
    from mkd_plugins.batch import decide_frame
    from mkd_plugins.extras import needed

    polars = needed("polars", "polars")
    needed("narwhals", "polars")
    from mkd_plugins.batch.frames import check_columns

    with _readable(path):
        try:
            os.close(os.open(path, os.O_RDONLY))  # a missing file has the system's own words
            scan = polars.scan_parquet(path)
            columns = [name for name in scan.collect_schema().names() if _wanted(name, before, after)]
            check_columns(before.vocabulary, columns, str(path))
            rows = scan.select(polars.len()).collect().item()
        except polars.exceptions.PolarsError as error:
            raise InvalidInput(
                "MKD495", f"is no Parquet ({type(error).__name__})", where=str(path), mend="see which tool wrote it"
            ) from None
    for start in range(0, rows, ROWS):
        frame = scan.select(columns).slice(start, ROWS).collect()
        frame = frame.with_columns(_person(polars, frame, start), _unit(polars, frame))
        decided = decide_frame(after, decide_frame(before, frame).rename(_BEFORE))
        answers = [*_BEFORE.values(), *_ANSWERS]
        changed = polars.col("before_outcome") != polars.col("outcome")
        if named:
            for person, unit, *cells in decided.filter(changed).select(PERSON, UNIT, *answers).iter_rows():
                yield _of_cells(cells, unit, person=person)
            decided = decided.filter(changed.not_() | changed.is_null())
        for unit, *cells, people in decided.group_by(UNIT, *answers).len().iter_rows():
            yield _of_cells(cells, unit, people=people)


def _wanted(name: str, *policies: Policy) -> bool:
    """A fact, what is meant to be one, or who it is; all else would only be carried along."""
    space, dot, _ = name.partition(".")
    return name in (PERSON, UNIT) or any(
        name in policy.vocabulary or (bool(dot) and space in policy.vocabulary.spaces) for policy in policies
    )


def _person(polars: Any, frame: Any, start: int) -> Any:
    """Who it is; somebody whom no column names is told by the row."""
    if PERSON in frame.columns:
        return polars.col(PERSON).cast(polars.String)
    return polars.Series(PERSON, [f"row {start + number}" for number in range(1, frame.height + 1)], polars.String)


def _unit(polars: Any, frame: Any) -> Any:
    return (
        polars.col(UNIT).cast(polars.String) if UNIT in frame.columns else polars.lit(None, polars.String).alias(UNIT)
    )


def _of_cells(cells: Sequence[Any], unit: str | None, *, person: str | None = None, people: int = 1) -> Compared:
    outcomes = cells[0], cells[3]
    if None in outcomes:
        return Compared(person=person, unit=unit, problem="MKD251", people=people)
    return Compared(
        person=person,
        unit=unit,
        before=Verdict(outcome=cells[0], failed=cells[1], undetermined=cells[2]),
        after=Verdict(outcome=cells[3], failed=cells[4], undetermined=cells[5]),
        people=people,
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput("MKD495", f"cannot be read: {reason}", where=str(path), mend="check the path") from None
