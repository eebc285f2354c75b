"""The two logins of SIASN: that of its gateway, and that of whoever asks."""

from __future__ import annotations

from mkd_plugins.jabar.contract import GATEWAY_TOKENS, LOGIN_TOKENS
from mkd_plugins.jabar.simulator.answers import Answer, Asked, Routes, refusal
from mkd_plugins.jabar.simulator.world import CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD, World

_LOGIN_LIVES = 12
"""How many times longer than the gateway's the token of the login is used by public clients: 43,200 and 3,600 s."""


class Gateway:
    """Gives both tokens and looks at both."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        """Its handlers."""
        return {("POST", GATEWAY_TOKENS): self.gateway_token, ("POST", LOGIN_TOKENS): self.login_token}

    def gateway_token(self, asked: Asked) -> Answer:
        """A token for the key and secret of a consumer."""
        if asked.basic() != (CONSUMER_KEY, CONSUMER_SECRET):
            return refusal("sso", 401, "invalid_client")
        if asked.request.form.get("grant_type") != "client_credentials":
            return refusal("sso", 400, "unsupported_grant_type")
        seconds = self._world.lifetime
        text = self._world.tokens.give("gateway", CONSUMER_KEY, seconds)
        return Answer(body={"access_token": text, "token_type": "Bearer", "expires_in": int(seconds)})

    def login_token(self, asked: Asked) -> Answer:
        """A token for a person."""
        given = asked.request.form
        if given.get("client_id") != LOGIN_CLIENT:
            return refusal("sso", 401, "invalid_client")
        if given.get("grant_type") != "password":
            return refusal("sso", 400, "unsupported_grant_type")
        nip = given.get("username", "")
        if given.get("password") != PASSWORD or not self._world.people.key(nip):
            return refusal("sso", 401, "invalid_grant")
        seconds = self._world.lifetime * _LOGIN_LIVES
        text = self._world.tokens.give("login", nip, seconds)
        return Answer(body={"access_token": text, "token_type": "Bearer", "expires_in": int(seconds)})

    def refused(self, asked: Asked) -> Answer | None:
        """Why a request is not let through, or ``None``."""
        if self._world.tokens.owner("gateway", asked.bearer()) is None:
            return refusal("siasn", 401, "Invalid Credentials")
        if self._world.tokens.owner("login", asked.bearer("Auth")) is None:
            return refusal("siasn", 401, "invalid or expired jwt")
        return None
