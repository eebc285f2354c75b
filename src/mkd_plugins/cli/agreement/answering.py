"""How a command on an agreement is carried out and answered."""

from __future__ import annotations

from collections.abc import Callable

from mkd_core.agreements import Agreement
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Session, answer
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
    answer(how.as_json, agreement_data(agreement, today), agreement_card(agreement, today, desk, name))
