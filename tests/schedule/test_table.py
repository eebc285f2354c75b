"""Day plans into the roster of another system: one row a person and date, in its own columns and words."""

from __future__ import annotations

import csv
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import attrs
import pytest

from mkd_core.errors import InvalidInput, Permanent, Transient
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import RosterEntry
from mkd_core.worktime import Window
from mkd_plugins.schedule.table import Config, roster

NUMBER = ServiceNumber.parse("199103172015032906", Employment.PNS)
HALF = (Window.parse("07:30-12:00 home"), Window.parse("13:00-16:30 office"))
OFFICE = (Window.parse("07:30-16:00 office 60"),)


def entry(day: int = 3, person: str = "k000002", **changes: object) -> RosterEntry:
    usual = RosterEntry(
        key=f"person/{person}:2026-06-{day:02d}:schedule:1-abc",
        person=person,
        number=NUMBER,
        on=date(2026, 6, day),
        windows=HALF,
        reference=f"{person}.1",
    )
    return attrs.evolve(usual, **changes)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "roster"


@pytest.fixture
def june(folder: Path) -> Path:
    return folder / "roster-2026-06.csv"


class TestTemplates:
    """The columns are the other system's."""

    def test_left_out_there_are_columns_to_begin_with(self, folder: Path, june: Path) -> None:
        """A deployment that names nothing gets a table that says all."""
        roster(Config(folder=folder)).put(entry())

        assert rows(june) == [
            {
                "person": "k000002",
                "nip": "199103172015032906",
                "date": "2026-06-03",
                "windows": "07:30-12:00 home, 13:00-16:30 office",
                "minutes": "480",
                "reference": "k000002.1",
            }
        ]

    def test_columns_forms_and_words_are_those_of_the_host(self, folder: Path, june: Path) -> None:
        """A date as it writes dates, a place as it calls places."""
        columns = {
            "id_pegawai": "{person}",
            "tanggal": "{date:%d-%m-%Y}",
            "jam": "{start} s.d. {end}",
            "istirahat": "{break}",
            "lokasi": "{place}",
        }
        places = {"home": "WFH", "office": "WFO"}
        backend = roster(Config(folder=folder, columns=columns, places=places, delimiter=";"))
        backend.put(entry())
        backend.put(entry(4, windows=(Window.parse("22:00-06:00 office 30"),)))

        assert june.read_text(encoding="utf-8").splitlines() == [
            "id_pegawai;tanggal;jam;istirahat;lokasi",
            "k000002;03-06-2026;07:30 s.d. 16:30;0;WFH, WFO",
            "k000002;04-06-2026;22:00 s.d. 06:00;30;WFO",
        ]

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"d": "{date}"}, "no column is {person} alone"),
            ({"p": "{person}", "d": "on {date}"}, "no column is {date} alone"),
            ({"p": "{person}", "d": "{date:%d-%m}"}, "does not tell every date"),
            ({"p": "{person}", "d": "{date}", "x": "{nipp}"}, "did you mean nip?"),
            ({"p": "{person}", "d": "{date}", "x": "{date.year}"}, "no template"),
            ({"p": "{person}", "d": "{date}", "x": "{"}, "no template"),
            ({"p": "{person}", "d": "{date}", "x": "{minutes:%d}"}, "no template"),
        ],
    )
    def test_a_template_that_cannot_work_is_refused_at_once(
        self, folder: Path, columns: dict[str, str], said: str
    ) -> None:
        """Before a day is sent, with the place and the mend."""
        with pytest.raises(InvalidInput) as refused:
            Config(folder=folder, columns=columns)

        assert refused.value.code == "MKD651"
        assert said in str(refused.value)

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"folder": Path("r"), "url": "sqlite:///r.db"},
            {"folder": Path("r"), "file": "r.csv"},
            {"folder": Path("r"), "file": "../{month}.csv"},
            {"folder": Path("r"), "places": {"hom": "WFH"}},
            {"folder": Path("r"), "delimiter": ";;"},
            {"url": "postgresql+psycopg://mkd:secret@db.example.go.id/hr"},
        ],
    )
    def test_settings_that_contradict_are_refused(self, settings: dict[str, object]) -> None:
        """One place, a name per month, places that there are, no password in the open."""
        with pytest.raises(InvalidInput, match=r"MKD651|MKD248"):
            Config(**settings)  # type: ignore[arg-type]


class TestFiles:
    """CSV files, one a month."""

    def test_a_day_has_one_row_however_often_it_comes(self, folder: Path, june: Path) -> None:
        """The same entry changes no byte, another one of that date takes the place of the row."""
        backend = roster(Config(folder=folder))
        backend.put(entry(3))
        backend.put(entry(4))
        before = june.read_bytes()
        backend.put(entry(3))
        assert june.read_bytes() == before

        backend.put(entry(3, windows=OFFICE, key="later"))

        assert [(row["date"], row["windows"]) for row in rows(june)] == [
            ("2026-06-03", "07:30-16:00 office 60"),
            ("2026-06-04", "07:30-12:00 home, 13:00-16:30 office"),
        ]

    def test_each_month_has_a_file_of_its_own(self, folder: Path, june: Path) -> None:
        """A file stays as long as a month is."""
        backend = roster(Config(folder=folder))
        backend.put(entry(30))
        backend.put(attrs.evolve(entry(1), on=date(2026, 7, 1)))

        assert [row["date"] for row in rows(june)] == ["2026-06-30"]
        assert [row["date"] for row in rows(folder / "roster-2026-07.csv")] == ["2026-07-01"]

    def test_a_day_off_is_a_row_without_hours_or_none_at_all(self, folder: Path, june: Path, tmp_path: Path) -> None:
        """As the other system wants it."""
        off = entry(3, windows=(), key="later")
        for backend in (roster(Config(folder=folder)), roster(Config(folder=tmp_path / "other", days_off=False))):
            backend.put(entry(3))
            backend.put(off)
            backend.put(off)

        assert [(row["windows"], row["minutes"]) for row in rows(june)] == [("", "0")]
        assert rows(tmp_path / "other" / "roster-2026-06.csv") == []

    def test_a_person_whom_nobody_knows_any_more_keeps_the_number_in_the_row(self, folder: Path, june: Path) -> None:
        """The other system finds the row by it, to let the day go."""
        backend = roster(Config(folder=folder))
        backend.put(entry(3))
        backend.put(entry(3, number=None, windows=(), key="later"))

        assert [(row["nip"], row["windows"]) for row in rows(june)] == [("199103172015032906", "")]

    def test_hours_of_somebody_without_a_number_are_refused(self, folder: Path, june: Path) -> None:
        """Whoever reads the roster by number would take the row for nobody's; a day without hours needs none."""
        backend = roster(Config(folder=folder))
        backend.put(entry(3))
        with pytest.raises(Permanent, match="MKD656") as refused:
            backend.put(entry(4, number=None))
        backend.put(entry(5, number=None, windows=()))

        assert refused.value.where == "k000002, 2026-06-04"
        assert [row["date"] for row in rows(june)] == ["2026-06-03"]

    def test_a_roster_that_asks_for_no_number_takes_them(self, folder: Path, june: Path) -> None:
        """An office may know its people by key alone."""
        roster(Config(folder=folder, columns={"who": "{person}", "on": "{date}"})).put(entry(3, number=None))

        assert [row["who"] for row in rows(june)] == ["k000002"]

    def test_a_damaged_file_is_left_alone(self, folder: Path, june: Path) -> None:
        """Somebody has to look: what is in it may be all there is."""
        backend = roster(Config(folder=folder))
        backend.put(entry(3))
        june.write_text(june.read_text(encoding="utf-8") + "half a ro", encoding="utf-8")
        before = june.read_bytes()

        with pytest.raises(Permanent, match="MKD621"):
            backend.put(entry(4))

        assert june.read_bytes() == before

    def test_other_columns_than_those_in_the_file_are_refused(self, folder: Path) -> None:
        """A template that was changed does not mix two tables in one file."""
        roster(Config(folder=folder)).put(entry(3))

        with pytest.raises(Permanent, match="MKD621"):
            roster(Config(folder=folder, columns={"person": "{person}", "date": "{date}"})).put(entry(4))

    def test_a_folder_that_cannot_be_is_said(self, tmp_path: Path) -> None:
        """A file stands where the folder should be."""
        (tmp_path / "roster").write_text("", encoding="utf-8")

        with pytest.raises((Permanent, Transient), match="MKD623"):
            roster(Config(folder=tmp_path / "roster")).put(entry())

    @pytest.mark.kill
    def test_a_process_killed_at_any_moment_leaves_a_whole_file(self, folder: Path, june: Path) -> None:
        """What was put before is there, and the same days again make the table that nothing ever stopped."""
        chance = random.Random(2026)
        for _ in range(6):
            writer = subprocess.Popen([sys.executable, "-c", WRITER, folder])
            while not june.exists() and writer.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    writer.wait(timeout=0.02)
            with suppress(subprocess.TimeoutExpired):
                writer.wait(timeout=0.05 + chance.random() * 0.3)
            writer.kill()
            writer.wait()
            assert all(row["windows"] for row in rows(june))

        backend = roster(Config(folder=folder))
        for day in range(1, 31):
            backend.put(entry(day, windows=OFFICE))

        assert sorted(row["date"] for row in rows(june)) == [f"2026-06-{day:02d}" for day in range(1, 31)]
        assert {row["windows"] for row in rows(june)} == {"07:30-16:00 office 60"}


WRITER = """
import sys
from datetime import date
from itertools import cycle
from pathlib import Path
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import RosterEntry
from mkd_core.worktime import Window
from mkd_plugins.schedule.table import Config, roster

NUMBER = ServiceNumber.parse("199103172015032906", Employment.PNS)
backend = roster(Config(folder=Path(sys.argv[1])))
for turn in cycle(range(1, 1000)):
    for day in range(1, 31):
        backend.put(RosterEntry(key=f"{turn}", person="k000002", number=NUMBER, on=date(2026, 6, day),
                                windows=(Window.parse(f"07:30-16:00 office {turn % 60}"),), reference=f"r{turn}"))
"""


class TestDatabase:
    """A table that is there already, with columns of its own kinds."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> Path:
        pytest.importorskip("sqlalchemy", reason="databases are an extra")
        path = tmp_path / "hr.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(
                "CREATE TABLE jadwal (pegawai TEXT, nip TEXT, tanggal DATE, masuk TIME, menit INTEGER, asal TEXT,"
                " PRIMARY KEY (pegawai, tanggal))"
            )
            connection.commit()
        return path

    @pytest.fixture
    def columns(self) -> dict[str, str]:
        return {
            "pegawai": "{person}",
            "nip": "{nip}",
            "tanggal": "{date}",
            "masuk": "{start}",
            "menit": "{minutes}",
            "asal": "MKD {reference}",
        }

    def table(self, database: Path) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute("SELECT * FROM jadwal ORDER BY tanggal").fetchall()

    def test_a_day_is_one_row_of_the_tables_own_kinds(self, database: Path, columns: dict[str, str]) -> None:
        """Replaced when it changes, the same when it comes again, its hours empty on a day off."""
        backend = roster(Config(url=f"sqlite:///{database}", table="jadwal", columns=columns))
        for each in (entry(3), entry(4), entry(4), entry(3, windows=OFFICE), entry(4, windows=(), number=None)):
            backend.put(each)

        assert self.table(database) == [
            ("k000002", "199103172015032906", "2026-06-03", "07:30:00.000000", 450, "MKD k000002.1"),
            ("k000002", "199103172015032906", "2026-06-04", None, 0, "MKD k000002.1"),
        ]

    def test_hours_of_somebody_without_a_number_are_refused(self, database: Path, columns: dict[str, str]) -> None:
        """As in a file: nothing is written, and a day without hours needs no row."""
        backend = roster(Config(url=f"sqlite:///{database}", table="jadwal", columns=columns))
        with pytest.raises(Permanent, match="MKD656"):
            backend.put(entry(4, number=None))
        backend.put(entry(5, number=None, windows=()))

        assert self.table(database) == []

    def test_a_day_off_can_take_its_row_away(self, database: Path, columns: dict[str, str]) -> None:
        """For a roster that holds shifts alone."""
        backend = roster(Config(url=f"sqlite:///{database}", table="jadwal", columns=columns, days_off=False))
        backend.put(entry(3))
        backend.put(entry(3, windows=()))

        assert self.table(database) == []

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"table": "jadwall"}, "no such table"),
            ({"columns": {"pegawai": "{person}", "tangal": "{date}"}}, "did you mean tanggal?"),
            ({"columns": {"pegawai": "{person}", "tanggal": "{date}", "menit": "{windows}"}}, "takes int"),
        ],
    )
    def test_a_table_that_does_not_fit_is_said(
        self, database: Path, columns: dict[str, str], changes: dict[str, object], said: str
    ) -> None:
        """Which table or column, and what it takes; nothing is written."""
        settings: dict[str, object] = {"url": f"sqlite:///{database}", "table": "jadwal", "columns": columns, **changes}
        with pytest.raises(Permanent, match="MKD653") as refused:
            roster(Config(**settings)).put(entry())  # type: ignore[arg-type]

        assert said in str(refused.value)
        assert self.table(database) == []

    def test_a_row_that_the_table_does_not_take_is_for_somebody_to_mend(self, tmp_path: Path) -> None:
        """A cell that must be filled or fits no check stays so however often it is sent; no value of it is told."""
        pytest.importorskip("sqlalchemy", reason="databases are an extra")
        with closing(sqlite3.connect(tmp_path / "strict.db")) as connection:
            connection.execute(
                "CREATE TABLE jadwal (pegawai TEXT, tanggal DATE, masuk TIME NOT NULL, shift TEXT NOT NULL)"
            )
            connection.commit()
        columns = {"pegawai": "{person}", "tanggal": "{date}", "masuk": "{start}"}
        backend = roster(Config(url=f"sqlite:///{tmp_path / 'strict.db'}", table="jadwal", columns=columns))
        with pytest.raises(Permanent, match="MKD652") as refused:
            backend.put(entry())

        assert "k000002" not in str(refused.value)

    def test_a_database_that_is_in_use_is_tried_again(self, database: Path, columns: dict[str, str]) -> None:
        """Somebody else writes: the day waits, and no value of a row is told."""
        backend = roster(Config(url=f"sqlite:///{database}?timeout=0.05", table="jadwal", columns=columns))
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(Transient, match="MKD652") as refused:
                backend.put(entry())

        assert "k000002" not in str(refused.value)
        backend.put(entry())
        assert len(self.table(database)) == 1
