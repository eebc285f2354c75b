"""What SIASN would say of a row of the synthetic province: a person, posts, ratings, punishments, a unit.

Which values stand in a field is known for the codes of a few tables alone; what is not known is ``null``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mkd_plugins.jabar.contract import FIELDS
from mkd_plugins.jabar.simulator.people import NEVER_READ, People
from mkd_plugins.testing.province import Row

Record = dict[str, Any]

_AGENCY: Final = "contoh-pemprov"
_AGENCY_NAME: Final = "Pemerintah Provinsi Jawa Barat (contoh)"
_POSTS: Final = {"1": "Struktural", "2": "Fungsional Tertentu", "4": "Fungsional Umum"}
_STANDING: Final = {
    "Aktif": ("01", "Aktif"),
    "PNS Kena Hukuman Disiplin": ("15", "PNS kena hukuman disiplin"),
    "PPPK Aktif": (None, "PPPK Aktif"),  # which code it has was shown nowhere
    "Pindah Instansi": ("52", "Tidak Aktif"),
}
_RATINGS: Final = {  # code of the rating, then of result and of behaviour: 1 above, 2 as expected, 3 below
    "SANGAT BAIK": ("1", "1", "1"),
    "BAIK": ("2", "2", "2"),
    "BUTUH PERBAIKAN": ("3", "3", "2"),
    "KURANG": ("4", "2", "3"),
    "SANGAT KURANG": ("5", "3", "3"),
}
_EXPECTED: Final = {"1": "DIATAS ESPEKTASI", "2": "SESUAI ESPEKTASI", "3": "DIBAWAH ESPEKTASI"}
_CUTS: Final = {"6": "23", "9": "24", "12": "25"}
_LEVELS: Final = {"Ringan": "R", "Sedang": "S", "Berat": "B"}


class Records:
    """Makes the records of each resource."""

    def __init__(self, people: People) -> None:
        self._people = people

    def person(self, row: Row) -> Record:
        """The person, with fields that are never needed among the others."""
        people, nip = self._people, row["peg_nip"]
        kind, code = row["jabatan_jenis"], row["jabatan_id"]
        standing = _STANDING.get(row["kedudukan_pegawai"], (None, row["kedudukan_pegawai"]))
        return _filled(
            "data-utama",
            {field: people.private(field, nip) for field in NEVER_READ},
            id=row["peg_id"],
            nipBaru=nip,
            nama=row["peg_nama"],
            gelarBelakang=row["peg_nama_lengkap"].removeprefix(row["peg_nama"]).lstrip(", "),
            tglLahir=f"{nip[6:8]}-{nip[4:6]}-{nip[:4]}",
            emailGov=row["peg_email_resmi"],
            jenisPegawaiId="10",
            jenisPegawaiNama="PNS Daerah Propinsi yang bekerja pada Propinsi",
            kedudukanPnsId=standing[0],
            kedudukanPnsNama=standing[1],
            statusPegawai=row["peg_status_kepegawaian"],
            tmtCpns=row["tmt_cpns"],
            **_employer("instansiInduk"),
            **_employer("instansiKerja"),
            **_unit_of(row),
            jenisJabatanId=kind,
            jenisJabatan=_POSTS.get(kind),
            jabatanNama=row["jabatan_nama"],
            jabatanStrukturalId=code if kind == "1" else None,
            jabatanStrukturalNama=row["jabatan_nama"] if kind == "1" else None,
            **_functional(row),
            tmtJabatan=row["tmt_jabatan"],
            golRuangAkhirId=row["gol_id_akhir"],
            golRuangAkhir=row["nm_gol_akhir"],
            eselon=row["eselon_nm"],
            eselonId=row["eselon_id"],
            kelas_jabatan=row["jabatan_kelas"],
            tanggal_taspen="{2}-{1}-{0} 00:00:00".format(*row["tmt_cpns"].split("-")),
        )

    def posts(self, row: Row) -> list[Record]:
        """The post itself, and those that the person acts in."""
        own = _filled(
            "rw-jabatan",
            id=f"{row['peg_id']}-jabatan-0",
            idPns=row["peg_id"],
            nipBaru=row["peg_nip"],
            jenisJabatan=row["jabatan_jenis"],
            **_employer("instansiKerja"),
            **_unit_of(row),
            namaUnor=row["unit_kerja_nama"],
            namaJabatan=row["jabatan_nama"],
            eselon=row["eselon_nm"],
            eselonId=row["eselon_id"],
            **_functional(row),
            tmtJabatan=row["tmt_jabatan"],
            tmtPelantikan=row["tmt_jabatan"],
            jenisPenugasanId="D",
            jenisMutasiId="MJ",
        )
        acting = [
            {
                **own,
                **_unit_of(self._people.units[mandate["unit_kerja_id"]]),
                "id": f"{row['peg_id']}-jabatan-{place}",
                "jenisJabatan": "1",
                "namaUnor": self._people.units[mandate["unit_kerja_id"]]["unit_kerja_nama"],
                "namaJabatan": mandate["jabatan_nama"],
                "nomorSk": mandate["nomor_sk"],
                "tmtJabatan": mandate["tmt_mulai"],
                "tmtPelantikan": None,
                "jenisPenugasanId": mandate["jenis"].upper(),
            }
            for place, mandate in enumerate(self._people.acting(row["peg_nip"]), start=1)
            if mandate["jenis"] in ("Plt", "Plh")
        ]
        return [own, *acting]

    def moves(self, row: Row) -> list[Record]:
        """The unit that the person came to."""
        move = _filled(
            "rw-pnsunor",
            id=f"{row['peg_id']}-unor-0",
            unorBaru=row["unit_kerja_id"],
            pnsOrang=row["peg_id"],
            skTanggal=row["tmt_jabatan"],
            namaUnorBaru=row["unit_kerja_nama"],
            instansi=_AGENCY,
        )
        return [move]

    def ratings(self, row: Row) -> list[Record]:
        """The yearly ratings, by the superior."""
        above = self._people.find(row["nip_atasan"])
        return [
            _filled(
                "rw-skp22",
                id=f"{row['peg_id']}-skp-{rating['periode']}",
                **_outcome(rating, rated="kuadranKinerja", number="KuadranKinerjaNilai", behaved="PerilakuKerjaNilai"),
                namaPenilai=above["peg_nama"] if above else None,
                nipNrpPenilai=row["nip_atasan"] or None,
                penilaiGolonganId=above["gol_id_akhir"] if above else None,
                penilaiJabatanNm=above["jabatan_nama"] if above else None,
                penilaiUnorNm=above["unit_kerja_nama"] if above else None,
                pnsDinilaiId=row["peg_id"],
                statusPenilai="ASN",
                tahun=rating["periode"],
            )
            for rating in self._people.ratings(row["peg_nip"])
        ]

    def periods(self, row: Row) -> list[Record]:
        """The last quarter of each year that was rated, with the rating of the year."""
        return [
            _filled(
                "rw-kinerjaperiodik",
                id=f"{row['peg_id']}-periodik-{rating['periode']}",
                tahun=rating["periode"],
                nip=row["peg_nip"],
                nama=row["peg_nama"],
                **_outcome(rating, rated="kuadranNilai", number="kuadranKinerjaNilai", behaved="perilakuKerjaNilai"),
                instansiId=_AGENCY,
                instansiNama=_AGENCY_NAME,
                jabatan=row["jabatan_nama"],
                penilaiNipNrp=row["nip_atasan"] or None,
                penilaiPnsId=self._people.key(row["nip_atasan"]) or None,
                periodikId="2",
                pnsDinilaiId=row["peg_id"],
                statusPenilai="ASN",
                unorId=row["unit_kerja_id"],
                unorNama=row["unit_kerja_nama"],
            )
            for rating in self._people.ratings(row["peg_nip"])
        ]

    def punishments(self, row: Row) -> list[Record]:
        """What was imposed. That somebody is being examined is in none of these fields."""
        imposed = [each for each in self._people.discipline(row["peg_nip"]) if each["status"] != "Proses"]
        return [
            _filled(
                "rw-hukdis",
                id=f"{row['peg_id']}-hukdis-{place}",
                golongan=row["nm_gol_akhir"],
                jenisHukuman=_CUTS.get(months := _months(each), None),
                jenisHukumanNama=f"PEMOTONGAN TUNKIN 25% {months} BLN",
                pnsOrang=row["peg_id"],
                skNomor=f"862/{row['peg_id']}/{place}",
                skTanggal=each["tmt_mulai"],
                hukumanTanggal=each["tmt_mulai"],
                masaTahun="0",
                masaBulan=months,
                akhirHukumTanggal=each["tmt_selesai"],
                nomorPp="94 Tahun 2021",
                jenisTingkatHukumanId=_LEVELS.get(each["tingkat"]),
            )
            for place, each in enumerate(imposed)
        ]

    def unit(self, row: Row) -> Record:
        """A unit, and the key of its head."""
        return _filled(
            "ref-unor",
            Id=row["unit_kerja_id"],
            InstansiId=_AGENCY,
            DiatasanId=row["unit_kerja_parent"] or None,
            EselonId=row["eselon_id"],
            NamaUnor=row["unit_kerja_nama"],
            NamaJabatan=row["jabatan_kepala"],
            IndukUnorId=row["satuan_kerja_id"],
            PemimpinPnsId=self._people.key(row["nip_kepala"]) or None,
        )


def _filled(resource: str, more: Mapping[str, Any] | None = None, **values: Any) -> Record:
    """All fields of the resource; those that nothing is known of are ``null``."""
    given = {**(more or {}), **values}
    return {field: given.get(field) for field in FIELDS[resource]}


def _employer(prefix: str) -> Record:
    return {f"{prefix}Id": _AGENCY, f"{prefix}Nama": _AGENCY_NAME}


def _unit_of(row: Row) -> Record:
    """The unit in which a person is, or a unit itself, with the agency that it belongs to."""
    return {
        "unorId": row["unit_kerja_id"],
        "unorNama": row["unit_kerja_nama"],
        "unorIndukId": row["satuan_kerja_id"],
        "unorIndukNama": row["satuan_kerja_nama"],
    }


def _functional(row: Row) -> Record:
    named = {"2": "jabatanFungsional", "4": "jabatanFungsionalUmum"}.get(row["jabatan_jenis"])
    return {f"{named}Id": row["jabatan_id"], f"{named}Nama": row["jabatan_nama"]} if named else {}


def _outcome(rating: Row, *, rated: str, number: str, behaved: str) -> Record:
    """Result, behaviour and rating, under the names that each list has for them."""
    code, result, behaviour = _RATINGS[rating["predikat"]]
    return {
        "hasilKinerja": _EXPECTED[result],
        "hasilKinerjaNilai": result,
        "perilakuKerja": _EXPECTED[behaviour],
        behaved: behaviour,
        rated: rating["predikat"],
        number: code,
    }


def _months(punishment: Row) -> str:
    """How long it lasts, which stands in its name alone."""
    return next((word for word in punishment["jenis_hukuman"].split() if word.isdigit()), "")
