"""Whatever an independent mock makes of the published document, our backends read it or refuse it with a code.

Prism is asked by way of a door that adds ``Prefer``: for a status that the document has, or for values made up by its
schemas, which are right by the document and like nothing that a real system ever said. Left out are pictures, on which
Prism breaks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import attrs
import node_peers
import pytest
import requests
from node_peers import announced
from simulated import DOCUMENT

from mkd_core.errors import MkdError
from mkd_core.people import ServiceNumber
from mkd_plugins.api import Notice, Secret
from mkd_plugins.jabar.contract import GATEWAY_TOKENS, KMOB, LOGIN_TOKENS, OIDC, SIASN
from mkd_plugins.jabar.digiteam import Digiteam
from mkd_plugins.jabar.jabarnotify.backend import JabarNotify
from mkd_plugins.jabar.jabarnotify.config import Config as NotifyConfig
from mkd_plugins.jabar.kmob.backend import KMobAttendance
from mkd_plugins.jabar.kmob.config import Config as KMobConfig
from mkd_plugins.jabar.siasn.backend import SiasnIdentity
from mkd_plugins.jabar.siasn.client import Siasn
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import PATHS, UNITS
from mkd_plugins.jabar.siasn.refresh import refresh
from mkd_plugins.jabar.simulator import CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD

pytestmark = pytest.mark.peers

ON = date(2023, 6, 20)
NOW = datetime(2023, 6, 20, 1, tzinfo=UTC)
NOTICE = Notice(
    key="a1:3:notification:0",
    to="k000002",
    name="Rina Permana",
    address="rina.permana@example.go.id",
    language="en",
    kind="approved",
    subject="Your request was approved",
    body="It holds from 3 July 2023.",
    timeout=5.0,
)
NIP = "199103172015032906"
MADE_UP = 10
"""How often each question is answered with values made up anew."""

Read = Callable[["Door"], object]


class Door:
    """Stands before Prism. ``prefer`` is said on the path ``on``, or on all below it where it ends in ``/``."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.prefer = ""
        self.on = "/"
        self.answered: list[int] = []
        self.url = ""

    def means(self, path: str) -> bool:
        """Whether that path is one on which it is said."""
        path = path.partition("?")[0]
        return path == self.on or (self.on.endswith("/") and path.startswith(self.on))

    def switch(self, prefer: str, on: str) -> None:
        """Say that from here on."""
        self.prefer, self.on, self.answered = prefer, on, []


@pytest.fixture(scope="module")
def door(
    server_outcomes: dict[str, str], pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("prism")
    with (
        announced(server_outcomes, "prism", pytestconfig.cache.mkdir("peers")) as node,
        node_peers.prism(node, folder, refuse=False) as address,
        opened(Door(address)) as made,
    ):
        yield made


class opened:  # noqa: N801 - reads as what it does
    """Serves a door."""

    def __init__(self, door: Door) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                told = {name: value for name, value in self.headers.items() if name not in ("Host", "Connection")}
                if door.prefer and door.means(self.path):
                    told["Prefer"] = door.prefer
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = requests.request(
                    self.command, door.behind + self.path, headers=told, data=body, timeout=30, allow_redirects=False
                )
                if door.means(self.path):
                    door.answered.append(answer.status_code)
                self.send_response(answer.status_code)
                for name in ("Content-Type", "ETag", "Retry-After"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def do_POST(self) -> None:
                self.do_GET()

            def do_PATCH(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.door = door
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        door.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> Door:
        self.thread.start()
        return self.door

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def configured(door: Door) -> Config:
    return Config(
        cache=Path("unused.db"),
        numbers=Path("unused.csv"),
        consumer_key=CONSUMER_KEY,
        consumer_secret=Secret(CONSUMER_SECRET),
        login_client=LOGIN_CLIENT,
        login_user=Secret(NIP),
        login_password=Secret(PASSWORD),
        api=door.url + SIASN,
        gateway_tokens=door.url + GATEWAY_TOKENS,
        login_tokens=door.url + LOGIN_TOKENS,
        per_second=10_000,
    )


def asked(resource: str) -> Read:
    def read(door: Door) -> object:
        client = Siasn(configured(door))
        try:
            return client.units() if resource == UNITS else client.person(resource, NIP).records
        finally:
            client.close()

    return read


def presence(door: Door) -> object:
    backend = KMobAttendance(
        KMobConfig(user="agency", password=Secret(PASSWORD), url=door.url + KMOB.removesuffix("/kmob"))
    )
    try:
        return backend.check_ins("k000002", ServiceNumber.parse(NIP, "pns"), ON)
    finally:
        backend.close()


def at_digiteam(ask: Callable[[Digiteam], object]) -> Read:
    def read(door: Door) -> object:
        account = Digiteam(door.url, "k000002@example.go.id", Secret(PASSWORD))
        try:
            return ask(account)
        finally:
            account.close()

    return read


def notice(door: Door) -> object:
    config = NotifyConfig(url=door.url, client="mkd", secret=Secret(PASSWORD), tokens=f"{door.url}{OIDC}/token")
    backend = JabarNotify(config)
    try:
        return backend.send(NOTICE)
    finally:
        backend.close()


def path_of(resource: str) -> str:
    return SIASN + PATHS[resource].format(number="{nip}")


QUESTIONS: dict[str, tuple[str, str, Read]] = {
    resource: ("get", path_of(resource), asked(resource)) for resource in PATHS
}
QUESTIONS |= {
    "presence at Digiteam": ("get", "/v1/attendances/is-checked-in", at_digiteam(lambda one: one.present())),
    "check-in": ("post", "/v1/attendances/check-in", at_digiteam(lambda one: one.check_in(NOW, "WFH", "k000002.1"))),
    "check-out": ("patch", "/v1/attendances/check-out", at_digiteam(lambda one: one.check_out(NOW))),
    "log book": ("get", "/v1/logbooks/mine", at_digiteam(lambda one: list(one.tasks(ON)))),
    "sign-in": ("post", "/v1/auth/users/sign-in", at_digiteam(lambda one: one.present())),
    "notice": ("post", "/notifications", notice),
    "gateway token": ("post", GATEWAY_TOKENS, asked("data-utama")),
    "login token": ("post", LOGIN_TOKENS, asked("data-utama")),
    "presence": ("get", f"{KMOB}/presensi-harian", presence),
}


def statuses(method: str, path: str) -> Iterator[int]:
    """The statuses that the document has for it, but those that come as a page alone: we ask for JSON."""
    for status, described in DOCUMENT["paths"][path][method]["responses"].items():
        if "$ref" in described:
            described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if list(described.get("content", {})) != ["text/html"]:
            yield int(status)


STATUSES = [
    (question, status) for question, (method, path, _) in QUESTIONS.items() for status in statuses(method, path)
]
MADE_UP_FOR = sorted(QUESTIONS.keys() - {"presence at Digiteam", "check-in", "check-out"})
"""All but the moments of Digiteam, which Prism cannot make up."""
DONE_ALL_THE_SAME = {("check-in", 403), ("check-in", 500), ("check-in", 503), ("check-out", 403)}
"""Whoever is there already when it is asked after that has come, and whoever has left already has left."""


def outcome(read: Read, door: Door) -> str:
    """What came of it: read, or a code of ours. All else is raised."""
    try:
        read(door)
    except MkdError as error:
        return error.code if NIP not in str(error) else "says a number"
    return "read"


@pytest.mark.parametrize(("question", "status"), STATUSES)
def test_each_answer_of_the_document_is_read_or_refused_with_a_code(door: Door, question: str, status: int) -> None:
    """What the document calls a success is read; a refusal has a code, and is no traceback."""
    _, path, read = QUESTIONS[question]
    door.switch(f"code={status}", path.partition("{")[0])

    came = outcome(read, door)

    assert set(door.answered) == {status}
    assert came == "read" or came.startswith("MKD6"), came
    assert came != "read" or status < 400 or status == 404 or (question, status) in DONE_ALL_THE_SAME


@pytest.mark.parametrize("question", MADE_UP_FOR)
def test_values_that_nobody_ever_saw_are_read_or_refused_with_a_code(door: Door, question: str) -> None:
    """Right by the document, and made up: texts in the place of dates, numbers of no form, lists of any length."""
    method, path, read = QUESTIONS[question]
    success = min(statuses(method, path))
    door.switch(f"code={success}, dynamic=true", path.partition("{")[0])

    came = {outcome(read, door) for _ in range(MADE_UP)}

    assert success in door.answered
    assert set(door.answered) <= {success, 500}  # what makes the values up breaks on some of its own
    assert all(each == "read" or each.startswith("MKD6") for each in came), came


def test_a_cache_of_values_that_nobody_ever_saw_is_stood(door: Door, tmp_path: Path) -> None:
    """What was kept of such answers is told of with findings, and takes nobody down who asks for the people."""
    (tmp_path / "nip.csv").write_text(f"nip\n{NIP}\n", encoding="utf-8")
    config = attrs.evolve(configured(door), cache=tmp_path / "siasn.db", numbers=tmp_path / "nip.csv")
    door.switch("dynamic=true", f"{SIASN}/")

    came = set()
    for _ in range(MADE_UP):
        came.add(outcome(lambda _: refresh(config, everything=True), door))
        came.add(outcome(lambda _: told(SiasnIdentity(config)), door))

    assert all(each == "read" or each.startswith("MKD") for each in came), came


def told(identity: SiasnIdentity) -> object:
    """All that a backend can be asked."""
    known = [*identity.people(ON), *identity.units(ON), *identity.mandates(ON)]
    return known, list(identity.findings()), identity.person("x", ON), identity.lookup(NIP, ON)
