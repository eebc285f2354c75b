"""Requests that somebody wrote by hand to get more than they are given: each is refused, and the next one is served."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from mkd_plugins.decisions.lines import read_line

DECIDE = b'{"facts": {"agreement": {"remote_days": 2}}, "show": "brief"}'


@pytest.fixture(scope="module")
def door(make_folder: Any, serving: Any) -> Iterator[Any]:
    """A server with a calendar."""
    made = serving(make_folder("[calendar.holidays]\n")).start()
    yield made
    made.stop()


def sent(door: Any, head: bytes, body: bytes = b"") -> bytes:
    """What is answered to these bytes, all of it until the server closes."""
    host, _, port = door.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(head + b"\r\n\r\n" + body)
        found = b""
        with suppress(ConnectionResetError):  # it closes on what it does not want to read
            while more := line.recv(65_536):
                found += more
    return found


def post(door: Any, *headers: bytes, body: bytes = DECIDE) -> bytes:
    """A decision asked for with these headers, too."""
    token = door.environ["TOKEN_PORTAL"].encode()
    usual = (b"POST /v1/decide HTTP/1.1", b"Host: x", b"Connection: close", b"Content-Type: application/json")
    return sent(door, b"\r\n".join([*usual, b"Authorization: Bearer " + token, *headers]), body)


LENGTH = b"Content-Length: %d" % len(DECIDE)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ([LENGTH], DECIDE, b"200"),
        ([LENGTH, b"Content-Length: 0"], DECIDE, b"400"),
        ([LENGTH, b"Transfer-Encoding: chunked"], b"0\r\n\r\n" + DECIDE, b"400"),
        ([b"Transfer-Encoding: chunked", LENGTH], b"%x\r\n%b\r\n0\r\n\r\n" % (len(DECIDE), DECIDE), b"400"),
        ([b"Transfer-Encoding: xchunked"], DECIDE, b"501"),
        ([b"Content-Length: +61"], DECIDE, b"400"),
        ([b"Content-Length : 61"], DECIDE, b"400"),
        ([LENGTH, b"Authorization: Bearer other"], DECIDE, b"401"),
        ([LENGTH, b"X: " + b"x" * 33_000], DECIDE, b"431"),
        ([LENGTH, b"X: a\x00b"], DECIDE, b"400"),
        ([LENGTH, b"Content-Encoding: gzip"], DECIDE, b"415"),
    ],
)
def test_a_request_that_two_readers_could_read_otherwise_is_refused(door, headers, body, status) -> None:
    """A proxy in front and the server never see two different requests in the same bytes."""
    answer = post(door, *headers, body=body)

    assert answer.split()[1] == status
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ([b"Content-Length: 1200000"], b"x" * 1_200_000, 413, "MKD705"),
        ([LENGTH, b"X: " + b"x" * 33_000], DECIDE, 431, "MKD719"),
        ([LENGTH, b"Content-Length: 0"], DECIDE, 400, "MKD719"),
    ],
)
def test_what_never_reaches_the_routes_is_refused_in_problem_details_too(door, headers, body, status, code) -> None:
    """With the headers of every answer, and nothing of what was sent."""
    head, _, told = post(door, *headers, body=body).partition(b"\r\n\r\n")

    assert json.loads(told) | {"request_id": ""} == json.loads(told) | {
        "code": code,
        "status": status,
        "request_id": "",
    }
    assert b"Content-Type: application/problem+json" in head
    assert b"Cache-Control: no-store" in head
    assert b"xxx" not in told


def test_a_person_is_named_once_and_by_the_true_header(door) -> None:
    """A second name, and one that only looks like the header, names nobody."""
    token = door.environ["TOKEN_KIOSK"].encode()
    usual = b"GET /v1/inbox HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token + b"\r\n"
    two = sent(door, usual + b"Mkd-Acting-Person: k000002\r\nMkd-Acting-Person: k000101")
    other = sent(door, usual + b"Mkd_Acting_Person: k000101")

    assert (two.split()[1], b'"MKD406"' in two) == (b"404", True)
    assert (other.split()[1], b'"MKD711"' in other) == (b"400", True)


@pytest.mark.parametrize("host", [b"", b"a b", b"[::1", b"x:y:z", b"\xff", b"a/b", b"x" * 5000])
def test_no_name_of_the_server_breaks_it(door, host: bytes) -> None:
    """Nothing is made of the header Host."""
    assert b"200" in sent(door, b"GET /health/live HTTP/1.1\r\nConnection: close\r\nHost: " + host).split(b"\r\n")[0]


def test_whoever_wants_another_protocol_is_answered_in_this_one(door) -> None:
    """There is none to change to, and asking for it is no error."""
    head = b"GET /health/live HTTP/1.0\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket"

    assert sent(door, head).split()[1] == b"200"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/agreements/%FF",
        "/v1/agreements/%00",
        "/v1/agreements/..%2F..%2Fmkd.toml",
        "/v1/agreements/k000002.%EF%BC%91",
        "/v1/agreements/k000002.%C2%B2",
        "/v1/agreements/k000002.99999999999999999999999999",
        "/v1/agreements/" + "a" * 8000,
        "/v1/people/..%2F..%2Fmkd.toml/days/2030-01-02",
        "//evil.example/%2e%2e",
        "/errors/..%2F..%2Fmkd.toml",
        "/errors/MKD701%0D%0AX-Injected:%20yes",
    ],
)
def test_no_path_leads_anywhere_else(door, path: str) -> None:
    """It is not there, no header is made of it, and it is not repeated."""
    answer = door.ask("GET", path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert "X-Injected" not in answer.headers
    assert path.rpartition("/")[2] not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/roster?unit=1100&from=9999-12-31", 422, "MKD230"),
        ("/v1/coverage?unit=1100&from=0001-01-01&until=0001-01-02", 422, "MKD230"),
        ("/v1/coverage?unit=1100&from=2026-01-01&until=9999-12-31", 422, "MKD435"),
        ("/v1/roster?unit=1100&from=2020-01-01&until=2029-12-31", 422, "MKD435"),
        ("/v1/roster?unit=1100&from=2400-01-01", 422, "MKD612"),
        ("/v1/people/k000002/days/9999-12-31", 422, "MKD612"),
        ("/v1/people/k000002/days/0001-01-01", 422, "MKD612"),
        ("/v1/people/k000002/days/2030-W01-1", 400, "MKD707"),
        ("/v1/people/k000002/days/%E0%A5%A8030-01-02", 400, "MKD707"),
        ("/v1/agreements?limit=99999999999999999999", 400, "MKD707"),
        ("/v1/agreements?limit=%EF%BC%91", 400, "MKD707"),
    ],
)
def test_dates_and_numbers_from_the_edge_of_the_world_are_told_so(door, path: str, status: int, code: str) -> None:
    """None is an error of the server, nor makes it count for hours."""
    answer = door.ask("GET", path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.elapsed.total_seconds() < 5


@pytest.mark.parametrize(
    "body",
    [
        b'{"facts": {"\\ud800": 1}}',
        b'{"facts": {"applicant": {"rating": "\\udfff"}}}',
        b'{"facts": {}, "policy": "\\ud83d"}',
        b'{"facts": {"agreement": {"remote_days": 1%b}}}' % (b"0" * 5000),
    ],
)
def test_text_that_cannot_be_written_is_refused_at_the_door(door, body: bytes) -> None:
    """Half a character and a number of thousands of digits are no JSON that can be answered."""
    answer = post(door, b"Content-Length: %d" % len(body), body=body)

    assert answer.split()[1] == b"400"
    assert b'"MKD706"' in answer


def test_whole_characters_are_taken_in_either_way() -> None:
    """A pair of escapes is one character, and so is its UTF-8."""
    assert read_line(b'{"a": "\\ud83d\\ude00 \xf0\x9f\x98\x80"}') == {"a": "\N{GRINNING FACE} \N{GRINNING FACE}"}


def test_a_write_without_a_key_costs_no_question_to_identity(door) -> None:
    """What is wrong with the request itself is told before anybody is looked up."""
    answer = door.ask("POST", "/v1/agreements", {}, person="nobody", key="two words")
    unnamed = door.ask("GET", "/v1/inbox", person="")

    assert (answer.status_code, answer.json()["code"]) == (400, "MKD714")
    assert (unnamed.status_code, unnamed.json()["code"]) == (400, "MKD711")


def test_nothing_was_unexpected(door) -> None:
    """Whatever came, the server knew what it was."""
    log = (door.folder / "serve.log").read_text(encoding="utf-8")

    assert "unexpected" not in log
    assert "Traceback" not in log
