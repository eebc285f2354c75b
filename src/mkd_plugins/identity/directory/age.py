"""How old it is what a source said, in the words that stand beside it wherever it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

DAY: Final = 86_400.0


def aged(had_at: float, now: float) -> str:
    """What follows the name of a source, both moments in seconds since 1970.

    >>> aged(1_687_219_200.0, 1_687_660_000.0)
    ', as of 2023-06-20, 5 days old'
    """
    return f", as of {datetime.fromtimestamp(had_at, UTC).date()}, {int(max(now - had_at, 0.0) // DAY)} days old"
