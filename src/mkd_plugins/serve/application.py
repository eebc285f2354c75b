"""The WSGI application: who asks, what is asked, and every answer as JSON or as problem details."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from mkd_core.errors import JournalError, MkdError
from mkd_plugins.deployment import Deployment, policies_of, start
from mkd_plugins.mends import catalogue
from mkd_plugins.serve import body
from mkd_plugins.serve.deciding import Decider
from mkd_plugins.serve.openapi import document
from mkd_plugins.serve.problem import MEDIA_TYPE, HttpProblem, details
from mkd_plugins.serve.routes import ROUTES
from mkd_plugins.serve.settings import ServeSettings, serve_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger("mkd.serve")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(config: Path | str = "mkd.toml", *, environ: Mapping[str, str] | None = None) -> Application:
    """The application of a deployment, for any WSGI server; close it when the server has ended."""
    mkd = start(config, environ=environ)
    try:
        return Application(mkd, serve_settings(mkd.host.config, os.environ if environ is None else environ))
    except BaseException:
        mkd.close()
        raise


class Application:
    """A WSGI application over an open deployment; threads may share it."""

    def __init__(self, mkd: Deployment, settings: ServeSettings) -> None:
        self._mkd = mkd
        self._settings = settings
        self._tokens = [(host.name, sha256(host.token.reveal().encode()).digest()) for host in settings.hosts]
        self._decider = Decider(mkd.host, policies_of(mkd.host))
        self._map = Map(
            [Rule(route.path, endpoint=route, methods=[route.method]) for route in ROUTES],
            strict_slashes=False,
            merge_slashes=False,
        )
        self._handlers: Mapping[str, Callable[[Request, Mapping[str, Any]], Any]] = {
            "decide": self._decide,
            "live": lambda request, values: {"status": "live"},
            "ready": self._ready,
            "openapi": lambda request, values: self.document,
            "error": _error,
        }
        self.document = document(ROUTES, mkd.host.vocabulary)

    def close(self) -> None:
        """Close the deployment."""
        self._mkd.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request, request_id, began = Request(environ), uuid4().hex, perf_counter()
        asked = Asked()
        try:
            response = self._answer(request, asked)
        except Exception as error:  # the last stop before the wire
            if not isinstance(error, MkdError):
                LOG.error("request=%s an unexpected %s", request_id, type(error).__name__)
            asked.code = error.code if isinstance(error, MkdError) else "MKD299"
            status, text = details(error, language=_language(request), request_id=request_id)
            response = Response(text, status, content_type=MEDIA_TYPE)
            if isinstance(error, HttpProblem):
                response.headers.update(error.headers)
        response.headers.update({**_HEADERS, "X-Request-Id": request_id})
        # The route and not the path, the system and not the person: nothing personal stands in the log.
        LOG.info(
            "request=%s host=%s route=%s status=%s code=%s ms=%.1f",
            *(request_id, asked.host or "-", asked.route or "-", response.status_code, asked.code or "-"),
            (perf_counter() - began) * 1000,
        )
        return response(environ, start_response)

    def _answer(self, request: Request, asked: Asked) -> Response:
        adapter = self._map.bind_to_environ(request.environ)
        if request.method == "OPTIONS" and (allowed := adapter.allowed_methods()):
            return Response(status=204, headers={"Allow": ", ".join(sorted({*allowed, "OPTIONS"}))})
        try:
            route, values = adapter.match()
        except NotFound:
            raise HttpProblem("MKD702", "nothing is there", status=404, mend="see /openapi.json") from None
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"}))
            message = f"this takes {allowed} alone"
            raise HttpProblem("MKD703", message, status=405, headers={"Allow": allowed}) from None
        asked.route = route.name
        if route.guarded:
            asked.host = self._host(request)
        answer = self._handlers[route.name](request, values)
        return Response(json.dumps(answer, ensure_ascii=False, default=str), content_type="application/json")

    def _host(self, request: Request) -> str:
        """The name of the system whose token this is; all are compared, so that time tells nothing."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
        found = [name for name, known in self._tokens if compare_digest(given, known)]
        if scheme.lower() != "bearer" or not found:
            raise HttpProblem(
                "MKD701", "no system has that token", status=401, headers={"WWW-Authenticate": 'Bearer realm="mkd"'}
            )
        return found[0]

    def _decide(self, request: Request, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = body.read(request, most=self._settings.max_body, deepest=self._settings.max_depth)
        return self._decider.decide(given, today=_today())

    def _ready(self, request: Request, values: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            self._mkd.journal.due(datetime.now(UTC), 1)
        except MkdError as error:
            raise JournalError(error.code, "the journal is not reached") from None
        return {"status": "ready"}


class Asked:
    """What the log says of a request."""

    __slots__ = ("code", "host", "route")

    def __init__(self) -> None:
        self.code = self.host = self.route = ""


def _error(request: Request, values: Mapping[str, Any]) -> Mapping[str, Any]:
    entry = catalogue().get(values["code"])
    if entry is None:
        raise HttpProblem("MKD702", "no error has that code", status=404)
    return {"code": values["code"], "title": entry["title"], "cause": entry["cause"], "mend": entry["mend"]}


def _language(request: Request) -> str:
    return request.accept_languages.best_match(["en", "id"], default="en") or "en"


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
