"""The journal in a SQL database, through SQLAlchemy Core: PostgreSQL, MySQL and MariaDB, SQLite. The extra ``sql``.

:class:`SqlJournal` joins a transaction of the host: what it writes is there when the host commits, together with what
the host wrote, or never. :class:`SqlStore` has transactions of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    create_engine,
    delete,
    event,
    exc,
    func,
    insert,
    make_url,
    or_,
    select,
    update,
)
from sqlalchemy.engine import URL

from mkd_core.errors import InvalidInput, JournalError
from mkd_core.journal import GENESIS, Draft, Head, Record, conflict, seal, unknown_effect
from mkd_core.outbox import ERASED, Delivery, Effect, EffectStatus, Settlement, follows_from
from mkd_plugins.journal import tables
from mkd_plugins.journal.faults import Condition, refusal, told
from mkd_plugins.journal.joined import DriverConnection, expect_transaction, joined, shown
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
from mkd_plugins.journal.sql_config import SqlConfig
from mkd_plugins.journal.tables import ddl

__all__ = ["SqlConfig", "SqlJournal", "SqlStore", "ddl", "open_store"]

T = TypeVar("T")

_PAGE = 500
"""Rows read at once, and keys asked for in one statement."""

_EVENT, _EFFECT = tables.events.c, tables.effects.c
_COUNTERS = select(tables.meta.c.events, tables.meta.c.effects)
_RECORDS = select(
    *[column for column in tables.events.columns if column is not _EVENT.position],
    tables.private.c.salt,
    tables.private.c.content,
).select_from(tables.events.outerjoin(tables.private))
_DELIVERIES = select(*[column for column in tables.effects.columns if column is not _EFFECT.position])


class SqlJournal:
    """A :class:`~mkd_core.ports.Journal` on a connection of the host. It never commits, rolls back or closes.

    The connection is one of SQLAlchemy, or one of a driver (PEP 249: sqlite3, psycopg, psycopg2, pg8000, PyMySQL,
    mysqlclient, MariaDB Connector); another one is ``InvalidInput`` (MKD521). A journal lasts as long as the
    transaction: make another one, and a service over it, for the next. Where every statement commits by itself
    (autocommit), an append is refused (MKD522).

    An append is all or nothing by itself too (a savepoint): when it raises, the host may go on and commit the rest.
    Only where the database itself says that somebody else was first (a deadlock, a serialisation failure) is the
    transaction lost. From its first append to its end, the host's transaction keeps all others from appending, so it
    should be short. Not to be shared among threads, no more than its connection.

    Names of streams have at most 200 characters, keys of effects 255, printable and without a blank at either end, so
    that every database tells them apart alike; another one is ``InvalidInput`` (MKD513).
    """

    def __init__(self, connection: Connection | Any) -> None:
        self._connection: Connection | DriverConnection = joined(connection)
        self._where = shown(self._connection)

    def append(
        self, stream: str, expected: int, events: Sequence[Draft], effects: Sequence[Effect] = ()
    ) -> tuple[Record, ...]:
        """See :class:`mkd_core.ports.Journal`."""
        _check_name("stream", stream, tables.STREAM_LENGTH)
        for effect in effects:
            _check_name("effect's key", effect.key, tables.KEY_LENGTH)
        with _told(self._where):
            self._lock()
            expect_transaction(self._connection)
            with self._connection.begin_nested():
                found, previous = self._connection.execute(_last(stream)).first() or (0, GENESIS)
                if found != expected:
                    raise conflict(stream, expected, found)
                sealed: list[Record] = []
                for number, draft in enumerate(events, start=expected + 1):
                    salt = secrets.token_hex(16)
                    sealed.append(seal(draft, stream=stream, number=number, previous=previous, salt=salt))
                    previous = sealed[-1].hash
                self._insert(sealed, effects)
        return tuple(sealed)

    def _lock(self) -> None:
        """Let one transaction append at a time, until it ends.

        A position that the database gives out (a sequence, an auto-increment) is taken before its transaction commits:
        of two transactions the one with the higher position may commit first, and a reader that goes on behind it
        never sees the other. So the positions come from a row that stays locked until the commit: they become visible
        in their order and without gaps. The lock also makes the check of the expected number safe; and being a write,
        it makes SQLite take its write lock before anything is read.
        """
        locked = self._connection.execute(update(tables.meta).values(events=tables.meta.c.events)).rowcount
        # A connection to MySQL that a host opened counts the rows that a statement changed, and this one changes none.
        if not locked and self._connection.execute(_COUNTERS).first() is None:
            raise refusal(Condition.NO_TABLES, where=self._where)

    def _insert(self, sealed: Sequence[Record], effects: Sequence[Effect]) -> None:
        before, queued = self._connection.execute(_latest(_COUNTERS)).one()
        new = self._without_known(effects)
        places = list(enumerate(sealed, start=before + 1))
        private = [private_values(position, record) for position, record in places]
        for table, rows in (
            (tables.events, [event_values(position, record) for position, record in places]),
            (tables.private, [row for row in private if row is not None]),
            (tables.effects, [effect_values(at, effect) for at, effect in enumerate(new, start=queued + 1)]),
        ):
            if rows:
                self._connection.execute(insert(table), rows)
        self._connection.execute(update(tables.meta).values(events=before + len(sealed), effects=queued + len(new)))

    def _without_known(self, effects: Sequence[Effect]) -> list[Effect]:
        new: dict[str, Effect] = {}
        for effect in effects:
            new.setdefault(effect.key, effect)
        keys = list(new)
        for start in range(0, len(keys), _PAGE):
            known = select(_EFFECT.effect_key).where(_EFFECT.effect_key.in_(keys[start : start + _PAGE]))
            for key in self._connection.scalars(_latest(known)).all():
                del new[key]
        return list(new.values())

    def read(self, stream: str, after: int = 0) -> Sequence[Record]:
        """See :class:`mkd_core.ports.Journal`."""
        if not _is_name(stream, tables.STREAM_LENGTH):  # nothing was written under it; to look would be an error
            return ()
        query = _RECORDS.where(_EVENT.stream == stream, _EVENT.number > after).order_by(_EVENT.number)
        return tuple(record_from(row) for row in self._rows(query))

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """See :class:`mkd_core.ports.Journal`."""
        return _paged(self._record_page, after)

    def _record_page(self, after: int) -> list[tuple[int, Record]]:
        query = _RECORDS.add_columns(_EVENT.position).where(_EVENT.position > after).order_by(_EVENT.position)
        return [(row[-1], record_from(row[:-1])) for row in self._rows(query.limit(_PAGE))]

    def due(self, now: datetime, limit: int = 100, ports: Collection[str] | None = None) -> Sequence[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        query = _DELIVERIES.where(
            _EFFECT.status == EffectStatus.PENDING.value,
            or_(_EFFECT.due.is_(None), _EFFECT.due <= moment_text(now)),
        ).order_by(_EFFECT.position)
        if ports is not None:
            query = query.where(_EFFECT.port.in_(sorted(ports)))
        return tuple(delivery_from(row) for row in self._rows(query.limit(max(0, limit))))

    def settle(self, key: str, settlement: Settlement) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        self._change(
            key,
            EffectStatus.PENDING,
            EffectStatus.DEAD,
            status=settlement.status.value,
            attempts=_EFFECT.attempts + 1,
            due=None if settlement.due is None else moment_text(settlement.due),
            problem=storable(settlement.problem),
            receipt=storable(settlement.receipt),
        )

    def deliveries(self, status: EffectStatus | None = None, stream: str | None = None) -> Iterator[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        for _, delivery in _paged(lambda after: self._delivery_page(status, stream, after), 0):
            if stream is None or follows_from(delivery.effect.key, stream):
                yield delivery

    def _delivery_page(self, status: EffectStatus | None, stream: str | None, after: int) -> list[tuple[int, Delivery]]:
        query = _DELIVERIES.add_columns(_EFFECT.position).where(_EFFECT.position > after).order_by(_EFFECT.position)
        if status is not None:
            query = query.where(_EFFECT.status == status.value)
        if stream is not None:
            query = query.where(_near(stream))
        return [(row[-1], delivery_from(row[:-1])) for row in self._rows(query.limit(_PAGE))]

    def replay(self, key: str) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        self._change(key, EffectStatus.DEAD, status=EffectStatus.PENDING.value, attempts=0, due=None)

    def _change(self, key: str, *only: EffectStatus, **values: Any) -> None:
        """Change the effect where it has one of these statuses; one in another status is left as it is."""
        change = update(tables.effects).where(_EFFECT.effect_key == key, _EFFECT.status.in_([*map(str, only)]))
        known = _latest(select(_EFFECT.position).where(_EFFECT.effect_key == key))
        with _told(self._where):
            changed = self._connection.execute(change.values(**values)).rowcount
            if not changed and self._connection.execute(known).first() is None:
                raise unknown_effect(key)

    def erase(self, stream: str) -> int:
        """See :class:`mkd_core.ports.Journal`. A server may keep the bytes in its own log and free pages for a while.

        PostgreSQL frees them with the next VACUUM, MariaDB with its purge; logs and backups are the operator's.
        """
        places = select(_EVENT.position).where(_EVENT.stream == stream)
        with _told(self._where):
            erased = self._connection.execute(delete(tables.private).where(tables.private.c.position.in_(places)))
            self._blank_effects(stream)
            return erased.rowcount

    def _blank_effects(self, stream: str) -> None:
        near = select(_EFFECT.effect_key).where(_near(stream))
        keys = [key for key in self._connection.scalars(near).all() if follows_from(key, stream)]
        for start in range(0, len(keys), _PAGE):
            change = update(tables.effects).where(_EFFECT.effect_key.in_(keys[start : start + _PAGE]))
            self._connection.execute(change.values(data="{}"))
            undelivered = _EFFECT.status.in_([EffectStatus.PENDING.value, EffectStatus.DEAD.value])
            self._connection.execute(
                change.where(undelivered).values(status=EffectStatus.CANCELLED.value, due=None, problem=ERASED)
            )

    def head(self) -> Head:
        """See :class:`mkd_core.ports.Journal`."""
        last = select(_EVENT.stream, func.max(_EVENT.number).label("number")).group_by(_EVENT.stream).subquery()
        query = select(_EVENT.stream, _EVENT.number, _EVENT.hash).join(
            last, and_(_EVENT.stream == last.c.stream, _EVENT.number == last.c.number)
        )
        return Head({stream: (number, digest) for stream, number, digest in self._rows(query)})

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with _told(self._where):
            return self._connection.execute(query).all()


class SqlStore:
    """A :class:`~mkd_core.ports.Journal` with transactions of its own; threads and processes may share it.

    Makes the tables where they are missing, unless ``create`` is false. Raises ``JournalError`` where they are still
    missing (MKD519) or of a newer release (MKD509).
    """

    def __init__(self, engine: Engine, *, create: bool = True) -> None:
        self._engine = engine
        self._where = _shown(engine.url)
        with _told(self._where):
            if create:
                _create(engine)
            with engine.begin() as connection:
                found = connection.execute(select(tables.meta.c.schema_version)).scalar_one_or_none()
        if found is None:
            raise refusal(Condition.NO_TABLES, where=self._where)
        if found > SCHEMA_VERSION:
            raise newer(found, where=self._where)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of the pool."""
        self._engine.dispose()

    def append(
        self, stream: str, expected: int, events: Sequence[Draft], effects: Sequence[Effect] = ()
    ) -> tuple[Record, ...]:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            return journal.append(stream, expected, events, effects)

    def read(self, stream: str, after: int = 0) -> Sequence[Record]:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            return journal.read(stream, after)

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        """See :class:`mkd_core.ports.Journal`."""

        def page(after: int) -> list[tuple[int, Record]]:
            with self._transaction() as journal:
                return journal._record_page(after)

        return _paged(page, after)

    def due(self, now: datetime, limit: int = 100, ports: Collection[str] | None = None) -> Sequence[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            return journal.due(now, limit, ports)

    def settle(self, key: str, settlement: Settlement) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            journal.settle(key, settlement)

    def deliveries(self, status: EffectStatus | None = None, stream: str | None = None) -> Iterator[Delivery]:
        """See :class:`mkd_core.ports.Journal`."""

        def page(after: int) -> list[tuple[int, Delivery]]:
            with self._transaction() as journal:
                return journal._delivery_page(status, stream, after)

        found = (delivery for _, delivery in _paged(page, 0))
        return (each for each in found if stream is None or follows_from(each.effect.key, stream))

    def replay(self, key: str) -> None:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            journal.replay(key)

    def erase(self, stream: str) -> int:
        """See :meth:`SqlJournal.erase`."""
        with self._transaction() as journal:
            return journal.erase(stream)

    def head(self) -> Head:
        """See :class:`mkd_core.ports.Journal`."""
        with self._transaction() as journal:
            return journal.head()

    @contextmanager
    def _transaction(self) -> Iterator[SqlJournal]:
        with _told(self._where), self._engine.begin() as connection:
            yield SqlJournal(connection)


def open_store(config: SqlConfig) -> SqlStore:
    """The store that the configuration names. Raises ``JournalError``."""
    url = make_url(config.url)
    if config.password is not None:
        url = url.set(password=config.password.reveal())
    backend = url.get_backend_name()
    arguments = {"timeout": config.busy_timeout} if backend == "sqlite" else {"connect_timeout": 10}
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    except (ModuleNotFoundError, exc.NoSuchModuleError) as error:
        raise JournalError(
            "MKD517",
            f"the driver {url.drivername} is not installed",
            where=_shown(url),
            mend="pip install 'mkd[postgresql]' or 'mkd[mysql]', or name a driver that is there",
        ) from error
    event.listen(engine, "connect", lambda opened, _: _settle_in(opened, backend, config.busy_timeout))
    return SqlStore(engine, create=config.create)


def _settle_in(opened: Any, backend: str, seconds: float) -> None:
    """Set what the journal needs of every new connection: a bounded wait for locks, and SQLite's durability."""
    statements: dict[str, list[str]] = {
        "sqlite": [
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA secure_delete = ON",
        ],
        "postgresql": [f"SET lock_timeout = {max(1, round(seconds * 1000))}"],
        "mysql": [f"SET SESSION innodb_lock_wait_timeout = {max(1, round(seconds))}"],
    }
    statements["mariadb"] = statements["mysql"]
    cursor = opened.cursor()
    for statement in statements.get(backend, []):
        cursor.execute(statement)
    cursor.close()
    opened.commit()


def _create(engine: Engine) -> None:
    """Make what is missing. Several processes may do so at once: whoever loses a race goes on with the next table."""
    for races_left in reversed(range(len(tables.metadata.tables) + 2)):
        try:
            with engine.begin() as connection:
                tables.metadata.create_all(connection)
            with engine.begin() as connection:
                if connection.execute(select(tables.meta.c.id)).first() is None:
                    connection.execute(tables.first_row)
        except exc.DBAPIError:
            if not races_left:
                raise
        else:
            return


def _last(stream: str) -> Select[Any]:
    query = select(_EVENT.number, _EVENT.hash).where(_EVENT.stream == stream)
    return _latest(query.order_by(_EVENT.number.desc()).limit(1))


def _latest(query: Select[Any]) -> Select[Any]:
    """The query on what is committed by now: a plain one would be answered from MySQL's snapshot of the transaction."""
    return query.with_for_update(read=True)


def _paged(page: Callable[[int], list[tuple[int, T]]], after: int) -> Iterator[tuple[int, T]]:
    while rows := page(after):
        yield from rows
        after = rows[-1][0]


def _near(stream: str) -> ColumnElement[bool]:
    """The effects whose key begins with the stream's name, as the index finds them; some may be another stream's."""
    return _EFFECT.effect_key.startswith(f"{stream}:", autoescape=True)


def _is_name(name: str, longest: int) -> bool:
    return 0 < len(name) <= longest and name.isprintable() and name == name.strip()


def _check_name(what: str, name: str, longest: int) -> None:
    if not _is_name(name, longest):
        raise InvalidInput(
            "MKD513",
            f"the name of this {what} cannot be told apart in every database",
            mend=f"give it 1 to {longest} printable characters without a blank at either end",
        )


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What the database raises, as the journal's error; the driver's text stays out, for it may quote a row."""
    try:
        yield
    except exc.DBAPIError as error:
        raise told(error.orig or error, where=where) from error.orig
    except exc.TimeoutError:
        raise refusal(Condition.BUSY, where=where) from None
