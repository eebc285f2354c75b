"""The organisation of the synthetic province: the four pilot units of 2023, and further agencies without end.

Names of the pilot units are public. Everything below them is a plausible tree, not the province's own; agencies of
larger provinces say *Contoh* (example) in their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs


@attrs.frozen(kw_only=True)
class Unit:
    """One unit of the tree. ``agency`` is the id of the unit at whose top the head of agency sits.

    ``parent`` follows the reporting line: the heads of offices and boards answer to the Governor through the regional
    secretary, so they hang under the secretariat too, and the province is one tree with one root.
    """

    id: str
    name: str
    parent: str
    agency: str
    agency_name: str
    eselon: str
    field: str
    head: str
    direct: bool = False
    vacant: bool = False
    teams: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class AgencyPlan:
    """An agency and how many people it holds; ``units`` stand parents first."""

    units: tuple[Unit, ...]
    strength: int


ROOT = "1000"
ACTING_UNIT = "2040"
"""Its head's post is vacant, and an acting officer (Plt) holds it."""
UNHEADED_UNIT = "3022"
"""Its head's post is vacant, and nobody acts: what it would decide goes one level up."""

_VACANT = frozenset({ACTING_UNIT, UNHEADED_UNIT})

# id, parent, eselon, field of work, name. An agency begins at eselon II; the secretariat (I.b) is one of its own.
_PILOT = """
1000 -    12 umum        Sekretariat Daerah
1100 1000 22 organisasi  Biro Organisasi
1110 1100 31 organisasi  Bagian Kelembagaan dan Analisis Jabatan
1111 1110 41 organisasi  Subbagian Kelembagaan Perangkat Daerah
1112 1110 41 organisasi  Subbagian Analisis Jabatan
1120 1100 31 organisasi  Bagian Tata Laksana dan Pelayanan Publik
1121 1120 41 organisasi  Subbagian Tata Laksana
1122 1120 41 organisasi  Subbagian Pelayanan Publik
1130 1100 31 organisasi  Bagian Reformasi Birokrasi dan Akuntabilitas Kinerja
1131 1130 41 organisasi  Subbagian Reformasi Birokrasi
1132 1130 41 organisasi  Subbagian Akuntabilitas Kinerja
1133 1130 41 umum        Subbagian Tata Usaha Biro Organisasi
1200 1000 22 pimpinan    Biro Administrasi Pimpinan
1210 1200 31 perencanaan Bagian Perencanaan dan Kepegawaian
1211 1210 41 perencanaan Subbagian Perencanaan dan Pelaporan
1212 1210 41 umum        Subbagian Tata Usaha Pimpinan
1220 1200 31 pimpinan    Bagian Materi dan Komunikasi Pimpinan
1221 1220 41 pimpinan    Subbagian Materi Pimpinan
1222 1220 41 komunikasi  Subbagian Komunikasi Pimpinan
1230 1200 31 pimpinan    Bagian Protokol
1231 1230 41 pimpinan    Subbagian Acara
1232 1230 41 loket       Subbagian Pelayanan Tamu
2000 1000 21 teknologi   Dinas Komunikasi dan Informatika
2010 2000 31 umum        Sekretariat Dinas Komunikasi dan Informatika
2011 2010 41 umum        Subbagian Tata Usaha
2012 2010 41 keuangan    Subbagian Keuangan dan Aset
2020 2000 31 komunikasi  Bidang Informasi dan Komunikasi Publik
2030 2000 31 teknologi   Bidang Aplikasi Informatika
2040 2000 31 statistik   Bidang Statistik
2050 2000 31 sandi       Bidang Persandian dan Keamanan Informasi
2070 2000 32 teknologi   UPTD Pusat Layanan Digital, Data dan Informasi Geospasial
2071 2070 42 umum        Subbagian Tata Usaha UPTD
2072 2070 42 teknologi   Seksi Layanan Digital
2073 2070 42 loket       Seksi Layanan Pengaduan
3000 1000 21 kepegawaian Badan Kepegawaian Daerah
3010 3000 31 umum        Sekretariat Badan Kepegawaian Daerah
3011 3010 41 umum        Subbagian Kepegawaian dan Umum
3012 3010 41 keuangan    Subbagian Keuangan
3020 3000 31 kepegawaian Bidang Pengadaan dan Mutasi
3021 3020 41 kepegawaian Subbidang Pengadaan
3022 3020 41 kepegawaian Subbidang Mutasi dan Promosi
3030 3000 31 kepegawaian Bidang Pengembangan Karier
3031 3030 41 kepegawaian Subbidang Manajemen Talenta
3032 3030 41 kepegawaian Subbidang Pengembangan Kompetensi
3040 3000 31 kepegawaian Bidang Penilaian Kinerja dan Penghargaan
3041 3040 41 kepegawaian Subbidang Penilaian Kinerja
3042 3040 41 kepegawaian Subbidang Disiplin
3043 3040 41 kesehatan   Klinik Layanan Kesehatan Pegawai
3050 3000 32 kepegawaian UPTD Penilaian Kompetensi Pegawai
3051 3050 42 umum        Subbagian Tata Usaha Penilaian Kompetensi
3052 3050 42 kepegawaian Seksi Pelaksanaan Asesmen
3060 3000 32 loket       Unit Layanan Kepegawaian Terpadu
"""

_TEAMS = {
    "2020": ("Tim Kemitraan Media", "Tim Konten Publik"),
    "2030": ("Tim Pengembangan Aplikasi", "Tim Integrasi Layanan"),
    "2040": ("Tim Statistik Sektoral", "Tim Analisis Data"),
    "2050": ("Tim Keamanan Siber", "Tim Persandian"),
}

_COUNTERS = {
    "1232": ("Loket Tamu",),
    "2073": ("Loket Pengaduan 1", "Loket Pengaduan 2"),
    "3043": ("Loket Kesehatan",),
    "3060": ("Loket Kepegawaian 1", "Loket Kepegawaian 2"),
}

_OFFICES = (
    "Dinas Pendidikan Contoh",
    "Dinas Kesehatan Contoh",
    "Dinas Bina Marga Contoh",
    "Dinas Sumber Daya Air Contoh",
    "Dinas Sosial Contoh",
    "Dinas Perhubungan Contoh",
    "Dinas Lingkungan Hidup Contoh",
    "Dinas Kehutanan Contoh",
    "Dinas Perkebunan Contoh",
    "Dinas Perpustakaan dan Kearsipan Contoh",
    "Badan Pendapatan Daerah Contoh",
    "Badan Perencanaan Pembangunan Daerah Contoh",
)

_SCHOOLS_EACH_ROUND = 4


def pilot() -> tuple[Unit, ...]:
    """The units of the pilot, parents first, with the secretariat above them."""
    units: list[Unit] = []
    agencies: dict[str, tuple[str, str]] = {}
    for line in _PILOT.strip().splitlines():
        identifier, parent, eselon, field, name = line.split(maxsplit=4)
        own = (identifier, name)
        agency, agency_name = agencies[identifier] = own if eselon < "30" else agencies[parent]
        units.append(
            Unit(
                id=identifier,
                name=name,
                parent="" if parent == "-" else parent,
                agency=agency,
                agency_name=agency_name,
                eselon=eselon,
                field=field,
                head=_head_title(name),
                direct=identifier in _COUNTERS,
                vacant=identifier in _VACANT,
                teams=_TEAMS.get(identifier, ()),
                counters=_COUNTERS.get(identifier, ()),
            )
        )
    return tuple(units)


def further() -> Iterator[AgencyPlan]:
    """Agencies after the pilot, without end.

    Two offices first, for education and for health; then rounds of schools, a hospital and another office, so that
    about two people in three are teachers or school staff, as in a real province. In every second office that follows,
    the head's post of the last section is vacant.
    """
    education, health = "10000", "10100"
    yield _office(education, _OFFICES[0])
    yield _office(health, _OFFICES[1])
    base, round_ = 10200, 0
    while True:
        for place in range(_SCHOOLS_EACH_ROUND):
            number = round_ * _SCHOOLS_EACH_ROUND + place + 1
            yield _school(str(base), f"SMA Negeri Contoh {number}", education)
            base += 100
        yield _hospital(str(base), f"RSUD Contoh {round_ + 1}", health)
        base += 100
        listed = round_ + 2 < len(_OFFICES)
        name = _OFFICES[round_ + 2] if listed else f"UPTD Wilayah Contoh {round_ + 1}"
        yield _office(str(base), name, vacancy=round_ % 2 == 0)
        base += 100
        round_ += 1


def _head_title(name: str) -> str:
    if name == "Sekretariat Daerah":
        return "Sekretaris Daerah"
    if name.startswith("Sekretariat "):
        return name.replace("Sekretariat", "Sekretaris", 1)
    if name.startswith("RSUD "):
        return f"Direktur {name}"
    return f"Kepala {name}"


def _office(base: str, name: str, *, vacancy: bool = False) -> AgencyPlan:
    """An office of 60: secretariat with two sections, three divisions with two sections each."""
    start = int(base)
    rows: list[tuple[int, int, str, str, str]] = [
        (0, -1, "21", "umum", name),
        (10, 0, "31", "umum", f"Sekretariat {name}"),
        (11, 10, "41", "umum", "Subbagian Tata Usaha"),
        (12, 10, "41", "keuangan", "Subbagian Keuangan dan Aset"),
    ]
    for division in (1, 2, 3):
        at = 10 + division * 10
        rows.append((at, 0, "31", "organisasi", f"Bidang {'I' * division}"))
        rows.append((at + 1, at, "41", "organisasi", f"Seksi {'I' * division}.1"))
        rows.append((at + 2, at, "41", "perencanaan", f"Seksi {'I' * division}.2"))
    vacant = {str(start + 42)} if vacancy else frozenset[str]()
    return AgencyPlan(units=_tree(start, name, rows, ROOT, vacant=vacant), strength=60)


def _school(base: str, name: str, education: str) -> AgencyPlan:
    return AgencyPlan(units=_tree(int(base), name, [(0, -1, "99", "guru", name)], education), strength=50)


def _hospital(base: str, name: str, health: str) -> AgencyPlan:
    rows = [
        (0, -1, "31", "kesehatan", name),
        (10, 0, "41", "kesehatan", "Bidang Pelayanan Rawat Jalan"),
        (20, 0, "41", "umum", "Bagian Tata Usaha Rumah Sakit"),
    ]
    return AgencyPlan(units=_tree(int(base), name, rows, health), strength=60)


def _tree(
    start: int,
    agency_name: str,
    rows: Sequence[tuple[int, int, str, str, str]],
    above: str,
    *,
    vacant: set[str] | frozenset[str] = frozenset(),
) -> tuple[Unit, ...]:
    """``rows`` are offset, offset of the parent (-1 for the top), eselon, field and name."""
    return tuple(
        Unit(
            id=str(start + offset),
            name=name,
            parent=above if parent < 0 else str(start + parent),
            agency=str(start),
            agency_name=agency_name,
            eselon=eselon,
            field=field,
            head=_head_title(name),
            direct=field in ("guru", "kesehatan"),
            vacant=str(start + offset) in vacant,
            counters=("Loket Pendaftaran", "Loket Obat") if field == "kesehatan" else (),
        )
        for offset, parent, eselon, field, name in rows
    )
