"""Bad input: one line with a code and a mend, status 1, and the journal as it was."""

from __future__ import annotations

import re

import pytest

ONE_LINE = re.compile(r"error: MKD\d{3} .+\n")
PROPOSE = ("agreement", "propose", "--as", "k000002", "--from", "2023-07-03")
SUBMIT = ("agreement", "submit", "k000002.1", "--as", "k000002")
GIVE = ("mandate", "give", "--as", "k000101", "--kind", "plh", "--from", "2023-07-03", "--reference", "1")
APPROVE = ("agreement", "approve", "k000002.1")


def refused(office, code, *words, said="", at=None):
    """The command is refused with that code, in one line that says how to mend it, and nothing happens."""
    before, queued = office.head(), office.mkd("outbox", "list").out

    done = office.mkd(*words, at=at or office.june)

    assert done.status == 1, done.out
    assert done.out == ""
    assert ONE_LINE.fullmatch(done.err), done.err
    assert done.err.startswith(f"error: {code} ")
    assert said in done.err
    assert (office.head(), office.mkd("outbox", "list").out) == (before, queued)


@pytest.mark.bare
@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("MKD406", ("agreement", "propose", "--as", "k999999", "--from", "2023-07-03", "--remote", "wed"),
         "MKD406 --as: no identity backend knows that person (see mkd facts check)"),
        ("MKD406", ("inbox", "nobody@example.go.id"), "MKD406 PERSON: "),
        ("MKD406", (*GIVE, "--acting", "k999999", "--unit", "2040"), "MKD406 --acting: "),
        ("MKD406", (*GIVE, "--acting", "k000003", "--replaces", "k999999"), "MKD406 --replaces: "),
        ("MKD405", ("day", "k000016"), "MKD405 PERSON: identity denies this person: not active"),
        ("MKD211", ("facts", "show", "19780803 200508195"), "18 digits"),
        ("MKD212", ("inbox", "197813322005081951"), "birth date"),
        ("MKD206", (*PROPOSE, "--week", "mon:07:30-12:00 office, 11:00-16:00 home"), "end the first before"),
        ("MKD202", (*PROPOSE, "--week", "mon:07:30-12:00 offce"), "did you mean office?"),
        ("MKD296", PROPOSE, "add --remote wed,thu"),
        ("MKD296", ("agreement", "propose", "--as", "k000002", "--remote", "wed"), "add --from"),
        ("MKD217", (*PROPOSE, "--until", "2023-07-01", "--remote", "wed"), "before it starts"),
        ("MKD220", (*PROPOSE, "--remote", "wed", "--target", "outptu; briefs"), "did you mean output?"),
        ("MKD295", (*PROPOSE, "--remote", "wed", "--target", "output; a; at_laest 4 a"), "did you mean at_least?"),
        ("MKD268", (*PROPOSE, "--remote", "wed", "--reason", "x" * 10_001), "say it shorter"),
        ("MKD297", (*PROPOSE, "--file", "none.toml"), "check the path"),
        ("MKD403", ("agreement", "show", "k000002.7"), "no agreement"),
        ("MKD403", ("agreement", "show", "seven"), "k000012.1"),
        ("MKD407", ("roster", "9999"), "unit"),
        ("MKD435", ("roster", "1211", "--from", "2023-07-03", "--until", "2023-07-01"), "span"),
        ("MKD435", ("coverage", "1211", "--from", "2023-07-03", "--until", "2023-07-01"), "before 2023-07-03"),
        ("MKD201", ("coverage", "1211", "--between", "9-15"), "07:30"),
        ("MKD433", ("period", "close", "k000002", "2023-07", "--as", "k000114"), "not over"),
        ("MKD434", ("period", "statement", "k000002", "2023-07"), "close it first"),
        ("MKD421", ("mandate", "give", "--as", "k000002", "--kind", "plt", "--acting", "k000003", "--unit", "2040",
                    "--from", "2023-07-03", "--reference", "1"), "role hr"),
        ("MKD215", ("mandate", "give", "--as", "k000101", "--kind", "plt", "--acting", "k000003", "--unit", "2040",
                    "--from", "2023-07-03"), "reference"),
        ("MKD436", ("fact", "attest", "k000012", "applicant.ratting", "good", "--as", "k000101"), "applicant.rating"),
        ("MKD251", ("fact", "attest", "k000012", "applicant.rating", "fine", "--as", "k000101"), "one of very_good"),
        ("MKD443", ("plugins", "show", "smpt"), "smtp"),
        ("MKD386", ("scheme", "show", "jabar-tkr"), "jabar-trk"),
        ("MKD442", ("outbox", "replay", "person/k000002:1:payroll:0"), "mkd outbox list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_is_refused(office, code, words, said):
    """Unknown people, malformed numbers, slips in weeks, dates, targets and names."""
    refused(office, code, *words, said=said)


@pytest.mark.bare
def test_a_target_lacking_parts_counts_as_unmeasurable_and_the_policy_decides(office):
    """A vague target is no wrong input: it can be proposed, and is refused at submission by the policy's rule."""
    done = office.mkd(*PROPOSE, "--remote", "wed", "--target", "output; work well", "--json")

    assert done.data["targets"] == [{"id": "t1", "kind": "output", "indicator": "work well"}]
    refused(office, "MKD410", *SUBMIT, said="targets-measurable")


@pytest.mark.bare
def test_agreements_of_one_person_may_not_overlap(office):
    """A second request for the same days is refused, and names the first."""
    office.approved()
    office.proposed()

    refused(office, "MKD422", "agreement", "submit", "k000002.2", "--as", "k000002", said="amend k000002.1 instead")


@pytest.mark.bare
def test_votes_without_the_power_for_them(office):
    """Nobody votes on their own request, in another's place, twice, or for a version that is not the one that waits."""
    refused_before = (("MKD412", (*APPROVE, "--as", "k000114"), "submit it first"),)
    office.proposed()
    for code, words, said in refused_before:
        refused(office, code, *words, said=said)
    office.mkd(*SUBMIT)

    refused(office, "MKD420", *APPROVE, "--as", "k000002")
    refused(office, "MKD424", *APPROVE, "--as", "k000003", said="it waits for k000114")
    refused(office, "MKD412", *APPROVE, "--as", "k000114", "--expect-version", "2", said="version 1 waits")
    refused(office, "MKD412", *APPROVE, "--as", "k000114", "--step", "superiour", said="did you mean superior?")


@pytest.mark.bare
def test_commands_in_the_wrong_state(office):
    """What is decided cannot be decided again, and what is not in force has no work to report."""
    add = ("result", "add", "k000002.1", "--as", "k000002", "--target", "brief")
    office.proposed()
    refused(office, "MKD429", *add, "--on", "2023-06-20", "--activity", "x", "--minutes", "60")
    office.mkd(*SUBMIT)
    refused(office, "MKD409", *SUBMIT)
    office.mkd(*APPROVE, "--as", "k000114")

    refused(office, "MKD412", *APPROVE, "--as", "k000114")
    refused(office, "MKD409", "agreement", "withdraw", "k000002.1", "--as", "k000002", at=office.july)
    refused(office, "MKD228", *add, "--on", "2023-07-31", "--value", "4", said="the briefs", at=office.july)
    refused(office, "MKD221", *add, "--on", "2023-07-31", "--value", "four", at=office.july)
    refused(office, "MKD222", *add, "--on", "2023-07-31", "--activity", "x", "--minutes", "1441", at=office.july)
    refused(office, "MKD432", "result", "verify", "k000002.1", "r9", "--as", "k000114", at=office.july)


@pytest.mark.bare
@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("[mkd]", "[mkd]\npolcy = 1", "MKD122", "did you mean policy?"),
        ("[mkd]", "[mkd", "MKD121", "TOML"),
        ('path = "journal.db"', 'path = "journal.db"\nmax_pages = 3', "MKD122", "max_page"),
        ('people = { path = "people.csv" }',
         'people = { url = "sqlite:///p.db", select = "SELECT 1", password = { env = "MKD_NOT_SET" } }',
         "MKD123", "MKD_NOT_SET"),
        ("[identity.table]", "[identity.tabel]", "MKD124", "table"),
        ('policy = "jabar-mkd" ', 'policy = "jabar-mdk" ', "MKD325",
         "mkd.toml: mkd.policy: no policy is called 'jabar-mdk' (did you mean jabar-mkd?)"),
        ('path = "journal.db"', 'path = "people.csv"', "MKD5", "people.csv"),
        ('people = { path = "people.csv" }', 'people = { path = "peopel.csv" }', "MKD", "peopel.csv"),
    ],
    ids=["unknown key", "no TOML", "unknown key of a backend", "unset secret", "unknown backend", "unknown policy",
         "no journal", "no table"],
)  # fmt: skip
def test_a_configuration_that_cannot_be_used(office, old, new, code, said):
    """A fault of mkd.toml stops the command, names its place and how to mend it, and leaves the journal alone."""
    office.approved()
    before = office.head()
    office.configure(old, new)

    done = office.proposed(by="k000003")

    office.configure(new, old)
    assert done.status == 1
    assert ONE_LINE.fullmatch(done.err), done.err
    assert done.err.startswith(f"error: {code}")
    assert said in done.err
    assert office.head() == before


@pytest.mark.bare
def test_a_policy_and_a_scheme_that_are_both_unknown(office):
    """Both slips are told at once, each with its key."""
    office.configure('policy = "jabar-mkd"', 'policy = "jabar-mdk"')
    office.configure('scheme = "jabar-trk"', 'scheme = "jabar-tkr"')

    done = office.mkd("register")

    assert [line.partition(": no ")[0] for line in done.err.splitlines()] == [
        "error: MKD325 mkd.toml: mkd.policy",
        "error: MKD386 mkd.toml: mkd.scheme",
    ]


@pytest.mark.bare
def test_no_configuration_at_all(mkd):
    """Where there is no mkd.toml, the error says what writes one."""
    done = mkd("register")

    assert done.status == 1
    assert done.err == "error: MKD121 mkd.toml: cannot be read: No such file or directory (mkd init writes one)\n"


@pytest.mark.bare
@pytest.mark.parametrize(("settings", "code"), [("max_page_count = 9", "MKD502"), ("read_only = true", "MKD503")])
def test_a_journal_that_is_full_or_read_only(office, settings, code):
    """The command fails, nothing happened, and what was written can still be read and verified."""
    office.proposed()
    office.configure('path = "journal.db"', f'path = "journal.db"\n{settings}')
    before = office.head()

    for attempt in range(2, 30):
        done = office.proposed()
        if done.status:
            break
        before = office.head()
        assert attempt < 29

    assert done.out == ""
    assert ONE_LINE.fullmatch(done.err), done.err
    assert done.err.startswith(f"error: {code} ")
    assert office.head() == before
    assert office.mkd("journal", "verify").out.startswith("journal verified: ")


FINE = """
import attrs
from mkd_plugins.api import hookimpl, identity

@attrs.frozen
class Config:
    pass

class Identity:
    def __init__(self, config): ...
    def person(self, key, on): return {person}
    def lookup(self, handle, on): return self.person(handle, on)
    def people(self, on): return []
    def unit(self, key, on): return None
    def units(self, on): return []
    def mandates(self, on): return []

@hookimpl
def mkd_providers():
    return [identity(name="acme", config=Config, build=Identity)]
"""


@pytest.mark.bare
@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("import acme_is_not_here", "MKD124", "acme-mkd[acme] did not load: MKD103"),
        (FINE.format(person="1 / 0"), "MKD141", "ZeroDivisionError"),
        (FINE.format(person="'somebody'"), "MKD142", "str"),
    ],
    ids=["fails to import", "raises", "returns the wrong type"],
)
def test_a_plugin_that_is_at_fault(office, process, source, code, said):
    """Whatever a plugin does wrong, the line bears its name and the journal stays as it was."""
    site = office.folder / "site"
    info = site / "acme_mkd-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_mkd.py").write_text(source, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-mkd\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[mkd]\nacme = acme_mkd\n", encoding="utf-8")
    office.configure("[identity.table]", "[identity.acme]\n\n[identity.table]")
    propose = ("agreement", "propose", "--as", "k000002", "--from", "2023-07-03", "--remote", "wed")

    done = process(*propose, env={"PYTHONPATH": str(site)})

    lines = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert (done.status, len(lines)) == (1, 1)
    assert lines[0].startswith(f"error: {code}")
    assert said in done.err
    assert "acme" in lines[0]
    assert "Traceback" not in done.err
    office.configure("[identity.acme]\n\n[identity.table]", "[identity.table]")
    assert office.head() == ""
