"""What is not in the language is refused by name, with its column and the nearest right name."""

from __future__ import annotations

from typing import Any

import pytest

from mkd_core.errors import InvalidInput
from mkd_core.language import (
    BadValue,
    ExpressionError,
    Fact,
    Kind,
    Vocabulary,
    Wording,
    compile_expression,
    parse,
    read_parameter,
)


def fact(name: str, kind: Kind, **more: object) -> Fact:
    return Fact(name=name, kind=kind, meaning=Wording(name, name), **more)  # type: ignore[arg-type]


WORDS = Vocabulary(
    [
        fact("trip.days", Kind.INTEGER, low=0, high=30),
        fact("trip.share", Kind.FLOAT, low=0, high=1, step=0.01),
        fact("trip.leaves", Kind.TIME, low=0, high=2879),
        fact("trip.on", Kind.DATE),
        fact("trip.paid", Kind.YES_NO),
        fact("trip.kind", Kind.CHOICE, choices=("rail", "road")),
        fact("trip.grade", Kind.CHOICE, choices=("first", "second")),
        fact("price", Kind.FLOAT, low=0, high=1000),
    ]
)
PARAMETERS = {"most": 4, "kinds": ["rail"], "days": [1, 2], "kind": "rail", "share": 0.5, "slow": "boat"}

REFUSED = [
    ("trip.days && trip.days", "MKD310", 12, "write and, or"),
    ("min(trip.days, trip.days, key=1) == 1", "MKD310", 1, "named arguments"),
    ("abs(trip.days, 1) == 1", "MKD310", 1, "abs takes one number"),
    ("abs(trip.kind) == 1", "MKD312", 5, "expected a number"),
    ("{1, 2} == trip.days", "MKD310", 1, "stands behind in"),
    ('"rail" in {"rail"}', "MKD312", 1, "directly beside a choice"),
    ("(1 if True else 2).real == 1", "MKD310", 1, "an attribute of something computed"),
    ('("rail" if trip.paid else "road") == trip.kind', "MKD312", 2, "directly beside a choice"),
    # text, code, column, what the message or mend holds
    ("trip.day <= 4", "MKD311", 1, "did you mean trip.days?"),
    ("4 >= trip.day", "MKD311", 6, "did you mean trip.days?"),
    ("trip.days <= parameter.mots", "MKD311", 14, "did you mean most?"),
    ("trip.days.real <= 4", "MKD311", 1, "nothing is called trip.days.real"),
    ("trip.days <= 4 # so", "MKD310", 16, "comment"),
    ("trip.days = 4", "MKD310", 11, "compare with =="),
    ('trip.days <= "4"', "MKD312", 14, "text stands directly beside a choice"),
    ('trip.kind == "rial"', "MKD312", 14, "did you mean rail?"),
    ('trip.kind in {"rail", "rode"}', "MKD312", 23, "did you mean road?"),
    ("trip.kind == trip.grade", "MKD312", 14, "never compared"),
    ('trip.kind < "road"', "MKD312", 1, "no order"),
    ("trip.kind == parameter.slow", "MKD312", 14, "is not a value of trip.kind"),
    ("trip.days <= parameter.days", "MKD312", 14, "stands only behind in"),
    ("trip.days in parameter.most", "MKD312", 14, "is one value, not a list"),
    ("trip.days in parameter.kinds", "MKD312", 14, "never found among"),
    ("trip.days in (1, 2)", "MKD310", 14, "write {1, 2}"),
    ("trip.days in {trip.days}", "MKD310", 15, "constants only"),
    ("trip.days in {1} in {2}", "MKD310", 1, "never chained"),
    ("trip.days == True", "MKD312", 14, "never compared"),
    ("trip.paid + 1 == 2", "MKD312", 1, "expected a number"),
    ("trip.days", "MKD312", 1, "expected yes or no"),
    ("not trip.days", "MKD312", 5, "expected yes or no"),
    ("trip.leaves + 1 == 2", "MKD312", 1, "expected a number"),
    ("trip.leaves < trip.on", "MKD312", 15, "never compared"),
    ("(1 if trip.paid else trip.leaves) == 1", "MKD312", 22, "one type"),
    ("min(trip.days) == 1", "MKD310", 1, "two or more"),
    ("min(trip.days, trip.leaves) == 1", "MKD312", 16, "one type"),
    ("max(trip.paid, trip.paid)", "MKD312", 5, "no order"),
    ("known(parameter.most)", "MKD310", 1, "name of one fact"),
    ("known(1)", "MKD310", 1, "name of one fact"),
    ('time("10:0") < trip.leaves', "MKD310", 1, 'time("10:00")'),
    ('trip.leaves < time("48:00")', "MKD310", 15, "47:59"),
    ('trip.on < date("2025-02-30")', "MKD310", 11, "not a date"),
    ("trip.days == None", "MKD310", 14, "known(fact)"),
    ("trip.days is 1", "MKD310", 1, "write =="),
    ("trip.days // 2 == 1", "MKD310", 1, "//"),
    ("trip.days ** 2 == 1", "MKD310", 1, "**"),
    ("trip.paid | trip.paid", "MKD310", 1, "write or"),
    ("len(trip.kind) == 4", "MKD311", 1, "no function is called len"),
    ("__import__('os').system('true')", "MKD310", 1, "only a function is called, by its name"),
    ("(lambda: True)()", "MKD310", 1, "only a function"),
    ("[1][0] == 1", "MKD310", 1, "an index"),
    ("(x := 1) == 1", "MKD310", 2, "an assignment"),
    ('f"x" == trip.kind', "MKD310", 1, "formatted text"),
    ('"ra" "il" == trip.kind', "MKD310", 1, "several pieces"),
    ('b"rail" == trip.kind', "MKD310", 1, "not part"),
    ('trip.kind == "ra\\x69l"', "MKD310", 14, "backslash"),
    ("trip.days == 0x10", "MKD310", 14, "plainly decimal"),
    ("trip.days == 1_0", "MKD310", 14, "plainly decimal"),
    ("trip.days == 1j", "MKD310", 14, "plainly decimal"),
    ("trip.share < 1e999", "MKD312", 14, "too large"),
    ("trip.dáys == 1", "MKD310", 7, "not part of the language"),
    ("true", "MKD311", 1, "write True"),
    ("", "MKD310", 1, "nothing was written"),
    ("trip.paid or (trip.paid", "MKD310", 14, "never closed"),
    ("True) or (False", "MKD310", 5, "not an expression"),
]


@pytest.mark.parametrize(("text", "code", "column", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_refusal_names_what_and_where(text: str, code: str, column: int, says: str) -> None:
    """Each refusal has its code, its column, and a word that helps."""
    settings = {name: read_parameter(value) for name, value in PARAMETERS.items()}

    with pytest.raises(ExpressionError) as caught:
        parse(text, WORDS, settings, expect=WORDS["trip.paid"].type)

    error = caught.value
    assert (code, column) == (error.code, error.column)
    assert says in str(error)


def test_the_caret_stands_below_the_mistake() -> None:
    """The line that holds the mistake is shown with a caret below it, also where a rule spans lines."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression("trip.paid\n  and trip.dais == 1", WORDS)

    assert str(caught.value).splitlines() == [
        "MKD311 line 2, column 7: nothing is called trip.dais (did you mean trip.days?)",
        "    and trip.dais == 1",
        "        ^",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "trip.paid or " * 160 + "trip.paid",
        "not " * 31 + "trip.paid",
        "(" * 900 + "trip.paid" + ")" * 900,
        "-" * 1900 + "1 == 1",
        " + ".join("1" for _ in range(401)) + " == 1",
        "1 == " + "*".join(["9" * 60] * 30),
        "trip.days < parameter.huge",
        "trip.days in {" + ", ".join("1" for _ in range(399)) + "}",
    ],
    ids=["characters", "levels of not", "brackets", "signs", "sum", "product", "huge parameter", "set"],
)
def test_what_is_too_large_is_refused(text: str) -> None:
    """Length, number of parts, depth and size of integers have limits, and none of them can hurt the reader."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, WORDS, parameters={"huge": 10**301})

    assert caught.value.code in {"MKD310", "MKD312", "MKD313"}


def test_what_just_fits_is_read() -> None:
    """Thirty levels, four hundred parts and a rule over several lines are read."""
    deep = "not " * 29 + "trip.paid"
    wide = "trip.days in {" + ", ".join("1" for _ in range(397)) + "}"

    assert compile_expression(deep, WORDS).evaluate({"trip.paid": False}) is True
    assert compile_expression(wide, WORDS).evaluate({"trip.days": 1}) is True
    assert compile_expression("  trip.paid\n\tor\r\n  False ", WORDS).evaluate({"trip.paid": True}) is True


EVALUATED = [
    ("price * trip.days", {"price": 2.5, "trip.days": 2}, 5.0),
    ("trip.days + 1", {"trip.days": 2}, 3),
    ("trip.days / 2", {"trip.days": 3}, 1.5),
    ("1 if trip.paid else 0.5", {"trip.paid": True}, 1.0),
    ("1 / trip.days", {"trip.days": 0}, None),
    ("min(trip.days, 3)", {}, None),
    ("trip.days if trip.paid else 0", {"trip.days": 1}, None),
    ("0 if trip.paid else trip.days", {"trip.paid": True}, 0),
    ("known(trip.days)", {}, False),
    ('trip.leaves <= time("18:00")', {"trip.leaves": "30:00"}, False),
    ('trip.on < date("2025-04-21")', {"trip.on": "2025-04-20"}, True),
    ("trip.kind in parameter.kinds", {"trip.kind": "rail"}, True),
    ("trip.kind == parameter.kind", {"trip.kind": "road"}, False),
    ("trip.kind not in {'road'}", {"trip.kind": "rail"}, True),
    ("1 < trip.days <= parameter.most", {"trip.days": 4}, True),
    ("trip.days == 2.0", {"trip.days": 2}, True),
    ("abs(-trip.days) == --trip.days", {"trip.days": 2}, True),
    ("-1 in {-1, 2}", {}, True),
    ("9007199254740993 == 9007199254740992.0 + trip.days", {"trip.days": 1}, False),
    ("9007199254740993 == 9007199254740992 + trip.days", {"trip.days": 1}, True),
]


@pytest.mark.parametrize(("text", "facts", "expected"), EVALUATED, ids=[row[0] for row in EVALUATED])
def test_an_expression_gives_one_value(text: str, facts: dict[str, object], expected: object) -> None:
    """A single value for other rooms: floats where types meet, nothing where something is missing."""
    value = compile_expression(text, WORDS, parameters=PARAMETERS).evaluate(facts)

    assert (expected, type(expected)) == (value, type(value))


def test_reads_are_in_order_of_appearance() -> None:
    """What an expression reads is told once each, in order, without what only known() names."""
    compiled = compile_expression("trip.days if trip.paid else trip.days + 1 if known(price) else 0", WORDS)

    assert compiled.reads == ("trip.days", "trip.paid")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trip.days", 31, "an integer from 0 to 30"),
        ("trip.days", True, "an integer from 0 to 30"),
        ("trip.days", 1.0, "an integer from 0 to 30"),
        ("trip.share", float("nan"), "a number from 0 to 1"),
        ("trip.share", False, "a number from 0 to 1"),
        ("trip.share", float("inf"), "a number from 0 to 1"),
        ("trip.share", 10**400, "a number from 0 to 1"),
        ("trip.share", 1.01, "a number from 0 to 1"),
        ("trip.share", "0.5", "a number from 0 to 1"),
        ("trip.leaves", "7:30", "a time"),
        ("trip.leaves", "07:30:10", "a time"),
        ("trip.leaves", 450, "a time"),
        ("trip.on", "2025-02-29", "a date"),
        ("trip.on", "20250228", "a date"),
        ("trip.paid", 1, "true or false"),
        ("trip.kind", "rial", "one of rail, road; did you mean rail?"),
        ("trip.kind", 1, "one of rail, road"),
    ],
)
def test_a_value_outside_the_vocabulary_is_refused(name: str, value: object, expected: str) -> None:
    """Types and ranges are checked, and the message says what was expected and repeats no value."""
    with pytest.raises(BadValue) as caught:
        WORDS[name].read(value)

    assert expected in str(caught.value)


@pytest.mark.parametrize("name", ["trip.class", "trip.2", "parameter.most", "trip-days", ""])
def test_a_fact_has_a_name_that_expressions_can_say(name: str) -> None:
    """A vocabulary refuses names that no expression could name."""
    with pytest.raises(InvalidInput, match="MKD253"):
        Vocabulary([fact(name, Kind.YES_NO)])


def test_a_number_has_a_range() -> None:
    """Without a range nobody could say how large a computed number gets, or try its values."""
    with pytest.raises(InvalidInput, match="has no range"):
        Vocabulary([fact("trip.days", Kind.INTEGER)])


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"kind": Kind.DATE, "negotiable": True}, "no values of it could be proposed"),
        ({"kind": Kind.TIME, "negotiable": True}, "no values of it could be proposed"),
        ({"kind": Kind.INTEGER, "low": 3, "high": 2}, "holds no value"),
        ({"kind": Kind.FLOAT, "low": 0, "high": 2, "step": 0}, "step is not above 0"),
        ({"kind": Kind.YES_NO, "moves_with": ("trip.dais",)}, r"did you mean trip\.days"),
    ],
)
def test_a_fact_that_a_remedy_could_not_handle_is_refused(wrong: dict[str, Any], expected: str) -> None:
    """A negotiable fact has values to propose, a range has values and a step, and what moves together exists."""
    with pytest.raises(InvalidInput, match=expected) as caught:
        WORDS.extended([Fact(name="trip.new", meaning=Wording("", ""), **wrong)])

    assert caught.value.code == "MKD253"


def test_what_moves_together_is_said_once_and_holds_both_ways() -> None:
    """It is enough that one of two facts says that they move together; through a third they do as well."""
    words = WORDS.extended(
        [
            Fact(name="trip.a", kind=Kind.YES_NO, meaning=Wording("", ""), moves_with=("trip.days",)),
            Fact(name="trip.b", kind=Kind.YES_NO, meaning=Wording("", ""), moves_with=("trip.a",)),
        ]
    )

    assert words.moving_with("trip.days") == ("trip.a", "trip.b")
    assert words.moving_with("trip.b") == ("trip.days", "trip.a")
    assert words.moving_with("trip.paid") == ()


def test_evaluating_refuses_what_the_vocabulary_does_not_know() -> None:
    """An unknown fact, a value outside its range and a parameter of no type are invalid input, not a crash."""
    compiled = compile_expression("trip.days + 1", WORDS)

    with pytest.raises(InvalidInput, match=r"did you mean trip\.days"):
        compiled.evaluate({"trip.dais": 1})
    with pytest.raises(InvalidInput, match=r"MKD252 trip\.days"):
        compiled.evaluate({"trip.days": 31})
    with pytest.raises(InvalidInput, match=r"MKD252 parameter\.odd"):
        compile_expression("1", WORDS, parameters={"odd": object()})
    assert compiled.evaluate({"trip.days": None}) is None


def test_a_fact_is_defined_once() -> None:
    """A vocabulary refuses a name that is taken."""
    with pytest.raises(InvalidInput, match=r"trip\.days is defined twice"):
        WORDS.extended([fact("trip.days", Kind.YES_NO)])
