"""``mkd decide --frame``: a population from file to file, with a sign of life on a terminal."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mkd_core.policy import Policy
    from mkd_plugins.batch.files import Engine

EVERY = 0.5
"""Seconds between two signs of life."""


def decide_population(policy: Policy, source: str, out: str, engine: Engine, *, replace: bool) -> None:
    """Decide the file, and write what became of it as one JSON object."""
    from mkd_plugins.batch.files import decide_file

    growing: list[str] = []
    with _signs_of_life(f"deciding with {engine}", growing):
        counts = decide_file(policy, source, out, engine=engine, replace=replace, working=growing.append)
    told = {**counts.to_data(), "policy": {"id": policy.id, "version": policy.version}, "out": out}
    click.echo(json.dumps(told, ensure_ascii=False))


@contextmanager
def _signs_of_life(label: str, growing: list[str]) -> Iterator[None]:
    """Seconds and the size of what is written, on a terminal; engines do not say how far they are."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    sign = threading.Thread(target=_tell, args=(label, growing, done), daemon=True)
    sign.start()
    try:
        yield
    finally:
        done.set()
        sign.join()
        click.echo("\r\033[K", err=True, nl=False)


def _tell(label: str, growing: list[str], done: threading.Event) -> None:
    began = time.monotonic()
    while not done.wait(EVERY):
        size = sum(_size(Path(path)) for path in growing) / 2**20
        click.echo(f"\r\033[K{label} … {time.monotonic() - began:.0f} s, {size:.0f} MiB", err=True, nl=False)


def _size(path: Path) -> int:
    try:
        files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
        return sum(each.stat().st_size for each in files)
    except OSError:  # written and moved meanwhile
        return 0
