"""What ``[schedule.table]`` says: where the roster is, and which columns it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from mkd_core.errors import InvalidInput
from mkd_plugins.api import Secret
from mkd_plugins.schedule.table.cells import COLUMNS, Template
from mkd_plugins.tables.source import one_character, without_password


@attrs.frozen(kw_only=True)
class Config:
    """``[schedule.table]``: a CSV file per month in a ``folder``, or a ``table`` of a database at a SQLAlchemy ``url``.

    ``folder``    made when it is missing; ``file`` is the name of a month's file in it.
    ``url``       of the database (extra ``sql``), and ``table`` the name of the table in it, which must be there.
    ``password``  of the database user; a password does not belong into ``url``.
    ``columns``   their column → what stands in it: text with ``{person}``, ``{nip}``, ``{date}``, ``{windows}``,
                  ``{start}``, ``{end}``, ``{minutes}``, ``{break}``, ``{place}``, ``{reference}``, ``{key}``. A date
                  may have a form, as in ``"{date:%d-%m-%Y}"``. One column must be ``{person}``, and one a ``{date}``.
    ``places``    our place → their word, as in ``{ home = "WFH", office = "WFO" }``.
    ``days_off``  whether a day without windows has a row; ``false`` takes its row away.
    """

    folder: Path | None = None
    file: str = "roster-{month}.csv"
    delimiter: str = ","
    url: str = ""
    password: Secret | None = None
    table: str = "roster"
    columns: Mapping[str, str] = attrs.field(factory=lambda: dict(COLUMNS))
    places: Mapping[str, str] = attrs.field(factory=dict)
    days_off: bool = True

    def __attrs_post_init__(self) -> None:
        if bool(self.folder) == bool(self.url):
            raise InvalidInput("MKD651", "a roster has a folder or a url, and not both", mend="name one of the two")
        without_password(self.url)
        one_character(self.delimiter)
        try:
            name = self.file.format(month="2023-06")
        except (LookupError, ValueError):
            name = ""
        if "2023-06" not in name or Path(name).name != name:
            raise InvalidInput(
                "MKD651",
                f"{self.file!r} names no file per month",
                where="file",
                mend='write a plain name such as "roster-{month}.csv"',
            )
        self.template  # noqa: B018 - what is wrong with it is said before anything is sent

    @property
    def template(self) -> Template:
        """How a day becomes a row. Raises ``InvalidInput``."""
        return Template(columns=self.columns, places=self.places)
