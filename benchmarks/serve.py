"""Brief decisions over HTTP, beside a bare Werkzeug route that answers a constant behind the same server, waitress.

Both are asked over real sockets that are kept alive, by the same client: ours reads, checks and decides what is sent.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measured import Ratio, Row, best, same
from mkd_core.policy import Facts
from mkd_plugins.policies import load_policy

PEERS = ("werkzeug", "waitress")
CONNECTIONS = 8
REQUESTS = 50
"""How many each connection asks in a run."""
THREADS = 8
TOKEN = "benchmark-token-of-more-than-32-characters"
FACTS = {
    "applicant": {
        "educator": False,
        "direct_service": False,
        "discipline": "none",
        "absent_days": 0,
        "rating": "good",
        "talent_box": 9,
        "equipment_ready": True,
    },
    "agreement": {
        "remote_days": 2,
        "office_days": 3,
        "weekly_minutes": 2250,
        "outside_region": False,
        "output_targets": 2,
        "outcome_targets": 1,
        "unmeasurable_targets": 0,
    },
    "unit": {"direct_service": False, "lowest_onsite_people": 5},
}
ASKED = {"policy": "jabar-mkd", "on": "2023-07-03", "show": "brief", "facts": FACTS}
CONFIG = """
[mkd]
[journal.sqlite]
path = "journal.db"
[serve]
rate = 1000000
burst = 1000000
[[serve.hosts]]
name = "portal"
token = { env = "PORTAL_TOKEN" }
"""
BARE = """
import os, socket, sys
from waitress.server import create_server
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

answer, workers, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
routes = Map([Rule("/v1/decide", endpoint="decide", methods=["POST"])])

def app(environ, start_response):
    request = Request(environ)
    routes.bind_to_environ(environ).match()
    request.get_data()
    return Response(answer, content_type="application/json")(environ, start_response)

listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print("http://127.0.0.1:%d" % listener.getsockname()[1], file=sys.stderr, flush=True)
for _ in range(workers - 1):
    if os.fork() == 0:
        break
create_server(app, sockets=[listener], threads=threads, ident=None).run()
"""


def rows() -> Iterator[Row]:
    """One worker and two."""
    policy = load_policy("jabar-mkd", date(2023, 7, 3)).at("request")
    expected = policy.decide(Facts.from_mapping(FACTS, vocabulary=policy.vocabulary)).to_brief()
    for workers in (1, 2):
        with TemporaryDirectory() as name:
            (Path(name) / "mkd.toml").write_text(CONFIG, encoding="utf-8")
            mkd = [str(Path(sysconfig.get_path("scripts")) / "mkd"), "serve", "--port", "0"]
            ours = [*mkd, "--workers", str(workers), "--threads", str(THREADS)]
            theirs = [sys.executable, "-c", BARE, json.dumps(expected), str(workers), str(THREADS)]
            with _listening(ours, name) as decides, _listening(theirs, name) as answers:
                same("serve", ours=_asked(decides, 1), theirs=_asked(answers, 1), direct=[expected] * CONNECTIONS)
                times = best({"ours": partial(_asked, decides), "theirs": partial(_asked, answers)}, repeat=30)
        asked = CONNECTIONS * REQUESTS
        yield Ratio(
            work=f"a brief decision over HTTP, {workers} worker{'s' if workers > 1 else ''}",
            peer="a bare Werkzeug route",
            ours=times["ours"] / asked,
            theirs=times["theirs"] / asked,
            floor=0.5,
        )


@contextmanager
def _listening(command: Sequence[str], folder: str) -> Iterator[tuple[str, int]]:
    """Where the command listens, while it runs."""
    log = Path(folder) / f"{len(os.listdir(folder))}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PORTAL_TOKEN": TOKEN}, stderr=file, start_new_session=True
        )
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8"))):
            if process.poll() is not None:
                raise RuntimeError(log.read_text(encoding="utf-8"))
        yield "127.0.0.1", int(found[1])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _asked(address: tuple[str, int], requests: int = REQUESTS) -> list[object]:
    """What the last request of each connection was answered."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(lambda _: _talk(address, requests), range(CONNECTIONS)))


def _talk(address: tuple[str, int], requests: int) -> object:
    body = json.dumps(ASKED).encode()
    head = (
        f"POST /v1/decide HTTP/1.1\r\nHost: {address[0]}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    asked, answer = head.encode() + body, b""
    with socket.create_connection(address, timeout=60) as line:
        for _ in range(requests):
            line.sendall(asked)
            answer = _answered(line)
    return json.loads(answer)


def _answered(line: socket.socket) -> bytes:
    """The body of an answer with status 200."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += line.recv(65_536) or _gone()
    head, _, body = told.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise RuntimeError(told.decode(errors="replace"))
    while len(body) < int(length[1]):
        body += line.recv(65_536) or _gone()
    return body


def _gone() -> bytes:
    raise RuntimeError("the server closed the connection")
