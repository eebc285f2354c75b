"""Whoever sends slowly, much or in pieces keeps nobody else from being answered."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from werkzeug.serving import make_server

from mkd_plugins.serve import Application, application
from mkd_plugins.serve.listening import bound, listener

SLOW = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: "


@pytest.fixture(scope="module")
def app(make_folder: Any, serving: Any) -> Iterator[Application]:
    """The application of a deployment."""
    folder = make_folder(serve="max_body = 1000\n")
    made = application(folder / "mkd.toml", environ=serving(folder).environ)
    yield made
    made.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process may have as many sockets as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(3000, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connected(address: str) -> socket.socket:
    """A connection to the server at that address."""
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def test_a_thousand_slow_senders_do_not_end_the_server(servers, many_files) -> None:
    """Long bodies that wait on the disk and headers that never end: when they have gone, it answers."""
    served = servers().start()
    head = b"POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with ExitStack() as connections:
        for number in range(1100):
            line = connections.enter_context(connected(served.address))
            line.sendall(head + b" " * 700_000 if number < 40 else SLOW)
        served.wait_for(lambda: len(list(Path(f"/proc/{served.process.pid}/fd").iterdir())) > 1040)

    assert served.ask("POST", "/v1/decide", {"facts": {}, "show": "brief"}).status_code == 200
    assert served.stop()[0] == 0


def test_a_request_that_does_not_come_whole_is_not_waited_for(app: Application) -> None:
    """Sent byte by byte it ends with the time that it has, however busy the line is; others are answered meanwhile."""
    [listening] = bound("127.0.0.1", 0)
    server = listener(app, [listening], threads=1, whole_within=1)
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    Thread(target=server.run, daemon=True).start()

    began, pause = monotonic(), Event()
    with connected(address) as line:
        line.sendall(SLOW + b"x\r\n\r\n")
        answered = line.recv(4096)
        line.sendall(SLOW)
        line.settimeout(0.05)
        ended = False
        while not ended and monotonic() < began + 20:
            pause.wait(0.05)
            with suppress(TimeoutError):
                try:
                    line.sendall(b"x")
                    ended = line.recv(4096) == b""
                except ConnectionError:
                    ended = True
    with connected(address) as other:
        other.sendall(SLOW + b"x\r\n\r\n")
        meanwhile = other.recv(4096)

    assert answered.startswith(b"HTTP/1.1 200")
    assert ended
    assert meanwhile.startswith(b"HTTP/1.1 200")


@contextmanager
def another_server(app: Application) -> Iterator[str]:
    """A server that hands a body over as it comes: its pieces have no length."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/decide", b'{"facts": {}, "show": "brief"}', b"200", b""),
        ("/v1/decide", b'{"facts": {}, "show": "brief"}' + b" " * 970, b"200", b""),
        ("/v1/decide", b'{"facts": {}, "show": "brief"}' + b" " * 971, b"413", b"MKD705"),
        ("/v1/agreements/k000002.1/approve", b'{"resaon": "misspelt"}', b"400", b"MKD707"),
    ],
    ids=["in pieces", "just fits", "a byte too many", "what may be left out is read"],
)
def test_behind_any_server_a_body_in_pieces_is_read_to_its_end(
    app: Application, serving: Any, path: str, body: bytes, status: bytes, code: bytes
) -> None:
    """None is taken for an empty one, and none is cut where the bound is."""
    token = serving(app.mkd.host.config.folder).environ["TOKEN_PORTAL"]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nIdempotency-Key: k\r\nMkd-Acting-Person: k000002\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in (body[:20], body[20:]))
    with another_server(app) as address, connected(address) as line:
        line.sendall(head.encode() + pieces + b"0\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(65_536), b""))

    assert answer.split()[1] == status
    assert code in answer


def test_a_body_that_is_cut_off_is_no_error_of_the_server(app: Application, serving: Any) -> None:
    """Whoever hangs up in the midst of it is told, if they still listen, that it was too short."""
    token = serving(app.mkd.host.config.folder).environ["TOKEN_PORTAL"]
    head = f"POST /v1/decide HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    with another_server(app) as address, connected(address) as line:
        line.sendall(head.encode() + b'Content-Length: 500\r\n\r\n{"facts"')
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))

    assert answer.split()[1] == b"400"
    assert b"MKD706" in answer
