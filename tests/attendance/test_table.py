"""Check-ins from the export of a time clock: of one person and day, and no more of them than that they were there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from mkd_core.errors import InvalidInput, Permanent
from mkd_core.people import Employment, ServiceNumber
from mkd_plugins.attendance.table import Config, TableAttendance

JUNE_3 = date(2026, 6, 3)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "presensi.csv"
    path.write_text(
        "id,waktu,mesin\n"
        "k2,03/06/2026 16:02,lobby\n"
        "k2,03/06/2026 07:21,lobby\n"
        "k2,04/06/2026 00:05,lobby\n"
        "k3,kapan-kapan,lobby\n"
        "k3,05/06/2026 07:30,lobby\n",
        encoding="utf-8",
    )
    return path


def table(export: Path, **changes: object) -> TableAttendance:
    usual = {"path": export, "columns": {"person": "id", "at": "waktu"}, "at_format": "%d/%m/%Y %H:%M"}
    return TableAttendance(Config(**{**usual, **changes}))  # type: ignore[arg-type]


def test_the_check_ins_of_a_day_come_in_their_order_and_say_no_place(export: Path) -> None:
    """The machine's column is there, and stays unread."""
    found = table(export).check_ins("k2", None, JUNE_3)

    assert [each.at.isoformat() for each in found] == ["2026-06-03T07:21:00+07:00", "2026-06-03T16:02:00+07:00"]
    assert {each.place for each in found} == {""}


def test_a_day_is_that_of_the_place_of_work(tmp_path: Path) -> None:
    """A clock that writes UTC tells of the next day in the evening."""
    path = tmp_path / "utc.csv"
    path.write_text("person,at\nk2,2026-06-02T23:30:00+00:00\n", encoding="utf-8")
    attendance = TableAttendance(Config(path=path))

    assert len(attendance.check_ins("k2", None, JUNE_3)) == 1
    assert attendance.check_ins("k2", None, date(2026, 6, 2)) == []


def test_an_export_that_was_written_anew_is_read_anew(export: Path) -> None:
    """Without starting anything again."""
    attendance = table(export)
    assert attendance.check_ins("k4", None, JUNE_3) == []

    export.write_text(export.read_text(encoding="utf-8") + "k4,03/06/2026 08:00,lobby\n", encoding="utf-8")

    assert len(attendance.check_ins("k4", None, JUNE_3)) == 1


def test_a_moment_that_cannot_be_read_is_no_absence(export: Path) -> None:
    """The row may be of the day that was asked for; a day with another check-in is not in doubt."""
    attendance = table(export)

    with pytest.raises(Permanent, match=r"MKD655 presensi\.csv, row 5"):
        attendance.check_ins("k3", None, JUNE_3)
    assert len(attendance.check_ins("k3", None, date(2026, 6, 5))) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {"person": "id"}}, "no column is named for at"),
        ({"columns": {"person": "id", "at": "waktu", "place": "mesin"}}, "'place' is no field"),
        ({"zone": "Asia/Bandung"}, "no zone"),
        ({"path": None, "url": "sqlite://"}, "needs a select"),
    ],
)
def test_settings_that_do_not_fit_are_refused(export: Path, changes: dict[str, object], said: str) -> None:
    """Before anything is read."""
    with pytest.raises(InvalidInput) as refused:
        table(export, **changes)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "MKD233"), ("id,jam\nk2,1\n", "MKD233"), ("id,waktu\nk2\n", "MKD234"), ('id,waktu\n"k2,1\n', "MKD234")],
)
def test_an_export_of_another_shape_is_said(export: Path, text: str, code: str) -> None:
    """With the row, and without what stands in it."""
    export.write_text(text, encoding="utf-8")

    with pytest.raises(Permanent, match=code):
        table(export).check_ins("k2", None, JUNE_3)


def test_a_select_is_asked_for_one_person_and_day(tmp_path: Path) -> None:
    """What nobody asks for does not leave the database."""
    pytest.importorskip("sqlalchemy", reason="databases are an extra")
    database = tmp_path / "clock.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE taps (person TEXT, at TEXT)")
        connection.executemany(
            "INSERT INTO taps VALUES (?, ?)",
            [("k2", "2026-06-03 07:21"), ("k2", "2026-06-04 07:30"), ("k3", "no moment at all")],
        )
        connection.commit()
    select = "SELECT person, at FROM taps WHERE person = :person AND date(at) = :on"
    attendance = TableAttendance(Config(url=f"sqlite:///{database}", select=select))

    assert len(attendance.check_ins("k2", None, JUNE_3)) == 1
    assert attendance.check_ins("k3", None, JUNE_3) == []


def test_people_are_found_by_the_number_that_the_clock_knows(export: Path) -> None:
    """Where the export has service numbers, the person is found by the number, and somebody without one is not."""
    number = ServiceNumber.parse("199103172015032906", Employment.PNS)
    export.write_text(f"nip,waktu\n{number.digits},03/06/2026 07:21\n,03/06/2026 07:30\n", encoding="utf-8")
    attendance = table(export, columns={"number": "nip", "at": "waktu"})
    assert len(attendance.check_ins("k2", number, JUNE_3)) == 1
    assert attendance.check_ins("k3", None, JUNE_3) == []


@pytest.mark.parametrize("columns", [{"at": "waktu"}, {"at": "waktu", "person": "id", "number": "nip"}])
def test_people_are_found_by_one_column(columns: dict[str, str]) -> None:
    """Neither none nor two: which of two would count is not guessed."""
    with pytest.raises(InvalidInput, match="by person or by number"):
        Config(path=Path("presensi.csv"), columns=columns)
