"""``mkd serve``: the door over HTTP."""

from __future__ import annotations

import logging
from typing import Any

import click

from mkd_core.errors import InvalidInput
from mkd_plugins.cli.session import Session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests at one time.")
@click.pass_obj
def serve(session: Session, host: str, port: int, threads: int) -> None:
    """Answer other systems over HTTP, as JSON; what can be asked stands in /openapi.json.

    It speaks plain HTTP: put it behind a proxy that speaks TLS, or let it listen on this machine alone.
    """
    try:
        from waitress.server import create_server

        from mkd_plugins.serve import application
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            "MKD708", f"{missing.name} is not installed", where="mkd serve", mend="pip install 'mkd[serve]'"
        ) from None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    app = application(session.config)
    try:
        # Waitress reads requests whole before a thread sees them, so that slow senders keep no thread.
        server: Any = create_server(app, host=host, port=port, threads=threads, ident=None)
        # A name may stand for several addresses, and then there is a socket for each.
        for address in getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]:
            click.echo(f"listening at http://{address[0]}:{address[1]}", err=True)
        server.run()
    finally:
        app.close()
