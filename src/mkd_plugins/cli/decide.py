"""``mkd decide``: lines of facts in, lines of decisions out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING, Literal

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.policies import found_policy
from mkd_plugins.cli.session import Session

if TYPE_CHECKING:
    from mkd_core.policy import Policy


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
    facts: str,
) -> None:
    """Decide lines of facts by a policy: one JSON object a line in, one a line out.

    \b
    echo '{"applicant": {"rating": "good"}, "agreement": {"remote_days": 5}}' |
      mkd decide --policy jabar-mkd --on 2023-07-03 -

    `mkd policy facts ID` prints the line that a policy reads. A line that is not valid gives {"error", "line"} in its
    place and exit status 1 at the end.
    """
    day = on or _today()
    policy = found_policy(session, name, on=day, layer=layer).at(moment)
    wrong = False
    out = sys.stdout.buffer
    with nullcontext(sys.stdin.buffer) if facts == "-" else open(facts, "rb") as lines:
        for answer in _answers(policy, lines, brief=brief, everything=everything):
            wrong = wrong or answer.startswith('{"error"')
            # Whoever writes a line and waits for its answer gets it; a file is written in blocks.
            out.write(f"{answer}\n".encode())
            if facts == "-":
                out.flush()
    if wrong:
        raise click.exceptions.Exit(1)


def _answers(policy: Policy, lines: Iterable[bytes], *, brief: bool, everything: bool) -> Iterator[str]:
    if brief:
        from mkd_plugins.brief import brief_lines

        return brief_lines(policy, lines)
    from mkd_plugins.decide import decide_lines, written

    return map(written, decide_lines(policy, lines, all=everything))


def _today() -> date:
    today = options.now().astimezone().date()
    click.echo(f"deciding for {today}, today (say another day with --on)", err=True)
    return today
