"""How long what people write may be: longer than anybody reads, and short enough to keep for every request."""

from __future__ import annotations

from mkd_core.errors import InvalidInput

MOST_CHARACTERS = 10_000
"""The longest text, some four pages of it."""


def check_text(text: str, *, where: str) -> str:
    """The text as it is. Raises ``InvalidInput`` (MKD268) where it is longer than ``MOST_CHARACTERS``."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "MKD268",
            f"a text has {MOST_CHARACTERS:,} characters at most, this one has {len(text):,}",
            where=where,
            mend="say it shorter, and name the document that has the rest",
        )
    return text
