"""Tokens that were given out: for what, to whom and until when. Any of them can be made void while it is in use."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import attrs


@attrs.frozen(kw_only=True)
class _Given:
    purpose: str
    owner: str
    until: datetime


class Tokens:
    """The register. Threads may share it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._given: dict[str, _Given] = {}
        self._lock = Lock()

    def give(self, purpose: str, owner: str, seconds: float, *, text: str = "") -> str:
        """A token for that purpose, ``text`` where its form is given."""
        text = text or secrets.token_urlsafe(32)
        with self._lock:
            self._given[text] = _Given(purpose=purpose, owner=owner, until=self._now() + timedelta(seconds=seconds))
        return text

    def owner(self, purpose: str, text: str) -> str | None:
        """Whose token it is; ``None`` when it is unknown, void, over, or for another purpose."""
        with self._lock:
            given = self._given.get(text)
        return given.owner if given and given.purpose == purpose and self._now() < given.until else None

    def void(self, text: str) -> None:
        """From now on the token is worth nothing."""
        with self._lock:
            self._given.pop(text, None)

    def spend(self, purpose: str, text: str) -> str | None:
        """Whose token it is, and it cannot be used again."""
        owner = self.owner(purpose, text)
        if owner is not None:
            self.void(text)
        return owner
