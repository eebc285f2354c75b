"""``mkd policy`` as authors of policies use it: lint, test, mutate, show and explain."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

JABAR = files("mkd_plugins").joinpath("packs", "jabar-mkd")
PACK = {name: JABAR.joinpath(name).read_text(encoding="utf-8") for name in ("2023.1.toml", "2023.1.cases.toml")}
EVENING = """
[[rules]]
id = "evening"
require = 'agreement.latest_end <= time("47:59")'
otherwise = "warn"
because.id = "Selesai sebelum malam"
because.en = "Ends before the night"
source = "ours"
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A folder with the shipped policy of 2023 and its worked cases, to change at will."""
    for name, text in PACK.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(file: Path, old: str, new: str, count: int = -1) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, count), encoding="utf-8")


@pytest.mark.bare
def test_lint_says_what_is_suspicious_in_both_languages(mkd, town):
    """A warning is no failure unless asked for with --strict; an error is; the answer as JSON has both languages."""
    with (town / "2023.1.toml").open("a", encoding="utf-8") as file:
        file.write(EVENING)

    english, indonesian = (mkd("--lang", lang, "policy", "lint", "2023.1.toml") for lang in ("en", "id"))
    strict = mkd("policy", "lint", "2023.1.toml", "--strict")
    [told] = mkd("policy", "lint", "2023.1.toml", "--json").data

    assert (english.status, indonesian.status, strict.status) == (0, 0, 1)
    assert "warning MKD330 2023.1.toml: rule evening, require: it can never fail" in english.out
    assert "peringatan MKD330 2023.1.toml: rule evening, require: tidak pernah dilanggar" in indonesian.out
    assert english.out.splitlines()[-1] == "2023.1.toml: errors: 0, warnings: 1, notes: 0"
    assert [(each["code"], each["severity"], each["place"]) for each in told["findings"]] == [
        ("MKD330", "warning", "rule evening, require")
    ]

    change(town / "2023.1.toml", "not approver.is_applicant", "not approver.is_acting")
    assert mkd("policy", "lint", "2023.1.toml").status == 1


@pytest.mark.bare
def test_the_list_has_decrees_beside_the_versions_that_they_lie_over(mkd):
    """Layer and dates of each, for people in either language, for programs as the files have them."""
    english, indonesian = (mkd("--lang", lang, "policy", "list") for lang in ("en", "id"))
    jabar = next(each for each in mkd("policy", "list", "--json").data if each["id"] == "jabar-mkd")

    layers = {each["version"]: each["layer"] for each in jabar["versions"]}
    assert (layers["2023.1"], layers["lebaran-2024"]) == ("base", "decree")
    assert [
        (each["from"], each["until"]) for each in jabar["versions"] if each["version"] in ("lebaran-2024", "2025.1")
    ] == [
        ("2025-04-21", None),
        ("2024-04-16", "2024-04-18"),
    ]
    for done, words in (
        (english, ("decree", "2024-04-16 until")),
        (indonesian, ("penetapan", "2024-04-16 sampai")),
    ):
        [line] = [line for line in done.out.splitlines() if line.split()[:2] == ["jabar-mkd", "lebaran-2024"]]
        assert all(word in line for word in words)


DATES = """
[[overlays]]
from = 2023-09-01
until = 2023-10-01
parameters = { max_remote_days = 1 }
source = "ours"
"""


@pytest.mark.bare
def test_dates_of_an_overlay_are_called_in_both_languages(office, town):
    """The document and the decision on a request say for which dates, and JSON has them as an interval."""
    change(town / "2023.1.toml", "[[rules]]", f"{DATES}[[rules]]", count=1)
    office.configure('policy = "jabar-mkd"', 'policy = "2023.1.toml"')
    office.proposed()

    asked = [office.mkd("--lang", lang, "agreement", "decide", "k000002.1") for lang in ("en", "id")]
    shown = [office.mkd("--lang", lang, "policy", "show", "2023.1.toml", "--on", "2023-09-04") for lang in ("en", "id")]
    decided = office.mkd("agreement", "decide", "k000002.1", "--json").data
    overlays = office.mkd("policy", "show", "2023.1.toml", "--json").data["overlays"]

    for done, said in zip(
        (*asked, *shown),
        ("during 2023-09-01 to 2023-09-30", "selama 2023-09-01 sampai dengan 2023-09-30") * 2,
        strict=True,
    ):
        assert said in " ".join(done.out.split())
    assert (decided["outcome"], decided["season"], decided["dated"]) == ("refuse", None, ["2023-09-01/2023-09-30"])
    assert [(each["season"], each["dates"]) for each in overlays] == [
        ("ramadan", None),
        (None, "2023-09-01/2023-09-30"),
    ]


@pytest.mark.bare
def test_lint_looks_at_all_that_is_installed_and_goes_on_after_a_broken_file(mkd, town):
    """Without a name every installed policy is linted; after a file that cannot be used the next is linted."""
    change(town / "2023.1.toml", 'otherwise = "warn"', 'otherwise = "worry"')

    everything = mkd("policy", "lint")
    both = mkd("policy", "lint", "2023.1.toml", "jabar-mkd")

    assert everything.status == 0
    assert "jabar-mkd: errors: 0, warnings: 0" in everything.out
    assert both.status == 1
    assert "MKD304 2023.1.toml: rule" in both.err
    assert "jabar-mkd: errors: 0" in both.out


@pytest.mark.bare
def test_the_cases_of_one_file_lie_beside_it(mkd, town):
    """A file is tested with the cases of its name; a file without any is an error, not a success."""
    (town / "other.toml").write_text(PACK["2023.1.toml"], encoding="utf-8")

    assert mkd("policy", "test", "2023.1.toml", "--json").data["wrong"] == []
    none = mkd("policy", "test", "other.toml")

    assert none.status == 1
    assert "MKD327 other.toml: no worked case lies beside this policy" in none.err


@pytest.mark.bare
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("outcome = ", "outcom = ", "unknown key outcom (did you mean outcome?)"),
        ('outcome = "refuse"', 'outcome = "refused"', "expected approve or refer or refuse (did you mean refuse?)"),
        ('failed = ["remote-days"]', 'failed = ["remote-day"]', "has no rule remote-day (did you mean remote-days?)"),
        ('failed = ["remote-days"]', 'failed = "remote-days"', "failed: expected a list of names"),
        ("agreement.remote_days = 5", "agreement.remote_day = 5", "did you mean agreement.remote_days?"),
        ("talent_box = 5", "talent_box = 50", "applicant.talent_box: expected an integer from 1 to 9"),
        ('at = "vote"', 'at = "voting"', "expected request or vote (did you mean vote?)"),
        ("within = { superior =", "within = { superor =", "has no step superor (did you mean superior?)"),
        ('superior = "5 working days"', 'superior = "5 workdays"', "within, superior: '5 workdays' is no span of time"),
        ('superior = "5 working days"', 'superior = "5 working day"', 'write "5 working days"'),
        ("date = 2023-07-03", "day = 2023-07-03", "base: unknown key day"),
        ("date = 2024-03-20", "date = 2022-03-20", "MKD320 2023.1.cases.toml: case"),
        ("[base]", "[base", "cannot be read"),
    ],
)
def test_a_slip_in_a_case_is_named_with_its_place(mkd, town, old, new, told):
    """A misspelt key, outcome, rule or fact is an error with the case and the nearest right name."""
    change(town / "2023.1.cases.toml", old, new)

    done = mkd("policy", "test", "2023.1.toml")

    assert done.status == 1
    assert "2023.1.cases.toml" in done.err
    assert told in done.err


@pytest.mark.bare
def test_mutation_names_what_no_case_notices(mkd, town):
    """A rule without a case lets its changes live; a list with reasons explains them; one listed in vain is told."""
    with (town / "2023.1.toml").open("a", encoding="utf-8") as file:
        file.write(EVENING.replace('agreement.latest_end <= time("47:59")', "applicant.absent_days <= 300"))

    english, indonesian = (mkd("--lang", lang, "policy", "test", "2023.1.toml", "--mutate") for lang in ("en", "id"))
    assert "2023.1: rule evening, column 23: <= becomes <: no worked case notices it" in english.out
    assert "tidak ada contoh kasus yang mengetahuinya" in indonesian.out

    entry = '[[survivors]]\npolicy = "jabar-mkd"\nversion = "2023.1"\nmutant = "{}"\nreason = "no evening work yet"\n'
    mutants = [line.split(": ", 1)[1].removesuffix(": no worked case notices it") for line in english.out.splitlines()]
    entries = [entry.format(mutant) for mutant in mutants if mutant.startswith("rule evening")]
    (town / "survivors.toml").write_text("".join([*entries, entry.format("rule gone: dropped")]), encoding="utf-8")
    listed = mkd("policy", "test", "2023.1.toml", "--mutate", "--survivors", "survivors.toml")

    assert "rule evening" not in listed.out
    assert "2023.1: rule gone: dropped: listed as a survivor, and noticed now or there no more" in listed.out
    assert listed.status == 1


@pytest.mark.bare
def test_mutation_waits_for_cases_that_are_right(mkd, town):
    """A case that comes out otherwise would notice everything, so nothing is changed before it is mended."""
    change(town / "2023.1.toml", "value = 4, ", "value = 3, ")

    done = mkd("policy", "test", "2023.1.toml", "--mutate")

    assert done.status == 1
    assert "nothing was changed: mend the cases first" in done.out


@pytest.mark.bare
def test_all_installed_policies_are_tested_at_once(mkd):
    """--all says of each how many of its cases come out as they say."""
    done = mkd("policy", "test", "--all", "--json")

    assert all(each["wrong"] == [] and each["cases"] >= 15 for each in done.data)
    assert "jabar-mkd" in [each["policy"] for each in done.data]


@pytest.mark.bare
def test_a_policy_is_shown_as_a_document_in_either_language(mkd):
    """Title, sources and how they were read, rules in words, numbers with units, route, proof and coverage."""
    english, indonesian = (
        mkd("policy", "show", "jabar-mkd", "--on", "2023-07-03", "--lang", lang) for lang in ("en", "id")
    )

    for text in (
        "Dynamic Working Arrangement\n===========================\n",
        "base; in force 2023-06-19 until 2025-04-21",
        "requires   Days away from the office, most in any week: at most 4 days/week",
        "otherwise  refused",
        "article 9 (read: in the press only)",
        "the superior",
        "Days away from the office, most",
        "In the office: check-in. Elsewhere: results.",
        "On site at least 1 people of each unit, mon, tue, wed, thu, fri, 08:00 to 15:00.",
    ):
        assert text in english.out
    for text in (
        "Mekanisme Kerja Dinamis",
        "berlaku 2023-06-19 sampai sebelum 2025-04-21",
        "mensyaratkan  Hari di luar kantor, terbanyak dalam satu pekan: paling banyak 4 hari/pekan",
        "pasal 9 (dibaca: hanya dari berita)",
        "Di kantor: presensi. Di luar kantor: hasil.",
    ):
        assert text in indonesian.out


@pytest.mark.bare
def test_the_document_shows_the_numbers_of_the_day(mkd):
    """On a day of Ramadan the shorter hours, on a day of a decree the decree, with --layer base what lies below it."""
    ramadan = mkd("policy", "show", "jabar-mkd", "--on", "2024-03-20")
    decree = mkd("policy", "show", "jabar-mkd", "--on", "2024-04-16", "--json").data
    below = mkd("policy", "show", "jabar-mkd", "--on", "2024-04-16", "--layer", "base", "--json").data

    assert "during ramadan" in ramadan.out
    assert "at least 1950 minutes/week" in ramadan.out
    assert (decree["layer"], below["layer"]) == ("decree", "base")
    assert decree["version"] != below["version"]


@pytest.mark.bare
def test_the_document_shows_what_lint_is_told_to_accept(mkd, town):
    """A finding that the file accepts stands in the document with its reason."""
    with (town / "2023.1.toml").open("a", encoding="utf-8") as file:
        file.write('[[accepted]]\ncode = "MKD330"\nat = "rule evening"\nreason = "to be settled"\n' + EVENING)

    shown = mkd("policy", "show", "2023.1.toml")
    linted = mkd("policy", "lint", "2023.1.toml", "--strict")

    assert "Accepted findings\n=================\nMKD330, rule evening: to be settled" in shown.out
    assert (linted.status, "(accepted: to be settled)" in linted.out) == (0, True)


@pytest.mark.bare
def test_the_document_says_where_route_grounds_and_clock_stand(mkd):
    """In either language, with the article and how it was read; a consultation is not under the article of the list."""
    english, indonesian = (
        " ".join(mkd("policy", "show", "uk-flexible-working", "--lang", lang).out.split()) for lang in ("en", "id")
    )
    data = mkd("policy", "show", "uk-flexible-working", "--json").data

    act = "Employment Rights Act 1996, flexible working, as in force from 6 April 2024"
    assert f"planned-structural-change. Source: {act}, article 80G(1)(b) (read: in the press only)." in english
    assert f"over all steps. Source: {act} (read: in the press only)." in english
    assert f"planned-structural-change. Sumber: {act}, pasal 80G(1)(b) (dibaca: hanya dari berita)." in indonesian
    assert "A refusal needs a consultation on record first. Decided" in english
    assert "only if source" in english
    assert data["refusal"]["source"] == f"{act} 80G(1)(b)"
    assert data["decide_within_source"] == act
    assert [step["source"] for step in data["route"]] == ["Default of this pack"]


@pytest.mark.bare
def test_the_document_says_where_the_proof_of_work_stands(mkd):
    """What a circular asks for cites it; a decree that says nothing of proof cites what its base does."""
    shown, data = (mkd("policy", "show", "jabar-mkd", "--on", "2025-11-06", *how) for how in ((), ("--json",)))
    lebaran = mkd("policy", "show", "jabar-mkd", "--on", "2024-04-16", "--json")

    circular = "SE 150/KPG.03/BKD, 22 Oktober 2025"
    assert f"Elsewhere: check-in, daily report. Source: {circular} (" in " ".join(shown.out.split())
    assert data.data["proof"]["source"] == circular
    assert lebaran.data["proof"]["source"] == "Keterangan Pemprov Jawa Barat tentang MKD, Juni 2023"


@pytest.mark.bare
def test_the_document_says_where_the_service_guarantee_stands(mkd):
    """One person on site is a default of the pack, and said to be."""
    shown, data = (mkd("policy", "show", "jabar-mkd", "--on", "2023-07-03", *how) for how in ((), ("--json",)))

    assert "08:00 to 15:00. Source: Default of this pack (a default of ours)." in " ".join(shown.out.split())
    assert data.data["coverage"][0]["source"] == "Default of this pack"


@pytest.mark.bare
def test_the_document_as_markdown_is_a_page(mkd):
    """Headings, tables and lists; nothing in it is taken for a mark by mistake."""
    page = mkd("policy", "show", "jabar-mkd", "--on", "2023-07-03", "--format", "markdown").out

    assert page.startswith("# Dynamic Working Arrangement\n\n- jabar-mkd 2023.1")
    assert "\n## Rules\n\n### remote-days\n\n" in page
    assert "| max\\_remote\\_days | 4 days/week |" in page
    assert "- **requires**: Days away from the office" in page


@pytest.mark.bare
def test_a_rule_is_explained_with_what_it_rests_on(mkd):
    """In words, its source, its numbers, who knows the facts, where it turns, and what happens while one is missing."""
    english, indonesian = (
        mkd("policy", "explain", "jabar-mkd", "remote-days", "--on", "2023-07-03", "--lang", lang)
        for lang in ("en", "id")
    )

    for text in (
        "jabar-mkd 2023.1, remote-days: At most 4 days a week away from the office",
        "agreement.remote_days <= parameter.max_remote_days",
        "from 0 to 7 days/week; known by the plan; negotiable",
        "passes up to 4 days/week, fails from 5 days/week",
        "if missing: undetermined: referred to a person",
    ):
        assert text in english.out
    assert "terpenuhi sampai 4 hari/pekan, dilanggar mulai 5 hari/pekan" in indonesian.out

    told = mkd("policy", "explain", "jabar-mkd", "--all", "--on", "2023-07-03", "--json").data
    [days] = [rule for rule in told["rules"] if rule["rule"] == "remote-days"]
    [fact] = days["facts"]
    assert fact["turns"]["runs"] == [
        {"from": 0, "to": 4, "status": "passed"},
        {"from": 5, "to": 7, "status": "failed"},
    ]
    assert fact["missing"] == ["undetermined"]


@pytest.mark.bare
def test_explaining_nothing_is_wrong_usage(mkd):
    """A rule or --all has to be said; a slip in a rule's name is answered with the right one."""
    assert mkd("policy", "explain", "jabar-mkd").status == 2
    slip = mkd("policy", "explain", "jabar-mkd", "remote-dais")
    assert (slip.status, "did you mean remote-days" in slip.err) == (1, True)
