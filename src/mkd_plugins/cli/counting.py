"""Progress on a terminal: a bar where it is known how many there are, else a number that grows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from mkd_plugins.words import say

T = TypeVar("T")


def with_bar(many: Iterable[T], length: int, label: str = "", *, least: int = 0) -> Iterator[T]:
    """The same, ``length`` of them, with a bar where stderr is a terminal and there are that many at ``least``."""
    if not sys.stderr.isatty() or length < least:
        yield from many
        return
    with click.progressbar(many, length=length, file=sys.stderr, label=label) as bar:
        yield from bar


@contextmanager
def counting(language: str, noun: str = "people") -> Iterator[Callable[..., None]]:
    """Tell the function how many were done, and of how many if that is known; it is written where stderr is a terminal.

    ``noun`` is a key of words.
    """
    shown = False

    def told(done: int, of: int | None = None) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            number = f"{done}" if of is None else f"{done} / {of}"
            click.echo(f"\r{number} {say(noun, language)}", err=True, nl=False)
            shown = True

    try:
        yield told
    finally:
        if shown:
            click.echo(err=True)
