"""Notification ``smtp``: a plain-text mail per notice, with the standard library.

The Message-ID is made of the notice's key, so that a second mail of one key can be told from a second notice. A server
that says "later" (4xx) or cannot be reached is ``Transient``, one that says "never" (5xx) is ``Permanent``. No error
holds an address, a name, a password or what the server answered, because servers repeat addresses.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import attrs

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient
from mkd_core.ports import Declined, Notice, Receipt
from mkd_plugins.api import Provider, Secret, hookimpl, notification


@attrs.frozen(kw_only=True)
class Config:
    """``[notification.smtp]``.

    ``sender``    the address that mails come from, and ``name`` the name before it.
    ``security``  ``starttls``, ``tls`` (from the first byte on) or ``none``, fit for a relay on this machine alone.
                  Certificates are always verified; ``ca_file`` names the authority of a private one.
    ``port``      587, 465 or 25 by ``security`` when left out.
    ``user``      with ``password``, where the server asks for a login.
    """

    host: str
    sender: str
    name: str = "MKD"
    port: int = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None

    def __attrs_post_init__(self) -> None:
        if not self.host:
            raise InvalidInput("MKD631", "the host has no name", mend='write "mail.example.go.id"')
        if _address(self.sender) is None:
            raise InvalidInput("MKD631", "the sender is no mail address", mend='write "mkd@example.go.id"')
        if not 0 <= self.port <= 65535:
            raise InvalidInput("MKD631", "a port is a number up to 65535")
        if bool(self.user) != (self.password is not None):
            raise InvalidInput("MKD631", "a login needs both user and password", mend="give both, or neither")
        if self.user and self.security == "none":
            raise InvalidInput(
                "MKD631", "a login over an open connection shows the password", mend="use starttls or tls"
            )


_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpSender:
    """The port over SMTP. A connection a notice, so it is safe to share between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        try:
            self._tls = ssl.create_default_context(cafile=config.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Permanent(
                f"the file of the certificate authority cannot be used ({type(error).__name__})",
                code="MKD631",
                where=str(config.ca_file),
            ) from None
        self._port = config.port or _PORTS[config.security]

    def send(self, notice: Notice) -> Receipt | Declined:
        """Send it; a person without an address is declined. Raises ``Transient`` or ``Permanent``."""
        if not notice.address.reveal().strip():
            return Declined("the person has no mail address")
        message = self._message(notice)
        with self._answers(), self._connected(notice.timeout) as server:
            if self._config.password is not None:
                server.login(self._config.user, self._config.password.reveal())
            server.send_message(message)
        return Receipt(key=notice.key, reference=str(message["Message-ID"]))

    def _message(self, notice: Notice) -> EmailMessage:
        to = _address(notice.address.reveal(), notice.name.reveal())
        if to is None:
            raise Permanent("the person's mail address is none", code="MKD632", mend="mend it in the personnel record")
        sender = _address(self._config.sender, self._config.name)
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = to
        message["Subject"] = _one_line(notice.subject)
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = message_id(notice.key, self._config.sender)
        message["Auto-Submitted"] = "auto-generated"
        # Quoted-printable goes through every server; half a surrogate pair, which no encoding has, becomes a mark.
        message.set_content(notice.body.encode("utf-8", "replace").decode("utf-8"), cte="quoted-printable")
        message["Content-Language"] = _one_line(notice.language)
        return message

    @contextmanager
    def _connected(self, timeout: float) -> Iterator[smtplib.SMTP]:
        """A connection on which each wait ends after ``timeout`` seconds; the host ends the call as a whole."""
        server = self._open(timeout)
        try:
            if self._config.security == "starttls":
                server.starttls(context=self._tls)
            yield server
            # The mail is taken: a server that fumbles the farewell must not make it a failure and the mail come twice.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _open(self, timeout: float) -> smtplib.SMTP:
        if self._config.security == "tls":
            return smtplib.SMTP_SSL(self._config.host, self._port, timeout=timeout, context=self._tls)
        return smtplib.SMTP(self._config.host, self._port, timeout=timeout)

    @contextmanager
    def _answers(self) -> Iterator[None]:
        """What can go wrong on the way, as an answer that shows nothing personal."""
        where = f"{self._config.host}:{self._port}"
        try:
            yield
        except BackendError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise Permanent(
                f"the server's certificate is not trusted: {error.verify_message}",
                code="MKD633",
                where=where,
                mend="name its authority in ca_file; verification is never switched off",
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise Permanent(
                "the server offers no STARTTLS or no login", code="MKD634", where=where, mend="see security and port"
            ) from None
        except smtplib.SMTPException as error:
            code = _reply_code(error)
            said = f"the server answered {code}" if code else f"the server broke off ({type(error).__name__})"
            if code >= 500:
                raise Permanent(said, code="MKD635", where=where, mend="see the server's log") from None
            raise Transient(said, code="MKD636", where=where) from None
        except OSError as error:
            said = "no answer in time" if isinstance(error, TimeoutError) else f"no connection ({type(error).__name__})"
            raise Transient(said, code="MKD636", where=where) from None


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a notice: the same for one key at every attempt, and nothing of the key can be read from it.

    >>> message_id("a1:3:notification:0", "mkd@example.go.id") == message_id("a1:3:notification:0", "mkd@example.go.id")
    True
    """
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def _reply_code(error: smtplib.SMTPException) -> int:
    """The server's three digits; of several refused recipients (there is one) the first's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), 0)
    code = getattr(error, "smtp_code", 0)
    return code if isinstance(code, int) and code > 0 else 0


def _address(text: str, name: str = "") -> Address | None:
    """The address, or None when it is none or could smuggle in another header."""
    text = text.strip()
    if not text.isascii() or any(character in text for character in "\r\n,;<> \t") or text.count("@") != 1:
        return None
    try:
        return Address(display_name=_one_line(name), addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        return None


def _one_line(text: str) -> str:
    """Line breaks and other controls as blanks: a header is one line whatever a name or a title holds."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the sender."""
    return [notification(name="smtp", config=Config, build=SmtpSender)]
