"""Notification ``http``: notices for the host's own inbox, chat or message gateway."""

from __future__ import annotations

from mkd_plugins.api import Declined, Notice, Receipt
from mkd_plugins.http.client import Client
from mkd_plugins.http.config import Config
from mkd_plugins.http.receipts import receipt


class HttpNotification:
    """The port over HTTP."""

    def __init__(self, config: Config) -> None:
        self._client = Client(config)
        self.ping = self._client.ping
        self.close = self._client.close

    def send(self, notice: Notice) -> Receipt | Declined:
        """Hand the notice over, with the name and the address that the host itself knows."""
        body = {
            "key": notice.key,
            "to": notice.to,
            "name": notice.name.reveal(),
            "address": notice.address.reveal(),
            "language": notice.language,
            "kind": notice.kind,
            "subject": notice.subject,
            "body": notice.body,
            "agreement": notice.agreement,
        }
        return receipt(self._client.post("/notification/notices", body, notice.timeout), notice.key)
