"""A real host on a real socket, which takes every request and gives every answer by the published document."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mkd_plugins.config import Config
from mkd_plugins.host import Host

TOKEN = "a-token-that-only-the-host-knows"

Serve = Callable[[socket.socket], None]
Made = Callable[..., Any]


@pytest.fixture
def hr() -> Iterator[Any]:
    """The host; what breaks the document, on either side, fails the test."""
    served = pytest.importorskip("hr_system", reason="the host's server is an extra")
    with served.running(TOKEN) as host:
        yield host
    assert host.violations == []


@pytest.fixture
def made() -> Iterator[Made]:
    """Makes the backend of a port before an address, behind the guard that a deployment has."""
    opened = []

    def make(port: str, url: str, *, token: str = TOKEN, more: str = "") -> Any:
        toml = f'[{port}.http]\nurl = "{url}"\ntoken = {{ env = "HR_TOKEN" }}\n{more}'
        config = Config.from_toml(toml, folder=Path())
        host = Host.load(config, no_plugins=True, environ={"HR_TOKEN": token})
        opened.append(host)
        return host.one(port)

    yield make
    for host in opened:
        host.close()


@pytest.fixture
def raw() -> Iterator[Callable[[Serve], str]]:
    """Serves connections by a function that gets the socket behind each request; gives the address."""
    opened: list[socket.socket] = []

    def listen(serve: Serve) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)
        threading.Thread(target=_accept, args=(listener, serve, opened), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield listen
    for each in opened:
        with suppress(OSError):  # it may have ended by itself
            each.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, serve: Serve, opened: list[socket.socket]) -> None:
    with listener, suppress(OSError):
        while True:
            connection, _ = listener.accept()
            opened.append(connection)
            threading.Thread(target=_serve, args=(connection, serve), daemon=True).start()


def _serve(connection: socket.socket, serve: Serve) -> None:
    with connection, suppress(OSError):  # the other side may go
        connection.recv(65_536)
        serve(connection)
