"""Every shipped journal keeps what the port promises."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from mkd_core.journal import MemoryJournal
from mkd_core.ports import Journal
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.testing.journal import JournalSuite, SharedJournalSuite

pytestmark = pytest.mark.bare


class TestMemory(JournalSuite):
    @pytest.fixture
    def journal(self) -> Journal:
        return MemoryJournal(lambda: secrets.token_hex(16))


class TestSqlite(SharedJournalSuite):
    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[Journal]:
        with SqliteJournal(SqliteConfig(path=tmp_path / "journal.db")) as journal:
            yield journal
