"""The journal on the bare connection of a driver: sqlite3, psycopg and PyMySQL, as hosts without SQLAlchemy have it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from psycopg.rows import dict_row
from pymysql.cursors import DictCursor
from sqlalchemy import create_engine, make_url

from mkd_core.errors import Conflict, InvalidInput, JournalError
from mkd_core.journal import ERASURE, verify
from mkd_core.outbox import EffectStatus
from mkd_plugins.journal.sql import SqlJournal, SqlStore
from mkd_plugins.journal.tables import metadata
from mkd_plugins.testing.journal import MORNING, draft, effect, settled

DRIVERS = ["sqlite3", "psycopg", "pymysql"]


class Host:
    """A host's database with a table of its own and the journal's, and connections of a driver to it."""

    def __init__(self, driver: str, url: str) -> None:
        self.driver = driver
        self.engine = create_engine(url)
        self._at = make_url(url)

    def connect(self, *, autocommit: bool = False, dictionaries: bool = False) -> Any:
        """A connection; with ``dictionaries`` the rows of its cursors have names."""
        at = self._at
        if self.driver == "sqlite3":
            connection = sqlite3.connect(str(at.database), isolation_level=None if autocommit else "")
            connection.row_factory = sqlite3.Row if dictionaries else None
            return connection
        if self.driver == "psycopg":
            url = at.set(drivername="postgresql").render_as_string(hide_password=False)
            rows: dict[str, Any] = {"row_factory": dict_row} if dictionaries else {}
            return psycopg.connect(url, autocommit=autocommit, **rows)
        kind: dict[str, Any] = {"cursorclass": DictCursor} if dictionaries else {}
        return pymysql.connect(
            host=at.host, port=at.port, user=at.username, database=at.database, autocommit=autocommit, **kind
        )

    def asked(self, connection: Any) -> None:
        """What the host itself writes."""
        with closing(connection.cursor()) as cursor:
            cursor.execute("INSERT INTO leave_request VALUES (1)")

    def kept(self) -> tuple[int, int, int]:
        """How many rows of the host, events and effects are committed."""
        with self.engine.connect() as connection:
            leaves = connection.exec_driver_sql("SELECT count(*) FROM leave_request").scalar_one()
        store = SqlStore(self.engine)
        return leaves, store.head().events, len(list(store.deliveries()))


@pytest.fixture(params=DRIVERS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """The same host on every driver."""
    urls: dict[str, Callable[[], str]] = {
        "sqlite3": lambda: f"sqlite:///{tmp_path / 'host.db'}",
        "psycopg": lambda: str(request.getfixturevalue("postgresql_url")),
        "pymysql": lambda: str(request.getfixturevalue("mariadb_url")),
    }
    host = Host(request.param, urls[request.param]())
    SqlStore(host.engine)
    with host.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE leave_request (id INTEGER)")
    yield host
    metadata.drop_all(host.engine)
    with host.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE leave_request")
    host.engine.dispose()


def test_what_the_host_rolls_back_never_was(host: Host) -> None:
    """The host's row, events and effects are there together when the host commits, or none of them is."""
    with closing(host.connect()) as connection:
        host.asked(connection)
        SqlJournal(connection).append("a", 0, [draft("one", {"name": "Siti"})], [effect("k")])
        connection.rollback()
        assert host.kept() == (0, 0, 0)

        host.asked(connection)
        SqlJournal(connection).append("a", 0, [draft("one", {"name": "Siti"})], [effect("k")])
        assert host.kept() == (0, 0, 0)
        connection.commit()

    assert host.kept() == (1, 1, 1)


def test_the_journal_never_ends_the_hosts_transaction(host: Host) -> None:
    """Whatever is asked of the journal, also what it refuses, can still be rolled back, and nothing is closed."""
    with closing(host.connect()) as connection:
        host.asked(connection)
        journal = SqlJournal(connection)
        journal.append("a", 0, [draft("one", {"name": "Siti"}), draft(kind=ERASURE)], [effect("k"), effect("l")])
        journal.settle("k", settled(EffectStatus.DEAD))
        journal.replay("k")
        assert [delivery.effect.key for delivery in journal.due(MORNING, ports=["notification"])] == ["k", "l"]
        journal.erase("a")
        with pytest.raises(Conflict):
            journal.append("a", 0, [draft("two")], [effect("m")])
        assert verify((record for _, record in journal.records()), journal.head()) == []
        assert len(list(journal.deliveries())) == 2
        assert host.kept() == (0, 0, 0)
        connection.rollback()
        host.asked(connection)
        connection.commit()

    assert host.kept() == (1, 0, 0)


def test_a_refused_append_leaves_the_hosts_work(host: Host) -> None:
    """After a conflict, or an event that is no JSON, the host may go on and commit what else it did."""
    with closing(host.connect()) as connection:
        host.asked(connection)
        journal = SqlJournal(connection)
        journal.append("a", 0, [draft("one")])
        with pytest.raises(Conflict):
            journal.append("a", 0, [draft("two")], [effect("k")])
        with pytest.raises(ValueError, match="JSON"):
            journal.append("a", 1, [draft("two"), draft("x", {"value": float("nan")})], [effect("k")])
        journal.append("a", 1, [draft("three")])
        connection.commit()

    assert host.kept() == (1, 2, 0)
    assert [record.data["text"] for record in SqlStore(host.engine).read("a")] == ["one", "three"]


def test_rows_with_names_are_read_as_well(host: Host) -> None:
    """A host that has its driver make dictionaries of rows joins like any other."""
    with closing(host.connect(dictionaries=True)) as connection:
        journal = SqlJournal(connection)
        written = journal.append("a", 0, [draft("one", {"name": "Siti"}), draft("two")], [effect("k")])
        written += journal.append("a", 2, [draft("three")], [effect("k"), effect("l")])

        assert tuple(journal.read("a")) == written
        assert [position for position, _ in journal.records()] == [1, 2, 3]
        assert [delivery.effect.key for delivery in journal.deliveries()] == ["k", "l"]
        assert journal.head().streams == {"a": (3, written[-1].hash)}
        connection.rollback()


def test_without_a_transaction_nothing_is_written(host: Host) -> None:
    """Where every statement commits by itself nothing could be taken back, so an append is refused; reading is not."""
    with closing(host.connect(autocommit=True)) as connection:
        journal = SqlJournal(connection)
        with pytest.raises(JournalError, match="no transaction is open") as refused:
            journal.append("a", 0, [draft("one")], [effect("k")])
        assert list(journal.read("a")) == []
    with (
        host.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(JournalError, match="no transaction is open") as engines,
    ):
        SqlJournal(connection).append("a", 0, [draft("one")], [effect("k")])

    assert (refused.value.code, engines.value.code) == ("MKD522", "MKD522")
    assert host.kept() == (0, 0, 0)


def test_a_transaction_that_the_host_began_in_words_is_joined(host: Host) -> None:
    """Django and others leave autocommit on and send BEGIN themselves; that transaction is as good as any."""
    with closing(host.connect(autocommit=True)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN")
        SqlJournal(connection).append("a", 0, [draft("one")], [effect("k")])
        assert host.kept() == (0, 0, 0)
        cursor.execute("ROLLBACK")
        assert host.kept() == (0, 0, 0)
        cursor.execute("BEGIN")
        SqlJournal(connection).append("a", 0, [draft("one")], [effect("k")])
        cursor.execute("COMMIT")

    assert host.kept() == (0, 1, 1)


def test_missing_tables_are_named(host: Host) -> None:
    """The error says with which command a host gets the statements that make them."""
    metadata.drop_all(host.engine)
    with closing(host.connect()) as connection:
        with pytest.raises(JournalError, match="mkd journal ddl") as refused:
            SqlJournal(connection).append("a", 0, [draft("one")])
        connection.rollback()

    assert refused.value.code == "MKD519"
    assert host.driver not in refused.value.message


@pytest.mark.parametrize("thing", [object(), "sqlite:///host.db", None])
def test_what_is_no_connection_is_refused(thing: object) -> None:
    """An address, an engine or nothing at all cannot be joined, and the error says what can."""
    with pytest.raises(InvalidInput, match="Django has it as") as refused:
        SqlJournal(thing)

    assert refused.value.code == "MKD521"


def test_an_engine_is_no_connection(tmp_path: Path) -> None:
    """An engine would open a transaction of its own; it has a store."""
    with pytest.raises(InvalidInput) as refused:
        SqlJournal(create_engine(f"sqlite:///{tmp_path / 'host.db'}"))

    assert refused.value.code == "MKD521"
