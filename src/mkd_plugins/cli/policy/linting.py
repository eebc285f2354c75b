"""``mkd policy lint``: what is suspicious in a policy that can be used."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import click

from mkd_core.errors import PolicyError
from mkd_core.policy import History
from mkd_core.policy.lint import LintFinding, lint
from mkd_plugins.calendar.seasons import shipped_seasons
from mkd_plugins.cli import options, output
from mkd_plugins.cli.policies import found_history, installed
from mkd_plugins.cli.session import Session
from mkd_plugins.words import say


@click.command("lint")
@click.argument("names", metavar="[ID_OR_FILE]...", nargs=-1)
@click.option("--strict", is_flag=True, help="Exit status 1 for warnings, too.")
@options.as_json
@click.pass_context
def lint_policies(ctx: click.Context, names: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """What is suspicious in policies, every version and season of them: by default in all that are installed.

    A rule that can never fail or never be passed, a comparison that is always true, a parameter nobody uses, a number
    without a source, a text that is missing. What is as it should be is accepted in the file, with a reason:

    \b
    [[accepted]]
    code = "MKD330"
    at = "rule evening"
    reason = "the hours are still to be negotiated"
    """
    session: Session = ctx.obj
    language = session.words()
    linted = [_linted(session, name) for name in names] if names else _all(session)
    severities = {finding.severity for each in linted for finding in each[1]}
    if as_json:
        output.write_json([_data(*each) for each in linted])
    else:
        for name, findings, error in linted:
            _tell(name, findings, error, language)
    bad = {"error", "warning"} if strict else {"error"}
    if severities & bad or any(error for _, _, error in linted):
        ctx.exit(1)


_Linted = tuple[str, tuple[LintFinding, ...], PolicyError | None]


def _linted(session: Session, name: str) -> _Linted:
    try:
        return _of(name, found_history(session, name))
    except PolicyError as error:
        return name, (), error


def _all(session: Session) -> list[_Linted]:
    return [_of(name, history) for name, history in installed(session).items()]


def _of(name: str, history: History) -> _Linted:
    return name, lint(history, seasons={season.name for season in shipped_seasons()}, zones=available_timezones()), None


def _tell(name: str, findings: tuple[LintFinding, ...], error: PolicyError | None, language: str) -> None:
    if error is not None:
        from mkd_plugins.cli.telling import tell

        tell(error, language=language)
        return
    for finding in findings:
        click.echo(f"{say(finding.severity, language)} {finding.in_words('id' if language == 'id' else 'en')}")
    count = {severity: sum(each.severity == severity for each in findings) for severity in ("error", "warning", "info")}
    click.echo(f"{name}: " + say("linted", language, **count))


def _data(name: str, findings: tuple[LintFinding, ...], error: PolicyError | None) -> dict[str, Any]:
    data: dict[str, Any] = {"policy": name, "findings": [finding.to_data() for finding in findings]}
    return {**data, "error": str(error)} if error is not None else data
