"""How the simulator listens: waitress, which keeps connections; or over TLS Werkzeug's own server, which can."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import close_all
from werkzeug.serving import WSGIRequestHandler, make_server

from mkd_core.errors import InvalidInput

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_THREADS = 16


def listening(port: int) -> socket.socket:
    """A socket on loopback. Raises ``InvalidInput`` (MKD721) when the port is taken."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=256)
    except OSError as error:
        raise InvalidInput(
            "MKD721",
            f"cannot listen there: {error.strerror or type(error).__name__}",
            where=f"127.0.0.1:{port}",
            mend="choose another --port",
        ) from None


@contextmanager
def plain(app: WSGIApplication, place: socket.socket) -> Iterator[None]:
    """Serves while the block runs."""
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # it warns of answers cut off, which are meant
    channels: dict[int, Any] = {}
    server: Any = create_server(app, channels, sockets=[place], threads=_THREADS, ident=None, connection_limit=500)
    thread = Thread(target=server.run, name="simulator", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # The loop ends when it has no channel left; they are closed where they are used, in its own thread.
        with suppress(OSError):  # which the loop may have done before it is woken for it
            server.trigger.pull_trigger(lambda: close_all(channels, ignore_all=True))
        thread.join(10)
        server.task_dispatcher.shutdown()


@contextmanager
def encrypted(app: WSGIApplication, place: socket.socket, context: ssl.SSLContext) -> Iterator[None]:
    """Serves over TLS while the block runs."""
    host, port = place.getsockname()
    server = make_server(
        host,
        port,
        app,
        threaded=True,
        request_handler=_Quiet,
        ssl_context=context,
        fd=place.fileno(),
    )
    thread = Thread(target=server.serve_forever, args=(0.05,), name="simulator", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        place.close()
        thread.join(10)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: whoever wants to know what was asked reads ``asked``."""
