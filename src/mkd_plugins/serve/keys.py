"""The keys of writes, in a file of their own: what was begun under each, and which event it ended with.

No answer is kept, and nothing private: an answer is told again out of the journal. Processes of one machine share the
file. Who is at work on a key holds a lock of the operating system, which ends with the process however it ends.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock

from attrs import frozen

from mkd_core.errors import JournalError
from mkd_plugins.serve.problem import HttpProblem

try:
    import fcntl
except ImportError:  # Windows, where one process serves
    fcntl = None  # type: ignore[assignment]

_TABLE = """CREATE TABLE IF NOT EXISTS keys (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  person TEXT NOT NULL,
  before INTEGER NOT NULL,
  author TEXT NOT NULL,
  moment TEXT NOT NULL,
  agreement TEXT NOT NULL DEFAULT '',
  done INTEGER,
  PRIMARY KEY (caller, key)
) WITHOUT ROWID"""
_COLUMNS = "caller, key, request, person, before, author, moment, agreement, done"


@frozen(kw_only=True)
class Begun:
    """A write that was begun: by whom under which key, the digest of the request, and where its events would be.

    ``person``  whose stream it is, which had ``before`` events. ``author`` and ``moment`` are those of its events.
    ``done``    the number of the event that it ended with, and ``agreement`` which it was about, once it is known.
    """

    caller: str
    key: str
    request: str
    person: str
    before: int
    author: str
    moment: datetime
    agreement: str = ""
    done: int | None = None


class Keys:
    """Threads and processes may share it. Raises ``JournalError`` (MKD720) where the file cannot be used."""

    def __init__(self, path: Path, *, keep_days: int) -> None:
        self._path = path
        self._keep = timedelta(days=keep_days)
        self._lock = Lock()
        self._at_work = set[tuple[str, str]]()
        self._purged = datetime.min.replace(tzinfo=UTC)
        with self._told():
            for name in (path, self._locks):
                # Made for the owner alone; one that is there is left as it is.
                with suppress(FileExistsError):
                    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._held = os.open(self._locks, os.O_RDWR)
            self._connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(_TABLE)

    @property
    def _locks(self) -> Path:
        return self._path.with_name(f"{self._path.name}.lock")

    def close(self) -> None:
        """Close the files."""
        self._connection.close()
        os.close(self._held)

    @contextmanager
    def at_work(self, caller: str, key: str) -> Iterator[None]:
        """Hold a key. Raises ``HttpProblem`` (MKD716) where somebody else holds it."""
        with self._lock:
            free = (caller, key) not in self._at_work and self._seize(caller, key)
            if free:
                self._at_work.add((caller, key))
        if not free:
            raise HttpProblem(
                "MKD716", "a request with this key is being answered", status=409, headers={"Retry-After": "1"}
            )
        try:
            yield
        finally:
            with self._lock:
                self._at_work.discard((caller, key))
                self._release(caller, key)

    def find(self, caller: str, key: str) -> Begun | None:
        """What was begun under that key."""
        with self._lock, self._told():
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM keys WHERE caller = ? AND key = ?", (caller, key)
            ).fetchone()
        if row is None:
            return None
        *texts, author, moment, agreement, done = row
        caller, key, request, person, before = texts
        return Begun(
            caller=caller,
            key=key,
            request=request,
            person=person,
            before=before,
            author=author,
            moment=datetime.fromisoformat(moment),
            agreement=agreement,
            done=done,
        )

    def keep(self, begun: Begun) -> None:
        """Keep it, in the place of what was kept under its key; it is on the disk when this returns."""
        moment = begun.moment.astimezone(UTC)
        values = (
            *(begun.caller, begun.key, begun.request, begun.person, begun.before, begun.author),
            *(_written(moment), begun.agreement, begun.done),
        )
        with self._lock, self._told():
            self._connection.execute(f"INSERT OR REPLACE INTO keys ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", values)
            if moment - self._purged > timedelta(hours=1):
                self._connection.execute("DELETE FROM keys WHERE moment < ?", (_written(moment - self._keep),))
                self._purged = moment

    def drop(self, caller: str, key: str) -> None:
        """Forget a key under which nothing happened."""
        with self._lock, self._told():
            self._connection.execute("DELETE FROM keys WHERE caller = ? AND key = ?", (caller, key))

    def _seize(self, caller: str, key: str) -> bool:
        if fcntl is None:
            return True
        try:
            fcntl.lockf(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(caller, key))
        except OSError:
            return False
        return True

    def _release(self, caller: str, key: str) -> None:
        if fcntl is not None:
            fcntl.lockf(self._held, fcntl.LOCK_UN, 1, _place(caller, key))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                "MKD720",
                f"the keys of writes cannot be kept: {type(error).__name__}",
                where=self._path.name,
                mend="see that the file of [serve] keys can be written",
            ) from None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _place(caller: str, key: str) -> int:
    """The byte of the lock's file that stands for the key; of two keys with one byte the second waits for the first."""
    return int.from_bytes(sha256(f"{caller}\0{key}".encode()).digest()[:7])
