"""The roster in the databases that HR systems have: PostgreSQL and MariaDB, each with columns of its own kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from attrs import evolve

from mkd_core.errors import Permanent
from mkd_core.ports import Schedule
from mkd_plugins.schedule.table import Config, roster
from mkd_plugins.testing.schedule import ENTRY, ScheduleSuite

COLUMNS = {
    "pegawai": "{person}",
    "nip": "{nip}",
    "tanggal": "{date}",
    "masuk": "{start}",
    "menit": "{minutes}",
    "asal": "{reference}",
}
TABLE = (
    "CREATE TABLE jadwal_uji (pegawai VARCHAR(60), nip VARCHAR(18), tanggal DATE, masuk TIME, menit INTEGER,"
    " asal VARCHAR(80), PRIMARY KEY (pegawai, tanggal))"
)


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server with an empty table."""
    sqlalchemy = pytest.importorskip("sqlalchemy", reason="databases are an extra")
    found = str(request.getfixturevalue(f"{request.param}_url"))
    engine = sqlalchemy.create_engine(found, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(TABLE))
    yield found
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE jadwal_uji"))


def opened(url: str) -> Iterator[Any]:
    made = roster(Config(url=url, table="jadwal_uji", columns=COLUMNS))
    yield made
    made.close()


@pytest.fixture
def backend(url: str) -> Iterator[Any]:
    yield from opened(url)


def rows(url: str) -> list[tuple[object, ...]]:
    import sqlalchemy

    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text("SELECT * FROM jadwal_uji ORDER BY tanggal"))
        return [tuple(row) for row in found]


class TestTheSuite(ScheduleSuite):
    """The kit, on each server."""

    @pytest.fixture
    def backend(self, url: str) -> Iterator[Schedule]:
        yield from opened(url)


def test_a_day_is_replaced_in_its_row(url: str, backend: Schedule) -> None:
    """Sent, sent again, changed, taken off: one row, of the kinds that the table has."""
    backend.put(ENTRY)
    backend.put(ENTRY)
    backend.put(evolve(ENTRY, on=date(2026, 6, 4)))
    backend.put(evolve(ENTRY, windows=(), number=None, key="later"))

    off, worked = rows(url)
    assert off == ("rahmania", "199103172015032906", date(2026, 6, 3), None, 0, "rahmania.1")
    assert worked[2:] in [
        (date(2026, 6, 4), start, 480, "rahmania.1") for start in (time(7, 30), timedelta(hours=7, minutes=30))
    ]


def test_a_cell_that_is_too_long_is_refused_without_its_words(url: str) -> None:
    """The database's own message quotes the row; ours does not."""
    columns = {"pegawai": "{person}", "tanggal": "{date}", "nip": "{windows} {windows}"}
    made = roster(Config(url=url, table="jadwal_uji", columns=columns))

    with pytest.raises(Permanent, match="MKD652") as refused:
        made.put(ENTRY)

    assert "rahmania" not in str(refused.value)
    assert rows(url) == []
