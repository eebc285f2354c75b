"""What the story needs around it: a folder with a configuration, a mail server on loopback, an open deployment."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from email import message_from_bytes
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.people import WIB
from mkd_plugins.deployment import Deployment, start
from mkd_plugins.testing import province

FIRST_DAY = date(2023, 7, 3)
"""The Monday on which the agreements of the story begin."""
LAST_DAY = date(2023, 12, 29)
MONTH = "2023-07"
HR = "k000101"
"""Whoever runs the scheme in the story."""

_CONFIG = """\
# The deployment of the demonstration.
[mkd]
policy = "jabar-mkd"
scheme = "jabar-trk"

[holders]
hr = ["{hr}"]

[journal.sqlite]
path = "journal.db"

{identity}
[calendar.holidays]

[payroll.table]
folder = "pay"

[notification.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "mkd@example.go.id"
"""


_TABLES = """\
[identity.table]
map = "siap"
people = { path = "people.csv" }
units = { path = "units.csv" }
mandates = { path = "mandates.csv" }
discipline = { path = "discipline.csv" }
ratings = { path = "ratings.csv" }
"""


def at(on: date, hour: int = 9) -> datetime:
    """A moment of the story: that hour in Bandung."""
    return datetime.combine(on, time(hour), tzinfo=WIB).astimezone(UTC)


_BRING = {"demo": ("aiosmtpd", "holidays"), "jabar": ("werkzeug", "waitress", "jwt")}


def need_extras(*extras: str) -> None:
    """Raise ``InvalidInput`` unless what the story uses beyond the library itself is installed."""
    absent = [name for extra in extras for name in _BRING[extra] if find_spec(name) is None]
    if absent:
        raise InvalidInput(
            "MKD292",
            f"the demonstration needs {' and '.join(absent)}",
            mend=f"pip install 'mkd[{','.join(extras)}]'",
        )


class Mailbox:
    """What the mail server received, by Message-ID; it turns the very first mail away once, as a busy server does."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.turned_away = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Take a mail, or not yet."""
        if not self.turned_away:
            self.turned_away += 1
            return "451 4.3.2 busy, try again later"
        message = message_from_bytes(envelope.content)
        self.received[str(message["Message-ID"])] += 1
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server on a free port of 127.0.0.1, and its mailbox."""
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@attrs.frozen(kw_only=True)
class Stage:
    """The open deployment, its folder and its mailbox; chapters leave on it what later ones need."""

    folder: Path
    mkd: Deployment
    mailbox: Mailbox

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, identity: str = _TABLES) -> Iterator[Stage]:
        """Furnish the folder, start the mail server, open the deployment; ``identity`` is its table of mkd.toml."""
        for table in province.TABLES:
            shutil.copyfile(province.shipped() / f"{table}.csv", folder / f"{table}.csv")
        with mail_server() as (mailbox, port):
            text = _CONFIG.format(hr=HR, port=port, identity=identity)
            (folder / "mkd.toml").write_text(text, encoding="utf-8")
            with start(folder / "mkd.toml", no_plugins=True) as mkd:
                yield cls(folder=folder, mkd=mkd, mailbox=mailbox)
