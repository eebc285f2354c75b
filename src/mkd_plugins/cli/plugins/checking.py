"""``mkd plugins check``: whether everything that is configured works."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import click

from mkd_core.errors import MkdError
from mkd_plugins.cli import options
from mkd_plugins.cli.plugins.listing import problem_data
from mkd_plugins.cli.session import Session, answer
from mkd_plugins.cli.stdout import for_answers_alone
from mkd_plugins.cli.telling import complain, lines
from mkd_plugins.host import Host
from mkd_plugins.problems import EXTRA_MISSING, PluginProblem
from mkd_plugins.words import say

if TYPE_CHECKING:
    from mkd_plugins.config import Config
    from mkd_plugins.config.presets import Laid

T = TypeVar("T")

ANSWERS = "answers"
MADE = "made; has no ping"
"""What a backend comes to that can be made and asked."""
SAID = {ANSWERS: "doctor_answers", MADE: "doctor_made"}
"""The keys of the words for these."""


@click.command()
@click.option("--open", "open_them", is_flag=True, help="Make every configured backend, too; no table is read yet.")
@click.option("--ping", "ping_them", is_flag=True, help="Make every one, and ping what can be: tables are read.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=10.0,
    show_default=True,
    help="How long a plugin may take to load.",
)
@options.as_json
@click.pass_context
def check(ctx: click.Context, open_them: bool, ping_them: bool, seconds: float, as_json: bool) -> None:
    """Read every plugin and the whole of mkd.toml; exit status 1 when something is wrong.

    Plugins of others are loaded in processes of their own first: one that hangs, or ends its process, is named here.
    """
    session: Session = ctx.obj
    from mkd_plugins.config import Config

    config = Config.load(session.config)
    deadly = [] if session.no_plugins else dangerous(config, seconds)
    with for_answers_alone(), Host.load(without(config, deadly), no_plugins=session.no_plugins) as host:
        host.check()
        if open_them or ping_them:
            _open(host)
        answers = pinged(host) if ping_them else {}
        wrong = wrong_rules(host, options.now().date())
        problems = [*deadly, *(problem for problem in host.problems if problem.code != EXTRA_MISSING)]
        rows = host.report()
        loaded, hanging = sum(row.state == "loaded" for row in rows), sum(row.hanging for row in rows)
        data = {
            "loaded": loaded,
            "backends": [table.path for table in config.backends],
            "problems": [*map(problem_data, problems), *map(_line, wrong)],
            "hanging": hanging,
        } | ({"ping": answers} if ping_them else {})
        data |= {"preset": {"file": config.preset.file, "off": list(config.preset.off)}} if config.preset else {}
        language = session.words()
        said = [say("checked", language, plugins=loaded, backends=len(config.backends))]
        said += [say("hanging", language, count=hanging)] if hanging else []
        said += [_off(config.preset, language)] if config.preset else []
        said += [
            f"{backend}: {say(SAID[told], language) if told in SAID else told}" for backend, told in answers.items()
        ]
        answer(as_json, data, "\n".join(said))
    for problem in (*problems, *wrong):
        complain(problem, language)
    if problems or wrong:
        sys.stdout.flush()
        ctx.exit(1)


def _off(preset: Laid, language: str) -> str:
    off = f"; {say('preset_off', language, names=', '.join(preset.off))}" if preset.off else ""
    return f"preset: {preset.file}{off}"


def _open(host: Host) -> None:
    """Make each configured backend; what cannot be made is recorded by the host."""
    build: Any = host.build  # which port it is shows only here, so no overload fits
    for port in dict.fromkeys(table.port for table in host.config.backends):
        try:
            build(port)
        except PluginProblem:
            continue


def dangerous(config: Config, seconds: float) -> list[PluginProblem]:
    """The problems of enabled plugins that this process would not survive loading."""
    from mkd_plugins.discovery import installed
    from mkd_plugins.host.checking import check_imports

    enabled = [
        plugin.label for plugin in installed()[0] if not plugin.shipped and config.mkd.enables(plugin.answers_to)
    ]
    found = check_imports(enabled, seconds=seconds, foreign_only=True)
    return [problem for problem in found if problem.label in enabled]


def without(config: Config, problems: list[PluginProblem]) -> Config:
    """The same configuration with those plugins off."""
    off = (*config.mkd.disabled, *(problem.label for problem in problems))
    return attrs.evolve(config, mkd=attrs.evolve(config.mkd, disabled=off))


def pinged(host: Host) -> dict[str, str]:
    """What each configured backend that can be made says to a ping; what goes wrong is recorded by the host."""
    build: Any = host.build
    answers = {}
    for port in dict.fromkeys(table.port for table in host.config.backends):
        try:
            backends = build(port)
        except MkdError:
            continue
        for backend in backends:
            if backend.problem is not None:
                answers[backend.backend] = str(backend.problem)
                continue
            if "ping" not in backend.capabilities:
                answers[backend.backend] = MADE
                continue
            try:
                backend.ping()
            except MkdError as refusal:
                answers[backend.backend] = str(refusal)
                if not isinstance(refusal, PluginProblem):
                    host.record_refusal(backend.label, backend.backend, refusal)
            else:
                answers[backend.backend] = ANSWERS
    return answers


def wrong_rules(host: Host, today: date) -> list[str]:
    """What is wrong with policy, scheme, hours, units and holders of the configuration or with [serve], a line each.

    Units and people are looked up as they are on that day.
    """
    from mkd_plugins.deployment import hours_of, policies_of, schemes_of
    from mkd_plugins.deployment.assigning import assignments_of, check_named

    wrong = list[str]()

    def read(what: Callable[..., T], *given: object) -> T | None:
        try:
            return what(*given)
        except (MkdError, OSError) as error:
            wrong.extend(lines(error))
            return None

    policies = read(policies_of, host)
    if policies is not None:
        read(assignments_of, host, policies)
    for settings in (schemes_of, hours_of, _served):
        read(settings, host)
    read(check_named, host, today)
    return wrong


def _served(host: Host) -> None:
    """Read the table [serve], where there is one."""
    from mkd_plugins.serve.settings import serve_settings

    if host.config.serve:
        serve_settings(host.config, os.environ)


def _line(text: str) -> dict[str, str]:
    code, _, line = text.partition(" ")
    return {"code": code, "label": "mkd.toml", "line": line, "hint": ""}
