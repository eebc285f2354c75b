"""Whatever a host does wrong is an answer of its own kind, in time, and shows nobody's name, number or token."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from attrs import evolve

from mkd_core.errors import MkdError, Permanent, Transient
from mkd_core.ports import PayRun
from mkd_plugins.testing.notification import NOTICE
from mkd_plugins.testing.payroll import line
from mkd_plugins.testing.schedule import ENTRY

Made = Callable[..., Any]
Raw = Callable[[Callable[[socket.socket], None]], str]

SECONDS = 0.6
NUMBER = "199103172015032906"
CALLS: dict[str, Callable[[Any], object]] = {
    "identity": lambda backend: backend.lookup(NUMBER, date(2026, 6, 1)),
    "payroll": lambda backend: backend.submit(PayRun(key="run-1", lines=(line(0),), timeout=SECONDS)),
    "notification": lambda backend: backend.send(evolve(NOTICE, timeout=SECONDS)),
    "schedule": lambda backend: backend.put(evolve(ENTRY, timeout=SECONDS)),
    "calendar": lambda backend: backend.holidays("ID-JB", date(2026, 1, 1), date(2026, 12, 31)),
}
SHORT = f"timeout = {SECONDS}\nmax_body = 100000"
PRIVATE = (NUMBER, NOTICE.name.reveal(), NOTICE.address.reveal(), "a-token-that-only-the-host-knows", NOTICE.subject)


def refusal(port: str, backend: Any) -> MkdError:
    """What the call raises, once it was seen that it says nothing private and comes in time."""
    began = monotonic()
    with pytest.raises(MkdError) as refused:
        CALLS[port](backend)
    assert monotonic() - began < SECONDS + 1
    assert not [text for text in PRIVATE if text in f"{refused.value} {refused.value!r}"]
    return refused.value


@pytest.mark.parametrize("port", CALLS)
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (500, Transient, "MKD642"),
        (503, Transient, "MKD642"),
        (429, Transient, "MKD642"),
        (408, Transient, "MKD642"),
        (400, Permanent, "MKD644"),
        (404, Permanent, "MKD644"),
        (422, Permanent, "MKD644"),
        (401, Permanent, "MKD645"),
        (403, Permanent, "MKD645"),
        (201, Permanent, "MKD647"),
    ],
)
def test_a_status_says_whether_to_come_back(
    port: str, status: int, kind: type[MkdError], code: str, hr: Any, made: Made
) -> None:
    """5xx and 'too much' are for later, other 4xx for a person; the host's word is told, its sentences are not."""
    hr_system = pytest.importorskip("hr_system")
    hr.fault = lambda _: hr_system.problem(status, "host_word")

    refused = refusal(port, made(port, hr.url, more=SHORT))

    assert isinstance(refused, kind)
    assert refused.code == code
    assert str(status) in refused.message
    assert ("(host_word)" in refused.message) == (status >= 400)


@pytest.mark.parametrize("word", [NUMBER, "x" * 80, "two words", 7, None])
def test_a_code_that_is_no_word_is_not_told(word: object, hr: Any, made: Made) -> None:
    """A host may put anything there, somebody's number too."""
    hr_system = pytest.importorskip("hr_system")
    hr.fault = lambda _: hr_system.problem(422, word)

    assert refusal("identity", made("identity", hr.url, more=SHORT)).message == "the host answered 422"


@pytest.mark.parametrize(
    ("said", "pause"),
    [("90", 90.0), ("0", 0.0), ("99999999999", 86_400.0), ("soon", None), ("", None), ("-5", None)],
)
def test_a_host_that_asks_for_a_pause_gets_it_up_to_a_day(said: str, pause: float | None, hr: Any, made: Made) -> None:
    """The outbox waits so long before it comes again."""
    hr_system = pytest.importorskip("hr_system")
    hr.fault = lambda _: hr_system.problem(429, "busy", **{"Retry-After": said})

    refused = refusal("notification", made("notification", hr.url, more=SHORT))

    assert isinstance(refused, Transient)
    assert refused.retry_after == pause


def test_a_pause_may_be_said_as_a_date(hr: Any, made: Made) -> None:
    """HTTP allows both."""
    hr_system = pytest.importorskip("hr_system")
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    hr.fault = lambda _: hr_system.problem(503, "busy", **{"Retry-After": until})

    refused = refusal("payroll", made("payroll", hr.url, more=SHORT))

    assert isinstance(refused, Transient)
    assert refused.retry_after is not None
    assert 500 < refused.retry_after <= 600


@pytest.mark.parametrize("port", CALLS)
@pytest.mark.parametrize(
    "body",
    [
        b"<html>log in</html>",
        b"",
        b"{",
        b"[]",
        b'"ok"',
        b"NaN",
        b'{"status": NaN}',
        b'{"status": "taken", "status": "declined"}',
        b"\xff\xfe",
        b"[" * 50_000,
        json.dumps({"status": "\ud800"}).encode(),
    ],
    ids=["html", "empty", "half", "list", "text", "nan", "nan inside", "twice", "no UTF-8", "deep", "half a character"],
)
def test_what_is_no_object_of_the_document_is_refused(port: str, body: bytes, hr: Any, made: Made) -> None:
    """A proxy's page, a bug or an attack: nothing of it is taken for an answer."""
    werkzeug = pytest.importorskip("werkzeug")
    hr.fault = lambda _: werkzeug.Response(body, mimetype="application/json")

    refused = refusal(port, made(port, hr.url, more=SHORT))

    assert isinstance(refused, Permanent)
    assert refused.code == "MKD647"


def test_a_login_page_is_not_taken_for_an_answer(hr: Any, made: Made) -> None:
    """It has status 200 and calls itself HTML."""
    werkzeug = pytest.importorskip("werkzeug")
    hr.fault = lambda _: werkzeug.Response("<html>log in</html>", mimetype="text/html")

    refused = refusal("identity", made("identity", hr.url, more=SHORT))

    assert (refused.code, "application/json" in refused.message) == ("MKD647", True)


def test_a_compressed_answer_is_refused(hr: Any, made: Made) -> None:
    """None is asked for, and a small one may unpack to more than there is room for."""
    werkzeug = pytest.importorskip("werkzeug")
    bomb = gzip.compress(b" " * 10_000_000)
    hr.fault = lambda _: werkzeug.Response(bomb, headers={"Content-Encoding": "gzip"}, mimetype="application/json")

    assert refusal("calendar", made("calendar", hr.url, more=SHORT)).code == "MKD647"


@pytest.mark.parametrize("port", CALLS)
def test_an_answer_without_end_is_not_read_to_its_end(port: str, hr: Any, made: Made) -> None:
    """What is larger than ``max_body`` is given up."""
    werkzeug = pytest.importorskip("werkzeug")
    hr.fault = lambda _: werkzeug.Response(repeat(b" " * 10_000, 100_000), mimetype="application/json")

    refused = refusal(port, made(port, hr.url, more=SHORT))

    assert isinstance(refused, Permanent)
    assert refused.code == "MKD648"


@pytest.mark.parametrize("port", CALLS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(port: str, status: int, hr: Any, made: Made, raw: Raw) -> None:
    """The token, and what is said about people, would go to whoever is named there."""
    werkzeug = pytest.importorskip("werkzeug")
    visited = threading.Event()
    elsewhere = raw(lambda _: visited.set())
    hr.fault = lambda _: werkzeug.Response(status=status, headers={"Location": f"{elsewhere}/identity"})

    refused = refusal(port, made(port, hr.url, more=SHORT))

    assert (type(refused), refused.code) == (Permanent, "MKD646")
    assert not visited.is_set()


def hangs(connection: socket.socket) -> None:
    connection.recv(65_536)  # until the client has gone


def drips(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    pause = threading.Event()
    while not pause.wait(0.05):
        connection.sendall(b" ")


def drips_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    pause = threading.Event()
    while not pause.wait(0.05):
        connection.sendall(b"x")


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"status"')


def breaks_off_a_chunk(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"
    )


def says_nothing(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def babbles(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example.go.id ESMTP\r\n")


@pytest.mark.parametrize("port", CALLS)
@pytest.mark.parametrize("serve", [hangs, drips, drips_headers, breaks_off, breaks_off_a_chunk, says_nothing, babbles])
def test_a_host_that_is_slow_or_breaks_off_is_tried_again_later(
    port: str, serve: Callable[[socket.socket], None], made: Made, raw: Raw
) -> None:
    """Nothing hangs with it: the answer comes within the deadline and a second."""
    backend = made(port, raw(serve), more=f"{SHORT}\n[mkd.deadlines]\n'{port}.http' = {SECONDS}")

    assert isinstance(refusal(port, backend), Transient)


@pytest.mark.parametrize("port", CALLS)
def test_a_host_that_is_not_there_is_tried_again_later(port: str, made: Made) -> None:
    """It may be starting."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        backend = made(port, f"http://127.0.0.1:{nobody.getsockname()[1]}", more=SHORT)

        assert (type(refusal(port, backend)), refusal(port, backend).code) == (Transient, "MKD642")


def test_a_host_that_answers_with_somebody_else_is_found_out(hr: Any, made: Made) -> None:
    """A server that ignores the filter, or takes a part for the whole, would let the wrong person act."""
    hr_system = pytest.importorskip("hr_system")
    found = hr_system.told(hr.people.person("director", date(2026, 6, 1)))
    hr.fault = lambda _: hr_system.answered(found)
    backend = made("identity", hr.url)

    assert refusal("identity", backend).code == "MKD649"
    with pytest.raises(Permanent, match="another person"):
        backend.person("hr", date(2026, 6, 1))


def test_somebody_who_is_not_active_is_denied(hr: Any, made: Made) -> None:
    """The list has them, and nobody is served."""
    hr.people.change("analyst", active=False)
    backend = made("identity", hr.url)

    answer = backend.person("analyst", date(2026, 6, 1))

    assert answer.reason == "not active, as far as the host knows"
    assert [person.active for person in backend.people(date(2026, 6, 1)) if person.key == "analyst"] == [False]


def test_a_value_that_the_vocabulary_does_not_have_is_missing_and_reported(hr: Any, made: Made) -> None:
    """One wrong word of one person does not shut everybody out, and nothing but a plain word is shown."""
    hr.people.change("analyst", facts={"applicant.rating": "splendid", "applicant.discipline": NUMBER, "acme.x": 1})

    person = made("identity", hr.url).person("analyst", date(2026, 6, 1)).employee

    assert person.facts == {"acme.x": 1}
    assert person.unmapped == {"applicant.rating": "splendid", "applicant.discipline": "…"}


def test_neither_cookies_nor_the_environment_come_between(
    hr: Any, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie would make calls depend on each other, a .netrc replace the token, a proxy read along."""
    hr_system = pytest.importorskip("hr_system")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    cookies = []

    def answer(request: Any) -> Any:
        cookies.append(request.headers.get("Cookie"))
        return hr_system.answered({"status": "not_mine"}, **{"Set-Cookie": "session=1"})

    hr.fault = answer
    backend = made("identity", hr.url)

    backend.person("hr", date(2026, 6, 1))
    backend.person("hr", date(2026, 6, 1))

    assert cookies == [None, None]


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Any]:
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")
    with hr_system.running("a-token-that-only-the-host-knows", (str(certificate[0]), str(certificate[1]))) as host:
        yield host


def test_a_certificate_of_nobody_known_is_not_trusted(secure: Any, made: Made) -> None:
    """Verification is on, and there is no way to switch it off."""
    refused = refusal("identity", made("identity", secure.url, more=SHORT))

    assert (type(refused), refused.code) == (Permanent, "MKD643")
    assert secure.requests == []


def test_a_certificate_for_another_name_is_not_trusted(secure: Any, made: Made, certificate: tuple[Path, Path]) -> None:
    """Whoever has a certificate of the authority could stand in for the host."""
    other = secure.url.replace("127.0.0.1", "localhost")

    refused = refusal("identity", made("identity", other, more=f'{SHORT}\nca_file = "{certificate[0]}"'))

    assert refused.code == "MKD643"


def test_the_authority_that_is_named_is_trusted(secure: Any, made: Made, certificate: tuple[Path, Path]) -> None:
    """A private one is usual inside an agency."""
    backend = made("identity", secure.url, more=f'ca_file = "{certificate[0]}"')

    assert backend.lookup(NUMBER, date(2026, 6, 1)).employee.number.digits == NUMBER


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hr.example.go.id/mkd", "https is asked for"),
        ("https://somebody:secret@hr.example.go.id", "the url holds a login"),
        ("https://hr.example.go.id/mkd?key=1", "a query"),
        ("ftp://hr.example.go.id", "no https address"),
        ("hr.example.go.id", "no https address"),
        ("https://hr.example.go.id:port", "the url is none"),
        ("https://", "no https address"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_before_anybody_is(url: str, said: str, made: Made) -> None:
    """Over an open line the token and people's data could be read; a login in an address shows in messages."""
    with pytest.raises(MkdError) as refused:
        made("identity", url)

    assert refused.value.code == "MKD122"
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("token", ["two words", "tokén", "line\nbreak"])
def test_a_token_that_fits_no_header_is_refused(token: str, made: Made) -> None:
    """It would break the request apart, and is not shown."""
    with pytest.raises(MkdError) as refused:
        made("payroll", "https://hr.example.go.id", token=token)

    assert token not in str(refused.value)


def test_an_authority_that_cannot_be_read_is_named(made: Made) -> None:
    """The file, and not the host, is at fault."""
    with pytest.raises(MkdError, match="the certificate authority cannot be used"):
        made("calendar", "https://hr.example.go.id", more='ca_file = "missing.pem"')
