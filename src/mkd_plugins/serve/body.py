"""The body of a request: one JSON object, of bounded size and depth, read whole."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from mkd_core.errors import InvalidInput
from mkd_plugins.decide import read_line
from mkd_plugins.serve.problem import HttpProblem


def taken(request: Request, *, most: int) -> bytes:
    """What was sent. Raises ``HttpProblem`` where it is too much, or not said to be JSON."""
    if request.mimetype != "application/json":
        raise HttpProblem("MKD704", "the body is not said to be JSON", status=415, mend="send application/json")
    request.max_content_length = most
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise HttpProblem("MKD705", f"a body has {most} bytes at most", status=413) from None


def read(raw: bytes, *, deepest: int) -> dict[str, Any]:
    """The object. Raises ``HttpProblem``."""
    try:
        data = read_line(raw)
    except InvalidInput as error:
        raise HttpProblem("MKD706", error.message, status=400, mend=error.mend) from None
    if raw.count(b"{") + raw.count(b"[") > deepest and _deeper(data, deepest):
        raise HttpProblem("MKD706", f"nested deeper than {deepest}", status=400, mend="send a flatter body")
    return data


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
