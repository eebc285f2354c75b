"""Calls into foreign code: whatever it does, the answer is its result or a problem with its name on it.

A backend that keeps deadlines by itself is called on the caller's own thread. Any other one is called on a daemon
thread, which is given up when the deadline has passed; it is counted, and it never keeps the process from exiting.
A ``KeyboardInterrupt`` on the caller's own thread passes through: it is meant for the program. On a thread of a plugin,
to which Ctrl-C never comes, it is the plugin's own, and a problem like anything else that is raised.
"""

from __future__ import annotations

import importlib.metadata
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextvars import copy_context
from itertools import islice
from time import monotonic
from typing import Any, Final, TypeVar

import attrs

import mkd_core
from mkd_core.errors import MkdError
from mkd_plugins.problems import (
    CALL_OVERRAN,
    CALL_RAISED,
    CALL_RESULT,
    CALLS_STUCK,
    CallProblem,
    DeadlineOverrun,
    PluginProblem,
    Unavailable,
)

T = TypeVar("T")

STUCK_LIMIT: Final = 8
"""How many hanging threads of one backend are put up with before it is not called any more."""

REPORT: Final = "report it to the plugin's maker"
"""The mend of what only whoever wrote the plugin can mend."""

CHUNK: Final = 256
"""How many items of a lazy result are taken in one guarded step."""


class Overrun(Exception):
    """The call did not end within the deadline."""


class Interrupted(Exception):
    """The plugin itself raised a ``KeyboardInterrupt``, which is the cause of this."""


@attrs.define
class _Outcome:
    """What a call on another thread came to, once ``done`` is set."""

    done: threading.Event = attrs.field(factory=threading.Event)
    result: Any = None
    raised: BaseException | None = None


@attrs.define
class Threads:
    """The threads of one backend that were given up."""

    abandoned: list[threading.Thread] = attrs.field(factory=list)
    total: int = 0
    _lock: threading.Lock = attrs.field(factory=threading.Lock, repr=False)

    def hanging(self) -> int:
        """How many are running still."""
        with self._lock:
            self.abandoned = [thread for thread in self.abandoned if thread.is_alive()]
            return len(self.abandoned)

    def run(self, function: Callable[[], T], seconds: float, name: str) -> T:
        """The function's result, or what it raised, or :class:`Overrun` after so many seconds."""
        outcome = _Outcome()
        context = copy_context()
        thread = threading.Thread(target=_run_into, args=(outcome, context.run, function), name=name, daemon=True)
        try:
            thread.start()
            ended = outcome.done.wait(seconds)
        except BaseException:  # an interrupt of the waiting thread; the call itself goes on
            if thread.is_alive():
                self.give_up(thread)
            raise
        if not ended:
            self.give_up(thread)
            raise Overrun
        if outcome.raised is not None:
            raise outcome.raised
        result: T = outcome.result
        return result

    def give_up(self, thread: threading.Thread) -> None:
        """Count the thread among those that nobody waits for any more."""
        with self._lock:
            self.abandoned.append(thread)
            self.total += 1


def pass_interrupt(error: BaseException) -> None:
    """Raise a Ctrl-C on: it is meant for the program. Called first wherever all that foreign code raises is caught.

    What has to be caught there is ``BaseException``: besides ``SystemExit`` and ``GeneratorExit``, libraries derive
    errors of their own from it.
    """
    if isinstance(error, KeyboardInterrupt):
        raise error


def own_interrupts(function: Callable[[], T]) -> T:
    """The function's result on a thread of a plugin, where a ``KeyboardInterrupt`` is nobody's but the plugin's."""
    try:
        return function()
    except KeyboardInterrupt as error:
        raise Interrupted from error


def _run_into(outcome: _Outcome, run: Callable[..., Any], function: Callable[[], T]) -> None:
    try:
        outcome.result = run(own_interrupts, function)
    except BaseException as error:
        outcome.raised = error
    finally:
        outcome.done.set()


@attrs.define(kw_only=True)
class Guard:
    """Stands before one backend: knows whose it is, how long it may take, and where its problems are recorded."""

    label: str
    backend: str
    cooperative: bool
    default_deadline: float
    fixed_deadline: float | None
    record: Callable[[PluginProblem], object]
    threads: Threads = attrs.field(factory=Threads)

    def deadline_for(self, request: object) -> float:
        """Seconds: what ``mkd.toml`` says of this backend, or what the request says, or the default."""
        if self.fixed_deadline is not None:
            return self.fixed_deadline
        seconds = getattr(request, "timeout", None)
        return float(seconds) if isinstance(seconds, (int, float)) else self.default_deadline

    def call(self, method: str, function: Callable[[], T], seconds: float) -> T:
        """The function's result; anything but an answer on purpose becomes a recorded problem and is raised as one."""
        try:
            if self.cooperative:
                return self._timed(method, function, seconds)
            return self._on_a_thread(method, function, seconds)
        except MkdError:
            raise
        except Overrun:
            line = f"{method} did not answer within {seconds:g} seconds"
            raise self._recorded(DeadlineOverrun(CALL_OVERRAN, self.label, line, hint=_OVERRUN_HINT)) from None
        except BaseException as error:
            pass_interrupt(error)
            raised = cause_of(error)
            line = f"{method} of {self.backend} raised {type(raised).__name__}{place_of(raised)}"
            hint = f"{REPORT}: only Transient and Permanent are raised on purpose"
            raise self._recorded(CallProblem(CALL_RAISED, self.label, line, hint=hint)) from error

    def tell(self, method: str, function: Callable[[], object]) -> None:
        """Call for the sake of calling: whatever goes wrong is recorded and not raised."""
        try:
            self.call(method, function, self.deadline_for(None))
        except PluginProblem:
            pass
        except MkdError as refusal:
            line = f"{method} of {self.backend} refused: {refusal.code} {refusal.message}"
            self.record(CallProblem(CALL_RAISED, self.label, line, hint=refusal.mend))

    def expect(self, method: str, result: object, allows: Callable[[object], bool], expected: str) -> None:
        """Refuse a result that the port does not allow, or that raises when it is looked at."""
        try:
            if allows(result):
                return
            cause, got = None, kind_of(result)
        except BaseException as error:
            pass_interrupt(error)
            cause, got = error, f"{kind_of(result)} that raises {type(error).__name__}{place_of(error)} when looked at"
        line = f"{method} of {self.backend} returned {got}, expected {expected}"
        raise self._recorded(CallProblem(CALL_RESULT, self.label, line, hint=REPORT)) from cause

    def _timed(self, method: str, function: Callable[[], T], seconds: float) -> T:
        began = monotonic()
        result = function()
        took = monotonic() - began
        if took > seconds:  # the work is done, so its result stands; that it came late must not stay unseen
            line = f"{method} of {self.backend} took longer than its {seconds:g} seconds"
            self.record(DeadlineOverrun(CALL_OVERRAN, self.label, line, hint=_OVERRUN_HINT))
        return result

    def _on_a_thread(self, method: str, function: Callable[[], T], seconds: float) -> T:
        hanging = self.threads.hanging()
        if hanging >= STUCK_LIMIT:
            line = f"{hanging} calls of {self.backend} hang; {method} was not called"
            raise self._recorded(Unavailable(CALLS_STUCK, self.label, line, hint="restart when it answers again"))
        return self.threads.run(function, seconds, f"mkd {self.label} {method}")

    def _recorded(self, problem: CallProblem) -> CallProblem:
        self.record(problem)
        return problem


_HERE: Final = os.path.dirname(__file__)
_ABOVE: Final = os.path.dirname(_HERE)
_OURS: Final = frozenset(
    (
        _HERE,
        _ABOVE,
        os.path.join(_ABOVE, "config"),
        os.path.dirname(importlib.__file__),
        os.path.dirname(importlib.metadata.__file__),
    )
)
_CORE: Final = os.path.dirname(mkd_core.__file__)

_OVERRUN_HINT: Final = "see whether what it talks to answers, or raise its deadline in [mkd.deadlines]"


def in_chunks(
    guard: Guard, method: str, source: Iterator[T], allows: Callable[[object], bool], words: str
) -> Iterator[T]:
    """The items of a backend's iterator, every item checked and every step guarded.

    A step takes many items, since a thread for each would cost more than the item.
    """
    while True:
        items = guard.call(method, lambda: list(islice(source, CHUNK)), guard.deadline_for(None))
        for item in items:
            guard.expect(method, item, allows, words)
            yield item
        if len(items) < CHUNK:
            return


def cause_of(error: BaseException) -> BaseException:
    """What the plugin raised, where a guard has wrapped it."""
    return error.__cause__ or error if isinstance(error, Interrupted) else error


def words_of(error: BaseException) -> str:
    """Kind, words and place of an error, also of one that cannot be printed."""
    error = cause_of(error)
    try:
        said = str(error)
    except BaseException as bug_within_the_bug:
        pass_interrupt(bug_within_the_bug)
        said = "(which cannot be printed)"
    return f"{type(error).__name__}: {said}{place_of(error)}"


def place_of(error: BaseException) -> str:
    """Where in the plugin the error was raised, as `` at module.py:12``; its text may hold anything and is left out.

    What it called of this library and of Python's import is passed over: ``provider.py:51`` would help nobody.
    """
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    for file, line in reversed(places):
        folder, name = os.path.split(file)
        if not name.startswith("<") and folder not in _OURS and not folder.startswith(_CORE):
            return f" at {name}:{line}"
    return ""


def kind_of(value: object) -> str:
    """What kind of value that is, without the value."""
    if value is None:
        return "nothing"
    name = type(value).__name__ or "object without a name"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
