"""What happens in a Tryton database, told as JSON: run with the example on the path and the database named ``office``.

The rows of the host are users of Tryton (``res.user``); nothing but the modules ``ir`` and ``res`` is activated.
"""

import json
import sys
import warnings
from collections import Counter
from contextlib import suppress
from datetime import date, datetime
from functools import partial

# Tryton asks for modules of Python that have since announced their end.
warnings.simplefilter("ignore", DeprecationWarning)

from agreements import AfterCommit, create_tables, service  # noqa: E402
from trytond import backend  # noqa: E402
from trytond.pool import Pool  # noqa: E402
from trytond.transaction import Transaction  # noqa: E402

from mkd_core import History, MkdError, Week, weekly  # noqa: E402
from mkd_core.people import WIB  # noqa: E402
from mkd_plugins.testing.fakes import RecordingNotification, small_agency  # noqa: E402

WEEK = dict.fromkeys(("mon", "tue"), "07:30-16:00 home 60") | dict.fromkeys(("wed", "thu"), "07:30-16:00 office 60")
NOON = datetime(2023, 6, 20, 12, tzinfo=WIB)


class Undone(Exception):
    """The host changes its mind."""


def made():
    """Make the database as ``trytond-admin`` does, with the journal's tables beside Tryton's."""
    database = backend.Database()
    database.connect()
    connection = database.get_connection(autocommit=True)
    database.create(connection, "office")
    database.put_connection(connection)
    database.close()
    with Transaction().start("office", 0):
        Transaction().database.init()
    Pool("office").init(update=["res", "ir"], lang=["en"])
    with Transaction().start("office", 0) as transaction:
        create_tables(transaction.connection)


def mkd():
    return service(identity=small_agency(), policies=POLICIES, notifications={"mail": mail})


def deliver():
    mkd().deliver(NOON)


def propose():
    plan = weekly(date(2023, 7, 3), Week.parse(WEEK))
    return mkd().propose(applicant="analyst", plan=plan, targets=[], by="analyst", at=NOON)


def ask():
    """A request, and a user of the host for the same person, in the transaction that is open."""
    draft = propose()
    Pool().get("res.user")(login="analyst", name="Analyst").save()
    mkd().submit(draft.id, by="analyst", at=NOON)
    Transaction().join(AfterCommit(deliver))


def kept():
    """Users of that login, events, effects and notices."""
    with Transaction().start("office", 0) as transaction:
        users = Pool().get("res.user").search([("login", "=", "analyst")], count=True)
        events = len(mkd().dossier("analyst").history)
        with transaction.connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM mkd_effects")
            (effects,) = cursor.fetchone()
    return [users, events, effects, len(mail.attempts)]


def counting(connection):
    """How often the host's connection is told to commit, roll back or close, on the way to the connection itself."""
    told = Counter()

    def tell(name, act):
        told[name] += 1
        return act()

    for name in ("commit", "rollback", "close"):
        setattr(connection, name, partial(tell, name, getattr(connection, name)))
    return told


with open(sys.argv[1], encoding="utf-8") as file:
    POLICIES = History.from_texts({"house.toml": file.read()})
mail = RecordingNotification()
said = {"backend": backend.name}
made()
said["at first"] = kept()

with suppress(Undone), Transaction().start("office", 0):
    ask()
    raise Undone
said["rolled back"] = kept()

with Transaction().start("office", 0) as transaction:
    told = counting(transaction.connection)
    ask()
    said["before commit"] = [dict(told), len(mail.attempts)]
    for name in ("commit", "rollback", "close"):
        delattr(transaction.connection, name)
said["committed"] = [*kept(), mail.attempts[0].to]

with Transaction().start("office", 0, autocommit=True):
    try:
        propose()
    except MkdError as error:
        said["every statement commits"] = error.code
with Transaction().start("office", 0):
    said["verified"] = mkd().verify() == []
json.dump(said, sys.stdout)
