"""The command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from mkd_plugins.cli import root
from mkd_plugins.cli.commands import COMMANDS
from writers.markdown import code, document, prose, table

INTRODUCTION = """\
Options of `mkd` itself stand before the command: `mkd --config /etc/mkd.toml inbox`. Every command that answers has
`--json`. The exit status is 0 when it is done, 1 when it was refused or went wrong (one line on stderr says why, with a
code of the [catalogue](errors.md) and a mend), and 2 for wrong usage.
"""


def page() -> str:
    """The page."""
    sections = [
        "\n\n".join([f"## {heading}", *(part for entry in entries for part in _command(root, entry.name, "mkd"))])
        for heading, entries in COMMANDS.items()
    ]
    return document("Commands", INTRODUCTION, _options(root), *sections)


def _command(group: click.Group, name: str, path: str) -> Iterator[str]:
    context = click.Context(group, info_name=path)
    command = group.get_command(context, name)
    if command is None:
        raise LookupError(f"{path} {name}")
    whole = f"{path} {name}"
    yield f"### {whole}"
    if isinstance(command, click.Group):
        yield _help(command)
        for inner in command.list_commands(context):
            yield from _command(command, inner, whole)
        return
    yield f"```text\n{_usage(command, whole)}\n```"
    yield _help(command)
    yield _options(command)


def _help(command: click.Command) -> str:
    paragraphs = inspect.cleandoc(command.help or "").replace("\f", "").split("\n\n")
    shown = [_verbatim(each) if each.startswith("\b") else prose(each) for each in paragraphs]
    return "\n\n".join(shown)


def _verbatim(paragraph: str) -> str:
    """Click's mark for a paragraph that is not to be wrapped begins with a backspace."""
    return "\n".join(["```text", *paragraph.splitlines()[1:], "```"])


def _usage(command: click.Command, path: str) -> str:
    arguments = []
    for each in command.params:
        if isinstance(each, click.Argument):
            if each.metavar and each.metavar.startswith("["):
                arguments.append(each.metavar)
                continue
            name = (each.metavar or (each.name or "").upper()) + ("..." if each.nargs == -1 else "")
            arguments.append(name if each.required else f"[{name}]")
    return " ".join([path, "[OPTIONS]", *arguments])


def _options(command: click.Command) -> str:
    rows = [
        (", ".join(code(name) for name in (*each.opts, *each.secondary_opts)), _value(each), each.help or "")
        for each in command.params
        if isinstance(each, click.Option) and not each.hidden
    ]
    return table(("option", "value", "means"), rows) if rows else ""


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        value = " or ".join(code(str(choice)) for choice in option.type.choices)
    else:
        value = option.metavar or option.type.name.upper()
    notes = [*(["must be given"] if option.required else []), *(["may be repeated"] if option.multiple else [])]
    return value + (f" ({', '.join(notes)})" if notes else "")
