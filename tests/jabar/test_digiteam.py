"""One person at Digiteam, over a real connection to the simulator: written once, whatever the connection does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient
from mkd_core.people import WIB
from mkd_plugins.api import Secret
from mkd_plugins.jabar.digiteam import DaysOff, Digiteam, Entry, Picture
from mkd_plugins.jabar.simulator import PASSWORD, Simulator, simulator

NOW = datetime(2026, 6, 3, 1, tzinfo=UTC)
TODAY = date(2026, 6, 3)
PNG = Picture(name="proof.png", content=b"\x89PNG" + b"0" * 100)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with simulator(people=80, now=lambda: datetime.now(UTC), slow_seconds=2.0) as running:
        yield running


@pytest.fixture
def person(sim: Simulator) -> dict[str, str]:
    rows = (row for row in sim.people.everybody() if row["peg_status_kepegawaian"] == "PNS" and row["peg_email_resmi"])
    return next(rows)


@pytest.fixture
def digiteam(sim: Simulator, person: dict[str, str]) -> Iterator[Digiteam]:
    opened = Digiteam(sim.url, person["peg_email_resmi"], Secret(PASSWORD), timeout=1.0)
    yield opened
    opened.close()


def entry(sim: Simulator, **changes: Any) -> Entry:
    project = requests.get(f"{sim.url}/v1/projects", timeout=5).json()["data"][0]["id"]
    usual = {
        "on": TODAY,
        "task": "Analysing complaints",
        "project": project,
        "duty": "duty-1",
        "link": "https://example.go.id/reports/1",
        "picture": PNG,
    }
    return Entry(**{**usual, **changes})


def test_somebody_checks_in_once_and_leaves_once(digiteam: Digiteam) -> None:
    """The second check-in is what the first was, and leaving twice is no error."""
    now = datetime.now(UTC)
    assert digiteam.present().since is None
    first = digiteam.check_in(now, "WFA", "MKD:k2.1:1")
    assert digiteam.check_in(now, "WFA", "MKD:k2.1:1") == first
    assert digiteam.present().since is not None
    digiteam.check_out(datetime.now(UTC))
    digiteam.check_out(datetime.now(UTC))


@pytest.mark.parametrize("fault", ["cut", "broken", "busy"])
def test_a_check_in_whose_answer_did_not_come_is_read_back(digiteam: Digiteam, sim: Simulator, fault: str) -> None:
    """Where the answer was lost the person is asked for; done again later it is the same check-in."""
    sim.switch(f"check-in={fault}")
    try:
        digiteam.check_in(datetime.now(UTC), "WFH", "MKD:k2.1:1")
    except Transient:
        sim.switch()
        digiteam.check_in(datetime.now(UTC), "WFH", "MKD:k2.1:1")
    sim.switch()
    assert digiteam.present().since is not None


def test_another_day_than_today_is_refused(digiteam: Digiteam) -> None:
    """Digiteam takes today alone; the refusal is told as one, and nobody is checked in."""
    with pytest.raises(Permanent) as refused:
        digiteam.check_in(NOW, "WFO", "MKD:k2.1:1")
    assert refused.value.code == "MKD676"
    assert digiteam.present().since is None


def test_an_activity_is_written_once_however_often(digiteam: Digiteam, sim: Simulator) -> None:
    """The reference in the entry is looked for before it is written again, though lists spell their keys otherwise."""
    for _ in range(3):
        digiteam.log(entry(sim), "MKD:k2.1:a1")
    digiteam.log(entry(sim, task="Drafting"), "MKD:k2.1:a2")
    assert sorted(digiteam.tasks(TODAY)) == ["Analysing complaints [MKD:k2.1:a1]", "Drafting [MKD:k2.1:a2]"]


def test_days_off_are_reported_once(digiteam: Digiteam) -> None:
    """Days off are taken with their permit; the same days again are refused, and the day says that it is off."""
    today = datetime.now(WIB).date()
    days = DaysOff(kind="Cuti", first=today, last=today + timedelta(days=6), told=("HR",), picture=PNG)
    digiteam.take_off(days, "MKD:k2.1:off")
    with pytest.raises(Permanent) as refused:
        digiteam.take_off(days, "MKD:k2.1:off")
    assert refused.value.code == "MKD676"
    if today.weekday() < 5:
        assert digiteam.present().off == "Cuti"


def test_days_off_without_sense_are_refused() -> None:
    """Days that end before they begin, or of which nobody was told, are refused before anything is sent."""
    with pytest.raises(InvalidInput):
        DaysOff(kind="Sakit", first=TODAY, last=TODAY - timedelta(days=1), told=("HR",), picture=PNG)
    with pytest.raises(InvalidInput):
        DaysOff(kind="Sakit", first=TODAY, last=TODAY, told=(), picture=PNG)


def test_a_token_that_ends_is_renewed(digiteam: Digiteam, sim: Simulator) -> None:
    """A refused token costs one more request, and the end of a token is read as the moment that it is."""
    digiteam.present()
    before = sim.asked.get("/v1/auth/users/sign-in", 0)
    for _ in range(5):
        digiteam.present()
    assert sim.asked.get("/v1/auth/users/sign-in", 0) == before
    sim.switch("is-checked-in=expired:0.5")
    for _ in range(5):
        with suppress(BackendError):
            digiteam.present()
    sim.switch()
    assert digiteam.present().since is None


def test_a_wrong_password_is_told_without_it(sim: Simulator, person: dict[str, str]) -> None:
    """The refusal names neither the password nor the address."""
    stranger = Digiteam(sim.url, person["peg_email_resmi"], Secret("not-this-one"))
    with pytest.raises(Permanent) as refused:
        stranger.present()
    assert "not-this-one" not in str(refused.value)
    assert person["peg_email_resmi"] not in str(refused.value)


@pytest.mark.parametrize(("name", "size"), [("proof.pdf", 10), ("proof.png", 0), ("proof.png", 1_048_577)])
def test_an_entry_needs_a_picture(name: str, size: int) -> None:
    """A file that Digiteam would refuse is refused before it is sent."""
    with pytest.raises(InvalidInput, match="picture"):
        Picture(name=name, content=b"0" * size)


def test_passwords_go_over_tls_alone() -> None:
    """Plain http to another machine is refused before anything is sent."""
    with pytest.raises(InvalidInput, match="plain http"):
        Digiteam("http://digiteam.example.go.id", "a@example.go.id", Secret("x"))
