"""Mails at a real server on loopback: what arrives, what is retried, and whom the sender trusts."""

from __future__ import annotations

import email
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import attrs
import pytest

from mkd_core.errors import Permanent, Transient
from mkd_core.ports import Declined, Notice, Receipt
from mkd_plugins.api import Secret
from mkd_plugins.notification.smtp import Config, SmtpSender

pytest.importorskip("aiosmtpd")

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

NOTICE = Notice(
    key="a1:3:notification:0",
    to="k000002",
    name="Rina Permana, S.IP.",
    address="rina.permana@example.go.id",
    language="id",
    kind="approved",
    subject="Permohonan disetujui: Ångström, 日本, mulai 3 Juli",
    body="Permohonan Anda disetujui.\nBerlaku mulai 3 Juli 2023, “sampai” ditinjau.\n",
    timeout=5.0,
)
PASSWORD = "correct horse battery staple"


class Server(Controller):
    """A controller on a port that the system chooses; the library's own asks port 0 whether it is up."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox:
    """Keeps what arrives; ``answers`` are given first, one a mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self.refused: str = ""

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refused:
            return f"{self.refused} <{address}> is unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


Start = Callable[..., int]


@pytest.fixture
def start(mailbox: Mailbox) -> Iterator[Start]:
    """Starts a server with that mailbox and gives its port."""
    with ExitStack() as stack:

        def started(**settings: Any) -> int:
            server = Server(mailbox, hostname="127.0.0.1", port=0, **settings)
            server.start()
            stack.callback(server.stop)
            port: int = server.port
            return port

        yield started


def server_side(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def sender(port: int, **changes: Any) -> SmtpSender:
    settings = {"host": "127.0.0.1", "port": port, "sender": "mkd@example.go.id", "security": "none", **changes}
    return SmtpSender(Config(**settings))


def test_a_notice_arrives_as_it_was_written(mailbox: Mailbox, start: Start) -> None:
    receipt = sender(start()).send(NOTICE)

    [mail] = mailbox.mails
    assert receipt == Receipt(key=NOTICE.key, reference=mail["Message-ID"])
    assert mailbox.recipients == [["rina.permana@example.go.id"]]
    assert mail["Subject"] == NOTICE.subject
    assert mail["To"] == '"Rina Permana, S.IP." <rina.permana@example.go.id>'
    assert mail["From"] == "MKD <mkd@example.go.id>"
    assert mail.get_content().replace("\r\n", "\n") == NOTICE.body


def test_a_mail_says_that_a_machine_wrote_it_when_and_in_which_language(mailbox: Mailbox, start: Start) -> None:
    sender(start()).send(NOTICE)

    [mail] = mailbox.mails
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "id")
    assert mail["Date"].datetime.tzinfo is not None


def test_a_second_mail_of_one_key_carries_the_same_message_id_and_another_key_another(
    mailbox: Mailbox, start: Start
) -> None:
    send = sender(start()).send
    send(NOTICE)
    send(NOTICE)
    send(attrs.evolve(NOTICE, key="a1:4:notification:0"))

    first, again, other = (mail["Message-ID"] for mail in mailbox.mails)
    assert first == again != other
    assert first.endswith("@example.go.id>")
    assert "a1" not in first


def test_a_server_that_says_later_is_tried_again_with_success(mailbox: Mailbox, start: Start) -> None:
    mailbox.answers = ["451 try again later"]
    send = sender(start()).send

    with pytest.raises(Transient, match="the server answered 451"):
        send(NOTICE)
    receipt = send(NOTICE)

    assert len(mailbox.mails) == 1
    assert isinstance(receipt, Receipt)


@pytest.mark.parametrize(("answer", "kind"), [("550", Permanent), ("452", Transient)])
def test_a_refused_recipient_is_told_by_code_alone_because_servers_repeat_addresses(
    mailbox: Mailbox, start: Start, answer: str, kind: type[Exception]
) -> None:
    mailbox.refused = answer

    with pytest.raises(kind, match=f"the server answered {answer}") as refused:
        sender(start()).send(NOTICE)

    assert "rina" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_header_cannot_be_smuggled_in_by_a_name_or_a_subject(mailbox: Mailbox, start: Start) -> None:
    sneaky = attrs.evolve(NOTICE, name="Rina\r\nBcc: all@example.com", subject="Hello\r\nX-Evil: yes\n\nbody")

    sender(start()).send(sneaky)

    [mail] = mailbox.mails
    assert mailbox.recipients == [["rina.permana@example.go.id"]]
    assert (mail["Bcc"], mail["X-Evil"]) == (None, None)
    assert mail["Subject"] == "Hello X-Evil: yes body"


@pytest.mark.parametrize(
    "address", ["rina", "a@b@c", "rina@example.com, all@example.com", "rina@x\r\nBcc: y@z", "<a@b>"]
)
def test_an_address_that_is_none_is_refused_without_being_shown(mailbox: Mailbox, start: Start, address: str) -> None:
    with pytest.raises(Permanent, match="MKD632") as refused:
        sender(start()).send(attrs.evolve(NOTICE, address=address))

    assert address not in str(refused.value)
    assert mailbox.mails == []


def test_a_person_without_an_address_is_declined(start: Start) -> None:
    assert sender(start()).send(attrs.evolve(NOTICE, address=" ")) == Declined("the person has no mail address")


def test_an_authority_that_is_named_is_trusted(mailbox: Mailbox, start: Start, certificate: tuple[Path, Path]) -> None:
    port = start(tls_context=server_side(certificate), require_starttls=True)

    sender(port, security="starttls", ca_file=certificate[0]).send(NOTICE)

    assert len(mailbox.mails) == 1


def test_tls_from_the_first_byte_works_too(mailbox: Mailbox, start: Start, certificate: tuple[Path, Path]) -> None:
    port = start(ssl_context=server_side(certificate))

    sender(port, security="tls", ca_file=certificate[0]).send(NOTICE)

    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    mailbox: Mailbox, start: Start, certificate: tuple[Path, Path], security: str
) -> None:
    context = server_side(certificate)
    port = start(**({"ssl_context": context} if security == "tls" else {"tls_context": context}))

    with pytest.raises(Permanent, match=r"MKD633 .*certificate is not trusted"):
        sender(port, security=security).send(NOTICE)

    assert mailbox.mails == []


def test_a_server_without_starttls_gets_no_mail_in_the_clear(mailbox: Mailbox, start: Start) -> None:
    with pytest.raises(Permanent, match="MKD634"):
        sender(start(), security="starttls").send(NOTICE)

    assert mailbox.mails == []


@pytest.mark.parametrize(("password", "taken"), [(PASSWORD, True), ("wrong", False)])
def test_a_login_is_made_with_the_secret_and_a_wrong_one_is_permanent(
    mailbox: Mailbox, start: Start, certificate: tuple[Path, Path], password: str, taken: bool
) -> None:
    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"mkd", PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    port = start(
        tls_context=server_side(certificate), authenticator=authenticate, auth_required=True, auth_require_tls=True
    )
    sending = sender(port, security="starttls", ca_file=certificate[0], user="mkd", password=Secret(password))

    if taken:
        sending.send(NOTICE)
    else:
        with pytest.raises(Permanent, match="the server answered 535") as refused:
            sending.send(NOTICE)
        assert password not in str(refused.value)

    assert len(mailbox.mails) == taken
