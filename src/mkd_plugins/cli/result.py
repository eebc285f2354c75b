"""``mkd result``: activities with their minutes, and what was reached of a target."""

from __future__ import annotations

from datetime import date

import click

from mkd_core.targets import decimal
from mkd_plugins.cli import options, output
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Session, answer
from mkd_plugins.forms.answers import result_data, work_data


@click.group()
def result() -> None:
    """Report, verify and dispute activities (a1, a2, ...) and results (r1, r2, ...)."""


@result.command()
@click.argument("agreement")
@click.option("--on", type=options.DATE, required=True, metavar="DATE", help="The day.")
@click.option("--activity", metavar="WORDS", help="What was done; with --minutes.")
@click.option("--minutes", type=int, help="How long it took.")
@click.option("--target", metavar="ID", help="The target that it serves, or that was reached.")
@click.option("--value", metavar="NUMBER", help="What was reached of the target so far.")
@click.option("--evidence", default="", help="What shows it.")
@options.acting
@click.pass_obj
def add(
    session: Session,
    how: How,
    agreement: str,
    on: date,
    activity: str | None,
    minutes: int | None,
    target: str | None,
    value: str | None,
    evidence: str,
) -> None:
    """Report an activity of a day, or what was reached of a target.

    \b
    mkd result add k000002.1 --as k000002 --on 2023-07-05 --activity "draft" --minutes 300 --target t1
    mkd result add k000002.1 --as k000002 --on 2023-07-31 --target t1 --value 4 --evidence "four briefs"
    """
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        if activity and minutes is not None and value is None:
            work = desk.mkd.report_activity(
                agreement,
                on=on,
                minutes=minutes,
                description=activity,
                target=target,
                evidence=evidence,
                by=by,
                at=how.at,
            )
            answer(how.as_json, work_data(work), f"{work.activity.id}: {work.activity.minutes} min, {on}")
        elif target and value is not None and activity is None and minutes is None:
            done = desk.mkd.report_result(
                agreement,
                target=target,
                on=on,
                value=decimal(value, where="--value"),
                evidence=evidence,
                by=by,
                at=how.at,
            )
            answer(how.as_json, result_data(done), f"{done.result.id}: {target} {done.result.value}, {on}")
        else:
            raise click.UsageError("give --activity with --minutes, or --target with --value")


@result.command()
@click.argument("agreement")
@click.argument("item")
@click.option("--minutes", type=int, help="Of an activity: accept so many; 0 rejects it.  [all]")
@click.option("--value", metavar="NUMBER", help="Of a result: confirm another value.")
@click.option("--note", default="", help="A word to the employee.")
@options.acting
@click.pass_obj
def verify(
    session: Session, how: How, agreement: str, item: str, minutes: int | None, value: str | None, note: str
) -> None:
    """Accept an activity (a1) or a result (r1), as the superior."""
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        if item.startswith("r"):
            if minutes is not None:
                raise click.UsageError("a result has no minutes; give --value")
            reached = None if value is None else decimal(value, where="--value")
            done = desk.mkd.verify_result(agreement, item, by=by, at=how.at, value=reached, note=note)
            answer(how.as_json, result_data(done), f"{item}: {desk.say('accepted')} {done.accepted}")
            return
        if value is not None:
            raise click.UsageError("an activity has no value; give --minutes")
        work = desk.mkd.verify_activity(agreement, item, by=by, at=how.at, minutes=minutes, note=note)
        answer(how.as_json, work_data(work), f"{item}: {desk.say('accepted')} {work.accepted} min")


@result.command()
@click.argument("agreement")
@click.argument("item", metavar="RESULT")
@click.option("--note", required=True, help="What is wrong with what was verified.")
@options.acting
@click.pass_obj
def dispute(session: Session, how: How, agreement: str, item: str, note: str) -> None:
    """Disagree with what was verified of a result, as the employee."""
    with session.open() as desk:
        done = desk.mkd.dispute_result(agreement, item, by=desk.acting(how.as_, how.at), at=how.at, note=note)
        answer(how.as_json, result_data(done), f"{item}: {desk.say('disputed')}")


@result.command("list", short_help="What was reported under an agreement.")
@click.argument("agreement")
@options.asking
@click.pass_obj
def reported(session: Session, how: How, agreement: str) -> None:
    """What was reported under an agreement, and what was accepted of it."""
    with session.open() as desk:
        work, results = _reported(desk, agreement)
        rows = [
            *(
                (each["activity"], each["date"], each["target"], f"{each['minutes']} min", each["accepted"])
                for each in work
            ),
            *((each["result"], each["date"], each["target"], each["value"], each["accepted"]) for each in results),
        ]
        headings = [desk.say(key) for key in ("item", "on", "target", "value", "accepted")]
        text = output.table(headings, rows) if rows else desk.say("nothing")
        answer(how.as_json, {"activities": work, "results": results}, text)


def _reported(desk: Desk, agreement: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    found = desk.mkd.agreement(agreement)
    dossier = desk.mkd.dossier(found.applicant)
    work = [work_data(each) for each in dossier.work.values() if each.agreement == agreement]
    return work, [result_data(each) for each in dossier.results.values() if each.agreement == agreement]
