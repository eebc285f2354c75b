"""Whatever is done to them, in whatever order, the embedded journal and the one in memory give the same answers."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkd_core.errors import MkdError
from mkd_core.journal import MemoryJournal, Record
from mkd_core.outbox import EffectStatus
from mkd_core.ports import Journal
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.testing.journal import MORNING, draft, effect, settled

pytestmark = pytest.mark.bare

STREAMS = st.sampled_from(["a", "b"])
KEYS = st.sampled_from(["k", "l", "m"])
MOMENTS = st.none() | st.integers(0, 3).map(lambda minutes: MORNING + timedelta(minutes=minutes))
DRAFTS = st.builds(draft, st.text(max_size=3), st.none() | st.just({"name": "Siti"}))

Command = Callable[[Journal], Any]
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda stream, expected, drafts, keys: (
            lambda journal: without_chance(
                journal.append(stream, expected, drafts, [effect(key, stream=stream) for key in keys])
            )
        ),
        STREAMS,
        st.integers(0, 4),
        st.lists(DRAFTS, max_size=2),
        st.lists(KEYS, max_size=2),
    ),
    st.builds(
        lambda key, status, due, problem: lambda journal: journal.settle(key, settled(status, due, problem)),
        KEYS,
        st.sampled_from(EffectStatus),
        MOMENTS,
        st.sampled_from(["", "busy"]),
    ),
    st.builds(lambda key: lambda journal: journal.replay(key), KEYS),
    st.builds(lambda stream: lambda journal: journal.erase(stream), STREAMS),
)


def without_chance(records: Any) -> list[Record]:
    """The records without what hangs on their random salts."""
    return [evolve(r, salt=r.salt and "salt", commitment=r.commitment and "c", previous="", hash="") for r in records]


def answer(journal: Journal, command: Command) -> Any:
    try:
        return command(journal)
    except MkdError as refused:
        return (type(refused), str(refused))


def everything(journal: Journal) -> list[Any]:
    return [
        [(at, *without_chance([record])) for at, record in journal.records()],
        [(at, *without_chance([record])) for at, record in journal.records(after=2)],
        [without_chance(journal.read(stream, after)) for stream in "abc" for after in (0, 1, 9)],
        [list(journal.due(MORNING + timedelta(minutes=n), limit)) for n in (0, 2, 9) for limit in (0, 1, 100)],
        [list(journal.deliveries(status)) for status in (None, *EffectStatus)],
        {stream: number for stream, (number, _) in journal.head().streams.items()},
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(commands=st.lists(COMMANDS, max_size=12))
def test_two_journals_give_the_same_answers(commands: list[Command]) -> None:
    """Every command is answered, or refused in the same words, alike, and leaves the same state behind."""
    salts = count()
    memory = MemoryJournal(lambda: f"{next(salts):032x}")
    with (
        TemporaryDirectory() as folder,
        closing(SqliteJournal(SqliteConfig(path=Path(folder) / "journal.db"))) as embedded,
    ):
        for command in commands:
            assert answer(embedded, command) == answer(memory, command)
        assert everything(embedded) == everything(memory)
