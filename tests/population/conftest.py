"""A province to decide: the 240 people that ship, as a deployment and as plain objects, and crowds of any size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from mkd_core import AgreementService
from mkd_core.people import Employee, Mandate, Unit
from mkd_core.ports import Denied, Found, Identity, NotMine
from mkd_core.usecases.agreements import terms_of
from mkd_plugins.calendar.hours import office_hours
from mkd_plugins.cli import root
from mkd_plugins.cli.typed import plan, targets
from mkd_plugins.identity.table import Config, Source, TableIdentity
from mkd_plugins.policies import policy_history
from mkd_plugins.population import Template
from mkd_plugins.testing import province
from mkd_plugins.testing.fakes import memory_journal

ON = date(2023, 6, 20)
TABLES = ("people", "units", "mandates", "discipline", "ratings")
TARGET = "brief=output; briefs delivered; at_least 4 briefs; by 2023-12-15; evidence: the briefs"
TWO_DAYS = """\
from = 2023-07-03
until = 2023-12-29
remote = "wed,thu"
[[targets]]
kind = "output"
indicator = "briefs delivered"
direction = "at_least"
value = 4
unit = "briefs"
due = 2023-12-15
evidence = "the briefs"
"""


class Crowd:
    """An identity backend that makes people while they are asked for, of the province's, and keeps none of them.

    ``fails_at`` is the place at which it is away, until it is set to None.
    """

    def __init__(self, size: int, of: Identity, *, fails_at: int | None = None) -> None:
        self.size = size
        self.fails_at = fails_at
        self._of = of
        self._models = [person for person in of.people(ON) if person.active]

    def people(self, on: date) -> Iterable[Employee]:
        for number in range(self.size):
            if number == self.fails_at:
                raise ConnectionError("the personnel system is away")
            yield evolve(self._models[number % len(self._models)], key=f"p{number:07}")

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        found = next((person for person in self.people(on) if person.key == key), None)
        return Found(found) if found else NotMine()

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        return NotMine()

    def unit(self, key: str, on: date) -> Unit | None:
        return self._of.unit(key, on)

    def units(self, on: date) -> Iterable[Unit]:
        return self._of.units(on)

    def mandates(self, on: date) -> Iterable[Mandate]:
        return ()


@pytest.fixture(scope="session")
def shipped() -> TableIdentity:
    """The 240 people that ship."""
    folder = province.shipped()
    return TableIdentity(Config(map="siap", **{table: Source(path=folder / f"{table}.csv") for table in TABLES}))


@pytest.fixture
def service(shipped: TableIdentity) -> Callable[..., AgreementService]:
    """A service over those people, or over other backends, without a calendar."""

    def made(*identities: Identity, policies: Any = None, **parts: Any) -> AgreementService:
        return AgreementService(
            journal=memory_journal(),
            identity=identities or (shipped,),
            policies=policies or policy_history("jabar-mkd"),
            hours=office_hours(),
            **parts,
        )

    return made


@pytest.fixture
def crowd(shipped: TableIdentity) -> Callable[..., Crowd]:
    """A backend with that many people."""

    def made(size: int, *, fails_at: int | None = None) -> Crowd:
        return Crowd(size, shipped, fails_at=fails_at)

    return made


@pytest.fixture
def two_days() -> Template:
    """Wednesdays and Thursdays at home from July to December 2023, with a target."""
    week = plan(anchor=date(2023, 7, 3), weeks=(), remote="wed,thu", at="home", hours=office_hours())
    assert week is not None
    terms = terms_of(week, starts=date(2023, 7, 3), ends=date(2023, 12, 29))
    return Template(terms=terms, targets=targets([TARGET]))


@frozen
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What a command with ``--json`` answered."""
        assert self.status == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def mkd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Type a command in a folder that ``mkd init --example`` made, with a template in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("MKD_CONFIG", "MKD_LANG", "MKD_AT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def typed(*words: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            root.main(list(words), prog_name="mkd")
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    assert typed("init", "--example").status == 0
    (tmp_path / "two-days.toml").write_text(TWO_DAYS, encoding="utf-8")
    return typed


def first(count: int, of: Iterable[Any]) -> Sequence[Any]:
    """The first few."""
    return list(islice(of, count))


def lines(path: Path) -> Iterator[Any]:
    """The rows of a file of JSON lines."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
