"""Identity from the exports of SIAP that go bad: what could last be read stays in use, and everybody is told."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import attrs
import pytest
import requests

from mkd_core import AgreementService, History, Week, weekly
from mkd_core.errors import Permanent
from mkd_core.people import WIB, Employee
from mkd_core.ports import Found
from mkd_plugins.identity.table import Config, Source, TableIdentity
from mkd_plugins.jabar.simulator import AGENCY_USER, PASSWORD, Simulator, simulator
from mkd_plugins.testing.fakes import memory_journal
from mkd_plugins.testing.province import PLANNER, TABLES

ON = date(2023, 6, 20)
WRITTEN = datetime(2023, 6, 15, 3, tzinfo=WIB).timestamp()
"""When the good exports were written; the deployment asks five days later."""
NOW = WRITTEN + 5 * 86_400 + 3_600


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with simulator(people=80) as running:
        yield running


@pytest.fixture
def export(sim: Simulator, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Writes the exports as SIAP gives them, some with a fault."""

    def write(*faults: str, at: float = WRITTEN) -> None:
        sim.switch(*faults)
        for table in TABLES:
            answer = requests.get(f"{sim.url}/ekspor/{table}.csv", auth=(AGENCY_USER, PASSWORD), timeout=20)
            path = tmp_path / f"{table}.csv"
            path.write_bytes(answer.content)
            os.utime(path, (at, at))

    write()
    yield write
    sim.switch()


@pytest.fixture
def config(export: Callable[..., None], tmp_path: Path) -> Config:
    tables = {table: Source(path=tmp_path / f"{table}.csv") for table in TABLES}
    return Config(map="siap", cache=tmp_path / "siap.json", **tables)


def asked(config: Config) -> TableIdentity:
    """The exports as another process finds them on that day."""
    return TableIdentity(config, now=lambda: NOW)


def planner(identity: TableIdentity) -> Employee:
    answer = identity.person(PLANNER, ON)
    assert isinstance(answer, Found)
    return answer.employee


def known(identity: TableIdentity) -> dict[str, tuple[object, ...]]:
    return {
        each.key: (each.number, each.unit, each.superior, each.active, dict(each.facts)) for each in identity.people(ON)
    }


def cut_off(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 3]), encoding="utf-8")


def other_header(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("peg_id,", "id_pegawai,", 1), encoding="utf-8")


def other_delimiter(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")


def other_encoding(path: Path) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").replace("Ratu", "Ratú").encode("cp1252"))


def shifted_left(path: Path) -> None:
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(f"{row.partition(',')[2]}," for row in rows), ""]), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "spoil", "code"),
    [
        ("people", cut_off, "MKD282"),
        ("people", other_header, "MKD233"),
        ("people", other_delimiter, "MKD233"),
        ("people", other_encoding, "MKD232"),
        ("people", shifted_left, "MKD235"),
        ("people", Path.unlink, "MKD231"),
        ("units", cut_off, "MKD282"),
        ("units", shifted_left, "MKD282"),
    ],
)
def test_what_could_last_be_read_stays_in_use_and_says_its_age(
    config: Config, tmp_path: Path, table: str, spoil: Callable[[Path], None], code: str
) -> None:
    """A broken export takes nobody away: the first finding says where it is broken and how old what is used is."""
    usual = known(asked(config))
    spoil(tmp_path / f"{table}.csv")
    broken = asked(config)
    assert known(broken) == usual
    first = broken.findings()[0]
    assert first.code == code
    assert f"{table}.csv" in first.where
    assert first.message.endswith("; what was read as of 2023-06-14 stays in use")
    assert first.mend
    assert set(planner(broken).facts_from.values()) == {
        f"{name}.csv, as of 2023-06-14, 5 days old" for name in ("people", "ratings", "discipline")
    }
    assert {unit.source for unit in broken.units(ON)} == {"units.csv, as of 2023-06-14, 5 days old"}


@pytest.mark.parametrize("table", ["people", "units", "discipline", "ratings"])
def test_columns_that_moved_are_noticed(config: Config, export: Callable[..., None], table: str) -> None:
    """The values stand one column further, as when a cell was added in front: refused as a whole, with a row."""
    usual = known(asked(config))
    export(f"/ekspor/{table}.csv=shifted")
    broken = asked(config)
    assert known(broken) == usual
    first = broken.findings()[0]
    assert first.code in ("MKD235", "MKD236")
    assert first.where.startswith(f"{table}.csv, row")
    with pytest.raises(Permanent, match=first.code):
        known(asked(attrs.evolve(config, cache=None)))


def test_mandates_whose_columns_moved_bind_nobody(config: Config, export: Callable[..., None]) -> None:
    """Each row is a finding, and no order that cannot be read gives anybody power."""
    orders = len(list(asked(config).mandates(ON)))
    export("/ekspor/mandates.csv=shifted")
    broken = asked(config)
    assert orders > 1
    assert list(broken.mandates(ON)) == []
    rows = {found.where.split(",")[1] for found in broken.findings() if found.where.startswith("mandates.csv")}
    assert len(rows) >= orders


def test_who_runs_on_goes_over_to_what_was_and_back(config: Config, export: Callable[..., None]) -> None:
    """A process that runs for days asks the new export as soon as it can be used, and calls it old no longer."""
    running = asked(config)
    usual = known(running)
    assert planner(running).facts_from["applicant.rating"] == "ratings.csv"
    export("/ekspor/people.csv=shifted")
    assert known(running) == usual
    assert planner(running).facts_from["applicant.rating"].endswith("5 days old")
    export(at=WRITTEN + 86_400)
    assert known(running) == usual
    assert planner(running).facts_from["applicant.rating"] == "ratings.csv"
    assert not [found for found in running.findings() if "stays in use" in found.message]


POLICY = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[[rules]]
id = "months"
require = "applicant.service_months > 700"
otherwise = "refuse"
because = { id = "bulan", en = "months" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""


def test_a_decision_that_rests_on_an_old_export_says_so(config: Config, export: Callable[..., None]) -> None:
    """Its finding names the export and how old it is: one that is broken now, and one that nobody wrote anew."""

    def source(identity: TableIdentity) -> str:
        mkd = AgreementService(
            journal=memory_journal(), identity=identity, policies=History.from_texts({"check.toml": POLICY})
        )
        noon = datetime(2023, 6, 20, 12, tzinfo=WIB)
        week = weekly(date(2023, 7, 3), Week.parse({"mon": "07:30-16:00 home 60"}))
        draft = mkd.propose(applicant=PLANNER, plan=week, targets=[], by=PLANNER, at=noon)
        origins = mkd.decide(draft.id, at=noon).decision.findings[0].origins
        return origins["applicant.service_months"].source

    assert source(asked(config)) == "identity"
    late = attrs.evolve(config, stale_after=259_200.0)
    assert source(asked(late)) == "people.csv, as of 2023-06-14, 5 days old"
    export("/ekspor/people.csv=shifted")
    assert source(asked(config)) == "people.csv, as of 2023-06-14, 5 days old"


@pytest.mark.parametrize(
    "row",
    [
        "198001012005011999,Teguran, tertulis",
        ",Teguran,Ringan,Menjalani,03-01-2022,02-07-2022",
        "Teguran,Ringan,Menjalani,03-01-2022,02-07-2022,",
    ],
)
def test_a_lost_row_of_discipline_makes_nobody_clean(config: Config, tmp_path: Path, row: str) -> None:
    """It might be about anybody: who serves a punishment does, and of all others nobody says that there is none."""
    before = {key: facts[-1].get("applicant.discipline") for key, facts in known(asked(config)).items()}
    path = tmp_path / "discipline.csv"
    path.write_text(path.read_text(encoding="utf-8") + f"{row}\n", encoding="utf-8")
    after = {key: facts[-1].get("applicant.discipline") for key, facts in known(asked(config)).items()}
    assert "none" in before.values()
    assert after == {key: "serving" if said == "serving" else None for key, said in before.items()}


def test_the_cache_is_private_and_holds_what_is_needed_alone(config: Config, sim: Simulator) -> None:
    """Neither card, address, bank nor place of anybody is in it; only its owner can read it."""
    known(asked(config))
    assert config.cache is not None
    kept = config.cache.read_text(encoding="utf-8")
    for number in sim.people.numbers:
        assert not [value for value in sim.people.never_read(number) if value in kept]
    assert stat.S_IMODE(config.cache.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["[mkd]\n", "{}", '{"form": "mkd-tables-1", "tables": {}}'])
def test_a_file_of_somebody_else_is_no_cache(config: Config, text: str) -> None:
    """It is named and left alone."""
    assert config.cache is not None
    config.cache.write_text(text, encoding="utf-8")
    with pytest.raises(Permanent, match="MKD283"):
        known(asked(config))
    assert config.cache.read_text(encoding="utf-8") == text


def test_a_cache_that_cannot_be_written_stops_nobody(config: Config, tmp_path: Path) -> None:
    """The exports are good; that nothing would be left of them on a bad day is a finding."""
    nowhere = asked(attrs.evolve(config, cache=tmp_path / "gone" / "siap.json"))
    assert known(nowhere)
    assert [found.code for found in nowhere.findings()].count("MKD283") == 1
