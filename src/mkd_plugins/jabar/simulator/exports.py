"""SIAP and the exports of K-Mob. Their owner has published no contract: these are calls seen in public code.

The exports under ``/ekspor`` are the tables of the synthetic province as files, which no real system serves so.
"""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from mkd_plugins.jabar.contract import EXPORTS, FIELDS, KMOB, SIAP
from mkd_plugins.jabar.simulator.answers import Answer, Asked, Handler, Routes, refusal
from mkd_plugins.jabar.simulator.chance import drawn
from mkd_plugins.jabar.simulator.people import NEVER_READ
from mkd_plugins.jabar.simulator.world import AGENCY_USER, JAKARTA, PASSWORD, World
from mkd_plugins.testing.province import TABLES, Row

NOT_YET = "00:00:00"
"""When somebody left who has not."""
_BEGINS = time(7, 30)
_YEARS = range(2000, 2100)
"""Outside of these nobody was there."""


class Exports:
    """Two exports of K-Mob, the login and the people of SIAP, and the tables as files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        """Its handlers."""
        return {
            ("GET", f"{KMOB}/presensi-harian"): self._basic(self.presence),
            ("GET", f"{KMOB}/cuti-bulanan"): self._basic(self.leave),
            ("POST", f"{SIAP}/login"): self.login,
            ("GET", f"{SIAP}/pegawai/detail/{{nip}}"): self.person,
            ("GET", f"{EXPORTS}/{{table}}.csv"): self._basic(self.table),
        }

    def presence(self, asked: Asked) -> Answer:
        """Who came and left on a date. ``pulang`` is ``00:00:00`` for whoever has not left yet."""
        try:
            on = date.fromisoformat(asked.request.args.get("tanggal", ""))
        except ValueError:
            return refusal("siap", 400, "tanggal: YYYY-MM-DD")
        now = asked.at.astimezone(JAKARTA)
        if on.weekday() >= 5 or on > now.date() or on.year not in _YEARS:
            return Answer(body=[])
        rows = (self._present(person, on, now) for person in self._world.people.everybody())
        return Answer(body=[row for row in rows if row])

    def leave(self, asked: Asked) -> Answer:
        """Leave in a month. There is no service number in it."""
        try:
            first = date(int(asked.request.args.get("tahun", "")), int(asked.request.args.get("bulan", "")), 1)
        except ValueError:
            return refusal("siap", 400, "tahun: YYYY, bulan: MM")
        if first.year not in _YEARS:
            return Answer(body=[])
        return Answer(body=list(self._leave(first)))

    def login(self, asked: Asked) -> Answer:
        """A token; in which form it comes was shown nowhere."""
        given = asked.request.get_json(silent=True)
        if not isinstance(given, dict) or (given.get("username"), given.get("password")) != (AGENCY_USER, PASSWORD):
            return refusal("siap", 401, "Nama pengguna atau kata sandi salah.")
        return Answer(body={"token": self._world.tokens.give("siap", AGENCY_USER, self._world.lifetime)})

    def person(self, asked: Asked) -> Answer:
        """A person, in the columns of SIAP."""
        if self._world.tokens.owner("siap", asked.bearer()) is None:
            return refusal("siap", 401, "Token tidak valid.")
        people = self._world.people
        person = people.find(asked.values["nip"])
        if person is None:
            return refusal("siap", 404, "Data tidak ditemukan")
        above, unit = people.find(person["nip_atasan"]), people.units.get(person["unit_kerja_id"], {})
        parent = people.units.get(unit.get("unit_kerja_parent", ""), {})
        more: dict[str, Any] = {
            **{field: people.private(field, person["peg_nip"]) for field in NEVER_READ},
            "peg_status": person["peg_status"] == "1",
            "jabatan_jenis": int(person["jabatan_jenis"]),
            "nama_atasan": above["peg_nama"] if above else None,
            "unit_kerja_nama_full": person["unit_kerja_nama"],
            "unit_kerja_parent_nama": parent.get("unit_kerja_nama"),
        }
        given = {**{key: value or None for key, value in person.items()}, **more}
        data = {field: given.get(field) for field in FIELDS["pegawai"]}
        return Answer(body={"succes": True, "message": "Berhasil", "data": data})

    def table(self, asked: Asked) -> Answer:
        """A table of the province: people, units, mandates, discipline or ratings."""
        name = asked.values["table"]
        if name not in TABLES:
            return refusal("siap", 404, "Data tidak ditemukan")
        text = io.StringIO()
        writer = csv.DictWriter(text, TABLES[name], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._world.people.rows(name))
        return Answer(body=text.getvalue(), media="text/csv; charset=utf-8")

    def _basic(self, handle: Handler) -> Handler:
        """A handler for agencies that log in with each request."""

        def owned(asked: Asked) -> Answer:
            if asked.basic() != (AGENCY_USER, PASSWORD):
                return refusal("siap", 401, "Unauthorized")
            return handle(asked)

        return owned

    def _present(self, person: Row, on: date, now: datetime) -> dict[str, str] | None:
        """A row, or nothing for who is not there: away, no longer employed, or not come yet."""
        nip = person["peg_nip"]

        def minutes(what: str, most: float) -> timedelta:
            return timedelta(seconds=int(60 * most * drawn(self._world.people.seed, what, nip, on)))

        begins = datetime.combine(on, _BEGINS, JAKARTA)
        came = begins - timedelta(minutes=40) + minutes("came", 45)
        left = begins + timedelta(hours=8, minutes=30) + minutes("left", 60)
        away = person["peg_status"] == "0" or drawn(self._world.people.seed, "away", nip, on) < 0.03
        if away or came > now:
            return None
        forgot = drawn(self._world.people.seed, "forgot", nip, on) < 0.02
        return {
            "nip": nip,
            "nama": person["peg_nama"],
            "id_unitkerja": person["unit_kerja_id"],
            "unitkerja_nama": person["unit_kerja_nama"],
            "masuk": f"{came:%H:%M:%S}",
            "pulang": NOT_YET if forgot or left > now else f"{left:%H:%M:%S}",
            "terlambat": str(max(came - begins, timedelta())).rjust(8, "0"),
        }

    def _leave(self, first: date) -> Iterator[dict[str, str | None]]:
        last = monthrange(first.year, first.month)[1]
        for person in self._world.people.everybody():
            chance = drawn(self._world.people.seed, "leave", person["peg_nip"], first)
            if chance >= 0.05:
                continue
            starts = first + timedelta(days=int(chance / 0.05 * (last - 2)))
            above = self._world.people.find(person["nip_atasan"])
            yield {
                "nama": person["peg_nama"],
                "njab": person["jabatan_nama"],
                "unitkerja_nama": person["unit_kerja_nama"],
                "jenis_cuti": "Cuti Tahunan",
                "tgl_mulai": starts.isoformat(),
                "tgl_selesai": (starts + timedelta(days=2)).isoformat(),
                "uraian": "Keperluan keluarga",
                "tgl_pengajuan": (starts - timedelta(days=7)).isoformat(),
                "atasan": above["peg_nama"] if above else None,
                "ket_proses": "Disetujui",
            }
