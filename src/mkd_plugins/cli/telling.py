"""What a person at the terminal is told when something went wrong."""

from __future__ import annotations

import traceback

import click

from mkd_core.errors import MkdError


def tell(error: Exception, *, debug: bool) -> None:
    """One line on stderr for each thing that is wrong: ``error: MKDnnn where: message (mend)``."""
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    for line in lines(error):
        click.echo(f"error: {line}", err=True)


def lines(error: Exception) -> list[str]:
    """The lines of an error; of one that nobody foresaw, its kind and how to report it (its text may be private)."""
    if isinstance(error, MkdError):
        said = str(error).splitlines()
        if error.mend or len(said) != 1:
            return said
        from mkd_plugins.mends import mend_of

        mend = mend_of(error.code)
        return [f"{said[0]} ({mend})" if mend else said[0]]
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return [f"MKD298 {place}{error.strerror} (check the path, the permissions and the disk)"]
    kind = type(error).__name__
    return [f"MKD299 an unexpected {kind}, which is a bug (repeat with mkd --debug and report what it shows)"]
