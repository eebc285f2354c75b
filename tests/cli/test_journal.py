"""``mkd journal``: what happened, verified here and elsewhere."""

from __future__ import annotations

import stat
import sys

import pytest

DIALECTS = {"embedded": "mkd_events", "sqlite": "mkd_events", "postgresql": "BIGINT", "mysql": "ENGINE"}


@pytest.fixture
def exported(office):
    """A journal with a closed month, its export and its head."""
    office.closed()
    for name in ("export", "head"):
        assert office.mkd("journal", name, "--out", name).status == 0
    return office


@pytest.mark.bare
def test_a_whole_journal_is_verified_here_and_in_its_export(exported):
    """The journal and its canonical export verify alike, against the head too, and the head is one for both."""
    here = exported.mkd("journal", "verify", "--head", "head", "--json").data
    there = exported.mkd("journal", "verify", "export", "--head", "head", "--json").data

    assert here == there
    assert here["verified"] is True
    assert exported.mkd("journal", "verify").out == (
        f"journal verified: {here['events']} events in {here['streams']} stream, head {here['head']}\n"
    )


@pytest.mark.bare
def test_a_changed_byte_is_found_and_the_event_named(exported):
    """One minute more in an accepted activity: verification fails and says in which event."""
    file = exported.folder / "export"
    text = file.read_text(encoding="utf-8")
    number = next(at for at, line in enumerate(text.splitlines(), 1) if '"minutes":400' in line)
    file.write_text(text.replace('"minutes":400', '"minutes":401', 1), encoding="utf-8")

    done = exported.mkd("journal", "verify", "export")

    assert done.status == 1
    assert done.out == f"person/k000002#{number}: its content was changed after it was written\n"
    assert done.err.startswith("error: MKD520 journal: 1 fault found")


@pytest.mark.bare
def test_a_file_that_is_no_export_is_refused_in_one_line(exported):
    """Somebody names the table of people: its rows are not told one by one."""
    done = exported.mkd("journal", "verify", "people.csv")

    assert (done.status, done.out) == (1, "")
    assert done.err == ("error: MKD520 people.csv: no line is an event (name a file that mkd journal export wrote)\n")


@pytest.mark.bare
def test_an_event_that_is_no_longer_readable_is_named_too(exported):
    """The last event of a stream without its brace cannot be read, and is named by what the line still says."""
    file = exported.folder / "export"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:-1], lines[-1].replace("{", "[", 1)]), encoding="utf-8")

    done = exported.mkd("journal", "verify", "export")

    assert done.status == 1
    assert done.out == f"person/k000002#{len(lines)}: is no event: its text was changed\n"


@pytest.mark.bare
def test_a_byte_that_is_no_text_is_found_too(exported):
    """A damaged file is no crash."""
    file = exported.folder / "export"
    damaged = bytearray(file.read_bytes())
    damaged[200] = 0xFF
    file.write_bytes(damaged)

    done = exported.mkd("journal", "verify", "export")

    assert (done.status, done.err[:13]) == (1, "error: MKD520")


@pytest.mark.bare
def test_what_was_cut_off_is_found_against_a_head_kept_elsewhere(exported):
    """Without its last event a journal looks whole; the head knows better."""
    file = exported.folder / "export"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")

    alone, against = (exported.mkd("journal", "verify", "export", *head) for head in ((), ("--head", "head")))

    assert alone.status == 0
    assert against.status == 1
    assert "missing" in against.out


def test_an_export_is_for_its_owner_alone(exported):
    """An export holds what is private, so that nobody else may read the file."""
    assert stat.S_IMODE((exported.folder / "export").stat().st_mode) == 0o600


def test_an_export_can_be_verified_from_a_pipe(exported, process):
    """``mkd journal export | mkd journal verify -`` works."""
    done = process("journal", "verify", "-", given=(exported.folder / "export").read_bytes())

    assert (done.status, done.err) == (0, "")


@pytest.mark.bare
def test_the_journal_can_be_verified_when_nothing_else_works(exported):
    """A broken table of people does not keep an auditor from the chain."""
    exported.configure('people = { path = "people.csv" }', 'people = { path = "gone.csv" }')

    assert exported.mkd("journal", "verify").status == 0


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_statements_of_an_empty_journal(mkd, dialect):
    """Who administers a database gets the statements for it."""
    if dialect != "embedded":
        pytest.importorskip("sqlalchemy")

    assert DIALECTS[dialect] in mkd("journal", "ddl", "--dialect", dialect).out


@pytest.mark.bare
@pytest.mark.parametrize("words", [("export.missing",), ("--head", "missing")])
def test_a_file_that_is_not_there_is_one_line(office, words):
    """The line names the file."""
    done = office.mkd("journal", "verify", *words)

    assert done.status == 1
    assert done.err == (
        f"error: MKD298 {words[-1]}: No such file or directory (check the path, the permissions and the disk)\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_an_export_is_for_its_writer_alone(office):
    """Also where a file that everybody may read was there: what is private goes into it."""
    there = office.folder / "export.jsonl"
    there.touch(mode=0o644)

    assert office.mkd("journal", "export", "--out", str(there)).status == 0
    assert there.stat().st_mode & 0o777 == 0o600
