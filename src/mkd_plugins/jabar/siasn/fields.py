"""Which fields of SIASN are read, and how they are spelled: the only place that knows.

A key comes as ``nipBaru``, ``nip_baru`` or ``NipBaru``, and lower-cased on some lists; all are one key here. Whatever
this table does not name is dropped before anything is kept: neither the number of the identity card, nor the address,
the family, the bank account or the salary ever reaches a file of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mkd_plugins.api import Permanent

PERSON = "data-utama"
DISCIPLINE = "rw-hukdis"
RATINGS = "rw-skp22"
POSTS = "rw-jabatan"
UNITS = "ref-unor"

PATHS: Mapping[str, str] = {
    PERSON: "/pns/data-utama/{number}",
    DISCIPLINE: "/pns/rw-hukdis/{number}",
    RATINGS: "/pns/rw-skp22/{number}",
    POSTS: "/pns/rw-jabatan/{number}",
    UNITS: "/referensi/ref-unor",
}
"""The path of each resource below the base of the API; people are asked by their service number."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    PERSON: (
        *("id", "nipBaru", "nama", "emailGov", "kedudukanPnsId", "kedudukanPnsNama", "statusPegawai"),
        *("unorId", "jenisJabatanId", "eselonId", "jabatanNama", "tmtCpns", "tmtJabatan"),
    ),
    DISCIPLINE: (
        *("id", "hukumanTanggal", "akhirHukumTanggal", "jenisTingkatHukumanId"),
        *("skPembatalanNomor", "skPembatalanTanggal"),
    ),
    RATINGS: ("id", "tahun", "kuadranKinerja", "kuadranKinerjaNilai", "nipNrpPenilai"),
    POSTS: ("id", "unorId", "jenisPenugasanId", "tmtJabatan"),
    UNITS: ("id", "namaUnor", "diatasanId", "indukUnorId", "pemimpinPnsId"),
}
"""The fields that are read of each resource, in the spelling that we keep them under."""

ALIASES: Mapping[str, str] = {"akhirhukumantanggal": "akhirHukumTanggal"}
"""Names under which a field was seen besides its own: the request body of a punishment calls its end otherwise."""

_BY_KEY: Mapping[str, Mapping[str, str]] = {
    resource: {name.lower(): name for name in names} for resource, names in FIELDS.items()
}


def folded(key: str) -> str:
    """The key without what its spellings differ in.

    >>> folded("nipBaru") == folded("nip_baru") == folded("NipBaru") == folded("nipbaru")
    True
    """
    return key.replace("_", "").lower()


def pick(resource: str, record: object, where: str) -> dict[str, str]:
    """The fields that are read, as text without blanks around it; what is empty or null is left out.

    Raises ``Permanent`` (MKD664) for what is no object, for a field that is a list or an object, and for a field that
    stands there in two spellings with different values. No message holds a value.
    """
    if not isinstance(record, dict):
        raise Permanent("a record is no object", code="MKD664", where=where, mend="see whether the API has changed")
    wanted = _BY_KEY[resource]
    picked: dict[str, str] = {}
    for key, value in record.items():
        plain = folded(str(key))
        name = ALIASES.get(plain) or wanted.get(plain)
        if name is None or name not in FIELDS[resource]:
            continue
        text = _text(value, where, name)
        if text and picked.setdefault(name, text) != text:
            raise Permanent(f"{name} stands there twice and differs", code="MKD664", where=where, mend="tell BKN")
    return picked


def _text(value: Any, where: str, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise Permanent(f"{name} is no text and no number", code="MKD664", where=where, mend="tell BKN")
    return str(value).strip()
