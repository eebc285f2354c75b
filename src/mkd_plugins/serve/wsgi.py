"""The WSGI application: who asks, what is asked, and every answer as JSON or as problem details."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import getrandbits
from time import perf_counter
from typing import TYPE_CHECKING, Any

from attrs import define, evolve
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from mkd_core.errors import MkdError
from mkd_core.errors import NotFound as NothingFound
from mkd_plugins.deployment import Deployment, start
from mkd_plugins.serve import body
from mkd_plugins.serve.access import NOBODY, Access
from mkd_plugins.serve.answer import Answer
from mkd_plugins.serve.deciding import Decider
from mkd_plugins.serve.fields import read_body, read_query
from mkd_plugins.serve.keys import Keys
from mkd_plugins.serve.limiting import Limiter
from mkd_plugins.serve.once import HEADER, digest, key_of, once
from mkd_plugins.serve.openapi import document
from mkd_plugins.serve.problem import MEDIA_TYPE, UNEXPECTED, HttpProblem, details
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.routes import ROUTES
from mkd_plugins.serve.settings import ServeSettings, serve_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger("mkd.serve")


def application(
    config: Path | str = "mkd.toml",
    *,
    no_plugins: bool = False,
    workers: int = 1,
    environ: Mapping[str, str] | None = None,
) -> Application:
    """The application of a deployment, for any WSGI server; close it when the server has ended.

    ``workers`` is how many processes serve it together: each allows its part of the rate.
    """
    mkd = start(config, no_plugins=no_plugins, environ=environ)
    try:
        settings = serve_settings(mkd.host.config, os.environ if environ is None else environ)
        return Application(mkd, settings, workers=workers)
    except BaseException:
        mkd.close()
        raise


class Application:
    """A WSGI application over an open deployment; threads may share it."""

    def __init__(self, mkd: Deployment, settings: ServeSettings, *, workers: int = 1) -> None:
        self.mkd = mkd
        self.decider = Decider(mkd.host, mkd.policies)
        self.document = document(ROUTES, mkd.host.vocabulary)
        self._settings = settings
        self._access = Access(mkd, settings)
        self._limiter = Limiter(burst=settings.burst, workers=workers)
        rules = [Rule(route.path, endpoint=route, methods=[route.method]) for route in ROUTES]
        # Bound once, to no name: neither Host nor Upgrade of a request decides where it leads.
        self._places = Map(rules, strict_slashes=False, merge_slashes=False).bind("")
        folder = mkd.host.config.folder
        self.keys = Keys(settings.keys or folder / "serve-keys.db", keep_days=settings.keep_keys)

    @property
    def max_body(self) -> int:
        """Bytes that a body may have."""
        return self._settings.max_body

    def close(self) -> None:
        """Close the deployment."""
        self.keys.close()
        self.mkd.close()

    def today(self, person: str, at: datetime) -> date:
        """The date that it is where the person works."""
        try:
            return at.astimezone(self.mkd.unit_of(person, at=at).zone).date()
        except NothingFound:
            return at.date()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The id names a request and hides nothing; to ask the system for it would let another thread go first.
        request, request_id, began = Request(environ), f"{getrandbits(128):032x}", perf_counter()
        asked = Asked()
        try:
            answer = self._answer(request, asked)
        except Exception as error:  # the last stop before the wire
            if not isinstance(error, MkdError):
                LOG.error("request=%s an unexpected %s", request_id, type(error).__name__)
            asked.code = error.code if isinstance(error, MkdError) else UNEXPECTED
            status, text = details(error, language=_language(request), request_id=request_id)
            headers = error.headers if isinstance(error, HttpProblem) else {}
            answer = Answer(status=status, text=text, media_type=MEDIA_TYPE, headers=headers)
        # The route and not the path, the system and not the person: nothing personal stands in the log.
        LOG.info(
            "request=%s host=%s route=%s status=%s code=%s ms=%.1f",
            *(request_id, asked.host or "-", asked.route or "-", answer.status, asked.code or "-"),
            (perf_counter() - began) * 1000,
        )
        return answer.send(environ, start_response, request_id)

    def _answer(self, request: Request, asked: Asked) -> Answer:
        path = request.path
        if request.method == "OPTIONS" and (allowed := self._places.allowed_methods(path)):
            return Answer(status=204, headers={"Allow": ", ".join(sorted({*allowed, "OPTIONS"}))})
        try:
            route, values = self._places.match(path, request.method)
        except NotFound:
            raise HttpProblem("MKD702", "nothing is there", status=404, mend="see /openapi.json") from None
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted({*(error.valid_methods or ()), "OPTIONS"}))
            message = f"this takes {allowed} alone"
            raise HttpProblem("MKD703", message, status=405, headers={"Allow": allowed}) from None
        asked.route = route.name
        return self._told(request, route, values, asked)

    def _told(self, request: Request, route: Route, values: Mapping[str, Any], asked: Asked) -> Answer:
        at = datetime.now(UTC).astimezone()
        caller, key = NOBODY, ""
        if route.scope is not None:
            caller = self._access.caller(request)
            asked.host = caller.name
            self._limiter.take(caller.id, caller.rate)
            caller.need(route.scope)
            key = key_of(request.headers.get(HEADER)) if route.acts else ""
            caller = self._access.acting(caller, request, at)
        given = read_query(request.args, route.query)
        call = Call(app=self, mkd=self._access.view(caller, at), caller=caller, at=at, values=values, given=given)
        sent: Mapping[str, Any] = {}
        if route.body is not None:
            raw = self._sent(request, route)
            if route.quick and (quick := route.quick(call, raw)) is not None:
                return _written(quick, route.status)
            sent = body.read(raw, deepest=self._settings.max_depth)
            call = evolve(call, given=read_body(sent, route.body))
        if not route.acts:
            return _written(route.handle(call), route.status)
        told = digest(route.method, request.path, caller.acting(), sent)
        done, again = once(call, route, key=key, request=told)
        answer = _written(done, route.status)
        if again:
            answer.headers["Idempotency-Replayed"] = "true"
        if route.status == 201:
            answer.headers["Location"] = f"{request.path.rstrip('/')}/{done['agreement']}"
        return answer

    def _sent(self, request: Request, route: Route) -> bytes:
        """The body; none at all is an empty object where nothing needs to be said."""
        if not any(field.needed for field in route.body or ()) and not body.announced(request):
            return b"{}"
        return body.taken(request, most=self._settings.max_body)


@define
class Asked:
    """What the log says of a request."""

    host: str = ""
    route: str = ""
    code: str = ""


def _written(answer: Any, status: int) -> Answer:
    return Answer(status=status, text=json.dumps(answer, ensure_ascii=False, default=str))


def _language(request: Request) -> str:
    return request.accept_languages.best_match(["en", "id"], default="en") or "en"
