"""How fast requests begin, all threads together."""

from __future__ import annotations

import threading
import time


class Pace:
    """Lets ``per_second`` requests begin in a second, evenly: whoever comes too soon waits for the next place."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next request may begin."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            time.sleep(turn - now)

    def pause(self, seconds: float) -> None:
        """Let nobody begin for so long: the other side asked for it."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
