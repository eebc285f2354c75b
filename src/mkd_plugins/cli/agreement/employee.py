"""What the applicant does: propose, revise, mend, submit, withdraw, amend."""

from __future__ import annotations

from typing import Any

import click

from mkd_core.agreements import Agreement
from mkd_core.errors import InvalidInput
from mkd_core.events import Terms
from mkd_core.usecases.mending import Mended
from mkd_plugins.cli import options, output
from mkd_plugins.cli.agreement.answering import change
from mkd_plugins.cli.options import How
from mkd_plugins.cli.request import Typed, needed, read
from mkd_plugins.cli.session import Desk, Session, answer
from mkd_plugins.forms.answers import mended_data
from mkd_plugins.forms.days import week_lines
from mkd_plugins.forms.request import revised


@click.command()
@options.dates
@options.plans
@options.targets
@options.reason
@click.option("--evidence", default="", help="What the reason rests on.")
@click.option("--work-plan", default="", help="How the work is done away from the office.")
@click.option("--outside-region", is_flag=True, help="Part of it is worked outside the region.")
@options.acting
@click.pass_obj
def propose(session: Session, /, how: How, file: str | None, **said: Any) -> None:
    """Lay out a request as a draft, as the employee that it is for.

    \b
    mkd agreement propose --as k000002 --from 2023-07-03 --until 2023-12-29 --remote wed,thu \\
      --target "output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs"
    """

    def do(desk: Desk, by: str) -> Agreement:
        request = read(Typed(**said), file, hours=desk.mkd.hours)
        plan, starts = needed(request)
        return desk.mkd.propose(
            applicant=by,
            plan=plan,
            targets=request.targets or (),
            by=by,
            at=how.at,
            starts=starts,
            ends=request.ends,
            review=request.review,
            outside_region=request.outside_region,
            reason=request.reason,
            evidence=request.evidence,
            work_plan=request.work_plan,
        )

    change(session, how, do)


@click.command()
@click.argument("agreement")
@options.dates
@options.plans
@options.acting
@click.pass_obj
def revise(session: Session, /, how: How, agreement: str, file: str | None, **said: Any) -> None:
    """Change days and dates of a draft or of a returned request; what is not named stays as it is."""

    def do(desk: Desk, by: str) -> Agreement:
        terms = desk.mkd.agreement(agreement).latest.terms
        request = read(Typed(**said), file, hours=desk.mkd.hours, starts=terms.starts)
        return desk.mkd.revise(agreement, terms=revised(terms, request), by=by, at=how.at)

    change(session, how, do)


@click.command()
@click.argument("agreement")
@click.option("--apply", "take", is_flag=True, help="Revise the request accordingly.")
@options.acting
@click.pass_obj
def mend(session: Session, how: How, agreement: str, take: bool) -> None:
    """Show the least change of days and dates that the policy would approve; --apply revises the request accordingly.

    What no plan can say, such as a target or a reason, is told in words.
    """
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        mended = desk.mkd.remedy(agreement, by=by, at=how.at)
        terms = mended.terms
        if terms is None:
            told = "; ".join(mended.in_words(desk.language))
            raise InvalidInput(
                "MKD440",
                "other days and dates do not mend it" + (f": {told}" if told else ""),
                where=agreement,
                mend=f"mkd agreement decide {agreement}",
            )
        if not take:
            answer(how.as_json, mended_data(agreement, mended), _mended_card(terms, mended, desk))
            return
    change(session, how, lambda desk, by: desk.mkd.revise(agreement, terms=terms, by=by, at=how.at))


def _mended_card(terms: Terms, mended: Mended, desk: Desk) -> str:
    say = desk.say
    return output.card(
        [
            (say("since"), f"{terms.starts} {say('until')} {terms.ends or '-'}"),
            (say("week"), week_lines(terms.plan)),
            (say("remedy"), mended.in_words(desk.language)),
        ]
    )


@click.command()
@click.argument("agreement")
@options.acting
@click.pass_obj
def submit(session: Session, how: How, agreement: str) -> None:
    """Put the request on its route; refused at once when the policy refuses it.

    \b
    mkd agreement submit k000002.1 --as k000002
    """
    change(session, how, lambda desk, by: desk.mkd.submit(agreement, by=by, at=how.at))


@click.command()
@click.argument("agreement")
@options.reason
@options.acting
@click.pass_obj
def withdraw(session: Session, how: How, agreement: str, reason: str) -> None:
    """Take back the newest version before it is in force."""
    change(session, how, lambda desk, by: desk.mkd.withdraw(agreement, by=by, at=how.at, reason=reason))


@click.command()
@click.argument("agreement")
@options.dates
@options.plans
@options.targets
@options.reason
@options.acting
@click.pass_obj
def amend(session: Session, /, how: How, agreement: str, file: str | None, **said: Any) -> None:
    """Propose a new version of a live agreement; the old one stays in force until the new one is approved and starts.

    Targets left out stay as they are.
    """

    def do(desk: Desk, by: str) -> Agreement:
        request = read(Typed(**said), file, hours=desk.mkd.hours)
        plan, starts = needed(request)
        return desk.mkd.amend(
            agreement,
            plan=plan,
            starts=starts,
            targets=request.targets,
            ends=request.ends,
            review=request.review,
            reason=request.reason,
            by=by,
            at=how.at,
        )

    change(session, how, do)
