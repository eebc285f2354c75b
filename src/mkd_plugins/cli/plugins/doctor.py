"""``mkd plugins doctor``: one page of what works here and what does not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import attrs
import click

from mkd_core.errors import MkdError
from mkd_core.journal import Head
from mkd_core.ports import Port
from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import with_bar
from mkd_plugins.cli.plugins.checking import SAID, dangerous, pinged, without, wrong_rules
from mkd_plugins.cli.plugins.finding import Finding, broken, problem_found
from mkd_plugins.cli.plugins.machine import machine
from mkd_plugins.cli.plugins.store import store
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import for_answers_alone
from mkd_plugins.cli.telling import complain
from mkd_plugins.config import Config
from mkd_plugins.facts.check import findings_of
from mkd_plugins.host import Host
from mkd_plugins.problems import EXTRA_MISSING, NOT_EXACTLY_ONE, REQUIRED_MISSING, ConfigProblem, PluginProblem
from mkd_plugins.words import say

_SECONDS = 10.0
_ROWS = "mkd facts check"


@click.command()
@click.option("--head", "known", type=click.Path(dir_okay=False), help="A head kept elsewhere: finds what was cut off.")
@click.option(
    "--at", type=options.MOMENT, default=options.now, envvar="MKD_AT", help="The moment it is, for trials.  [now]"
)
@options.as_json
@click.pass_context
def doctor(ctx: click.Context, known: str | None, at: datetime, as_json: bool) -> None:
    """Look at everything and say on one page what works: exit status 1 when something does not.

    Python and the libraries, extras, mkd.toml, every plugin and configured backend, the journal and its chain, what is
    stuck in the outbox, and the clock.
    """
    session: Session = ctx.obj
    head = Head.from_text(Path(known).read_text(encoding="utf-8"), where=known) if known else None
    language = session.words()
    findings = [*machine(language), *_deployment(session, head, at, language)]
    ill = [finding for finding in findings if finding.state == "broken"]
    data = {"healthy": not ill, "findings": [attrs.asdict(finding) for finding in findings]}
    headings = [say(key, language) for key in ("part", "state", "doctor_found")]
    rows = [(finding.part, say(f"doctor_{finding.state}", language), finding.line) for finding in findings]
    answer(as_json, data, output.table(headings, rows))
    for finding in ill:
        complain(finding, language)
    if ill:
        sys.stdout.flush()
        ctx.exit(1)


def _deployment(session: Session, head: Head | None, at: datetime, language: str) -> Iterator[Finding]:
    """The configuration, and what of it can be had; without one, the plugins alone."""
    try:
        config = Config.load(session.config)
    except ConfigProblem as problem:
        yield problem_found(problem)
        config, read = Config(), False
    else:
        read = True
        yield Finding(part=config.file, line=say("doctor_read", language, count=len(config.backends)))
        if config.preset is not None:
            off = ", ".join(config.preset.off) or "-"
            yield Finding(part=config.preset.file, line=say("doctor_preset", language, off=off))
    deadly = [] if session.no_plugins else dangerous(config, _SECONDS)
    with for_answers_alone(), _loaded(without(config, deadly), no_plugins=session.no_plugins) as (host, fatal):
        host.check()
        answers = pinged(host)
        yield from map(problem_found, fatal)
        yield from _plugins(host, deadly, language)
        for backend, said in answers.items():
            if said in SAID:
                yield Finding(part=f"[{backend}]", line=say(SAID[said], language))
        yield from _rows(host, language)
        for wrong in wrong_rules(host, at.date()):
            code, _, line = wrong.partition(" ")
            yield Finding(part=config.file, code=code, line=line.removeprefix(f"{config.file}: "), state="broken")
        if read:
            yield from _journal(host, head, at, language)


@contextmanager
def _loaded(config: Config, *, no_plugins: bool) -> Iterator[tuple[Host, list[PluginProblem]]]:
    """The plugins, also where a required one does not work, and that problem."""
    fatal: list[PluginProblem] = []
    try:
        host = Host.load(config, no_plugins=no_plugins)
    except PluginProblem as problem:
        fatal += [problem] if problem.code == REQUIRED_MISSING else []
        lenient = attrs.evolve(config.mkd, strict=False, required=())
        host = Host.load(attrs.evolve(config, mkd=lenient), no_plugins=no_plugins)
    with host:
        yield host, fatal


def _plugins(host: Host, deadly: Iterable[PluginProblem], language: str) -> Iterator[Finding]:
    """Every installed plugin with its problems, and what is wrong with no single one of them."""
    killers = {problem.label: problem for problem in deadly}
    rows = host.report()
    for row in rows:
        problems = [killers[row.label]] if row.label in killers else row.problems
        grave = [problem for problem in problems if problem.code != EXTRA_MISSING]
        yield from map(problem_found, grave)
        if not grave:
            line = "; ".join(f"{each.line} ({each.hint})" for each in problems) or say(f"doctor_{row.state}", language)
            yield Finding(part=row.label, line=line, state="ok" if row.state == "loaded" else "note")
    labels = {row.label for row in rows}
    yield from (problem_found(problem) for problem in host.problems if problem.label not in labels)


def _rows(host: Host, language: str) -> Iterator[Finding]:
    """What identity backends found wrong with their rows, the first in full: where a cache is served, that one says so.

    A backend that cannot be asked is among the problems already.
    """
    try:
        for table, identity in zip(host.config.backends_of(Port.IDENTITY), host.build(Port.IDENTITY), strict=True):
            if found := findings_of(identity):
                line = say("doctor_rows", language, count=len(found), first=found[0])
                yield Finding(part=f"[{table.path}]", code=found[0].code, line=line, state="note", mend=_ROWS)
    except MkdError:
        return


def _journal(host: Host, head: Head | None, at: datetime, language: str) -> Iterator[Finding]:
    """A journal that is configured and cannot be had is among the problems of its plugin already."""
    try:
        kept = host.one(Port.JOURNAL)
    except MkdError as problem:
        if isinstance(problem, ConfigProblem) and problem.code == NOT_EXACTLY_ONE:
            yield problem_found(problem)
        return
    served = {table.port for table in host.config.backends}
    try:
        records = with_bar(kept.records(), kept.head().events, least=1_000)
        yield from store(kept, records, head=head, served=served, now=at, language=language)
    except MkdError as error:
        yield broken("journal", error.code, error.message, error.mend)
