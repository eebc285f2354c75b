"""What whoever watches over the server or writes a client for it asks, without a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mkd_core.errors import JournalError, MkdError
from mkd_plugins.mends import catalogue
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.route import Call, Route


def _live(call: Call) -> Mapping[str, Any]:
    return {"status": "live"}


def _ready(call: Call) -> Mapping[str, Any]:
    try:
        call.mkd.journal.due(call.at, 1)
    except MkdError as error:
        raise JournalError(error.code, "the journal is not reached") from None
    return {"status": "ready"}


def _document(call: Call) -> Mapping[str, Any]:
    return call.app.document


def _error(call: Call) -> Mapping[str, Any]:
    entry = catalogue().get(call.values["code"])
    if entry is None:
        raise HttpProblem("MKD702", "no error has that code", status=404)
    return {"code": call.values["code"], "title": entry["title"], "cause": entry["cause"], "mend": entry["mend"]}


ROUTES = (
    Route(method="GET", path="/health/live", name="live", summary="It runs.", answer="Health", handle=_live),
    Route(
        method="GET",
        path="/health/ready",
        name="ready",
        summary="It can be asked: the journal is reached.",
        answer="Health",
        handle=_ready,
        problems=(503,),
    ),
    Route(method="GET", path="/openapi.json", name="openapi", summary="This.", answer="OpenApi", handle=_document),
    Route(
        method="GET",
        path="/errors/<code>",
        name="error",
        summary="What a code means and what to do about it.",
        answer="Error",
        handle=_error,
        problems=(404,),
    ),
)
