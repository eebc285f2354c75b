"""The province's systems over people who do not exist: a real server on this machine, as awkward as the real ones.

SSO Jabar, SIASN, Digiteam, SIAP, the exports of K-Mob and JabarNotify, behind one address. What is known of
each and what is assumed stands in ``mkd_plugins.jabar.contract`` and in the OpenAPI document; what can go wrong on
purpose in ``KINDS``.

    with simulator(faults=["siasn=busy:0.1"]) as sim:
        requests.get(sim.url + "/openapi.json")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from mkd_plugins.jabar.contract import GATEWAY_TOKENS, KMOB, LOGIN_TOKENS, OIDC, REALM, SIAP, SIASN
from mkd_plugins.jabar.simulator.certificate import made
from mkd_plugins.jabar.simulator.faults import KINDS, Fault, Faults
from mkd_plugins.jabar.simulator.people import NEVER_READ, People
from mkd_plugins.jabar.simulator.server import Application
from mkd_plugins.jabar.simulator.serving import encrypted, listening, plain
from mkd_plugins.jabar.simulator.tokens import Tokens
from mkd_plugins.jabar.simulator.world import (
    AGENCY_USER,
    CLIENT_ID,
    CLIENT_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    LOGIN_CLIENT,
    PASSWORD,
    World,
)

__all__ = [
    "AGENCY_USER",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CONSUMER_KEY",
    "CONSUMER_SECRET",
    "KINDS",
    "LOGIN_CLIENT",
    "NEVER_READ",
    "PASSWORD",
    "Fault",
    "Simulator",
    "simulator",
]


@attrs.frozen(kw_only=True)
class Simulator:
    """A running simulator: where its systems are, whom it knows, and what goes wrong."""

    app: Application

    @property
    def url(self) -> str:
        """The address under which everything is."""
        return self.app.world.base

    @property
    def issuer(self) -> str:
        """The realm of SSO Jabar."""
        return self.url + REALM

    @property
    def sso_tokens(self) -> str:
        """Where SSO Jabar gives tokens."""
        return f"{self.url}{OIDC}/token"

    @property
    def siasn(self) -> str:
        """The base of SIASN's paths."""
        return self.url + SIASN

    @property
    def gateway_tokens(self) -> str:
        """Where SIASN's gateway gives tokens."""
        return self.url + GATEWAY_TOKENS

    @property
    def login_tokens(self) -> str:
        """Where SIASN's login gives tokens."""
        return self.url + LOGIN_TOKENS

    @property
    def people(self) -> People:
        """Everybody there is."""
        return self.app.world.people

    @property
    def asked(self) -> Mapping[str, int]:
        """How often each path of the contract was asked for."""
        return dict(self.app.asked)

    @property
    def notices(self) -> Sequence[Mapping[str, Any]]:
        """What JabarNotify took, in the order in which it came."""
        return tuple(self.app.notify.notices)

    @property
    def most_at_once(self) -> int:
        """How many requests were in work at one time, at most."""
        return self.app.most_at_once

    def places(self) -> dict[str, str]:
        """Every address, and the logins that are taken there."""
        return {
            "url": self.url,
            "sso": self.issuer,
            "sso_client": f"{CLIENT_ID} / {CLIENT_SECRET}",
            "siasn": self.siasn,
            "siasn_gateway_tokens": self.gateway_tokens,
            "siasn_consumer": f"{CONSUMER_KEY} / {CONSUMER_SECRET}",
            "siasn_login_tokens": self.login_tokens,
            "siasn_login": f"{LOGIN_CLIENT} / {self.people.numbers[0]} / {PASSWORD}",
            "digiteam": f"{self.url}/v1",
            "digiteam_login": f"k000002@example.go.id / {PASSWORD}",
            "siap": self.url + SIAP,
            "kmob": self.url + KMOB,
            "jabarnotify": self.url,
            "agency": f"{AGENCY_USER} / {PASSWORD}",
            "openapi": f"{self.url}/openapi.json",
        }

    def switch(self, *faults: Fault | str) -> None:
        """From now on these faults happen, and no others: ``switch()`` ends all."""
        self.app.faults.switch(faults)


@contextmanager
def simulator(
    *,
    faults: Iterable[Fault | str] = (),
    seed: int = 1,
    people: int = 240,
    province: int = 2023,
    port: int = 0,
    lifetime: float = 3600.0,
    slow_seconds: float = 2.0,
    etags: bool = False,
    tls: Path | None = None,
    now: Callable[[], datetime] | None = None,
) -> Iterator[Simulator]:
    """A simulator on loopback while the block runs.

    ``faults``        ``PATH=KIND[:RATE]``; ``seed`` says which requests they strike. See ``KINDS``.
    ``people``        how many people the synthetic province has, and ``province`` its own seed.
    ``port``          0 for any that is free.
    ``lifetime``      seconds that tokens last; the login of SIASN gives tokens that last twelve times as long.
    ``slow_seconds``  how late a slow answer comes.
    ``etags``         answer with an ETag, and with 304 where nothing changed. Whether the real systems do is not known.
    ``tls``           speak TLS; the certificate of the authority to trust is written to that file.
    ``now``           the clock of all systems; the real one when left out.

    Raises ``InvalidInput`` for a fault that cannot be (MKD731), too few people (MKD290), a port in use (MKD721) and a
    certificate that cannot be written (MKD732).
    """
    clock = now or (lambda: datetime.now(UTC))
    world = World(people=People(people, province), now=clock, tokens=Tokens(clock), lifetime=lifetime)
    app = Application(world, Faults(faults, seed), slow_seconds=slow_seconds, etags=etags)
    context = made(tls) if tls else None
    place = listening(port)
    world.base = f"{'https' if context else 'http'}://127.0.0.1:{place.getsockname()[1]}"
    with encrypted(app, place, context) if context else plain(app, place):
        try:
            yield Simulator(app=app)
        finally:
            app.end()
