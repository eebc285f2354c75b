"""The log of a server: nothing is lost, nothing changes places, and nobody waits for ever."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from mkd_plugins.serve.lines import Lines


class Slow(io.StringIO):
    """A stream on which a write takes its time, so that others come meanwhile."""

    def write(self, text: str) -> int:
        Event().wait(0.001)
        return super().write(text)


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, Lines, io.StringIO]]:
    """A log of its own, what writes it, and what was written."""
    written = Slow()
    lines = Lines(written)
    logger = logging.Logger("of this test")
    logger.addHandler(lines)
    yield logger, lines, written
    lines.close()


def test_a_warning_waits_for_nothing(log: tuple[logging.Logger, Lines, io.StringIO]) -> None:
    """It is there when the call returns, behind what came before it."""
    logger, _, written = log
    logger.info("first")
    logger.warning("second")

    assert written.getvalue() == "first\nsecond\n"


def test_whoever_warns_and_whoever_writes_do_not_wait_for_each_other(
    log: tuple[logging.Logger, Lines, io.StringIO],
) -> None:
    """Warnings of several threads while others write what waits: all come to an end, with every line."""
    logger, lines, written = log

    def warn(name: int) -> None:
        for number in range(100):
            logger.warning("%s %s", name, number)

    def write() -> None:
        for _ in range(300):
            lines.flush()

    threads = [
        *(Thread(target=warn, args=(name,), daemon=True) for name in range(3)),
        Thread(target=write, daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert [thread.is_alive() for thread in threads] == [False] * 4
    said = [line.split() for line in written.getvalue().splitlines()]
    assert [[number for who, number in said if who == str(name)] for name in range(3)] == [
        [str(number) for number in range(100)]
    ] * 3
