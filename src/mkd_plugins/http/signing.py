"""Signatures by Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA256 over id, moment and body.

A receiver takes a message whose header ``webhook-signature`` has one signature made with a secret that it knows; so
while a secret is replaced, messages carry one of the old and one of the new.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from mkd_plugins.api import InvalidInput, Secret

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes that a secret may have, by the standard."""


def key_of(secret: Secret) -> bytes:
    """The bytes of a secret ``whsec_…``. Raises ``InvalidInput`` (MKD681), which shows nothing of it."""
    text = secret.reveal()
    mend = "make one: printf 'whsec_%s' \"$(openssl rand -base64 32)\""
    if not text.startswith(PREFIX):
        raise InvalidInput("MKD681", f"a secret begins with {PREFIX}", mend=mend)
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("MKD681", f"behind {PREFIX} stands no base64", mend=mend) from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise InvalidInput("MKD681", f"a secret has {SHORTEST} to {LONGEST} bytes, not {len(key)}", mend=mend)
    return key


def signatures(keys: Iterable[bytes], message: str, seconds: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature a key.

    >>> signatures([b"0" * 24], "msg_1", 1700000000, b"{}")
    'v1,GyD6JYhOMw54HxxeJFT2MBccaZQKsuPluglVfnm25Bo='
    """
    signed = f"{message}.{seconds}.".encode() + body
    made = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys)
    return " ".join(f"v1,{one}" for one in made)
