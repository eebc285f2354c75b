"""Serving: waitress in one process, or in several that share the sockets and are begun again when one ends.

Waitress reads requests whole before a thread sees them, so that slow senders keep no thread; of several processes each
has its own interpreter, so that they decide side by side.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Event, Thread
from typing import Any

import click
from attrs import frozen
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server

from mkd_core.errors import InvalidInput
from mkd_plugins.serve.lines import Lines
from mkd_plugins.serve.wsgi import Application, application

_BUFFERED = 1_048_576
"""Bytes of a body that are read at least before it is refused, so that the refusal can say why."""
_HEADERS = 32_768
"""Bytes that the headers of a request may have: room for a token of a person, and for no more."""
_PATIENCE = 20.0
"""Seconds in which a process that was told to end answers what it was asked."""


class _Parser(HTTPRequestParser):
    """Refuses a request of two lengths, of which a proxy may believe the other one and see another request in it."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers. Raises ``ParsingError``, which is answered with 400."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")


class _Channel(HTTPChannel):
    parser_class = _Parser


@frozen(kw_only=True)
class Serving:
    """What is served where, by how many."""

    config: str
    no_plugins: bool
    host: str
    port: int
    threads: int
    workers: int

    def application(self) -> Application:
        """The application."""
        return application(self.config, no_plugins=self.no_plugins, workers=self.workers)


def run(serving: Serving) -> None:
    """Serve until the process is told to end. Raises what opening the deployment raises."""
    app = serving.application()
    try:
        sockets = _bound(serving)
        for address in (each.getsockname() for each in sockets):
            host = f"[{address[0]}]" if ":" in address[0] else address[0]
            click.echo(f"listening at http://{host}:{address[1]}", err=True)
        if serving.workers == 1:
            _serve(serving, sockets, app)
            return
    finally:
        app.close()
    signal.signal(signal.SIGTERM, _end)
    with suppress(KeyboardInterrupt):
        _keep_alive(serving, sockets)


def _bound(serving: Serving) -> list[socket.socket]:
    """The sockets; a name may stand for several addresses."""
    try:
        found = socket.getaddrinfo(serving.host, serving.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        places = dict.fromkeys((family, address[:2]) for family, _, _, _, address in found)
        return [socket.create_server(address, family=family, backlog=1024) for family, address in places]
    except OSError as error:
        raise InvalidInput(
            "MKD721",
            f"cannot listen there: {error.strerror or type(error).__name__}",
            where=f"{serving.host}:{serving.port}",
            mend="choose another --host or --port",
        ) from None


def _serve(serving: Serving, sockets: Sequence[socket.socket], app: Application) -> None:
    lines = Lines(sys.stderr)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[lines])
    # A line says none of these; the manual of logging names them as what saves time.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    listening: dict[int, Any] = {}
    server: Any = create_server(
        app,
        map=listening,
        sockets=list(sockets),
        threads=serving.threads,
        ident=None,
        connection_limit=1000,
        max_request_header_size=_HEADERS,
        max_request_body_size=max(_BUFFERED, app.max_body),
    )
    for each in listening.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = _Channel
    # Not before: until it answers, being told to end may simply end it.
    signal.signal(signal.SIGTERM, _end)
    try:
        server.run()
    finally:
        lines.close()


def _work(serving: Serving, sockets: Sequence[socket.socket], ready: Connection) -> None:
    """What a process of several does, until it is told to end or the one that began it is gone."""
    Thread(target=_end_with_parent, daemon=True).start()
    app = serving.application()
    ready.send(True)
    try:
        _serve(serving, sockets, app)
    finally:
        app.close()


def _keep_alive(serving: Serving, sockets: Sequence[socket.socket]) -> None:
    context = get_context("spawn")

    def begun() -> tuple[Any, Connection]:
        heard, ready = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(serving, sockets, ready))
        process.start()
        ready.close()
        return process, heard

    processes = [begun() for _ in range(serving.workers)]
    try:
        while True:
            wait([process.sentinel for process, _ in processes])
            for place, (process, heard) in enumerate(processes):
                if process.is_alive():
                    continue
                if not _was_ready(heard):
                    raise InvalidInput(
                        "MKD722", "a process ended before it could answer", where="mkd serve", mend="see what it said"
                    )
                click.echo("warning: a process ended, and another one begins in its place", err=True)
                processes[place] = begun()
    finally:
        for process, _ in processes:
            process.terminate()
        for process, _ in processes:
            process.join(_PATIENCE)
            process.kill()


def _was_ready(heard: Connection) -> bool:
    try:
        return bool(heard.recv())
    except EOFError:
        return False


def _end(*_: object) -> None:
    raise SystemExit(0)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        # What the signal raises may get lost in a library; then the process ends without a word.
        Event().wait(_PATIENCE)
        os._exit(1)
