"""The facts of a closed period that a scheme may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from mkd_core.language import Fact, Kind, Vocabulary, Wording
from mkd_core.performance import Level, PeriodKind, PeriodResult, Rating

_MOST_DAYS = 92
_MOST_MINUTES = _MOST_DAYS * 24 * 60


def _count(name: str, id: str, en: str, high: int, unit: str, *, attested: bool = False) -> Fact:
    return Fact(
        name=name,
        kind=Kind.INTEGER,
        meaning=Wording(id, en),
        low=0,
        high=high,
        unit=unit,
        source="attested" if attested else "computed",
    )


def _choice(name: str, id: str, en: str, choices: type[StrEnum], *, attested: bool = False) -> Fact:
    return Fact(
        name=name,
        kind=Kind.CHOICE,
        meaning=Wording(id, en),
        choices=tuple(choice.value for choice in choices),
        source="attested" if attested else "computed",
    )


PERIOD_VOCABULARY = Vocabulary(
    [
        _choice("period.kind", "Jenis periode", "Kind of period", PeriodKind),
        _count("period.months", "Lama periode", "Length of the period", 3, "months"),
        _count("period.working_days", "Hari kerja dalam periode", "Working days in the period", _MOST_DAYS, "days"),
        _count(
            "period.verified_minutes",
            "Menit kegiatan yang divalidasi atasan",
            "Minutes of activities that the superior validated",
            _MOST_MINUTES,
            "minutes",
        ),
        _count(
            "period.rejected_minutes",
            "Menit kegiatan yang ditolak atasan",
            "Minutes of activities that the superior rejected",
            _MOST_MINUTES,
            "minutes",
        ),
        Fact(
            name="period.achievement",
            kind=Kind.FLOAT,
            meaning=Wording(
                "Capaian target yang jatuh tempo (1 = tepat target)", "Achievement of the targets due (1 = on target)"
            ),
            low=0,
            high=1_000_000,
            step=0.01,
            source="computed",
        ),
        _choice("period.result_level", "Hasil kerja", "Work result", Level),
        _choice("period.behaviour", "Perilaku kerja", "Behaviour", Level, attested=True),
        _choice("period.proposed_rating", "Usulan predikat kinerja", "Proposed rating", Rating),
        _count(
            "period.absent_days",
            "Hari tidak masuk tanpa alasan sah",
            "Days of unexcused absence",
            _MOST_DAYS,
            "days",
            attested=True,
        ),
        _count(
            "period.late_reports",
            "Laporan harian yang terlambat",
            "Daily reports that came late",
            _MOST_DAYS,
            "reports",
            attested=True,
        ),
        _count(
            "period.negative_activities",
            "Aktivitas negatif yang dicatat",
            "Negative activities on record",
            999,
            "activities",
            attested=True,
        ),
    ]
)
"""A computed fact follows from closing the period; an attested one is vouched for by somebody who says so."""


def period_facts(result: PeriodResult, attested: Mapping[str, object] | None = None) -> dict[str, object]:
    """The facts of a closed period by full name; what the result does not know is absent.

    ``attested`` adds the facts that somebody vouches for (``period.absent_days``); it never overrides the result.
    """
    computed = {
        "period.kind": result.period.kind.value,
        "period.months": result.period.kind.months,
        "period.working_days": result.working_days,
        "period.verified_minutes": result.verified_minutes,
        "period.rejected_minutes": result.rejected_minutes,
        "period.achievement": None if result.achievement is None else float(result.achievement),
        "period.result_level": None if result.result_level is None else result.result_level.value,
        "period.behaviour": None if result.behaviour is None else result.behaviour.value,
        "period.proposed_rating": None if result.proposed_rating is None else result.proposed_rating.value,
    }
    known = {name: value for name, value in computed.items() if value is not None}
    return {**(attested or {}), **known}
