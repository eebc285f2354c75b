"""A province of forty agencies, and a user whose grant ends with one of them: of the others there is nothing to see.

Every command stands in one of the tables; one that is new and stands in none fails here. What is another agency's is
told in the words in which it would be told that there is no such thing at all.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest

from mkd_plugins.cli import root
from mkd_plugins.cli.session import actor
from mkd_plugins.testing.province import TABLES, generate, write

PEOPLE = 2400
OURS, OUR_PERSON, OUR_CLERK = "2000", "k000174", "k000178"
THEIRS, THEIR_PERSON = "1210", "k000002"
NOBODYS, NOBODY = "9999", "k999999"
TARGET = "output; briefs delivered; at_least 4 briefs; by 2023-07-31; evidence: the briefs"
DAYS = ("--from", "2023-07-03", "--until", "2023-12-29", "--remote", "wed")
ORDER = ("--policy", "se-150-2025", "--from", "2025-11-03", "--days", "wed-thu")
"""A decree from which nobody has an agreement: its policy allows one day."""

ABOUT_AN_AGREEMENT = {
    "agreement agree": (),
    "agreement amend": DAYS,
    "agreement approve": (),
    "agreement consult": (),
    "agreement counter": ("--target", TARGET),
    "agreement decide": (),
    "agreement end": ("--since", "2023-08-01"),
    "agreement history": (),
    "agreement letter": (),
    "agreement mend": (),
    "agreement recall": ("--on", "2023-07-10", "--reason", "flood"),
    "agreement recheck": (),
    "agreement refuse": ("--reason", "no"),
    "agreement replay": (),
    "agreement resume": ("--since", "2023-08-01"),
    "agreement return": ("--reason", "no"),
    "agreement revise": ("--remote", "wed"),
    "agreement revoke": ("--since", "2023-08-01", "--reason", "no"),
    "agreement show": (),
    "agreement submit": (),
    "agreement suspend": ("--since", "2023-08-01", "--reason", "no"),
    "agreement withdraw": (),
    "result add": ("--on", "2023-07-10", "--activity", "x", "--minutes", "60"),
    "result list": (),
}
"""Commands whose first word is an agreement, with what else they need."""
ABOUT_A_RESULT = {"result dispute": ("r1", "--note", "no"), "result verify": ("r1",)}
ABOUT_A_PERSON = {
    "day": (),
    "fact attest": ("applicant.rating", "good"),
    "facts show": (),
    "inbox": (),
    "period close": ("2023-05",),
    "period statement": ("2023-05",),
}
ABOUT_A_UNIT = {"coverage": (), "roster": ()}
BY_OPTION = {
    "agreement propose": ("--as", "{person}", *DAYS, "--target", TARGET),
    "decree issue": ("SE 9", "--unit", "{unit}", *ORDER),
    "decree revoke": ("SE {unit}", "--from", "2023-07-03"),
    "decree show": ("SE {unit}",),
    "eligibility": ("--on", "2023-06-20", "--unit", "{unit}"),
    "mandate give": (
        "--kind",
        "plh",
        "--acting",
        "{person}",
        "--unit",
        "{unit}",
        "--from",
        "2023-07-01",
        "--reference",
        "1",
    ),
    "policy show": ("--unit", "{unit}", "--on", "2023-06-20"),
    "simulate": ("--policy", "jabar-mkd", "--against", "jabar-mkd@2025.1", "--on", "2023-06-20", "--unit", "{unit}"),
}
"""Commands that name a person or a unit otherwise."""
LISTINGS = {
    "decree list": ("--json",),
    "eligibility": ("--on", "2023-06-20", "--json"),
    "facts check": ("--json",),
    "outbox list": ("--json",),
    "register": ("--json",),
}
"""Commands that list many: another agency's are left out."""
WHOLE = {
    "journal export": (),
    "journal head": (),
    "journal verify": (),
    "outbox deliver": (),
    "serve": ("--port", "0"),
    "tick": (),
}
"""What no agency does by itself."""
OF_NOBODY = {
    "decide": "facts that the caller brings",
    "demo": "a province of its own",
    "init": "a deployment that is not there yet",
    "jabar openapi": "a document",
    "jabar refresh": "fills files of this machine, and shows nobody",
    "jabar simulate": "a simulator",
    "journal ddl": "statements of tables",
    "outbox replay": "what is not in one's own list has no key: see below",
    "plugins check": "the machine",
    "plugins doctor": "the machine",
    "plugins list": "the machine",
    "plugins new": "a project of its own",
    "plugins openapi": "a document",
    "plugins show": "the machine",
    "policy explain": "a policy, which is published",
    "policy facts": "a policy, which is published",
    "policy lint": "a policy, which is published",
    "policy list": "policies, which are published",
    "policy schema": "a document",
    "policy test": "a policy, which is published",
    "scheme list": "schemes, which are published",
    "scheme show": "a scheme, which is published",
}


def commands(group: click.Command = root, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The words of every command there is."""
    if not isinstance(group, click.Group):
        yield " ".join(path)
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


def acts(command: str) -> bool:
    """Whether it takes ``--as``."""
    found: click.Command | None = root
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    return any("--as" in parameter.opts for parameter in found.params)


def words(command: str, person: str, unit: str) -> list[str]:
    """The command about that person or unit, by somebody of one's own agency."""
    agreement = f"{person}.1"
    if command in ABOUT_AN_AGREEMENT:
        said = [agreement, *ABOUT_AN_AGREEMENT[command]]
    elif command in ABOUT_A_RESULT:
        said = [agreement, *ABOUT_A_RESULT[command]]
    elif command in ABOUT_A_PERSON:
        said = [person, *ABOUT_A_PERSON[command]]
    elif command in ABOUT_A_UNIT:
        said = [unit, *ABOUT_A_UNIT[command]]
    else:
        said = [word.format(person=person, unit=unit) for word in BY_OPTION[command]]
    by = ["--as", OUR_CLERK] if acts(command) and "--as" not in said else []
    return [*command.split(), *said, *by]


def forty_agencies(folder: Path) -> None:
    """The tables of a province; of the agencies behind the first ones the heads of units alone, which reads faster."""
    made = generate(people=PEOPLE)
    write(made, folder)
    units = list(made.rows("units"))
    heads = {row["nip_kepala"] for row in units}
    agencies = {row["satuan_kerja_id"] for row in units}
    assert len(agencies) >= 40
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TABLES["people"], lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(made.rows("people")):
            if number < 240 or row["peg_nip"] in heads:
                writer.writerow(row)


@pytest.fixture
def province(mkd: Any, tmp_path: Path) -> Any:
    """Forty agencies, two agreements, and a user who may do everything in one agency."""
    assert mkd("init", "--example").status == 0
    forty_agencies(tmp_path)
    with (tmp_path / "mkd.toml").open("a", encoding="utf-8") as file:
        file.write('\n[notification.smtp]\nhost = "localhost"\nsender = "mkd@example.go.id"\n')
    for person in (OUR_PERSON, THEIR_PERSON):
        proposed = mkd("agreement", "propose", "--as", person, *DAYS, "--target", TARGET)
        assert proposed.status == 0, proposed.err
        assert mkd("agreement", "submit", f"{person}.1", "--as", person).status == 0
    for unit in (OURS, THEIRS):
        assert mkd("decree", "issue", f"SE {unit}", "--unit", unit, *ORDER, "--as", "k000101").status == 0
    configured = tmp_path / "mkd.toml"
    text = configured.read_text(encoding="utf-8")
    text = text.replace('roles = ["hr", "operator"]', f'roles = ["hr", "operator"]\nunit = "{OURS}"')
    text = text.replace('hr = ["k000101"]', f'hr = [{{ person = "{OUR_CLERK}", unit = "{OURS}" }}]')
    configured.write_text(text, encoding="utf-8")
    return mkd


def test_every_command_stands_in_a_table() -> None:
    """A new command has to say here what it is to other agencies."""
    known = [ABOUT_AN_AGREEMENT, ABOUT_A_RESULT, ABOUT_A_PERSON, ABOUT_A_UNIT, BY_OPTION, LISTINGS, WHOLE, OF_NOBODY]

    assert sorted({name for table in known for name in table}) == sorted(commands())


def test_what_is_another_agencys_is_told_as_what_is_not_there(province: Any) -> None:
    """Each command about another agency says what it says about nothing, and nothing happens."""
    asked = [*ABOUT_AN_AGREEMENT, *ABOUT_A_RESULT, *ABOUT_A_PERSON, *ABOUT_A_UNIT, *BY_OPTION]
    before = records()

    theirs = {command: province(*words(command, THEIR_PERSON, THEIRS)) for command in asked}
    nobodys = {command: province(*words(command, NOBODY, NOBODYS)) for command in asked}

    assert {name: (done.status, done.out, done.err) for name, done in theirs.items() if not hides(done)} == {}
    assert {name: done.err for name, done in theirs.items()} == {name: done.err for name, done in nobodys.items()}
    assert records() == before


def hides(done: Any) -> bool:
    """Whether it answers with nothing but the one code."""
    return done.status == 1 and not done.out and "MKD450" in done.err and len(done.err.strip().splitlines()) == 1


def records() -> int:
    """How many events the journal has, and effects its outbox."""
    with closing(sqlite3.connect("journal.db")) as journal:
        return sum(
            journal.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("mkd_events", "mkd_effects")
        )


def test_listings_leave_other_agencies_out(province: Any) -> None:
    """The register, the outbox and the verdicts on everybody are those of one's own agency."""
    for command, options in LISTINGS.items():
        done = province(*command.split(), *options)

        assert done.status == 0, done.err
        assert THEIR_PERSON not in done.out, command
    assert [each["agreement"] for each in province("register", "--json").data] == [f"{OUR_PERSON}.1"]
    assert [each["decree"] for each in province("decree", "list", "--json").data] == [f"SE {OURS}"]
    assert province("eligibility", "--on", "2023-06-20", "--json").data["people"] < 100


def test_what_is_everybodys_is_refused(province: Any) -> None:
    """The clock, delivery, the journal and the door over HTTP are for who may see all agencies."""
    for command, options in WHOLE.items():
        done = province(*command.split(), *options)

        assert (done.status, done.out) == (1, ""), command
        assert "MKD451" in done.err, command


def test_the_own_agency_is_run_as_ever(province: Any) -> None:
    """What is theirs is shown, decided, listed and voted on."""
    for command in ("agreement show", "agreement history", "agreement decide", "day", "inbox", "facts show", "roster"):
        done = province(*words(command, OUR_PERSON, OURS))

        assert done.status == 0, done.err
    assert province("fact", "attest", OUR_PERSON, "applicant.rating", "good", "--as", OUR_CLERK).status == 0
    waiting = json.loads(province("agreement", "show", f"{OUR_PERSON}.1", "--json").out)["waits_for"]
    assert province("agreement", "approve", f"{OUR_PERSON}.1", "--as", waiting["approvers"][0]).status == 0


def test_nothing_of_another_agency_is_sent_again(province: Any) -> None:
    """A notice that was given up elsewhere is not in the list, and its key is as one that nobody knows."""
    with closing(sqlite3.connect("journal.db")) as journal, journal:
        journal.execute("UPDATE mkd_effects SET status = 'dead'")
        keys = [key for (key,) in journal.execute("SELECT effect_key FROM mkd_effects ORDER BY position")]
    ours, theirs = ([key for key in keys if person in key] for person in (OUR_PERSON, THEIR_PERSON))
    assert ours
    assert theirs

    assert [each["key"] for each in province("outbox", "list", "--json").data] == ours
    assert "MKD442" in province("outbox", "replay", theirs[0]).err
    assert "MKD442" in province("outbox", "replay", "person/k999999:1:notification:0").err
    assert province("outbox", "replay", "--all", "--json").data["replayed"] == ours


def test_who_acts_is_of_the_own_agency(province: Any) -> None:
    """Anybody means anybody of the unit."""
    done = province("agreement", "agree", f"{OUR_PERSON}.1", "--as", THEIR_PERSON)

    assert hides(done)


def test_a_unit_that_nobody_knows_is_found_by_the_check(province: Any, tmp_path: Path) -> None:
    """A misspelt unit of a grant would show its user nothing at all, so it is named with the nearest."""
    file = tmp_path / "mkd.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(f'unit = "{OURS}"\n', 'unit = "20000"\n', 1), "utf-8")

    done = province("plugins", "check")

    assert done.status == 1
    assert f'roles."{actor()}".unit: no identity backend knows the unit' in done.err
