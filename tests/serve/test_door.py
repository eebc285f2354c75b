"""Other systems ask over real sockets, and are answered as ``mkd decide`` would."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests

from mkd_plugins.decisions.lines import decide_lines
from mkd_plugins.policies import load_policy
from mkd_plugins.serve.routes import ROUTES

TOKEN = "portal-token-of-more-than-32-characters"
FACTS = {"applicant": {"rating": "good", "employment": "pns"}, "agreement": {"remote_days": 5}}
HOSTS = '\n[serve]\nmax_body = 4096\n[[serve.hosts]]\nname = "portal"\ntoken = { env = "PORTAL_TOKEN" }\n'
MKD = Path(sysconfig.get_path("scripts")) / "mkd"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``mkd serve`` in a folder that ``mkd init --example`` made."""
    folder = tmp_path_factory.mktemp("served")
    subprocess.run([MKD, "init", "--example"], cwd=folder, check=True, capture_output=True)
    with (folder / "mkd.toml").open("a", encoding="utf-8") as file:
        file.write(HOSTS)
    served = subprocess.Popen(
        [MKD, "serve", "--port", "0"], cwd=folder, env={"PORTAL_TOKEN": TOKEN}, stderr=subprocess.PIPE, text=True
    )
    assert served.stderr is not None
    try:
        heard = next(found for line in served.stderr if (found := re.search(r"http://[\d.:]+", line)))
        yield heard[0]
    finally:
        served.terminate()
        served.communicate(timeout=30)


def asked(door: str, body: object = None, *, raw: bytes | None = None, **headers: str) -> requests.Response:
    sent = raw if raw is not None else json.dumps(body).encode()
    told = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **headers}
    return requests.post(f"{door}/v1/decide", data=sent, headers=told, timeout=30)


@pytest.mark.parametrize("show", ["findings", "all", "brief"])
@pytest.mark.parametrize("moment", ["request", "vote"])
def test_a_decision_over_http_is_that_of_the_command(door: str, show: str, moment: str) -> None:
    """One policy, one answer, through whichever door."""
    body = {"policy": "jabar-mkd", "on": "2023-07-03", "facts": FACTS, "show": show, "at": moment}
    policy = load_policy("jabar-mkd", date(2023, 7, 3)).at("vote" if moment == "vote" else "request")
    [expected] = decide_lines(policy, [json.dumps(FACTS)], brief=show == "brief", all=show == "all")

    answer = asked(door, body)

    assert answer.status_code == 200
    assert answer.json() == expected


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"\xff\xfe{}", 400, "MKD706"),
        (b"{", 400, "MKD706"),
        (b"[]", 400, "MKD706"),
        (b'{"facts": NaN}', 400, "MKD706"),
        (b'{"facts": {}, "facts": {}}', 400, "MKD706"),
        (b'{"facts":' * 300 + b"1" + b"}" * 300, 400, "MKD706"),
        (b"[" * 4000, 400, "MKD706"),
        (b'{"facts": {"a": "' + b"a" * 5000 + b'"}}', 413, "MKD705"),
        (b"{}", 400, "MKD707"),
        (b'{"facts": []}', 400, "MKD707"),
        (b'{"facts": {}, "polcy": "x"}', 400, "MKD707"),
        (b'{"facts": {}, "at": "noon"}', 400, "MKD707"),
        (b'{"facts": {}, "at": ["vote"]}', 400, "MKD707"),
        (b'{"facts": {}, "policy": 3}', 400, "MKD707"),
        (b'{"facts": {}, "on": "yesterday"}', 400, "MKD707"),
        (b'{"facts": {}, "on": "1999-01-01"}', 422, "MKD320"),
        (b'{"facts": {"applicant": {"ratng": "good"}}}', 422, "MKD251"),
        (b'{"facts": {}, "policy": "nobody"}', 404, "MKD325"),
        (b'{"facts": {}, "policy": "/etc/passwd"}', 404, "MKD325"),
        (b'{"facts": {}, "policy": "../mkd.toml"}', 404, "MKD325"),
    ],
)
def test_what_cannot_be_taken_is_told_as_problem_details(door: str, raw: bytes, status: int, code: str) -> None:
    """Whatever is sent, the answer has a code that can be looked up at its type, and no trace of a stack."""
    answer = asked(door, raw=raw)
    told = answer.json()

    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert requests.get(door + told["type"], timeout=30).json()["title"]["en"] == told["title"]


def test_no_value_that_was_sent_comes_back_in_a_problem(door: str) -> None:
    """A service number put into the wrong field stands in no answer and so in nobody's log."""
    number = "198001012005011901"

    told = [
        asked(door, {"facts": {"applicant": {"rating": number}}}).text,
        asked(door, {"facts": {}, number: 1}).text,
        asked(door, {"facts": {}, "policy": number}).text,
    ]

    assert all(number not in text for text in told)


@pytest.mark.parametrize("authorization", ["", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ÿ"])
def test_nobody_decides_without_a_token(door: str, authorization: str) -> None:
    """Whoever has no token, or another's, is told how to have one and nothing else."""
    answer = asked(door, {"facts": FACTS}, Authorization=authorization.encode("latin-1"))  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["code"]) == (401, "MKD701")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_media_type_is_refused(door: str) -> None:
    """A form that a browser could be made to send from another site is not read."""
    answer = asked(door, {"facts": FACTS}, **{"Content-Type": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (415, "MKD704")


def test_methods_are_told_apart(door: str) -> None:
    """HEAD answers as GET without a body, OPTIONS says what can be asked, all else is refused with the same list."""
    head = requests.head(f"{door}/health/live", timeout=30)
    options = requests.options(f"{door}/v1/decide", timeout=30)
    wrong = requests.delete(f"{door}/v1/decide", timeout=30)

    assert (head.status_code, head.text) == (200, "")
    assert (options.status_code, options.headers["Allow"]) == (204, "OPTIONS, POST")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["Allow"]) == (405, "MKD703", "OPTIONS, POST")
    assert "Access-Control-Allow-Origin" not in options.headers


def test_a_problem_is_told_in_the_language_that_is_asked_for(door: str) -> None:
    """An Indonesian screen shows an Indonesian title."""
    english, indonesian = (
        requests.get(f"{door}/x", headers={"Accept-Language": at}, timeout=30) for at in ("en", "id")
    )

    assert english.json()["title"] == "nothing is at that address"
    assert indonesian.json()["title"] == "tidak ada apa pun di alamat itu"


def test_it_says_whether_it_lives_and_whether_it_can_be_asked(door: str) -> None:
    """Whoever watches over it needs no token."""
    said = [requests.get(f"{door}/health/{which}", timeout=30).json() for which in ("live", "ready")]

    assert said == [{"status": "live"}, {"status": "ready"}]


def test_the_document_has_the_routes_and_no_other(door: str) -> None:
    """Whoever generates a client from it can ask everything, and nothing that is not there."""
    paths = requests.get(f"{door}/openapi.json", timeout=30).json()["paths"]

    assert {(method.upper(), path) for path, at in paths.items() for method in at} == {
        (route.method, route.shown_path) for route in ROUTES
    }


def test_every_answer_forbids_to_keep_or_to_guess(door: str) -> None:
    """A decision about a person stays in no cache."""
    answer = asked(door, {"facts": FACTS, "on": "2023-07-03"})

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_a_request_that_is_no_http_hurts_nobody(door: str) -> None:
    """After nonsense on the wire the next one is served."""
    host, _, port = door.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"\x00\xff nonsense\r\n\r\n")
        assert b"400" in line.recv(4096)

    assert requests.get(f"{door}/health/live", timeout=30).status_code == 200


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ("", "no system may ask"),
        ('[[serve.hosts]]\nname = "a"\ntoken = "plain"', "must not stand in this file"),
        ('[[serve.hosts]]\nname = "a"\ntoken = { env = "SHORT" }', "32 characters"),
        ('[serve]\nmax_bodi = 1\n[[serve.hosts]]\nname = "a"\ntoken = { env = "LONG" }', "max_body"),
    ],
)
def test_a_wrong_table_stops_it_with_a_code(tmp_path: Path, table: str, hint: str) -> None:
    """Nothing is served half open."""
    (tmp_path / "mkd.toml").write_text(f'[mkd]\n[journal.sqlite]\npath = "j.db"\n{table}\n', encoding="utf-8")
    done = subprocess.run(
        [MKD, "serve", "--port", "0"],
        cwd=tmp_path,
        env={"SHORT": "abc", "LONG": TOKEN, "PATH": sys.path[0]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "MKD12" in done.stderr
    assert hint in done.stderr
    assert TOKEN not in done.stderr
