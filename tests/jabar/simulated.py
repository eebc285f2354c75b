"""Asks the simulator as anybody may, and compares every answer with the published document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import requests
from jsonschema import Draft202012Validator
from urllib3.exceptions import ProtocolError

from mkd_plugins.jabar.contract import SIASN, document
from mkd_plugins.jabar.simulator import (
    AGENCY_USER,
    CLIENT_ID,
    CLIENT_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    LOGIN_CLIENT,
    PASSWORD,
    Simulator,
)
from mkd_plugins.testing.province import PLANNER

DOCUMENT: Mapping[str, Any] = json.loads(document())
OIDC = "/realms/ssojabar/protocol/openid-connect"
LOGIN = "/auth/realms/public-siasn/protocol/openid-connect/token"
KMOB = "/integrasi/api/v1/kmob"
AGENCY = (AGENCY_USER, PASSWORD)
PICTURE = ("picture.jpg", b"\xff\xd8\xff", "image/jpeg")


class Asker:
    """Somebody who asks a simulator. ``seen`` are method, path of the document and status of every answer."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.seen: set[tuple[str, str, int]] = set()
        self.nip: str = number(sim, PLANNER)
        self._http = requests.Session()

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        """The answer, which is one that the document describes."""
        response = self._http.request(method, self.sim.url + path, allow_redirects=False, timeout=20, **sent)
        self.seen.add((method, *self._checked(method, path.partition("?")[0], response)))
        return response

    def is_cut_off(self, method: str, path: str, **sent: Any) -> bool:
        """Whether less comes than was promised; newer clients say so, older ones hand it on."""
        response = self._http.request(
            method, self.sim.url + path, allow_redirects=False, timeout=20, stream=True, **sent
        )
        try:
            return len(response.raw.read()) < int(response.headers["Content-Length"])
        except ProtocolError:
            return True
        finally:
            response.close()

    def _checked(self, method: str, path: str, response: requests.Response) -> tuple[str, int]:
        template = next(each for each in DOCUMENT["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path))
        responses = DOCUMENT["paths"][template][method.lower()]["responses"]
        described = responses.get(str(response.status_code))
        assert described is not None, f"{method} {template} answers {response.status_code}, which is not described"
        if "$ref" in described:
            described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
        content = described.get("content", {})
        if response.content:
            media = response.headers["Content-Type"].partition(";")[0]
            assert media in content, f"{method} {template} answers {media}, which is not described"
            value = response.json() if media == "application/json" else response.text
            assert problems(value, content[media]["schema"]) == [], f"{method} {template} {response.status_code}"
        return template, response.status_code

    def siasn(self, path: str, **sent: Any) -> requests.Response:
        """A question to SIASN, with fresh tokens."""
        return self.ask("GET", SIASN + path, headers=self.both_tokens(), **sent)

    def data(self, path: str) -> Any:
        """What SIASN says of it."""
        return self.siasn(path).json()["data"]

    def both_tokens(self) -> dict[str, str]:
        gateway = self.gateway_token().json()["access_token"]
        return {"Authorization": f"Bearer {gateway}", "Auth": f"bearer {self.login_token().json()['access_token']}"}

    def gateway_token(self) -> requests.Response:
        given = {"grant_type": "client_credentials"}
        return self.ask("POST", "/oauth2/token", data=given, auth=(CONSUMER_KEY, CONSUMER_SECRET))

    def login_token(self) -> requests.Response:
        given = {"grant_type": "password", "client_id": LOGIN_CLIENT, "username": self.nip, "password": PASSWORD}
        return self.ask("POST", LOGIN, data=given)

    def sso_token(self, **more: str) -> requests.Response:
        """Tokens of SSO Jabar, by a login unless ``more`` says otherwise."""
        client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        given = {"grant_type": "password", "username": self.nip, "password": PASSWORD, **client, **more}
        return self.ask("POST", f"{OIDC}/token", data=given)

    def digiteam(self) -> dict[str, str]:
        """The header with one's own token at Digiteam."""
        answer = self.ask("POST", "/v1/auth/users/sign-in", json={"email": self.mail, "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}

    def siap(self) -> dict[str, str]:
        """The header with the token of an agency at SIAP."""
        answer = self.ask("POST", "/p/backend/api/login", json={"username": AGENCY_USER, "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    @property
    def mail(self) -> str:
        person = self.sim.people.find(self.nip)
        assert person is not None
        return person["peg_email_resmi"]


def number(sim: Simulator, key: str) -> str:
    """The service number of the person with that key."""
    person = sim.people.by_key(key)
    assert person is not None
    return person["peg_nip"]


def problems(value: object, schema: Mapping[str, Any]) -> list[str]:
    """What a value has that the schema of the document does not allow."""
    checker = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [f"{error.json_path} {error.message}" for error in checker.iter_errors(value)]
