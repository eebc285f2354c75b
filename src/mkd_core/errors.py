"""Every error that the packages raise on purpose.

::

    MkdError                 the base: code, message, where, mend
    ├── InvalidInput         a value, a plan, a number or a file that cannot be used     MKD2xx
    │   └── PolicyError      a policy file or one of its expressions                     MKD3xx
    ├── CommandRefused       a command that may not happen now                           MKD4xx
    │   ├── NotAllowed       by this person
    │   ├── WrongState       in this state of the agreement
    │   ├── Conflict         somebody else was first; read again and repeat
    │   └── NotFound         nothing has that name
    ├── JournalError         the journal cannot be read, written or trusted              MKD5xx
    └── BackendError         a backend answered, and this is its answer                  MKD6xx
        ├── Transient        try again later
        └── Permanent        trying again will not help

Plugins and configuration have their own branch in ``mkd_plugins.problems`` (MKD1xx). A code stands for one kind of
mistake for good; ``docs/reference/errors.md`` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal


class MkdError(Exception):
    """Base of all errors raised on purpose; a program reads the attributes, a person the one line of ``str``.

    ``code``     stable, ``MKD`` and three digits.
    ``message``  what was wrong. Never a secret and never a personal value.
    ``where``    file, table, field, rule or agreement, as far as known.
    ``mend``     what to do about it, an imperative sentence.
    """

    def __init__(self, code: str, message: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(code, message, where, mend)
        self.code = code
        self.message = message
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" ({self.mend})" if self.mend else ""
        return f"{self.code} {place}{self.message}{mend}"


class InvalidInput(MkdError):
    """A value, plan, number or file that cannot be used as it is."""


class PolicyError(InvalidInput):
    """A policy file or one of its expressions cannot be used; ``where`` names file, rule and column."""


class CommandRefused(MkdError):
    """A command that may not happen; nothing was written."""


class NotAllowed(CommandRefused):
    """This person has not the power to do that."""


class WrongState(CommandRefused):
    """The agreement is in a state in which that command has no meaning."""


class Conflict(CommandRefused):
    """The stream has moved on since it was read; read it again and repeat the command."""


class NotFound(CommandRefused):
    """Nothing has that name or key."""


class JournalError(MkdError):
    """The journal cannot be read, written or trusted; what was written before stays as it was."""


class BackendError(MkdError):
    """What a backend raises on purpose. ``code`` may be left to the default of the class."""

    default_code = "MKD601"

    def __init__(self, message: str, *, code: str | None = None, where: str = "", mend: str = "") -> None:
        super().__init__(code or self.default_code, message, where=where, mend=mend)


class Transient(BackendError):
    """The backend cannot do it now; the same request may go through later.

    ``retry_after``: the seconds for which the system behind it asks to be left alone, if it said so.
    """

    default_code = "MKD602"
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        where: str = "",
        mend: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, where=where, mend=mend)
        self.retry_after = retry_after


class Permanent(BackendError):
    """The backend will never accept this request as it is; somebody must look at it."""

    default_code = "MKD603"


#: How a hint begins: with one name, or with all.
HINTS: Mapping[Literal["id", "en"], tuple[str, str]] = {
    "id": ("mungkin maksudnya", "yang dikenal:"),
    "en": ("did you mean", "known:"),
}


def did_you_mean(wrong: str, known: Iterable[str], language: Literal["id", "en"] = "en") -> str:
    """The nearest known name as a hint, or all of them when there are few, or nothing.

    >>> did_you_mean("remote_day", ["remote_days", "office_days"])
    'did you mean remote_days?'
    """
    one, all_ = HINTS[language]
    names = sorted(known)
    near = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if near:
        return f"{one} {near[0]}?"
    return f"{all_} {', '.join(names)}" if 0 < len(names) <= 8 else ""
