"""``mkd plugins new``: the project of a new plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_core.ports import Port
from mkd_plugins.cli import options
from mkd_plugins.cli.session import Session, answer

_SAID = {
    "en": ("Written", "Next"),
    "id": ("Tertulis", "Berikutnya"),
}


class PortType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """The name of a port."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Port:
        """The port."""
        try:
            return Port(value)
        except ValueError:
            self.fail(f"{value!r} is no port; {did_you_mean(str(value), Port)}", param, ctx)


@click.command()
@click.argument("name")
@click.option("--port", type=PortType(), metavar="PORT", required=True, help=f"One of {', '.join(Port)}.")
@click.option(
    "--path", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write into.  [a new one, called NAME]"
)
@options.as_json
@click.pass_obj
def new(session: Session, name: str, port: Port, path: Path | None, as_json: bool) -> None:
    """Write the project of a plugin called NAME, which installs, is listed and passes its own tests as it is."""
    from mkd_plugins.scaffold import project, write

    contents = project(name, port)
    _refuse_taken(name, port)
    folder = path or Path(name)
    write(folder, contents)
    written, then = _SAID[session.words()]
    lines = [f"{written}:", *(f"  {folder / file}" for file in contents)]
    lines += [f"{then}:", f"  cd {folder}", "  pip install -e .", "  pytest", "  mkd plugins list"]
    answer(as_json, {"folder": str(folder), "files": list(contents)}, "\n".join(lines))


def _refuse_taken(name: str, port: Port) -> None:
    """Refuse the name of an installed plugin, and one that a shipped backend of that port has."""
    from mkd_plugins.config import Config
    from mkd_plugins.discovery import installed
    from mkd_plugins.host import Host

    with Host.load(Config(), no_plugins=True) as host:
        shipped = {f"{port}.{provider.name}": provider.name for provider in host.providers(port)}
    taken = {plugin.label: plugin.entry for plugin in installed()[0]} | shipped
    holder = next((what for what, called in taken.items() if called == name), None)
    if holder is not None:
        mend = f"write {name}-hr, or your own name first"
        raise InvalidInput("MKD288", f"{holder} is called that already", where="NAME", mend=mend)
