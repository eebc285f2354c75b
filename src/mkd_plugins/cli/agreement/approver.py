"""What superiors and other approvers do: vote, consult, recall, suspend, resume, revoke, recheck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.agreement.answering import change
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session

_why = click.option("--reason", required=True, help="Why, in words.")
_since = click.option("--since", type=options.DATE, required=True, metavar="DATE", help="The first day.")


def _ballot(command: Callable[..., None]) -> Callable[..., None]:
    step = click.option("--step", help="Only if this step waits for votes.")
    version = click.option("--expect-version", "version", type=int, help="Only if this version waits for votes.")
    return step(version(options.acting(command)))


@click.command()
@click.argument("agreement")
@click.option("--reason", default="", help="Why; a request that the policy refers needs one.")
@_ballot
@click.pass_obj
def approve(session: Session, how: How, agreement: str, reason: str, step: str | None, version: int | None) -> None:
    """Vote for the request on the step that is open.

    \b
    mkd agreement approve k000002.1 --as k000114
    """
    change(
        session,
        how,
        lambda desk, by: desk.mkd.approve(agreement, by=by, at=how.at, step=step, version=version, reason=reason),
    )


@click.command()
@click.argument("agreement")
@_why
@click.option("--ground", default="", help="One of the policy's grounds, where it has a closed list.")
@_ballot
@click.pass_obj
def refuse(
    session: Session, how: How, agreement: str, reason: str, ground: str, step: str | None, version: int | None
) -> None:
    """Vote against the request."""
    change(
        session,
        how,
        lambda desk, by: desk.mkd.refuse(
            agreement, by=by, at=how.at, step=step, version=version, reason=reason, ground=ground
        ),
    )


@click.command("return")
@click.argument("agreement")
@_why
@_ballot
@click.pass_obj
def send_back(session: Session, how: How, agreement: str, reason: str, step: str | None, version: int | None) -> None:
    """Send the request back to the applicant to be changed."""
    change(
        session,
        how,
        lambda desk, by: desk.mkd.send_back(agreement, by=by, at=how.at, step=step, version=version, reason=reason),
    )


@click.command()
@click.argument("agreement")
@click.option("--note", default="", help="What was said.")
@options.acting
@click.pass_obj
def consult(session: Session, how: How, agreement: str, note: str) -> None:
    """Record that an intended refusal was talked over with the applicant."""
    change(session, how, lambda desk, by: desk.mkd.consult(agreement, by=by, at=how.at, note=note))


@click.command()
@click.argument("agreement")
@click.option("--on", type=options.DATE, required=True, metavar="DATE", help="The day.")
@_why
@options.acting
@click.pass_obj
def recall(session: Session, how: How, agreement: str, on: date, reason: str) -> None:
    """Call the person to the office for one day."""
    change(session, how, lambda desk, by: desk.mkd.recall(agreement, on=on, by=by, at=how.at, reason=reason))


@click.command()
@click.argument("agreement")
@_since
@_why
@options.acting
@click.pass_obj
def suspend(session: Session, how: How, agreement: str, since: date, reason: str) -> None:
    """Let a live agreement rest from a day on; also HR."""
    change(session, how, lambda desk, by: desk.mkd.suspend(agreement, since=since, by=by, at=how.at, reason=reason))


@click.command()
@click.argument("agreement")
@_since
@options.acting
@click.pass_obj
def resume(session: Session, how: How, agreement: str, since: date) -> None:
    """Let a suspended agreement hold again; also HR."""
    change(session, how, lambda desk, by: desk.mkd.resume(agreement, since=since, by=by, at=how.at))


@click.command()
@click.argument("agreement")
@click.option("--since", type=options.DATE, required=True, metavar="DATE", help="The first day without it.")
@_why
@options.acting
@click.pass_obj
def revoke(session: Session, how: How, agreement: str, since: date, reason: str) -> None:
    """End a live agreement by the employer; also HR."""
    change(session, how, lambda desk, by: desk.mkd.revoke(agreement, since=since, by=by, at=how.at, reason=reason))


@click.command()
@click.argument("agreement")
@options.acting
@click.pass_obj
def recheck(session: Session, how: How, agreement: str) -> None:
    """Decide a live agreement again; what would not be approved now opens a review and stays in force."""
    change(session, how, lambda desk, by: desk.mkd.recheck(agreement, by=by, at=how.at))
