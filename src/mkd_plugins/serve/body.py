"""The body of a request: one JSON object, of bounded size and depth, read whole."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request

from mkd_core.errors import InvalidInput
from mkd_plugins.decisions.lines import read_line
from mkd_plugins.serve.problem import HttpProblem


def announced(request: Request) -> bool:
    """Whether there is a body: it has a length, or comes in pieces of which nobody knows how many."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def taken(request: Request, *, most: int) -> bytes:
    """What was sent. Raises ``HttpProblem`` where it is too much, cut off, or not said to be plain JSON."""
    if request.mimetype != "application/json":
        raise HttpProblem("MKD704", "the body is not said to be JSON", status=415, mend="send application/json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise HttpProblem("MKD704", "the body is compressed", status=415, mend="send it as it is")
    # Of what comes in pieces no more than that is read: the one byte more tells it from what just fits.
    request.max_content_length = most + 1
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _too_large(most) from None
    except ClientDisconnected:
        raise HttpProblem("MKD706", "the body ends before its length", status=400) from None
    if len(raw) > most:
        raise _too_large(most)
    return raw


def read(raw: bytes, *, deepest: int) -> dict[str, Any]:
    """The object. Raises ``HttpProblem``."""
    try:
        data = read_line(raw)
    except InvalidInput as error:
        raise HttpProblem("MKD706", error.message, status=400, mend=error.mend) from None
    if raw.count(b"{") + raw.count(b"[") > deepest and _deeper(data, deepest):
        raise HttpProblem("MKD706", f"nested deeper than {deepest}", status=400, mend="send a flatter body")
    return data


def _too_large(most: int) -> HttpProblem:
    return HttpProblem("MKD705", f"a body has {most} bytes at most", status=413)


def _deeper(data: Any, deepest: int) -> bool:
    level = [data]
    for _ in range(deepest):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, (dict, list)) for each in level)
