"""What the systems of the simulator share: the people, the clock, the tokens, and where they are reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from mkd_plugins.jabar.simulator.people import People
from mkd_plugins.jabar.simulator.tokens import Tokens

JAKARTA: Final = ZoneInfo("Asia/Jakarta")

CLIENT_ID: Final = "mkd-portal"
CLIENT_SECRET: Final = "contoh-rahasia-portal"
"""Of the client at SSO Jabar."""
CONSUMER_KEY: Final = "contoh-kunci-apim"
CONSUMER_SECRET: Final = "contoh-rahasia-apim"
"""Of the gateway of SIASN."""
LOGIN_CLIENT: Final = "contoh-instansi"
"""Of the login of SIASN, where people log in with their service number."""
AGENCY_USER: Final = "contoh-opd"
"""Of SIAP and K-Mob, which know agencies."""
PASSWORD: Final = "contoh-sandi"
"""Of everybody, everywhere."""


@attrs.define(kw_only=True)
class World:
    """``base`` is where the simulator is reached; it is known once it listens. ``lifetime`` is that of tokens."""

    people: People
    now: Callable[[], datetime]
    tokens: Tokens
    lifetime: float
    base: str = ""
