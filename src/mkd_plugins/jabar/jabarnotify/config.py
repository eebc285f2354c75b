"""The table ``[notification.jabarnotify]``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from mkd_plugins.api import Secret
from mkd_plugins.http.config import address

TOKENS: Final = "https://sso.jabarprov.go.id/realms/ssojabar/protocol/openid-connect/token"

_address = address("MKD671", "ask the operator of JabarNotify")


@attrs.frozen(kw_only=True)
class Config:
    """Notices by JabarNotify.

    ``url``      where ``/notifications`` stands; its operator tells.
    ``client``, ``secret``  the login of this system at SSO Jabar; ``tokens`` is its address.
    ``ca_file``  the authority of a private certificate; certificates are always verified.
    """

    url: str = attrs.field(validator=_address)
    client: str
    secret: Secret
    tokens: str = attrs.field(default=TOKENS, validator=_address)
    ca_file: Path | None = None
    timeout: float = attrs.field(default=30.0, validator=[attrs.validators.gt(0), attrs.validators.le(600)])
