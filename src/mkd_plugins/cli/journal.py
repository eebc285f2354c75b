"""``mkd journal``: verify, export and describe what happened."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from mkd_core.errors import JournalError
from mkd_core.journal import Fault, Head, Verifier, export_line, read_export
from mkd_plugins.cli import options
from mkd_plugins.cli.counting import with_bar
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import stdout
from mkd_plugins.cli.telling import complain
from mkd_plugins.words import say


@click.group()
def journal() -> None:
    """Verify, export and describe the journal."""


@journal.command(short_help="Verify the chain of the journal or of an export.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--head", "known", type=click.Path(dir_okay=False), help="A head kept elsewhere: finds what was cut off.")
@options.as_json
@click.pass_context
def verify(ctx: click.Context, file: str | None, known: str | None, as_json: bool) -> None:
    """Verify the hash chain of the configured journal, or of a canonical export in FILE.

    Every changed byte of an event is found and the event named. Events missing at the end, and a missing stream, are
    found with --head alone: keep heads (`mkd journal head`) where the writer of the journal cannot reach them.
    """
    session: Session = ctx.obj
    head = Head.from_text(Path(known).read_text(encoding="utf-8"), where=known) if known else None
    verifier, faults = Verifier(head), list[Fault]()
    if file is None:
        with session.journal() as kept:
            for _, record in with_bar(kept.records(), kept.head().events, least=1_000):
                verifier.check(record)
    else:
        with _opened(file) as lines:
            for record in read_export(lines, faults):
                verifier.check(record)
        if faults and not verifier.events:
            mend = "name a file that mkd journal export wrote"
            raise JournalError("MKD520", "no line is an event", where=file, mend=mend)
    _answer(ctx, verifier, [*faults, *verifier.finish()], as_json)


def _answer(ctx: click.Context, verifier: Verifier, faults: list[Fault], as_json: bool) -> None:
    head = verifier.head
    data = {
        "verified": not faults,
        "events": verifier.events,
        "streams": len(head.streams),
        "head": head.digest,
        "faults": [{"event": fault.event, "problem": fault.problem} for fault in faults],
    }
    session: Session = ctx.obj
    language = session.words()
    told = say("journal_verified", language, events=verifier.events, streams=len(head.streams), head=head.digest)
    answer(as_json, data, "" if faults else told)
    if faults:
        for fault in faults if not as_json else ():
            click.echo(str(fault))
        problem = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        complain(f"MKD520 journal: {problem} found (compare with a copy from before)", language)
        ctx.exit(1)


@contextmanager
def _opened(file: str) -> Iterator[Iterable[str]]:
    # Bytes that are no UTF-8 reach the reader as halves of characters, which it finds and names.
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")  # type: ignore[union-attr]
        yield sys.stdin
        return
    with open(file, encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        yield lines


@journal.command(short_help="Write every event as its canonical line.")
@click.option("--out", type=click.Path(dir_okay=False), help="Write here, for you alone.  [standard output]")
@click.pass_obj
def export(session: Session, out: str | None) -> None:
    """Write every event as its canonical line; `mkd journal verify FILE` checks it anywhere.

    What is private (texts, targets, the facts of decisions) is in it: keep it like the journal itself.
    """
    with session.journal() as kept, _writing(out) as target:
        for _, record in with_bar(kept.records(), kept.head().events, least=1_000):
            target.write(export_line(record) + "\n")


@journal.command(short_help="Write what proves that nothing was cut off.")
@click.option("--out", type=click.Path(dir_okay=False), help="Write here.  [standard output]")
@click.pass_obj
def head(session: Session, out: str | None) -> None:
    """Write the last number and hash of every stream; kept elsewhere, it proves that nothing was cut off."""
    with session.journal() as kept, _writing(out) as target:
        target.write(kept.head().to_text())


@contextmanager
def _writing(out: str | None) -> Iterator[IO[str]]:
    if out is None:
        yield stdout()
        return
    with open(out, "w", encoding="utf-8", newline="\n", opener=_for_the_owner) as file:
        yield file


def _for_the_owner(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    if sys.platform != "win32" and stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, 0o600)  # a file that was there keeps its rights otherwise
    return descriptor


@journal.command(short_help="The statements that make an empty journal.")
@click.option(
    "--dialect", type=click.Choice(["embedded", "sqlite", "postgresql", "mysql"]), default="embedded", show_default=True
)
def ddl(dialect: str) -> None:
    """The statements that make an empty journal, for a database that others administer; MariaDB takes mysql's.

    `embedded` is the shipped SQLite journal; the others are those of [journal.sql] (extra `sql`).
    """
    if dialect == "embedded":
        from mkd_plugins.journal import sqlite

        click.echo(sqlite.ddl(), nl=False)
        return
    from mkd_plugins.journal import tables

    click.echo(tables.ddl(dialect), nl=False)
