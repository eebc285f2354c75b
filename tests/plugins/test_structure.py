"""A table of ``mkd.toml`` becomes a value of the plugin's class, or every fault of it is told."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.secret import Secret

pytestmark = pytest.mark.bare


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@attrs.frozen
class Server:
    host: str
    port: int = attrs.field(default=25, validator=attrs.validators.le(65535))


def structured(cls: type, table: Mapping[str, object], environ: Mapping[str, str] | None = None, folder: str = "/srv"):
    return Structurer(Path(folder), environ or {}).structure(table, cls)


def faults_of(cls: type, table: Mapping[str, object], folder: str = "/srv") -> list[str]:
    with pytest.raises(Faults) as caught:
        structured(cls, table, folder=folder)
    return [str(fault) for fault in caught.value.faults]


def holder(annotation: Any) -> type:
    """A class with one field of that type."""
    return attrs.frozen(type("Holder", (), {"__annotations__": {"field": annotation}}))


@pytest.mark.parametrize(
    ("annotation", "written", "read"),
    [
        (str, "a", "a"),
        (bool, True, True),
        (int, 3, 3),
        (float, 3, 3.0),
        (float, 0.5, 0.5),
        (Decimal, "0.05", Decimal("0.05")),
        (date, date(2026, 1, 2), date(2026, 1, 2)),
        (Path, "people.csv", Path("/srv/people.csv")),
        (Path, "/etc/people.csv", Path("/etc/people.csv")),
        (Path | None, "people.csv", Path("/srv/people.csv")),
        (Colour, "green", Colour.GREEN),
        (Literal["a", 1], 1, 1),
        (list[int], [1, 2], [1, 2]),
        (tuple[str, ...], ["a"], ("a",)),
        (tuple[str, int], ["a", 1], ("a", 1)),
        (Sequence[str], ["a"], ("a",)),
        (frozenset[str], ["a", "a"], frozenset("a")),
        (list, [1, "a"], [1, "a"]),
        (dict[str, Server], {"x": {"host": "h"}}, {"x": Server("h")}),
        (Mapping[str, int], {"a.b": 1}, {"a.b": 1}),
        (list[Server], [{"host": "h", "port": 1}], [Server("h", 1)]),
        (int | str, "a", "a"),
        (int | str | None, 1, 1),
        (Any, {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_value_of_the_right_type_is_taken(annotation, written, read):
    """Every type that a configuration class may ask for."""
    value = structured(holder(annotation), {"field": written}).field

    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("annotation", "written", "fault"),
    [
        (str, 1, "field: must be text, not a whole number"),
        (int, "1", "field: must be a whole number, not text"),
        (int, True, "field: must be a whole number, not true or false"),
        (int, 1.0, "field: must be a whole number, not a number"),
        (float, "1", "field: must be a number, not text"),
        (bool, 1, "field: must be true or false, not a whole number"),
        (Decimal, 0.05, 'field: must be a decimal in quotes such as "0.05", not a number'),
        (Decimal, "x", 'field: must be a decimal in quotes such as "0.05", not text'),
        (date, "2026-01-02", "field: must be a date, not text"),
        (Path, 1, "field: must be a path as text, not a whole number"),
        (Colour, "gren", "field: must be one of red, green, not text (did you mean green?)"),
        (Literal["csv", "sql"], "cvs", "field: must be one of csv, sql, not text (did you mean csv?)"),
        (list[str], "abc", "field: must be a list, not text"),
        (list[int], [1, "2", 3, "4"], "field[1]: must be a whole number, not text"),
        (tuple[str, int], ["a"], "field: must be a list of 2 values, not a list"),
        (dict[str, int], {"a.b": "1"}, 'field."a.b": must be a whole number, not text'),
        (dict[str, int], ["a"], "field: must be a table, not a list"),
        (Server, "h", "field: must be a table, not text"),
        (list[Server], [{"hots": "h"}], "field[0].hots: is not known here (did you mean host?)"),
        (int | str, 1.5, "field: must be a whole number or text, not a number"),
        (complex, 1, "field: the plugin asks for a complex, which no TOML value becomes"),
    ],
)
def test_a_value_of_another_type_is_refused_and_never_guessed(annotation, written, fault):
    """Text is no number, yes-or-no is no number, and a word is no list of letters."""
    assert fault in faults_of(holder(annotation), {"field": written})


def test_every_fault_of_a_table_is_told():
    """Unknown and missing keys, wrong types and what the class's own validators refuse, in one go."""

    @attrs.frozen
    class Config:
        url: str
        server: Server
        retries: int = attrs.field(default=1, validator=attrs.validators.ge(0))
        timeout: float = attrs.field(default=1.0, validator=attrs.validators.gt(0))

    table = {"ulr": "x", "server": {"host": 1, "port": 99999}, "retries": -1, "timeout": 0.0}

    assert faults_of(Config, table) == [
        "ulr: is not known here (did you mean url?)",
        "url: is missing",
        "server.host: must be text, not a whole number",
        "server.port: 'port' must be <= 65535: 99999",
        "retries: 'retries' must be >= 0: -1",
        "timeout: 'timeout' must be > 0: 0.0",
    ]


def test_what_the_class_itself_refuses_is_a_fault_of_the_table():
    """A check over several fields runs when they are all right."""

    @attrs.frozen
    class Span:
        first: int
        last: int

        def __attrs_post_init__(self) -> None:
            if self.last < self.first:
                raise ValueError("last is before first")

    assert faults_of(holder(Span), {"field": {"first": 2, "last": 1}}) == ["field: last is before first"]


def test_a_secret_comes_from_the_environment():
    """The text is had by asking for it, and by nothing else."""
    secret = structured(holder(Secret), {"field": {"env": "MKD_PASSWORD"}}, {"MKD_PASSWORD": "hunter2"}).field

    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret!r} {secret}"


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path):
    """The line end that an editor leaves is no part of it."""
    (tmp_path / "password").write_text("hunter2\n")

    assert structured(holder(Secret), {"field": {"file": "password"}}, folder=str(tmp_path)).field == Secret("hunter2")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("hunter2", 'field: must not stand in this file (write { env = "NAME" } or { file = "path" })'),
        ({"env": "NOPE"}, "field: the environment variable NOPE is not set (set NOPE)"),
        ({"file": "nope"}, "field: the secret file nope cannot be read: No such file or directory"),
        ({"file": "empty"}, "field: the secret file empty is empty (write the secret into it)"),
        ({"env": "A", "file": "b"}, 'field: must say one place, env or file (write { env = "NAME" } or { file = '),
        ({"var": "A"}, "field: must say one place, env or file"),
        ({"env": 1}, "field.env: must be text, not a whole number"),
    ],
)
def test_a_secret_that_is_not_there_is_a_clear_fault_and_is_not_shown(tmp_path: Path, written, fault):
    """The place that was named is said, what stands in the wrong place is not."""
    (tmp_path / "empty").write_text("\n")

    [said] = faults_of(holder(Secret), {"field": written}, folder=str(tmp_path))

    assert said.startswith(fault)
    assert "hunter2" not in said


def test_a_value_in_the_wrong_place_is_not_repeated():
    """A password under the wrong key must not come out of the message."""
    said = faults_of(holder(int), {"field": "hunter2", "pasword": "hunter2"})

    assert "hunter2" not in " ".join(said)


def test_a_secret_is_never_written_out():
    """Neither by pickle nor by comparison with plain text."""
    with pytest.raises(TypeError, match="never written out"):
        pickle.dumps(Secret("hunter2"))
    assert Secret("hunter2") != "hunter2"
    assert {Secret("a"), Secret("a"), Secret("b")} == {Secret("b"), Secret("a")}
