"""The same tables behind a SELECT."""

from __future__ import annotations

import csv
import sqlite3
from datetime import date
from pathlib import Path

import attrs
import pytest

from mkd_core.errors import InvalidInput, Permanent, Transient
from mkd_plugins.api import Secret
from mkd_plugins.identity.table import Config, Source, TableIdentity
from mkd_plugins.testing import province

sqlalchemy = pytest.importorskip("sqlalchemy")

TABLES = ("people", "units", "mandates", "discipline", "ratings")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The province in a database, every column as text."""
    path = tmp_path / "siap.db"
    with sqlite3.connect(path) as connection:
        for table in TABLES:
            with (province.shipped() / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file)
            connection.execute(f"CREATE TABLE {table} ({', '.join(header)})")
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
    connection.close()
    return path


def select(database: Path, table: str, **changes: str) -> Source:
    return Source(**{"url": f"sqlite:///{database}", "select": f"SELECT * FROM {table}", **changes})


def test_a_database_and_an_export_of_it_say_the_same_of_everybody(database: Path) -> None:
    files = {table: Source(path=province.shipped() / f"{table}.csv") for table in TABLES}
    selects = {table: select(database, table) for table in TABLES}

    from_files, from_database = TableIdentity(Config(map="siap", **files)), TableIdentity(Config(map="siap", **selects))

    on = province.AS_OF
    assert from_database.findings() == ()
    assert [*from_database.mandates(on)] == [*from_files.mandates(on)]
    for unit, other_unit in zip(from_database.units(on), from_files.units(on), strict=True):
        assert (unit.source, other_unit.source) == ("SELECT of units", "units.csv")
        assert attrs.evolve(unit, source="units.csv") == other_unit
    for one, other in zip(from_database.people(on), from_files.people(on), strict=True):
        assert attrs.evolve(one, facts_from={}) == attrs.evolve(other, facts_from={})


def test_dates_and_whole_numbers_of_the_database_need_no_format(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(url := f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE t (id INTEGER, unit TEXT, since DATE, box INTEGER)"))
        connection.execute(sqlalchemy.text("INSERT INTO t VALUES (7, 'u1', '2023-01-19', 8)"))
    engine.dispose()
    columns = {"key": "id", "unit": "unit", "post_since": "since", "applicant.talent_box": "box"}

    [person] = TableIdentity(
        Config(people=Source(url=url, select="SELECT id, unit, since, box FROM t", columns=columns))
    ).people(date(2023, 6, 19))

    assert person.key == "7"
    assert person.facts == {"applicant.months_in_post": 5, "applicant.talent_box": 8}


def test_a_select_that_the_database_cannot_run_is_told_by_kind_alone(database: Path) -> None:
    identity = TableIdentity(Config(map="siap", people=select(database, "peg WHERE peg_nip = '198503122010012901'")))

    with pytest.raises(
        Transient, match=r"MKD247 SELECT of people: the database cannot be asked \(OperationalError\)"
    ) as error:
        identity.people(province.AS_OF)

    assert "198503122010012901" not in str(error.value)


def test_a_driver_that_is_not_installed_is_named(database: Path) -> None:
    source = select(database, "people", url="oracle+cx_oracle://mkd@db.example.go.id/siap")

    with pytest.raises(Permanent, match="MKD250 SELECT of people: the database driver"):
        TableIdentity(Config(map="siap", people=source)).people(province.AS_OF)


def test_an_address_that_is_none_is_refused_without_being_shown(database: Path) -> None:
    source = select(database, "people", url="not a url with secret hunter2")

    with pytest.raises(Permanent, match="MKD247") as error:
        TableIdentity(Config(map="siap", people=source)).people(province.AS_OF)

    assert "hunter2" not in str(error.value)


def test_a_url_needs_a_select() -> None:
    with pytest.raises(InvalidInput, match="needs a select"):
        Source(url="sqlite://")


def test_a_password_is_never_shown() -> None:
    source = Source(url="postgresql+psycopg://mkd@db.example.go.id/siap", select="SELECT 1", password=Secret("hunter2"))

    assert "hunter2" not in repr(source)


def test_a_password_within_the_url_is_refused() -> None:
    with pytest.raises(InvalidInput, match="MKD248") as error:
        Source(url="postgresql+psycopg://mkd:hunter2@db.example.go.id/siap", select="SELECT 1")

    assert "hunter2" not in str(error.value)
