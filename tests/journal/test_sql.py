"""The journal in a SQL database: inside a host's transaction, beside other writers, and when the database refuses."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from mkd_core.errors import Conflict, InvalidInput, JournalError, MkdError
from mkd_core.journal import ERASURE, Head, verify
from mkd_core.outbox import EffectStatus
from mkd_plugins.api import Secret
from mkd_plugins.cli import root
from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.journal.sql import SqlConfig, SqlJournal, SqlStore, ddl, open_store
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.journal.tables import metadata
from mkd_plugins.testing.journal import append_until_in, draft, effect, settled

DATABASES = ["sqlite", "postgresql", "mariadb"]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of every kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'host.db'}"
        return
    url = request.getfixturevalue(f"{request.param}_url")
    yield url
    engine = create_engine(url)
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS leave_request"))
    engine.dispose()


@pytest.fixture
def host(url: str) -> Iterator[Engine]:
    """A host's database: a table of its own, and the journal's."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE leave_request (id INTEGER)"))
    SqlStore(engine)
    yield engine
    engine.dispose()


def ask_for_leave(connection: Connection) -> None:
    connection.execute(text("INSERT INTO leave_request VALUES (1)"))


def leaves(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM leave_request")).scalar_one())


def events(engine: Engine) -> int:
    return SqlStore(engine).head().events


def test_what_the_host_rolls_back_never_was(host: Engine) -> None:
    """Events and effects are there when the host commits, with what the host wrote; rolled back, none of them is."""
    with host.connect() as connection:
        ask_for_leave(connection)
        SqlJournal(connection).append("a", 0, [draft("one", {"name": "Siti"})], [effect("k")])
        connection.rollback()
    assert (leaves(host), events(host), list(SqlStore(host).deliveries())) == (0, 0, [])

    with host.begin() as connection:
        ask_for_leave(connection)
        SqlJournal(connection).append("a", 0, [draft("one", {"name": "Siti"})], [effect("k")])
    assert (leaves(host), events(host), len(list(SqlStore(host).deliveries()))) == (1, 1, 1)


def test_the_journal_never_ends_the_hosts_transaction(host: Engine) -> None:
    """Whatever is asked of the journal, the host's connection stays open in the same transaction."""
    with host.connect() as connection:
        transaction = connection.begin()
        journal = SqlJournal(connection)
        journal.append("a", 0, [draft("one", {"name": "Siti"}), draft(kind=ERASURE)], [effect("k"), effect("l")])
        journal.settle("k", settled(EffectStatus.DEAD))
        journal.replay("k")
        journal.erase("a")
        assert verify((record for _, record in journal.records()), journal.head()) == []
        assert len(list(journal.deliveries())) == 2
        assert transaction.is_active
        assert connection.get_transaction() is transaction
        transaction.rollback()

    assert (events(host), list(SqlStore(host).deliveries())) == (0, [])


def test_a_refused_append_leaves_the_hosts_work(host: Engine) -> None:
    """After a conflict, or an event that is no JSON, the host may go on and commit what else it did."""
    broken = draft("x", {"value": float("nan")})
    with host.begin() as connection:
        ask_for_leave(connection)
        journal = SqlJournal(connection)
        journal.append("a", 0, [draft("one")])
        with pytest.raises(Conflict):
            journal.append("a", 0, [draft("two")], [effect("k")])
        with pytest.raises(ValueError, match="JSON"):
            journal.append("a", 1, [draft("two"), broken], [effect("k")])
        journal.append("a", 1, [draft("three")])

    assert leaves(host) == 1
    assert [record.data["text"] for record in SqlStore(host).read("a")] == ["one", "three"]
    assert [position for position, _ in SqlStore(host).records()] == [1, 2]
    assert list(SqlStore(host).deliveries()) == []


def test_positions_become_visible_in_their_order(host: Engine) -> None:
    """While a transaction that appended is open, no later one can put its events before it and be read first."""
    with host.connect() as slow, open_store(SqlConfig(url=plain(host), busy_timeout=60)) as store:
        SqlJournal(slow).append("slow", 0, [draft("first")])
        other = Thread(target=store.append, args=("quick", 0, [draft("second")]))
        other.start()
        other.join(timeout=0.3)
        waiting = other.is_alive()
        seen = list(store.records()) if host.dialect.name != "sqlite" else []
        slow.commit()
        other.join(timeout=60)

        assert waiting
        assert seen == []
        assert [(at, record.stream) for at, record in store.records()] == [(1, "slow"), (2, "quick")]


def test_a_transaction_that_read_before_another_wrote_gets_a_conflict(host: Engine) -> None:
    """A host that read, under a snapshot of its own, before somebody else appended is told so when it appends."""
    level = "SERIALIZABLE" if host.dialect.name == "sqlite" else "REPEATABLE READ"
    SqlStore(host).append("a", 0, [draft("one")])
    with host.connect().execution_options(isolation_level=level) as connection:
        journal = SqlJournal(connection)
        expected = len(journal.read("a"))
        SqlStore(host).append("a", 1, [draft("two")])
        with pytest.raises(Conflict) as refused:
            journal.append("a", expected, [draft("too late")])
        connection.rollback()

    assert refused.value.code == "MKD501"
    assert [record.data["text"] for record in SqlStore(host).read("a")] == ["one", "two"]


def test_a_lock_is_waited_for_and_then_named(host: Engine) -> None:
    """An append that waits for a host's long transaction gives up after its timeout, and nothing was written."""
    with host.connect() as slow, open_store(SqlConfig(url=plain(host), busy_timeout=0.1)) as store:
        SqlJournal(slow).append("a", 0, [draft("one")])
        with pytest.raises(JournalError, match="locked") as refused:
            store.append("b", 0, [draft("two")], [effect("k")])
        slow.commit()

        assert refused.value.code == "MKD507"
        assert list(store.head().streams) == ["a"]
        assert list(store.deliveries()) == []
        store.append("b", 0, [draft("two")])


OPEN_AND_APPEND = """
import sys
from mkd_plugins.journal.sql import SqlConfig, open_store
from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.testing.journal import append_until_in, draft, effect

name, url = sys.argv[1:]
sys.stdin.readline()
with open_store(SqlConfig(url=url, busy_timeout=60)) as store:
    for n in range(15):
        append_until_in(store, "a", draft(f"{name}{n}"))
"""


def test_four_processes_write_one_stream(url: str) -> None:
    """Four processes that make the tables and append to one stream at once: every event is in, once."""
    children = [
        subprocess.Popen([sys.executable, "-c", OPEN_AND_APPEND, name, url], stdin=subprocess.PIPE, text=True)
        for name in "wxyz"
    ]
    for child in children:
        assert child.stdin is not None
        with closing(child.stdin):
            child.stdin.write("go\n")
    assert [child.wait(timeout=120) for child in children] == [0] * 4

    with open_store(SqlConfig(url=url)) as store:
        texts = [record.data["text"] for record in store.read("a")]
        assert sorted(texts) == sorted(f"{name}{n}" for name in "wxyz" for n in range(15))
        assert [position for position, _ in store.records()] == [*range(1, 61)]
        assert verify((record for _, record in store.records()), store.head()) == []


def test_the_printed_statements_make_a_journal(url: str) -> None:
    """The statements for a host's own migrations make a journal that works without making anything more."""
    engine = create_engine(url)
    dialect = "mysql" if engine.dialect.name in ("mysql", "mariadb") else engine.dialect.name
    with engine.begin() as connection:
        for statement in filter(None, map(str.strip, ddl(dialect).split(";"))):
            connection.execute(text(statement))
    with SqlStore(engine, create=False) as store:
        store.append("agr-1", 0, [draft("one", {"name": "Siti"})], [effect("k")])
        store.append("AGR-1", 0, [draft("one")], [effect("K")])
        assert store.head().events == 2
    engine.dispose()


def test_the_printed_statements_make_the_journals_own_tables(url: str) -> None:
    """What `mkd journal ddl` prints makes the same columns, keys and indexes that the journal makes by itself."""
    engine = create_engine(url)
    SqlStore(engine)
    own = described(engine)
    metadata.drop_all(engine)
    dialect = "mysql" if engine.dialect.name in ("mysql", "mariadb") else engine.dialect.name
    printed = CliRunner().invoke(root, ["journal", "ddl", "--dialect", dialect])
    with engine.begin() as connection:
        for statement in filter(None, map(str.strip, printed.output.split(";"))):
            connection.execute(text(statement))

    assert printed.exit_code == 0
    assert described(engine) == own
    assert sorted(own) == ["mkd_effects", "mkd_events", "mkd_meta", "mkd_private"]
    engine.dispose()


def described(engine: Engine) -> dict[str, object]:
    """Everything that the database says of the journal's tables."""
    seen = inspect(engine)
    return {
        name: {
            "columns": [{**column, "type": repr(column["type"])} for column in seen.get_columns(name)],
            "primary": seen.get_pk_constraint(name),
            "foreign": seen.get_foreign_keys(name),
            "unique": seen.get_unique_constraints(name),
            "indexes": seen.get_indexes(name),
            "checks": seen.get_check_constraints(name),
            "options": seen.get_table_options(name) if engine.dialect.name in ("mysql", "mariadb") else {},
        }
        for name in metadata.tables
    }


def test_a_database_without_tables_says_how_to_make_them(url: str) -> None:
    """Where nothing may be made, the missing tables are named with the command that prints them; so for a host."""
    with pytest.raises(JournalError, match="mkd journal ddl") as refused:
        open_store(SqlConfig(url=url, create=False))
    assert refused.value.code == "MKD519"

    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(JournalError, match="mkd journal ddl") as refused:
        SqlJournal(connection).append("a", 0, [draft("one")])
    engine.dispose()
    assert refused.value.code == "MKD519"


def test_a_newer_journal_is_refused(host: Engine) -> None:
    """Tables of a newer release are not written to."""
    with host.begin() as connection:
        connection.execute(text("UPDATE mkd_meta SET schema_version = 2"))
    with pytest.raises(JournalError, match="newer") as refused:
        SqlStore(host)

    assert refused.value.code == "MKD509"


def test_a_reader_without_the_right_to_write_is_told(host: Engine) -> None:
    """In a transaction that is read-only everything is read, and an append is refused."""
    SqlStore(host).append("a", 0, [draft("one")])
    read_only = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}
    with host.connect() as connection:
        connection.execute(text(read_only.get(host.dialect.name, "SET SESSION TRANSACTION READ ONLY")))
        if host.dialect.name in ("mysql", "mariadb"):
            connection.commit()
        journal = SqlJournal(connection)
        assert len(journal.read("a")) == 1
        with pytest.raises(JournalError) as refused:
            journal.append("a", 1, [draft("two")])
        connection.rollback()
        connection.invalidate()

    assert refused.value.code == "MKD503"
    assert events(host) == 1


def test_the_file_of_one_backend_is_that_of_the_other(tmp_path: Path) -> None:
    """A SQLite file may go from the embedded backend to SQLAlchemy and back: tables and answers are the same."""
    path = tmp_path / "journal.db"
    with SqliteJournal(SqliteConfig(path=path)) as embedded:
        embedded.append("a", 0, [draft("one", {"name": "Siti"})], [effect("k"), effect("k")])
    with open_store(SqlConfig(url=f"sqlite:///{path}")) as store:
        store.append("a", 1, [draft("two", {"name": "Dewi"})], [effect("k"), effect("l")])
        store.settle("k", settled(EffectStatus.DEAD, problem="no"))
        expected = (list(store.records()), list(store.deliveries()), store.head())
    with SqliteJournal(SqliteConfig(path=path)) as embedded:
        embedded.append("a", 2, [draft("three")], [effect("m")])
        found = (list(embedded.records())[:2], list(embedded.deliveries())[:2])

        assert found == expected[:2]
        assert [position for position, _ in embedded.records()] == [1, 2, 3]
        assert [delivery.effect.key for delivery in embedded.deliveries()] == ["k", "l", "m"]
        assert verify((record for _, record in embedded.records()), expected[2]) == []


@pytest.mark.parametrize("name", ["", " a", "a ", "a\n", "a\0", "x" * 201, "\udcff"])
def test_a_name_that_some_database_cannot_tell_apart_is_refused(tmp_path: Path, name: str) -> None:
    """Names that a database would cut, pad or refuse are refused by all alike, before anything is written."""
    with open_store(SqlConfig(url=f"sqlite:///{tmp_path / 'journal.db'}")) as store:
        with pytest.raises(InvalidInput) as stream:
            store.append(name, 0, [draft("one")])
        with pytest.raises(InvalidInput) as key:
            store.append("a", 0, [draft("one")], [effect(name if len(name) < 200 else name * 2)])

        assert [stream.value.code, key.value.code] == ["MKD513", "MKD513"]
        assert store.read(name) == ()
        assert store.head() == Head({})


@pytest.mark.parametrize(
    ("url", "said"), [("postgresql+psycopg://mkd:geheim@db/hr", "password"), ("not a url", "no database URL")]
)
def test_a_url_that_cannot_be_used_is_a_fault_of_the_configuration(tmp_path: Path, url: str, said: str) -> None:
    """A password does not stand in the URL, and what is no URL is refused; neither is shown."""
    with pytest.raises(InvalidInput, match=said) as refused:
        SqlConfig(url=url)
    with pytest.raises(Faults, match=said) as read:
        Structurer(tmp_path, {}).structure({"url": url}, SqlConfig)

    assert "geheim" not in str(refused.value)
    assert "geheim" not in str(read.value)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql+psycopg://mkd@127.0.0.1:1/hr", "MKD504", "cannot be reached"),
        ("mysql+pymysql://mkd@127.0.0.1:1/hr", "MKD504", "cannot be reached"),
        ("sqlite:////none/journal.db", "MKD504", "cannot be reached"),
        ("postgresql+nodriver://mkd@127.0.0.1/hr", "MKD517", "not installed"),
    ],
)
def test_a_database_that_is_not_there_is_named_without_its_password(url: str, code: str, said: str) -> None:
    """A server that does not answer, a folder or a driver that is missing: one line, without the password."""
    with pytest.raises(JournalError, match=said) as refused:
        open_store(SqlConfig(url=url, password=None if url.startswith("sqlite") else Secret("geheim")))

    assert refused.value.code == code
    assert "geheim" not in str(refused.value)
    assert "geheim" not in repr(refused.value.__cause__)
    assert len(str(refused.value).splitlines()) == 1


def test_statements_for_an_unknown_dialect_are_refused() -> None:
    """A dialect that nothing is printed for is named, with the nearest that there is."""
    with pytest.raises(InvalidInput, match="did you mean postgresql") as refused:
        ddl("postgres")

    assert isinstance(refused.value, MkdError)
    assert refused.value.code == "MKD512"


def test_writers_of_different_streams_all_get_in(url: str) -> None:
    """Appends to many streams at once need no repeating: each waits its turn."""
    with open_store(SqlConfig(url=url, busy_timeout=60)) as store:
        conflicts: list[int] = []

        def write(stream: str) -> None:
            conflicts.extend(append_until_in(store, stream, draft(str(n))) for n in range(10))

        threads = [Thread(target=write, args=(stream,)) for stream in "wxyz"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)

        assert conflicts == [0] * 40
        assert [position for position, _ in store.records()] == [*range(1, 41)]


def plain(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
