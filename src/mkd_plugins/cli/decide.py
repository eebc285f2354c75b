"""``mkd decide``: lines of facts in, lines of decisions out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.policies import chosen_version, found_history, today_of
from mkd_plugins.cli.session import Session

if TYPE_CHECKING:
    from mkd_core.policy import Decision, Policy
    from mkd_plugins.batch.files import Engine


@click.command()
@click.option("--policy", "name", required=True, metavar="ID_OR_FILE", help="An id, or a path to a file or folder.")
@click.option("--on", type=options.DATE, metavar="DATE", help="The day whose version decides.  [today]")
@click.option(
    "--at",
    "moment",
    type=click.Choice(["request", "vote"]),
    default="request",
    show_default=True,
    help="vote: with the rules on who approves.",
)
@click.option("--layer", type=click.Choice(["base"]), help="Look past decrees.")
@click.option("--all", "everything", is_flag=True, help="Rules that passed, too.")
@click.option("--brief", is_flag=True, help="Only the outcome and the ids of rules.")
@click.option("--frame", metavar="FILE", help="A population: Parquet or CSV with columns named like the facts.")
@click.option(
    "--engine",
    type=click.Choice(["polars", "duckdb", "spark"]),
    default="polars",
    show_default=True,
    help="What decides the --frame.",
)
@click.option("--out", metavar="FILE", help="Where the decided --frame goes: Parquet or CSV.")
@click.option("--force", is_flag=True, help="Replace the file of --out that is there.")
@click.option("--words", is_flag=True, help="The remedy also in words, in both languages.")
@click.option("--record", is_flag=True, help="With the facts and which rules decided, to be replayed.")
@click.option("--replay", is_flag=True, help="Decide lines of --record again; status 1 where one is not the same.")
@click.argument("facts", type=click.Path(allow_dash=True), default="-", metavar="[FACTS.jsonl|-]")
@click.pass_obj
def decide(
    session: Session,
    name: str,
    on: date | None,
    moment: Literal["request", "vote"],
    layer: Literal["base"] | None,
    everything: bool,
    brief: bool,
    frame: str | None,
    engine: Engine,
    out: str | None,
    force: bool,
    words: bool,
    record: bool,
    replay: bool,
    facts: str,
) -> None:
    """Decide lines of facts by a policy: one JSON object a line in, one a line out.

    \b
    echo '{"applicant": {"rating": "good"}, "agreement": {"remote_days": 5}}' |
      mkd decide --policy jabar-mkd --on 2023-07-03 -

    `mkd policy facts ID` prints the line that a policy reads. A line that is not valid gives {"error", "line"} in its
    place and exit status 1 at the end.

    \b
    mkd decide --policy jabar-mkd --on 2023-07-03 --frame FACTS.parquet --out DECISIONS.parquet

    With --frame a whole population is decided: the file gets the columns outcome, failed and undetermined.

    What --record writes is read by --replay: each line is decided again by the version of its day, and what differs is
    said, also a rule that was edited under its old version.
    """
    if (frame is None) != (out is None):
        raise click.UsageError("--frame and --out go together")
    if force and frame is None:
        raise click.UsageError("--force goes with --frame and --out")
    if frame is not None and (facts != "-" or brief or everything):
        raise click.UsageError("--frame takes neither FACTS nor --all nor --brief")
    if (words or record) and (brief or frame is not None):
        raise click.UsageError("--words and --record go with whole answers, without --brief and --frame")
    if replay:
        if on or layer or everything or brief or words or record or frame is not None or moment != "request":
            raise click.UsageError("--replay decides by what was recorded: give --policy and the lines alone")
        _replay(session, name, facts)
        return
    history = found_history(session, name)
    day = on or today_of(history, options.now(), session.words())
    policy = chosen_version(history, on=day, layer=layer).at(moment)
    if frame is not None and out is not None:
        from mkd_plugins.cli.frame import decide_population

        decide_population(policy, frame, out, engine, replace=force)
        return
    wrong = False
    written = sys.stdout.buffer
    with nullcontext(sys.stdin.buffer) if facts == "-" else open(facts, "rb") as lines:
        more = _more(words=words, record=record, layer=layer)
        for answer in _answers(policy, lines, brief=brief, everything=everything, more=more):
            wrong = wrong or answer.startswith('{"error"')
            # Whoever writes a line and waits for its answer gets it; a file is written in blocks.
            written.write(f"{answer}\n".encode())
            if facts == "-":
                written.flush()
    if wrong:
        raise click.exceptions.Exit(1)


def _more(*, words: bool, record: bool, layer: Literal["base"] | None) -> list[Callable[[Decision], dict[str, Any]]]:
    if not words and not record:
        return []
    from mkd_plugins.decisions import records

    return [*([records.in_words] if words else []), *([records.record(layer)] if record else [])]


def _replay(session: Session, name: str, facts: str) -> None:
    from mkd_plugins.decisions.lines import written
    from mkd_plugins.decisions.records import replay_lines

    history, same = found_history(session, name), True
    with nullcontext(sys.stdin.buffer) if facts == "-" else open(facts, "rb") as lines:
        for answer in replay_lines(history, lines):
            same = same and answer.get("same", False)
            click.echo(written(answer))
    if not same:
        raise click.exceptions.Exit(1)


def _answers(
    policy: Policy,
    lines: Iterable[bytes],
    *,
    brief: bool,
    everything: bool,
    more: Sequence[Callable[[Decision], dict[str, Any]]],
) -> Iterator[str]:
    if brief:
        from mkd_plugins.decisions.brief import brief_lines

        return brief_lines(policy, lines)
    from mkd_plugins.decisions.lines import decide_lines, written

    return map(written, decide_lines(policy, lines, all=everything, more=more))
