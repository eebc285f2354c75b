"""The paths and fields of the systems that the province uses, and how well each is known.

None of these systems publishes all of this; what stands here is what public documents and public code show of it. The
simulator serves these paths. The adapters do not read this table: they have their own of what they read, so that a
slip here is noticed there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Final

import attrs


class Known(StrEnum):
    """How well something is known."""

    RUN = "run"
    """The server's own public code was started, and answered so."""
    SOURCE = "source"
    """Read in a public document, or in the public code of the server or of several of its clients."""
    OBSERVED = "observed"
    """Seen in public code of a single client, which says what it reads and not what there is."""
    ASSUMED = "assumed"
    """Shown by nobody. It is what such systems commonly do."""
    OURS = "ours"
    """No system has it. The simulator does, so that it can be used."""


@attrs.frozen(kw_only=True)
class Endpoint:
    """A method and a path, in the form of OpenAPI: ``/pns/data-utama/{nip}``, of one system."""

    system: str
    method: str
    path: str
    known: Known

    def matches(self, path: str) -> bool:
        """Whether that path is one of this form."""
        form = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return re.fullmatch(form, path) is not None


SYSTEMS: Final = ("sso", "siasn", "digiteam", "siap", "jabarnotify")
REALM: Final = "/realms/ssojabar"
OIDC: Final = f"{REALM}/protocol/openid-connect"
GATEWAY_TOKENS: Final = "/oauth2/token"
LOGIN_TOKENS: Final = "/auth/realms/public-siasn/protocol/openid-connect/token"
SIASN: Final = "/apisiasn/1.0"
KMOB: Final = "/integrasi/api/v1/kmob"
SIAP: Final = "/p/backend/api"
EXPORTS: Final = "/ekspor"
NOTIFICATIONS: Final = "/notifications"

_TABLE = f"""
sso      source   GET   {REALM}/.well-known/openid-configuration
sso      source   GET   {OIDC}/certs
sso      source   GET   {OIDC}/auth
sso      assumed  POST  {OIDC}/auth
sso      source   POST  {OIDC}/token
sso      source   GET   {OIDC}/userinfo
sso      source   GET   {OIDC}/logout
siasn    source   POST  {GATEWAY_TOKENS}
siasn    source   POST  {LOGIN_TOKENS}
siasn    source   GET   {SIASN}/pns/data-utama/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-jabatan/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-pnsunor/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-skp22/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-kinerjaperiodik/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-hukdis/{{nip}}
siasn    source   GET   {SIASN}/pns/rw-cltn/{{nip}}
siasn    source   GET   {SIASN}/jabatan/pns/{{nip}}
siasn    source   GET   {SIASN}/jabatan/id/{{id}}
siasn    source   GET   {SIASN}/skp22/id/{{id}}
siasn    source   GET   {SIASN}/hukdis/id/{{id}}
siasn    source   GET   {SIASN}/referensi/ref-unor
digiteam run      POST  /v1/auth/users/sign-in
digiteam run      POST  /v1/auth/users/refresh-token
digiteam run      POST  /v1/auth/users/sign-out
digiteam run      GET   /v1/auth/users/me
digiteam run      GET   /v1/users
digiteam run      GET   /v1/projects
digiteam run      GET   /v1/main-duties/mine
digiteam run      POST  /v1/attendances/check-in
digiteam run      PATCH /v1/attendances/check-out
digiteam run      GET   /v1/attendances/is-checked-in
digiteam run      GET   /v1/attendances/is-checked-out
digiteam run      POST  /v1/attendances/days-off
digiteam run      POST  /v1/logbooks
digiteam run      GET   /v1/logbooks/mine
siap     observed GET   {KMOB}/presensi-harian
siap     observed GET   {KMOB}/cuti-bulanan
siap     observed POST  {SIAP}/login
siap     observed GET   {SIAP}/pegawai/detail/{{nip}}
siap     ours     GET   {EXPORTS}/{{table}}.csv
jabarnotify observed POST {NOTIFICATIONS}
jabarnotify observed GET  {NOTIFICATIONS}
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _endpoints() -> Iterator[Endpoint]:
    for line in _TABLE.strip().splitlines():
        system, known, method, path = line.split()
        yield Endpoint(system=system, method=method, path=path, known=Known(known))


ENDPOINTS: Final = tuple(_endpoints())
"""Every path that is known well enough to be served."""

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "data-utama": _words(
        """
        id nipBaru nipLama nama gelarDepan gelarBelakang tempatLahir tempatLahirId tglLahir agama agamaId email
        emailGov nik alamat noHp noTelp jenisPegawaiId mkTahun mkBulan jenisPegawaiNama kedudukanPnsId kedudukanPnsNama
        statusPegawai jenisKelamin jenisIdDokumenId jenisIdDokumenNama nomorIdDocument noSeriKarpeg
        tkPendidikanTerakhirId tkPendidikanTerakhir pendidikanTerakhirId pendidikanTerakhirNama tahunLulus tmtPns
        tmtPensiun bupPensiun tglSkPns tmtCpns tglSkCpns instansiIndukId instansiIndukNama satuanKerjaIndukId
        satuanKerjaIndukNama kanregId kanregNama instansiKerjaId instansiKerjaNama instansiKerjaKodeCepat
        satuanKerjaKerjaId satuanKerjaKerjaNama unorId unorNama unorIndukId unorIndukNama jenisJabatanId jenisJabatan
        jabatanNama jabatanStrukturalId jabatanStrukturalNama jabatanFungsionalId jabatanFungsionalNama
        jabatanFungsionalUmumId jabatanFungsionalUmumNama tmtJabatan lokasiKerjaId lokasiKerja golRuangAwalId
        golRuangAwal golRuangAkhirId golRuangAkhir tmtGolAkhir masaKerja eselon eselonId eselonLevel tmtEselon
        gajiPokok kpknId kpknNama ktuaId ktuaNama taspenId taspenNama jenisKawinId statusPerkawinan statusHidup
        jumlahAnak noNpwp noAskes bpjs kodePos noSpmt noTaspen bahasa kppnId kppnNama pangkatAkhir jenjang jabatanAsn
        kartuAsn validNik pangkatAwal asnJenjangJabatan levelJabatan tanggal_taspen tabrum2 kelas_jabatan karis_karsu
        tglSpmt kode_jenjang_jabatan path genEmailAsn
        """
    ),
    "rw-jabatan": _words(
        """
        id idPns nipBaru nipLama jenisJabatan instansiKerjaId instansiKerjaNama satuanKerjaId satuanKerjaNama unorId
        unorNama unorIndukId unorIndukNama eselon eselonId jabatanFungsionalId jabatanFungsionalNama
        jabatanFungsionalUmumId jabatanFungsionalUmumNama tmtJabatan nomorSk tanggalSk namaUnor namaJabatan
        tmtPelantikan path jenisPenugasanId jenisMutasiId subJabatanId tmtMutasi
        """
    ),
    "ref-unor": _words(
        """
        Id InstansiId DiatasanId EselonId NamaUnor NamaJabatan CepatKode IndukUnorId PemimpinPnsId JenisUnorId
        """
    ),
    "rw-pnsunor": _words(
        "id unorBaru pnsOrang skNomor skTanggal namaUnorBaru asalId asalNama instansi asalNamaLabel path"
    ),
    "rw-skp22": _words(
        """
        id hasilKinerja hasilKinerjaNilai kuadranKinerja KuadranKinerjaNilai namaPenilai nipNrpPenilai
        penilaiGolonganId penilaiJabatanNm penilaiUnorNm perilakuKerja PerilakuKerjaNilai pnsDinilaiId statusPenilai
        tahun path
        """
    ),
    "rw-kinerjaperiodik": _words(
        """
        id tahun nip nama hasilKinerja hasilKinerjaNilai instansiId instansiNama jabatan koefisenId kriteria
        kuadranKinerjaNilai kuadranNilai namaPenilai penilaiGolonganId penilaiJabatanNama penilaiNipNrp penilaiPnsId
        penilaiUnorNm perilakuKerja perilakuKerjaNilai periodikId periodikNama persentase pnsDinilaiId statusPenilai
        unorId unorNama path
        """
    ),
    "rw-hukdis": _words(
        """
        id rwHukumanDisiplin golongan kedudukanHukum jenisHukuman pnsOrang skNomor skTanggal hukumanTanggal masaTahun
        masaBulan akhirHukumTanggal nomorPp golonganLama skPembatalanNomor skPembatalanTanggal alasanHukumanDisiplin
        alasanHukumanDisiplinNama jenisHukumanNama path keterangan jenisTingkatHukumanId
        """
    ),
    "rw-cltn": _words(
        """
        id cltnId skNomor skTanggal tanggalAwal tanggalAkhir tanggalAktif nomorLetterBkn tanggalLetterBkn pnsOrangId
        path
        """
    ),
    "pegawai": _words(
        """
        peg_id peg_nip peg_nip_lama peg_nama peg_nama_lengkap peg_status peg_ketstatus peg_ketstatus_tgl peg_ktp
        peg_email peg_email_resmi peg_telp_hp peg_foto_url jabatan_id jabatan_jenis jabatan_nama jf_id jf_nama jfu_id
        jfu_nama kode_jabatan jabatan_kelas eselon_id eselon_nm unit_kerja_id unit_kerja_nama unit_kerja_nama_full
        unit_kerja_parent unit_kerja_parent_nama unit_kerja_level satuan_kerja_id satuan_kerja_nama organisasi_id
        organisasi_nama_alias gol_id_akhir nm_gol_akhir nm_pkt_akhir kedudukan_pegawai kedudukan_pns
        peg_status_kepegawaian_id peg_status_kepegawaian peg_jenis_pns peg_nama_jenis_pns is_gtk is_nakes nip_atasan
        nama_atasan nip_atasan_bayangan nama_atasan_bayangan tugas_tambahan_jabatan_nama peg_alamat_latitude
        peg_alamat_longitude peg_npwp peg_no_rekening last_update
        """
    ),
    "presensi-harian": ("nip", "nama", "id_unitkerja", "unitkerja_nama", "masuk", "pulang", "terlambat"),
    "cuti-bulanan": _words(
        "nama njab unitkerja_nama jenis_cuti tgl_mulai tgl_selesai uraian tgl_pengajuan atasan ket_proses"
    ),
}
"""The fields of each resource, spelt as it spells them."""


def document() -> str:
    """The published document of these paths (OpenAPI 3.1), in JSON; it says of each how well it is known."""
    return files("mkd_plugins.jabar").joinpath("simulator", "openapi.json").read_text(encoding="utf-8")
