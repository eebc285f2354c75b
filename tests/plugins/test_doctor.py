"""``mkd plugins doctor`` says on one page what works, and of what does not the code and what to do."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mkd_core.outbox import EffectStatus, Settlement, effect_key
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal
from mkd_plugins.testing.journal import MORNING, draft, effect

pytestmark = pytest.mark.bare

DEPLOYED = '[mkd]\ndeadline = 0.3\n[journal.sqlite]\npath = "journal.db"\n'
SENDING = f"{DEPLOYED}[notification.acme]\n"
NOON = MORNING + timedelta(hours=5)


@pytest.fixture
def healthy(site, sender):
    """A plugin that works, and a journal whose two events have a notice each."""
    site.install("acme-hr", sender)
    write(site.deployment / "journal.db")


def write(path: Path) -> None:
    journal = SqliteJournal(SqliteConfig(path=path))
    journal.append("a", 0, [draft("one"), draft("two")], [effect(effect_key("a", n, "notification")) for n in (1, 2)])
    journal.close()


def at(moment: datetime) -> list[str]:
    return ["--at", moment.isoformat()]


def found(done) -> dict[str, dict[str, str]]:
    """The findings by part, the gravest of each last."""
    findings = json.loads(done.stdout)["findings"]
    return {each["part"]: each for each in sorted(findings, key=lambda each: each["state"] == "broken")}


def test_what_works_is_said_on_one_page(healthy, mkd):
    """Python, libraries, extras, file, plugins, backends, journal, outbox, clock: each has a line, all are fine."""
    done = mkd("doctor", *at(NOON), toml=SENDING)

    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    for part in ("Python", "mkd", "pluggy", "mkd.toml", "acme-hr[main]", "[notification.acme]", "clock"):
        assert " ok " in lines[part], part
    assert "verified: 2 events in 1 stream," in lines["journal"]
    assert "2 to be delivered" in lines["outbox"]
    assert len(done.stdout.splitlines()) < 60


def test_a_program_gets_the_same_as_data(healthy, mkd):
    """Every finding with its part and state."""
    data = json.loads(mkd("doctor", "--json", *at(NOON), toml=SENDING).stdout)

    assert data["healthy"] is True
    assert {"part", "line", "state", "code", "mend"} == set(data["findings"][0])
    assert {each["state"] for each in data["findings"]} <= {"ok", "note"}


def test_it_answers_in_indonesian(healthy, mkd):
    """Whoever operates it reads either."""
    done = mkd("doctor", *at(NOON), toml=SENDING, before=["--lang", "id"])

    assert "terverifikasi: 2 kejadian dalam 1 rangkaian" in done.stdout


def test_a_missing_file_is_named_and_the_plugins_are_looked_at_all_the_same(healthy, site, mkd):
    """The first thing that is wrong does not hide the rest."""
    done = mkd("doctor", "--json", before=["--config", "elsewhere.toml"])

    parts = found(done)
    assert done.returncode == 1
    assert (parts["elsewhere.toml"]["code"], parts["elsewhere.toml"]["mend"]) == ("MKD121", "mkd init writes one")
    assert parts["acme-hr[main]"]["state"] == "ok"


def test_every_broken_plugin_has_its_code_and_mend(healthy, site, mkd):
    """One that raises, one that ends the process, a missing extra, a table of nobody, a wrong setting."""
    site.install("bad-hr", "raise ValueError")
    site.install("die-hr", "import os; os._exit(7)")
    site.install("extra-hr", "import nowhere_to_be_found", requires=("nowhere-to-be-found; extra == 'cloud'",))
    toml = f"{SENDING}ulr = 1\n[payroll.nobody]\n"

    done = mkd("doctor", "--json", *at(NOON), toml=toml)

    parts = found(done)
    assert done.returncode == 1
    assert (parts["bad-hr[main]"]["code"], parts["die-hr[main]"]["code"]) == ("MKD103", "MKD114")
    assert parts["die-hr[main]"]["mend"].startswith("disable die-hr[main]")
    assert (parts["extra-hr[main]"]["state"], "extra-hr[cloud]" in parts["extra-hr[main]"]["line"]) == ("note", True)
    assert (parts["mkd.toml"]["code"], "[payroll.nobody]" in parts["mkd.toml"]["line"]) == ("MKD124", True)
    assert (parts["acme-hr[main]"]["code"], "ulr" in parts["acme-hr[main]"]["line"]) == ("MKD122", True)
    assert f"error: MKD114 die-hr[main]: {parts['die-hr[main]']['line']}" in done.stderr


def test_a_required_plugin_that_does_not_work_is_broken_and_does_not_end_the_page(healthy, mkd):
    """A host would not start; the doctor says why, and goes on."""
    done = mkd("doctor", "--json", *at(NOON), toml=SENDING.replace("[mkd]\n", '[mkd]\nrequired = ["nobody"]\n'))

    parts = found(done)
    assert (done.returncode, parts["mkd.toml"]["code"]) == (1, "MKD111")
    assert parts["journal"]["state"] == "ok"


def test_a_policy_that_nobody_ships_is_broken(healthy, mkd):
    """Nothing could be decided."""
    done = mkd("doctor", "--json", *at(NOON), toml=SENDING.replace("[mkd]\n", '[mkd]\npolicy = "jabar-mdk"\n'))

    assert (done.returncode, "jabar-mdk" in found(done)["mkd.toml"]["line"]) == (1, True)


def test_a_changed_journal_is_broken(healthy, site, mkd):
    """The event is named, as `mkd journal verify` names it."""
    with sqlite3.connect(site.deployment / "journal.db") as database:
        database.execute("UPDATE mkd_events SET author = 'p-2' WHERE number = 1")

    journal = found(mkd("doctor", "--json", *at(NOON), toml=SENDING))["journal"]

    assert (journal["code"], journal["line"]) == ("MKD520", "a#1: its content was changed after it was written")


def test_a_head_kept_elsewhere_finds_what_was_cut_off(healthy, site, mkd):
    """A chain that was cut off at its end is whole in itself."""
    journal = SqliteJournal(SqliteConfig(path=site.deployment / "journal.db"))
    (site.deployment / "head").write_text(journal.head().to_text())
    journal.close()
    with sqlite3.connect(site.deployment / "journal.db") as database:
        database.execute("DELETE FROM mkd_events WHERE number = 2")

    done = mkd("doctor", "--json", "--head", "head", *at(NOON), toml=SENDING)

    assert "a#2: events 2 to 2 are missing" in found(done)["journal"]["line"]


def test_a_journal_that_cannot_be_opened_is_broken(healthy, site, mkd):
    """It is the problem of its plugin, with its words."""
    (site.deployment / "journal.db").write_bytes(b"no database at all" * 100)

    done = mkd("doctor", "--json", *at(NOON), toml=SENDING)

    parts = found(done)
    assert (done.returncode, parts["mkd[journal-sqlite]"]["state"]) == (1, "broken")
    assert "journal" not in parts


def test_a_deployment_without_a_journal_is_broken(mkd):
    """Nothing could be written."""
    done = mkd("doctor", "--json", toml="[mkd]\n")

    assert (done.returncode, found(done)["mkd.toml"]["code"]) == (1, "MKD125")
    assert "journal takes exactly one backend" in done.stderr


def test_what_is_stuck_in_the_outbox_is_broken(healthy, site, mkd):
    """What waits for a person, and what nothing has delivered for longer than all attempts take."""
    journal = SqliteJournal(SqliteConfig(path=site.deployment / "journal.db"))
    journal.settle(effect_key("a", 1, "notification"), Settlement(status=EffectStatus.DEAD, at=MORNING, problem="no"))
    journal.close()

    today, later = (mkd("doctor", *at(moment), toml=SENDING) for moment in (NOON, MORNING + timedelta(days=3)))
    unserved = mkd("doctor", *at(MORNING + timedelta(days=3)), toml=DEPLOYED)

    assert "error: MKD523 outbox: 1 waits for a person (see why with mkd outbox list --status dead" in today.stderr
    assert "MKD524" not in today.stderr
    assert "error: MKD524 outbox: 1 waits for more than 2 days" in later.stderr
    assert "MKD524" not in unserved.stderr


def test_a_clock_behind_the_journal_is_broken(healthy, mkd):
    """Commands would be refused until it has caught up."""
    clock = found(mkd("doctor", "--json", *at(MORNING - timedelta(hours=1)), toml=SENDING))["clock"]

    assert (clock["code"], clock["mend"].startswith("set the clocks of all machines")) == ("MKD525", True)


def test_a_library_that_is_too_old_is_broken(site, mkd):
    """As when somebody pins one for something else in the same environment."""
    older = site.folder / "requests-2.0.dist-info"
    older.mkdir()
    (older / "METADATA").write_text("Metadata-Version: 2.1\nName: requests\nVersion: 2.0\n", encoding="utf-8")

    done = mkd("doctor", "--json")

    assert (done.returncode, found(done)["requests"]["code"]) == (1, "MKD287")
    assert found(done)["requests"]["line"].startswith("2.0 is older than 2.")


TABLE = f"""{DEPLOYED}[identity.table]
people = {{ path = "people.csv", columns = {{ key = "id", unit = "unit", number = "nip" }} }}
cache = "cache.json"
"""


def test_what_identity_found_in_its_rows_is_told(healthy, site, mkd):
    """How much there is, the first of it, and the command that has the rest; people are served all the same."""
    (site.deployment / "people.csv").write_text("id,unit,nip\na,1200,1\nb,1200,2\n", encoding="utf-8")

    done = mkd("doctor", *at(NOON), toml=TABLE)

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = (line for line in done.stdout.splitlines() if "findings about its sources" in line)
    assert line.endswith("findings about its sources: 2 (all of them: mkd facts check); the first: MKD211")


def test_people_of_an_old_export_are_said_to_be_so(healthy, site, mkd):
    """The export of now is broken, and what a cache serves instead is a note beside it."""
    people = site.deployment / "people.csv"
    people.write_text("id,unit,nip\na,1200,\n", encoding="utf-8")
    mkd("doctor", *at(NOON), toml=TABLE)
    people.write_text("", encoding="utf-8")

    done = mkd("doctor", "--json", *at(NOON), toml=TABLE)

    told = [each for each in json.loads(done.stdout)["findings"] if each["part"] == "[identity.table]"]
    assert done.returncode == 1
    assert [each["state"] for each in told] == ["note"]
    assert "stays in use" in told[0]["line"]


@pytest.mark.parametrize("command", ["check", "doctor"])
def test_a_holder_whom_nobody_knows_is_named_with_the_place(healthy, site, mkd, command):
    """Nobody would be asked for what the role decides, and no error would ever say so."""
    (site.deployment / "people.csv").write_text("id,unit,nip\nk1,1200,\n", encoding="utf-8")
    holders = '[holders]\nhr = ["k1", "k9", { person = "k8", unit = "1200" }]\n'

    done = mkd(command, toml=f"{TABLE}{holders}")

    assert done.returncode == 1
    for place in ("holders.hr[1]", "holders.hr[2].person"):
        assert f"{place}: no identity backend knows this person" in done.stderr
    assert "holders.hr[0]" not in done.stderr


UNTIL_JULY = """
    from datetime import date
    from mkd_plugins.api import NoConfig, NotMine, Unit, hookimpl, identity

    class People:
        def person(self, key, on): return NotMine()
        def lookup(self, handle, on): return NotMine()
        def people(self, on): return []
        def mandates(self, on): return ()
        def units(self, on): return [Unit(key="1200", name="Counter")] if on < date(2026, 7, 1) else []
        def unit(self, key, on): return next((unit for unit in self.units(on) if unit.key == key), None)

    @hookimpl
    def mkd_providers():
        return [identity(name="acme", config=NoConfig, build=lambda _: People())]
"""
GIVEN = """[[assign]]
unit = "1200"
in_force = { from = 2026-01-01 }
source = "decision 1/2026"
parameters = { max_remote_days = 1 }
"""


@pytest.mark.parametrize(("day", "known"), [("2026-06-30", True), ("2026-07-02", False)])
def test_units_are_looked_up_as_they_are_at_the_moment_that_it_is(site, mkd, day, known):
    """What the doctor says of June does not change in July, when a unit is no more."""
    site.install("acme-hr", UNTIL_JULY)

    done = mkd("doctor", "--json", "--at", f"{day}T12:00+07:00", toml=f"{DEPLOYED}[identity.acme]\n{GIVEN}")

    assert ("no identity backend knows the unit '1200'" not in done.stderr) == known
    assert (done.returncode == 0) == known, done.stderr


def test_a_policy_that_cannot_be_read_is_told_once(mkd):
    """However many units are given numbers of it."""
    toml = DEPLOYED.replace("[mkd]", '[mkd]\npolicy = "nowhere.toml"')

    done = mkd("check", toml=f"{toml}{GIVEN}")

    assert done.returncode == 1
    assert done.stderr.count("MKD326") == 1
