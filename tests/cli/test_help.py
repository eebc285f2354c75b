"""The first thing anybody types."""

from __future__ import annotations

import shlex
import subprocess
import sysconfig
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from mkd_plugins.cli import root
from mkd_plugins.cli.commands import COMMANDS
from mkd_plugins.cli.lazy import Entry, Headed


def entries(group: Headed = root) -> Iterator[Entry]:
    for entry in (entry for listed in group._headings.values() for entry in listed):
        yield entry
        command = found(entry)
        if isinstance(command, Headed):
            yield from entries(command)


def found(entry: Entry) -> click.Command:
    module, _, name = entry.where.partition(":")
    command: click.Command = getattr(import_module(module), name)
    return command


def everything(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from everything(inner, (*path, name))


@pytest.mark.bare
def test_help_loads_the_command_line_alone(python):
    """Asking what there is to type waits for nothing: no group, no core, no plugin is imported."""
    loaded = python(
        "import sys\n"
        "from mkd_plugins.cli import root\n"
        "try:\n    root.main(['--help'], prog_name='mkd')\n"
        "except SystemExit:\n    pass\n"
        "print('LOADED', *sys.modules)"
    ).partition("LOADED ")[2]

    assert not {"attrs", "attr", "cattrs", "pluggy", "requests", "sqlite3", "sqlalchemy", "holidays"} & set(
        loaded.split()
    )
    assert {name for name in loaded.split() if name.startswith("mkd_")} == {
        "mkd_plugins",
        "mkd_plugins.cli",
        "mkd_plugins.cli.commands",
        "mkd_plugins.cli.lazy",
    }


def test_commands_stand_under_the_people_who_need_them(mkd):
    """The help says for whom each command is, in one line each."""
    helped = mkd("--help").out

    assert [line[:-1] for line in helped.splitlines() if line.rstrip(":") in COMMANDS] == list(COMMANDS)
    for listed in COMMANDS.values():
        for entry in listed:
            assert f"  {entry.name} " in helped


def test_every_command_is_there_and_called_by_its_name():
    """No line of the help leads nowhere."""
    for entry in entries():
        assert found(entry).name == entry.name
        assert found(entry).help


@pytest.mark.parametrize("path", list(everything(root)), ids=" ".join)
def test_every_command_helps(mkd, path):
    """Each command says what it does, and that fits a terminal."""
    helped = mkd(*path, "--help")

    assert helped.status == 0
    assert helped.out.startswith("Usage: mkd")
    assert max(map(len, helped.out.splitlines())) <= 110


@pytest.mark.parametrize(
    ("typed", "meant"), [(["agrement"], "agreement"), (["agreement", "aprove"], "approve"), (["outbx"], "outbox")]
)
def test_a_misspelt_command_is_answered_with_the_right_one(mkd, typed, meant):
    """Wrong usage ends with status 2 and the name that was meant."""
    done = mkd(*typed)

    assert done.status == 2
    assert f"Did you mean '{meant}'?" in done.err


def test_a_bug_is_one_line_and_debug_shows_where(mkd, monkeypatch):
    """What nobody foresaw shows no traceback unless asked for, and says how to report it."""
    inbox = root.get_command(click.Context(root), "inbox")
    assert inbox is not None
    monkeypatch.setattr(inbox, "callback", lambda **_: 1 / 0)

    done, shown = mkd("inbox", "k000002"), mkd("--debug", "inbox", "k000002")

    assert (done.status, shown.status) == (1, 1)
    assert done.err == (
        "error: MKD299 an unexpected ZeroDivisionError, which is a bug "
        "(repeat with mkd --debug and report what it shows)\n"
    )
    assert "Traceback" in shown.err


def test_a_reader_that_leaves_early_is_no_error(office):
    """``mkd roster … | head -1`` ends quietly."""
    mkd = Path(sysconfig.get_path("scripts")) / "mkd"
    roster = [mkd, "roster", "1000", "--csv", "--from", "2023-07-03", "--until", "2023-08-31"]
    with subprocess.Popen(roster, cwd=office.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert first.startswith(b"date,person")
    assert said == b""


@pytest.mark.bare
def test_the_examples_of_the_daily_commands_go_through(office):
    """Whoever copies what the help shows is not refused, from the request to the closed month."""
    office.proposed()
    for words, at in (
        (("agreement", "submit"), office.june),
        (("agreement", "approve"), office.june),
        (("mandate", "give"), office.june),
        (("day",), office.july),
        (("roster",), office.july),
        (("period", "close"), office.august),
    ):
        shown = office.mkd(*words, "--help").out.partition("\n  mkd ")[2].partition("\n\n")[0].replace("\\\n", " ")
        assert shown.startswith(" ".join(words))

        done = office.mkd(*shlex.split(shown), at=at)

        assert (done.status, done.err) == (0, ""), shown
