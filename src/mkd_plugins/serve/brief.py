"""Brief decisions the short way: as in :mod:`mkd_plugins.decisions.brief`, msgspec reads what the rules take.

What it does not take, or would take without a word, goes the careful way, which says what is wrong. So both give the
same answers, and without msgspec there is only the careful way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from mkd_core.errors import MkdError
from mkd_core.policy import Policy
from mkd_plugins.decisions.brief import Reader, reader

try:
    import msgspec
except ModuleNotFoundError:
    msgspec = None  # type: ignore[assignment]

Asked = tuple[str, date, str, str]
"""A policy's id, the day, the layer and the moment."""
_KEPT = 32
"""Policies of a day whose readers are kept."""


class BriefReader:
    """Threads may share it.

    ``policy`` gives the policy of a day, and ``today`` the day of a moment where that policy holds; ``own`` is the id
    of the one that nobody names.
    """

    def __init__(self, policy: Callable[[Asked], Policy], today: Callable[[str, datetime], date], own: str) -> None:
        self._policy = policy
        self._today = today
        self._own = own
        self._readers: dict[Asked, tuple[Policy, Reader | None]] = {}
        self._decode = _decoder() if msgspec else None

    def answer(self, raw: bytes, at: datetime) -> dict[str, object] | None:
        """What a body is answered, or nothing where it needs the careful way."""
        if self._decode is None or b"\\" in raw:
            return None
        try:
            body = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        facts = bytes(body.facts)
        said = [each for each in (body.policy, body.on, body.layer, body.at) if each is not None]
        # Of a key that is said twice the last would be kept: the colons tell, one each with those of show and facts.
        if raw.count(b":") - facts.count(b":") != len(said) + 2:
            return None
        id = self._own if body.policy is None else body.policy
        try:
            asked = (id, body.on or self._today(id, at), body.layer or "decree", body.at or "request")
        except MkdError:
            return None
        known = self._readers.get(asked)
        if known is None:
            self._meet(asked)
            return None
        policy, read = known
        if read is None:  # it is worth its while from the second time on
            read = reader(policy)
            self._readers[asked] = policy, read
        masks = read(facts)
        return None if masks is None else policy.brief(*masks)

    def _meet(self, asked: Asked) -> None:
        try:
            policy = self._policy(asked)
        except MkdError:
            return
        if len(self._readers) >= _KEPT:
            self._readers.clear()
        self._readers[asked] = policy, None


def _decoder() -> Callable[[bytes], Any]:
    fields: list[tuple[str, Any, Any]] = [
        ("policy", str | None, None),
        ("on", date | None, None),
        ("layer", Literal["decree", "base"] | None, None),
        ("at", Literal["request", "vote"] | None, None),
    ]
    needed: list[tuple[str, Any]] = [("show", Literal["brief"]), ("facts", msgspec.Raw)]
    body = msgspec.defstruct("body", [*needed, *fields], frozen=True, gc=False, forbid_unknown_fields=True)
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(body).decode
    return decode
