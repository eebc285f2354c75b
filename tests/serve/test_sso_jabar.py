"""People log in at SSO Jabar, simulated with its faults, and act as the person whose number the realm names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from realm import over_realm

from mkd_plugins.jabar.simulator import CLIENT_ID, CLIENT_SECRET, PASSWORD, Simulator, simulator

PERSON = "k000002"


@pytest.fixture(scope="module")
def sso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulator, Path]]:
    """The realm, and the authority of its certificate."""
    ca = tmp_path_factory.mktemp("sso") / "ca.pem"
    with simulator(tls=ca) as running:
        yield running, ca


@pytest.fixture(scope="module")
def door(sso: tuple[Simulator, Path], make_folder, serving):
    """A server that knows the realm."""
    made = serving(over_realm(make_folder, sso[0].issuer, CLIENT_ID, sso[1])).start()
    yield made
    made.stop()


def token(sso: tuple[Simulator, Path], *faults: str, password: str = PASSWORD) -> str:
    """What the realm gives the person at a login while these faults happen."""
    sim, ca = sso
    sim.switch(*(f"sso={fault}" for fault in faults))
    person = sim.people.by_key(PERSON)
    assert person is not None
    given = {
        "grant_type": "password",
        "username": person["peg_nip"],
        "password": password,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    answer = requests.post(sim.sso_tokens, data=given, verify=str(ca), timeout=30)
    sim.switch()
    return str(answer.json().get("access_token", ""))


def test_who_logs_in_is_the_person_of_that_number(door, sso: tuple[Simulator, Path]) -> None:
    """The preset alone says that the number stands in preferred_username."""
    draft = door.ask("POST", "/v1/agreements", {"from": str(door.starts), "remote": "wed"}, token=token(sso))

    assert (draft.status_code, draft.json()["applicant"]) == (201, PERSON)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("foreign-key", "the token does not hold"),
        ("foreign-issuer", "another provider issued the token"),
        ("foreign-audience", "the token is meant for somebody else"),
        ("old", "the token has expired"),
    ],
)
def test_a_token_of_a_realm_gone_wrong_is_nobodys(door, sso: tuple[Simulator, Path], fault: str, said: str) -> None:
    """Another key, realm or audience, or a time that is over: refused with a code, and a good one counts after it."""
    wrong = door.ask("GET", "/v1/inbox", token=token(sso, fault))
    right = door.ask("GET", "/v1/inbox", token=token(sso))

    assert (wrong.status_code, wrong.json()["code"], wrong.json()["detail"]) == (401, "MKD712", said)
    assert right.status_code == 200


def test_a_wrong_password_gives_no_token(door, sso: tuple[Simulator, Path]) -> None:
    """And so nobody."""
    assert token(sso, password="guessed") == ""
