"""``mkd jabar refresh``: what SIASN says, read anew."""

from __future__ import annotations

import click

from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import counting
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import for_answers_alone
from mkd_plugins.words import say


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ask for everything, not only for what is old.")
@options.as_json
@click.pass_obj
def refresh(session: Session, everything: bool, as_json: bool) -> None:
    """Read people, units, discipline and ratings anew from SIASN, as [identity.siasn] says.

    Only what is older than max_age is asked for, so that a run that was broken off goes on where it was. What cannot be
    had stays as it was had before, and its age is shown wherever it is used. When some of it failed, the exit status
    is 1.
    """
    from mkd_plugins.config import Config
    from mkd_plugins.host import Host
    from mkd_plugins.jabar.siasn.refresh import refresh as read_anew

    with for_answers_alone(), Host.load(Config.load(session.config), no_plugins=session.no_plugins) as host:
        config = host.settings("identity", "siasn")
    language = session.words()
    with counting(language, "answers") as told:
        report = read_anew(config, everything=everything, progress=told)
    shown = {name: value for name, value in report.to_data().items() if name != "failures"}
    card = output.card([(say(f"had_{name}", language), str(value)) for name, value in shown.items()])
    failures = [f"{kind}: {count}" for kind, count in report.failures.items()]
    answer(as_json, report.to_data(), "\n".join([card, *failures]))
    if report.failed:
        raise SystemExit(1)
