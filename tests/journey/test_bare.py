"""Without a single extra the library does the main job: sqlite3, CSV tables, and mails to a server on a socket."""

import csv
import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import journey
import pytest

from mkd_core.agreements import State
from mkd_core.journal import verify
from mkd_core.outbox import EffectStatus
from mkd_plugins import start
from mkd_plugins.demo.stage import FIRST_DAY, HR, MONTH
from mkd_plugins.testing.province import ACTING_OFFICER, ANALYST, PLANNER

pytestmark = pytest.mark.bare

HEAVY = ("sqlalchemy", "psycopg", "pymysql", "holidays", "aiosmtpd")


class Answering(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over one mail."""

    def handle(self) -> None:
        """Answer every line; what comes between DATA and a lone point is a mail."""
        self._say("220 ready")
        for line in self.rfile:
            match line.split()[0].upper():
                case b"DATA":
                    self._say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    self.server.mails.append(message_from_bytes(b"".join(lines)))  # type: ignore[attr-defined]
                    self._say("250 taken")
                case b"QUIT":
                    self._say("221 farewell")
                    return
                case _:
                    self._say("250 well")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[tuple[list[Message], int]]:
    """What a server on loopback has taken, and its port."""
    mails: list[Message] = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        server.mails = mails  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield mails, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_nothing_of_any_extra_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    """In the lane ``bare`` none of what the extras bring is there, so what passes there needs none of it."""
    present = [name for name in HEAVY if find_spec(name) is not None]
    if os.environ.get("TOX_ENV_NAME") != "bare":
        with capsys.disabled():
            print(f"\nthis is not the lane `bare`: {', '.join(present) or 'no extra'} installed")
        pytest.skip("asked in the lane `bare` alone")

    assert present == []


def test_from_a_request_to_a_pay_line_in_python(tmp_path: Path) -> None:
    """The whole journey through ``start``, without a calendar: agreed, worked, closed, paid, told, verified."""
    with mail_server() as (mails, port), start(journey.furnish(tmp_path / "mkd", port), no_plugins=True) as mkd:
        names = []
        while command := journey.due(mkd):
            command.run()
            names.append(command.name)

        assert set(names) == {
            *("propose", "revise", "counter", "agree", "submit", "approve", "notify"),
            *("report", "verify", "report result", "verify result", "close", "pay"),
        }
        assert {each.state(FIRST_DAY) for each in mkd.agreements()} == {State.ACTIVE}
        assert {delivery.status for delivery in mkd.journal.deliveries()} == {EffectStatus.DELIVERED}
        notices = [each.receipt for each in mkd.journal.deliveries() if each.effect.port == "notification"]
        assert sorted(notices) == sorted(mail["Message-ID"] for mail in mails)
        assert verify((record for _, record in mkd.journal.records()), mkd.journal.head()) == []
        statement = mkd.statement(ANALYST, MONTH)

    rows = pay_rows(tmp_path / "mkd")
    paid = {row["item"]: row["quantity"] for row in rows if row["person"] == ANALYST}
    assert paid == {line.item: str(line.quantity) for line in statement.lines}
    assert paid["trk_minutes"] == str(statement.minutes)
    assert all(row["rule"] for row in rows)


def pay_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "pay" / "pay-2023-07.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Terminal:
    """The command ``mkd``, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def type(self, *words: str, at: str = "") -> Any:
        """What the command answers, as JSON; it must end well and say nothing on stderr."""
        done = self.run(*words, "--json", at=at)
        assert done.stderr == "", words
        assert done.returncode == 0
        return json.loads(done.stdout)

    def run(self, *words: str, at: str = "") -> "subprocess.CompletedProcess[str]":
        """The command as it ends."""
        program = Path(sys.executable).with_name("mkd")
        moment = ["--at", f"{at}+07:00"] if at else []
        return subprocess.run(
            [program, *words, *moment], cwd=self._folder, capture_output=True, text=True, check=False, timeout=120
        )


TARGET = "output; analyses delivered; at_least {} reports; by 2023-07-31; evidence: the reports"


def test_from_a_request_to_a_pay_line_on_the_command_line(tmp_path: Path) -> None:
    """The same by hand with ``mkd``: a remedy taken, a counter-proposal, an acting officer, pay, mails, verified."""
    mkd = Terminal(tmp_path)
    name = f"{ANALYST}.1"
    assert mkd.run("init", "--example").returncode == 0
    with mail_server() as (mails, port):
        with (tmp_path / "mkd.toml").open("a", encoding="utf-8") as config:
            config.write(
                f'\n[notification.smtp]\nhost = "127.0.0.1"\nport = {port}\n'
                'security = "none"\nsender = "mkd@example.go.id"\n'
            )
        asked, agreed = "2023-06-20T09:00", "2023-06-21T10:00"
        plan = ["--from", "2023-07-03", "--until", "2023-12-29", "--remote", "mon,tue,wed,thu,fri"]
        words = ["--reason", "concentrated work", "--work-plan", "weekly analyses"]
        mkd.type("agreement", "propose", "--as", ANALYST, *plan, *words, "--target", TARGET.format(4), at=asked)
        refused = mkd.run("agreement", "submit", name, "--as", ANALYST, at=asked)
        assert refused.returncode == 1
        assert refused.stderr.startswith("error: MKD410 ")
        mkd.type("agreement", "mend", name, "--apply", "--as", ANALYST, at=asked)
        mkd.type("agreement", "counter", name, "--as", ACTING_OFFICER, "--target", TARGET.format(5), at=agreed)
        mkd.type("agreement", "agree", name, "--as", ANALYST, at=agreed)
        mkd.type("agreement", "submit", name, "--as", ANALYST, at=agreed)
        wrong = mkd.run("agreement", "approve", name, "--as", PLANNER, at="2023-06-22T09:00")
        assert wrong.returncode == 1
        assert wrong.stderr.startswith("error: MKD424 ")
        for voter in (ACTING_OFFICER, "k000122"):
            mkd.type("agreement", "approve", name, "--as", voter, at="2023-06-22T09:00")
        work = ["--activity", "analysing complaints", "--minutes", "210"]
        mkd.type("result", "add", name, "--as", ANALYST, "--on", "2023-07-03", *work, at="2023-07-03T16:00")
        mkd.type("result", "verify", name, "a1", "--as", ACTING_OFFICER, at="2023-07-04T09:00")
        reached = ["--target", "t1", "--value", "6", "--evidence", "six reports"]
        mkd.type("result", "add", name, "--as", ANALYST, "--on", "2023-07-31", *reached, at="2023-07-31T16:00")
        mkd.type("result", "verify", name, "r1", "--as", ACTING_OFFICER, at="2023-07-31T17:00")
        attested = ["--attest", "period.absent_days=0", "--attest", "period.negative_activities=0"]
        closing = ["--behaviour", "as_expected", *attested]
        mkd.type("period", "close", ANALYST, "2023-07", "--as", HR, *closing, at="2023-08-01T09:00")
        mkd.type("outbox", "deliver", at="2023-08-01T10:00")
        head = mkd.run("journal", "head")
        assert head.returncode == 0
        (tmp_path / "head").write_text(head.stdout, encoding="utf-8")
        verified = mkd.run("journal", "verify", "--head", "head")

    assert verified.returncode == 0
    assert "journal verified" in verified.stdout
    assert {row["item"]: row["quantity"] for row in pay_rows(tmp_path)}["trk_minutes"] == "210"
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == 5
