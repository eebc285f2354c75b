"""From a size and a seed to rows, agency by agency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

import attrs

from mkd_plugins.testing.province.cast import (
    ABSENT_OFFICER,
    ACTING_OFFICER,
    DISCIPLINED,
    IN_PROCESS,
    SERVED,
    STAND_IN,
    Seat,
    core,
    head_seat,
)
from mkd_plugins.testing.province.people import (
    GRADES,
    Dice,
    Number,
    Post,
    draw_name,
    draw_number,
    draw_post,
    eselon_name,
    words,
)
from mkd_plugins.testing.province.units import ACTING_UNIT, ROOT, AgencyPlan, Unit, further, pilot

DATE_FORMAT = "%d-%m-%Y"

TABLES: Mapping[str, tuple[str, ...]] = {
    "people": words(
        "peg_id peg_nip peg_nama peg_nama_lengkap peg_status peg_ketstatus peg_email_resmi jabatan_id jabatan_jenis "
        "jabatan_nama jf_id jf_nama jfu_id jfu_nama jabatan_kelas kelompok_jabatan eselon_id eselon_nm unit_kerja_id "
        "unit_kerja_nama unit_kerja_parent satuan_kerja_id satuan_kerja_nama tim_kerja_id tim_kerja_nama loket "
        "gol_id_akhir nm_gol_akhir kedudukan_pegawai peg_status_kepegawaian_id peg_status_kepegawaian is_gtk is_nakes "
        "nip_atasan tmt_cpns tmt_jabatan kotak_talenta perangkat_siap layanan_langsung hari_tanpa_keterangan"
    ),
    "units": words(
        "unit_kerja_id unit_kerja_nama unit_kerja_parent satuan_kerja_id satuan_kerja_nama eselon_id eselon_nm "
        "jabatan_kepala nip_kepala zona layanan_langsung"
    ),
    "mandates": words(
        "nomor_sk jenis unit_kerja_id jabatan_nama nip_pejabat nip_digantikan tmt_mulai tmt_selesai diterima"
    ),
    "discipline": words("nip jenis_hukuman tingkat status tmt_mulai tmt_selesai"),
    "ratings": words("nip periode predikat"),
}
"""The files and their columns, in order."""

Row = dict[str, str]

_PILOT_PEOPLE = 240
_FIRST_OTHER_KEY = 101  # lower ones are kept for the people named in cast
_EMPLOYMENT = {"PNS": "1", "CPNS": "2", "PPPK": "3", "PNS DPK": "8"}
_CUT = "Pemotongan tunjangan kinerja 25% selama {months} bulan"
_GRADE_PPPK = ("09", "IX")


@attrs.frozen(kw_only=True)
class Batch:
    """The rows of one agency (the first batch: of the pilot), by table."""

    people: list[Row] = attrs.Factory(list)
    units: list[Row] = attrs.Factory(list)
    mandates: list[Row] = attrs.Factory(list)
    discipline: list[Row] = attrs.Factory(list)
    ratings: list[Row] = attrs.Factory(list)


class Making:
    """One run of the recipe. Draws happen in the order of the rows, so a bigger run begins as a smaller one does."""

    def __init__(self, *, size: int, seed: int) -> None:
        self._size = size
        self._dice = Dice(seed)
        self._numbers: set[str] = set()
        self._nip_by_key: dict[str, str] = {}  # of the people named in cast
        self._heads: dict[str, str] = {}  # unit -> number of its head, while the province is made
        self._next_key = _FIRST_OTHER_KEY

    def batches(self) -> Iterator[Batch]:
        """The pilot first, then agency after agency until everybody has a seat."""
        units = pilot()
        yield self._pilot(units, min(self._size, _PILOT_PEOPLE))
        left = self._size - _PILOT_PEOPLE
        agencies = further()
        while left > 0:
            plan = next(agencies)
            yield self._agency(plan, min(left, plan.strength))
            left -= plan.strength

    def _pilot(self, units: Sequence[Unit], people: int) -> Batch:
        batch = Batch()
        seats = core(units)
        for seat in seats:
            self._fill(seat, batch)
        batch.discipline.extend(self._pilot_discipline())
        for seat in islice(self._staff([unit for unit in units if unit.id != ROOT]), people - len(seats)):
            self._fill(seat, batch)
        batch.units.extend(self._unit_row(unit) for unit in units)
        batch.mandates.extend(self._pilot_mandates({unit.id: unit for unit in units}))
        return batch

    def _agency(self, plan: AgencyPlan, people: int) -> Batch:
        """An agency of which only the first so many people are wanted; a unit whose head did not fit is left out."""
        batch = Batch()
        heads = [head_seat(unit) for unit in plan.units if not unit.vacant]
        for seat in heads[:people]:
            self._fill(seat, batch)
        complete = people >= len(heads)
        if complete:
            for seat in islice(self._staff(plan.units), people - len(heads)):
                self._fill(seat, batch)
        for unit in plan.units:
            if unit.id in self._heads or complete:
                batch.units.append(self._unit_row(unit))
            if unit.vacant and complete:
                neighbour = next(each for each in plan.units if each.parent == unit.parent and each.id in self._heads)
                acting = self._heads[neighbour.id]
                batch.mandates.append(
                    _mandate(f"821/{unit.id}/BKD/2023", "Plt", unit, acting, "", "02-05-2023", "01-08-2023")
                )
        return batch

    def _staff(self, units: Sequence[Unit]) -> Iterator[Seat]:
        """Seats without end, in turn; teams and counters take twice as many, a head of agency keeps few."""
        turn = 0
        while True:
            for unit in units:
                if unit.eselon < "30" and turn % 3:
                    continue
                for _ in range(2 if unit.teams or unit.counters else 1):
                    post = draw_post(self._dice, unit.field, unit.eselon)
                    yield Seat(unit=unit, post=post, employment=self._employment(post))
            turn += 1

    def _employment(self, post: Post) -> str:
        if post.type_code == "2" and not post.title.endswith("Ahli Pertama"):
            return "PNS"
        return self._dice.weighted((("PNS", 78), ("PPPK", 16), ("CPNS", 6)))

    def _fill(self, seat: Seat, batch: Batch) -> None:
        unit, post, dice = seat.unit, seat.post, self._dice
        births = (1990, 1999) if seat.employment == "CPNS" else post.births
        number = draw_number(dice, seat.employment, births, self._numbers, joined=seat.joined, contract=seat.contract)
        plain, full = draw_name(dice, male=number.male, senior=post.type_code == "1")
        key = seat.key or self._new_key()
        grade = _GRADE_PPPK if seat.employment == "PPPK" else _grade(dice.pick(post.grades))
        talent, ready, absent = self._talent(seat), self._readiness(), self._absence()
        in_post = self._in_post(number.joined)
        team, counter = dice.pick(unit.teams or ("",)), dice.pick(unit.counters or ("",))
        if seat.heads:
            team = counter = ""
        direct = bool(counter) or (post.educator and unit.direct)
        active = "PPPK Aktif" if seat.employment == "PPPK" else "Aktif"
        row = {
            "peg_id": key,
            "peg_nip": number.text,
            "peg_nama": plain,
            "peg_nama_lengkap": full,
            "peg_status": "1",
            "peg_ketstatus": "Aktif",
            "peg_email_resmi": f"{key}@example.go.id",
            "jabatan_id": post.code,
            "jabatan_jenis": post.type_code,
            "jabatan_nama": post.title,
            "jf_id": post.code if post.type_code == "2" else "",
            "jf_nama": post.family if post.type_code == "2" else "",
            "jfu_id": post.code if post.type_code == "4" else "",
            "jfu_nama": post.family if post.type_code == "4" else "",
            "jabatan_kelas": post.grade_class,
            "kelompok_jabatan": post.kind,
            "eselon_id": post.eselon,
            "eselon_nm": eselon_name(post.eselon),
            "unit_kerja_id": unit.id,
            "unit_kerja_nama": unit.name,
            "unit_kerja_parent": unit.parent,
            "satuan_kerja_id": unit.agency,
            "satuan_kerja_nama": unit.agency_name,
            "tim_kerja_id": f"{unit.id}-{unit.teams.index(team) + 1}" if team else "",
            "tim_kerja_nama": team,
            "loket": counter,
            "gol_id_akhir": grade[0],
            "nm_gol_akhir": grade[1],
            "kedudukan_pegawai": active,
            "peg_status_kepegawaian_id": _EMPLOYMENT[seat.employment],
            "peg_status_kepegawaian": seat.employment,
            "is_gtk": _flag(post.educator),
            "is_nakes": _flag(post.health),
            "nip_atasan": self._heads.get(unit.parent if seat.heads else unit.id, ""),
            "tmt_cpns": number.joined.strftime(DATE_FORMAT),
            "tmt_jabatan": in_post.strftime(DATE_FORMAT),
            "kotak_talenta": talent,
            "perangkat_siap": ready,
            "layanan_langsung": _flag(direct),
            "hari_tanpa_keterangan": absent,
        }
        batch.people.append(row | dict(seat.fixed))
        batch.ratings.extend(self._ratings(seat, number))
        if seat.heads:
            self._heads[unit.id] = number.text
        if seat.key:
            self._nip_by_key[seat.key] = number.text
        elif dice.chance(0.004):
            batch.discipline.append(self._some_discipline(number.text))

    def _some_discipline(self, nip: str) -> Row:
        if self._dice.chance(0.5):
            return _discipline(nip, "", "", "Proses", "29-05-2023", "")
        return _discipline(nip, _CUT.format(months=12), "Sedang", "Menjalani", "03-10-2022", "02-10-2023")

    def _new_key(self) -> str:
        key = f"k{self._next_key:06d}"
        self._next_key += 1
        return key

    def _talent(self, seat: Seat) -> str:
        box = self._dice.weighted(((1, 2), (2, 3), (3, 3), (4, 10), (5, 30), (6, 8), (7, 14), (8, 20), (9, 10)))
        mapped = seat.employment == "PNS" and not seat.post.educator
        return str(box) if mapped else ""

    def _readiness(self) -> str:
        answered = self._dice.chance(0.94)
        return _flag(self._dice.chance(0.9)) if answered else ""

    def _absence(self) -> str:
        return str(self._dice.weighted(((0, 93), (1, 4), (2, 2), (5, 1))))

    def _in_post(self, joined: date) -> date:
        recent = self._dice.chance(0.03)
        drawn = (
            date(2023, self._dice.between(2, 5), 2)
            if recent
            else date(self._dice.between(2016, 2022), self._dice.between(1, 12), self._dice.between(1, 28))
        )
        return max(drawn, joined)

    def _ratings(self, seat: Seat, number: Number) -> Iterator[Row]:
        """Yearly ratings of 2021 and 2022, for whoever served that year in full; good for the people named in cast."""
        for year in (2021, 2022):
            label = self._dice.weighted(
                (("SANGAT BAIK", 18), ("BAIK", 75), ("BUTUH PERBAIKAN", 5), ("KURANG", 1), ("SANGAT KURANG", 1))
            )
            if seat.rated and number.joined.year < year:
                yield {"nip": number.text, "periode": str(year), "predikat": "BAIK" if seat.key else label}

    def _unit_row(self, unit: Unit) -> Row:
        return {
            "unit_kerja_id": unit.id,
            "unit_kerja_nama": unit.name,
            "unit_kerja_parent": unit.parent,
            "satuan_kerja_id": unit.agency,
            "satuan_kerja_nama": unit.agency_name,
            "eselon_id": unit.eselon,
            "eselon_nm": eselon_name(unit.eselon),
            "jabatan_kepala": unit.head,
            "nip_kepala": self._heads.get(unit.id, ""),
            "zona": "WIB",
            "layanan_langsung": _flag(unit.direct),
        }

    def _pilot_mandates(self, units: Mapping[str, Unit]) -> list[Row]:
        """One that has ended, an acting officer by order and extension, a stand-in, and an accepted delegation."""
        nip = self._nip_by_key
        head = self._heads
        acting, vacant = nip[ACTING_OFFICER], units[ACTING_UNIT]
        return [
            _mandate("821/101/BKD/2022", "Plt", units["1130"], head["1120"], "", "01-08-2022", "31-10-2022"),
            _mandate("821/102/BKD/2023", "Plt", vacant, acting, "", "03-04-2023", "02-07-2023"),
            _mandate("821/103/BKD/2023", "Plt", vacant, acting, "", "03-07-2023", "02-10-2023"),
            _mandate(
                "821/104/BKD/2023",
                "Plh",
                units["3030"],
                nip[STAND_IN],
                nip[ABSENT_OFFICER],
                "10-07-2023",
                "21-07-2023",
            ),
            _mandate(
                "094/105/ORG/2023", "Delegasi", units["1120"], head["1110"], head["1120"], "17-07-2023", "28-07-2023"
            )
            | {"diterima": "14-07-2023"},
        ]

    def _pilot_discipline(self) -> list[Row]:
        nip = self._nip_by_key
        return [
            _discipline(
                nip[SERVED],
                _CUT.format(months=6),
                "Sedang",
                "Selesai",
                "03-01-2022",
                "02-07-2022",
            ),
            _discipline(nip[DISCIPLINED], _CUT.format(months=9), "Sedang", "Menjalani", "01-02-2023", "31-10-2023"),
            _discipline(nip[IN_PROCESS], "", "", "Proses", "05-06-2023", ""),
        ]


def _mandate(order: str, kind: str, unit: Unit, acting: str, replaced: str, start: str, end: str) -> Row:
    return {
        "nomor_sk": order,
        "jenis": kind,
        "unit_kerja_id": unit.id,
        "jabatan_nama": unit.head,
        "nip_pejabat": acting,
        "nip_digantikan": replaced,
        "tmt_mulai": start,
        "tmt_selesai": end,
        "diterima": "",
    }


def _discipline(nip: str, sanction: str, level: str, status: str, start: str, end: str) -> Row:
    values = (nip, sanction, level, status, start, end)
    return dict(zip(TABLES["discipline"], values, strict=True))


def _grade(code: str) -> tuple[str, str]:
    return code, GRADES[code]


def _flag(value: bool) -> str:
    return "1" if value else "0"
