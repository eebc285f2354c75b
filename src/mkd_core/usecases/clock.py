"""What the clock does: resolve open steps again, and act on deadlines that have gone by. Idempotent."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from mkd_core.errors import MkdError
from mkd_core.usecases.context import Context
from mkd_core.usecases.powers import case_of
from mkd_core.usecases.votes import overdue, reopen

SYSTEM = "system"
"""The author of what the clock did."""


@frozen(kw_only=True)
class TickReport:
    """What a tick did: agreements whose step changed, and what stood in the way elsewhere."""

    changed: tuple[str, ...]
    problems: tuple[MkdError, ...]


def tick(ctx: Context, now: datetime) -> TickReport:
    """Do all that is due at that moment; one agreement that cannot be looked at does not stop the others."""
    changed: list[str] = []
    problems: list[MkdError] = []
    for dossier in list(ctx.register.dossiers()):
        for agreement in dossier.agreements:
            try:
                fresh = ctx.dossier(dossier.person)
                case = case_of(ctx, fresh, fresh.agreement(agreement), at=now, by=SYSTEM)
                events = overdue(ctx, case) or reopen(ctx, case)
                if events:
                    ctx.record(fresh, events, at=now, by=SYSTEM)
                    changed.append(agreement)
            except MkdError as problem:
                problems.append(problem)
    return TickReport(changed=tuple(changed), problems=tuple(problems))
