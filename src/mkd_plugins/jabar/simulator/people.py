"""The people whom the simulator knows: those of the synthetic province, held so that many of them take little room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mkd_plugins.jabar.simulator.chance import drawn
from mkd_plugins.testing.province import TABLES, Row, generate

_COLUMNS = TABLES["people"]
_NIP = _COLUMNS.index("peg_nip")
_KEY = _COLUMNS.index("peg_id")

NEVER_READ = (
    *(
        "nik",
        "alamat",
        "noHp",
        "noTelp",
        "email",
        "tempatLahir",
        "agama",
        "statusPerkawinan",
        "jumlahAnak",
        "gajiPokok",
    ),
    *("noNpwp", "noAskes", "bpjs", "noTaspen", "kodePos", "nomorIdDocument"),
    *("peg_ktp", "peg_email", "peg_telp_hp", "peg_npwp", "peg_no_rekening"),
    *("peg_alamat_latitude", "peg_alamat_longitude"),
)
"""Fields of the real systems that no decision about working arrangements needs. They are served, each with a value that
is found nowhere else, so that a test can prove that none of them is kept."""


class People:
    """Everybody, by service number; units, ratings, punishments and mandates with them."""

    def __init__(self, size: int, seed: int) -> None:
        self.seed = seed
        self.units: dict[str, Row] = {}
        self.mandates: list[Row] = []
        self._people: dict[str, tuple[str, ...]] = {}
        self._by_key: dict[str, str] = {}
        self._ratings: defaultdict[str, list[Row]] = defaultdict(list)
        self._discipline: defaultdict[str, list[Row]] = defaultdict(list)
        self._places: dict[str, int] = {}
        for batch in generate(size, seed).batches():
            for row in batch.people:
                self._people[row["peg_nip"]] = tuple(row[column] for column in _COLUMNS)
                self._by_key[row["peg_id"]] = row["peg_nip"]
            self.units |= {row["unit_kerja_id"]: row for row in batch.units}
            self.mandates += batch.mandates
            for rating in batch.ratings:
                self._ratings[rating["nip"]].append(rating)
            for punishment in batch.discipline:
                self._discipline[punishment["nip"]].append(punishment)
        self.numbers: Sequence[str] = tuple(self._people)
        self._places = {number: place for place, number in enumerate(self.numbers)}

    def find(self, number: str) -> Row | None:
        """The row of that person."""
        values = self._people.get(number)
        return dict(zip(_COLUMNS, values, strict=True)) if values else None

    def by_key(self, key: str) -> Row | None:
        """The row of the person with that ``peg_id``."""
        return self.find(self._by_key.get(key, ""))

    def everybody(self) -> Iterator[Row]:
        """All rows, in the order in which they were made."""
        for number in self.numbers:
            yield dict(zip(_COLUMNS, self._people[number], strict=True))

    def key(self, number: str) -> str:
        """The ``peg_id`` of that person; empty for nobody."""
        values = self._people.get(number)
        return values[_KEY] if values else ""

    def another(self, number: str) -> str:
        """The number of somebody else."""
        return self.numbers[(self._places.get(number, 0) + 1) % len(self.numbers)]

    def ratings(self, number: str) -> Sequence[Row]:
        """The yearly ratings."""
        return self._ratings.get(number, ())

    def discipline(self, number: str) -> Sequence[Row]:
        """Punishments, and examinations that are going on."""
        return self._discipline.get(number, ())

    def acting(self, number: str) -> Iterator[Row]:
        """The mandates by which that person acts for somebody."""
        return (row for row in self.mandates if row["nip_pejabat"] == number)

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table of the province."""
        match table:
            case "people":
                yield from self.everybody()
            case "units":
                yield from self.units.values()
            case "mandates":
                yield from self.mandates
            case _:
                kept: Mapping[str, list[Row]] = self._ratings if table == "ratings" else self._discipline
                for rows in kept.values():
                    yield from rows

    def private(self, field: str, number: str) -> str:
        """The value of a field that is never read: made up, and found nowhere else."""
        return f"99{int(drawn(self.seed, field, number) * 1e14):014d}"

    def never_read(self, number: str) -> frozenset[str]:
        """All such values of a person."""
        return frozenset(self.private(field, number) for field in NEVER_READ)
