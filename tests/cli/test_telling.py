"""Every error at the terminal says what to do."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from mkd_core import NotAllowed, NotFound
from mkd_core.errors import did_you_mean
from mkd_plugins.cli.telling import lines, tell
from mkd_plugins.mends import mend_of, title_of


def test_an_error_without_a_mend_of_its_own_gets_that_of_its_code() -> None:
    """The catalogue knows what to do about every code."""
    said = lines(NotAllowed("MKD420", "nobody decides on their own request", where="k000001.1"))

    assert said == [f"MKD420 k000001.1: nobody decides on their own request ({mend_of('MKD420')})"]
    assert mend_of("MKD420")


def test_the_mend_that_an_error_has_stands() -> None:
    """It is nearer to the matter than the catalogue's."""
    assert lines(NotFound("MKD406", "nobody has that key", mend="look again")) == [
        "MKD406 nobody has that key (look again)"
    ]


def test_every_code_has_a_mend() -> None:
    """A clause that can stand in brackets; an unknown code has none."""
    codes = tomllib.loads(files("mkd_plugins").joinpath("errors.toml").read_text(encoding="utf-8"))

    assert [code for code in codes if not mend_of(code)] == []
    assert mend_of("MKD999") == ""


def test_an_indonesian_reads_what_the_code_means(capsys) -> None:
    """The title of the code stands before what is said of the case, and hints of the right name are in Indonesian."""
    for mend in (did_you_mean("remote_day", ["remote_days"]), did_you_mean("x", ["days", "hours"])):
        tell(NotFound("MKD436", "no fact is called so", mend=mend), language="id")
    told = [line.partition("(")[2] for line in capsys.readouterr().err.splitlines()]
    refused = NotAllowed("MKD420", "nobody decides on their own request", where="k000001.1", mend="ask the superior")
    tell(refused, language="id")
    tell(refused, language="en")

    assert told == ["mungkin maksudnya remote_days?)", "yang dikenal: days, hours)"]
    assert capsys.readouterr().err.splitlines() == [
        f"galat: MKD420 {title_of('MKD420', 'id')}: k000001.1: nobody decides on their own request (ask the superior)",
        "error: MKD420 k000001.1: nobody decides on their own request (ask the superior)",
    ]
