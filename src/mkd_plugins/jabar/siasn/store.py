"""The answers of SIASN as they were last had: a SQLite file of the deployment's own, readable by its owner alone.

An answer stays until a newer one replaces it, or the person is taken off the list. Nobody is forgotten because a
request failed or found nothing; when it was had is kept beside it, so that whoever uses it can say how old it is.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import attrs

from mkd_plugins.api import Permanent, Transient

_TABLES = """
CREATE TABLE IF NOT EXISTS answer (
    resource TEXT NOT NULL,
    subject  TEXT NOT NULL,
    records  TEXT NOT NULL,
    etag     TEXT NOT NULL,
    had_at   REAL NOT NULL,
    gone_at  REAL,
    PRIMARY KEY (resource, subject)
) WITHOUT ROWID
"""


@attrs.frozen(kw_only=True)
class Kept:
    """An answer as it was kept.

    ``subject``  the service number that was asked for; empty for a list of all.
    ``records``  the objects of the answer, their fields picked.
    ``had_at``   when it was last had or confirmed, seconds since 1970. ``gone_at`` is when it was first not found.
    """

    resource: str
    subject: str
    records: tuple[dict[str, str], ...]
    etag: str = ""
    had_at: float
    gone_at: float | None = None


class Store:
    """The file. Each use opens it anew, so that it may be shared by threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def stamp(self) -> tuple[int, ...]:
        """What changes whenever something was written; empty while there is no file."""
        try:
            status = self._path.stat()
        except OSError:
            return ()
        return status.st_ino, status.st_size, status.st_mtime_ns

    def ages(self, resource: str) -> dict[str, tuple[float, str]]:
        """When the answer for each subject was last had, and its ETag."""
        if not self._path.exists():
            return {}
        with self._open() as connection:
            rows = connection.execute("SELECT subject, had_at, etag FROM answer WHERE resource = ?", (resource,))
            return {subject: (had_at, etag) for subject, had_at, etag in rows}

    def read(self, resource: str) -> Iterator[Kept]:
        """Every answer kept of a resource, by subject. Raises ``Permanent`` when the file is none of ours."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT subject, records, etag, had_at, gone_at FROM answer WHERE resource = ? ORDER BY subject",
                (resource,),
            ).fetchall()
        for subject, records, etag, had_at, gone_at in rows:
            yield Kept(
                resource=resource,
                subject=subject,
                records=tuple(json.loads(records)),
                etag=etag,
                had_at=had_at,
                gone_at=gone_at,
            )

    def put(self, answers: Iterable[Kept]) -> None:
        """Keep these in the place of what was there, all or none."""
        rows = [
            (each.resource, each.subject, json.dumps(each.records, ensure_ascii=False), each.etag, each.had_at, None)
            for each in answers
        ]
        self._write("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)", rows)

    def confirm(self, resource: str, subjects: Iterable[str], at: float) -> None:
        """What is kept of these was found unchanged."""
        rows = [(at, resource, subject) for subject in subjects]
        self._write("UPDATE answer SET had_at = ?, gone_at = NULL WHERE resource = ? AND subject = ?", rows)

    def gone(self, resource: str, subjects: Iterable[str], at: float) -> None:
        """These were not found any more; what was kept of them stays, and so does the day they were first missed."""
        rows = [(at, resource, subject) for subject in subjects]
        self._write(
            "UPDATE answer SET gone_at = coalesce(gone_at, ?) WHERE resource = ? AND subject = ?",
            rows,
        )

    def forget(self, people: Iterable[str]) -> None:
        """Nothing is kept of these any more."""
        self._write("DELETE FROM answer WHERE subject = ?", [(number,) for number in people])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self._open() as connection, connection:
                connection.executemany(statement, rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            # The file is private before anything stands in it.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self._path, timeout=30.0)) as connection:
                connection.execute(_TABLES)
                yield connection
        except sqlite3.OperationalError as error:
            raise Transient(
                f"the cache cannot be used now ({error})",
                code="MKD666",
                where=str(self._path),
                mend="see disk and locks",
            ) from None
        except (OSError, sqlite3.DatabaseError) as error:
            said = error.strerror if isinstance(error, OSError) else "it is no cache of ours"
            raise Permanent(
                f"the cache cannot be used: {said}",
                code="MKD666",
                where=str(self._path),
                mend="see path and permissions, or delete the file and run mkd jabar refresh",
            ) from None
