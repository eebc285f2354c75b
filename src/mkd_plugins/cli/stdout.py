"""Keeps standard output for answers while plugins are loaded: programs read it, and plugins print."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import IO

_kept: list[IO[str]] = []


def stdout() -> IO[str]:
    """Where answers go."""
    return _kept[-1] if _kept else sys.stdout


@contextmanager
def for_answers_alone() -> Iterator[None]:
    """Send to stderr what anybody prints meanwhile, be it on import, in a call, or on a thread that was given up."""
    _kept.append(stdout())
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _kept.pop()
