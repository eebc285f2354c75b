"""What ``mkd plugins doctor`` finds of the machine: Python, this library, what it needs, and its extras."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from typing import Final

from mkd_plugins.cli.plugins.finding import Finding, broken
from mkd_plugins.discovery import Need, needs
from mkd_plugins.hookspecs import PROJECT
from mkd_plugins.words import say

_BUNDLES: Final = frozenset({"all", "benchmark"})


def machine(language: str) -> Iterator[Finding]:
    """All of it."""
    yield Finding(part="Python", line=f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    source = distribution(PROJECT)
    yield Finding(part=PROJECT, line=source.version)
    for need in needs(source):
        if not need.extra:
            yield _library(need)
    yield from _extras(source, language)


def _library(need: Need) -> Finding:
    try:
        have = version(need.name)
    except PackageNotFoundError:
        return broken(need.name, "MKD287", f"is not installed, {need.floor} or newer is needed")
    if _numbers(have) < _numbers(need.floor):
        return broken(need.name, "MKD287", f"{have} is older than {need.floor}")
    return Finding(part=need.name, line=have)


def _extras(source: Distribution, language: str) -> Iterator[Finding]:
    """What an extra would bring is wrong nowhere until something that is configured needs it."""
    extras: dict[str, bool] = {}
    for need in needs(source):
        if need.extra and need.extra not in _BUNDLES:
            extras[need.extra] = extras.get(need.extra, True) and _library(need).state == "ok"
    there = [name for name, complete in extras.items() if complete]
    absent = [name for name, complete in extras.items() if not complete]
    if there:
        yield Finding(part="extras", line=say("doctor_installed", language, names=", ".join(there)))
    if absent:
        line = say("doctor_not_installed", language, names=", ".join(absent))
        yield Finding(part="extras", line=line, state="note")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
