"""A value that may be used and never shown."""

from __future__ import annotations

from hmac import compare_digest
from typing import Never


class Secret:
    """A password or token; its text is had by ``reveal()`` alone and shows in no repr, log, format or pickle.

    >>> Secret("hunter2")
    Secret(...)
    >>> f"{Secret('hunter2')}"
    'Secret(...)'
    >>> Secret("hunter2").reveal()
    'hunter2'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to be handed to whatever needs it and kept nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> Never:
        raise TypeError("a Secret is never written out")
