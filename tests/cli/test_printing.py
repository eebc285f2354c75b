"""What a terminal is given: the words of other systems, and nothing that it would obey."""

from __future__ import annotations

from typing import Any

import pytest

NAME = "Ana\x1b[2J\x9b31m \u202egnop"


@pytest.fixture
def renamed(office: Any) -> Any:
    """A personnel system whose name of k000002 holds commands for a terminal."""
    file = office.folder / "people.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("k000002,"))
    cells = lines[at].split('"')
    lines[at] = '"'.join([cells[0], NAME, *cells[2:]])
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    office.proposed()
    office.mkd("agreement", "submit", "k000002.1", "--as", "k000002")
    return office


def test_a_name_commands_no_terminal(renamed: Any) -> None:
    """Colours, a cleared screen and a turned direction of writing are written out; the JSON says the same name."""
    shown = renamed.mkd("inbox", "k000114", "--names")
    renamed.mkd("agreement", "approve", "k000002.1", "--as", "k000114")
    letter = renamed.mkd("agreement", "letter", "k000002.1", "--as", "k000002", "--json")

    assert "Ana\\x1b[2J\\x9b31m \\u202egnop" in shown.out
    assert not set("\x1b\x9b\u202e") & set(shown.out + letter.out)
    assert letter.data["employee"]["name"] == NAME
