"""Who is who in the story, so that keys can be followed by a reader."""

from __future__ import annotations

from collections.abc import Mapping

from mkd_plugins.testing.province import ACTING_OFFICER, ANALYST, DRAFTER, NO_RATING, PLANNER

_PARTS: Mapping[str, tuple[str, str]] = {
    PLANNER: ("the planner", "perencana"),
    ANALYST: ("the analyst", "analis"),
    DRAFTER: ("the drafter", "penyusun naskah"),
    NO_RATING: ("the newcomer without a rating", "pegawai tanpa predikat"),
    ACTING_OFFICER: ("the acting officer (Plt)", "pelaksana tugas (Plt)"),
}


def part(key: str, language: str) -> str:
    """The person's part in the story with the key; the key alone for everybody else."""
    english, indonesian = _PARTS.get(key, ("", ""))
    return f"{indonesian if language == 'id' else english} {key}".strip()
