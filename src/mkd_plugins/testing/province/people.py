"""Drawing the people of the synthetic province: names, numbers and posts.

Only ``random.Random(seed).random()`` is asked, whose sequence Python promises to keep between versions; ``choice`` and
its like may change how they use it. So one seed gives one province everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import attrs

_T = TypeVar("_T")

SYNTHETIC_SERIALS = range(900, 1000)
"""The last three digits of every number made here."""
SYNTHETIC_BIRTH_YEARS = range(1968, 2000)
"""The first four digits of every number made here."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text: a long list of names stays readable."""
    return tuple(text.split())


class Dice:
    """One seed's sequence of draws."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit - 1``."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[_T]) -> _T:
        """One of the options, each as likely."""
        return options[self.below(len(options))]

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self._random() < share

    def weighted(self, options: Sequence[tuple[_T, int]]) -> _T:
        """One of the options, as likely as its weight says."""
        at = self.below(sum(weight for _, weight in options))
        for option, weight in options:
            at -= weight
            if at < 0:
                return option
        raise AssertionError("a draw below the sum of weights falls within one of them")


@attrs.frozen(kw_only=True)
class Post:
    """A post and who may plausibly hold it. ``kind`` is the label in ``kelompok_jabatan``."""

    title: str
    kind: str
    type_code: str  # 1 structural, 2 functional, 4 pelaksana, as SIASN's jenisJabatan
    code: str
    family: str
    grade_class: str
    eselon: str
    births: tuple[int, int]
    grades: tuple[str, ...]
    educator: bool = False
    health: bool = False


@attrs.frozen(kw_only=True)
class Number:
    """A NIP or NI PPPK, with the facts it holds."""

    text: str
    joined: date
    male: bool


_ESELON = {  # name, kind, class of post, birth years, grades
    "12": ("I.b", "JPT Madya", "16", (1968, 1971), ("45", "44")),
    "21": ("II.a", "JPT Pratama", "15", (1968, 1974), ("44", "43")),
    "22": ("II.b", "JPT Pratama", "14", (1968, 1975), ("43",)),
    "31": ("III.a", "Administrator", "12", (1968, 1980), ("42", "41")),
    "32": ("III.b", "Administrator", "11", (1970, 1982), ("41",)),
    "41": ("IV.a", "Pengawas", "9", (1970, 1986), ("34", "33")),
    "42": ("IV.b", "Pengawas", "8", (1972, 1988), ("33",)),
}

_LEVELS = {  # of functional posts: suffix of the code, class of post, birth years, grades
    "Ahli Madya": ("3", "11", (1968, 1982), ("42", "41")),
    "Ahli Muda": ("2", "9", (1972, 1988), ("34", "33")),
    "Ahli Pertama": ("1", "8", (1980, 1998), ("32", "31")),
}

GRADES = {
    "21": "II/a",
    "22": "II/b",
    "23": "II/c",
    "24": "II/d",
    "31": "III/a",
    "32": "III/b",
    "33": "III/c",
    "34": "III/d",
    "41": "IV/a",
    "42": "IV/b",
    "43": "IV/c",
    "44": "IV/d",
    "45": "IV/e",
}

_FUNCTIONAL = {
    name: str(200 + at)
    for at, name in enumerate(
        (
            "Perencana",
            "Analis Kebijakan",
            "Analis SDM Aparatur",
            "Pranata Komputer",
            "Statistisi",
            "Pranata Humas",
            "Sandiman",
            "Arsiparis",
            "Asesor SDM Aparatur",
            "Analis Keuangan",
            "Guru",
            "Perawat",
            "Dokter",
        )
    )
}

_GENERAL = {
    name: (str(400 + at), grade_class)
    for at, (name, grade_class) in enumerate(
        (
            ("Pengadministrasi Umum", "5"),
            ("Pengelola Keuangan", "6"),
            ("Penyusun Naskah Rapat Pimpinan", "7"),
            ("Pengelola Data", "6"),
            ("Analis Tata Laksana", "7"),
            ("Petugas Layanan", "5"),
            ("Pengelola Kepegawaian", "6"),
            ("Pengelola Dokumentasi", "6"),
        )
    )
}

_FIELDS: dict[str, tuple[str, ...]] = {  # functional families and general posts at home in a field of work
    "organisasi": ("Analis Kebijakan", "Analis SDM Aparatur", "Analis Tata Laksana", "Pengelola Data"),
    "perencanaan": ("Perencana", "Analis Kebijakan", "Pengelola Data"),
    "pimpinan": ("Penyusun Naskah Rapat Pimpinan", "Pranata Humas", "Pengelola Dokumentasi"),
    "komunikasi": ("Pranata Humas", "Pengelola Dokumentasi"),
    "teknologi": ("Pranata Komputer", "Pranata Komputer", "Pengelola Data"),
    "statistik": ("Statistisi", "Pengelola Data"),
    "sandi": ("Sandiman", "Pranata Komputer"),
    "kepegawaian": ("Analis SDM Aparatur", "Asesor SDM Aparatur", "Pengelola Kepegawaian"),
    "keuangan": ("Analis Keuangan", "Pengelola Keuangan"),
    "umum": ("Arsiparis", "Pengadministrasi Umum", "Pengadministrasi Umum"),
    "loket": ("Petugas Layanan",),
    "kesehatan": ("Perawat", "Perawat", "Dokter"),
    "guru": ("Guru",) * 12 + ("Pengadministrasi Umum",),
}

_MEN = words(
    "Agus Asep Budi Cecep Dadan Deden Dedi Dian Eko Endang Fajar Galih Hadi Hendra Iman Iwan Joko Maman Nanang Rizky "
    "Rudi Slamet Teguh Tatang Ujang Wahyu Yana Yudi Yusuf Zaenal"
)
_WOMEN = words(
    "Ade Ai Anita Aisyah Dewi Dini Eka Euis Fitri Hana Imas Indah Kartika Lestari Lilis Maya Mira Neneng Nia Nur "
    "Putri Ratna Rina Rini Siti Sri Tati Tuti Wulan Yanti"
)
_SECOND = words(
    "Abdul Ayu Bagus Cahya Fauzi Gita Ikhsan Jaya Kusuma Laras Mega Nova Purnama Ratu Sari Surya Tirta Utama Wening "
    "Yulia"
)
_FAMILY = words(
    "Anggraeni Gunawan Hidayat Iskandar Kurniawan Kusnadi Mulyana Nugraha Permana Prasetyo Pratama Purnomo Ramdani "
    "Rahayu Rohman Santoso Saputra Setiawan Sobari Suherman Sukmana Sulaeman Supriatna Suryana Susanto Sutisna "
    "Wibowo Wijaya Wiguna Yuliana"
)
_DEGREES = ("S.E.", "S.H.", "S.IP.", "S.Kom.", "S.Sos.", "S.T.", "S.STP.", "S.Ak.")
_MASTERS = ("M.Si.", "M.AP.", "M.M.", "M.T.")


def eselon_name(eselon: str) -> str:
    """``II.a`` for ``21``; posts outside the echelons are ``Non Eselon``."""
    return _ESELON[eselon][0] if eselon in _ESELON else "Non Eselon"


def structural(title: str, eselon: str, unit: str) -> Post:
    """The post of a unit's head; outside the echelons (``99``) a school's, who is a teacher with that extra duty."""
    if eselon not in _ESELON:
        teacher = functional("Guru", "Ahli Madya")
        return attrs.evolve(teacher, title=title)
    _, kind, grade_class, births, grades = _ESELON[eselon]
    return Post(
        title=title,
        kind=kind,
        type_code="1",
        code=f"1{unit}",
        family="",
        grade_class=grade_class,
        eselon=eselon,
        births=births,
        grades=grades,
    )


def functional(family: str, level: str) -> Post:
    """A functional post, such as *Perencana Ahli Muda*."""
    suffix, grade_class, births, grades = _LEVELS[level]
    return Post(
        title=f"{family} {level}",
        kind="Fungsional",
        type_code="2",
        code=f"{_FUNCTIONAL[family]}{suffix}",
        family=family,
        grade_class=grade_class,
        eselon="99",
        births=births,
        grades=grades,
        educator=family == "Guru",
        health=family in ("Perawat", "Dokter"),
    )


def general(title: str) -> Post:
    """A post of a pelaksana."""
    code, grade_class = _GENERAL[title]
    return Post(
        title=title,
        kind="Pelaksana",
        type_code="4",
        code=code,
        family=title,
        grade_class=grade_class,
        eselon="99",
        births=(1970, 1999),
        grades=("23", "24", "31", "32"),
    )


def draw_post(dice: Dice, field: str, eselon: str) -> Post:
    """A post of the unit's field. Directly below a head of agency sit the senior functional officers."""
    name = dice.pick(_FIELDS[field])
    if name in _GENERAL:
        return general(name)
    if eselon < "30":
        return functional(name, "Ahli Madya")
    return functional(name, dice.weighted((("Ahli Pertama", 3), ("Ahli Muda", 2))))


def draw_number(
    dice: Dice,
    employment: str,
    births: tuple[int, int],
    taken: set[str],
    *,
    joined: date | None = None,
    contract: str = "",
) -> Number:
    """A number nobody has yet, and remembers it in ``taken``.

    PNS and CPNS: birth date, year and month of the appointment, sex, serial. PPPK: birth date, year of the first
    appointment, *count of the contract* (no month: often 21), sex, serial. ``joined`` and ``contract`` fix what would
    be drawn.
    """
    while True:
        year = dice.between(*births)
        born = date(year, dice.between(1, 12), dice.between(1, 28))
        male = dice.chance(0.52)
        start = joined or _joined(dice, employment, year)
        middle = f"{start:%Y%m}"
        if employment == "PPPK":
            middle = f"{start:%Y}{contract or dice.weighted((('21', 6), ('22', 2), ('01', 2)))}"
        serial = SYNTHETIC_SERIALS[dice.below(len(SYNTHETIC_SERIALS))]
        text = f"{born:%Y%m%d}{middle}{1 if male else 2}{serial}"
        if text not in taken:
            taken.add(text)
            return Number(text=text, joined=start, male=male)


def _joined(dice: Dice, employment: str, birth_year: int) -> date:
    if employment == "CPNS":
        return dice.pick((date(2022, 12, 1), date(2023, 3, 1)))
    if employment == "PPPK":
        return date(dice.between(2021, 2022), dice.between(1, 12), 1)
    return date(min(birth_year + dice.between(22, 30), 2021), dice.between(1, 12), 1)


def draw_name(dice: Dice, *, male: bool, senior: bool) -> tuple[str, str]:
    """An invented name, plain and with its degrees."""
    parts = [dice.pick(_MEN if male else _WOMEN)]
    if dice.chance(0.35):
        parts.append(dice.pick(_SECOND))
    parts.append(dice.pick(_FAMILY))
    plain = " ".join(parts)
    degrees = [dice.pick(_DEGREES)] if senior or dice.chance(0.7) else []
    if senior or (degrees and dice.chance(0.2)):
        degrees.append(dice.pick(_MASTERS))
    return plain, ", ".join([plain, *degrees])
