"""What happens in the host, told as JSON: run with the example on the path, after ``manage.py migrate``."""

import json
import os
import sys
from datetime import date, datetime
from decimal import Decimal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "host.settings"
django.setup()

from django.core import mail  # noqa: E402  Django wants to be set up before
from django.db import connection, transaction  # noqa: E402
from hr.agreements import approve, ask, service  # noqa: E402
from hr.models import FlexibleWork, Officer  # noqa: E402

from mkd_core import Direction, MkdError, Target, TargetKind, Week, weekly  # noqa: E402
from mkd_core.people import WIB  # noqa: E402

WEEK = dict.fromkeys(("mon", "tue"), "07:30-16:00 home 60") | dict.fromkeys(("wed", "thu"), "07:30-16:00 office 60")
MONDAY = date(2023, 7, 3)
NOON = datetime(2023, 6, 20, 12, tzinfo=WIB)
TARGET = Target(
    id="reports",
    kind=TargetKind.OUTPUT,
    indicator="reports",
    unit="reports",
    direction=Direction.AT_LEAST,
    value=Decimal(4),
    due=date(2023, 7, 31),
    evidence="the files",
)


def kept():
    """Rows of the host, events, effects and mails."""
    with transaction.atomic():
        mkd = service()
        events = sum(len(mkd.dossier(login).history) for login in ("ani", "budi"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mkd_effects")
        (effects,) = cursor.fetchone()
    return [FlexibleWork.objects.count(), events, effects, len(mail.outbox)]


def plan(**changed):
    return weekly(MONDAY, Week.parse(WEEK | changed))


mail.outbox = []
said = {"vendor": connection.vendor}
budi = Officer.objects.create(login="budi", name="Budi", email="budi@example.go.id", unit="data")
ani = Officer.objects.create(login="ani", name="Ani", email="ani@example.go.id", unit="data", superior=budi)

try:
    with transaction.atomic():
        ask(ani, plan(), [TARGET], NOON)
        raise RuntimeError
except RuntimeError:
    said["rolled back"] = kept()

with transaction.atomic():
    try:
        with transaction.atomic():
            ask(ani, plan(), [TARGET], NOON)
            raise RuntimeError
    except RuntimeError:
        said["nested rolled back"] = kept()
    Officer.objects.filter(login="ani").update(name="Ani Lestari")
said["outer kept"] = [*kept(), Officer.objects.get(login="ani").name]

try:
    ask(ani, plan(wed="07:30-16:00 home 60", thu="07:30-16:00 home 60"), [TARGET], NOON)
except MkdError as error:
    said["refused"] = [error.code, *kept()]

with transaction.atomic():
    row = ask(ani, plan(), [TARGET], NOON)
    said["before commit"] = [len(mail.outbox), row.agreement]
said["after commit"] = [*kept(), mail.outbox[0].to]

try:
    approve(row, ani, NOON)
except MkdError as error:
    said["own request"] = [error.code, FlexibleWork.objects.get().state]
approve(row, budi, NOON)
said["approved"] = [FlexibleWork.objects.get().state, *[to for sent in mail.outbox for to in sent.to]]
try:
    service().propose(applicant="ani", plan=plan(), targets=[TARGET], by="ani", at=NOON)
except MkdError as error:
    said["outside of atomic"] = error.code
with transaction.atomic():
    said["verified"] = service().verify() == []
json.dump(said, sys.stdout)
