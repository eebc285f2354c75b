"""Rules are said in words, in both languages, over the whole grammar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from interpreter import RULE, SETTINGS, WORDS

from mkd_core.language import parse, read_parameter
from mkd_core.language.tree import mentions
from mkd_core.policy import VOCABULARY, NamedParameter
from mkd_core.policy.saying import Language
from mkd_core.policy.wording import in_words, parameter_in_words, shape_in_words, unit_in_words
from mkd_plugins.policies import policy_history, shipped_ids

PARAMETERS = {
    name: NamedParameter(name=name, parameter=read_parameter(value), unit=unit)
    for name, value, unit in (
        ("most", 4, "days/week"),
        ("one", 1, "days/week"),
        ("share", 0.5, "share"),
        ("hours", 37.5, "hours"),
        ("boxes", [4, 5], "box"),
        ("strict", True, ""),
        ("own", 3, "moons"),
    )
}


def said(text: str, language: Language) -> str:
    values = {name: each.parameter for name, each in PARAMETERS.items()}
    return in_words(parse(text, VOCABULARY, values), VOCABULARY, PARAMETERS, language)


@pytest.mark.parametrize(
    ("text", "english", "indonesian"),
    [
        (
            "agreement.remote_days <= parameter.most",
            "Days away from the office, most in any week: at most 4 days/week",
            "Hari di luar kantor, terbanyak dalam satu pekan: paling banyak 4 hari/pekan",
        ),
        (
            "parameter.one > agreement.office_days",
            "Days in the office, fewest in any week: less than 1 day/week",
            "Hari di kantor, paling sedikit dalam satu pekan: kurang dari 1 hari/pekan",
        ),
        ("applicant.educator", "Teacher or education staff: yes", "Guru atau tenaga kependidikan: ya"),
        ("not applicant.educator", "Teacher or education staff: no", "Guru atau tenaga kependidikan: tidak"),
        (
            "agreement.unmeasurable_targets == 0",
            "Number of targets that cannot be measured: none",
            "Jumlah target yang tidak terukur: tidak ada",
        ),
        (
            "agreement.output_targets + agreement.outcome_targets >= 1",
            "Number of output targets plus number of outcome targets: at least 1 target",
            "Jumlah target keluaran ditambah jumlah target hasil: paling sedikit 1 target",
        ),
        (
            "unit.lowest_onsite_share >= parameter.share",
            "Lowest share of staff on site if granted: at least 50 %",
            "Bagian terkecil pegawai di kantor bila dikabulkan: paling sedikit 50 %",
        ),
        (
            'agreement.latest_end <= time("18:00")',
            "Latest end: 18:00 at the latest",
            "Jam selesai paling akhir: paling lambat 18:00",
        ),
        (
            'today > date("2026-06-01")',
            "Date of the decision: after 2026-06-01",
            "Tanggal keputusan: sesudah 2026-06-01",
        ),
        (
            'applicant.discipline != "serving"',
            "Disciplinary punishment: other than serving",
            "Hukuman disiplin: selain serving",
        ),
        (
            'not (applicant.rating in {"good", "poor"} or known(applicant.talent_box))',
            "Latest performance rating: other than good, poor; and box of the talent grid (1-9): not known",
            "Predikat kinerja terakhir: selain good, poor; dan kotak talenta (1-9): tidak diketahui",
        ),
        (
            "applicant.talent_box in parameter.boxes",
            "Box of the talent grid (1-9): one of 4, 5",
            "Kotak talenta (1-9): salah satu dari 4, 5",
        ),
        (
            "2 <= agreement.remote_days <= parameter.most",
            "Days away from the office, most in any week: at least 2 days/week and at most 4 days/week",
            "terbanyak dalam satu pekan: paling sedikit 2 hari/pekan dan paling banyak 4 hari/pekan",
        ),
        (
            "not 2 <= agreement.remote_days <= parameter.most",
            "Days away from the office, most in any week: less than 2 days/week or more than 4 days/week",
            "Hari di luar kantor, terbanyak dalam satu pekan: kurang dari 2 hari/pekan atau lebih dari 4 hari/pekan",
        ),
        (
            "agreement.open_ended or (applicant.educator and applicant.on_probation)",
            "Open-ended: yes; or (teacher or education staff: yes; and on probation: yes)",
            "Tanpa tanggal akhir: ya; atau (guru atau tenaga kependidikan: ya; dan dalam masa percobaan: ya)",
        ),
        (
            "(agreement.weekly_minutes - 60) / agreement.remote_days > parameter.hours",
            "(net working minutes of the shortest week, holidays aside) minus 60",
            "(menit kerja bersih pekan terpendek, tanpa memperhitungkan hari libur) dikurangi 60",
        ),
        (
            "min(agreement.remote_days, 3) == abs(-agreement.notice_days)",
            "(the least of days away from the office, most in any week, 3): exactly minus days from request",
            "(yang terkecil dari hari di luar kantor, terbanyak dalam satu pekan, 3): tepat nilai mutlak",
        ),
        (
            "agreement.open_ended if applicant.educator else parameter.strict",
            "If teacher or education staff: yes, open-ended: yes; otherwise strict: yes",
            "Jika guru atau tenaga kependidikan: ya, tanpa tanggal akhir: ya; jika tidak, strict: ya",
        ),
        (
            "agreement.remote_days <= (2 if applicant.educator else parameter.most)",
            "at most (2 days/week if teacher or education staff: yes, otherwise 4 days/week)",
            "paling banyak (2 hari/pekan jika guru atau tenaga kependidikan: ya, jika tidak 4 hari/pekan)",
        ),
        (
            "agreement.open_ended == applicant.educator",
            "Open-ended: yes: the same as (teacher or education staff: yes)",
            "Tanpa tanggal akhir: ya: sama dengan (guru atau tenaga kependidikan: ya)",
        ),
        ("agreement.notice_days >= parameter.own", "at least 3 moons", "paling sedikit 3 moons"),
        ("True or agreement.open_ended", "Always; or open-ended: yes", "Selalu; atau tanpa tanggal akhir: ya"),
    ],
)
def test_an_expression_in_words(text: str, english: str, indonesian: str) -> None:
    """The sentence says what is asked, with values and units, and nothing of the notation."""
    assert english in said(text, "en")
    assert indonesian in said(text, "id")


@pytest.mark.parametrize("pack", shipped_ids())
def test_every_rule_of_a_pack_is_said_without_a_name_of_the_notation(pack: str) -> None:
    """No fact, parameter or sign of the language is left in the words of a shipped rule or parameter."""
    languages: tuple[Language, ...] = ("id", "en")
    for policy in policy_history(pack).policies:
        voting = policy.at("vote")
        for _, tree in voting.trees:
            for language in languages:
                words = in_words(tree, voting.vocabulary, voting.parameters, language)
                assert not any(sign in words for sign in (*mentions(tree), "parameter.", "<", ">", "==", "!="))
                assert words[:1].isupper() or words.startswith("(")


@pytest.mark.parametrize("pack", shipped_ids())
def test_every_unit_of_a_pack_has_words(pack: str) -> None:
    """No unit of a shipped parameter stands in English inside an Indonesian sentence."""
    for policy in policy_history(pack).policies:
        for named in policy.parameters.values():
            same = unit_in_words(named.unit, "id") == unit_in_words(named.unit, "en")
            assert not same or named.unit in ("", "share", "box", "rating", "ground", "local time"), named.name
            assert parameter_in_words(named, "id")


@settings(max_examples=150, deadline=None)
@given(RULE)
def test_the_whole_grammar_has_words(text: str) -> None:
    """Whatever the language can say is said in both languages, and its opposite otherwise."""
    named = {name: NamedParameter(name=name, parameter=value) for name, value in SETTINGS.items()}
    tree, opposite = (parse(each, WORDS, SETTINGS) for each in (text, f"not ({text})"))
    languages: tuple[Language, ...] = ("id", "en")

    for language in languages:
        words = in_words(tree, WORDS, named, language)
        assert words.strip()
        assert words != in_words(opposite, WORDS, named, language)


@pytest.mark.parametrize(
    ("fact", "english", "indonesian"),
    [
        ("agreement.remote_days", "from 0 to 7 days/week", "dari 0 sampai 7 hari/pekan"),
        ("unit.lowest_onsite_share", "from 0 % to 100 %", "dari 0 % sampai 100 %"),
        ("agreement.latest_end", "from 00:00 to 47:59", "dari 00:00 sampai 47:59"),
        ("applicant.educator", "yes or no", "ya atau tidak"),
        ("applicant.discipline", "one of none, in_process, serving", "salah satu dari none, in_process, serving"),
        ("today", "a date", "tanggal"),
    ],
)
def test_what_a_fact_can_be_in_words(fact: str, english: str, indonesian: str) -> None:
    """Ranges with their unit, choices by name."""
    assert shape_in_words(VOCABULARY[fact], "en") == english
    assert shape_in_words(VOCABULARY[fact], "id") == indonesian
