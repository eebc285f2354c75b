"""The chapter before all others, told with ``--province``: people read from SIASN, as awkward as it is.

The systems of the province are simulated on this machine, with faults switched on. What SIASN cannot say of the people
of the story is vouched for by HR, from the same records that the exports of the plain story hold.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.errors import MkdError
from mkd_core.ports import Found
from mkd_plugins.demo.beginning import ASKED_ON
from mkd_plugins.demo.stage import HR, Stage, at
from mkd_plugins.demo.telling import Teller
from mkd_plugins.identity.table import Config as TableConfig
from mkd_plugins.identity.table import TableIdentity
from mkd_plugins.identity.table.config import Source
from mkd_plugins.testing import province

if TYPE_CHECKING:
    from mkd_plugins.jabar.siasn.refresh import Refreshed
    from mkd_plugins.jabar.simulator import Simulator

FAULTS = (
    "siasn=busy:0.01",
    "siasn=expired:0.01",
    "siasn=login-expired:0.005",
    "siasn=spelling:0.3",
    "siasn=numbers:0.2",
    "siasn=sparse:0.3",
    "/pns/rw-skp22/*=cut:0.02",
)
"""What goes wrong on the way, and how often: a gateway that is busy, tokens that end, keys in other spellings, ...

Nobody is lost by any of it: the refresh is run until nothing has failed."""

VOUCHED_ON = date(2023, 6, 19)
"""The day on which MKD began, and on which HR vouches for what SIASN does not say."""

_RUNS = 10
_IDENTITY = """\
[identity.siasn]
cache = "siasn.db"
numbers = "nip.csv"
consumer_key = "{key}"
consumer_secret = {{ file = "consumer.secret" }}
login_client = "{client}"
login_user = {{ file = "user.secret" }}
login_password = {{ file = "password.secret" }}
api = "{sim.siasn}"
gateway_tokens = "{sim.gateway_tokens}"
login_tokens = "{sim.login_tokens}"
per_second = 1000
connections = 8
mandates = {{ path = "mandates.csv", columns = {{ unit = "unit_kerja_id" }} }}
"""


@attrs.frozen(kw_only=True)
class Read:
    """What was read of SIASN before the story begins: how often it was asked, and each run of the refresh."""

    sim: Simulator
    runs: tuple[Refreshed, ...]


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Stage, Read]]:
    """The stage of the story over the simulated systems, people read and vouched for."""
    from mkd_plugins.jabar.simulator import simulator

    with simulator(faults=FAULTS) as sim:
        _furnish(folder, sim)
        with Stage.open(folder, identity=_identity(sim)) as stage:
            read = Read(sim=sim, runs=_read(stage))
            _vouch(stage)
            yield stage, read


def systems(stage: Stage, tell: Teller, read: Read) -> dict[str, object]:
    """How the people came from SIASN, what went wrong on the way, and what SIASN does not say."""
    tell.chapter("The systems of the province", "Sistem-sistem provinsi")
    asked = sum(read.sim.asked.values())
    tell.say(
        "People, units, punishments and ratings come from SIASN, simulated on this machine with faults switched on:",
        "Pegawai, unit, hukuman, dan predikat berasal dari SIASN, disimulasikan di mesin ini dengan gangguan:",
    )
    tell.table([fault.split("=") for fault in FAULTS])
    told = tell.word("{0.read} answers kept, {0.failed} failed", "{0.read} jawaban disimpan, {0.failed} gagal")
    for run in read.runs:
        tell.line(told.format(run))
    tell.say("{asked} requests in all.", "{asked} permintaan seluruhnya.", asked=asked)
    vouched = {
        who: {fact: held.role for fact, held in sorted(stage.mkd.dossier(who).attested.items())}
        for who in _people_of_the_story()
    }
    tell.say(
        "What SIASN does not say, HR has vouched for:",
        "Yang tidak diketahui SIASN dinyatakan oleh pengelola kepegawaian:",
    )
    for who, facts in vouched.items():
        tell.line(f"{tell.who(who)}: {', '.join(facts)}")
    return {
        "faults": list(FAULTS),
        "requests": asked,
        "runs": [run.to_data() for run in read.runs],
        "vouched": vouched,
    }


def _people_of_the_story() -> tuple[str, ...]:
    return province.PLANNER, province.ANALYST, province.NO_RATING


def _furnish(folder: Path, sim: Simulator) -> None:
    from mkd_plugins.jabar.simulator import CONSUMER_SECRET, PASSWORD

    with (folder / "nip.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["nip"], *([number] for number in sim.people.numbers)])
    for name, secret in (
        ("consumer", CONSUMER_SECRET),
        ("user", sim.people.numbers[0]),
        ("password", PASSWORD),
    ):
        with os.fdopen(os.open(folder / f"{name}.secret", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secret)


def _identity(sim: Simulator) -> str:
    from mkd_plugins.jabar.simulator import CONSUMER_KEY, LOGIN_CLIENT

    return _IDENTITY.format(key=CONSUMER_KEY, client=LOGIN_CLIENT, sim=sim)


def _read(stage: Stage) -> tuple[Refreshed, ...]:
    """Refresh until nothing has failed, as the nightly run does from night to night."""
    from mkd_plugins.jabar.siasn.refresh import refresh

    config = stage.mkd.host.settings("identity", "siasn")
    runs: list[Refreshed] = []
    while not runs or runs[-1].failed:
        if len(runs) == _RUNS:
            raise MkdError("MKD289", "the people of the story cannot be read from SIASN", where="siasn")
        runs.append(refresh(config))
    return tuple(runs)


def _vouch(stage: Stage) -> None:
    """Let HR vouch for what the records on paper say and SIASN does not, of the people of the story alone."""
    tables: dict[str, Any] = {table: Source(path=stage.folder / f"{table}.csv") for table in province.TABLES}
    paper = TableIdentity(TableConfig(map="siap", **tables))
    for who in _people_of_the_story():
        on_paper, at_siasn = paper.person(who, ASKED_ON), stage.mkd.organisation(ASKED_ON).known(who)
        assert isinstance(on_paper, Found)
        for fact, value in on_paper.employee.facts.items():
            if fact not in at_siasn.facts and fact.startswith("applicant."):
                stage.mkd.attest(who, fact, value, by=HR, at=at(VOUCHED_ON), evidence="personnel file")
