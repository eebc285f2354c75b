"""A host's connection, of SQLAlchemy or of a driver, as the journal asks it: statements in, rows out, and a savepoint.

A connection of PEP 249 says neither its dialect nor how it marks parameters. Both are known of its driver, and
SQLAlchemy writes the statements for them; it never gets to see the connection itself, so it cannot end a transaction.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Dialect, Executable, exc, make_url

from mkd_core.errors import InvalidInput
from mkd_plugins.journal.faults import Condition, refusal

DRIVERS: Mapping[str, str] = {
    "sqlite3": "sqlite+pysqlite",
    "psycopg": "postgresql+psycopg",
    "psycopg2": "postgresql+psycopg2",
    "pg8000": "postgresql+pg8000",
    "pymysql": "mysql+pymysql",
    "MySQLdb": "mysql+mysqldb",
    "mariadb": "mariadb+mariadbconnector",
}
"""The package of a driver → how SQLAlchemy calls it."""
_SAVEPOINT = "mkd_journal"


@frozen
class Answer:
    """What a statement came to."""

    rows: Sequence[tuple[Any, ...]]
    rowcount: int

    def first(self) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        return self.rows[0] if self.rows else None

    def one(self) -> tuple[Any, ...]:
        """The only row."""
        (row,) = self.rows
        return row

    def all(self) -> Sequence[tuple[Any, ...]]:
        """The rows."""
        return self.rows


@frozen
class Scalars:
    """The first column of what a statement came to."""

    values: Sequence[Any]

    def all(self) -> Sequence[Any]:
        """The values."""
        return self.values


class DriverConnection:
    """A connection of PEP 249, with the few methods of SQLAlchemy's that the journal uses."""

    def __init__(self, driver: Any, package: str) -> None:
        self.driver = driver
        self.dialect: Dialect = make_url(f"{DRIVERS[package]}://").get_dialect()()
        self._error: type[Exception] = sys.modules[package].Error

    def execute(self, statement: Executable, rows: Sequence[Mapping[str, Any]] = ()) -> Answer:
        """Run a statement, or the same once for each of the rows."""
        names = list(rows[0]) if rows else None
        written: Any = statement.compile(  # type: ignore[attr-defined]  # every statement of the journal has it
            dialect=self.dialect, column_keys=names, compile_kwargs={"render_postcompile": True}
        )
        with self._told(), closing(self.driver.cursor()) as cursor:
            if rows:
                cursor.executemany(str(written), [_bound(written, row) for row in rows])
            else:
                cursor.execute(str(written), _bound(written, {}))
            return Answer([_values(row) for row in cursor.fetchall()] if cursor.description else [], cursor.rowcount)

    def scalars(self, statement: Executable) -> Scalars:
        """The first column of what a query gives."""
        return Scalars([row[0] for row in self.execute(statement).rows])

    def exec_driver_sql(self, text: str) -> None:
        """Run a statement that is text already."""
        with self._told(), closing(self.driver.cursor()) as cursor:
            cursor.execute(text)

    @contextmanager
    def begin_nested(self) -> Iterator[None]:
        """All or nothing of what is done within, inside of the host's transaction."""
        self.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")
        try:
            yield
        except BaseException:
            # A database that gave up the whole transaction (a deadlock, a full disk) has no savepoint any more.
            with suppress(exc.DBAPIError):
                self.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
                self.exec_driver_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")
            raise
        self.exec_driver_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            raise exc.DBAPIError(None, None, error) from error


def joined(connection: Any) -> Connection | DriverConnection:
    """The connection to ask. Raises ``InvalidInput`` (MKD521) for what is none, or that of an unknown driver."""
    if isinstance(connection, Connection):
        return connection
    packages = [kind.__module__.partition(".")[0] for kind in type(connection).__mro__]
    package = next((name for name in packages if name in DRIVERS), None)
    if package is None or not hasattr(connection, "cursor"):
        raise InvalidInput(
            "MKD521",
            f"a {type(connection).__module__}.{type(connection).__qualname__} is no connection that a journal can join",
            mend=f"give a Connection of SQLAlchemy, or the connection itself of {', '.join(DRIVERS)}; "
            "Django has it as connection.connection, Odoo as cr._cnx, Tryton as Transaction().connection",
        )
    return DriverConnection(connection, package)


def shown(connection: Connection | DriverConnection) -> str:
    """The database, for a message; never with a password."""
    if isinstance(connection, Connection):
        return connection.engine.url.render_as_string(hide_password=True)
    return f"the host's {connection.dialect.name}"


def expect_transaction(connection: Connection | DriverConnection) -> None:
    """Refuse (MKD522) a connection on which every statement commits by itself: nothing could be taken back.

    PostgreSQL says so itself when it is asked for a savepoint. SQLite would begin a transaction by it and commit that
    with its release, and MySQL forgets a savepoint at once when no transaction is open.
    """
    if connection.dialect.name == "sqlite":
        driver = (
            connection.driver if isinstance(connection, DriverConnection) else connection.connection.dbapi_connection
        )
        if not getattr(driver, "in_transaction", True):
            raise refusal(Condition.NO_TRANSACTION, where=shown(connection))
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")
        connection.exec_driver_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")


def _bound(written: Any, row: Mapping[str, Any]) -> Any:
    """The parameters as the driver takes them, by place or by name."""
    values = written.construct_params(row)
    if not written.positional:
        return values
    return tuple(values[name] for name in written.positiontup)


def _values(row: Any) -> tuple[Any, ...]:
    """The row by place: a host may have its driver make dictionaries of rows."""
    return tuple(row.values()) if isinstance(row, Mapping) else tuple(row)
