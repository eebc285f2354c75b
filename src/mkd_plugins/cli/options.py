"""The options that many commands share, and the kinds of value that they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import click
from attrs import frozen


class MomentType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """An ISO 8601 moment; without a zone it is in the machine's own."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment with its zone."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment; write 2026-06-01T09:00+07:00", param, ctx)
        return moment if moment.tzinfo else moment.astimezone()


class DateType(click.ParamType):  # type: ignore[type-arg]
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD", param, ctx)


MOMENT, DATE = MomentType(), DateType()


def now() -> datetime:
    """The moment when nobody says another."""
    return datetime.now(UTC)


@frozen(kw_only=True)
class How:
    """How a command is run: by whom (None: nobody said), at which moment, and what the answer looks like."""

    as_: str | None = None
    at: datetime
    names: bool = False
    as_json: bool = False


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a question: ``--at``, ``--names`` and ``--json``, given to the command as ``how``."""

    @wraps(command)
    def packed(*args: Any, at: datetime, names: bool, as_json: bool, as_: str | None = None, **said: Any) -> None:
        command(*args, how=How(as_=as_, at=at, names=names, as_json=as_json), **said)

    at_option = click.option(
        "--at", type=MOMENT, default=now, envvar="MKD_AT", help="The moment it happens, for imports and trials.  [now]"
    )
    names_option = click.option("--names", is_flag=True, help="Show names too; for the roles hr and auditor.")
    return at_option(names_option(as_json(packed)))


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that changes something: ``--as``, and those of a question."""
    return as_person(asking(command))


as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
version_on = click.option("--on", type=DATE, metavar="DATE", help="The version of that day.  [the newest]")
in_language = click.option(
    "--lang", "language", type=click.Choice(["en", "id"]), help="Language of the answer.  [as mkd --lang]"
)
as_person = click.option("--as", "as_", metavar="PERSON", help="Who acts: a key, a service number or a login.")


def dates(command: Callable[..., None]) -> Callable[..., None]:
    """The dates of an agreement."""
    for option in (
        click.option("--review", type=DATE, metavar="DATE", help="When an open-ended one is reviewed."),
        click.option("--until", "ends", type=DATE, metavar="DATE", help="The last day; left out: open-ended."),
        click.option("--from", "starts", type=DATE, metavar="DATE", help="The first day."),
    ):
        command = option(command)
    return command


def plans(command: Callable[..., None]) -> Callable[..., None]:
    """Where the days come from."""
    for option in (
        click.option("--file", type=click.Path(dir_okay=False), help="A request as TOML or JSON; see the manual."),
        click.option("--place", metavar="PLACE", help="Where --remote days are worked.  [home]"),
        click.option("--remote", metavar="DAYS", help="The standard week with these days elsewhere: wed,thu"),
        click.option("--week", "weeks", multiple=True, help='A week: "mon-thu:07:30-16:00 office 60; fri:..."'),
    ):
        command = option(command)
    return command


targets = click.option(
    "--target",
    "targets",
    multiple=True,
    help='A target: "output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs".',
)
reason = click.option("--reason", default="", help="Why, in words.")
