"""A host in PHP, of one file, keeps the document: what is asked of it is asked in no language of ours."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from mkd_core.errors import MkdError
from mkd_core.ports import Events, Identity, Notification
from mkd_plugins.config import Config
from mkd_plugins.host import Host
from mkd_plugins.testing.events import OCCURRENCE, EventsSuite
from mkd_plugins.testing.identity import IdentitySuite
from mkd_plugins.testing.notification import NotificationSuite

SCRIPT = Path(__file__).parents[2] / "examples" / "php_host" / "host.php"
SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"

Made = Callable[..., Any]


@frozen
class PhpHost:
    """Where it answers, and the folder in which it keeps what it took."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def php(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhpHost]:
    """PHP's own server over the example; without PHP the tests are left out, and in CI they fail."""
    if not shutil.which("php"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no php on this machine")
    folder = tmp_path_factory.mktemp("php")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environ = {
        **os.environ,
        "HR_TOKEN": "a-token-that-only-the-host-knows",
        "HR_SECRET": SECRET,
        "HR_FOLDER": str(folder),
    }
    served = subprocess.Popen(
        ["php", "-S", address, SCRIPT], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert served.stderr is not None
    try:
        assert any("started" in line for line in served.stderr)
        threading.Thread(target=served.stderr.read, daemon=True).start()  # a log that nobody reads would stop it
        yield PhpHost(f"http://{address}", folder)
    finally:
        served.terminate()
        served.wait(timeout=30)


class TestPhpIdentity(IdentitySuite):
    @pytest.fixture
    def backend(self, php: PhpHost, made: Made) -> Identity:
        return made("identity", php.url)

    @pytest.fixture
    def handle(self) -> str:
        return "198104232006042902"


class TestPhpNotification(NotificationSuite):
    @pytest.fixture
    def backend(self, php: PhpHost, made: Made) -> Notification:
        return made("notification", php.url)


class TestPhpEvents(EventsSuite):
    @pytest.fixture
    def backend(self, php: PhpHost) -> Iterator[Events]:
        with follower(php.url, SECRET) as host:
            yield host.one("events")


def follower(url: str, secret: str) -> Host:
    toml = f'[events.webhook]\nurl = "{url}/events"\nsecrets = [{{ env = "HR_SECRET" }}]'
    return Host.load(Config.from_toml(toml, folder=Path()), no_plugins=True, environ={"HR_SECRET": secret})


def test_an_event_that_comes_twice_is_kept_once(php: PhpHost) -> None:
    """By the id of its message, after the signature was verified."""
    event = evolve(OCCURRENCE, key="person/sekar#1", kind="AgreementRevoked", agreement="sekar.1")
    with follower(php.url, SECRET) as host:
        for _ in range(2):
            host.one("events").publish(event)

    lines = (php.folder / "events.txt").read_text(encoding="utf-8").splitlines()
    assert lines.count("mkd.AgreementRevoked.v1 sekar.1") == 1


def test_an_event_that_somebody_else_signed_is_refused(php: PhpHost) -> None:
    """Nothing of it is kept."""
    other = f"whsec_{base64.b64encode(bytes([1]) * 32).decode()}"
    forged = evolve(OCCURRENCE, key="person/sekar#9", kind="AgreementEnded", agreement="sekar.9")
    with follower(php.url, other) as host, pytest.raises(MkdError, match="401"):
        host.one("events").publish(forged)

    kept = php.folder / "events.txt"
    assert not kept.exists() or "sekar.9" not in kept.read_text(encoding="utf-8")


def test_without_its_secrets_it_takes_nothing(php: PhpHost) -> None:
    """An empty secret would be anybody's."""
    for path, asked in (("/events", "HTTP_WEBHOOK_ID"), ("/health", "HTTP_AUTHORIZATION")):
        server = f"$_SERVER['REQUEST_URI'] = '{path}'; $_SERVER['{asked}'] = 'Bearer '; include '{SCRIPT}';"
        environ = {name: text for name, text in os.environ.items() if not name.startswith("HR_")}
        done = subprocess.run(["php", "-r", server], env=environ, capture_output=True, text=True, check=False)

        assert '"code":"not_set"' in done.stdout


def test_another_token_is_refused(php: PhpHost, made: Made) -> None:
    """And the host's word for it is told."""
    with pytest.raises(MkdError, match=r"401 \(wrong_token\)"):
        made("identity", php.url, token="somebody-elses").ping()
