"""Events ``webhook``: each event of the journal as a signed message (Standard Webhooks) with a CloudEvents 1.0 body.

The message has one id at every attempt, made of the event's name so that nothing of a person's key stands in a header;
a receiver takes an id once. Its moment is that of the attempt, so that a receiver can refuse what somebody replays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from time import time
from typing import Any

import requests

from mkd_plugins.api import Declined, Occurrence, Permanent, Receipt, Transient
from mkd_plugins.http.config import WebhookConfig
from mkd_plugins.http.signing import key_of, signatures
from mkd_plugins.http.wire import failures, pause_of, plain_session, verification, waits

MEDIA_TYPE = "application/cloudevents+json"


class Webhook:
    """The port over HTTP. Safe to share between threads."""

    def __init__(self, config: WebhookConfig) -> None:
        self._config = config
        self._keys = [key_of(secret) for secret in config.secrets]
        self._verify = verification(config.ca_file)
        self._session = plain_session()
        self.close = self._session.close

    def publish(self, occurrence: Occurrence) -> Receipt | Declined:
        """Post it. Whatever the receiver says but a 2xx is for later, except that it wants no more (410)."""
        if self._config.kinds and occurrence.kind not in self._config.kinds:
            return Declined(f"{occurrence.kind} is not among the kinds of this webhook")
        message = message_id(occurrence.key)
        body = json.dumps(cloud_event(occurrence, self._config.source), ensure_ascii=False, allow_nan=False).encode()
        seconds = int(time())
        headers = {
            "Content-Type": MEDIA_TYPE,
            "webhook-id": message,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signatures(self._keys, message, seconds, body),
        }
        where = f"POST {self._config.url}"
        with (
            failures(where),
            self._session.post(
                self._config.url,
                data=body,
                headers=headers,
                timeout=waits(occurrence.timeout),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            _check_status(response, where)
        return Receipt(key=occurrence.key, reference=message)


def message_id(key: str) -> str:
    """The id of a message and of its event: the same at every attempt, without the dot that joins what is signed."""
    return f"evt_{sha256(key.encode()).hexdigest()[:32]}"


def cloud_event(occurrence: Occurrence, source: str) -> Mapping[str, Any]:
    """The event by CloudEvents 1.0. Its type has the number of the form, so that another form is another type."""
    return {
        "specversion": "1.0",
        "id": message_id(occurrence.key),
        "source": source,
        "type": f"mkd.{occurrence.kind}.v{occurrence.schema}",
        "subject": occurrence.agreement or occurrence.person,
        "time": occurrence.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "stream": occurrence.stream,
            "number": occurrence.number,
            "person": occurrence.person,
            "by": occurrence.by,
            "event": dict(occurrence.data),
        },
    }


def _check_status(response: requests.Response, where: str) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status == HTTPStatus.GONE:
        raise Permanent(
            "the receiver wants no more events (410)", code="MKD682", where=where, mend="take the table out, or mend it"
        )
    if 300 <= status < 400:
        raise Permanent(
            f"the receiver redirects ({status}), which is not followed",
            code="MKD646",
            where=where,
            mend="write the final address in url",
        )
    raise Transient(f"the receiver answered {status}", code="MKD642", where=where, retry_after=pause_of(response))
