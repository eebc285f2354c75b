"""Agreements in the host's own transaction: a row of the host, events and effects are kept together, or none is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from django.core.mail import send_mail
from django.db import connection, transaction

from hr.models import FlexibleWork, Officer
from mkd_core import AgreementService, Employee, History, Target, Unit, WorkPlan
from mkd_core.people import Mandate
from mkd_core.ports import Denied, Found, Notice, NotMine, Receipt
from mkd_plugins.journal.sql import SqlJournal

POLICIES = History.from_texts({"house.toml": Path(__file__).with_name("house.toml").read_text(encoding="utf-8")})


class Officers:
    """The host's users as people that agreements can be made with."""

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        officer = Officer.objects.filter(login=key).select_related("superior").first()
        return Found(_employee(officer)) if officer else NotMine()

    lookup = person

    def people(self, on: date) -> Iterable[Employee]:
        return map(_employee, Officer.objects.select_related("superior"))

    def unit(self, key: str, on: date) -> Unit | None:
        return Unit(key=key, name=key) if Officer.objects.filter(unit=key).exists() else None

    def units(self, on: date) -> Iterable[Unit]:
        return [Unit(key=key, name=key) for key in Officer.objects.values_list("unit", flat=True).distinct()]

    def mandates(self, on: date) -> Iterable[Mandate]:
        return []


def _employee(officer: Officer) -> Employee:
    superior = officer.superior.login if officer.superior else None
    return Employee(key=officer.login, name=officer.name, email=officer.email, unit=officer.unit, superior=superior)


class Mail:
    """Notices by the mail that the host sends already."""

    def send(self, notice: Notice) -> Receipt:
        send_mail(notice.subject, notice.body, None, [notice.address.reveal()])
        return Receipt(key=notice.key, reference="mail")


def service() -> AgreementService:
    """The service on the transaction that is open now; another transaction gets another one."""
    connection.ensure_connection()
    return AgreementService(
        journal=SqlJournal(connection.connection),
        identity=Officers(),
        policies=POLICIES,
        notifications={"mail": Mail()},
    )


@transaction.atomic
def ask(officer: Officer, plan: WorkPlan, targets: Sequence[Target], at: datetime) -> FlexibleWork:
    """Put a request on its route, with the host's own row beside it."""
    mkd = service()
    draft = mkd.propose(applicant=officer.login, plan=plan, targets=targets, by=officer.login, at=at)
    row = FlexibleWork.objects.create(officer=officer, agreement=draft.id, state="submitted")
    mkd.submit(draft.id, by=officer.login, at=at)
    transaction.on_commit(lambda: deliver(at))
    return row


@transaction.atomic
def approve(row: FlexibleWork, by: Officer, at: datetime) -> FlexibleWork:
    """The superior approves; the host's row follows."""
    row.state = service().approve(row.agreement, by=by.login, at=at).latest.state.value
    row.save()
    transaction.on_commit(lambda: deliver(at))
    return row


@transaction.atomic
def deliver(at: datetime) -> None:
    """Send what is due; also to be called every few minutes, for what could not be sent at once."""
    service().deliver(at)
