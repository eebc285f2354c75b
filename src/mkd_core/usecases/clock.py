"""What the clock does: resolve open steps again, act on deadlines that have gone by, and let day plans roll forward.

Idempotent. What somebody who left has left behind it does not end, as identity may be wrong: it says so at each pass.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from mkd_core.errors import MkdError
from mkd_core.journal.codec import instant
from mkd_core.usecases.context import Context
from mkd_core.usecases.leavers import left_behind
from mkd_core.usecases.powers import open_case
from mkd_core.usecases.rostering import send_changes
from mkd_core.usecases.votes import overdue, reopen

SYSTEM = "system"
"""The author of what the clock did."""


@frozen(kw_only=True)
class TickReport:
    """What a tick did: agreements whose step changed, and what stood in the way elsewhere.

    ``day_plans`` counts the days that it put into the outbox for the rosters.
    """

    changed: tuple[str, ...]
    problems: tuple[MkdError, ...]
    day_plans: int = 0


def tick(ctx: Context, now: datetime) -> TickReport:
    """Do all that is due at that moment; one agreement that cannot be looked at does not stop the others."""
    ctx.need_whole("the clock")
    instant(now)
    changed: list[str] = []
    organisation = ctx.organisation(now.date())
    left, problems = left_behind(ctx, organisation)
    problems += left.values()
    for agreement in list(ctx.agreements()):
        try:
            if agreement.latest.open_step and agreement.id not in left and _move_on(ctx, agreement.id, now):
                changed.append(agreement.id)
        except MkdError as problem:
            problems.append(problem)
    day_plans, unplanned = send_changes(ctx, organisation, now)
    return TickReport(changed=tuple(changed), problems=(*problems, *unplanned), day_plans=day_plans)


def _move_on(ctx: Context, agreement: str, now: datetime) -> bool:
    """Act on one agreement until nothing more is due; whether anything was."""
    moved = False
    while True:
        case = open_case(ctx, agreement, at=now, by=SYSTEM)
        events = overdue(ctx, case) or reopen(ctx, case)
        if not events:
            return moved
        ctx.record(case.dossier, events, at=now, by=SYSTEM)
        moved = True
