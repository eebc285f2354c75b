"""An OpenID provider of somebody else serves the realm, and people come with what they got there by logging in."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import node_peers
import pytest
import requests
from node_peers import announced
from realm import over_realm

from mkd_plugins.testing.province import generate

pytestmark = pytest.mark.peers

CALLBACK = "https://portal.example.go.id/callback"
VERIFIER = "a-verifier-of-this-test-which-has-more-than-43-characters"
LOGIN = "planner"
PERSON = "k000002"


class Realms:
    """The realms of a provider: ``ssojabar``, another one, and one that pretends to be the first."""

    def __init__(self, base: str, folder: Path) -> None:
        self.base = base
        self.ca = folder / "ca.pem"

    @property
    def issuer(self) -> str:
        return f"{self.base}/ssojabar"

    def token(self, *, realm: str = "ssojabar", resource: str = "urn:mkd") -> str:
        """The access token of the person, by a login, a code and the client's secret."""
        place = f"{self.base}/{realm}/protocol/openid-connect"
        with requests.Session() as browser:
            browser.trust_env = False  # else a bundle that the environment names goes before this one
            browser.verify = str(self.ca)
            code = self._code(browser, f"{place}/auth", resource)
            given = {
                "grant_type": "authorization_code",
                "client_id": "portal",
                "client_secret": "a-secret-of-the-portal-for-tests",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
            }
            answer = browser.post(f"{place}/token", data=given, timeout=30)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _code(self, browser: requests.Session, url: str, resource: str) -> str:
        challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": "portal",
            "redirect_uri": CALLBACK,
            "scope": "openid profile email",
            "state": "s",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "resource": resource,
        }
        answer = browser.get(url, params=asked, allow_redirects=False, timeout=30)
        while not answer.headers.get("Location", "").startswith(CALLBACK):
            if "Location" in answer.headers:
                url = urljoin(answer.url, answer.headers["Location"])
                answer = browser.get(url, allow_redirects=False, timeout=30)
                continue
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form, answer.text
            filled = {"prompt": "login", "login": LOGIN, "password": "any"}
            answer = browser.post(urljoin(answer.url, form[1]), data=filled, allow_redirects=False, timeout=30)
        [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        return code


@pytest.fixture(scope="module")
def realms(
    server_outcomes: dict[str, str], pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Realms]:
    """The provider of a module; it knows one person, under a login that is no number."""
    folder = tmp_path_factory.mktemp("sso")
    [person] = (row for row in generate().rows("people") if row["peg_id"] == PERSON)
    claims = {
        "preferred_username": person["peg_nip"],
        "name": person["peg_nama_lengkap"],
        "email": person["peg_email_resmi"],
        "jabatan": person["jabatan_nama"],
    }
    (folder / "people.json").write_text(json.dumps({LOGIN: claims}), encoding="utf-8")
    with (
        announced(server_outcomes, "oidc-provider", pytestconfig.cache.mkdir("peers")) as node,
        node_peers.openid_provider(node, folder) as base,
    ):
        yield Realms(base, folder)


@pytest.fixture(scope="module")
def door(realms: Realms, make_folder, serving):
    """A server that knows the realm ssojabar."""
    made = serving(over_realm(make_folder, realms.issuer, "mkd", realms.ca)).start()
    yield made
    made.stop()


def test_who_logs_in_there_acts_as_the_person_of_that_number(door, realms: Realms) -> None:
    """A login, a code, a token: its subject is a name of the provider, and the number says who it is."""
    draft = door.ask("POST", "/v1/agreements", {"from": str(door.starts), "remote": "wed"}, token=realms.token())

    assert (draft.status_code, draft.json()["applicant"]) == (201, PERSON)


@pytest.mark.parametrize(
    ("realm", "resource", "said"),
    [
        ("lain", "urn:mkd", "the token does not hold"),
        ("ssojabar", "urn:other", "the token is meant for somebody else"),
        ("tiruan", "urn:mkd", "the token does not hold"),
    ],
    ids=["another realm", "another audience", "another key of the same name"],
)
def test_a_token_of_others_is_nobodys(door, realms: Realms, realm: str, resource: str, said: str) -> None:
    """Issued elsewhere, meant for others, or signed by whoever says they were the realm."""
    answer = door.ask("GET", "/v1/inbox", token=realms.token(realm=realm, resource=resource))

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (401, "MKD712", said)


def test_a_token_ends(door, realms: Realms) -> None:
    """One that holds for a second does not hold after it."""
    token = realms.token(resource="urn:mkd:brief")
    answers = []

    def ended() -> bool:
        answers.append(door.ask("GET", "/v1/inbox", token=token))
        return answers[-1].status_code == 401

    door.wait_for(ended)

    assert (answers[-1].json()["code"], answers[-1].json()["detail"]) == ("MKD712", "the token has expired")
