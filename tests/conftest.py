"""What every test can ask for: a real PostgreSQL, a real MariaDB and a certificate, private to this run.

``postgresql_url`` and ``mariadb_url`` are SQLAlchemy URLs of an empty database on a server that was started for this
run on loopback, with its data in a temporary folder. The server is started once, when the first test asks, and is gone
afterwards. A test that asks for one carries the mark ``server`` without saying so. Where the server's programs are not
installed the tests are skipped; with ``CI`` set they fail. The closing lines say which servers ran.
"""

from __future__ import annotations

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings

ONCE = (
    "cli/test_forty_agencies.py",
    "docs/test_pages.py",
    "docs/test_readme.py",
    "http/",
    "jabar/",
    "plugins/test_doctor.py",
    "plugins/test_new.py",
    "serve/",
)
"""Tests that carry the mark ``once``: long, and about other programs or pages more than about this Python's version."""

URLS = {"postgresql": "postgresql_url", "mariadb": "mariadb_url"}
OUTCOMES = pytest.StashKey[dict[str, str]]()

# A busy machine makes an example slow, not wrong. All else is Hypothesis' own profile, which repeats itself in CI.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


class Missing(Exception):
    """The machine has not the programs of that server."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[OUTCOMES] = {}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is told to end stops its servers as well


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``-m "bare …"`` only files that have such tests are imported; the others may import what an extra brings."""
    if config.option.markexpr.startswith("bare") and collection_path.name.startswith("test_"):
        return "mark.bare" not in collection_path.read_text(encoding="utf-8") or None
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(tests) and item.path.relative_to(tests).as_posix().startswith(ONCE):
            item.add_marker("once")
        if set(URLS.values()) & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for server, outcome in config.stash[OUTCOMES].items():
        terminalreporter.write_line(f"server {server}: {outcome}")


@pytest.fixture(scope="session")
def server_outcomes(pytestconfig: pytest.Config) -> dict[str, str]:
    """What the closing lines say of each server, for tests that start one of their own."""
    return pytestconfig.stash[OUTCOMES]


@pytest.fixture(scope="session")
def postgresql_url(pytestconfig: pytest.Config) -> Iterator[str]:
    with announced(pytestconfig, "postgresql"), running_postgresql() as url:
        pytestconfig.stash[OUTCOMES]["postgresql"] = "ran"
        yield url


@pytest.fixture(scope="session")
def mariadb_url(pytestconfig: pytest.Config) -> Iterator[str]:
    with announced(pytestconfig, "mariadb"), running_mariadb() as url:
        pytestconfig.stash[OUTCOMES]["mariadb"] = "ran"
        yield url


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody signed but itself, and its key. Without openssl, CI fails."""
    if not shutil.which("openssl"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no openssl on this machine")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@contextmanager
def announced(config: pytest.Config, server: str) -> Iterator[None]:
    try:
        yield
    except Missing as missing:
        config.stash[OUTCOMES][server] = f"missing ({missing})"
        if os.environ.get("CI"):
            pytest.fail(f"server {server} is missing: {missing}", pytrace=False)
        pytest.skip(f"server {server} is missing: {missing}")


@contextmanager
def running_postgresql() -> Iterator[str]:
    initdb = program("initdb", "/usr/lib/postgresql/*/bin/initdb")
    port = free_port()
    with data_folder("postgres") as (folder, account):
        data = folder / "data"
        as_account = {"user": account, "cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
        run = [initdb, "--pgdata", data, "--username", "mkd", "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        subprocess.run(run, **as_account)
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        control = [initdb.with_name("pg_ctl"), "--pgdata", data, "--wait"]
        subprocess.run([*control, "--log", folder / "log", "--options", options, "start"], **as_account)
        try:
            yield f"postgresql+psycopg://mkd@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "--mode", "immediate", "stop"], **as_account)


@contextmanager
def running_mariadb() -> Iterator[str]:
    server = program("mariadbd", "/usr/sbin/mariadbd")
    install = program("mariadb-install-db", "/usr/bin/mariadb-install-db")
    admin = program("mariadb-admin", "/usr/bin/mariadb-admin")
    port = free_port()
    with data_folder("mysql") as (folder, account):
        data, reach = folder / "data", folder / "socket"
        start = folder / "start.sql"
        start.write_text(
            "CREATE DATABASE mkd CHARACTER SET utf8mb4;\n"
            "CREATE USER mkd@'127.0.0.1';\n"
            "GRANT ALL ON *.* TO mkd@'127.0.0.1';\n",
            encoding="utf-8",
        )
        as_account = {"user": account, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        same = ["--no-defaults", f"--datadir={data}"]
        subprocess.run([install, *same, "--auth-root-authentication-method=normal"], check=True, **as_account)
        settings = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={reach}", f"--init-file={start}"]
        settings += ["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", f"--log-error={folder / 'log'}"]
        process = subprocess.Popen([server, *same, *settings], **as_account)
        try:
            ask = [
                admin,
                "--no-defaults",
                f"--socket={reach}",
                "--user=root",
                "--wait=30",
                "--connect-timeout=5",
                "ping",
            ]
            subprocess.run(ask, check=True, timeout=120, **as_account)
            yield f"mysql+pymysql://mkd@127.0.0.1:{port}/mkd?charset=utf8mb4"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
            process.wait()


def program(name: str, where: str) -> Path:
    """The program where Debian puts it (the newest release of several), else on the path."""
    found = sorted(glob.glob(where))[-1:] or [shutil.which(name) or ""]
    if not found[0]:
        raise Missing(f"no {name} on this machine")
    return Path(found[0])


@contextmanager
def data_folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """A folder that the server's account owns; the servers refuse to run as root, so root lends them that account."""
    folder = Path(tempfile.mkdtemp(prefix="mkd-", dir="/tmp"))  # short: a socket's path has at most 107 characters
    try:
        if os.geteuid() != 0:
            yield folder, None
        else:
            shutil.chown(folder, account, account)
            yield folder, account
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
