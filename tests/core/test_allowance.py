"""Pay schemes: read from TOML with every mistake named, applied without guessing, dated."""

from datetime import date
from decimal import Decimal

import pytest

from mkd_core.allowance import PERIOD_VOCABULARY, Scheme, SchemeHistory, period_facts
from mkd_core.errors import InvalidInput, PolicyError
from mkd_core.language import ExpressionError
from mkd_core.performance import Level, Period, close_period
from mkd_core.targets import Activity, Direction, Realisation, Target, TargetKind

HEAD = """
[scheme]
id = "acme-pay"
version = "1"
in_force = { from = 2026-01-01, until = 2027-01-01 }
title.id = "Tunjangan"
title.en = "Allowance"
"""
SOURCES = """
[sources.pergub]
title = "Pergub 1/2026"
kind = "law"
read = "excerpt"
"""
PARAMETERS = """
[parameters]
rate = { value = 300, unit = "minutes/day", source = "pergub", article = "7" }
"""
LINE = """
[[lines]]
id = "absence"
item = "absence"
quantity = "-parameter.rate * period.absent_days"
unit = "minutes"
because.id = "Tidak masuk: {period.absent_days} x {parameter.rate}"
because.en = "Absent: {period.absent_days} x {parameter.rate}"
source = "pergub"
article = "7"
"""
WHOLE = HEAD + SOURCES + PARAMETERS + LINE


def scheme(text=WHOLE):
    return Scheme.from_toml(text, file="pay.toml")


def one_line(quantity, **more):
    extra = "".join(f"{key} = {value}\n" for key, value in more.items())
    return scheme(
        WHOLE.replace('"-parameter.rate * period.absent_days"', f"'{quantity}'\n{extra}").replace(
            "{period.absent_days} x ", ""
        )
    )


def test_a_line_carries_quantity_reason_and_source():
    """Payroll learns how much of what, why in both languages, and where it stands written."""
    (line,) = scheme().lines({"period.absent_days": 2})

    assert (line.id, line.item, line.quantity, line.unit) == ("absence", "absence", Decimal(-600), "minutes")
    assert (line.because.id, line.because.en) == ("Tidak masuk: 2 x 300", "Absent: 2 x 300")
    assert line.citation == "Pergub 1/2026, 7"


def test_a_line_without_article_cites_the_instrument():
    """The article is left out where nobody read its number."""
    (line,) = scheme(WHOLE.replace('\narticle = "7"\n', "\n")).lines({"period.absent_days": 2})

    assert line.citation == "Pergub 1/2026"


def test_a_missing_fact_gives_no_line_but_a_problem():
    """What is not known is neither paid nor withheld, and the statement says what is missing."""
    statement = scheme().apply({"period.absent_days": None})

    assert statement.lines == ()
    assert [str(problem) for problem in statement.problems] == ["absence: missing period.absent_days"]


def test_an_undetermined_condition_is_a_problem_too():
    """Whether a line applies is not guessed either; the missing fact is the condition's."""
    statement = one_line("period.verified_minutes", when="'period.late_reports > 0'").apply(
        {"period.verified_minutes": 60}
    )

    assert [problem.missing for problem in statement.problems] == [("period.late_reports",)]


def test_a_condition_decides_whether_there_is_a_line():
    """A line whose condition does not hold is left out without a problem, whatever its quantity would need."""
    drawn = one_line("period.verified_minutes", when="'period.late_reports > 0'")

    assert drawn.apply({"period.late_reports": 0}).problems == ()
    assert drawn.lines({"period.late_reports": 0}) == ()
    assert [line.quantity for line in drawn.lines({"period.late_reports": 1, "period.verified_minutes": 9})] == [9]


def test_a_division_by_zero_is_said_to_be_one():
    """With every fact known and no quantity all the same, the problem names the division."""
    statement = one_line("period.verified_minutes / period.working_days").apply(
        {"period.verified_minutes": 60, "period.working_days": 0}
    )

    assert [str(problem) for problem in statement.problems] == ["absence: division by zero"]


@pytest.mark.parametrize(
    ("quantity", "places", "minutes", "drawn"),
    [
        ("period.verified_minutes / 3", 2, 100, "33.33"),
        ("period.verified_minutes / 8", 2, 1, "0.13"),
        ("-period.verified_minutes / 8", 2, 1, "-0.13"),
        ("period.verified_minutes / 3", 0, 100, "33"),
        ("period.verified_minutes / 8", 6, 1, "0.125"),
        ("period.verified_minutes / 4", 2, 2, "0.5"),
        ("-1.0 * period.verified_minutes", 2, 0, "0"),
        ("period.verified_minutes", 0, 6000, "6000"),
    ],
)
def test_quantities_are_rounded_half_up_to_the_places_of_the_line(quantity, places, minutes, drawn):
    """Rounding is the commercial one, away from zero at the half; nothing is ever minus nothing."""
    (line,) = one_line(quantity, places=places).lines({"period.verified_minutes": minutes})

    assert line.quantity == Decimal(drawn)
    assert not (line.quantity.is_zero() and line.quantity.is_signed())


def test_a_reason_may_name_a_fact_that_turned_out_not_to_be_needed():
    """A fact that the line can do without is shown as unknown."""
    drawn = scheme(
        WHOLE.replace(
            "-parameter.rate * period.absent_days",
            "-parameter.rate * period.absent_days if known(period.absent_days) else 0",
        )
    )

    assert [line.because.en for line in drawn.lines({})] == ["Absent: ? x 300"]


def test_an_unknown_fact_or_a_wrong_value_is_refused():
    """A misspelt fact must not pass for a missing one."""
    with pytest.raises(InvalidInput) as unknown:
        scheme().apply({"period.absent_day": 1})
    with pytest.raises(InvalidInput) as outside:
        scheme().apply({"period.absent_days": -1})

    assert (unknown.value.code, outside.value.code) == ("MKD251", "MKD252")


def test_what_a_scheme_reads_is_known_beforehand():
    """A deployment can see which facts it must supply."""
    drawn = one_line("period.verified_minutes", when="'period.late_reports > 0'")

    assert drawn.reads == ("period.late_reports", "period.verified_minutes")
    assert drawn.name == "acme-pay 1"


def changed(old, new):
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("[scheme", "MKD381", "pay.toml: is no TOML"),
        (WHOLE + "[extra]", "MKD382", "unknown key 'extra'"),
        (SOURCES + PARAMETERS + LINE, "MKD382", "pay.toml scheme: is not a table"),
        (changed('id = "acme-pay"', ""), "MKD382", "pay.toml scheme: 'id' is missing"),
        (changed('id = "acme-pay"', 'id = "Acme Pay"'), "MKD382", "'id' is wrong"),
        (changed('version = "1"', "version = 1"), "MKD382", "'version' is wrong"),
        (changed('version = "1"', 'version = " "'), "MKD382", "'version' is wrong"),
        (changed("from = 2026-01-01, ", ""), "MKD382", "in_force: 'from' is missing"),
        (changed("from = 2026-01-01", "from = 2026-01-01T00:00:00"), "MKD382", "in_force: 'from' is wrong"),
        (changed("until = 2027-01-01", "until = 2026-01-01"), "MKD382", "in_force: 'until' is wrong"),
        (changed("until = 2027-01-01", "until = 2027-01-01T00:00:00"), "MKD382", "in_force: 'until' is wrong"),
        (changed("until = 2027-01-01", "til = 2027-01-01"), "MKD382", "did you mean until"),
        (changed('title.en = "Allowance"', ""), "MKD382", "title: 'en' is missing"),
        (changed('kind = "law"', 'kind = "rumour"'), "MKD382", "sources.pergub: 'kind' is wrong"),
        (changed('read = "excerpt"', ""), "MKD382", "sources.pergub: 'read' is missing"),
        (HEAD + 'sources = "x"\n' + PARAMETERS + LINE, "MKD382", "unknown key 'sources'"),
        ("sources = 1\n" + HEAD + PARAMETERS + LINE, "MKD382", "pay.toml sources: is not a table"),
        (changed("rate = { value = 300", "Rate = { value = 300"), "MKD382", "no name for a parameter"),
        (changed("value = 300", "value = inf"), "MKD382", "'value' is wrong: expected a number"),
        (changed("value = 300, ", ""), "MKD382", "'value' is wrong"),
        (changed('source = "pergub", article', 'source = "pergup", article'), "MKD382", "did you mean pergub"),
        (changed('source = "pergub", article', "article"), "MKD382", "parameters.rate: 'source' is missing"),
        (HEAD + SOURCES + PARAMETERS, "MKD382", "'lines' is missing"),
        (changed("[[lines]]", "[lines]"), "MKD382", "'lines' is wrong"),
        ("lines = [1]\n" + HEAD, "MKD382", r"lines\[0\]: is not a table"),
        (WHOLE + LINE, "MKD382", "two lines have the id 'absence'"),
        (changed('item = "absence"', ""), "MKD382", r"lines\[0\]: 'item' is missing"),
        (WHOLE + "places = 7\n", "MKD382", "'places' is wrong"),
        (WHOLE + "places = true\n", "MKD382", "'places' is wrong"),
        (WHOLE + "because_of = 1\n", "MKD382", "unknown key 'because_of'"),
        (changed("x {parameter.rate}", "x {parameter.rat}"), "MKD382", "did you mean parameter.rate"),
        (changed("{period.absent_days} x", "{period.late_reports} x"), "MKD382", "no fact that the line reads"),
        (
            changed("-parameter.rate * period.absent_days", "period.absent_days > 0"),
            "MKD382",
            "gives a number, not yes",
        ),
    ],
)
def test_a_scheme_that_cannot_be_used_is_refused(text, code, words):
    """Each mistake has a code, names file, table and key, and says what to write."""
    with pytest.raises(PolicyError, match=words) as caught:
        scheme(text)

    assert caught.value.code == code
    assert caught.value.where.startswith("pay.toml")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (changed('period.absent_days"', 'period.absent_dais"'), "pay.toml lines[0].quantity"),
        (WHOLE + 'when = "period.absent_days + 1"\n', "pay.toml lines[0].when"),
    ],
)
def test_a_wrong_expression_shows_its_column(text, where):
    """A mistake inside an expression is shown with its place in the file and a caret."""
    with pytest.raises(ExpressionError) as caught:
        scheme(text)

    assert caught.value.where == where
    assert "^" in str(caught.value)


def version(name, starts, until=None, id="acme-pay"):
    period = f"from = {starts}" + (f", until = {until}" if until else "")
    return scheme(
        WHOLE.replace('version = "1"', f'version = "{name}"')
        .replace("from = 2026-01-01, until = 2027-01-01", period)
        .replace("acme-pay", id)
    )


def test_the_version_in_force_is_chosen_by_date():
    """The end of a version is not included, and the last one stays in force."""
    history = SchemeHistory([version("2", "2027-01-01"), version("1", "2026-01-01", "2027-01-01")])

    assert [history.on(day).version for day in (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))] == [
        "1",
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("day", "neighbours"),
    [
        (date(2025, 12, 31), "1 starts on 2026-01-01"),
        (date(2026, 7, 1), "1 ended on 2026-07-01; 2 starts on 2027-01-01"),
        (date(2028, 1, 1), "2 ended on 2028-01-01"),
    ],
)
def test_a_date_without_a_version_names_the_neighbours(day, neighbours):
    """Nothing is paid by a scheme that is not in force."""
    history = SchemeHistory([version("1", "2026-01-01", "2026-07-01"), version("2", "2027-01-01", "2028-01-01")])

    with pytest.raises(PolicyError) as caught:
        history.on(day)

    assert (caught.value.code, caught.value.mend) == ("MKD385", neighbours)


@pytest.mark.parametrize(
    ("schemes", "words"),
    [
        ([], "at least one version"),
        ([version("1", "2026-01-01"), version("2", "2027-01-01")], "acme-pay 1 and acme-pay 2 are both in force"),
        ([version("1", "2026-01-01", "2027-01-02"), version("2", "2027-01-01")], "both in force on 2027-01-01"),
        ([version("1", "2026-01-01", "2027-01-01"), version("2", "2027-01-01", id="other")], "versions of two schemes"),
    ],
)
def test_a_history_that_contradicts_itself_is_refused(schemes, words):
    """Two versions in force at once would pay twice."""
    with pytest.raises(PolicyError, match=words) as caught:
        SchemeHistory(schemes)

    assert caught.value.code == "MKD384"


def test_a_closed_period_becomes_facts():
    """All that closing found is there for the scheme, and what it does not know is absent."""
    result = close_period(
        person="p-1",
        period=Period.parse("2026-06"),
        targets=[
            Target(
                id="T1",
                kind=TargetKind.OUTPUT,
                indicator="reports",
                unit="report",
                direction=Direction.AT_LEAST,
                value=Decimal(4),
                due=date(2026, 6, 30),
                evidence="the report",
            )
        ],
        verified=[Activity(id="a1", on=date(2026, 6, 1), minutes=300, description="drafting")],
        realisations=[Realisation(id="r1", target="T1", on=date(2026, 6, 30), value=Decimal(5))],
        working_days=21,
        behaviour=Level.AS_EXPECTED,
    )

    assert period_facts(result, {"period.absent_days": 1, "period.verified_minutes": 9999}) == {
        "period.kind": "month",
        "period.months": 1,
        "period.working_days": 21,
        "period.verified_minutes": 300,
        "period.rejected_minutes": 0,
        "period.achievement": 1.25,
        "period.result_level": "above",
        "period.behaviour": "as_expected",
        "period.proposed_rating": "good",
        "period.absent_days": 1,
    }


def test_an_empty_period_has_few_facts():
    """Without targets, calendar and behaviour nothing is said of them."""
    result = close_period(
        person="p-1", period=Period.parse("2026-Q2"), targets=[], verified=[], working_days=None, behaviour=None
    )

    assert set(period_facts(result)) == {
        "period.kind",
        "period.months",
        "period.verified_minutes",
        "period.rejected_minutes",
    }


def test_the_vocabulary_speaks_both_languages():
    """Every fact of a period has a meaning in Indonesian and in English, and a range where it is a number."""
    assert all(fact.meaning.id and fact.meaning.en for fact in PERIOD_VOCABULARY)
    assert all(fact.choices or fact.high is not None for fact in PERIOD_VOCABULARY)
