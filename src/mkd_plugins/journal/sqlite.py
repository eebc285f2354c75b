"""The embedded journal: one SQLite file, with nothing but the standard library.

An append is on the disk when it returns (write-ahead log, ``synchronous=FULL``); killed before, it never was. Threads
share one connection under a lock, processes wait for each other at ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

import attrs

from mkd_core.errors import JournalError
from mkd_core.journal import GENESIS, Draft, Head, Record, conflict, seal, unknown_effect
from mkd_core.outbox import ERASED, Delivery, Effect, EffectStatus, Settlement, follows_from
from mkd_plugins.api import Provider, hookimpl, journal
from mkd_plugins.journal.faults import Condition, refusal, told
from mkd_plugins.journal.rows import (
    SCHEMA_VERSION,
    delivery_from,
    effect_values,
    event_values,
    moment_text,
    newer,
    private_values,
    record_from,
    storable,
)

# STRICT makes SQLite check types; it is left out where the SQLite of the machine is older (Enterprise Linux 9).
_STRICT = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""

_TABLES = (
    f"""CREATE TABLE mkd_meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  schema_version INTEGER NOT NULL,
  events INTEGER NOT NULL,
  effects INTEGER NOT NULL
){_STRICT}""",
    f"""CREATE TABLE mkd_events (
  position INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  number INTEGER NOT NULL,
  type TEXT NOT NULL,
  schema_number INTEGER NOT NULL,
  moment TEXT NOT NULL,
  author TEXT NOT NULL,
  data TEXT NOT NULL,
  commitment TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (stream, number)
){_STRICT}""",
    f"""CREATE TABLE mkd_private (
  position INTEGER PRIMARY KEY REFERENCES mkd_events (position),
  salt TEXT NOT NULL,
  content TEXT NOT NULL
){_STRICT}""",
    f"""CREATE TABLE mkd_effects (
  position INTEGER PRIMARY KEY,
  effect_key TEXT NOT NULL UNIQUE,
  port TEXT NOT NULL,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  data TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due TEXT,
  problem TEXT NOT NULL,
  receipt TEXT NOT NULL
){_STRICT}""",
    "CREATE INDEX mkd_effects_status ON mkd_effects (status, position)",
)
_FIRST_ROW = f"INSERT INTO mkd_meta (id, schema_version, events, effects) VALUES (1, {SCHEMA_VERSION}, 0, 0)"

_EVENT = (
    "e.stream, e.number, e.type, e.schema_number, e.moment, e.author, e.data, e.commitment, e.previous, e.hash,"
    " p.salt, p.content FROM mkd_events e LEFT JOIN mkd_private p ON p.position = e.position"
)
_DELIVERY = "effect_key, port, kind, recipient, data, status, attempts, due, problem, receipt FROM mkd_effects"
_PAGE = 500
"""Rows read at once: a page is read under the lock, and handed out without it."""


@attrs.frozen(kw_only=True)
class SqliteConfig:
    """Where the file is, and how it is opened.

    ``path``            made when it is not there; its folder is not.
    ``max_page_count``  the most pages of (as a rule) 4,096 bytes that the file may grow to.
    ``busy_timeout``    seconds to wait for another process that is writing.
    """

    path: Path
    max_page_count: int | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.ge(1)))
    read_only: bool = False
    busy_timeout: float = attrs.field(default=5.0, validator=attrs.validators.ge(0))


def _make_for_the_owner(path: Path) -> None:
    """Make the file, for nobody else to read, where there is none; SQLite gives the log beside it the same rights.

    What keeps it from being made is said when SQLite opens it. A file that is there is left alone: opening and closing
    it would drop the locks that this process holds on it.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def ddl() -> str:
    """The statements that make an empty journal."""
    return "".join(f"{statement};\n\n" for statement in (*_TABLES, _FIRST_ROW))


class SqliteJournal:
    """A :class:`~mkd_core.ports.Journal` in one file; a context manager that closes it.

    Safe to share among threads. In a folder that may not be written to it is read all the same. Raises
    ``JournalError``: full (MKD502), read-only (MKD503), not to be opened or gone (MKD504), locked for longer than the
    timeout (MKD507), damaged (MKD508), without tables (MKD519), of a newer release (MKD509).
    """

    def __init__(self, config: SqliteConfig) -> None:
        self._config = config
        self._lock = RLock()
        self._left_behind: list[sqlite3.Connection] = []
        self._closed = False
        self._as_of: tuple[int, int, bool] | None = None
        with self._told():
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; whatever was appended is in it."""
        with self._lock, self._told():
            self._closed = True
            self._opened.close()

    def ping(self) -> None:
        """Whether it can be written to, where it is to be. Raises ``JournalError`` (MKD503)."""
        with self._lock, self._told():
            self._connection()
        if self._as_of is not None and not self._config.read_only:
            raise refusal(Condition.READ_ONLY, where=str(self._config.path))

    def append(
        self, stream: str, expected: int, events: Sequence[Draft], effects: Sequence[Effect] = ()
    ) -> tuple[Record, ...]:
        """See :class:`mkd_core.ports.Journal`."""
        with self._writing() as connection:
            last = connection.execute(
                "SELECT number, hash FROM mkd_events WHERE stream = ? ORDER BY number DESC LIMIT 1", (stream,)
            ).fetchone()
            found, previous = last or (0, GENESIS)
            if found != expected:
                raise conflict(stream, expected, found)
            sealed: list[Record] = []
            for number, draft in enumerate(events, start=expected + 1):
                salt = secrets.token_hex(16)
                sealed.append(seal(draft, stream=stream, number=number, previous=previous, salt=salt))
                previous = sealed[-1].hash
            self._insert(connection, sealed, effects)
        return tuple(sealed)

    def _insert(self, connection: sqlite3.Connection, sealed: Sequence[Record], effects: Sequence[Effect]) -> None:
        before, queued = connection.execute("SELECT events, effects FROM mkd_meta").fetchone()
        for position, record in enumerate(sealed, start=before + 1):
            _put(connection, "mkd_events", event_values(position, record))
            private = private_values(position, record)
            if private is not None:
                _put(connection, "mkd_private", private)
        for position, effect in enumerate(effects, start=queued + 1):
            _put(connection, "mkd_effects", effect_values(position, effect), "ON CONFLICT (effect_key) DO NOTHING")
        connection.execute("UPDATE mkd_meta SET events = ?, effects = ?", (before + len(sealed), queued + len(effects)))

    def read(self, stream: str, after: int = 0) -> Sequence[Record]:
        """See :class:`mkd_core.ports.Journal`."""
        query = f"SELECT {_EVENT} WHERE e.stream = ? AND e.number > ? ORDER BY e.number"
        return tuple(record_from(row) for row in self._rows(query, stream, after))

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """See :class:`mkd_core.ports.Journal`."""
        query = f"SELECT e.position, {_EVENT} WHERE e.position > ? ORDER BY e.position LIMIT {_PAGE}"
        for position, *row in self._pages(query, after):
            yield position, record_from(row)

    def due(self, now: datetime, limit: int = 100, ports: Collection[str] | None = None) -> Sequence[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        named = sorted(ports or ())
        only = "" if ports is None else f" AND port IN ({', '.join('?' * len(named))})"
        query = f"SELECT {_DELIVERY} WHERE status = ? AND (due IS NULL OR due <= ?){only} ORDER BY position LIMIT ?"
        rows = self._rows(query, EffectStatus.PENDING.value, moment_text(now), *named, max(0, limit))
        return tuple(delivery_from(row) for row in rows)

    def settle(self, key: str, settlement: Settlement) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        due = None if settlement.due is None else moment_text(settlement.due)
        with self._writing() as connection:
            changed = connection.execute(
                "UPDATE mkd_effects SET status = ?, attempts = attempts + 1, due = ?, problem = ?, receipt = ?"
                " WHERE effect_key = ? AND status IN (?, ?)",
                (
                    settlement.status.value,
                    due,
                    storable(settlement.problem),
                    storable(settlement.receipt),
                    key,
                    EffectStatus.PENDING.value,
                    EffectStatus.DEAD.value,
                ),
            ).rowcount
            if not changed:
                _expect(connection, key)

    def deliveries(self, status: EffectStatus | None = None, stream: str | None = None) -> Iterator[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        wanted = [kind.value for kind in (EffectStatus if status is None else (status,))]
        marks = ", ".join("?" * len(wanted))
        if stream is not None:
            near = f"SELECT {_DELIVERY} WHERE effect_key >= ? AND effect_key < ? AND status IN ({marks})"
            found = map(delivery_from, self._rows(f"{near} ORDER BY position", *_keys_near(stream), *wanted))
            yield from (delivery for delivery in found if follows_from(delivery.effect.key, stream))
            return
        query = (
            f"SELECT position, {_DELIVERY} WHERE position > ? AND status IN ({marks}) ORDER BY position LIMIT {_PAGE}"
        )
        for _, *row in self._pages(query, 0, *wanted):
            yield delivery_from(row)

    def replay(self, key: str) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        with self._writing() as connection:
            changed = connection.execute(
                "UPDATE mkd_effects SET status = ?, attempts = 0, due = NULL WHERE effect_key = ? AND status = ?",
                (EffectStatus.PENDING.value, key, EffectStatus.DEAD.value),
            ).rowcount
            if not changed:
                _expect(connection, key)

    def erase(self, stream: str) -> int:
        """See :class:`mkd_core.ports.Journal`. The bytes are overwritten in the file and cut from the log beside it.

        Raises ``JournalError`` (MKD518) when somebody still reads the old state, so that the log could not be cut;
        erasing again, later, cuts it.
        """
        with self._writing() as connection:
            erased = connection.execute(
                "DELETE FROM mkd_private WHERE position IN (SELECT position FROM mkd_events WHERE stream = ?)",
                (stream,),
            ).rowcount
            near = connection.execute(
                "SELECT effect_key FROM mkd_effects WHERE effect_key >= ? AND effect_key < ?", _keys_near(stream)
            ).fetchall()
            keys = [(key,) for (key,) in near if follows_from(key, stream)]
            connection.executemany("UPDATE mkd_effects SET data = '{}' WHERE effect_key = ?", keys)
            connection.executemany(
                f"UPDATE mkd_effects SET status = '{EffectStatus.CANCELLED}', due = NULL, problem = '{ERASED}'"
                f" WHERE effect_key = ? AND status IN ('{EffectStatus.PENDING}', '{EffectStatus.DEAD}')",
                keys,
            )
        (blocked, *_), *_ = self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if blocked:
            raise JournalError(
                "MKD518",
                "erased from the journal, but another process keeps the old pages in the log beside it",
                where=str(self._config.path),
                mend="erase the stream again when nothing else reads the journal",
            )
        return erased

    def head(self) -> Head:
        """See :class:`mkd_core.ports.Journal`."""
        # Beside max(), SQLite takes the other columns from the row that has the maximum.
        rows = self._rows("SELECT stream, max(number), hash FROM mkd_events GROUP BY stream")
        return Head({stream: (number, digest) for stream, number, digest in rows})

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._lock, self._told():
            return self._connection().execute(query, values).fetchall()

    def _pages(self, query: str, after: int, *values: Any) -> Iterator[Any]:
        while page := self._rows(query, after, *values):
            yield from page
            after = page[-1][0]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the write lock from its first statement on, so that what it reads stays true."""
        with self._lock, self._told():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                self._expect_in_place()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back when the disk is full
                    connection.execute("ROLLBACK")
                raise

    def _connection(self) -> sqlite3.Connection:
        if self._closed:
            raise JournalError("MKD504", "the journal is closed", where=str(self._config.path), mend="open it again")
        if self._process != os.getpid() or (self._as_of is not None and self._as_of != self._written()):
            # A connection does not survive a fork, and closing it would drop the locks that the parent holds.
            self._left_behind.append(self._opened)
            self._open()
        return self._opened

    def _open(self) -> None:
        config = self._config
        self._as_of = None
        if not config.read_only:
            _make_for_the_owner(config.path)
        try:
            self._opened = self._connect("mode=ro" if config.read_only else "mode=rwc")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_DIRECTORY:
                raise
            # Even to read, SQLite makes files beside it, unless told that nothing changes: so we look for changes.
            self._as_of = self._written()
            if self._as_of is None or self._as_of[-1]:
                raise
            self._opened = self._connect("mode=ro&immutable=1")
        self._process = os.getpid()
        self._file = os.stat(config.path).st_ino

    def _written(self) -> tuple[int, int, bool] | None:
        """When the file was written to last, its size, and whether there is a log beside it; None: it is gone."""
        path = self._config.path
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, path.with_name(f"{path.name}-wal").exists()

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._config.path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=self._config.busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")
        if self._config.max_page_count is not None:
            connection.execute(f"PRAGMA max_page_count = {self._config.max_page_count}")
        if not self._config.read_only:
            self._create(connection)
            connection.execute("PRAGMA journal_mode = WAL")
        if not _has_tables(connection):
            raise self._no_journal()
        version = connection.execute("SELECT schema_version FROM mkd_meta").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise newer(version, where=str(self._config.path))

    def _create(self, connection: sqlite3.Connection) -> None:
        if _has_tables(connection):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked again under the lock: another process may have made them in the meantime.
            if not _has_tables(connection):
                if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise self._no_journal()
                for statement in (*_TABLES, _FIRST_ROW):
                    connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _no_journal(self) -> JournalError:
        return JournalError(
            "MKD519",
            "is a database, but holds no journal",
            where=str(self._config.path),
            mend="name the journal's file in mkd.toml, or a new one",
        )

    def _expect_in_place(self) -> None:
        # SQLite would go on writing into a file that was deleted or replaced, and the append would be lost.
        try:
            same = os.stat(self._config.path).st_ino == self._file
        except OSError:
            same = False
        if not same:
            raise JournalError(
                "MKD504",
                "the file was moved, deleted or replaced while it was open",
                where=str(self._config.path),
                mend="put it back and start again",
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite raises, as the journal's error with a code and a mend."""
        try:
            yield
        except sqlite3.Error as error:
            raise told(error, where=str(self._config.path)) from error


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'mkd_meta'").fetchone())


def _put(connection: sqlite3.Connection, table: str, values: dict[str, Any], otherwise: str = "") -> None:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {otherwise}", tuple(values.values()))


def _keys_near(stream: str) -> tuple[str, str]:
    """From the colon to the character behind it: the keys that begin with the stream's name, found by the index."""
    return f"{stream}:", f"{stream};"


def _expect(connection: sqlite3.Connection, key: str) -> None:
    if not connection.execute("SELECT 1 FROM mkd_effects WHERE effect_key = ?", (key,)).fetchone():
        raise unknown_effect(key)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announces the embedded default."""
    return [journal(name="sqlite", config=SqliteConfig, build=SqliteJournal, capabilities=("ping",), cooperative=True)]
