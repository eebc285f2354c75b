"""Agreements in Tryton's own transaction: its rows, the events and the effects are kept together, or none is.

The tables of the journal are made once, by a module's ``__register__`` or by hand::

    with Transaction().start("office", 0) as transaction:
        create_tables(transaction.connection)
"""

from collections.abc import Callable
from typing import Any

from trytond import backend
from trytond.transaction import Transaction

from mkd_core import AgreementService
from mkd_plugins.journal.sql import SqlJournal, ddl


def create_tables(connection: Any) -> None:
    """Make the journal's tables on the database that Tryton uses."""
    with connection.cursor() as cursor:
        for statement in ddl(backend.name).split(";\n"):
            if statement.strip():
                cursor.execute(statement)


def service(**parts: Any) -> AgreementService:
    """The service on the transaction that is open now; another transaction gets another one."""
    return AgreementService(journal=SqlJournal(Transaction().connection), **parts)


class AfterCommit:
    """Does something in a transaction of its own once the one that it joined is committed; never after a rollback."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def tpc_begin(self, transaction: Transaction) -> None: ...
    def commit(self, transaction: Transaction) -> None: ...
    def tpc_vote(self, transaction: Transaction) -> None: ...
    def tpc_abort(self, transaction: Transaction) -> None: ...

    def tpc_finish(self, transaction: Transaction) -> None:
        with transaction.new_transaction():
            self._act()
