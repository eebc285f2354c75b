"""Tells observers of what happened, each on a thread of its own: none of them can hold up or fail what it is told of.

An observer is told in the order of the events, as fast as it takes them. One whose single event takes longer than its
deadline is given up: it is a problem, counted among the hanging threads, and is not told any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Full, Queue
from time import monotonic
from typing import Final

from mkd_plugins.host.guard import Guard, own_interrupts
from mkd_plugins.problems import CALL_OVERRAN, DeadlineOverrun

GRACE: Final = 2.0
"""Seconds, over all observers, that the end of the host waits for what is still to be told."""

WAITING: Final = 10_000
"""Events that may wait for one observer."""

_END: Final = object()


class Observer:
    """One implementation of ``mkd_observe``, behind a queue. Safe to tell from several threads, and after a fork."""

    def __init__(self, guard: Guard, function: Callable[[object], object]) -> None:
        self._guard = guard
        self._function = function
        self._seconds = guard.deadline_for(None)
        self._queue: Queue[object] = Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._since: float | None = None
        self._given_up = False
        self._starting = threading.Lock()

    def tell(self, event: object) -> None:
        """Put the event behind the others; nothing of the observer runs on the caller's thread."""
        if self._given_up:
            return
        began = self._since
        if began is not None and monotonic() - began > self._seconds:
            self._give_up(f"did not answer within {self._seconds:g} seconds")
            return
        queue = self._running()
        try:
            queue.put_nowait(event)
        except Full:
            self._give_up(f"is {WAITING} events behind")

    def end(self, until: float) -> None:
        """Let it take what waits, until that moment of the monotonic clock at the latest."""
        thread = self._thread
        if thread is None or self._given_up:
            return
        with suppress(Full):
            self._queue.put_nowait(_END)
        thread.join(max(0.0, until - monotonic()))
        if thread.is_alive():
            self._give_up(f"did not take what waited for it within {GRACE:g} seconds")

    def _running(self) -> Queue[object]:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():  # threads do not outlive a fork
                self._queue, self._since = Queue(WAITING), None
                name = f"mkd {self._guard.label} mkd_observe"
                self._thread = threading.Thread(target=self._take, args=(self._queue,), name=name, daemon=True)
                self._thread.start()
            return self._queue

    def _take(self, queue: Queue[object]) -> None:
        while (event := queue.get()) is not _END and not self._given_up:
            self._since = monotonic()
            self._guard.tell("mkd_observe", partial(own_interrupts, partial(self._function, event)))
            self._since = None

    def _give_up(self, why: str) -> None:
        self._given_up = True
        if self._thread is not None:
            self._guard.threads.give_up(self._thread)
        line = f"mkd_observe {why}"
        hint = "an observer hands the event on and returns; it is not told any more until the next start"
        self._guard.record(DeadlineOverrun(CALL_OVERRAN, self._guard.label, line, hint=hint))


class Observers:
    """All observers of one host."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def add(self, guard: Guard, function: Callable[[object], object]) -> None:
        """One more, told of every event from now on."""
        self._observers.append(Observer(guard, function))

    def tell(self, event: object) -> None:
        """Tell each of them; none can hold up the caller."""
        for observer in self._observers:
            observer.tell(event)

    def end(self) -> None:
        """Let them take what still waits, for a short while."""
        until = monotonic() + GRACE
        for observer in self._observers:
            observer.end(until)
