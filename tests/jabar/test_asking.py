"""What every system of the province is asked with, over a real connection."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hr_system import listening
from werkzeug import Request, Response

from mkd_plugins.jabar.asking import System


@pytest.fixture
def system() -> Iterator[System]:
    opened = System(ca_file=None)
    yield opened
    opened.close()


@pytest.fixture
def asked(system: System) -> Iterator[Callable[[Any], Any]]:
    """What a system answers, given as a function of the request, and the request that reached it."""

    def ask(answer: Callable[[Request], Response]) -> tuple[Any, Request]:
        reached: list[Request] = []

        @Request.application
        def application(request: Request) -> Response:
            reached.append(request)
            return answer(request)

        with listening(application) as url:
            return system.ask("GET", f"{url}/export", "GET /export", timeout=5.0).json(), reached[0]

    return ask


def test_a_short_answer_that_came_compressed_is_whole(asked: Callable[[Any], Any]) -> None:
    """A proxy may compress what nobody asked it to; packed, a short answer is longer than it is."""
    packed = gzip.compress(b"[]")
    said, _ = asked(lambda _: Response(packed, headers={"Content-Encoding": "gzip"}, mimetype="application/json"))

    assert said == []


def test_nothing_of_the_environment_goes_along(asked: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment would read the numbers, and compression hide how long an answer is."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    said, request = asked(lambda _: Response('{"fine": true}', mimetype="application/json"))

    assert (said, request.headers["Accept-Encoding"]) == ({"fine": True}, "identity")
