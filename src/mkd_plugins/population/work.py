"""The work of a run, kept beside its output: what was decided stays decided when the run is killed.

An SQLite file, since a chunk of people is then in it wholly or not at all. It holds masks of rules, which tell more of
a person than the output does: it is for its owner alone, and gone when the output is there.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import frozen

from mkd_core.errors import InvalidInput
from mkd_plugins.population.verdict import Verdict

SUFFIX = ".work"
_FORMAT = "1"
_TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE person (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, unit TEXT NOT NULL, problem TEXT NOT NULL,
    person_outcome TEXT, person_failed INTEGER, person_undetermined INTEGER, person_missing TEXT,
    plan_outcome TEXT, plan_failed INTEGER, plan_undetermined INTEGER, plan_missing TEXT
);
"""
_ADD = f"INSERT OR IGNORE INTO person VALUES (NULL{', ?' * 11})"


@frozen(kw_only=True)
class Judged:
    """One person with the verdicts, or with the code of what stood in the way of any."""

    key: str
    unit: str
    problem: str = ""
    person: Verdict | None = None
    plan: Verdict | None = None


class Work:
    """The people judged so far, in the order in which they were.

    ``path`` None keeps them in a temporary file that nobody can go on with. ``run`` says what is decided (policy, day,
    plan …): work of another run is refused with MKD493, unless ``fresh`` throws it away. Another process that is at
    the same work is MKD494.
    """

    def __init__(self, path: Path | None, *, run: str, fresh: bool = False) -> None:
        self.path = path
        if path is not None:
            if fresh:
                self._remove()
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._base = sqlite3.connect(path or "", timeout=0, isolation_level=None)
        try:
            with self._blamed():
                self._open(run)
        except BaseException:
            self._base.close()
            raise

    def _open(self, run: str) -> None:
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._base.execute("BEGIN EXCLUSIVE")
        known = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not known:
            for statement in filter(str.strip, _TABLES.split(";")):
                self._base.execute(statement)
            self._put("run", run)
            self._put("format", _FORMAT)
        elif (self._setting("run"), self._setting("format")) != (run, _FORMAT):
            raise InvalidInput(
                "MKD493",
                "work of another run is here: other people, policy, day or plan",
                where=str(self.path),
                mend="--fresh begins anew, or name another output",
            )
        self._base.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self._counted("SELECT count(*) FROM person")

    def __contains__(self, key: object) -> bool:
        return bool(self._counted("SELECT count(*) FROM person WHERE key = ?", key))

    def add(self, people: Iterable[Judged]) -> None:
        """Keep a chunk of people, all or none; somebody who is there already stays as they are."""
        with self._blamed():
            self._base.execute("BEGIN")
            self._base.executemany(_ADD, map(_cells, people))
            self._base.execute("COMMIT")

    @property
    def inactive(self) -> int | None:
        """How many people were left out because they are not active; None until everybody was judged."""
        with self._blamed():
            told = self._setting("inactive")
        return None if told is None else int(told)

    def finish(self, inactive: int) -> None:
        """Everybody was judged."""
        with self._blamed():
            self._put("inactive", str(inactive))

    def people(self) -> Iterator[Judged]:
        """Everybody, in the order in which they were judged."""
        with self._blamed():
            for row in self._base.execute("SELECT * FROM person ORDER BY number"):
                yield Judged(
                    key=row[1], unit=row[2], problem=row[3], person=_verdict(row[4:8]), plan=_verdict(row[8:12])
                )

    def patterns(self, of: str) -> Iterator[tuple[Verdict, int]]:
        """Each different verdict with how many people have it; ``of`` is ``person`` or ``plan``."""
        columns = ", ".join(f"{of}_{name}" for name in ("outcome", "failed", "undetermined", "missing"))
        select = f"SELECT {columns}, count(*) FROM person WHERE {of}_outcome IS NOT NULL GROUP BY {columns}"
        with self._blamed():
            for *cells, people in self._base.execute(select):
                verdict = _verdict(cells)
                assert verdict is not None
                yield verdict, people

    def units(self, of: str) -> Iterator[tuple[str, str, int]]:
        """Unit, outcome, and how many people of that unit have it, by unit."""
        select = (
            f"SELECT unit, {of}_outcome, count(*) FROM person WHERE {of}_outcome IS NOT NULL "
            f"GROUP BY unit, {of}_outcome ORDER BY unit"
        )
        with self._blamed():
            yield from self._base.execute(select)

    def problems(self) -> dict[str, int]:
        """Code → how many people could not be judged for it."""
        select = "SELECT problem, count(*) FROM person WHERE problem <> '' GROUP BY problem ORDER BY problem"
        with self._blamed():
            return dict(self._base.execute(select))

    def close(self) -> None:
        """Let go of the file; it stays."""
        self._base.close()

    def remove(self) -> None:
        """Let go of the file and remove it."""
        self.close()
        self._remove()

    def _remove(self) -> None:
        if self.path is not None:
            for path in (self.path, self.path.with_name(self.path.name + "-journal")):
                path.unlink(missing_ok=True)

    def _setting(self, name: str) -> str | None:
        found = self._base.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def _put(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def _counted(self, select: str, *values: object) -> int:
        with self._blamed():
            return int(self._base.execute(select, values).fetchone()[0])

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise InvalidInput(
                    "MKD494", "another run is at this output", where=str(self.path), mend="wait for it, or end it"
                ) from None
            raise InvalidInput(
                "MKD493",
                f"the work file cannot be used: {error}",
                where=str(self.path or "temporary work file"),
                mend="--fresh begins anew",
            ) from None


def _cells(judged: Judged) -> Sequence[object]:
    return (judged.key, judged.unit, judged.problem, *_verdict_cells(judged.person), *_verdict_cells(judged.plan))


def _verdict_cells(verdict: Verdict | None) -> Sequence[object]:
    if verdict is None:
        return (None, None, None, None)
    return (verdict.outcome, verdict.failed, verdict.undetermined, " ".join(verdict.missing))


def _verdict(cells: Sequence[object]) -> Verdict | None:
    outcome, failed, undetermined, missing = cells
    if outcome is None:
        return None
    return Verdict(
        outcome=str(outcome),
        failed=int(str(failed)),
        undetermined=int(str(undetermined)),
        missing=tuple(str(missing).split()),
    )
