"""Identity from SIASN: read over a real connection from the simulator, with everything that can go wrong on the way."""

from __future__ import annotations

import csv
import json
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from mkd_core import AgreementService, History, Week, weekly
from mkd_core.errors import InvalidInput, MkdError, Permanent, Transient
from mkd_core.people import WIB
from mkd_core.ports import Denied, Found, Identity
from mkd_plugins.api import Secret
from mkd_plugins.identity.table import Config as TableConfig
from mkd_plugins.identity.table import TableIdentity
from mkd_plugins.identity.table.config import Source
from mkd_plugins.jabar.contract import GATEWAY_TOKENS, LOGIN_TOKENS
from mkd_plugins.jabar.siasn.backend import SiasnIdentity
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import FIELDS, folded
from mkd_plugins.jabar.siasn.refresh import refresh
from mkd_plugins.jabar.siasn.store import Store
from mkd_plugins.jabar.simulator import CONSUMER_KEY, CONSUMER_SECRET, LOGIN_CLIENT, PASSWORD, Simulator, simulator
from mkd_plugins.testing.fakes import memory_journal
from mkd_plugins.testing.identity import IdentitySuite
from mkd_plugins.testing.province import TABLES

ON = date(2023, 6, 20)
PEOPLE = 80


@pytest.fixture(scope="module")
def province() -> Iterator[Simulator]:
    with simulator(people=PEOPLE, etags=True, slow_seconds=3.0) as running:
        yield running


@pytest.fixture
def sim(province: Simulator) -> Iterator[Simulator]:
    """The simulator without a fault."""
    province.switch()
    yield province
    province.switch()


@pytest.fixture
def config(sim: Simulator, tmp_path: Path) -> Config:
    numbers = tmp_path / "nip.csv"
    numbers.write_text("\n".join(["nip", *sim.people.numbers, ""]), encoding="utf-8")
    write(tmp_path / "mandates.csv", "mandates", sim.people.rows("mandates"))
    return Config(
        cache=tmp_path / "siasn.db",
        numbers=numbers,
        consumer_key=CONSUMER_KEY,
        consumer_secret=Secret(CONSUMER_SECRET),
        login_client=LOGIN_CLIENT,
        login_user=Secret(sim.people.numbers[0]),
        login_password=Secret(PASSWORD),
        api=sim.siasn,
        gateway_tokens=sim.gateway_tokens,
        login_tokens=sim.login_tokens,
        per_second=1000,
        connections=8,
        timeout=1.5,
        mandates=Source(path=tmp_path / "mandates.csv", columns={"unit": "unit_kerja_id"}),
    )


def write(path: Path, table: str, rows: Any) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TABLES[table])
        writer.writeheader()
        writer.writerows(rows)


def facts(identity: Any) -> dict[str, tuple[object, ...]]:
    """What a backend says of everybody, by key."""
    return {
        each.key: (each.number, each.unit, each.superior, each.active, each.employment, dict(each.facts))
        for each in identity.people(ON)
    }


@pytest.fixture
def exports(sim: Simulator, tmp_path: Path) -> TableIdentity:
    """The same people by the exports of SIAP."""
    sources = {}
    for table in ("people", "units", "mandates", "discipline", "ratings"):
        write(tmp_path / f"siap-{table}.csv", table, sim.people.rows(table))
        sources[table] = Source(path=tmp_path / f"siap-{table}.csv")
    return TableIdentity(TableConfig(map="siap", **sources))


def test_siasn_says_of_everybody_what_the_exports_say(config: Config, exports: TableIdentity) -> None:
    """People, units, superiors, employment, posts, months and ratings are those of the exports, whoever is asked."""
    done = refresh(config)
    assert (done.people, done.missing, done.failed) == (PEOPLE, 0, 0)
    ours, theirs = facts(SiasnIdentity(config)), facts(exports)
    assert ours.keys() == theirs.keys()
    same = ("employment", "position", "service_months", "months_in_post", "on_probation", "rating")
    for key, (number, unit, _superior, active, employment, known) in ours.items():
        assert (number, unit, active, employment) == (theirs[key][0], theirs[key][1], theirs[key][3], theirs[key][4])
        for fact in same:
            name = f"applicant.{fact}"
            assert known.get(name) == theirs[key][5].get(name), (key, name)


def test_the_superior_is_the_head_of_the_unit_or_of_the_one_above(config: Config) -> None:
    """SIASN names no superior; the heads of ref-unor do, by the id of the person, and a head answers to the next."""
    refresh(config)
    identity = SiasnIdentity(config)
    units = {unit.key: unit for unit in identity.units(ON)}
    heads = {unit.head for unit in units.values()}
    for person in identity.people(ON):
        unit = units[person.unit]
        if person.key != unit.head:
            assert person.superior == unit.head
        elif unit.parent is not None and units[unit.parent].head != person.key:
            assert person.superior == units[unit.parent].head
    assert len(heads) > 3


def test_no_punishment_on_record_is_no_clean_record(config: Config, sim: Simulator) -> None:
    """Whether somebody is being examined SIASN does not say: the fact is serving, or missing, and never none."""
    refresh(config)
    found = {person.key: person.facts.get("applicant.discipline") for person in SiasnIdentity(config).people(ON)}
    assert set(found.values()) <= {"serving", None}
    assert None in found.values()


def test_what_nobody_needs_is_kept_nowhere(config: Config, sim: Simulator) -> None:
    """Neither card, address, family, bank nor salary of anybody is in the file, though every answer held them."""
    refresh(config)
    kept = config.cache.read_bytes().decode("utf-8", "ignore")
    for number in sim.people.numbers:
        assert not [value for value in sim.people.never_read(number) if value in kept]
    assert stat.S_IMODE(config.cache.stat().st_mode) == 0o600


@pytest.mark.parametrize("fault", ["spelling", "lowercase", "numbers", "sparse"])
def test_every_spelling_is_read_alike(config: Config, sim: Simulator, fault: str) -> None:
    """Keys in another case, numbers without quotes and fields left out change nothing of what is known."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    sim.switch(f"siasn={fault}")
    refresh(config, everything=True)
    assert facts(SiasnIdentity(config)) == usual


def test_no_two_fields_fold_into_one() -> None:
    """However a key is spelled, it is one field alone."""
    for names in FIELDS.values():
        assert len({folded(name) for name in names}) == len(names)


@pytest.mark.parametrize("fault", ["siasn=expired:0.05", "siasn=login-expired:0.05", "siasn=busy:0.02"])
def test_tokens_that_end_and_a_busy_gateway_cost_nobody(config: Config, sim: Simulator, fault: str) -> None:
    """A token that is refused in the middle is asked for once more, who is busy is asked again later, and all come."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    sim.switch(fault)
    done = refresh(config, everything=True)
    # A request whose second token was ended by a fault, too, is left to the next run.
    assert done.failed < 0.1 * (done.read + done.unchanged)
    assert facts(SiasnIdentity(config)) == usual


@pytest.mark.parametrize("fault", ["epoch", "text-expiry"])
def test_the_end_of_a_token_is_read_in_every_form(config: Config, sim: Simulator, fault: str) -> None:
    """Seconds from now, as text, or the moment itself: one token of each kind is enough for everybody."""
    sim.switch(f"siasn={fault}")
    before = dict(sim.asked)
    assert refresh(config, everything=True).failed == 0
    asked = {path: sim.asked[path] - before.get(path, 0) for path in (GATEWAY_TOKENS, LOGIN_TOKENS)}
    assert set(asked.values()) <= {1, 2}, asked


@pytest.mark.parametrize(
    ("fault", "code"), [("cut", "MKD642"), ("html", "MKD664"), ("broken", "MKD665"), ("slow", "MKD642")]
)
def test_what_cannot_be_had_stays_as_it_was(config: Config, sim: Simulator, fault: str, code: str) -> None:
    """An answer cut off, late, broken or of a proxy is counted by its kind, and what was had of the person stays."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    store = Store(config.cache)
    # Of what is unchanged there is nothing to cut off.
    store.put([attrs.evolve(kept, etag="") for kept in store.read("rw-skp22")])
    sim.switch(*(f"/pns/rw-skp22/{number}={fault}" for number in sim.people.numbers[:3]))
    done = refresh(attrs.evolve(config, timeout=0.5), everything=True)
    sim.switch()
    assert facts(SiasnIdentity(config)) == usual
    assert done.failures == {f"{code} rw-skp22": 3}


def test_a_refused_secret_ends_the_run_at_once(config: Config, sim: Simulator) -> None:
    """A revoked secret is told with its mend after one request for a token, and nothing is lost."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    sim.switch("siasn=refused")
    with pytest.raises(Permanent) as refused:
        refresh(config, everything=True)
    assert refused.value.code == "MKD662"
    assert CONSUMER_SECRET not in str(refused.value)
    assert facts(SiasnIdentity(config)) == usual


def test_a_foreign_token_is_refused_with_a_mend(config: Config) -> None:
    """A token of another realm ends the run with the code of refused tokens."""
    foreign = attrs.evolve(
        config, login_client="", login_user=None, login_password=None, login_token=Secret("not-of-this-realm")
    )
    with pytest.raises(Permanent) as refused:
        refresh(foreign)
    assert refused.value.code == "MKD663"


def test_a_wrong_realm_is_refused_with_a_mend(config: Config, sim: Simulator) -> None:
    """Where the address is that of another realm no token is given; the run ends there, and what was had stays."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    elsewhere = attrs.evolve(config, login_tokens=config.login_tokens.replace("public-siasn", "siasn-publik"))
    with pytest.raises(Permanent, match=r"MKD662 .*siasn-publik.*no token is given") as refused:
        refresh(elsewhere, everything=True)
    assert refused.value.mend
    assert facts(SiasnIdentity(config)) == usual


def test_half_the_people_missing_is_no_news_of_them(config: Config, sim: Simulator) -> None:
    """When SIASN suddenly knows hardly anybody the run says so, and everybody stays as they were."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    sim.switch("/pns/data-utama/*=missing:0.8")
    with pytest.raises(Permanent) as refused:
        refresh(config, everything=True)
    assert refused.value.code == "MKD667"
    assert facts(SiasnIdentity(config)) == usual


def test_whoever_is_taken_off_the_list_is_let_go(config: Config, sim: Simulator) -> None:
    """The mend of somebody whom SIASN does not know any more works; a list that lost most people changes nothing."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    config.numbers.write_text("\n".join(["nip", *sim.people.numbers[:20], ""]), encoding="utf-8")
    with pytest.raises(Permanent, match=r"MKD667 nip\.csv: 60 of 80 people are not on the list") as refused:
        refresh(config)
    assert refused.value.mend
    assert facts(SiasnIdentity(config)) == usual
    config.numbers.write_text("\n".join(["nip", *sim.people.numbers[3:], ""]), encoding="utf-8")
    refresh(config)
    assert len(facts(SiasnIdentity(config))) == PEOPLE - 3


@pytest.mark.parametrize("fault", ["missing", "empty"])
def test_somebody_who_is_not_found_any_more_stays_and_is_told(config: Config, sim: Simulator, fault: str) -> None:
    """A few who are missing keep what was said of them before; that they are missing, and since when, is a finding."""
    refresh(config)
    usual = facts(SiasnIdentity(config))
    sim.switch(f"/pns/data-utama/*={fault}:0.1")
    done = refresh(config, everything=True)
    assert 0 < done.missing < PEOPLE / 2
    identity = SiasnIdentity(config)
    assert facts(identity) == usual
    assert sum(finding.code == "MKD669" for finding in identity.findings()) == done.missing


def test_the_answer_on_somebody_else_counts_for_nobody(config: Config, sim: Simulator) -> None:
    """What the server filters by is not trusted: an answer with another number is a finding, and makes no person."""
    sim.switch("/pns/data-utama/*=somebody-else:0.1")
    refresh(config)
    identity = SiasnIdentity(config)
    wrong = [finding for finding in identity.findings() if finding.code == "MKD669"]
    assert wrong
    assert len(facts(identity)) == PEOPLE - len(wrong)
    assert not any(number in str(finding) for finding in wrong for number in sim.people.numbers)


def test_two_people_under_one_number_are_nobody(config: Config, sim: Simulator) -> None:
    """Where SIASN answers with two people for one number, neither counts, and the finding says where."""
    sim.switch("/pns/data-utama/*=twins:0.1")
    refresh(config)
    identity = SiasnIdentity(config)
    doubled = [finding for finding in identity.findings() if finding.code == "MKD669"]
    assert doubled
    assert len(facts(identity)) == PEOPLE - len(doubled)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(config: Config, tmp_path: Path) -> None:
    """Over TLS a certificate of an unknown authority is refused; with its authority named the same server is read."""
    authority = tmp_path / "authority.pem"
    with simulator(people=PEOPLE, tls=authority) as secured:
        addresses = {
            "api": secured.siasn,
            "gateway_tokens": secured.gateway_tokens,
            "login_tokens": secured.login_tokens,
        }
        with pytest.raises(Permanent) as refused:
            refresh(attrs.evolve(config, **addresses))
        assert refused.value.code == "MKD643"
        assert refresh(attrs.evolve(config, ca_file=authority, **addresses)).failed == 0


def test_circles_and_heads_who_are_nobody_are_findings(config: Config, sim: Simulator) -> None:
    """Units above each other, and a head whom nobody knows, are told by their codes, and nobody is guessed."""
    sim.switch("ref-unor=cycle", "ref-unor=nobody")
    refresh(config)
    codes = {finding.code for finding in SiasnIdentity(config).findings()}
    assert {"MKD244", "MKD241"} <= codes


def test_codes_that_nobody_knows_are_reported_and_not_guessed(config: Config, sim: Simulator) -> None:
    """A code without a meaning makes its fact missing and is shown as it is; an unknown standing serves nobody."""
    sim.switch("/pns/data-utama/*=unknown-code")
    refresh(config)
    people = list(SiasnIdentity(config).people(ON))
    assert any(person.unmapped for person in people)
    for person in people:
        assert not person.unmapped.keys() & person.facts.keys()


def test_a_run_that_is_broken_off_goes_on_where_it_was(config: Config, sim: Simulator) -> None:
    """What was kept before the end is not asked for again."""
    seen: list[int] = []

    def stop(done: int, of: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(config, progress=stop)
    rest = refresh(config)
    assert rest.fresh >= seen[0] > 0
    assert rest.failed == 0
    assert len(facts(SiasnIdentity(config))) == PEOPLE


def test_only_what_is_old_is_asked_for(config: Config) -> None:
    """Within its age nothing is asked again; after it an unchanged answer is confirmed by its ETag and not sent."""
    first = refresh(config)
    assert refresh(config).read == 0
    store = Store(config.cache)
    tagged = sum(bool(etag) for resource in FIELDS for _, etag in store.ages(resource).values())
    later = refresh(config, now=_later(config.max_age + 1))
    assert (later.unchanged, later.read) == (tagged, first.read - tagged)
    assert tagged > PEOPLE


def _later(seconds: float) -> Callable[[], float]:
    import time

    return lambda: time.time() + seconds


def test_old_facts_say_how_old_they_are(config: Config) -> None:
    """Where facts of SIASN are shown, their source says since when they were not confirmed."""
    refresh(config)
    young = next(iter(SiasnIdentity(config).people(ON)))
    old = next(iter(SiasnIdentity(config, now=_later(5 * 86_400)).people(ON)))
    assert young.facts_from["applicant.employment"] == "SIASN data-utama"
    assert old.facts_from["applicant.employment"].endswith("5 days old")


PROBATION = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[[rules]]
id = "months"
require = "applicant.service_months > 700"
otherwise = "refuse"
because = { id = "bulan", en = "months" }
source = "ours"
[[route]]
id = "superior"
approver = "superior"
within = "5 working days"
"""


def test_a_decision_that_rests_on_old_facts_says_so(config: Config, sim: Simulator) -> None:
    """The finding names the source of its facts, and of old ones since when they were not confirmed."""
    refresh(config)
    identity = SiasnIdentity(config, now=_later(9 * 86_400))
    applicant = next(each.key for each in identity.people(ON) if each.active and each.superior)
    policies = History.from_texts({"check.toml": PROBATION})
    mkd = AgreementService(journal=memory_journal(), identity=identity, policies=policies)
    noon = datetime(2023, 6, 20, 12, tzinfo=WIB)
    week = Week.parse({"mon": "07:30-16:00 home 60"})
    draft = mkd.propose(applicant=applicant, plan=weekly(date(2023, 7, 3), week), targets=[], by=applicant, at=noon)
    finding = mkd.decide(draft.id, at=noon).decision.findings[0]
    assert finding.origins["applicant.service_months"].source.endswith("9 days old")


def test_no_more_requests_run_at_once_than_are_allowed(config: Config) -> None:
    """The number of connections bounds what SIASN has to do at one time."""
    with simulator(people=PEOPLE) as own:
        few = attrs.evolve(
            config, connections=2, api=own.siasn, gateway_tokens=own.gateway_tokens, login_tokens=own.login_tokens
        )
        refresh(few, everything=True)
        assert own.most_at_once <= 2


def test_an_acting_officer_whom_siasn_does_not_show_is_a_finding(config: Config, sim: Simulator) -> None:
    """The deployment's table is held against the officer's own posts; the mandate holds, and the doubt is told."""
    refresh(config)
    identity = SiasnIdentity(config)
    assert not [finding for finding in identity.findings() if finding.code == "MKD670"]
    rows = [dict(row) for row in sim.people.rows("mandates")]
    units = [unit.key for unit in identity.units(ON)]
    rows[0]["unit_kerja_id"] = next(unit for unit in units if unit != rows[0]["unit_kerja_id"])
    assert config.mandates is not None
    assert config.mandates.path is not None
    write(config.mandates.path, "mandates", rows)
    doubted = SiasnIdentity(config)
    assert [finding.code for finding in doubted.findings() if finding.code == "MKD670"] == ["MKD670"]
    assert len(list(doubted.mandates(ON))) == len(list(identity.mandates(ON)))


def test_people_are_found_by_number_and_denied_when_they_have_left(config: Config, sim: Simulator) -> None:
    """A number leads to its person; whoever has left is denied; threads may ask at once."""
    refresh(config)
    identity = SiasnIdentity(config)
    found: list[object] = []

    def ask(number: str) -> None:
        found.append(identity.lookup(number, ON))

    threads = [threading.Thread(target=ask, args=(number,)) for number in sim.people.numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == PEOPLE
    assert all(isinstance(each, Found | Denied) for each in found)
    gone = [person.key for person in identity.people(ON) if not person.active]
    assert sum(isinstance(each, Denied) for each in found) == len(gone)


def test_before_the_first_refresh_the_mend_is_told(config: Config) -> None:
    """Without anything read there is no identity, and the error says which command reads it."""
    with pytest.raises(Permanent, match="not read yet") as refused:
        list(SiasnIdentity(config).people(ON))
    assert refused.value.mend == "run mkd jabar refresh"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nomor", "198001012005011901"], "no column nip"),
        (["nip", "1.98001E+17"], "no service number"),
        (["nip", "19800101200501100"], "no service number"),
    ],
)
def test_a_list_of_numbers_that_is_none_is_refused(config: Config, lines: list[str], said: str) -> None:
    """Another header, or numbers that a spreadsheet rounded, are refused by their row and without the number."""
    config.numbers.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(Permanent, match=said) as refused:
        refresh(config)
    assert lines[1] not in str(refused.value)


def test_a_damaged_cache_is_told_and_kept(config: Config) -> None:
    """A file that is no cache of ours is an error with its path, and is not overwritten."""
    config.cache.write_bytes(b"not a database, but somebody's work" * 100)
    before = config.cache.read_bytes()
    with pytest.raises((Permanent, Transient)) as refused:
        refresh(config)
    assert refused.value.code == "MKD666"
    assert config.cache.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"api": "http://siasn.example.go.id/api"}, "plain http"),
        ({"login_token": Secret("x")}, "not both"),
        ({"login_password": None}, "a user and a password"),
    ],
)
def test_settings_that_do_not_fit_are_refused(config: Config, change: dict[str, Any], said: str) -> None:
    """What cannot work is said before anything is asked."""
    with pytest.raises(InvalidInput, match=said):
        attrs.evolve(config, **change)


def test_a_code_of_the_deployment_beats_ours(config: Config, sim: Simulator) -> None:
    """A deployment may give a code its meaning; one that stands for no value of ours is refused."""
    refresh(config)
    own = attrs.evolve(config, codes={"applicant.position": {"jenis 4": "other"}})
    positions = {person.facts.get("applicant.position") for person in SiasnIdentity(own).people(ON)}
    assert "pelaksana" not in positions
    assert "other" in positions
    with pytest.raises(MkdError):
        SiasnIdentity(attrs.evolve(config, codes={"applicant.position": {"jenis 4": "menteri"}}))


def test_no_message_and_no_finding_holds_a_number(config: Config, sim: Simulator) -> None:
    """Whatever goes wrong, no service number stands in what is told."""
    sim.switch("siasn=unknown-code:0.3", "/pns/rw-hukdis/*=html:0.2", "/pns/data-utama/*=somebody-else:0.1")
    done = refresh(config)
    told = json.dumps(done.to_data()) + "".join(map(str, SiasnIdentity(config).findings()))
    assert not [number for number in sim.people.numbers if number in told]


class TestSiasnIdentity(IdentitySuite):
    """It keeps what the port promises."""

    @pytest.fixture
    def backend(self, config: Config) -> Identity:
        refresh(config)
        return SiasnIdentity(config)

    @pytest.fixture
    def handle(self, sim: Simulator) -> str:
        return next(row["peg_nip"] for row in sim.people.everybody() if row["kedudukan_pegawai"] == "Aktif")

    @pytest.fixture
    def on(self) -> date:
        return ON
