"""A database that fails under any command of the journey: one error with a code, and the journal as it was."""

import csv
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import journey
import pytest
from mail_server import mail_server

from mkd_core.errors import JournalError
from mkd_core.journal import Draft, Head, verify
from mkd_core.outbox import EffectStatus
from mkd_plugins import start
from mkd_plugins.deployment import Deployment
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

PATH = 'path = "db/journal.db"'
FILLER = "filler"
DELIVERING = {"notify", "pay"}

Broken = Callable[[Path, int], Iterator[Deployment]]


def full(folder: Path, port: int) -> Iterator[Deployment]:
    """A deployment over a file that may not grow by a page, and has no room left for the smallest event."""
    file = folder / "db" / "journal.db"
    with closing(sqlite3.connect(file)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with closing(SqliteJournal(SqliteConfig(path=file, max_page_count=pages))) as opened:
        for size in (2000, 200, 20, 0):
            event = Draft(type="filled", schema=1, at="", by="", data={"text": "x" * size}, private=None)
            with pytest.raises(JournalError, match="MKD502"):
                append_for_ever(opened, event)
    config = journey.configure(folder, port, journal=f"{PATH}\nmax_page_count = {pages}")
    with start(config, no_plugins=True) as mkd:
        yield mkd


def append_for_ever(opened: SqliteJournal, event: Draft) -> None:
    while True:
        opened.append(FILLER, len(opened.read(FILLER)), [event])


def read_only(folder: Path, port: int) -> Iterator[Deployment]:
    """A deployment that may only read its journal."""
    config = journey.configure(folder, port, journal=f"{PATH}\nread_only = true")
    with start(config, no_plugins=True) as mkd:
        yield mkd


def gone(folder: Path, port: int) -> Iterator[Deployment]:
    """A deployment whose journal's folder was moved away after it was opened, until it is closed."""
    with start(folder / "mkd.toml", no_plugins=True) as mkd:
        (folder / "db").rename(folder / "away")
        yield mkd
    (folder / "away").rename(folder / "db")


def head_of(folder: Path) -> Head:
    """The head of the journal, fillers aside; the chain verifies."""
    with closing(SqliteJournal(SqliteConfig(path=folder / "db" / "journal.db"))) as opened:
        assert verify((record for _, record in opened.records()), opened.head()) == []
        return Head({name: last for name, last in opened.head().streams.items() if name != FILLER})


def furnished(folder: Path, port: int) -> Path:
    """A deployment whose journal has a folder of its own."""
    journey.furnish(folder, port)
    (folder / "db").mkdir()
    return journey.configure(folder, port, journal=PATH)


def events_of(mkd: Deployment) -> list[tuple[object, ...]]:
    told = (journey.told(record) for _, record in mkd.journal.records() if record.stream != FILLER)
    return sorted(told, key=lambda each: each[:2])


def pay_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "pay" / "pay-2023-07.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("broken", "code"), [(full, "MKD502"), (read_only, "MKD503"), (gone, "MKD504")], ids=["full", "read-only", "gone"]
)
def test_a_database_that_fails_under_a_command_costs_that_command_alone(
    broken: Broken, code: str, tmp_path: Path
) -> None:
    """Under every kind of command: one line with code and mend, the head unchanged, and once mended it goes on."""
    with mail_server() as (_, port), start(furnished(tmp_path / "whole", port), no_plugins=True) as mkd:
        while command := journey.due(mkd):
            command.run()
        expected = events_of(mkd)

    folder = tmp_path / "broken"
    tried: set[str] = set()
    refused: set[str] = set()
    with mail_server() as (mailbox, port):
        config = furnished(folder, port)
        going_on = True
        while going_on:
            with start(config, no_plugins=True) as mkd:
                while (command := journey.due(mkd)) and command.name in tried:
                    command.run()
                going_on = command is not None
                if command is not None:
                    tried.add(command.name)
            if going_on and refused_by(broken, folder, port) == code:
                refused.add(command.name)
                journey.configure(folder, port, journal=PATH)
                with start(config, no_plugins=True) as mkd:
                    again = journey.due(mkd)
                    assert again is not None
                    assert again.name == command.name
                    again.run()
            journey.configure(folder, port, journal=PATH)
        with start(config, no_plugins=True) as mkd:
            found = events_of(mkd)
            statuses = {delivery.status for delivery in mkd.journal.deliveries()}
            notices = {each.receipt for each in mkd.journal.deliveries() if each.effect.port == "notification"}
            lines = {each.effect.key for each in mkd.journal.deliveries() if each.effect.port == "payroll"}

    # A delivery that goes through needs no room but for its receipt, and may find that.
    assert tried - refused <= (DELIVERING if broken is full else set())
    assert len(tried) == 13
    assert found == expected
    assert statuses == {EffectStatus.DELIVERED}
    assert set(mailbox.mails) == notices
    assert all(len(set(copies)) == 1 for copies in mailbox.mails.values())
    assert sorted(row["key"] for row in pay_rows(folder)) == sorted(lines)


def refused_by(broken: Broken, folder: Path, port: int) -> str:
    """Run what is due over the broken database: the code of its one line, or nothing where it went through."""
    before = head_of(folder)
    code = ""
    with contextmanager(broken)(folder, port) as mkd:
        command = journey.due(mkd)
        assert command is not None
        try:
            command.run()
        except JournalError as error:
            code, line, mend = error.code, str(error), error.mend
    if code:
        assert mend
        assert len(line.splitlines()) == 1
    assert head_of(folder) == before
    return code


def test_a_journal_whose_folder_is_gone_stops_the_start(tmp_path: Path) -> None:
    """Opening says so in one line, makes no new journal in its place, and opens again once the folder is back."""
    config = furnished(tmp_path / "mkd", 25)
    with start(config, no_plugins=True) as mkd:
        command = journey.due(mkd)
        assert command is not None
        command.run()
        before = mkd.journal.head()
    (tmp_path / "mkd" / "db").rename(tmp_path / "away")

    with pytest.raises(JournalError, match="MKD504"):
        start(config, no_plugins=True)

    assert not (tmp_path / "mkd" / "db").exists()
    (tmp_path / "away").rename(tmp_path / "mkd" / "db")
    with start(config, no_plugins=True) as mkd:
        assert mkd.journal.head() == before
