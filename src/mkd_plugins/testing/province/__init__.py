"""A synthetic province: employees, units, mandates, discipline and ratings as an export of a personnel system has them.

Nobody in it exists. Numbers have the right form and are recognisable as made up: birth years 1968 to 1999
(``SYNTHETIC_BIRTH_YEARS``) and serials 900 to 999 (``SYNTHETIC_SERIALS``). A key (``peg_id``) says nothing about a
number.

The first 240 people are the four pilot units of 2023 with the regional secretary above them; a bigger province begins
with those same people, row for row, and goes on with offices, schools and hospitals. The same size and seed give the
same bytes on every version of Python, and the 240 of seed 2023 ship in the wheel: ``shipped()``. The data stand on
19 June 2023 (``AS_OF``), the day on which MKD began. Some people are named by constants, each fit to show one thing.

**Columns.** Those named ``peg_*``, ``jabatan_id``, ``jabatan_jenis``, ``jabatan_nama``, ``jabatan_kelas``, ``jf_*``,
``jfu_*``, ``eselon_*``, ``unit_kerja_*``, ``satuan_kerja_*``, ``gol_id_akhir``, ``nm_gol_akhir``,
``kedudukan_pegawai``, ``is_gtk``, ``is_nakes`` and ``nip_atasan`` follow SIAP exports as seen in public code that reads
them; none is documented by their owner. No identity card number, account, address or coordinate is made. These columns
are **ours**:

- people: ``tim_kerja_id`` and ``tim_kerja_nama`` (work team), ``tmt_cpns`` (start of service; of a PPPK the first
  contract), ``tmt_jabatan`` (date in the present post), ``kelompok_jabatan`` (class of post in one word),
  ``kotak_talenta`` (box 1 to 9 of talent management, empty where not mapped), ``perangkat_siap`` (laptop and
  bandwidth, empty where the survey was not answered), ``layanan_langsung`` (serves the public face to face), ``loket``
  (the counter), ``hari_tanpa_keterangan`` (days absent without reason this year);
- units: ``jabatan_kepala``, ``nip_kepala`` (empty: a vacant post), ``zona``, ``layanan_langsung``;
- every column of mandates, discipline and ratings. A mandate covers both its dates; ``diterima`` is the day a
  delegation was accepted, empty for orders. A rating is that of the year in ``periode``.

Dates are ``dd-mm-yyyy``, yes and no are ``1`` and ``0``, empty is missing. ``nip_atasan`` is empty where the superior's
post is vacant: the unit then leads to whoever acts, or one level up. ``CODES`` maps labels to MKD's vocabulary.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from importlib.resources import files
from pathlib import Path

import attrs

from mkd_core.errors import InvalidInput, MkdError
from mkd_plugins.testing.province.cast import (
    ABSENT_OFFICER,
    ACTING_OFFICER,
    ANALYST,
    DISCIPLINED,
    DRAFTER,
    FORMER,
    HEALTH_WORKER,
    IN_PROCESS,
    NEW_IN_POST,
    NO_RATING,
    NO_SUPERIOR,
    PLANNER,
    PPPK_21,
    PROBATIONER,
    SERVED,
    SMALLEST,
    STAND_IN,
    TEACHER,
    UNHEADED_POST_UNIT,
    UNMAPPED,
    VACANT_POST_UNIT,
)
from mkd_plugins.testing.province.making import DATE_FORMAT, TABLES, Batch, Making, Row
from mkd_plugins.testing.province.people import SYNTHETIC_BIRTH_YEARS, SYNTHETIC_SERIALS

__all__ = [
    "ABSENT_OFFICER",
    "ACTING_OFFICER",
    "ANALYST",
    "AS_OF",
    "CODES",
    "DATE_FORMAT",
    "DISCIPLINED",
    "DRAFTER",
    "FORMER",
    "HEALTH_WORKER",
    "IN_PROCESS",
    "NEW_IN_POST",
    "NO_RATING",
    "NO_SUPERIOR",
    "PLANNER",
    "PPPK_21",
    "PROBATIONER",
    "SERVED",
    "SMALLEST",
    "STAND_IN",
    "SYNTHETIC_BIRTH_YEARS",
    "SYNTHETIC_SERIALS",
    "TABLES",
    "TEACHER",
    "UNHEADED_POST_UNIT",
    "UNMAPPED",
    "VACANT_POST_UNIT",
    "Batch",
    "Province",
    "Row",
    "generate",
    "shipped",
    "write",
]

AS_OF = date(2023, 6, 19)
"""The day whose state the data show."""

CODES: Mapping[str, Mapping[str, str]] = {
    "peg_status_kepegawaian": {"PNS": "pns", "CPNS": "cpns", "PPPK": "pppk"},
    "kelompok_jabatan": {
        "JPT Madya": "jpt",
        "JPT Pratama": "jpt",
        "Administrator": "administrator",
        "Pengawas": "pengawas",
        "Fungsional": "fungsional",
        "Pelaksana": "pelaksana",
    },
    "predikat": {
        "SANGAT BAIK": "very_good",
        "BAIK": "good",
        "BUTUH PERBAIKAN": "needs_improvement",
        "KURANG": "poor",
        "SANGAT KURANG": "very_poor",
    },
    "status": {"Proses": "in_process", "Menjalani": "serving", "Selesai": "none"},
    "jenis": {"Plt": "plt", "Plh": "plh", "Delegasi": "delegation"},
}
"""What the labels of a column mean in MKD's vocabulary."""


@attrs.frozen(kw_only=True)
class Province:
    """A recipe: the same ``size`` and ``seed`` always make the same rows, anew each time they are asked for."""

    size: int
    seed: int

    def batches(self) -> Iterator[Batch]:
        """The rows agency by agency, so that memory holds one agency (and the numbers already given) at a time."""
        return Making(size=self.size, seed=self.seed).batches()

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of one of ``TABLES``."""
        for batch in self.batches():
            yield from getattr(batch, table)


def generate(people: int = 240, seed: int = 2023) -> Province:
    """A province of that many people. Raises ``InvalidInput`` below ``SMALLEST``, where the named people do not fit."""
    if people < SMALLEST:
        raise InvalidInput(
            "MKD290",
            f"a province of {people} people has no room for its heads of units and its named people",
            where="people",
            mend=f"ask for {SMALLEST} or more",
        )
    return Province(size=people, seed=seed)


def write(province: Province, folder: str | Path) -> Path:
    """Write ``people.csv``, ``units.csv``, ``mandates.csv``, ``discipline.csv`` and ``ratings.csv`` into the folder.

    UTF-8, comma, a header, lines ending in a line feed on every system. The folder is made when missing and returned.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {}
        for table, columns in TABLES.items():
            file = stack.enter_context((place / f"{table}.csv").open("w", encoding="utf-8", newline=""))
            writers[table] = csv.DictWriter(file, columns, lineterminator="\n")
            writers[table].writeheader()
        for batch in province.batches():
            for table, writer in writers.items():
                writer.writerows(getattr(batch, table))
    return place


def shipped() -> Path:
    """The folder with the 240 people of seed 2023 that come with the package."""
    return Path(str(files("mkd_plugins.testing") / "data" / "province"))


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m mkd_plugins.testing.province FOLDER [--people N] [--seed S]``."""
    parser = argparse.ArgumentParser(prog="python -m mkd_plugins.testing.province", description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="where the five CSV files go; made when missing")
    parser.add_argument("--people", type=int, default=240, help=f"how many people, {SMALLEST} or more (default 240)")
    parser.add_argument("--seed", type=int, default=2023, help="another seed, other people (default 2023)")
    given = parser.parse_args(arguments)
    try:
        place = write(generate(people=given.people, seed=given.seed), given.folder)
    except (MkdError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{given.people} people in {place}")
    return 0
