"""Reading people from SIASN, simulated in a process of its own, beside a bare loop of requests for the same answers.

The loop asks the same paths with ready tokens, one after the other, and looks at nothing; we ask at a pace, pick and
check the fields, and keep them in a file that survives.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import attrs
import requests

from benchmarks.measured import Limit, Ratio, Row, same
from mkd_plugins.api import Secret
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import DISCIPLINE, PATHS, PERSON, RATINGS
from mkd_plugins.jabar.siasn.refresh import refresh
from mkd_plugins.jabar.siasn.store import Store
from mkd_plugins.testing.province import generate

T = TypeVar("T")

PEERS = ["requests"]
#: ``MKD_BENCHMARK_PEOPLE`` takes more: the province has 36,005.
PEOPLE = int(os.environ.get("MKD_BENCHMARK_PEOPLE", 1_000))


def rows() -> Iterator[Row]:
    """One and eight connections beside the bare loop, and what a second run costs when nothing is old."""
    numbers = [row["peg_nip"] for batch in generate(PEOPLE).batches() for row in batch.people]
    with _simulated() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "nip.csv").write_text("\n".join(["nip", *numbers, ""]), encoding="utf-8")
        config = _config(url, folder, numbers[0])
        loop, names = _timed(lambda: _bare(url, config, numbers))
        ours = {}
        for connections in (1, 8):
            each = attrs.evolve(config, connections=connections, cache=folder / f"{connections}.db")
            ours[connections], told = _timed(lambda each=each: refresh(each))
            same("siasn", everybody=told.people - told.missing - told.failed, numbers=len(numbers))
            kept = sorted(answer.records[0]["nama"] for answer in Store(each.cache).read(PERSON))
            same("siasn", ours=kept, theirs=sorted(names))
        again, _ = _timed(lambda: refresh(attrs.evolve(config, cache=folder / "8.db")))
    work = f"{len(numbers):,} people, three answers each"
    for connections, seconds in ours.items():
        peer = "requests in a loop"
        yield Ratio(work=f"{work}, {connections} at once", peer=peer, ours=seconds, theirs=loop)
        yield Limit(work=f"a person, {connections} at once", value=seconds / len(numbers), unit="s")
    yield Limit(work=f"{work}, nothing old", value=again, unit="s")


def _bare(url: str, config: Config, numbers: list[str]) -> list[str]:
    login = b64encode(f"{config.consumer_key}:{config.consumer_secret.reveal()}".encode()).decode()
    session = requests.Session()
    gateway = session.post(
        config.gateway_tokens, data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {login}"}
    ).json()
    assert config.login_user is not None
    assert config.login_password is not None
    form = {
        "grant_type": "password",
        "client_id": config.login_client,
        "username": config.login_user.reveal(),
        "password": config.login_password.reveal(),
    }
    sso = session.post(config.login_tokens, data=form).json()
    session.headers["Authorization"] = f"Bearer {gateway['access_token']}"
    session.headers["Auth"] = f"bearer {sso['access_token']}"
    names = []
    for number in numbers:
        for resource in (PERSON, DISCIPLINE, RATINGS):
            answer = session.get(config.api + PATHS[resource].format(number=number)).json()
            if resource == PERSON:
                names.append(answer["data"]["nama"])
    return names


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = perf_counter()
    found = work()
    return perf_counter() - began, found


def _config(url: str, folder: Path, user: str) -> Config:
    from mkd_plugins.jabar import contract
    from mkd_plugins.jabar.simulator.world import CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD

    return Config(
        cache=folder / "siasn.db",
        numbers=folder / "nip.csv",
        consumer_key=CONSUMER_KEY,
        consumer_secret=Secret(CONSUMER_SECRET),
        login_client=LOGIN_CLIENT,
        login_user=Secret(user),
        login_password=Secret(PASSWORD),
        api=url + contract.SIASN,
        gateway_tokens=url + contract.GATEWAY_TOKENS,
        login_tokens=url + contract.LOGIN_TOKENS,
        per_second=100_000,
    )


@contextmanager
def _simulated() -> Iterator[str]:
    """The simulator's address, while it runs."""
    mkd = Path(sysconfig.get_path("scripts")) / "mkd"
    command = [str(mkd), "jabar", "simulate", "--people", str(PEOPLE), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        try:
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
                if not (line := process.stdout.readline()):
                    raise RuntimeError(said)
                said += line
            yield found[0]
        finally:
            process.terminate()
