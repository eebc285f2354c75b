"""The language cannot be made to run anything else: what is hostile is refused at its column, or is harmless."""

from __future__ import annotations

import builtins
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.language import (
    ExpressionError,
    Fact,
    Kind,
    Vocabulary,
    Wording,
    compile_expression,
    parse,
    read_parameter,
)
from mkd_core.language.tree import YES_NO
from mkd_core.policy import Facts, Policy

PLAIN = Wording("", "")
# Values that would end a literal, a line or a function if they were ever pasted into one.
BREAKS = (
    'red") or __import__("os").system("true") or ("',
    "red'); raise SystemExit #",
    "red\\",
    'r"ed',
    "r'ed",
    "red\nraise SystemExit",
    "{parameter.n}",
    "%s",
)
WORDS = Vocabulary(
    [
        Fact(name="a.x", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=9, negotiable=True),
        Fact(name="a.p", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="a.t", kind=Kind.TIME, meaning=PLAIN, low=0, high=2879),
        Fact(name="a.d", kind=Kind.DATE, meaning=PLAIN),
        Fact(name="a.c", kind=Kind.CHOICE, meaning=PLAIN, choices=("red", *BREAKS), negotiable=True),
        Fact(name="time", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="failed", kind=Kind.YES_NO, meaning=PLAIN),
        Fact(name="v", kind=Kind.YES_NO, meaning=PLAIN),
    ]
)
PARAMETERS = {"n": 2, "ns": [1, 2], "c": BREAKS[0], "cs": list(BREAKS), "__class__": 3, "k0": 4}
SETTINGS = {name: read_parameter(value) for name, value in PARAMETERS.items()}

# what was written · the code · the column of the first mistake
TABLE = [
    # attributes and dunders
    ("a.x.__class__ == 1", "MKD311", 1),
    ("a.x.real == 1", "MKD311", 1),
    ("(1).__class__ == 1", "MKD310", 1),
    ('"".join == 1', "MKD310", 1),
    ('time("10:00").hour == 1', "MKD310", 1),
    ("(a.x + 1).real == 1", "MKD310", 1),
    ("__builtins__", "MKD311", 1),
    ("__import__", "MKD311", 1),
    ("known.__globals__", "MKD311", 1),
    ("parameter.__dict__ == 1", "MKD311", 1),
    ("parameter == 1", "MKD311", 1),
    ("a == 1", "MKD311", 1),
    # calls
    ('__import__("os").system("true")', "MKD310", 1),
    ('exec("1")', "MKD311", 1),
    ('eval("1")', "MKD311", 1),
    ('open("/etc/passwd")', "MKD311", 1),
    ("a.x()", "MKD311", 1),
    ("(1)()", "MKD310", 1),
    ("known(a.x)(1)", "MKD310", 1),
    ("known(known(a.x))", "MKD310", 1),
    ('known("a.x")', "MKD310", 1),
    ("known(parameter.n)", "MKD310", 1),
    ("min(*a)", "MKD310", 1),
    ("min(*a, *a)", "MKD310", 5),
    ("max(1, 2, key=abs) == 1", "MKD310", 1),
    ("max(**a)", "MKD310", 1),
    ("time(a.x)", "MKD310", 1),
    ('date("2025-02-30") == a.d', "MKD310", 1),
    ("min", "MKD311", 1),
    # what makes functions, loops, names and waits
    ("lambda: 1", "MKD310", 1),
    ("(lambda x: x)(1)", "MKD310", 1),
    ("[x for x in a]", "MKD310", 1),
    ("{x for x in a}", "MKD310", 1),
    ("{x: x for x in a}", "MKD310", 1),
    ("(x for x in a)", "MKD310", 1),
    ("(x := 1) == 1", "MKD310", 2),
    ("x = 1", "MKD310", 3),
    ("await a.x", "MKD310", 1),
    ("(yield)", "MKD310", 2),
    ("(yield from a)", "MKD310", 2),
    ("*a", "MKD310", 1),
    ("a.x; a.x", "MKD310", 4),
    ("import os", "MKD310", 1),
    ("a.x\nimport os", "MKD310", 5),
    ("del a", "MKD310", 1),
    ("if a.p: a.p", "MKD310", 1),
    # indexes and collections
    ("a.x[0]", "MKD310", 1),
    ("a.x[0:1]", "MKD310", 1),
    ("(1, 2)", "MKD310", 1),
    ("[1]", "MKD310", 1),
    ("{1: 2}", "MKD310", 1),
    ("{1, 2}", "MKD310", 1),
    ("a.x in [1]", "MKD310", 8),
    ("a.x in {a.x}", "MKD310", 9),
    ("a.x in {*a}", "MKD310", 9),
    ("a.x in {1, {2}}", "MKD310", 12),
    ("a.x in a.x", "MKD310", 8),
    ("a.x in parameter.__mro__", "MKD311", 8),
    # text
    ('f"{a.x}" == "1"', "MKD310", 1),
    ('f"{__import__(1)}"', "MKD310", 1),
    ('b"red" == a.c', "MKD310", 1),
    ('"red" "x" == a.c', "MKD310", 1),
    ('r"red" == a.c', "MKD310", 1),
    ('u"red" == a.c', "MKD310", 1),
    ('"""red""" == a.c', "MKD310", 1),
    ('"r\\x65d" == a.c', "MKD310", 1),
    ('a.c == "red', "MKD310", 8),
    ('a.c == "re\nd"', "MKD310", 8),
    ('a.c == "\x00"', "MKD310", 9),
    ('a.c == "re\td"', "MKD310", 11),
    ('a.c == "red\u202e"', "MKD310", 12),
    ('a.c == "\ud800"', "MKD310", 9),
    ('a.c == "red\u200b"', "MKD310", 12),
    ('a.c == "r\u0435d"', "MKD312", 8),
    # numbers
    ("9**9**9 > 1", "MKD310", 1),
    ("a.x ** a.x > 1", "MKD310", 1),
    ("a.x << 99999 > 1", "MKD310", 1),
    ("1j == 1", "MKD310", 1),
    ("0x10 == 16", "MKD310", 1),
    ("0b1 == 1", "MKD310", 1),
    ("1_0 == 10", "MKD310", 1),
    ("1e999 > 1", "MKD312", 1),
    ("9" * 400 + " > 1", "MKD312", 1),
    ("9" * 400 + ".0 > 1", "MKD312", 1),
    ("9" * 1_990 + " > 1", "MKD312", 1),
    ("nan == 1", "MKD311", 1),
    ("10.0.real == 10", "MKD310", 1),
    # letters that look like others, or are not seen
    ("\uff41.x > 1", "MKD310", 1),
    ("a.\uff58 > 1", "MKD310", 3),
    ("a.x > \uff11", "MKD310", 7),
    ("a.x > \u0661", "MKD310", 7),
    ("a.x \uff1e 1", "MKD310", 5),
    ("\u0430.x > 1", "MKD310", 1),
    ("a.x\u00a0> 1", "MKD310", 4),
    ("a.x\u2028> 1", "MKD310", 4),
    ("\ufeffa.p", "MKD310", 1),
    ("a.p\x00", "MKD310", 4),
    ("a.p \u202e", "MKD310", 5),
    ("\ud800", "MKD310", 1),
    ("a.p # all is well", "MKD310", 5),
    ("a.p \\\nand a.p", "MKD310", 5),
    ("a.p $ a.p", "MKD310", 5),
    ("`a.p`", "MKD310", 1),
    ("...", "MKD310", 1),
    ("None", "MKD310", 1),
    ("a.x is 1", "MKD310", 1),
    ("a.x == 1 == a.p", "MKD312", 13),
    ("True + 1 == 2", "MKD312", 1),
    ("", "MKD310", 1),
]


@pytest.mark.parametrize(("text", "code", "column"), TABLE, ids=[ascii(text)[:50] for text, _, _ in TABLE])
def test_what_is_hostile_is_refused_at_its_column(text: str, code: str, column: int) -> None:
    """Nothing but the language is read; the error names the column, and every line of it can be written anywhere."""
    with pytest.raises(ExpressionError) as caught:
        parse(text, WORDS, SETTINGS)

    assert (caught.value.code, caught.value.column) == (code, column), str(caught.value)
    assert str(caught.value).encode()


BOMBS = {
    "parentheses": "(" * 900 + "1" + ")" * 900,
    "unclosed parentheses": "(" * 1_900,
    "brackets": "[" * 1_900,
    "braces": "{" * 1_900,
    "denials": "not " * 450 + "a.p",
    "signs": "-" * 1_900 + "1 == 1",
    "inversions": "~" * 1_900 + "1 == 1",
    "sums": "1" + "+1" * 900 + " > 1",
    "attributes": "a" + ".a" * 990,
    "calls": "a.x" + "()" * 900,
    "indexes": "a.x" + "[0]" * 600,
    "conditionals": "1 if a.p else " * 140 + "1",
    "nested extremes": "min(1, " * 250 + "1" + ")" * 250,
    "powers": "9" + "**9" * 600,
    "lambdas": "lambda: " * 240 + "1",
    "strings": '"' * 1_999,
    "long name": "a" * 1_999,
    "long text": 'a.c == "' + "r" * 1_980 + '"',
    "many in a set": "a.x in {" + "1, " * 600 + "1}",
    "many parts": " and ".join(["a.p"] * 280),
    "a longer one": "a.p" + " " * 2_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_depth_and_size_are_bounded(name: str) -> None:
    """What is too deep, too long or of too many parts is refused at once, with a column."""
    started = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        parse(BOMBS[name], WORDS, SETTINGS, expect=YES_NO)

    assert time.perf_counter() - started < 2
    assert caught.value.column >= 1
    assert caught.value.code in {"MKD310", "MKD311", "MKD312", "MKD313"}


# Parts are the nodes of the tree: the facts, and the one `or` that joins them.
@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ("a.p" + " " * 1_997, "a.p" + " " * 1_998),
        (" or ".join(["v"] * 399), " or ".join(["v"] * 400)),
        ("a.x in {" + ",".join(["1"] * 397) + "}", "a.x in {" + ",".join(["1"] * 398) + "}"),
        ("not " * 29 + "a.p", "not " * 30 + "a.p"),
        ("1" + "+1" * 28 + " > 1", "1" + "+1" * 29 + " > 1"),
    ],
)
def test_the_limits_are_where_they_are_said_to_be(within: str, beyond: str) -> None:
    """2,000 characters, 400 parts and 30 levels are read, compiled and evaluated; one more is not."""
    compiled = compile_expression(within, WORDS)

    assert compiled.evaluate({"a.p": True, "a.x": 1, "v": True}) in (True, False)
    with pytest.raises(ExpressionError, match=r"at most|more than"):
        parse(beyond, WORDS)


def untouched() -> dict[str, Any]:
    return {name: getattr(builtins, name) for name in ("abs", "min", "max", "exec", "__import__")}


@pytest.mark.parametrize("value", BREAKS)
def test_values_that_would_break_out_of_a_literal_are_only_compared(value: str) -> None:
    """A choice of a plugin, a parameter and a member of a list never become code, whatever is written in them."""
    before = untouched()
    given = {"one": value, "all": [value]}
    rules = ("a.c == parameter.one", "a.c in parameter.all", "not (a.c != parameter.one)")
    written = "".join(f"{name} = {{ value = {json.dumps(each)} }}\n" for name, each in given.items())
    policy = Policy.from_toml(
        POLICY.replace("[[rules]]", f"{written}[[rules]]").replace("a.x <= parameter.n", " and ".join(rules)),
        vocabulary=WORDS,
    )

    for text in rules:
        compiled = compile_expression(text, WORDS, parameters=given)
        assert compiled.evaluate({"a.c": value}) is True
        assert compiled.evaluate({"a.c": "red"}) is False
    for color, failed in ((value, 0), ("red", 1)):
        facts = Facts.from_flat({"a.c": color}, vocabulary=WORDS)
        assert policy.masks(facts) == (failed, 0)
        assert len(policy.decide(facts).remedy().changes) == failed
    assert untouched() == before


@pytest.mark.parametrize("text", ["time or failed or v", "time == failed", "known(v) and v"])
def test_facts_may_have_the_names_that_generated_code_uses(text: str) -> None:
    """Names of facts never become names of the function: they are read by their place."""
    assert compile_expression(text, WORDS).evaluate({"time": True, "failed": True, "v": True}) is True


@pytest.mark.parametrize(("name", "expected"), [("__class__", 3), ("k0", 4), ("n", 2)])
def test_a_parameter_may_have_any_name_that_can_be_said(name: str, expected: int) -> None:
    """A parameter is found by its name among those that were stated, and nowhere else."""
    assert compile_expression(f"parameter.{name}", WORDS, parameters=PARAMETERS).evaluate({}) == expected


@pytest.mark.parametrize("name", ["a.größe", "a.\uff58", "a.x\u200b", "a.x y", "a.x;b", "a.class", "a.x)", "a."])
def test_no_fact_has_a_name_that_could_pass_for_another(name: str) -> None:
    """A vocabulary takes plain names only, so that two names that look alike are never two facts."""
    with pytest.raises(Exception, match="MKD253"):
        WORDS.extended([Fact(name=name, kind=Kind.YES_NO, meaning=PLAIN)])


POLICY = """
[policy]
id = "hostile"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "x", en = "x" }
[sources.ours]
title = "A default of ours"
[parameters]
n = { value = 2 }
[[rules]]
id = "rule"
require = "a.x <= parameter.n"
otherwise = "refuse"
because = { id = "%s", en = "x" }
source = "ours"
"""


@pytest.mark.parametrize(
    "because",
    ["{}", "{0}", "{parameter}", "{parameter.n.__class__}", "{parameter.n!r}", "{parameter.n:>9999999999}", "{a.x}"],
)
def test_a_reason_names_parameters_and_nothing_else(because: str) -> None:
    """What stands in braces is a parameter's name, no format of Python."""
    with pytest.raises(Exception, match="MKD305"):
        Policy.from_toml(POLICY % because, vocabulary=WORDS)


@pytest.mark.parametrize(
    ("because", "said"),
    [("{", "{"), ("}{", "}{"), ("{{parameter.n}}", "{2}"), ("%s %(n)s", "%s %(n)s"), ("$n ${n}", None)],
)
def test_other_signs_in_a_reason_are_plain_text(because: str, said: str | None) -> None:
    """A lone brace and the formats of other tools are shown as they were written."""
    if said is None:
        with pytest.raises(Exception, match="MKD305"):
            Policy.from_toml(POLICY % because, vocabulary=WORDS)
        return
    policy = Policy.from_toml(POLICY.replace("%s", because), vocabulary=WORDS)

    (finding,) = policy.decide(Facts.from_flat({"a.x": 9}, vocabulary=WORDS)).findings

    assert finding.because.id == said


PIECES = st.sampled_from(
    [
        *("a.x", "a.p", "a.c", "a.t", "a.d", "parameter.n", "parameter.ns", "known", "time", "date", "min", "abs"),
        *('"red"', '"10:00"', "1", "2.5", "True", "None", "(", ")", "{", "}", "[", "]", ",", ".", "=", "==", "<", ">="),
        *("+", "-", "*", "/", "**", "//", "%", "@", "~", "not", "and", "or", "in", "is", "if", "else", "for", "lambda"),
        *(":", ":=", ";", "\n", "\t", " ", "#", "\\", "'", '"', "f'", "{a.x}", "await", "yield", "*", "__class__", "_"),
        *("\x00", "\u202e", "\ud800", "\uff41", "é", "🙈", "\u00a0", "\r", "\x0c", "0x1", "1e9", "9" * 50),
    ]
)


@settings(max_examples=300, deadline=2_000)
@given(text=st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join)))
def test_any_text_is_a_typed_tree_or_a_clear_error(text: str) -> None:
    """No text raises anything but an expression error with a column inside it, and none takes long."""
    refused = None
    try:
        tree = parse(text, WORDS, SETTINGS)
    except ExpressionError as error:
        refused = error
    if refused is None:
        assert isinstance(tree.type.kind, Kind)
        compile_expression(text, WORDS, parameters=PARAMETERS).evaluate({})
        return
    assert 1 <= refused.column <= len(text) + 1
    assert refused.excerpt.encode()
    assert str(refused).encode()
