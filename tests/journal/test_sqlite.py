"""The journal in one SQLite file: what it does when the file cannot be used, and what is left of what was erased."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mkd_core.errors import Conflict, JournalError
from mkd_core.journal import Head, verify
from mkd_core.outbox import EffectStatus
from mkd_plugins.journal.rows import SCHEMA_VERSION
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal, ddl
from mkd_plugins.testing.journal import MORNING, draft, effect, settled

pytestmark = pytest.mark.bare


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def opened(path: Path, **settings: object) -> SqliteJournal:
    return SqliteJournal(SqliteConfig(path=path, **settings))


def kept(path: Path) -> tuple[Head, int]:
    """What a fresh look at the file finds; its chain must hold."""
    with opened(path) as journal:
        assert verify(record for _, record in journal.records()) == []
        return journal.head(), len(list(journal.deliveries()))


def test_what_was_appended_is_there_after_closing(path: Path) -> None:
    """A journal opened again has the events, effects and private parts that it had."""
    with opened(path) as journal:
        written = journal.append("a", 0, [draft("one", private={"name": "Siti"})], [effect("k")])

    with opened(path) as journal:
        assert tuple(journal.read("a")) == written
        assert [delivery.effect for delivery in journal.deliveries()] == [effect("k")]


def test_a_full_journal_stays_as_it_was(path: Path) -> None:
    """When the file may not grow, the append is refused whole with a mend; with more room the same append goes in."""
    with opened(path, max_page_count=20) as journal:
        journal.append("a", 0, [draft("one")], [effect("k")])
        before = journal.head()
        with pytest.raises(JournalError, match="full") as refused:
            journal.append("a", 1, [draft("two"), draft("x" * 200_000)], [effect("l")])

        assert refused.value.code == "MKD502"
        assert "max_page_count" in refused.value.mend
        assert str(path) in refused.value.where
        assert journal.head() == before
        assert len(list(journal.deliveries())) == 1
        journal.append("a", 1, [draft("small")])

    assert kept(path)[0].events == 2
    with opened(path) as journal:
        journal.append("a", 2, [draft("x" * 200_000)])


def test_a_journal_too_small_for_its_tables_says_so(path: Path) -> None:
    """A limit below what the empty tables need is found when the journal is opened."""
    with pytest.raises(JournalError) as refused:
        opened(path, max_page_count=2)

    assert refused.value.code == "MKD502"
    assert kept(path) == (Head({}), 0)


def test_a_read_only_journal_is_read_and_not_written(path: Path) -> None:
    """Opened read-only, everything can be read, and every command that writes is refused."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one", private={"name": "Siti"})], [effect("k")])

    with opened(path, read_only=True) as journal:
        assert [record.data for record in journal.read("a")] == [{"text": "one"}]
        for command in (
            lambda: journal.append("a", 1, [draft("two")]),
            lambda: journal.settle("k", settled(EffectStatus.DELIVERED)),
            lambda: journal.replay("k"),
            lambda: journal.erase("a"),
        ):
            with pytest.raises(JournalError, match="cannot be written") as refused:
                command()
            assert refused.value.code == "MKD503"

    assert kept(path)[0].events == 1


@pytest.fixture
def shared() -> Iterator[Path]:
    """A journal with one event that everybody may read, in a folder that everybody may enter."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with opened(path) as journal:
            journal.append("a", 0, [draft("one")], [effect("k")])
        path.chmod(0o644)
        yield path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nothing can be written in the folder; root, who could, is somebody else meanwhile."""
    user = os.geteuid()
    folder.chmod(0o555)
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize("settings", [{}, {"read_only": True}])
def test_a_journal_in_a_read_only_folder_is_read_and_not_written(shared: Path, settings) -> None:
    """SQLite would make files beside it even to read; what only reads goes through all the same."""
    with locked(shared.parent), opened(shared, **settings) as journal:
        assert verify(record for _, record in journal.records()) == []
        assert [delivery.effect.key for delivery in journal.deliveries()] == ["k"]
        with pytest.raises(JournalError) as refused:
            journal.append("a", 1, [draft("two")])

    assert refused.value.code == "MKD503"
    assert kept(shared)[0].events == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_journal_in_a_read_only_folder_is_pinged_in_vain_where_it_is_to_be_written(shared: Path) -> None:
    """Whoever checks a deployment learns that nothing could be put on record; a read-only one is in order."""
    with locked(shared.parent), opened(shared, read_only=True) as journal:
        journal.ping()
    with locked(shared.parent), opened(shared) as journal, pytest.raises(JournalError) as refused:
        journal.ping()

    assert refused.value.code == "MKD503"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_somebody_else_writes_meanwhile_is_seen_in_a_read_only_folder(shared: Path) -> None:
    """The file is opened anew when it has changed."""
    with locked(shared.parent):
        journal = opened(shared)
        assert journal.head().events == 1
    with opened(shared) as writing:
        writing.append("a", 1, [draft("two")])

    with locked(shared.parent), journal:
        assert journal.head().events == 2


def test_a_read_only_journal_is_never_made(path: Path) -> None:
    """Opening what is not there, read-only, makes no file."""
    with pytest.raises(JournalError) as refused:
        opened(path, read_only=True)

    assert refused.value.code == "MKD504"
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder that is not there is not made; the error names the path."""
    with pytest.raises(JournalError) as refused:
        opened(tmp_path / "none" / "journal.db")

    assert refused.value.code == "MKD504"
    assert "none" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_another_writer_is_waited_for_and_then_named(path: Path) -> None:
    """While another process has the write lock, an append fails after its timeout; afterwards it goes through."""
    with opened(path, busy_timeout=0.05) as journal:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(JournalError) as refused:
                journal.append("a", 0, [draft("one")])
            assert journal.read("a") == ()

        assert refused.value.code == "MKD507"
        assert len(journal.append("a", 0, [draft("one")])) == 1


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    """A damaged file is reported and not touched."""
    path.write_bytes(content)
    with pytest.raises(JournalError) as refused:
        opened(path)

    assert refused.value.code == "MKD508"
    assert path.read_bytes() == content


def test_a_damaged_page_is_reported(path: Path) -> None:
    """A page that was overwritten ends the reading with an error, not with fewer events."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("x" * 3000) for _ in range(40)])
    content = bytearray(path.read_bytes())
    for start in range(4096 * 6, len(content) - 4096, 4096):
        content[start : start + 100] = b"\xff" * 100
    path.write_bytes(content)

    with opened(path) as journal, pytest.raises(JournalError) as refused:
        list(journal.records())

    assert refused.value.code == "MKD508"


def test_a_database_of_something_else_is_refused(path: Path) -> None:
    """A file with the tables of another program gets none of ours."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE employees (id)")
    for settings in ({}, {"read_only": True}):
        with pytest.raises(JournalError, match="holds no journal") as refused:
            opened(path, **settings)
        assert refused.value.code == "MKD519"

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("employees",)]


def test_a_journal_of_a_newer_release_is_refused(path: Path) -> None:
    """Tables of a version that this release does not know are not written to."""
    opened(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE mkd_meta SET schema_version = ?", (SCHEMA_VERSION + 1,))
    with pytest.raises(JournalError, match="newer") as refused:
        opened(path)

    assert refused.value.code == "MKD509"


@pytest.mark.parametrize("replaced", [False, True])
def test_an_append_to_a_file_that_is_gone_is_refused(path: Path, replaced: bool) -> None:
    """A journal whose file was moved away, or replaced, acknowledges nothing that nobody will ever find."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one")])
        path.rename(path.with_name("moved.db"))
        if replaced:
            path.write_bytes(b"")
        with pytest.raises(JournalError, match="moved") as refused:
            journal.append("a", 1, [draft("two")])
        assert refused.value.code == "MKD504"
        path.with_name("moved.db").replace(path)
        journal.append("a", 1, [draft("two")])

    assert kept(path)[0].events == 2


def test_a_closed_journal_says_so(path: Path) -> None:
    """What is asked of a journal after closing is an error of the journal; closing twice is none."""
    journal = opened(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.read("a")


def test_what_was_erased_is_in_no_file(path: Path) -> None:
    """After erasing, neither the private text nor its salt stands anywhere in the database or the log beside it."""
    with opened(path) as journal:
        (record,) = journal.append("a", 0, [draft("one", private={"name": "Siti Rahmawati " * 900})])
        everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"Rahmawati" in everything
        assert record.salt is not None
        assert record.salt.encode() in everything

        assert journal.erase("a") == 1
        everything = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert b"Rahmawati" not in everything
    assert record.salt.encode() not in everything


def test_erasing_beside_a_reader_says_what_is_left(path: Path) -> None:
    """While another process reads the old state the log cannot be cut; that is said, and erasing again cuts it."""
    with opened(path, busy_timeout=0.05) as journal:
        journal.append("a", 0, [draft("one", private={"name": "Siti Rahmawati"})])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM mkd_private").fetchone()
            with pytest.raises(JournalError, match="erase the stream again") as refused:
                journal.erase("a")
            assert refused.value.code == "MKD518"
            assert journal.read("a")[0].private is None

        assert journal.erase("a") == 0

    assert b"Rahmawati" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_an_event_changed_in_the_database_is_found(path: Path) -> None:
    """Whoever changes a row with SQL is found by the chain, and where the text is no JSON any more, by reading."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one"), draft("two"), draft("three")])
        head = journal.head()
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("""UPDATE mkd_events SET data = '{"text":"2"}' WHERE number = 2""")
        faults = verify((record for _, record in journal.records()), head)
        assert [fault.event for fault in faults] == ["a#2"]

        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE mkd_events SET data = '{' WHERE number = 2")
        with pytest.raises(JournalError, match="a#2") as refused:
            list(journal.records())
        assert refused.value.code == "MKD508"


def test_a_deleted_stream_shows_against_a_head(path: Path) -> None:
    """Rows deleted at the end, or a whole stream, are found against a head kept elsewhere and not without one."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one")])
        journal.append("b", 0, [draft("one"), draft("two")])
        head = journal.head()
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("DELETE FROM mkd_events WHERE stream = 'a' OR number = 2")

        assert verify(record for _, record in journal.records()) == []
        faults = verify((record for _, record in journal.records()), head)
        assert [fault.event for fault in faults] == ["a#1", "b#2"]


def test_a_moment_without_a_zone_is_refused(path: Path) -> None:
    """A moment whose instant is unknown is neither compared nor kept."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one")], [effect("k")])
        naive = datetime(2023, 6, 19, 8, 0)  # noqa: DTZ001
        with pytest.raises(JournalError, match="time zone"):
            journal.due(naive)
        with pytest.raises(JournalError, match="time zone"):
            journal.settle("k", settled(EffectStatus.PENDING, due=naive))

        assert next(journal.deliveries()).attempts == 0


def test_odd_text_of_a_backend_is_kept_as_far_as_it_goes(path: Path) -> None:
    """An answer that no database can hold is kept with its odd characters replaced; the outcome is recorded."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("one")], [effect("k")])
        journal.settle("k", settled(EffectStatus.DEAD, problem="550 \udcff\0 no", receipt="r"))

        assert [(d.status, d.problem) for d in journal.deliveries()] == [
            (EffectStatus.DEAD, "550 ?\N{REPLACEMENT CHARACTER} no")
        ]


def test_a_child_made_by_fork_opens_the_file_for_itself(path: Path) -> None:
    """Parent and child of a fork go on with connections of their own, and nothing of either is lost."""
    with opened(path) as journal:
        journal.append("a", 0, [draft("parent")])
        child = os.fork()
        if not child:
            journal.append("a", 1, [draft("child")])
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with pytest.raises(Conflict):
            journal.append("a", 1, [draft("parent")])
        journal.append("a", 2, [draft("parent")])

    assert kept(path)[0].events == 3


OPEN_AND_APPEND = """
import sys
from pathlib import Path
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.testing.journal import append_until_in, draft

name, path = sys.argv[1:]
sys.stdin.readline()
with SqliteJournal(SqliteConfig(path=Path(path), busy_timeout=60)) as journal:
    for n in range(25):
        append_until_in(journal, "a", draft(f"{name}{n}"))
"""


def test_four_processes_write_one_stream(path: Path) -> None:
    """Four processes that open a journal that is not there yet and append to one stream: every event is in, once."""
    children = [
        subprocess.Popen([sys.executable, "-c", OPEN_AND_APPEND, name, path], stdin=subprocess.PIPE, text=True)
        for name in "wxyz"
    ]
    for child in children:
        assert child.stdin is not None
        with closing(child.stdin):
            child.stdin.write("go\n")
    assert [child.wait(timeout=120) for child in children] == [0] * 4

    with opened(path) as journal:
        texts = [record.data["text"] for record in journal.read("a")]
        assert sorted(texts) == sorted(f"{name}{n}" for name in "wxyz" for n in range(25))
        assert [position for position, _ in journal.records()] == [*range(1, 101)]
        assert verify((record for _, record in journal.records()), journal.head()) == []


def test_the_statements_make_a_journal(path: Path) -> None:
    """The statements printed for SQLite make an empty journal that the backend opens."""
    with closing(sqlite3.connect(path)) as host:
        host.executescript(ddl())
    with opened(path) as journal:
        journal.append("a", 0, [draft("one")], [effect("k")])
        assert len(journal.due(MORNING)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_journal_is_for_its_owner_alone(path: Path) -> None:
    """Nobody else of the machine reads it or the log beside it; what rights a journal was given later stay."""
    before = os.umask(0o022)
    try:
        with opened(path) as journal:
            journal.append("a", 0, [draft("one")])
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("journal.db", "journal.db-wal", "journal.db-shm"), 0o600)

    path.chmod(0o640)
    opened(path).close()
    assert path.stat().st_mode & 0o777 == 0o640
