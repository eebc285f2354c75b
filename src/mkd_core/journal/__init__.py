"""Events, their hash chain, and a journal in memory. What a journal must do stands in :mod:`mkd_core.ports`."""

from mkd_core.journal.chain import (
    ERASURE,
    GENESIS,
    Draft,
    Fault,
    Head,
    Record,
    Verifier,
    canonical,
    export_line,
    read_export,
    seal,
    verify,
)
from mkd_core.journal.memory import MemoryJournal, conflict, unknown_effect

__all__ = [
    "ERASURE",
    "GENESIS",
    "Draft",
    "Fault",
    "Head",
    "MemoryJournal",
    "Record",
    "Verifier",
    "canonical",
    "conflict",
    "export_line",
    "read_export",
    "seal",
    "unknown_effect",
    "verify",
]
