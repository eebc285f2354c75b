"""``mkd outbox``: what has to be delivered to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from mkd_core.errors import InvalidInput
from mkd_core.outbox import EffectStatus, cause_of
from mkd_core.usecases.dossier import person_of
from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import counting
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Session, answer
from mkd_plugins.cli.telling import complain
from mkd_plugins.forms.answers import delivery_data

if TYPE_CHECKING:
    from mkd_core.usecases.delivery import DeliveryReport

_BATCH: Final = 1000


@click.group()
def outbox() -> None:
    """Notices, day plans, events and pay lines on their way out; each is delivered at least once under one key."""


def _theirs(desk: Desk, key: str) -> bool:
    """Whether the effect follows from what happened about somebody within reach of this user."""
    if desk.mkd.reach is None:
        return True
    person = person_of(cause_of(key))
    return person is not None and desk.mkd.reach.person(person)


def _delivered(desk: Desk, how: How) -> DeliveryReport:
    """Everything that is due, so many at a time: day plans of a whole agency are no single batch."""
    with counting(desk.language, "attempts") as told:
        report = last = desk.mkd.deliver(how.at, limit=_BATCH)
        while last.tried >= _BATCH:
            told(report.tried)
            last = desk.mkd.deliver(how.at, limit=_BATCH)
            report += last
    return report


@outbox.command()
@options.asking
@click.pass_obj
def deliver(session: Session, how: How) -> None:
    """Try everything that is due, each once; for a timer. Exit status 1 when something now waits for a person."""
    with session.open() as desk:
        desk.need_moment(how.at)
        report = _delivered(desk, how)
        counts = {"delivered": report.delivered, "retried": report.retried, "dead": report.dead}
        receipts = [
            {
                "key": receipt.key,
                "lines": [
                    {"key": line.key, "quantity": str(line.quantity), "reference": line.reference}
                    for line in receipt.lines
                ],
            }
            for receipt in report.receipts
        ]
        answer(
            how.as_json,
            {**counts, "cancelled": report.cancelled, "receipts": receipts, "problems": list(report.problems)},
            desk.say("delivered", **counts),
        )
        for problem in report.problems:
            complain(problem, desk.language, kind="warning")
    if report.dead:
        raise click.exceptions.Exit(1)


@outbox.command("list")
@click.option("--status", type=click.Choice([status.value for status in EffectStatus]), help="Only those.")
@options.as_json
@click.pass_obj
def listed(session: Session, status: str | None, as_json: bool) -> None:
    """Everything in the outbox, oldest first."""
    with session.open() as desk:
        deliveries = desk.mkd.journal.deliveries(EffectStatus(status) if status else None)
        found = [delivery_data(each) for each in deliveries if _theirs(desk, each.effect.key)]
        rows = [
            (
                each["key"],
                each["kind"],
                each["to"],
                desk.say(f"sent_{each['status']}"),
                each["attempts"],
                each["problem"],
            )
            for each in found
        ]
        headings = ["key", *(desk.say(key) for key in ("kind", "to", "status", "attempts", "problem"))]
        answer(as_json, found, output.table(headings, rows) if rows else desk.say("nothing"))


@outbox.command(short_help="Make pending again what was given up.")
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait for a person.")
@options.as_json
@click.pass_obj
def replay(session: Session, keys: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Make what was given up pending again, from its first attempt on; then `mkd outbox deliver`."""
    if not keys and not everything:
        raise click.UsageError("name the KEYS, or give --all")
    with session.open() as desk:
        keys_of_dead = (each.effect.key for each in desk.mkd.journal.deliveries(EffectStatus.DEAD))
        dead = [key for key in keys_of_dead if _theirs(desk, key)]
        chosen = dead if everything else list(keys)
        for key in chosen:
            if key not in dead:
                raise InvalidInput(
                    "MKD442", "nothing of that key waits for a person", where=key, mend="mkd outbox list --status dead"
                )
        for key in chosen:
            desk.mkd.journal.replay(key)
        answer(as_json, {"replayed": chosen}, "\n".join(chosen) or desk.say("nothing"))
