"""Presence from K-Mob's daily export, over a real connection to the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import attrs
import pytest

from mkd_core.errors import BackendError, InvalidInput, Permanent, Transient
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import Attendance
from mkd_plugins.api import Secret
from mkd_plugins.jabar.kmob.backend import KMobAttendance
from mkd_plugins.jabar.kmob.config import Config
from mkd_plugins.jabar.simulator import AGENCY_USER, PASSWORD, Simulator, simulator
from mkd_plugins.testing.attendance import AttendanceSuite

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAY = date(2026, 6, 2)


@pytest.fixture(scope="module")
def province() -> Iterator[Simulator]:
    with simulator(people=80, now=lambda: NOW, slow_seconds=2.0) as running:
        yield running


@pytest.fixture
def sim(province: Simulator) -> Iterator[Simulator]:
    """The simulator without a fault."""
    province.switch()
    yield province
    province.switch()


@pytest.fixture
def config(sim: Simulator) -> Config:
    url = f"{sim.url}/integrasi/api/v1"
    return Config(user=AGENCY_USER, password=Secret(PASSWORD), url=url, timeout=1.0)


def numbers(sim: Simulator) -> list[ServiceNumber]:
    return [ServiceNumber.parse(number, Employment.OTHER) for number in sim.people.numbers]


def test_one_request_answers_for_everybody_on_a_day(config: Config, sim: Simulator) -> None:
    """The export lists all people of a day, so it is asked for once however many are looked up."""
    backend = KMobAttendance(config)
    before = sum(sim.asked.values())
    seen = [backend.check_ins("key", number, DAY) for number in numbers(sim)]
    assert sum(sim.asked.values()) == before + 1
    assert sum(bool(each) for each in seen) > 20
    for found in seen:
        assert [each.kind for each in found] in ([], ["check_in"], ["check_in", "check_out"])


def test_an_hour_of_zeros_is_no_check_out(config: Config, sim: Simulator) -> None:
    """Whoever has not left yet has ``00:00:00`` in the export, and no check-out here."""
    backend = KMobAttendance(config)
    found = [backend.check_ins("key", number, NOW.date()) for number in numbers(sim)]
    forgot = [each for each in found if [one.kind for one in each] == ["check_in"]]
    assert forgot
    assert time(0) not in {one.at.time() for each in found for one in each}


def test_nothing_but_the_hours_is_told(config: Config, sim: Simulator) -> None:
    """Neither place nor name comes along."""
    found = KMobAttendance(config).check_ins("key", numbers(sim)[0], DAY)
    assert {each.place for each in found} == {""}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("busy", Transient), ("cut", Transient), ("slow", Transient), ("html", BackendError), ("shifted", Permanent)],
)
def test_an_export_that_cannot_be_read_proves_nothing(
    config: Config, sim: Simulator, fault: str, kind: type[BackendError]
) -> None:
    """Busy, cut off, late, a page of a proxy, or values one column further: an error with its code, and no guess."""
    sim.switch(f"presensi-harian={fault}")
    with pytest.raises(kind) as refused:
        KMobAttendance(config).check_ins("key", numbers(sim)[0], DAY)
    assert refused.value.code in ("MKD642", "MKD674")
    assert not any(number in str(refused.value) for number in sim.people.numbers)


def test_two_people_under_one_number_prove_nothing_for_either(config: Config, sim: Simulator) -> None:
    """Whose hours they are nobody knows: that person's day is refused with a mend, and everybody else's counts."""
    sim.switch("presensi-harian=twins")
    backend = KMobAttendance(config)
    refused, found = [], []
    for number in numbers(sim):
        try:
            found += backend.check_ins("key", number, DAY)
        except Permanent as error:
            refused.append(error)
    assert [error.code for error in refused] == ["MKD674"]
    assert refused[0].mend == "ask BKD whose number is wrong"
    assert len(found) > 20


def test_a_clock_in_another_zone_is_noticed_and_can_be_named(config: Config, sim: Simulator) -> None:
    """Hours in UTC would have most people come at night: refused with what to set, and read once it is set."""
    usual = {each: KMobAttendance(config).check_ins("key", each, DAY) for each in numbers(sim)}
    sim.switch("presensi-harian=zone")
    with pytest.raises(Permanent, match="another zone") as refused:
        KMobAttendance(config).check_ins("key", numbers(sim)[0], DAY)
    assert "zone" in refused.value.mend
    named = KMobAttendance(attrs.evolve(config, zone="UTC"))
    assert {each: named.check_ins("key", each, DAY) for each in numbers(sim)} == usual


def test_a_zone_that_is_none_is_refused() -> None:
    """A misspelt zone is said before anything is asked."""
    with pytest.raises(InvalidInput, match="no zone"):
        Config(user="x", password=Secret("x"), zone="Asia/Bandung")


def test_a_wrong_account_is_told_without_its_password(config: Config, sim: Simulator) -> None:
    """The account of the agency is refused with where to ask, and the password is not shown."""
    wrong = attrs.evolve(config, password=Secret("not-this-one"))
    with pytest.raises(Permanent) as refused:
        KMobAttendance(wrong).check_ins("key", numbers(sim)[0], DAY)
    assert "not-this-one" not in str(refused.value)


def test_somebody_without_a_number_is_not_looked_for(config: Config) -> None:
    """K-Mob knows people by their numbers alone; the mend is to give the person one."""
    with pytest.raises(Permanent, match="no service number"):
        KMobAttendance(config).check_ins("key", None, DAY)


def test_passwords_go_over_tls_alone() -> None:
    """Plain http to another machine is refused before anything is sent."""
    with pytest.raises(InvalidInput, match="plain http"):
        Config(user="x", password=Secret("x"), url="http://siap.example.go.id/api")


class TestKMobAttendance(AttendanceSuite):
    """It keeps what the port promises."""

    @pytest.fixture
    def backend(self, config: Config) -> Attendance:
        return KMobAttendance(config)

    @pytest.fixture
    def number(self, config: Config, sim: Simulator) -> ServiceNumber:
        backend = KMobAttendance(config)
        return next(each for each in numbers(sim) if len(backend.check_ins("key", each, DAY)) == 2)

    @pytest.fixture
    def seen(self) -> tuple[str, date]:
        return "key", DAY
