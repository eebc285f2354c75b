"""Servers that hang, break off or fumble, played from a script; and what a configuration may say."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from mkd_core.errors import InvalidInput, Permanent, Transient
from mkd_core.ports import Notice, Receipt
from mkd_plugins.api import Secret
from mkd_plugins.notification.smtp import Config, SmtpSender, message_id

pytestmark = pytest.mark.bare

NOTICE = Notice(
    key="a1:3:notification:0",
    to="k000002",
    name="Rina Permana",
    address="rina.permana@example.go.id",
    language="en",
    kind="approved",
    subject="Your request was approved",
    body="It holds from 3 July 2023.\n",
    timeout=5.0,
)
GOOD = {
    "EHLO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class Scripted:
    """A server for one connection that answers each command from a script; no answer is silence."""

    def __init__(self, answers: dict[str, str], greeting: str = "220 hello") -> None:
        self.answers, self.greeting = answers, greeting
        self.body = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            if self.greeting:
                connection.sendall(f"{self.greeting}\r\n".encode())
            in_data = False
            for line in lines:
                if in_data and line != b".\r\n":
                    self.body += line
                    continue
                command = "." if in_data else line.split()[0].decode().upper()
                answer = self.answers.get(command, "")
                if answer == "hang up":
                    return
                if answer:
                    connection.sendall(f"{answer}\r\n".encode())
                in_data = command == "DATA" and answer.startswith("354")

    def close(self) -> None:
        self.listener.close()


@pytest.fixture
def scripted() -> Iterator[Any]:
    servers = []

    def play(greeting: str = "220 hello", **changes: str) -> Scripted:
        servers.append(Scripted({**GOOD, **changes}, greeting))
        return servers[-1]

    yield play
    for server in servers:
        server.close()


def sender(server: Scripted, **changes: Any) -> SmtpSender:
    settings = {"host": "127.0.0.1", "port": server.port, "sender": "mkd@example.go.id", "security": "none", **changes}
    return SmtpSender(Config(**settings))


def test_a_mail_needs_nothing_but_the_standard_library(scripted: Any) -> None:
    server = scripted()

    receipt = sender(server).send(NOTICE)

    assert receipt == Receipt(key=NOTICE.key, reference=message_id(NOTICE.key, "mkd@example.go.id"))
    assert b"It holds from 3 July 2023." in server.body


@pytest.mark.parametrize("changes", [{"greeting": ""}, {"EHLO": "", "HELO": ""}, {"DATA": ""}, {".": ""}])
def test_a_server_that_hangs_is_given_up_after_the_notices_timeout(scripted: Any, changes: dict[str, str]) -> None:
    server = scripted(**changes)
    before = time.monotonic()

    with pytest.raises(Transient, match="MKD636"):
        sender(server).send(attrs.evolve(NOTICE, timeout=0.2))

    assert time.monotonic() - before < 3


def test_a_server_that_breaks_off_is_tried_later(scripted: Any) -> None:
    with pytest.raises(Transient, match=r"MKD636 .*the server broke off"):
        sender(scripted(MAIL="hang up")).send(NOTICE)


@pytest.mark.parametrize("farewell", ["500 what?", "hang up", ""])
def test_a_mail_that_was_taken_is_sent_whatever_the_farewell(scripted: Any, farewell: str) -> None:
    receipt = sender(scripted(QUIT=farewell)).send(attrs.evolve(NOTICE, timeout=0.3))

    assert isinstance(receipt, Receipt)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"greeting": "421 too busy"}, Transient),
        ({"greeting": "554 no service"}, Permanent),
        ({"MAIL": "553 sender refused"}, Permanent),
        ({"DATA": "451 later"}, Transient),
        ({".": "552 too big"}, Permanent),
    ],
)
def test_four_hundreds_come_again_and_five_hundreds_do_not(
    scripted: Any, changes: dict[str, str], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        sender(scripted(**changes)).send(NOTICE)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with socket.socket() as taken_by_nobody_who_listens:
        taken_by_nobody_who_listens.bind(("127.0.0.1", 0))
        port = taken_by_nobody_who_listens.getsockname()[1]
        sending = SmtpSender(Config(host="127.0.0.1", port=port, sender="mkd@example.go.id", security="none"))

        with pytest.raises(Transient, match=r"MKD636 127\.0\.0\.1:\d+: no connection"):
            sending.send(NOTICE)


def test_an_unknown_host_is_tried_later_because_name_servers_fail_too(scripted: Any) -> None:
    with pytest.raises(Transient, match="MKD636"):
        sender(scripted(), host="mail.invalid").send(NOTICE)


@pytest.mark.parametrize("text", ["half \ud800 a character", "emoji 🎉 and ünïcode", "." + "\n." * 3, "x" * 3000])
def test_any_text_can_be_a_body(scripted: Any, text: str) -> None:
    assert isinstance(sender(scripted()).send(attrs.evolve(NOTICE, body=text)), Receipt)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sender": "nobody"}, "the sender is no mail address"),
        ({"host": ""}, "the host has no name"),
        ({"port": 70000}, "up to 65535"),
        ({"user": "mkd"}, "both user and password"),
        ({"password": Secret("x")}, "both user and password"),
        ({"user": "mkd", "password": Secret("x"), "security": "none"}, "shows the password"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_before_the_first_mail(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"MKD631 .*{said}"):
        Config(**{"host": "mail.example.go.id", "sender": "mkd@example.go.id", **changes})


def test_an_authority_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="MKD631"):
        SmtpSender(Config(host="mail.example.go.id", sender="mkd@example.go.id", ca_file=tmp_path / "no.pem"))
