"""How a command on an agreement is carried out and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mkd_core.agreements import Agreement
from mkd_core.errors import BackendError, NotFound, PolicyError
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Session, answer
from mkd_plugins.cli.telling import complain
from mkd_plugins.cli.views import agreement_card
from mkd_plugins.forms.answers import agreement_data


def change(session: Session, how: How, do: Callable[[Desk, str], Agreement]) -> None:
    """Do it as the person who acts, and show the agreement as it stands then."""
    with session.open() as desk:
        show(desk, how, do(desk, desk.acting(how.as_, how.at)))


def show(desk: Desk, how: How, agreement: Agreement) -> None:
    """The agreement as it stands."""
    today = desk.today(agreement.applicant, how.at)
    name = desk.namer(how.names, how.at)
    data = agreement_data(agreement, today)
    held = data["policy"] or _holding(desk, agreement, how)
    answer(how.as_json, data, agreement_card(agreement, today, desk, name, held))


def _holding(desk: Desk, agreement: Agreement, how: How) -> dict[str, Any] | None:
    """The policy that a draft would be decided by; None where identity or the policy cannot say."""
    try:
        unit, today = desk.mkd.unit_of(agreement.applicant, at=how.at).key, desk.today(agreement.applicant, how.at)
        policy, assigned = desk.mkd.policy_for(unit, today), desk.mkd.assigned(unit, today)
    except (BackendError, NotFound):
        return None
    except PolicyError as error:  # the agreement can be shown all the same
        complain(error, desk.language, kind="warning")
        return None
    return {
        "id": policy.id,
        "version": policy.version,
        "scopes": [each.scope for each in assigned],
        "given": [{**each.to_data(), "source": each.source.title} for each in policy.given],
    }
