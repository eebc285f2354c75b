"""Lint finds what is suspicious in a policy that can be used: one deliberately bad policy for each check."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.language import parse
from mkd_core.language.cuts import FALSE, TRUE, exactly, possible
from mkd_core.language.reach import Reach
from mkd_core.policy import VOCABULARY, History, Policy
from mkd_core.policy.lint import LintFinding, lint
from mkd_plugins.calendar.seasons import shipped_seasons
from mkd_plugins.policies import policy_history, shipped_ids

ZONES = {"Asia/Jakarta", "Asia/Jayapura"}
SEASONS = {season.name for season in shipped_seasons()}

GOOD = """
[policy]
id = "town"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Kota", en = "Town" }

[sources.law]
title = "Law 1"
kind = "law"
read = "full"

[parameters]
most = { value = 4, source = "law" }
share = { value = 0.5, source = "law" }

[[overlays]]
season = "ramadan"
parameters = { most = 3 }
source = "law"

[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "Paling banyak {parameter.most} hari", en = "At most {parameter.most} days" }
source = "law"

[[rules]]
id = "share"
require = "unit.lowest_onsite_share >= parameter.share or applicant.special_circumstance"
otherwise = "refer"
because = { id = "Separuh di kantor", en = "Half of the staff on site" }
source = "law"

[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "Bukan permohonan sendiri", en = "Not one's own request" }
source = "law"

[[route]]
id = "head"
approver = "unit_head"
within = "3 days"
when = "agreement.remote_days > 2"
source = "law"

[proof]
remote = ["daily_report"]
source = "law"

[refusal]
grounds = ["cost"]
source = "law"

[clock]
decide_within = "21 days"
source = "law"

[[coverage]]
between = ["08:00", "15:00"]
min_share = 0.5
source = "law"
"""
DAYS = "agreement.remote_days <= parameter.most"
LOWEST = "unit.lowest_onsite_share"
ACTING = "approver.is_acting"
SHARE = "unit.lowest_onsite_share >= parameter.share or applicant.special_circumstance"
MORE = """
[[rules]]
id = "more"
require = "{require}"
otherwise = "{effect}"
because = {{ id = "Lagi", en = "More" }}
source = "law"
"""


def more(require: str, effect: str = "refuse") -> str:
    return GOOD + MORE.format(require=require, effect=effect)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def dated(start: str, parameters: str) -> str:
    """The good policy with the overlay for a March."""
    until = start.replace("-03-", "-04-")
    return changed(
        'season = "ramadan"\nparameters = { most = 3 }',
        f"from = {start}\nuntil = {until}\nparameters = {{ {parameters} }}",
    )


def linted(*texts: str) -> tuple[LintFinding, ...]:
    history = History.from_texts({f"{at}.toml": text for at, text in enumerate(texts, 1)})
    return lint(history, seasons=SEASONS, zones=ZONES)


def test_a_good_policy_has_no_findings() -> None:
    """What the other tests change is clean before they do."""
    assert linted(GOOD) == ()


@pytest.mark.parametrize(
    "table",
    [
        '["daily_report"]\nsource = "{}"',
        'remote_days > 2"\nsource = "{}"',
        'grounds = ["cost"]\nsource = "{}"',
        'decide_within = "21 days"\nsource = "{}"',
        'min_share = 0.5\nsource = "{}"',
    ],
)
def test_a_source_that_one_table_alone_cites_is_used(table: str) -> None:
    """The proof, a step, the grounds, the clock and the service guarantee cite a source as a rule does."""
    text = changed(table.format("law"), table.format("own")) + '[sources.own]\ntitle = "Ours"\n'

    assert linted(text) == ()


@pytest.mark.parametrize(
    ("code", "text", "place", "told"),
    [
        ("MKD330", changed(DAYS, "agreement.remote_days <= parameter.most + 3"), "rule days, require", "never fail"),
        ("MKD330", changed(SHARE, "unit.lowest_onsite_share >= 0"), "rule share, require", "never fail"),
        ("MKD330", more("agreement.remote_days >= 3 or agreement.remote_days < 5"), "rule more, require", "never fail"),
        ("MKD330", more(f"{LOWEST} < 0.5 or {LOWEST} >= 0.5"), "rule more, require", "never fail"),
        ("MKD330", more("today < date('2024-01-01') or today >= date('2024-01-01')"), "rule more", "never fail"),
        ("MKD331", changed(DAYS, "agreement.remote_days < 0"), "rule days, require", "never be passed"),
        ("MKD331", more("applicant.rating == 'good' and applicant.rating == 'poor'"), "rule more", "never be passed"),
        ("MKD331", more("agreement.remote_days + agreement.office_days > 14"), "rule more", "never be passed"),
        (
            "MKD332",
            more("agreement.open_ended and agreement.remote_days >= 0"),
            "rule more, require, column 26",
            "agreement.remote_days >= 0 is always true",
        ),
        (
            "MKD332",
            more("agreement.open_ended or applicant.absent_days < 0"),
            "rule more, require, column 25",
            "applicant.absent_days < 0 is always false",
        ),
        (
            "MKD332",
            more("applicant.absent_days <= 3 or applicant.absent_days <= 2"),
            "rule more, require, column 31",
            "without applicant.absent_days <= 2 it says the same",
        ),
        (
            "MKD332",
            more("agreement.open_ended or applicant.talent_box in {4, 5, 19, 30}"),
            "rule more, require, column 25",
            "in applicant.talent_box in {4, 5, 19, 30}, 19, 30 never occurs",
        ),
        (
            "MKD332",
            GOOD.replace("[[overlays]]", "boxes = { value = [4, 10], source = 'law' }\n[[overlays]]", 1)
            + MORE.format(require="applicant.talent_box not in parameter.boxes", effect="refuse"),
            "rule more, require, column 1",
            "10 never occurs",
        ),
        ("MKD333", changed("Half of the staff on site", " "), "rule share, because.en", "no English text"),
        ("MKD333", changed("Separuh di kantor", "Half of the staff on site"), "rule share, because", "same text"),
        ("MKD333", changed('id = "Kota"', 'id = ""'), "policy, title.id", "no Indonesian text"),
        ("MKD334", changed('4, source = "law" }', "4 }"), "parameters, most", "names no source"),
        (
            "MKD334",
            changed('parameters = { most = 3 }\nsource = "law"', "parameters = { most = 3 }"),
            "overlay ramadan",
            "names no source",
        ),
        ("MKD334", changed('remote_days > 2"\nsource = "law"', 'remote_days > 2"'), "route head", "names no source"),
        ("MKD334", changed('["daily_report"]\nsource = "law"', '["daily_report"]'), "proof", "names no source"),
        ("MKD334", changed('["cost"]\nsource = "law"', '["cost"]'), "refusal", "names no source"),
        ("MKD334", changed('"21 days"\nsource = "law"', '"21 days"'), "clock", "names no source"),
        ("MKD334", changed('min_share = 0.5\nsource = "law"', "min_share = 0.5"), "coverage 1", "names no source"),
        ("MKD335", changed("[sources.law]", "[sources.x]\ntitle = 'Law 2'\n[sources.law]"), "sources, x", "cites"),
        ("MKD336", changed("parameter.share or", "0.5 or"), "parameters, share", "no rule"),
        ("MKD337", changed("remote_days > 2", "remote_days > 7"), "route head, when", "never holds"),
        ("MKD337", changed("remote_days > 2", "remote_days >= 0"), "route head, when", "always holds"),
        (
            "MKD338",
            more("agreement.duration_days * agreement.duration_days * 9000000 > agreement.weekly_minutes"),
            "rule more, require, column 1",
            "2^53",
        ),
        ("MKD339", changed("approver.is_applicant", ACTING), "rules", "own request"),
        ("MKD339", changed("not approver.is_applicant", f"{ACTING} or not approver.is_applicant"), "rules", "own"),
        ("MKD340", more(DAYS), "rule more, require", "same as the rule days"),
        ("MKD340", more("agreement.remote_days <= 5"), "rule more, require", "the rule days says it already"),
        ("MKD340", more("agreement.remote_days <= 5", "warn"), "rule more, require", "the rule days says it already"),
        ("MKD340", more(f"{LOWEST} > 0.1 or applicant.special_circumstance", "refer"), "rule more", "rule share says"),
        ("MKD341", changed("most = 3", "most = 4"), "overlay ramadan, parameters, most", "same as outside"),
        ("MKD341", dated("2024-03-01", "most = 4"), "overlay 2024-03-01/2024-03-31, parameters, most", "other dates"),
        ("MKD341", dated("2022-03-01", "most = 3"), "overlay 2022-03-01/2022-03-31", "2023-01-01 onwards, on none"),
        ("MKD341", changed("parameters = { most = 3 }", "parameters = {}"), "overlay ramadan", "no parameter"),
        ("MKD342", changed("ramadan", "ramadhan"), "overlay ramadhan", "no calendar knows"),
        (
            "MKD343",
            more("agreement.weekly_minutes * agreement.duration_days != 1000003"),
            "rule more, require",
            "too many values",
        ),
        ("MKD344", changed("banyak {parameter.most} hari", "banyak hari"), "rule days, because", "only one language"),
        ("MKD344", GOOD.replace("{parameter.most}", "4"), "rule days, because", "the reason says 4 by itself"),
        ("MKD347", changed('version = "1"', 'version = "1"\nzone = "Asia/Jakart"'), "policy, zone", "Asia/Jakarta?"),
        ("MKD348", GOOD[: GOOD.index("[[route]]")], "route", "approved at once"),
        (
            "MKD346",
            GOOD + '\n[[accepted]]\ncode = "MKD330"\nat = "rule days"\nreason = "to come"\n',
            "accepted MKD330, rule days",
            "not found",
        ),
    ],
)  # fmt: skip
def test_a_bad_policy_is_found_out(code: str, text: str, place: str, told: str) -> None:
    """The finding has its code, the place, the caret where one expression is meant, and both languages."""
    found = [finding for finding in linted(text) if finding.code == code]

    assert found, [finding.in_words("en") for finding in linted(text)]
    english, indonesian = found[0].in_words("en"), found[0].in_words("id")
    assert f"1.toml: {place}" in english
    assert told in english
    assert english != indonesian
    assert ("^" in english) == ("column" in place)
    assert found[0].mend.id
    assert found[0].mend.en


def test_the_caret_stands_under_the_part_that_is_meant() -> None:
    """On a rule of two lines, too."""
    [finding] = linted(changed(f'"{DAYS}"', f"'''{DAYS}\n   and agreement.office_days >= 0'''"))

    assert finding.in_words("en") == (
        "MKD332 1.toml: rule days, require, column 48: agreement.office_days >= 0 is always true"
        " (mend it, or leave it out)\n"
        "     and agreement.office_days >= 0\n"
        "         ^"
    )


def test_a_season_is_linted_too() -> None:
    """What is wrong during Ramadan alone is said to be so."""
    [finding] = linted(changed("most = 3", "most = 7"))

    assert finding.code == "MKD330"
    assert finding.message.en == "during ramadan, it can never fail, whatever the facts"


DECREE = """
[policy]
id = "town"
version = "thursday"
in_force = { from = 2025-01-01, until = 2025-02-01 }
title = { id = "Kamis", en = "Thursday" }
layer = "decree"
initiation = "decree"

[[rules]]
id = "least"
require = "agreement.office_days >= parameter.least"
otherwise = "refuse"
because = { id = "Di kantor", en = "In the office" }
source = "other"

[[rules]]
id = "own-request"
require = "not approver.is_applicant"
otherwise = "refuse"
because = { id = "Bukan permohonan sendiri", en = "Not one's own request" }
source = "law"
"""


def test_a_decree_uses_what_the_base_states() -> None:
    """A parameter and a source that only a decree reads are not called unused; the decree's own rules are linted."""
    other = '[sources.other]\ntitle = "Law 2"\n[parameters]\nleast = { value = 1, source = "law" }'
    base = changed("[parameters]", other)

    assert {finding.code for finding in linted(base)} == {"MKD335", "MKD336"}
    assert linted(base, DECREE) == ()
    assert [finding.code for finding in linted(base, DECREE.replace("approver.is_applicant", ACTING))] == ["MKD339"]


def test_a_time_without_a_version_is_told() -> None:
    """Days between two versions of the base are named; they are no fault."""
    first = changed("{ from = 2023-01-01 }", "{ from = 2023-01-01, until = 2024-01-01 }")
    second = GOOD.replace('version = "1"', 'version = "2"').replace("2023-01-01", "2024-06-01")

    [finding] = linted(first, second)

    assert (finding.code, finding.severity) == ("MKD345", "info")
    assert "no version is in force from 2024-01-01 until 2024-06-01" in finding.in_words("en")


def test_a_finding_is_accepted_with_a_reason() -> None:
    """What the file accepts at that place is shown with the reason, and is neither an error nor a warning."""
    text = changed(DAYS, "agreement.remote_days < 0")
    accepted = '\n[[accepted]]\ncode = "MKD331"\nat = "rule days"\nreason = "nobody, for now"\n'

    before = [finding for finding in linted(text) if finding.code == "MKD331"]
    after = [finding for finding in linted(text + accepted) if finding.code == "MKD331"]

    assert [finding.severity for finding in before] == ["error"]
    assert [(finding.severity, finding.accepted) for finding in after] == [("info", "nobody, for now")]
    assert "(accepted: nobody, for now)" in after[0].in_words("en")


@pytest.mark.parametrize("pack", shipped_ids())
def test_shipped_packs_are_clean(pack: str) -> None:
    """A shipped pack has no finding but what it accepts itself, and days for which no source gives a version."""
    found = lint(policy_history(pack), seasons=SEASONS)

    assert [finding.in_words("en") for finding in found if finding.severity != "info"] == []
    assert {finding.code for finding in found if not finding.accepted} <= {"MKD345"}


def test_what_is_not_analysed_is_not_called_clean() -> None:
    """Products of wide ranges are beyond the budget; the finding says so, and is no error."""
    [finding] = linted(more("agreement.weekly_minutes * agreement.duration_days != 1000003"))

    assert (finding.code, finding.severity) == ("MKD343", "info")


NAMES = ("agreement.remote_days", "agreement.office_days", "applicant.educator", "applicant.rating")


def atoms() -> st.SearchStrategy[str]:
    days = st.sampled_from(NAMES[:2])
    compared = st.builds("{} {} {}".format, days, st.sampled_from(["<", "<=", "==", "!=", ">"]), st.integers(-1, 8))
    summed = st.builds("{0} + {1} {2} {3}".format, days, days, st.sampled_from(["<", ">="]), st.integers(-1, 15))
    others = st.sampled_from(
        [NAMES[2], 'applicant.rating == "good"', 'applicant.rating in {"good", "poor"}', f"known({NAMES[0]})"]
    )
    return compared | summed | others


def expressions() -> st.SearchStrategy[str]:
    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        both = st.builds("({}) and ({})".format, inner, inner) | st.builds("({}) or ({})".format, inner, inner)
        return both | st.builds("not ({})".format, inner)

    return st.recursive(atoms(), larger, max_leaves=4)


def truths(text: str) -> set[int]:
    """Everything that an expression comes to, by trying every combination of values."""
    tree = parse(text, VOCABULARY)
    values: Mapping[str, list[object]] = {
        NAMES[0]: [None, *range(8)],
        NAMES[1]: [None, *range(8)],
        NAMES[2]: [None, True, False],
        NAMES[3]: [None, *VOCABULARY[NAMES[3]].choices],
    }
    boxes = [
        [(name, exactly(value, VOCABULARY[name].kind)) for value in known]  # type: ignore[arg-type]
        for name, known in values.items()
    ]
    return {possible(tree, dict(line), {}) for line in product(*boxes)}  # type: ignore[misc]


@settings(max_examples=60, deadline=None)
@given(expressions())
def test_whether_an_expression_can_pass_or_fail_is_exact(text: str) -> None:
    """The answer is that of trying every combination of values, known and missing."""
    tree, reach = parse(text, VOCABULARY), Reach(VOCABULARY, {})

    found = truths(text)

    assert reach.can_be(tree, TRUE) == (TRUE in found)
    assert reach.can_be(tree, FALSE) == (FALSE in found)


def test_a_policy_with_findings_still_decides() -> None:
    """Lint keeps nothing from being used."""
    assert Policy.from_toml(more("agreement.remote_days < 0")).rules[-1].id == "more"
