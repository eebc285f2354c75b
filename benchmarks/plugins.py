"""What the host costs a call of a plugin beside the direct call, and how long ``mkd plugins list`` takes with many."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.measured import Limit, Row, best, same
from mkd_core.people import Employee
from mkd_core.ports import Found, Identity, Notice, Notification, Receipt
from mkd_plugins.host.guard import Guard
from mkd_plugins.host.guarded import guarded

T = TypeVar("T")

PEERS = ("pluggy",)
CALLS = 2_000
THREADED = 200
INSTALLED = 50
NOTICE = Notice(
    key="person/rahmania:7:notification:0",
    to="rahmania",
    name="Rahmania Wulansari",
    address="rahmania@example.go.id",
    language="id",
    kind="approved",
    subject="MKD rahmania.1 disetujui",
    body="Perjanjian rahmania.1 disetujui.",
)
RECEIPT = Receipt(key=NOTICE.key)
FOUND = Found(Employee(key="rahmania", unit="data"))
TODAY = date(2026, 6, 1)
PLUGIN = """
import attrs
from mkd_plugins.api import Notice, Receipt, hookimpl, notification

@attrs.frozen
class Config:
    url: str = "https://example.com"

class Sender:
    def __init__(self, config: Config) -> None:
        self.config = config

    def send(self, notice: Notice) -> Receipt:
        return Receipt(key=notice.key)

@hookimpl
def mkd_providers():
    return [notification(name="acme-{number}", config=Config, build=Sender)]
"""


class Sender:
    """Answers at once, so that nothing but the host is measured."""

    def send(self, notice: Notice) -> Receipt:
        return RECEIPT


class People:
    """Likewise."""

    def person(self, key: str, on: date) -> Found:
        return FOUND

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def rows() -> Iterator[Row]:
    """A call through the guard in both ways, and the start of the command."""
    yield from _calls()
    yield from _starts()


def _calls() -> Iterator[Row]:
    sender, people = Sender(), People()
    kept, threaded = (_host(sender, Notification, cooperative=cooperative) for cooperative in (True, False))
    looked_up = _host(people, Identity, cooperative=True)
    same("send", direct=sender.send(NOTICE), cooperative=kept.send(NOTICE), threaded=threaded.send(NOTICE))
    works: dict[str, Callable[[], object]] = {
        "direct": partial(_send, sender, CALLS),
        "cooperative": partial(_send, kept, CALLS),
        "threaded": partial(_send, threaded, THREADED),
        "direct person": partial(_look_up, people),
        "cooperative person": partial(_look_up, looked_up),
    }
    times = best(works, repeat=15)
    direct = times["direct"] / CALLS
    beyond = "a call through the host, cooperative, beyond the direct call"
    yield Limit(work=f"{beyond}: send", value=times["cooperative"] / CALLS - direct, unit="s", floor=3e-6)
    person = (times["cooperative person"] - times["direct person"]) / CALLS
    yield Limit(work=f"{beyond}: person", value=person, unit="s", floor=3e-6)
    yield Limit(
        work="a call through the host, on a thread, beyond the direct call: send",
        value=times["threaded"] / THREADED - direct,
        unit="s",
    )


def _send(backend: Sender, calls: int) -> None:
    for _ in range(calls):
        backend.send(NOTICE)


def _look_up(backend: People) -> None:
    for _ in range(CALLS):
        backend.person("rahmania", TODAY)


def _host(backend: T, port: type, *, cooperative: bool) -> T:
    """The backend as a host hands it out."""
    guard = Guard(
        label="acme[main]",
        backend="acme",
        cooperative=cooperative,
        default_deadline=30.0,
        fixed_deadline=None,
        record=lambda _: None,
    )
    made: T = guarded(backend, port, guard, frozenset())
    return made


def _starts() -> Iterator[Row]:
    with TemporaryDirectory() as none, TemporaryDirectory() as many:
        for number in range(INSTALLED):
            _install(Path(many), number)
        works = {"none": partial(_listed, none), "many": partial(_listed, many)}
        same("plugins list", many=_listed(many) - _listed(none), installed=INSTALLED)
        times = best(works, repeat=5)
    yield Limit(work="mkd plugins list, no other plugin", value=times["none"], unit="s")
    yield Limit(work=f"mkd plugins list, {INSTALLED} plugins installed", value=times["many"], unit="s")


def _install(folder: Path, number: int) -> None:
    """A distribution of one module, as pip would leave it."""
    name = f"acme_{number}"
    (folder / f"{name}.py").write_text(PLUGIN.format(number=number), encoding="utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[mkd]\nmain-{number} = {name}\n", encoding="utf-8")


def _listed(folder: str) -> int:
    """How many plugins a fresh process finds loaded."""
    done = subprocess.run(
        [sys.executable, "-c", "from mkd_plugins.cli import main; main()", "plugins", "list", "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        check=True,
    )
    return sum(row["state"] == "loaded" for row in json.loads(done.stdout))
