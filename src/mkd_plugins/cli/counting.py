"""Progress over people of whom nobody knows how many there are: a number that grows, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mkd_plugins.words import say


@contextmanager
def counting(language: str) -> Iterator[Callable[[int], None]]:
    """Tell the function how many people were done; nothing is written where stderr is no terminal."""
    shown = False

    def told(people: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            click.echo(f"\r{people} {say('people', language)}", err=True, nl=False)
            shown = True

    try:
        yield told
    finally:
        if shown:
            click.echo(err=True)
