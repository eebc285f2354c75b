"""The people of the province whom tests and stories name, and what is fixed about each.

Whoever is named fails for one reason at most: box 8, equipment ready, no absence, rated good, long in post, unless the
docstring of the key says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import attrs

from mkd_plugins.testing.province.people import Post, functional, general, structural
from mkd_plugins.testing.province.units import ACTING_UNIT, ROOT, UNHEADED_UNIT, Unit, pilot

NO_SUPERIOR = "k000001"
"""The regional secretary: answers to the Governor, who is not in the table."""
PLANNER = "k000002"
"""Nothing stands against a request; the superior is in post."""
DRAFTER = "k000003"
"""Drafts speeches; nothing stands against a request."""
ANALYST = "k000004"
"""Nothing stands against a request, but the superior's post is vacant and an acting officer holds it."""
ACTING_OFFICER = "k000005"
"""Head of a unit, and Plt of ``VACANT_POST_UNIT`` from 3 April to 2 October 2023, by two orders."""
TEACHER = "k000006"
"""A teacher lent to an office: fails for being a teacher, and for nothing else."""
HEALTH_WORKER = "k000007"
"""A nurse at a counter."""
DISCIPLINED = "k000008"
"""Serves a disciplinary sanction until 31 October 2023."""
IN_PROCESS = "k000009"
"""Is being examined; no sanction yet."""
NEW_IN_POST = "k000010"
"""Promoted on 2 May 2023."""
PPPK_21 = "k000011"
"""A PPPK whose digits 13 and 14 are the contract count 21, no month."""
NO_RATING = "k000012"
"""No performance rating is on record; nothing else stands against a request."""
UNMAPPED = "k000013"
"""Carries an employment code that ``CODES`` does not hold."""
ABSENT_OFFICER = "k000014"
"""Head of a unit, on leave from 10 to 21 July 2023."""
STAND_IN = "k000015"
"""Plh of the absent officer during that leave."""
FORMER = "k000016"
"""Moved to another employer and still in the export: not active."""
SERVED = "k000017"
"""A sanction was served in full in 2022; nothing stands against a request."""
PROBATIONER = "k000018"
"""A CPNS."""

VACANT_POST_UNIT = ACTING_UNIT
"""The unit whose head's post is vacant and held by ``ACTING_OFFICER``."""
UNHEADED_POST_UNIT = UNHEADED_UNIT
"""The unit whose head's post is vacant, and nobody acts."""

_ABLE = {"kotak_talenta": "8", "perangkat_siap": "1", "hari_tanpa_keterangan": "0"}
_SETTLED = _ABLE | {"tmt_jabatan": "04-01-2022"}  # later than any PNS appointment drawn

_HEADS: Mapping[str, tuple[str, Mapping[str, str]]] = {  # of a unit: who, and what is fixed
    ROOT: (NO_SUPERIOR, _SETTLED),
    "2050": (ACTING_OFFICER, _SETTLED),
    "3020": (STAND_IN, _SETTLED),
    "3030": (ABSENT_OFFICER, _SETTLED),
    "3031": (NEW_IN_POST, _SETTLED | {"tmt_jabatan": "02-05-2023"}),
}


@attrs.frozen(kw_only=True)
class Seat:
    """A place to be filled. ``fixed`` overrules columns, ``joined`` and ``contract`` what the number would say."""

    unit: Unit
    post: Post
    employment: str = "PNS"
    heads: bool = False
    key: str = ""
    fixed: Mapping[str, str] = attrs.Factory(dict)
    joined: date | None = None
    contract: str = ""
    rated: bool = True


def head_seat(unit: Unit) -> Seat:
    """The seat of the unit's head."""
    key, fixed = _HEADS.get(unit.id, ("", {}))
    return Seat(unit=unit, post=structural(unit.head, unit.eselon, unit.id), heads=True, key=key, fixed=fixed)


def core(units: Sequence[Unit]) -> list[Seat]:
    """The heads of the pilot's units, parents first, then the named officers: the least a province has."""
    by_id = {unit.id: unit for unit in units}

    def staff(key: str, unit: str, post: Post) -> Seat:
        return Seat(unit=by_id[unit], post=post, key=key, fixed=_SETTLED)

    disciplined = staff(DISCIPLINED, "3012", general("Pengelola Keuangan"))
    contracted = staff(PPPK_21, "2030", functional("Pranata Komputer", "Ahli Pertama"))
    unrated = staff(NO_RATING, "1111", functional("Analis Kebijakan", "Ahli Muda"))
    lent = staff(UNMAPPED, "1131", general("Analis Tata Laksana"))
    former = staff(FORMER, "1112", general("Pengelola Data"))
    probationer = staff(PROBATIONER, "3021", functional("Analis SDM Aparatur", "Ahli Pertama"))
    gone = "Pindah Instansi"
    return [
        *(head_seat(unit) for unit in units if not unit.vacant),
        staff(PLANNER, "1211", functional("Perencana", "Ahli Muda")),
        staff(DRAFTER, "1221", general("Penyusun Naskah Rapat Pimpinan")),
        staff(ANALYST, ACTING_UNIT, functional("Statistisi", "Ahli Muda")),
        staff(TEACHER, "2072", functional("Guru", "Ahli Muda")),
        staff(HEALTH_WORKER, "3043", functional("Perawat", "Ahli Muda")),
        attrs.evolve(disciplined, fixed=_SETTLED | {"kedudukan_pegawai": "PNS Kena Hukuman Disiplin"}),
        staff(IN_PROCESS, "2011", general("Pengadministrasi Umum")),
        attrs.evolve(contracted, employment="PPPK", joined=date(2021, 2, 1), contract="21"),
        attrs.evolve(unrated, rated=False),
        attrs.evolve(lent, employment="PNS DPK"),
        attrs.evolve(former, fixed=_SETTLED | {"peg_status": "0", "peg_ketstatus": gone, "kedudukan_pegawai": gone}),
        staff(SERVED, "3051", general("Pengadministrasi Umum")),
        attrs.evolve(
            probationer, employment="CPNS", joined=date(2023, 3, 1), fixed=_ABLE | {"tmt_jabatan": "01-03-2023"}
        ),
    ]


SMALLEST = len(core(pilot()))
"""The least number of people: the heads of the pilot's units and the people named above."""
