"""``mkd serve``: the door over HTTP."""

from __future__ import annotations

import click

from mkd_core.errors import InvalidInput
from mkd_plugins.cli.session import Session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests at one time.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes of so many each.")
@click.pass_obj
def serve(session: Session, host: str, port: int, threads: int, workers: int) -> None:
    """Answer other systems over HTTP, as JSON; what can be asked stands in /openapi.json.

    It speaks plain HTTP: put it behind a proxy that speaks TLS, or let it listen on this machine alone.
    """
    try:
        from mkd_plugins.serve.processes import Serving, run
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            "MKD708", f"{missing.name} is not installed", where="mkd serve", mend="pip install 'mkd[serve]'"
        ) from None
    session.need_whole("the door over HTTP")
    run(
        Serving(
            config=session.config,
            no_plugins=session.no_plugins,
            host=host,
            port=port,
            threads=threads,
            workers=workers,
        )
    )
