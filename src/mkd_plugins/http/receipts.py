"""The answer to what is handed over one by one: taken, or declined on purpose."""

from __future__ import annotations

from mkd_plugins.api import Declined, Receipt
from mkd_plugins.http.answers import Answer


def receipt(answer: Answer, key: str) -> Receipt | Declined:
    """What became of the request of that key."""
    if answer.one_of("status", ("taken", "declined")) == "declined":
        answer.only("status", "reason")
        return Declined(answer.text("reason"))
    answer.only("status", "reference")
    return Receipt(key=key, reference=answer.text_or("reference", ""))
