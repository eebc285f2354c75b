"""``mkd tick``: do all that is due."""

from __future__ import annotations

import click

from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.telling import complain


@click.command()
@options.asking
@click.pass_obj
def tick(session: Session, how: How) -> None:
    """Do all that is due: act on deadlines that passed, resolve approvers again, send rosters the days that come up.

    Idempotent; for a timer.
    """
    with session.open() as desk:
        desk.need_moment(how.at)
        report = desk.mkd.tick(how.at)
        problems = [str(problem) for problem in report.problems]
        data = {"changed": list(report.changed), "day_plans": report.day_plans, "problems": problems}
        said = [*report.changed, *([desk.say("day_plans", count=report.day_plans)] if report.day_plans else [])]
        answer(how.as_json, data, "\n".join(said) or desk.say("nothing"))
        for problem in problems:
            complain(problem, desk.language, kind="warning")
