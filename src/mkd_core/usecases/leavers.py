"""People who left with something behind: told at each pass of the clock, until HR has revoked it.

Somebody left whom identity denies or does not know any more. A backend that fails says nothing of the kind: it raises.
"""

from __future__ import annotations

from datetime import date

from mkd_core.agreements import LIVE, PENDING, Agreement
from mkd_core.errors import MkdError, Transient, WrongState
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt

LEFT = "MKD452"
"""The code of what is told of somebody who left."""


def has_left(organisation: DirectoryAt, person: str) -> bool:
    """Whether nobody of that key is at work any more. Raises what identity raises."""
    employee = organisation.employee(person)
    return employee is None or not employee.active


def left_behind(ctx: Context, organisation: DirectoryAt) -> tuple[dict[str, WrongState], list[MkdError]]:
    """The agreements that were left behind, each with what is told of it, and what stood in the way of looking."""
    on = organisation.on
    found: dict[str, WrongState] = {}
    problems: list[MkdError] = []
    for dossier in ctx.dossiers():
        left = [each for each in dossier.agreements.values() if waits_for_its_end(each, on)]
        try:
            if left and has_left(organisation, dossier.person):
                found |= {each.id: _told(each, on) for each in left}
        except Transient as problem:
            # Identity is away: to ask it of everybody would take as long as everybody's timeouts together.
            return found, [*problems, problem]
        except MkdError as problem:
            problems.append(problem)
    return found, problems


def waits_for_its_end(agreement: Agreement, on: date) -> bool:
    """Whether it holds on that date, will hold, or waits for somebody's vote."""
    return agreement.state(on) in LIVE or agreement.latest.state in PENDING


def _told(agreement: Agreement, on: date) -> WrongState:
    return WrongState(
        LEFT,
        f"the applicant left, and the agreement is {agreement.state(on)}",
        where=agreement.id,
        mend="let HR revoke it; if the person is still there, mend identity",
    )
