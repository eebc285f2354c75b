"""The journal in a SQL database keeps what the port promises: in three databases, alone and inside a host."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy import create_engine, make_url

from mkd_core.ports import Journal
from mkd_plugins.journal.sql import SqlConfig, SqlJournal, SqlStore, open_store
from mkd_plugins.journal.tables import metadata
from mkd_plugins.testing.journal import JournalSuite, SharedJournalSuite


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.db'}"


def fresh_store(url: str) -> Iterator[Journal]:
    """A store whose tables are gone afterwards: the server lives as long as the run."""
    with open_store(SqlConfig(url=url)) as store:
        yield store
    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()


def joined_journal(url: str) -> Iterator[Journal]:
    """A journal on the connection of a host that rolls back at the end."""
    engine = create_engine(url)
    SqlStore(engine)
    with engine.connect() as connection:
        yield SqlJournal(connection)
        connection.rollback()
    metadata.drop_all(engine)
    engine.dispose()


def joined_driver(connection: sqlite3.Connection | psycopg.Connection | pymysql.Connection) -> Iterator[Journal]:
    """A journal on the bare connection of a host's driver, which rolls back at the end."""
    yield SqlJournal(connection)
    connection.rollback()
    connection.close()


def with_tables(url: str) -> Iterator[str]:
    """A database with the tables of a journal, gone afterwards."""
    engine = create_engine(url)
    SqlStore(engine)
    yield url
    metadata.drop_all(engine)
    engine.dispose()


class TestStoreOnSqlite(SharedJournalSuite):
    @pytest.fixture
    def journal(self, sqlite_url: str) -> Iterator[Journal]:
        yield from fresh_store(sqlite_url)


class TestStoreOnPostgresql(SharedJournalSuite):
    @pytest.fixture
    def journal(self, postgresql_url: str) -> Iterator[Journal]:
        yield from fresh_store(postgresql_url)


class TestStoreOnMariadb(SharedJournalSuite):
    @pytest.fixture
    def journal(self, mariadb_url: str) -> Iterator[Journal]:
        yield from fresh_store(mariadb_url)


class TestJoinedOnSqlite(JournalSuite):
    @pytest.fixture
    def journal(self, sqlite_url: str) -> Iterator[Journal]:
        yield from joined_journal(sqlite_url)


class TestJoinedOnPostgresql(JournalSuite):
    @pytest.fixture
    def journal(self, postgresql_url: str) -> Iterator[Journal]:
        yield from joined_journal(postgresql_url)


class TestJoinedOnMariadb(JournalSuite):
    @pytest.fixture
    def journal(self, mariadb_url: str) -> Iterator[Journal]:
        yield from joined_journal(mariadb_url)


class TestDriverOnSqlite(JournalSuite):
    @pytest.fixture
    def journal(self, sqlite_url: str) -> Iterator[Journal]:
        for url in with_tables(sqlite_url):
            yield from joined_driver(sqlite3.connect(url.removeprefix("sqlite:///")))


class TestDriverOnPostgresql(JournalSuite):
    @pytest.fixture
    def journal(self, postgresql_url: str) -> Iterator[Journal]:
        for url in with_tables(postgresql_url):
            yield from joined_driver(psycopg.connect(url.replace("+psycopg", "")))


class TestDriverOnMariadb(JournalSuite):
    @pytest.fixture
    def journal(self, mariadb_url: str) -> Iterator[Journal]:
        for url in with_tables(mariadb_url):
            at = make_url(url)
            yield from joined_driver(
                pymysql.connect(host=at.host, port=at.port, user=at.username, database=at.database, charset="utf8mb4")
            )
