"""The ``mkd`` command. Each group of commands is a module of its own, imported when it is asked for."""

from __future__ import annotations

from typing import Any

import click

from mkd_plugins.cli.commands import COMMANDS
from mkd_plugins.cli.lazy import Headed


class Root(Headed):
    """Says what went wrong in one line, with a code and a mend, and never with a traceback unless asked to."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see :func:`mkd_plugins.cli.telling.tell`."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # the last stop before the person at the terminal
            from mkd_plugins.cli.telling import tell

            language = ctx.obj.words() if ctx.obj else ctx.params["lang"] or "en"
            tell(error, language=language, debug=ctx.params["debug"])
            ctx.exit(1)


@click.group(
    cls=Root,
    headings=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 refused or wrong (one line on stderr says why), 2 wrong usage.",
)
@click.option("--config", default="mkd.toml", envvar="MKD_CONFIG", show_default=True, help="The deployment's file.")
@click.option("--lang", type=click.Choice(["en", "id"]), envvar="MKD_LANG", help="Language of what people read.")
@click.option("--no-plugins", is_flag=True, help="Only the plugins that ship; to find out which one is at fault.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="mkd", message="mkd %(version)s")
@click.pass_context
def root(ctx: click.Context, config: str, lang: str | None, no_plugins: bool, debug: bool) -> None:
    """Work at a time and place of one's own choosing, for public employers.

    `mkd demo` shows the whole journey; `mkd init --example` makes a deployment to try it by hand.
    """
    from mkd_plugins.cli.session import Session

    ctx.obj = Session(config=config, language=lang, no_plugins=no_plugins)


def main() -> None:
    """The entry point."""
    root(prog_name="mkd")
