"""How the server listens: waitress reads requests whole before a thread sees them, so that slow senders keep none.

What it is sent is bounded: how long headers and bodies are, how many connections there are, and how long a request may
take to come.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from random import getrandbits
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import InternalServerError

from mkd_core.errors import InvalidInput
from mkd_plugins.serve.answer import Answer
from mkd_plugins.serve.problem import MEDIA_TYPE, HttpProblem, details
from mkd_plugins.serve.wsgi import LOG, Application

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

_BUFFERED = 1_048_576
"""Bytes of a body that are read at least before it is refused, so that the refusal can say why."""
_HEADERS = 32_768
"""Bytes that the headers of a request may have: room for a token of a person, and for no more."""
_CONNECTIONS = 1000
"""Connections of a process at once."""
_FILES = 3 * _CONNECTIONS + 1000
"""Files that a process may need: a connection is one, and may hold two more, for a long body and a long answer."""
_CODES = {413: "MKD705"}
"""The code of what the application would refuse, too; MKD719 is that of the rest."""


class _Parser(HTTPRequestParser):
    """Refuses a request of two lengths, of which a proxy may believe the other one and see another request in it."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers. Raises ``ParsingError``, which is answered with 400."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")


class _Refusal(ErrorTask):
    """Refuses in problem details, too, what never reaches the application: too long a body, or what is no HTTP."""

    def execute(self) -> None:
        """Write the answer, and end the connection: where the next request begins is not known."""
        refused: Any = self.request
        error, request_id = refused.error, f"{getrandbits(128):032x}"
        problem: Exception = HttpProblem(_CODES.get(error.code, "MKD719"), error.reason.lower(), status=error.code)
        if isinstance(error, InternalServerError):
            problem = RuntimeError()
        LOG.info("request=%s refused status=%s", request_id, error.code)
        status, text = details(problem, language="en", request_id=request_id)
        answer = Answer(status=status, text=text, media_type=MEDIA_TYPE)
        self.set_close_on_finish()
        for part in answer.send({"REQUEST_METHOD": "GET"}, self._begin, request_id):
            self.content_length = len(part)
            self.write(part)

    def _begin(self, line: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        self.status = line
        self.response_headers = headers
        return self.write


class _Channel(HTTPChannel):
    """Counts as active since a request began: whoever sends it byte by byte does not keep the connection by that."""

    parser_class = _Parser
    error_task_class = _Refusal
    began = 0.0

    def received(self, data: bytes) -> bool:
        """Take what was sent."""
        before, now = self.request, self.last_activity
        taken: bool = super().received(data)
        if self.request is not before:
            self.began = now
        if self.request is not None:
            self.last_activity = self.began
        return taken


def bound(host: str, port: int) -> list[socket.socket]:
    """The sockets; a name may stand for several addresses. Raises ``InvalidInput`` (MKD721)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        places = dict.fromkeys((family, address[:2]) for family, _, _, _, address in found)
        return [socket.create_server(address, family=family, backlog=1024) for family, address in places]
    except OSError as error:
        raise InvalidInput(
            "MKD721",
            f"cannot listen there: {error.strerror or type(error).__name__}",
            where=f"{host}:{port}",
            mend="choose another --host or --port",
        ) from None


def listener(app: Application, sockets: Sequence[socket.socket], *, threads: int, whole_within: int = 60) -> Any:
    """A server whose ``run`` answers until the process is told to end.

    A request has so many seconds to come whole; a connection that says nothing for as long is closed.
    """
    _allow_files()
    listening: dict[int, Any] = {}
    server = create_server(
        app,
        map=listening,
        sockets=list(sockets),
        threads=threads,
        ident=None,
        connection_limit=_CONNECTIONS,
        channel_timeout=whole_within,
        cleanup_interval=max(1, whole_within // 4),
        asyncore_use_poll=True,  # without it, waiting breaks at the 1024th file
        max_request_header_size=_HEADERS,
        max_request_body_size=max(_BUFFERED, app.max_body),
    )
    for each in listening.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = _Channel
    return server


def _allow_files() -> None:
    """Let the process have as many files open as it may need, as far as the system lets it."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
