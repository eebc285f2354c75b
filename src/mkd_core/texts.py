"""What people write: how long it may be, and what in it is no writing.

Longer than anybody reads, and short enough to keep for every request.
"""

from __future__ import annotations

import re

from mkd_core.errors import InvalidInput

MOST_CHARACTERS = 10_000
"""The longest text, some four pages of it."""

ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Signs that a terminal obeys instead of showing them: cursor, colours, title, and the direction of writing."""


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
