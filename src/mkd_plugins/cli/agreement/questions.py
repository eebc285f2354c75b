"""Questions about an agreement; nothing is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from mkd_core.usecases.replaying import DecidedThen
from mkd_plugins.cli import options, output
from mkd_plugins.cli.agreement import answering
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.views import decision_text
from mkd_plugins.forms.answers import decision_data, happened_data, hidden_from


@click.command()
@click.argument("agreement")
@options.asking
@click.pass_obj
def show(session: Session, how: How, agreement: str) -> None:
    """An agreement as it stands: days, targets, who agreed, what it waits for."""
    with session.open() as desk:
        answering.show(desk, how, desk.mkd.agreement(agreement))


@click.command()
@click.argument("agreement")
@options.asking
@click.pass_obj
def history(session: Session, how: How, agreement: str) -> None:
    """Everything that happened to an agreement, without what is private."""
    with session.open() as desk:
        name = desk.namer(how.names, how.at)
        # People read the time of the place of work, with its zone; programs read UTC.
        zone = desk.zone(desk.mkd.agreement(agreement).applicant, how.at) or UTC
        happened = [happened_data(item) for item in desk.mkd.history(agreement)]
        times = [datetime.fromisoformat(item["at"]).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z") for item in happened]
        rows = [(item["number"], at, name(item["by"]), item["event"]) for item, at in zip(happened, times, strict=True)]
        headings = ["#", *(desk.say(key) for key in ("at", "by", "event"))]
        answer(how.as_json, happened, output.table(headings, rows))


@click.command()
@click.argument("agreement")
@click.option("--all", "everything", is_flag=True, help="Rules that passed, too.")
@options.acting
@click.pass_obj
def decide(session: Session, how: How, agreement: str, everything: bool) -> None:
    """What the policy says of the newest version now: findings with their sources, and what would mend it.

    Sensitive facts are shown to the applicant and to who decides: say who asks with --as.
    """
    with session.open() as desk:
        by = desk.asking(how.as_, how.at) if how.as_ else None
        decided = desk.mkd.decide(agreement, at=how.at)
        hidden = hidden_from(by, desk.mkd.agreement(agreement), decided.decision.policy.vocabulary)
        verdict = decided.verdict
        data = decision_data(decided.decision.to_data(everything=everything), hidden)
        data |= {"season": verdict.season, "dated": list(verdict.dated)}
        told = decided.decision.remedy().in_words(desk.language)
        during = [getattr(each, desk.language) for each in decided.during]
        answer(how.as_json, data, decision_text(data, told, desk, during=during))


@click.command()
@click.argument("agreement")
@options.asking
@click.pass_obj
def replay(session: Session, how: How, agreement: str) -> None:
    """Decide every recorded decision again, on the facts of then: the same, or what has changed since.

    Status 1 where one is not the same.
    """
    with session.open() as desk:
        found = desk.mkd.replay(agreement)
        rows = [
            (
                one.number,
                one.event,
                f"{one.verdict.policy} {one.verdict.version}",
                desk.say(one.verdict.outcome),
                "; ".join(each.in_words(desk.language) for each in one.again.differences) or desk.say("same"),
            )
            for one in found
        ]
        headings = ["#", *(desk.say(key) for key in ("event", "policy", "outcome", "again"))]
        answer(how.as_json, [_replayed(one) for one in found], output.table(headings, rows))
    if not all(one.again.same for one in found):
        raise click.exceptions.Exit(1)


def _replayed(one: DecidedThen) -> dict[str, Any]:
    verdict, decision = one.verdict, one.again.decision
    return {
        "number": one.number,
        "event": one.event,
        "policy": {"id": verdict.policy, "version": verdict.version},
        "on": verdict.on,
        "at": verdict.moment,
        "season": verdict.season,
        "dated": list(verdict.dated),
        "outcome": verdict.outcome,
        "same": one.again.same,
        "now": decision.outcome.value if decision else None,
        "differences": [each.to_data() for each in one.again.differences],
    }
