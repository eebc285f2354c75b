"""The server: which handler a request is for, and what goes wrong with it on purpose."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

import attrs
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from mkd_plugins.jabar.contract import ENDPOINTS, Endpoint, document
from mkd_plugins.jabar.simulator.altering import altered
from mkd_plugins.jabar.simulator.answers import HTML, JSON, Answer, Asked, Handler, refusal
from mkd_plugins.jabar.simulator.digiteam import Digiteam
from mkd_plugins.jabar.simulator.exports import Exports
from mkd_plugins.jabar.simulator.faults import Faults
from mkd_plugins.jabar.simulator.notify import Notify
from mkd_plugins.jabar.simulator.siasn import Siasn, nothing
from mkd_plugins.jabar.simulator.sso import Sso
from mkd_plugins.jabar.simulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PROXY: Final = "<!doctype html><html><title>Masuk</title><h1>Silakan masuk</h1></html>"
_MOST_BODY: Final = 4_000_000


class Application:
    """The systems behind one address, as a WSGI application; threads may share it.

    ``asked`` counts the requests by path of the contract, and ``most_at_once`` says how many were in work together.
    """

    def __init__(self, world: World, faults: Faults, *, slow_seconds: float, etags: bool) -> None:
        self.world = world
        self.faults = faults
        self.asked: Counter[str] = Counter()
        self.most_at_once = 0
        self._slow_seconds = slow_seconds
        self._etags = etags
        self._ended = Event()
        self._lock = Lock()
        self._at_once = 0
        self.notify = Notify(world)
        systems = (Sso(world), Siasn(world), Digiteam(world), Exports(world), self.notify)
        handlers: Mapping[tuple[str, str], Handler] = {
            way: handle for system in systems for way, handle in system.routes().items()
        }
        self._map = Map(
            [
                Rule(
                    each.path.replace("{", "<").replace("}", ">"),
                    endpoint=(each, handlers[each.method, each.path]),
                    methods=[each.method],
                )
                for each in ENDPOINTS
            ],
            merge_slashes=False,
        )

    def end(self) -> None:
        """Let nobody wait for a slow answer any more."""
        self._ended.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = request.max_form_memory_size = _MOST_BODY
        if request.path == "/openapi.json":
            return Response(document(), content_type=JSON)(environ, start_response)
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return self._response(request)(environ, start_response)
        finally:
            with self._lock:
                self._at_once -= 1

    def _response(self, request: Request) -> Response:
        try:
            (endpoint, handle), values = self._map.bind_to_environ(request.environ).match()
        except (NotFound, MethodNotAllowed) as error:
            status = error.code or 404
            return _written(refusal("siasn", status, "No matching resource found for given API Request"))
        with self._lock:
            self.asked[endpoint.path] += 1
        asked = Asked(request=request, endpoint=endpoint, values=values, at=self.world.now())
        tokens = {"expired": asked.bearer(), "login-expired": asked.bearer("Auth")}
        asked = attrs.evolve(asked, faults=self.faults.at(endpoint, request.path, tokens))
        if "slow" in asked.faults:
            self._ended.wait(self._slow_seconds)
        try:
            answer = _instead(asked) or altered(asked, _absent(asked, handle(self._meddled(asked))))
        except HTTPException as error:  # a body that is too large or broken
            answer = refusal(endpoint.system, error.code or 400, error.description or "")
        response = _written(answer)
        if self._etags and request.method == "GET" and answer.status == 200:
            response.set_etag(sha256(response.get_data()).hexdigest()[:16])
            response.make_conditional(request)
        return _cut(response) if "cut" in asked.faults else response

    def _meddled(self, asked: Asked) -> Asked:
        """The request with its tokens made void, or about somebody else, where the fault says so."""
        if "expired" in asked.faults:
            self.world.tokens.void(asked.bearer())
        if "login-expired" in asked.faults:
            self.world.tokens.void(asked.bearer("Auth"))
        if "somebody-else" in asked.faults:
            return attrs.evolve(asked, values={"nip": self.world.people.another(asked.values["nip"])})
        return asked


def _instead(asked: Asked) -> Answer | None:
    """An answer that is given without asking the system."""
    system, faults = asked.endpoint.system, asked.faults
    if "busy" in faults:
        busy = refusal(system, 503, "Service Unavailable", at=asked)
        return Answer(status=503, body=busy.body, headers={"Retry-After": "1"})
    if "broken" in faults:
        return refusal(system, 500, "Internal Server Error", at=asked)
    if "html" in faults:
        return Answer(body=_PROXY, media=HTML)
    if "refused" in faults:
        return refusal("sso" if _gives_tokens(asked.endpoint) else system, 401, "invalid_client")
    return None


def _absent(asked: Asked, answer: Answer) -> Answer:
    """What there is, as if it were not there where the fault says so."""
    if answer.status != 200 or not asked.faults & {"missing", "empty"}:
        return answer
    status = 404 if "missing" in asked.faults else 200
    return nothing(status) if asked.endpoint.system == "siasn" else refusal("siap", status, "Data tidak ditemukan")


def _gives_tokens(endpoint: Endpoint) -> bool:
    return endpoint.path.endswith("/token")


def _written(answer: Answer) -> Response:
    text = json.dumps(answer.body, ensure_ascii=False) if answer.media == JSON else str(answer.body)
    return Response(text, answer.status, headers=dict(answer.headers), content_type=answer.media)


def _cut(response: Response) -> Response:
    """Half of the body, though the whole was promised: the server then closes the connection."""
    whole: bytes = response.get_data()
    response.set_data(whole[: len(whole) // 2])
    response.headers["Content-Length"] = str(len(whole))
    return response
