"""Killed at any moment, the journal has what it acknowledged, whole."""

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from mkd_core.journal import verify
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

pytestmark = pytest.mark.kill

KILLS = 25

APPEND_FOR_EVER = """
import sys
from pathlib import Path
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_core.journal import Draft
from mkd_core.outbox import Effect

event = Draft(type="noted", schema=1, at="", by="p-1", data={"text": "x" * 500}, private={"name": "Siti"})
with SqliteJournal(SqliteConfig(path=Path(sys.argv[1]))) as journal:
    number = len(journal.read("a"))
    while True:
        effect = Effect(key=f"a:{number + 1}", port="notification", kind="noted", to="p-1")
        journal.append("a", number, [event], [effect])
        number += 1
        print(number, flush=True)
"""


def test_an_acknowledged_append_survives_a_kill(tmp_path: Path) -> None:
    """Killed at random moments, an appending process leaves every acknowledged event there with its effect."""
    path = tmp_path / "journal.db"
    chance = random.Random(20230619)
    acknowledged = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", APPEND_FOR_EVER, path], stdout=subprocess.PIPE, text=True
        ) as child:
            # Some kills fall into starting and opening, the others into appending.
            timer = Timer(chance.uniform(0.02, 0.6), child.kill)
            timer.start()
            assert child.stdout is not None
            lines = [line for line in child.stdout if line.endswith("\n")]
            timer.join()
        acknowledged = max([acknowledged, *map(int, lines)])

        with closing(SqliteJournal(SqliteConfig(path=path))) as journal:
            records = journal.read("a")
            keys = [delivery.effect.key for delivery in journal.deliveries()]
            faults = verify((record for _, record in journal.records()), journal.head())

        assert faults == []
        # The append during which the kill fell may be in without having been acknowledged; no more than that one.
        assert acknowledged <= len(records) <= acknowledged + 1
        assert keys == [f"a:{record.number}" for record in records]
        acknowledged = len(records)

    assert acknowledged > KILLS
