"""Decrees as HR types them, over the people of the example: Thursdays in November, turns in December."""

from collections import Counter
from datetime import date

import pytest

OCTOBER, NOVEMBER = "2025-10-22T09:00+07:00", "2025-11-20T09:00+07:00"
HR = "k000101"
THURSDAYS = (
    *("decree", "issue", "SE 150", "--unit", "1000", "--policy", "se-150-2025", "--days", "thu"),
    *("--from", "2025-11-03", "--as", HR),
)
TURNS = (
    *("decree", "issue", "Desember", "--unit", "1100", "--policy", "rotation-2025", "--days", "tue-fri"),
    *("--cap", "50%", "--from", "2025-12-01", "--as", HR),
)

pytestmark = pytest.mark.bare


def test_the_thursday_trial_of_november(office):
    """Tried first, then issued: everybody of the secretariat and below, but direct service and who issued it."""
    before = office.head()
    tried = office.mkd(*THURSDAYS, "--dry-run", "--json", at=OCTOBER).data
    assert office.head() == before
    issued = office.mkd(*THURSDAYS, "--json", at=OCTOBER).data

    assert {**tried, "dry_run": False} == issued
    assert (issued["policy"], issued["version"], issued["until"]) == ("jabar-mkd", "se-150-2025", "2025-11-30")
    assert {tuple(map(tuple, each["days"])) for each in issued["agreements"]} == {(("thu",),)}
    people = [each["person"] for each in (*issued["agreements"], *issued["left_out"])]
    assert len(people) == len(set(people))
    reasons = Counter(each["reason"] for each in issued["left_out"])
    assert reasons["issuer"] == 1
    assert reasons["direct_service"] > 20
    assert [each["detail"] for each in issued["left_out"] if each["reason"] == "referred"] == [["staff"]]

    shown = office.mkd("day", issued["agreements"][0]["person"], "2025-11-06", at=OCTOBER)
    assert "07:30-16:00 home 60" in shown.out


def test_typed_again_it_goes_on_and_makes_nothing_twice(office):
    """The same line once more finds everything done, and says so."""
    office.mkd(*THURSDAYS, at=OCTOBER)
    before = office.head()
    again = office.mkd(*THURSDAYS, at=OCTOBER)

    assert "0 of them new" in again.out
    assert office.head() == before


def test_half_of_a_bureau_by_turns_in_december(office):
    """On no day are more than half of the bureau at home, on none but Tuesday to Friday, and everybody has a turn."""
    issued = office.mkd(*TURNS, "--json", at=NOVEMBER).data
    planned = office.mkd("roster", "1100", "--from", "2025-12-01", "--until", "2025-12-24", "--json", at=NOVEMBER).data
    staff = {each["person"] for each in planned}
    away = [each for each in planned if any("home" in window for window in each["windows"])]
    a_day = Counter(date.fromisoformat(each["date"]) for each in away)

    assert [each["person"] for each in issued["left_out"]] == [HR]
    assert len(issued["agreements"]) == len(staff) - 1
    assert {each["person"] for each in away} == staff - {HR}
    assert {day.weekday() for day in a_day} == {1, 2, 3, 4}
    assert max(a_day.values()) <= len(staff) / 2


def test_shown_listed_and_taken_back(office):
    """Who issued it and how its agreements stand; after the revocation they have ended, and everybody is told."""
    office.configure(
        "[payroll.table]", '[notification.smtp]\nhost = "localhost"\nsender = "mkd@example.go.id"\n\n[payroll.table]'
    )
    office.mkd(*TURNS, at=NOVEMBER)
    shown = office.mkd("decree", "show", "Desember", at=NOVEMBER).out
    assert "tue wed thu fri <= 50%, home" in shown
    assert "approved 51" in shown
    (listed,) = office.mkd("decree", "list", "--json", at=NOVEMBER).data
    assert (listed["decree"], listed["issued_by"], listed["cap"], listed["revoked"]) == ("Desember", HR, 0.5, None)

    back = ("decree", "revoke", "Desember", "--from", "2025-12-15", "--reason", "evaluasi", "--as", HR)
    assert len(office.mkd(*back, "--json", at=NOVEMBER).data["ended"]) == 51
    assert "dicabut mulai 2025-12-15: 0 perjanjian berakhir" in office.mkd("--lang", "id", *back, at=NOVEMBER).out
    kinds = Counter(each["kind"] for each in office.mkd("outbox", "list", "--json", at=NOVEMBER).data)
    assert kinds == {"decreed": 51, "revoked": 51}
    assert "revoked 51" in office.mkd("decree", "show", "Desember", at="2025-12-16T09:00+07:00").out


@pytest.mark.parametrize(
    ("code", "changed", "said"),
    [
        ("MKD207", ("--days", "thr"), "did you mean thu?"),
        ("MKD202", ("--place", "hom"), "did you mean home?"),
        ("MKD461", ("--cap", "half"), "50%"),
        ("MKD461", ("--each", "1"), "cap"),
        ("MKD461", ("--days", "sat"), "does not work on sat"),
        ("MKD461", ("--until", "2025-12-24"), "2025-11-30"),
        ("MKD462", ("--policy", "se-15-2025"), "in force is jabar-mkd se-150-2025"),
        ("MKD407", ("--unit", "9999"), "9999"),
        ("MKD421", ("--as", "k000002"), "the head of the unit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_slips_are_found_before_anything_is_written(office, code, changed, said):
    """A wrong day, place, share, date, version or unit is named, with what to do."""
    before = office.head()
    done = office.mkd(*THURSDAYS, *changed, at=OCTOBER)

    assert (done.status, done.out) == (1, "")
    assert code in done.err
    assert said in done.err
    assert office.head() == before


def test_another_decree_under_the_same_key_is_refused(office):
    """A key means one decree; a misspelt one is shown the nearest."""
    office.mkd(*THURSDAYS, at=OCTOBER)

    assert "MKD464" in office.mkd(*THURSDAYS, "--until", "2025-11-14", at=OCTOBER).err
    assert "did you mean SE 150?" in office.mkd("decree", "show", "SE 15", at=OCTOBER).err


def test_an_agreement_by_decree_is_read_like_any_other(office):
    """Its history, its plan and its decision are shown, with the decree's name; only a letter to sign there is none."""
    office.mkd(*THURSDAYS, at=OCTOBER)

    assert "SE 150" in office.mkd("agreement", "show", "k000002.1", at=OCTOBER).out
    assert "AgreementDecreed" in office.mkd("agreement", "history", "k000002.1", at=OCTOBER).out
    assert "the same" in office.mkd("agreement", "replay", "k000002.1", at=OCTOBER).out
    letter = office.mkd("agreement", "letter", "k000002.1", "--as", "k000002", at=OCTOBER)
    assert (letter.status, "MKD456" in letter.err, "SE 150" in letter.err) == (1, True, True)
