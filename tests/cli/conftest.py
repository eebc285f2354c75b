"""The command as people type it: in this process, or as a process of its own, in a folder that ``mkd init`` made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from mkd_plugins.cli import root

WEEK = "mon-tue:07:30-16:00 office 60; wed-thu:07:30-16:00 home 60; fri:07:30-16:30 office 90"
TARGET = "brief=output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs"
PROPOSAL = ("agreement", "propose", "--from", "2023-07-03", "--until", "2023-12-29", "--week", WEEK, "--target", TARGET)
JUNE, JULY, AUGUST = "2023-06-20T09:00+07:00", "2023-07-31T16:00+07:00", "2023-08-01T09:00+07:00"


@frozen
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What a command with ``--json`` answered."""
        assert self.status == 0, self.err
        return json.loads(self.out)


Mkd = Callable[..., Done]


@pytest.fixture
def mkd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mkd:
    """Type a command, in an empty folder; ``at`` is the moment that it happens."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MKD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")

    def typed(*words: str, at: str = JUNE) -> Done:
        monkeypatch.setenv("MKD_AT", at)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            root.main(list(words), prog_name="mkd")
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return typed


@frozen
class Office:
    """A deployment with the 240 people of the example, its folder the current one, and the steps of a journey in it."""

    folder: Path
    mkd: Mkd
    june: str = JUNE
    july: str = JULY
    august: str = AUGUST

    def proposed(self, *words: str, by: str = "k000002") -> Done:
        """A proposal as it should be: two days a week at home and a target; ``words`` come on top."""
        return self.mkd(*PROPOSAL, "--as", by, *words)

    def approved(self) -> None:
        """The agreement k000002.1, approved."""
        self.proposed()
        self.mkd("agreement", "submit", "k000002.1", "--as", "k000002")
        assert self.mkd("agreement", "approve", "k000002.1", "--as", "k000114").status == 0

    def worked(self) -> None:
        """The same with July's work and result, reported and verified."""
        self.approved()
        day = ("--as", "k000002", "--on", "2023-07-31", "--target", "brief")
        self.mkd("result", "add", "k000002.1", *day, "--activity", "drafting", "--minutes", "420", at=JULY)
        self.mkd("result", "add", "k000002.1", *day, "--value", "5", "--evidence", "five", at=JULY)
        self.mkd("result", "verify", "k000002.1", "a1", "--as", "k000114", "--minutes", "400", at=JULY)
        assert self.mkd("result", "verify", "k000002.1", "r1", "--as", "k000114", at=JULY).status == 0

    def closed(self) -> None:
        """The same with July closed, its pay lines in the outbox."""
        self.worked()
        vouched = ("--attest", "period.absent_days=0", "--attest", "period.negative_activities=0")
        close = ("period", "close", "k000002", "2023-07", "--as", "k000114", "--behaviour", "above")
        assert self.mkd(*close, *vouched, at=AUGUST).status == 0

    def head(self) -> str:
        """The journal as it is: the head of its chain."""
        return self.mkd("journal", "head").out

    def configure(self, old: str, new: str) -> None:
        """Write something else into mkd.toml."""
        file = self.folder / "mkd.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def office(mkd: Mkd, tmp_path: Path) -> Office:
    """What ``mkd init --example`` makes."""
    assert mkd("init", "--example").status == 0
    return Office(tmp_path, mkd)


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Done]:
    """Run the installed command as a process of its own; ``env`` is added to the environment."""

    def run(*words: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> Done:
        command = [str(Path(sysconfig.get_path("scripts")) / "mkd"), *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MKD_")}
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**kept, "MKD_AT": JUNE, "PYTHONIOENCODING": "utf-8", **(env or {})},
            input=given,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def python(tmp_path: Path) -> Callable[[str], str]:
    """Run Python in a fresh interpreter; what it printed."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    return run
