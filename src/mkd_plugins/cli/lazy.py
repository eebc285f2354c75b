"""Groups of commands under headings; a command's module is imported when the command is asked for, not before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """A command: its name, where it is (``module:attribute``), and its line in the help."""

    name: str
    where: str
    line: str


class Headed(click.Group):
    """A group whose help lists its commands under headings, and that knows what was meant by a misspelt one."""

    def __init__(self, *args: Any, headings: Mapping[str, Sequence[Entry]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._headings = headings
        self._entries = {entry.name: entry for entries in headings.values() for entry in entries}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the headings."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.where.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; for a misspelt one the nearest is said."""
        if args and args[0] not in self._entries and not args[0].startswith("-"):
            near = get_close_matches(args[0], self._entries, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings, without importing any."""
        for heading, entries in self._headings.items():
            with formatter.section(heading):
                formatter.write_dl([(entry.name, entry.line) for entry in entries])
