"""The table ``[identity.siasn]``: the addresses and logins of BKN's web service, whom to ask for, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from mkd_plugins.api import InvalidInput, Secret
from mkd_plugins.http.config import address
from mkd_plugins.identity.table.config import Source

API = "https://apimws.bkn.go.id:8243/apisiasn/1.0"
GATEWAY_TOKENS = "https://apimws.bkn.go.id/oauth2/token"
LOGIN_TOKENS = "https://sso-siasn.bkn.go.id/auth/realms/public-siasn/protocol/openid-connect/token"

_address = address("MKD661", "write the https address that BKN gave you")


@attrs.frozen(kw_only=True)
class Config:
    """Identity from SIASN.

    ``cache``         the file in which the answers are kept, with the fields that are needed and no others.
    ``numbers``       a CSV file of the service numbers to ask for, in the column ``numbers_column``.
    ``consumer_key``, ``consumer_secret``  of the API gateway (APIM).
    ``login_client``, ``login_user``, ``login_password``  of the login (SSO), or ``login_token``, one that was issued.
    ``api``, ``gateway_tokens``, ``login_tokens``  the addresses, those of production when left out.
    ``connections``, ``per_second``  how many requests run at once, and how many begin in a second, all together.
    ``max_age``       seconds after which an answer is asked for again by ``mkd jabar refresh``.
    ``stale_after``   seconds after which facts are called old where they are shown.
    ``mandates``      the deployment's own table of acting officers, as in ``[identity.table]``.
    ``codes``         our field → their code → our value, over the shipped ones.
    """

    cache: Path
    numbers: Path
    numbers_column: str = "nip"
    consumer_key: str
    consumer_secret: Secret
    login_client: str = ""
    login_user: Secret | None = None
    login_password: Secret | None = None
    login_token: Secret | None = None
    api: str = attrs.field(default=API, validator=_address)
    gateway_tokens: str = attrs.field(default=GATEWAY_TOKENS, validator=_address)
    login_tokens: str = attrs.field(default=LOGIN_TOKENS, validator=_address)
    ca_file: Path | None = None
    timeout: float = attrs.field(default=60.0, validator=[attrs.validators.gt(0), attrs.validators.le(600)])
    connections: int = attrs.field(default=4, validator=[attrs.validators.ge(1), attrs.validators.le(32)])
    per_second: float = attrs.field(default=10.0, validator=[attrs.validators.gt(0), attrs.validators.le(100_000)])
    max_age: float = attrs.field(default=86_400.0, validator=attrs.validators.ge(0))
    stale_after: float = attrs.field(default=259_200.0, validator=attrs.validators.gt(0))
    mandates: Source | None = None
    codes: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        by_password = (self.login_client, self.login_user, self.login_password)
        if bool(self.login_token) == any(by_password) or (any(by_password) and not all(by_password)):
            raise InvalidInput(
                "MKD661",
                "the login needs a client, a user and a password, or a token, and not both",
                mend="write login_client, login_user and login_password, or login_token alone",
            )
