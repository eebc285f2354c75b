"""Notices by JabarNotify: the suite of the port over a real connection, and what can go wrong on the way."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mkd_core.errors import Permanent, Transient
from mkd_plugins.api import Secret
from mkd_plugins.jabar.jabarnotify.backend import JabarNotify
from mkd_plugins.jabar.jabarnotify.config import Config
from mkd_plugins.jabar.simulator import CLIENT_ID, CLIENT_SECRET, Simulator, simulator
from mkd_plugins.testing.notification import NOTICE, NotificationSuite


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with simulator(people=63) as running:
        yield running


def sender(url: str, tokens: str) -> JabarNotify:
    return JabarNotify(Config(url=url, client=CLIENT_ID, secret=Secret(CLIENT_SECRET), tokens=tokens))


@pytest.fixture
def backend(sim: Simulator) -> Iterator[JabarNotify]:
    made = sender(sim.url, sim.sso_tokens)
    yield made
    made.close()


class TestJabarNotify(NotificationSuite):
    @pytest.fixture
    def backend(self, sim: Simulator) -> Iterator[JabarNotify]:
        """Before the simulator."""
        made = sender(sim.url, sim.sso_tokens)
        yield made
        made.close()

    @pytest.fixture
    def unreachable(self) -> Iterator[JabarNotify]:
        """Before a port where nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        made = sender(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/token")
        yield made
        made.close()


def test_a_notice_arrives_as_a_mail_to_one_person(backend: JabarNotify, sim: Simulator) -> None:
    """With subject and body as they were written, and nothing else of the person."""
    backend.send(NOTICE)

    [taken] = sim.notices
    assert (taken["type"], taken["subject"], taken["body"]) == ("email", NOTICE.subject, NOTICE.body)
    assert taken["recipients"] == [{"name": NOTICE.name.reveal(), "emailAddress": NOTICE.address.reveal()}]


@pytest.mark.parametrize("fault", ["busy", "broken", "cut"])
def test_what_did_not_go_through_is_tried_again(backend: JabarNotify, sim: Simulator, fault: str) -> None:
    """The outbox keeps it; no word of the error names the person."""
    sim.switch(f"jabarnotify={fault}")
    with pytest.raises(Transient) as refused:
        backend.send(NOTICE)
    sim.switch()

    assert NOTICE.address.reveal() not in str(refused.value)
    assert backend.send(NOTICE).key == NOTICE.key


def test_a_token_that_ended_is_renewed_at_the_next_attempt(backend: JabarNotify, sim: Simulator) -> None:
    """One attempt is lost, and not the notice."""
    backend.send(NOTICE)
    sim.switch("jabarnotify=expired")
    with pytest.raises(Transient, match="token"):
        backend.send(NOTICE)
    sim.switch()

    assert backend.send(NOTICE).key == NOTICE.key


def test_a_secret_that_was_revoked_is_for_somebody_to_mend(backend: JabarNotify, sim: Simulator) -> None:
    """It is not tried for ever."""
    sim.switch("sso=refused")

    with pytest.raises(Permanent, match="MKD662"):
        backend.send(NOTICE)
