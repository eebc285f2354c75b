"""``mkd jabar simulate`` and ``openapi``: the province's systems without the province."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from threading import Event

import click

from mkd_core.errors import InvalidInput
from mkd_plugins.cli import options, output


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0: any that is free.")
@click.option("--people", type=click.IntRange(1), default=240, show_default=True, help="How many people there are.")
@click.option("--fault", "faults", multiple=True, metavar="PATH=KIND[:RATE]", help="What goes wrong; may be repeated.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which requests the faults strike.")
@click.option(
    "--token-seconds", type=click.FloatRange(1), default=3600.0, show_default=True, help="How long they last."
)
@click.option("--slow-seconds", type=click.FloatRange(0), default=2.0, show_default=True, help="How late slow is.")
@click.option("--etags", is_flag=True, help="Answer with ETags, and 304 where nothing changed.")
@click.option("--tls", type=click.Path(dir_okay=False), metavar="FILE", help="Speak TLS; its authority goes to FILE.")
@options.as_json
def simulate(
    port: int,
    people: int,
    faults: tuple[str, ...],
    seed: int,
    token_seconds: float,
    slow_seconds: float,
    etags: bool,
    tls: str | None,
    as_json: bool,
) -> None:
    """Serve SSO Jabar, SIASN, Digiteam, SIAP, K-Mob and JabarNotify on this machine, over people who do not exist.

    PATH is a system (sso, siasn, digiteam, siap, jabarnotify) or the end of a path, in which * stands for anything.
    Which kinds of fault there are stands in the reference; a wrong one is answered with those that fit.

    \b
        mkd jabar simulate
        mkd jabar simulate --people 36005 --fault siasn=busy:0.05 --fault '/pns/rw-hukdis/*=slow:0.1'
    """
    try:
        from mkd_plugins.jabar.simulator import simulator
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            "MKD708",
            f"{missing.name} is not installed",
            where="mkd jabar simulate",
            mend="pip install 'mkd[jabar]'",
        ) from None
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with simulator(
        port=port,
        people=people,
        faults=faults,
        seed=seed,
        lifetime=token_seconds,
        slow_seconds=slow_seconds,
        etags=etags,
        tls=Path(tls) if tls else None,
    ) as sim:
        places = sim.places()
        # One line, since whoever reads it cannot wait for the end of the output.
        click.echo(json.dumps(places) if as_json else output.card(list(places.items())))
        sys.stdout.flush()
        click.echo(f"listening at {sim.url}", err=True)
        ended.wait()


@click.command()
def openapi() -> None:
    """Print what the simulator serves, and how well each path is known, as an OpenAPI document in JSON."""
    from mkd_plugins.jabar.contract import document

    click.echo(document(), nl=False)
