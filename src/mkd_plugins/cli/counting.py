"""Progress over what nobody knows the number of, such as people: a number that grows, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mkd_plugins.words import say


@contextmanager
def counting(language: str, noun: str = "people") -> Iterator[Callable[[int], None]]:
    """Tell the function how many were done; it is written where stderr is a terminal. ``noun`` is a key of words."""
    shown = False

    def told(done: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            click.echo(f"\r{done} {say(noun, language)}", err=True, nl=False)
            shown = True

    try:
        yield told
    finally:
        if shown:
            click.echo(err=True)
