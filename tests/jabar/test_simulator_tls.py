"""Over TLS the simulator is trusted by whoever is told to, and its people log in to `mkd serve`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from simulated import OIDC, number

from mkd_core.errors import InvalidInput
from mkd_plugins.jabar.simulator import CLIENT_ID, CLIENT_SECRET, PASSWORD, Simulator, simulator
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.settings import Oidc
from mkd_plugins.serve.tokens import TokenReader
from mkd_plugins.testing.province import PLANNER


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return tmp_path / "authority.pem"


@pytest.fixture
def sim(authority: Path) -> Iterator[Simulator]:
    with simulator(people=63, tls=authority) as running:
        yield running


def test_its_certificate_holds_for_whoever_trusts_its_authority_and_for_nobody_else(
    sim: Simulator, authority: Path
) -> None:
    """A client that verifies does not speak to it by mistake."""
    assert requests.get(f"{sim.url}/openapi.json", verify=str(authority), timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{sim.url}/openapi.json", timeout=10)


def test_a_person_of_sso_jabar_is_known_to_the_service_by_the_number(sim: Simulator, authority: Path) -> None:
    """Realm, audience, signature and time are verified, and a token of another realm is refused."""
    reader = TokenReader(
        Oidc(
            issuer=sim.issuer,
            audience=CLIENT_ID,
            jwks=f"{sim.url}{OIDC}/certs",
            claim="preferred_username",
            ca_file=authority,
        )
    )
    planner = number(sim, PLANNER)

    assert reader.person(token(sim, authority)) == planner
    for kind, said in {
        "foreign-issuer": "another provider",
        "foreign-audience": "somebody else",
        "old": "expired",
    }.items():
        sim.switch(f"sso={kind}")
        with pytest.raises(HttpProblem, match=said):
            reader.person(token(sim, authority))


def test_a_file_for_the_authority_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Before anything listens."""
    with pytest.raises(InvalidInput, match="MKD732"), simulator(people=63, tls=tmp_path / "missing" / "ca.pem"):
        pass


def token(sim: Simulator, authority: Path) -> str:
    given = {
        "grant_type": "password",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "username": number(sim, PLANNER),
        "password": PASSWORD,
    }
    answer = requests.post(f"{sim.url}{OIDC}/token", data=given, verify=str(authority), timeout=10).json()
    made: str = answer["access_token"]
    return made
