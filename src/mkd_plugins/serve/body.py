"""The body of a request: one JSON object, of bounded size and depth, with the keys that are asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.decide import read_line
from mkd_plugins.serve.problem import HttpProblem


def read(request: Request, *, most: int, deepest: int) -> dict[str, Any]:
    """The object. Raises ``HttpProblem``."""
    if request.mimetype != "application/json":
        raise HttpProblem("MKD704", "the body is not said to be JSON", status=415, mend="send application/json")
    request.max_content_length = most
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise HttpProblem("MKD705", f"a body has {most} bytes at most", status=413) from None
    try:
        data = read_line(raw)
    except InvalidInput as error:
        raise HttpProblem("MKD706", error.message, status=400, mend=error.mend) from None
    if _deeper(data, deepest):
        raise HttpProblem("MKD706", f"nested deeper than {deepest}", status=400, mend="send a flatter body")
    return data


def check_keys(data: dict[str, Any], known: Collection[str], needed: Collection[str]) -> None:
    """Refuse keys that nothing reads, and the lack of those that are needed."""
    for key in data:
        if key not in known:
            hint = did_you_mean(key, known)
            raise HttpProblem("MKD707", "a key is not known here", status=400, where="body", mend=hint)
    for key in needed:
        if key not in data:
            raise HttpProblem("MKD707", f"{key} is missing", status=400, where="body")


def choice(data: dict[str, Any], key: str, known: Collection[str], default: str) -> str:
    """One of those texts."""
    value = data.get(key, default)
    if not isinstance(value, str) or value not in known:
        raise HttpProblem("MKD707", f"must be one of {', '.join(known)}", status=400, where=key)
    return value


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
