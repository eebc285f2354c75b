"""Killed at any moment of the journey, the next start goes on: nothing acknowledged is lost, nothing is done twice.

``MKD_KILLS`` is how often a process is killed (200), ``MKD_KILL_SEED`` what the moments are drawn from. They are
delays from the beginning of a command, so a seed repeats the plan, and nearly the moments.
"""

from __future__ import annotations

import csv
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import journey
import pytest
from mail_server import Mailbox, mail_server

from mkd_core.journal import Head, verify
from mkd_core.outbox import Delivery, EffectStatus
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

pytestmark = pytest.mark.kill

KILLS = int(os.environ.get("MKD_KILLS", "200"))
SEED = int(os.environ.get("MKD_KILL_SEED", "20230619"))
PATIENCE = 60.0
"""Seconds without a sign of life after which something hangs."""
LOCKS = Path("/proc/locks")
"""Where Linux tells who holds which lock."""


# ---- the moments


@attrs.frozen(kw_only=True)
class Moment:
    """When a life ends: ``delay`` seconds after the beginning of its ``command``-th command, or of the life (None).

    ``pay`` is a delay after payroll's folder was locked, should that come first: its writes are short and rare.
    """

    command: int | None
    delay: float
    pay: float | None = None


def drawn(chance: random.Random) -> Moment:
    """A moment: one in ten while the deployment opens, the others early or late in one of the next commands."""
    if chance.random() < 0.1:
        return Moment(command=None, delay=chance.uniform(0, 0.2))
    command = chance.choice((1, 1, 1, 2, 3, 4, 6, 9))
    # A command takes a few milliseconds, but the first of a life has the organisation to read.
    longest = chance.choice((0.003, 0.012, 0.06))
    pay = chance.uniform(0, 0.004) if chance.random() < 0.6 else None
    return Moment(command=command, delay=chance.uniform(0, longest), pay=pay)


# ---- the lives


@attrs.define(kw_only=True)
class Life:
    """What is known of a life once it is over: what it acknowledged, and what it was in the middle of."""

    pid: int = 0
    ready: bool = False
    head: Head | None = None
    in_flight: str | None = None
    begun: int = 0
    locks: frozenset[str] = frozenset()
    status: int | None = None

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Lives:
    """Starts lives, one after the other, and ends them."""

    def __init__(self) -> None:
        self.current = Life()
        program = Path(journey.__file__).with_name("lives.py")
        self._process = subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._unread = b""

    def live(self, config: Path, end: Moment | None = None) -> Life:
        """Let somebody live, until the end of the journey or to that moment."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{config}\n".encode())
        self._process.stdin.flush()
        life = self.current = Life()
        deadline: float | None = None
        while life.status is None:
            line = self._line(deadline)
            if line is None:
                life.locks, deadline = killed(life.pid, config.parent), None
                continue
            self._heard(life, line)
            if line == "begin pay" and end is not None and end.pay is not None:
                self._await_payroll(life, config.parent)
            delay = _delay(life, line, end)
            if delay is not None:
                deadline = time.monotonic() + delay
        return life

    def _heard(self, life: Life, line: str) -> None:
        word, _, rest = line.partition(" ")
        match word:
            case "pid":
                life.pid = int(rest)
            case "ready":
                life.ready = True
            case "begin":
                life.in_flight = rest
                life.begun += 1
            case "did":
                life.in_flight, life.head = None, Head.from_text(json.loads(rest))
            case "gone":
                life.status = int(rest)

    def _line(self, deadline: float | None) -> str | None:
        """The next line; None when the deadline comes first."""
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            patience = PATIENCE if deadline is None else max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([self._process.stdout], [], [], patience)
            if not ready:
                assert deadline is not None, f"no sign of life for {PATIENCE:.0f} seconds"
                return None
            read = os.read(self._process.stdout.fileno(), 65536)
            assert read, "the program that starts lives has ended"
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode()

    def _await_payroll(self, life: Life, folder: Path) -> None:
        """Watch until payroll's folder is locked, or more is said."""
        while LOCKS.exists() and "payroll" not in _locks(life.pid, folder) and not self._unread:
            if select.select([self._process.stdout], [], [], 0)[0]:
                return

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)


def _delay(life: Life, line: str, end: Moment | None) -> float | None:
    """How long from this line to the end, if it is the line that the moment counts from."""
    if end is None:
        return None
    if line == "begin pay" and end.pay is not None:
        return end.pay
    counts = line.startswith("pid ") if end.command is None else line.startswith("begin ") and life.begun == end.command
    return end.delay if counts else None


def killed(pid: int, folder: Path) -> frozenset[str]:
    """End that process as the system does it, without warning; which locks it held, where the system tells (Linux)."""
    held: frozenset[str] = frozenset()
    with suppress(ProcessLookupError):
        if LOCKS.exists():
            os.kill(pid, signal.SIGSTOP)
            held = _locks(pid, folder)
        os.kill(pid, signal.SIGKILL)
    return held


def _locks(pid: int, folder: Path) -> frozenset[str]:
    files = {}
    for name, path in (("journal", folder / "journal.db-shm"), ("payroll", folder / "pay" / ".mkd-payroll.lock")):
        with suppress(FileNotFoundError):
            files[path.stat().st_ino] = name
    held = set()
    for line in LOCKS.read_text(encoding="ascii").splitlines():
        _, kind, _, access, owner, file, first, _ = line.replace("-> ", "").split()
        name = files.get(int(file.rpartition(":")[2]))
        # Of the bytes that SQLite locks beside its log, 120 is whoever writes.
        if owner == str(pid) and access == "WRITE" and name and (kind == "FLOCK" or first == "120"):
            held.add(name)
    return frozenset(held)


# ---- what must hold


@contextmanager
def opened(folder: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(SqliteConfig(path=folder / "journal.db"))) as journal:
        yield journal


def pay_rows(folder: Path, name: str = "pay-2023-07.csv") -> list[dict[str, str]]:
    """The rows of a file of payroll, which must be whole."""
    path = folder / "pay" / name
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def check_after_kill(folder: Path, acknowledged: Head, in_flight: str | None) -> Head:
    """The journal verifies against what was acknowledged, and has beyond it one whole command at most; its head."""
    with opened(folder) as journal:
        records = [record for _, record in journal.records()]
        head = journal.head()
    assert verify(records, acknowledged) == []
    beyond = [record for record in records if record.number > acknowledged.streams.get(record.stream, (0, ""))[0]]
    if in_flight in (None, "notify", "pay"):
        assert beyond == []
    assert len({(record.stream, record.at, record.by) for record in beyond}) <= 1
    keys = [row["key"] for row in pay_rows(folder)]
    assert len(keys) == len(set(keys))
    return head


@attrs.frozen(kw_only=True)
class End:
    """What a journey comes to: its events, its outbox, and payroll's rows, each in an order of its own."""

    events: list[tuple[Any, ...]]
    outbox: dict[str, Delivery]
    paid: list[tuple[tuple[str, str], ...]]

    @classmethod
    def of(cls, folder: Path) -> End:
        with opened(folder) as journal:
            records = [record for _, record in journal.records()]
            assert verify(records, journal.head()) == []
            # An attempt that a kill cut off is not counted.
            outbox = {each.effect.key: attrs.evolve(each, attempts=0) for each in journal.deliveries()}
        paid = sorted(tuple(sorted(row.items())) for row in pay_rows(folder))
        return cls(
            events=sorted((journey.told(record) for record in records), key=lambda each: each[:2]),
            outbox=outbox,
            paid=paid,
        )


def check_delivered(folder: Path, mailbox: Mailbox, end: End) -> None:
    """Each notice is at the mail server, a second mail is the same mail; payroll has each key once and reconciles."""
    assert {each.status for each in end.outbox.values()} == {EffectStatus.DELIVERED}
    notices = {each.receipt for each in end.outbox.values() if each.effect.port == "notification"}
    assert set(mailbox.mails) == notices
    assert all(len(set(copies)) == 1 for copies in mailbox.mails.values())
    rows = pay_rows(folder)
    lines = {key for key, each in end.outbox.items() if each.effect.port == "payroll"}
    assert sorted(row["key"] for row in rows) == sorted(lines)
    receipt = pay_rows(folder, "pay-2023-07.receipt.csv")
    assert [(row["key"], row["row"], row["quantity"]) for row in receipt] == [
        (row["key"], str(at), row["quantity"]) for at, row in enumerate(rows, start=2)
    ]


# ---- the test


def test_killed_at_any_moment_the_journey_ends_as_if_nothing_had_happened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """200 times killed, every start verifies, and the end equals that of a journey without a single interruption."""
    chance, began = random.Random(SEED), time.monotonic()
    kills: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    journeys = second_mails = 0
    with closing(Lives()) as lives:
        with mail_server() as (mailbox, port):
            whole = lives.live(journey.furnish(tmp_path / "whole", port))
            assert whole.status == 0
            expected = End.of(tmp_path / "whole")
            check_delivered(tmp_path / "whole", mailbox, expected)
        assert expected.paid
        while kills.total() < KILLS:
            folder = tmp_path / f"journey-{journeys}"
            with mail_server() as (mailbox, port):
                config, acknowledged = journey.furnish(folder, port), Head({})
                while (life := lives.live(config, drawn(chance))).killed:
                    kills[life.in_flight or ("between commands" if life.ready else "opening")] += 1
                    inside.update(life.locks)
                    acknowledged = check_after_kill(folder, life.head or acknowledged, life.in_flight)
                assert life.status == 0
                end = End.of(folder)
                assert end == expected
                check_delivered(folder, mailbox, end)
            journeys += 1
            second_mails += sum(len(copies) - 1 for copies in mailbox.mails.values())
    with capsys.disabled():
        print(f"\n{kills.total()} kills in {journeys} journeys, seed {SEED}, {time.monotonic() - began:.0f} s")
        print(f"  during: {', '.join(f'{name} {count}' for name, count in kills.most_common())}")
        print(f"  inside a transaction of the journal {inside['journal']}, a write of payroll {inside['payroll']}")
        print(f"  inside a delivery {kills['notify'] + kills['pay']}, after which {second_mails} mails came twice")

    assert kills.total() >= KILLS
    assert kills["notify"] > 0
    assert kills["pay"] > 0


def test_a_mail_that_was_taken_and_not_acknowledged_comes_again_as_the_same_mail(tmp_path: Path) -> None:
    """Killed each time when the server has just taken a mail: every notice is there twice, with one Message-ID."""
    folder = tmp_path / "journey"
    kills = 0
    with (
        closing(Lives()) as lives,
        mail_server(lambda: os.kill(lives.current.pid, signal.SIGKILL)) as (mailbox, port),
    ):
        config, acknowledged = journey.furnish(folder, port), Head({})
        while (life := lives.live(config)).killed:
            kills += 1
            acknowledged = check_after_kill(folder, life.head or acknowledged, life.in_flight)
        assert life.status == 0
        check_delivered(folder, mailbox, End.of(folder))

    assert {len(copies) for copies in mailbox.mails.values()} == {2}
    assert kills == len(mailbox.mails) == 9
