"""The keys with which SSO Jabar signs, made anew at each start, and tokens signed with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


class Keys:
    """A key that is published, and another that is not."""

    def __init__(self) -> None:
        self._published, self._foreign = _made(), _made()

    def jwks(self) -> dict[str, Any]:
        """The published keys."""
        public = json.loads(RSAAlgorithm.to_jwk(self._published.public_key()))
        return {"keys": [{**public, "kid": "simulator-1", "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: Mapping[str, Any], *, foreign: bool = False) -> str:
        """A token in the form of a JWT. ``foreign``: it claims the published key and is signed with the other."""
        key = self._foreign if foreign else self._published
        return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": "simulator-1"})


def _made() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
