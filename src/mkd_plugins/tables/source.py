"""Where a table is read from: a CSV file, or a SELECT in a database."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import attrs

from mkd_core.errors import InvalidInput
from mkd_plugins.api import Secret

_PASSWORD_IN_URL = re.compile(r"//[^/@]*:[^/@]*@")


@attrs.frozen(kw_only=True)
class TableSource:
    """A CSV file (``path``) or a SELECT through a SQLAlchemy URL (``url`` and ``select``, extra ``sql``).

    ``password``  of the database user; a password does not belong into ``url``.
    """

    path: Path | None = None
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    url: str = ""
    password: Secret | None = None
    select: str = ""

    def __attrs_post_init__(self) -> None:
        if bool(self.path) == bool(self.url):
            raise InvalidInput("MKD248", "a table has a path or a url, and not both", mend="name one of the two")
        if self.url and not self.select:
            raise InvalidInput("MKD248", "a table with a url needs a select", mend='write select = "SELECT ..."')
        without_password(self.url)
        one_character(self.delimiter)
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise InvalidInput(
                "MKD248", f"there is no encoding {self.encoding!r}", mend='most exports are "utf-8" or "cp1252"'
            ) from None


@attrs.frozen(kw_only=True)
class KeptSource(TableSource):
    """One that is read as a whole and kept.

    ``max_age``  seconds after which a SELECT is run again. Files are read again when they have changed.
    """

    max_age: float = 60.0

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.max_age <= 0:
            raise InvalidInput("MKD248", "max_age is a number of seconds above 0")


def without_password(url: str) -> None:
    """Refuse an address that is no secret and holds one. Raises ``InvalidInput`` (MKD248)."""
    if _PASSWORD_IN_URL.search(url):
        raise InvalidInput(
            "MKD248",
            "a password stands in the url",
            mend='write password = { env = "NAME" } and leave it out there',
        )


def one_character(delimiter: str) -> None:
    """Refuse a delimiter that no CSV file has. Raises ``InvalidInput`` (MKD248)."""
    if len(delimiter) != 1:
        raise InvalidInput("MKD248", "a delimiter is one character", mend='write delimiter = ";"')
