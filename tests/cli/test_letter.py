"""The agreement as a letter: what stands in it, who gets it, and what its seal proves."""

from __future__ import annotations

import csv
import stat
from html.parser import HTMLParser

from mkd_plugins.cli.session import actor
from mkd_plugins.testing.province import ACTING_OFFICER, ANALYST


class Words(HTMLParser):
    """The text of a page, and what it would ask of elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts += [data.strip()] if data.strip() else []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def rows_of(folder, table):
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(folder, key):
    return next(row for row in rows_of(folder, "people") if row["peg_id"] == key)


def test_the_letter_names_both_sides_days_and_targets(office):
    """An approved agreement becomes one page in Indonesian with the agency, both who sign, every day and target."""
    office.approved()
    done = office.mkd("agreement", "letter", "k000002.1", "--as", "k000002", "--out", "letter.html")
    assert done.status == 0, done.err
    file = office.folder / "letter.html"
    words = Words(file.read_text(encoding="utf-8"))
    for key in ("k000002", "k000114"):
        row = row_of(office.folder, key)
        assert row["peg_nama_lengkap"] in words.texts
        assert row["peg_nip"] in words.texts
    assert "Rabu: pukul 07.30 s.d. 16.00 di rumah, istirahat 60 menit" in words.texts
    assert {"keluaran", "briefs delivered", "paling sedikit 4 briefs", "31 Juli 2023"} <= set(words.texts)
    units = {row["unit_kerja_id"]: row for row in rows_of(office.folder, "units")}
    agency = units[row_of(office.folder, "k000002")["unit_kerja_id"]]["satuan_kerja_id"]
    assert units[agency]["unit_kerja_parent"]
    assert units[agency]["unit_kerja_nama"] in words.texts
    assert words.links == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_seal_proves_that_nothing_before_the_approval_was_changed(office):
    """The line under the drawing is a head of the journal: the journal passes by it, and a forged one does not."""
    office.approved()
    seal = office.mkd("agreement", "letter", "k000002.1", "--as", "k000114", "--json").data["seal"]
    (office.folder / "seal").write_text(f"{seal}\n", encoding="utf-8")
    number, digest, stream = seal.split()
    (office.folder / "forged").write_text(f"{number} {digest[::-1]} {stream}\n", encoding="utf-8")
    assert office.mkd("journal", "verify", "--head", "seal").status == 0
    assert office.mkd("journal", "verify", "--head", "forged").status == 1


def test_a_letter_is_for_those_who_sign_and_for_hr(office):
    """Who may see no names gets the letter of nobody else; the two who sign get their own."""
    office.approved()
    office.configure('acts_as = ["*"]\nroles = ["hr", "operator"]', 'acts_as = ["k000002", "k000009"]')
    assert office.mkd("agreement", "letter", "k000002.1", "--as", "k000002", at=office.june).status == 0
    other = office.mkd("agreement", "letter", "k000002.1", "--as", "k000009", at=office.june)
    assert other.status == 1
    assert f"MKD439 k000002.1: {actor()} may not see names" in other.err


def test_an_officer_who_acts_for_the_superior_signs_and_gets_the_letter(office):
    """Where the superior's post is vacant the one who approved signs, as Plt, and needs no role to have the letter."""
    office.proposed(by=ANALYST)
    office.mkd("agreement", "submit", f"{ANALYST}.1", "--as", ANALYST)
    office.mkd("agreement", "approve", f"{ANALYST}.1", "--as", ACTING_OFFICER)
    office.configure('acts_as = ["*"]\nroles = ["hr", "operator"]', f'acts_as = ["{ACTING_OFFICER}"]')
    done = office.mkd("agreement", "letter", f"{ANALYST}.1", "--as", ACTING_OFFICER, "--json", at=office.june)
    assert done.status == 0, done.err
    assert done.data["superior"]["name"] == row_of(office.folder, ACTING_OFFICER)["peg_nama_lengkap"]
    assert done.data["superior"]["post"].startswith("Plt. ")


def test_there_is_no_letter_of_a_draft(office):
    """Before the approval there is nothing to sign, and nothing is written."""
    office.proposed()
    done = office.mkd("agreement", "letter", "k000002.1", "--as", "k000002", "--out", "letter.html")
    assert done.status == 1
    assert "MKD456" in done.err
    assert not (office.folder / "letter.html").exists()


def test_what_people_typed_is_text_and_no_markup(office):
    """A target that holds markup is shown as it was typed."""
    target = "mark=output; <b onload=x>briefs</b>; at_least 4 briefs; by 2023-07-31; evidence: the briefs"
    office.proposed("--target", target)
    office.mkd("agreement", "submit", "k000002.1", "--as", "k000002")
    office.mkd("agreement", "approve", "k000002.1", "--as", "k000114")
    page = office.mkd("agreement", "letter", "k000002.1", "--as", "k000002").out
    assert "&lt;b onload=x&gt;briefs&lt;/b&gt;" in page
    assert "<b onload" not in page
