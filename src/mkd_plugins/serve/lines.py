"""The log of a server under load: lines are written a few times a second, together.

A write for each would make every thread wait for the others: Python lets another one run meanwhile.
"""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from typing import TextIO

_EVERY = 0.2
"""Seconds that a line waits at most; what is a warning or worse waits for nothing."""


class Lines(logging.Handler):
    """Writes lines to a stream; close it at the end, so that the last ones are written."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._waiting: list[str] = []
        self._writing = Lock()
        self._ended = Event()
        self._thread = Thread(target=self._keep_writing, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        self._waiting.append(f"{self.format(record)}\n")
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        # Whoever warns holds the handler's own lock already: it always comes before the other, or two wait for ever.
        self.acquire()
        try:
            lines, self._waiting = self._waiting, []
            self._writing.acquire()
        finally:
            self.release()
        try:
            if lines:
                self._stream.write("".join(lines))
                self._stream.flush()
        finally:
            self._writing.release()

    def close(self) -> None:
        """Write the last lines."""
        self._ended.set()
        self._thread.join()
        self.flush()
        super().close()

    def _keep_writing(self) -> None:
        while not self._ended.wait(_EVERY):
            self.flush()
