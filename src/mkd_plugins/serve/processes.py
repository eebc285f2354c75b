"""Serving: in one process, or in several that share the sockets and are begun again when one ends.

Of several processes each has its own interpreter, so that they decide side by side.
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

from mkd_core.errors import InvalidInput
from mkd_plugins.serve.lines import Lines
from mkd_plugins.serve.listening import bound, listener
from mkd_plugins.serve.wsgi import Application, application

_PATIENCE = 20.0
"""Seconds in which a process that was told to end answers what it was asked."""


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
        sockets = bound(serving.host, serving.port)
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


def _serve(serving: Serving, sockets: Sequence[socket.socket], app: Application) -> None:
    lines = Lines(sys.stderr)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[lines])
    # A line says none of these; the manual of logging names them as what saves time.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    listening = listener(app, sockets, threads=serving.threads)
    # Not before: until it answers, being told to end may simply end it.
    signal.signal(signal.SIGTERM, _end)
    try:
        listening.run()
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
