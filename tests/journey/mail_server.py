"""A real mail server on loopback that keeps what it takes, and is busy now and then."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps every mail by its Message-ID, and turns some of them away the first time, as a busy server does.

    ``taken`` is called when a mail was taken for the first time, before the sender hears of it.
    """

    def __init__(self, taken: Callable[[], None]) -> None:
        self.mails: dict[str, list[bytes]] = {}
        self._taken = taken
        self._turned_away: set[str] = set()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail, or not yet."""
        message = message_from_bytes(envelope.content)
        name = str(message["Message-ID"])
        if name[1] in "0123" and name not in self._turned_away:
            self._turned_away.add(name)
            return "451 4.3.2 busy, try again later"
        del message["Date"]  # of the attempt; all else is of the notice
        copies = self.mails.setdefault(name, [])
        copies.append(message.as_bytes())
        if len(copies) == 1:
            self._taken()
        return "250 taken"


@contextmanager
def mail_server(taken: Callable[[], None] = lambda: None) -> Iterator[tuple[Mailbox, int]]:
    """A real one on loopback, and its mailbox."""
    mailbox = Mailbox(taken)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()
