"""What a database's own error means for a journal: one code, one line, one mend, whatever the driver.

The driver's own text is never passed on: it may quote values of a row.
"""

from __future__ import annotations

import sqlite3
from enum import Enum
from typing import Final

from mkd_core.errors import Conflict, JournalError, MkdError


class Condition(Enum):
    """What happened, with code, line and mend."""

    RIVAL = (
        "MKD501",
        "somebody else wrote to the journal at the same time",
        "end the transaction, read again and repeat the command",
    )
    FULL = ("MKD502", "the journal is full", "free disk space or raise the limit (max_page_count), then repeat")
    READ_ONLY = ("MKD503", "the journal cannot be written to", "act as somebody who may write, and without read_only")
    GONE = ("MKD504", "the journal cannot be reached", "check that it is there, is running and may be opened")
    BUSY = ("MKD507", "somebody else has kept the journal locked", "try again, or raise busy_timeout")
    DAMAGED = ("MKD508", "the file is damaged or no journal", "restore it from a backup, or name another file")
    NO_TABLES = ("MKD519", "the database holds no journal", "make its tables: mkd journal ddl prints the statements")
    NO_TRANSACTION = (
        "MKD522",
        "no transaction is open on the host's connection",
        "begin one, and commit it when the command is done; the journal never does",
    )


_SQLITE: Final = {
    sqlite3.SQLITE_FULL: Condition.FULL,
    sqlite3.SQLITE_READONLY: Condition.READ_ONLY,
    sqlite3.SQLITE_AUTH: Condition.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Condition.GONE,
    sqlite3.SQLITE_PERM: Condition.GONE,
    sqlite3.SQLITE_IOERR: Condition.GONE,
    sqlite3.SQLITE_BUSY: Condition.BUSY,
    sqlite3.SQLITE_LOCKED: Condition.BUSY,
    sqlite3.SQLITE_NOTADB: Condition.DAMAGED,
    sqlite3.SQLITE_CORRUPT: Condition.DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: Condition.RIVAL,
}

# PostgreSQL's SQLSTATE, whole or its class of two characters.
_POSTGRESQL: Final = {
    "40001": Condition.RIVAL,  # serialization failure: under REPEATABLE READ the counter has moved on
    "40P01": Condition.RIVAL,  # deadlock
    "23505": Condition.RIVAL,  # unique violation
    "53100": Condition.FULL,
    "53": Condition.GONE,
    "25006": Condition.READ_ONLY,
    "42501": Condition.READ_ONLY,
    "55P03": Condition.BUSY,
    "57014": Condition.BUSY,
    "57": Condition.GONE,
    "08": Condition.GONE,
    "28": Condition.GONE,
    "3D": Condition.GONE,
    "42P01": Condition.NO_TABLES,
    "25P01": Condition.NO_TRANSACTION,  # a savepoint outside of a transaction
    "XX": Condition.DAMAGED,
}

_MYSQL: Final = {
    1213: Condition.RIVAL,  # deadlock
    1020: Condition.RIVAL,  # the row has changed since the snapshot
    1062: Condition.RIVAL,  # duplicate entry
    1021: Condition.FULL,
    1114: Condition.FULL,
    1041: Condition.FULL,
    1044: Condition.GONE,
    1045: Condition.GONE,
    1049: Condition.GONE,
    1142: Condition.READ_ONLY,
    1290: Condition.READ_ONLY,
    1792: Condition.READ_ONLY,
    1836: Condition.READ_ONLY,
    1146: Condition.NO_TABLES,
    1305: Condition.NO_TRANSACTION,  # the savepoint set just before is not there
    1205: Condition.BUSY,
    3024: Condition.BUSY,
    1969: Condition.BUSY,
    1034: Condition.DAMAGED,
    1194: Condition.DAMAGED,
    2002: Condition.GONE,
    2003: Condition.GONE,
    2006: Condition.GONE,
    2013: Condition.GONE,
    1053: Condition.GONE,
    1927: Condition.GONE,
}


def refusal(condition: Condition, *, where: str) -> MkdError:
    """The error of that condition."""
    code, line, mend = condition.value
    kind = Conflict if condition is Condition.RIVAL else JournalError
    return kind(code, line, where=where, mend=mend)


def told(error: BaseException, *, where: str) -> MkdError:
    """The journal's error for what a driver (sqlite3, psycopg, PyMySQL and their like) raised."""
    condition, number = _condition(error)
    if condition is not None:
        return refusal(condition, where=where)
    known = f"{type(error).__name__} {number}".strip()
    return JournalError("MKD510", f"the database refused: {known}", where=where, mend="look into its own log")


def _condition(error: BaseException) -> tuple[Condition | None, str]:
    if isinstance(error, sqlite3.Error):
        if str(error).startswith("no such table"):  # one of the many meanings of SQLITE_ERROR
            return Condition.NO_TABLES, ""
        name = getattr(error, "sqlite_errorname", "")
        return _SQLITE.get(getattr(error, "sqlite_errorcode", -1) & 0xFF), name
    # The number comes first: PyMySQL has a SQLSTATE too, but a coarse one.
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    if number is not None:
        return _MYSQL.get(number), str(number)
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]), state
    # A driver that could not reach its server has no number from it.
    return (Condition.GONE if type(error).__name__ in ("OperationalError", "InterfaceError") else None), ""
