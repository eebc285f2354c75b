"""Tokens for systems of the province and of BKN, each asked for when it is needed and renewed when its time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs

from mkd_plugins.api import Permanent, Secret, Transient
from mkd_plugins.jabar.asking import System

MARGIN: Final = 30.0
"""Seconds before its end at which a token is not used any more: a request takes its time."""

#: An ``expires_in`` above this is no duration but a moment, in seconds or (a thousand times larger) in milliseconds.
_MOMENT: Final = 10**9


@attrs.frozen(kw_only=True)
class Issued:
    """A token, and the moment (seconds since 1970) from which it is not to be used."""

    text: Secret
    until: float


class Token:
    """One token that is asked for when it is needed, by one thread at a time."""

    def __init__(self, ask: Callable[[], Issued]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._issued: Issued | None = None

    def current(self) -> Issued:
        """The token, asked for anew when there is none or its time is over. Raises what asking raises."""
        with self._lock:
            if self._issued is None or time.time() >= self._issued.until:
                self._issued = self._ask()
            return self._issued

    def refused(self, used: Issued) -> None:
        """That token was refused; the next use asks for another, unless somebody has done so already."""
        with self._lock:
            if self._issued is used:
                self._issued = None


def asked(
    system: System,
    url: str,
    form: Mapping[str, str],
    otherwise: float,
    *,
    headers: Mapping[str, str],
    timeout: float,
) -> Issued:
    """The token that an OAuth address gives for a form. ``otherwise`` is how many seconds it holds if it says nothing.

    Raises ``Transient`` (MKD665) where it is not given now, ``Permanent`` (MKD662) where it is refused.
    """
    where = f"POST {url}"
    response = system.ask("POST", url, where, timeout=timeout, data=form, headers=headers)
    if response.not_now:
        said = f"the tokens are not given now ({response.status})"
        raise Transient(said, code="MKD665", where=where, retry_after=response.pause)
    if response.status != HTTPStatus.OK:
        raise Permanent(
            f"no token is given ({response.status})",
            code="MKD662",
            where=where,
            mend="see key, secret, user and password with whoever gave them; one may have been revoked",
        )
    answer = response.json()
    return issued(answer if isinstance(answer, dict) else {}, otherwise, where)


def issued(answer: Mapping[str, Any], otherwise: float, where: str) -> Issued:
    """The token of an answer. ``otherwise`` is how many seconds it holds when the answer does not say.

    ``expires_in`` comes as seconds from now, as text of them, or as the moment itself.
    """
    text = answer.get("access_token")
    if not isinstance(text, str) or not text or not text.isascii() or not text.isprintable() or " " in text:
        raise Permanent("the answer holds no token", code="MKD662", where=where, mend="see the address of the tokens")
    try:
        told = float(answer.get("expires_in") or otherwise)
    except (TypeError, ValueError):
        told = otherwise
    now = time.time()
    moment = told / 1000 if told > 1000 * _MOMENT else told
    until = moment if moment > _MOMENT else now + told
    # A token whose time is shorter than the margin is used for half of it.
    return Issued(text=Secret(text), until=until - min(MARGIN, max(until - now, 0.0) / 2))
