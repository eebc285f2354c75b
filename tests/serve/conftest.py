"""A deployment that is served for real: ``mkd serve`` in a process of its own, asked over sockets."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
import requests

_SOON = datetime.now(UTC).date() + timedelta(days=30)
STARTS = _SOON - timedelta(days=_SOON.weekday())
"""A Monday some weeks ahead: the server knows no other now than the real one."""
ENDS = STARTS + timedelta(days=179)
MKD = Path(sysconfig.get_path("scripts")) / "mkd"
TOKENS = {
    name: f"token-of-{name}-with-more-than-32-characters" for name in ("portal", "kiosk", "watcher", "eager", "bureau")
}
POLICY = """
[policy]
id = "check"
version = "1"
in_force = { from = 2020-01-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
max_remote_days = { value = 4, unit = "days/week", source = "ours" }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.max_remote_days"
otherwise = "refuse"
because = { id = "hari", en = "days" }
source = "ours"
[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "diri", en = "own" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""
CONFIG = """
[mkd]
policy = "rules.toml"
[holders]
hr = ["k000101"]
[roles."token:portal"]
acts_as = ["*"]
[roles."token:kiosk"]
acts_as = ["k000002"]
[roles."token:bureau"]
acts_as = ["*"]
unit = "1100"
[journal.sqlite]
path = "journal.db"
[identity.table]
map = "siap"
people = { path = "people.csv" }
units = { path = "units.csv" }
mandates = { path = "mandates.csv" }
[serve]
rate = 10000
burst = 10000
"""
SCOPES = {
    "portal": '["decide", "read", "write"]',
    "kiosk": '["read", "write"]',
    "watcher": '["read"]',
    "bureau": '["read", "write"]',
    "eager": '["decide"]\nrate = 1.0',
}


class Served:
    """A folder and the server that runs in it."""

    starts = STARTS
    wednesday = STARTS + timedelta(days=2)
    ends = ENDS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.environ = {f"TOKEN_{name.upper()}": token for name, token in TOKENS.items()}

    def start(self, *options: str, before: Sequence[str] = ()) -> Served:
        """Serve, and wait until it listens."""
        log = self.folder / "serve.log"
        with log.open("w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [MKD, *before, "serve", "--port", "0", *options], cwd=self.folder, env=self.environ, stderr=file
            )
        self.wait_for(lambda: "http://" in log.read_text("utf-8") or self.process.poll() is not None)
        found = re.search(r"http://[\d.:]+", log.read_text("utf-8"))
        assert found, log.read_text("utf-8")
        self.address = found[0]
        return self

    def stop(self) -> tuple[int, str]:
        """Tell it to end; its exit status and what it said."""
        assert self.process is not None
        self.process.terminate()
        status = self.process.wait(timeout=60)
        return status, (self.folder / "serve.log").read_text("utf-8")

    def kill(self) -> None:
        """End it as a loss of power would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=60)

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until that is so, for half a minute at most."""
        until = monotonic() + 30
        while not holds():
            assert monotonic() < until, "it did not come to that"
            Event().wait(0.05)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "portal",
        person: str | None = None,
        key: str | None = None,
        **headers: str,
    ) -> requests.Response:
        """One request, with a key of its own unless one is given."""
        told = {"Authorization": f"Bearer {TOKENS.get(token, token)}", **headers}
        if person is not None:
            told["Mkd-Acting-Person"] = person
        if method == "POST":
            told["Idempotency-Key"] = key or str(uuid4())
        return requests.request(method, f"{self.address}{path}", json=body, headers=told, timeout=60)

    def proposed(self, person: str = "k000002", *, remote: str = "wed,thu", **said: Any) -> dict[str, Any]:
        """A draft of that person."""
        asked = {"from": str(STARTS), "until": str(ENDS), "remote": remote, "targets": [TARGET], **said}
        answer = self.ask("POST", "/v1/agreements", asked, person=person)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def submitted(self, person: str = "k000002") -> dict[str, Any]:
        """A request of that person on its route."""
        answer = self.ask("POST", f"/v1/agreements/{self.proposed(person)['agreement']}/submit", person=person)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made


TARGET = {
    "kind": "output",
    "indicator": "briefs delivered",
    "direction": "at_least",
    "value": 4,
    "unit": "briefs",
    "due": str(ENDS),
    "evidence": "the briefs",
}


@pytest.fixture(scope="session")
def make_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a folder with a deployment, its people those of ``mkd init --example``."""

    def make(more: str = "", serve: str = "") -> Path:
        folder = tmp_path_factory.mktemp("served")
        subprocess.run([MKD, "init", "--example"], cwd=folder, check=True, capture_output=True)
        (folder / "rules.toml").write_text(POLICY, encoding="utf-8")
        (folder / "journal.db").unlink()
        hosts = "".join(
            f'[[serve.hosts]]\nname = "{name}"\ntoken = {{ env = "TOKEN_{name.upper()}" }}\nscopes = {scopes}\n'
            for name, scopes in SCOPES.items()
        )
        (folder / "mkd.toml").write_text(CONFIG + serve + hosts + more, encoding="utf-8")
        return folder

    return make


@pytest.fixture(scope="module")
def served(make_folder: Callable[..., Path]) -> Iterator[Served]:
    """A deployment that is served, one for all tests of a module."""
    made = Served(make_folder()).start()
    yield made
    made.stop()


@pytest.fixture
def servers(make_folder: Callable[..., Path]) -> Iterator[Callable[..., Served]]:
    """Makes deployments that a test starts, stops and kills as it likes."""
    made: list[Served] = []

    def make(serve: str = "") -> Served:
        made.append(Served(make_folder(serve=serve)))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None and each.process.poll() is None:
            each.kill()


@pytest.fixture(scope="session")
def serving() -> type[Served]:
    """What serves a folder."""
    return Served
