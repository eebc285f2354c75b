"""``mkd policy test``: worked cases, and whether they would notice a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from mkd_core.errors import PolicyError
from mkd_core.policy import History
from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import with_bar
from mkd_plugins.cli.policies import found_folder, found_history, installed
from mkd_plugins.cli.session import Session
from mkd_plugins.words import say

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from mkd_plugins.policies.mutation import Report
    from mkd_plugins.policies.worked_cases import Case, CaseResult

T = TypeVar("T")


@click.command()
@click.argument("name", metavar="[ID_OR_FILE]", default="jabar-mkd")
@click.option("--all", "everything", is_flag=True, help="Every installed policy.")
@click.option("--mutate", "mutating", is_flag=True, help="Change every part of it a little: does a case notice?")
@click.option(
    "--survivors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Changes that no case has to notice, each with its reason.  [survivors.toml beside the policy]",
)
@options.as_json
@click.pass_context
def test(
    ctx: click.Context, name: str, everything: bool, mutating: bool, survivors: Path | None, as_json: bool
) -> None:
    """Decide the worked cases that lie beside a policy; exit status 1 when one comes out otherwise.

    \b
    mkd policy test rules/dinas-contoh.toml     the cases in rules/dinas-contoh.cases.toml
    mkd policy test rules/                      all versions and all cases of the folder
    mkd policy test jabar-mkd --mutate          would a case notice another number, operator or effect?
    """
    session: Session = ctx.obj
    language = session.words()
    histories = installed(session) if everything else {name: found_history(session, name)}
    tested = [_tested(session, each, history, mutating, survivors) for each, history in histories.items()]
    if not everything and not tested[0].results:
        mend = "write VERSION.cases.toml beside VERSION.toml"
        raise PolicyError("MKD327", "no worked case lies beside this policy", where=name, mend=mend)
    data = [each.to_data() for each in tested]
    if as_json:
        output.write_json(data if everything else data[0])
    else:
        click.echo("\n".join(line for each in tested for line in each.lines(language)))
    if not all(each.well for each in tested):
        ctx.exit(1)


@frozen(kw_only=True)
class _Tested:
    """What testing one policy came to; the report where it was mutated."""

    name: str
    results: list[CaseResult]
    mutating: bool
    report: Report | None = None

    @property
    def wrong(self) -> list[CaseResult]:
        return [result for result in self.results if result.differences]

    @property
    def well(self) -> bool:
        return not self.wrong and not (self.report and (self.report.surviving or self.report.outdated))

    def to_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "policy": self.name,
            "cases": len(self.results),
            "wrong": [
                {
                    "case": result.case.name,
                    "expected": {key: result.case.expected[key] for key in result.differences},
                    "got": {key: result.got[key] for key in result.differences},
                }
                for result in self.wrong
            ],
        }
        if self.report is not None:
            data["mutation"] = self.report.to_data()
        return data

    def lines(self, language: str) -> Iterator[str]:
        for result in self.wrong:
            for key in result.differences:
                expected, got = result.case.expected[key], result.got[key]
                words = say("came_out", language, what=key, expected=_plain(expected), got=_plain(got))
                yield f"{result.case.file}: {result.case.name}: {words}"
        right, count = len(self.results) - len(self.wrong), len(self.results)
        yield f"{self.name}: " + say("cases_right", language, right=right, count=count)
        if self.report is None and self.mutating:
            yield f"{self.name}: " + say("not_mutated", language)
        if self.report is not None:
            for each in self.report.surviving:
                yield f"{each.version}: {each.mutant}: " + say("mutant_unnoticed", language)
            for each in self.report.outdated:
                yield f"{each.version}: {each.mutant}: " + say("survivor_outdated", language)
            noticed = sum(bool(verdict.noticed) for verdict in self.report.verdicts)
            words = say(
                "mutants_noticed",
                language,
                noticed=noticed,
                count=len(self.report.verdicts),
                explained=len(self.report.listed) - len(self.report.outdated),
            )
            yield f"{self.name}: {words}"


def _tested(session: Session, name: str, history: History, mutating: bool, survivors: Path | None) -> _Tested:
    from mkd_plugins.policies.worked_cases import read_cases, run_cases

    path, folder = Path(name), found_folder(session, name)
    cases = read_cases(folder, of=path.name if path.is_file() else None)
    results = list(with_bar(run_cases(history, cases), len(cases), name))
    report = None
    if mutating and not any(result.differences for result in results):
        report = _mutated(name, history, cases, folder, survivors)
    return _Tested(name=name, results=results, mutating=mutating, report=report)


def _mutated(
    name: str, history: History, cases: tuple[Case, ...], folder: Traversable | Path, survivors: Path | None
) -> Report:
    from mkd_plugins.policies.mutation import Report, count_mutants, listed_survivors, mutate, read_survivors

    listed = [
        each
        for each in (read_survivors(survivors) if survivors else listed_survivors(folder))
        if each.policy == history.id and each.version in history.versions
    ]
    verdicts = with_bar(mutate(history, cases), count_mutants(history), name)
    return Report(policy=history.id, verdicts=tuple(verdicts), listed=tuple(listed))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {each}" for key, each in value.items()) or "-"
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else str(value)
