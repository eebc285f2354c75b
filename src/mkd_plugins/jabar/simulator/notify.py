"""JabarNotify: takes notices from systems that have a token of SSO Jabar. It sends nothing to anybody.

The public code of its back office shows what is asked; what is answered was shown nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from mkd_plugins.jabar.contract import NOTIFICATIONS
from mkd_plugins.jabar.simulator.answers import Answer, Asked, Routes, refusal
from mkd_plugins.jabar.simulator.world import World

_TYPES: Final[Mapping[str, str]] = {"email": "emailAddress", "sms": "phoneNumber", "whatsapp": "phoneNumber"}
"""The types of a notice, and the field in which its recipients have their address."""


class Notify:
    """The server, with the notices that it took: ``notices``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = Lock()
        self.notices: list[dict[str, Any]] = []

    def routes(self) -> Routes:
        """Its handlers."""
        return {("POST", NOTIFICATIONS): self.take, ("GET", NOTIFICATIONS): self.listed}

    def take(self, asked: Asked) -> Answer:
        """Take a notice for those recipients whom its type can reach."""
        if self._world.tokens.owner("sso", asked.bearer()) is None:
            return refusal("jabarnotify", 401, "Unauthorized")
        given = asked.request.get_json(silent=True)
        if not isinstance(given, dict) or not _whole(given):
            return refusal("jabarnotify", 422, "subject, body, type and recipients are needed")
        names = ("subject", "body", "type", "recipients")
        notice = {"id": str(uuid4()), **{name: given[name] for name in names}}
        with self._lock:
            self.notices.append(notice)
        return Answer(body=notice, status=201)

    def listed(self, asked: Asked) -> Answer:
        """What was taken."""
        if self._world.tokens.owner("sso", asked.bearer()) is None:
            return refusal("jabarnotify", 401, "Unauthorized")
        with self._lock:
            return Answer(body={"data": list(self.notices)})


def _whole(given: Mapping[str, Any]) -> bool:
    texts = all(isinstance(given.get(name), str) and given[name] for name in ("subject", "body"))
    field, recipients = _TYPES.get(str(given.get("type"))), given.get("recipients")
    if not texts or field is None or not isinstance(recipients, list) or not recipients:
        return False
    return all(isinstance(each, dict) and isinstance(each.get(field), str) and each[field] for each in recipients)
