"""An independent mock of the published document (Prism, of Node) satisfies the adapter as the simulator does.

Prism answers with the examples of the document and refuses requests that the document does not allow. It is installed
by npm, so these tests have a lane of their own: ``tox -e peers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import node_peers
import pytest
import requests
from node_peers import announced
from simulated import number

from mkd_core.people import Employee, Unit
from mkd_plugins.api import Secret
from mkd_plugins.jabar.contract import GATEWAY_TOKENS, LOGIN_TOKENS, SIASN
from mkd_plugins.jabar.siasn.backend import SiasnIdentity
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.refresh import refresh
from mkd_plugins.jabar.simulator import CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD, simulator
from mkd_plugins.testing.province import SERVED

pytestmark = pytest.mark.peers

ON = date(2023, 6, 20)


@pytest.fixture(scope="module")
def prism(
    server_outcomes: dict[str, str], pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a mock of the document that refuses what the document does not allow."""
    folder = tmp_path_factory.mktemp("prism")
    with (
        announced(server_outcomes, "prism", pytestconfig.cache.mkdir("peers")) as node,
        node_peers.prism(node, folder) as address,
    ):
        yield address


Known = Callable[[str, str], tuple[list[Employee], list[Unit]]]


@pytest.fixture
def known(tmp_path: Path) -> Known:
    """What the adapter makes of one person and the units, asked at that address."""

    def read(base: str, nip: str) -> tuple[list[Employee], list[Unit]]:
        folder = tmp_path / base.rpartition(":")[2]
        folder.mkdir()
        (folder / "nip.csv").write_text(f"nip\n{nip}\n", encoding="utf-8")
        config = Config(
            cache=folder / "siasn.db",
            numbers=folder / "nip.csv",
            consumer_key=CONSUMER_KEY,
            consumer_secret=Secret(CONSUMER_SECRET),
            login_client=LOGIN_CLIENT,
            login_user=Secret(nip),
            login_password=Secret(PASSWORD),
            api=base + SIASN,
            gateway_tokens=base + GATEWAY_TOKENS,
            login_tokens=base + LOGIN_TOKENS,
        )
        done = refresh(config)
        assert (done.failed, done.missing) == (0, 0)
        identity = SiasnIdentity(config)
        return list(identity.people(ON)), list(identity.units(ON))

    return read


def test_the_adapter_reads_the_mock_as_it_reads_the_simulator(prism: str, known: Known) -> None:
    """The same person with the same facts; the mock knows the units above that person alone."""
    with simulator(people=63) as sim:
        nip = number(sim, SERVED)
        [person], all_units = known(sim.url, nip)
    [mocked], some_units = known(prism, nip)

    assert (mocked.key, mocked.number, mocked.unit, mocked.facts) == (
        person.key,
        person.number,
        person.unit,
        person.facts,
    )
    keys = {unit.key: unit.parent for unit in all_units}
    assert {unit.key: unit.parent for unit in some_units}.items() <= keys.items()
    assert mocked.unit in {unit.key for unit in some_units}


def test_the_mock_refuses_who_comes_with_one_token(prism: str) -> None:
    """The document says that both are needed, to others as well."""
    url = f"{prism}{SIASN}/referensi/ref-unor"
    both = {"Authorization": "Bearer a", "Auth": "bearer b", "Accept": "application/json"}

    assert requests.get(url, headers=both, timeout=10).status_code == 200
    for name in ("Authorization", "Auth"):
        one = {key: value for key, value in both.items() if key != name}
        assert requests.get(url, headers=one, timeout=10).status_code == 401
