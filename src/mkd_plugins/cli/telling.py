"""What a person at the terminal is told when something went wrong."""

from __future__ import annotations

import re
import traceback
from typing import Literal

import click

from mkd_core.errors import HINTS, MkdError
from mkd_plugins.problems import ConfigProblem
from mkd_plugins.words import say


def tell(error: Exception, *, language: str, debug: bool = False) -> None:
    """One line on stderr for each thing that is wrong: ``error: MKDnnn where: message (mend)``."""
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    for line in lines(error):
        complain(line, language)


def complain(line: object, language: str, *, kind: Literal["error", "warning"] = "error") -> None:
    """A line about something wrong on stderr.

    What is wrong in this case is said in English, so in Indonesian the title of its code stands before it, and the
    right name beside it is offered in Indonesian.
    """
    said = str(line)
    code, _, rest = said.partition(" ")
    if language == "id" and code.startswith("MKD"):
        from mkd_plugins.mends import title_of

        for english, indonesian in zip(HINTS["en"], HINTS["id"], strict=True):
            rest = re.sub(rf"(\(|; ){english} ", rf"\1{indonesian} ", rest)
        said = f"{code} {title_of(code, language)}: {rest}"
    click.echo(f"{say(kind, language)}: {said}", err=True)


def lines(error: Exception) -> list[str]:
    """The lines of an error; of one that nobody foresaw, its kind and how to report it (its text may be private)."""
    if isinstance(error, MkdError):
        said = str(error).splitlines()
        faults = error.faults if isinstance(error, ConfigProblem) else ()
        if error.mend or len(said) != 1 or (faults and all(fault.hint for fault in faults)):
            return said
        from mkd_plugins.mends import mend_of

        mend = mend_of(error.code)
        return [f"{said[0]} ({mend})" if mend else said[0]]
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return [f"MKD298 {place}{error.strerror} (check the path, the permissions and the disk)"]
    kind = type(error).__name__
    return [f"MKD299 an unexpected {kind}, which is a bug (repeat with mkd --debug and report what it shows)"]
