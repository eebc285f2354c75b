"""Notification ``jabarnotify``: notices by the province's JabarNotify, as mail.

Its back office shows the request, not the answer, and no key that would make a second request harmless: an answer that
did not come is therefore tried again, and the text of a second notice is that of the first. Its address is not public.
"""

from __future__ import annotations

from typing import Final

from mkd_plugins.api import Declined, Notice, Permanent, Receipt, Transient
from mkd_plugins.jabar.asking import System
from mkd_plugins.jabar.jabarnotify.config import Config
from mkd_plugins.jabar.tokens import Issued, Token, asked

TOKEN_SECONDS: Final = 60.0
"""How long a token is used when its answer does not say."""


class JabarNotify:
    """The port over JabarNotify. Safe to share between threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._system = System(ca_file=config.ca_file)
        self._token = Token(self._ask_token)

    def send(self, notice: Notice) -> Receipt | Declined:
        """Hand it over; a person without an address is declined. Raises ``Transient`` or ``Permanent``."""
        address = notice.address.reveal().strip()
        if not address:
            return Declined("the person has no mail address")
        url = f"{self._config.url.rstrip('/')}/notifications"
        where = f"POST {url}"
        body = {
            "subject": notice.subject,
            "body": notice.body,
            "type": "email",
            "recipients": [{"name": notice.name.reveal(), "emailAddress": address}],
        }
        token = self._token.current()
        headers = {"Authorization": f"Bearer {token.text.reveal()}"}
        response = self._system.ask("POST", url, where, timeout=notice.timeout, json=body, headers=headers)
        if response.status == 401:
            self._token.refused(token)
            said = "JabarNotify refuses the token; the next attempt asks for another"
            raise Transient(said, code="MKD672", where=where)
        if response.not_now:
            said = f"JabarNotify answered {response.status}"
            raise Transient(said, code="MKD672", where=where, retry_after=response.pause)
        if not 200 <= response.status < 300:
            raise Permanent(f"JabarNotify answered {response.status}", code="MKD672", where=where, mend="see its log")
        return Receipt(key=notice.key)

    def close(self) -> None:
        """Let the connections go."""
        self._system.close()

    def _ask_token(self) -> Issued:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.client,
            "client_secret": self._config.secret.reveal(),
        }
        url, timeout = self._config.tokens, self._config.timeout
        return asked(self._system, url, form, TOKEN_SECONDS, headers={}, timeout=timeout)
