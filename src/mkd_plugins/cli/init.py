"""``mkd init``: a deployment to start from."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

from mkd_core.errors import InvalidInput
from mkd_plugins.cli.configuration import configuration, configuration_over
from mkd_plugins.cli.session import Session, actor
from mkd_plugins.config.presets import find

_TABLES = ("people", "units", "mandates", "discipline", "ratings")


@click.command()
@click.option("--example", is_flag=True, help="With 240 synthetic people to try it on.")
@click.option("--preset", metavar="NAME", help="Over the settings of a province: jabar, or the path of a TOML file.")
@click.option("--force", is_flag=True, help="Write over what is there; the journal is kept.")
@click.argument("folder", type=click.Path(file_okay=False), default=".")
@click.pass_obj
def init(session: Session, example: bool, preset: str | None, force: bool, folder: str) -> None:
    """Write mkd.toml and an empty journal into FOLDER, and say what to type next."""
    if example and preset is not None:
        raise click.UsageError("--example has settings of its own: leave out one of --example and --preset")
    place = Path(folder)
    text = _text(session.language or "en", example) if preset is None else _over(preset, place)
    names = ("mkd.toml", *(f"{table}.csv" for table in _TABLES if example))
    there = [name for name in (*names, "journal.db") if (place / name).exists()]
    if there and not force:
        raise InvalidInput("MKD291", f"already there: {', '.join(there)}", where=folder, mend="add --force")
    place.mkdir(parents=True, exist_ok=True)
    (place / "mkd.toml").write_text(text, encoding="utf-8")
    if example:
        _copy_province(place)
    from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal

    SqliteJournal(SqliteConfig(path=place / "journal.db")).close()
    made = [f"{folder}/{name}" for name in ("mkd.toml", "journal.db") if name == "mkd.toml" or name not in there]
    click.echo(_next(folder, made, session.language or "en", example=example))


def _text(language: str, example: bool) -> str:
    return configuration(actor(), language=language, example=example, holidays=find_spec("holidays") is not None)


def _over(preset: str, place: Path) -> str:
    return configuration_over(find(preset, folder=place, file="mkd.toml"), preset, actor())


def _copy_province(place: Path) -> None:
    from mkd_plugins.testing.province import shipped

    for table in _TABLES:
        shutil.copyfile(shipped() / f"{table}.csv", place / f"{table}.csv")


def _next(folder: str, made: list[str], language: str, *, example: bool) -> str:
    """What to type next, with people who are there."""
    written, then = ("Tertulis", "Berikutnya") if language == "id" else ("Written", "Next")
    lines = [f"{written}: {', '.join(made)}", f"{then}:"]
    if folder != ".":
        lines.append(f"  cd {folder}")
    if not example:
        return "\n".join([*lines, "  $EDITOR mkd.toml", "  mkd plugins check", "  mkd facts check"])
    return "\n".join([*lines, "  export MKD_AT=2023-06-20T09:00+07:00", *(f"  {line}" for line in _JOURNEY)])


_JOURNEY = (
    "mkd facts check",
    "mkd agreement propose --as k000002 --from 2023-07-03 --until 2023-12-29 --remote wed,thu \\",
    '    --target "output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs"',
    "mkd agreement decide k000002.1",
    "mkd agreement submit k000002.1 --as k000002",
    "mkd agreement show k000002.1",
)
