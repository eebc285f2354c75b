"""Policies are found by id among packs, in a folder, or in one file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mkd_core.errors import PolicyError
from mkd_plugins.policies import load_policy, policy_history
from mkd_plugins.provider import RulePack

BASE = """
[policy]
id = "town"
version = "1"
in_force = { from = 2023-01-01 }
title = { id = "Kota", en = "Town" }
[sources.ours]
title = "Ours"
[parameters]
most = { value = 4 }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "-", en = "-" }
source = "ours"
"""
DECREE = """
[policy]
id = "town"
version = "thursday"
in_force = { from = 2025-01-01, until = 2025-02-01 }
title = { id = "Kamis", en = "Thursday" }
layer = "decree"
[parameters]
most = { value = 1 }
[[rules]]
id = "days"
require = "agreement.remote_days <= parameter.most"
otherwise = "refuse"
because = { id = "-", en = "-" }
source = "ours"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1.toml").write_text(BASE)
    (tmp_path / "thursday.toml").write_text(DECREE)
    (tmp_path / "1.cases.toml").write_text("[[cases]]\n")
    (tmp_path / "pay.toml").write_text("[scheme]\n")
    return tmp_path


def test_a_folder_is_the_history_of_its_policy_files(folder: Path) -> None:
    """Worked cases and pay schemes that lie beside the policies are left alone."""
    assert policy_history(folder).versions == ("1", "thursday")
    assert load_policy(folder, on=date(2025, 1, 5)).version == "thursday"
    assert load_policy(folder, on=date(2025, 1, 5), layer="base").version == "1"


def test_a_file_is_one_version_and_a_decree_brings_its_base(folder: Path) -> None:
    """The file of a base version decides alone; a decree needs the base that lies beside it."""
    assert load_policy(folder / "1.toml", on=date(2025, 1, 5)).version == "1"
    assert load_policy(str(folder / "thursday.toml"), on=date(2025, 1, 5)).version == "thursday"


def test_a_folder_is_named_with_a_slash(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain word is an id, whatever lies here; where a folder has that name, the error says how to mean it."""
    monkeypatch.chdir(folder.parent)

    with pytest.raises(PolicyError, match=f"write {folder.name}/ for the folder that is here"):
        policy_history(folder.name)

    assert policy_history(f"{folder.name}/").versions == ("1", "thursday")


def test_a_file_may_begin_with_a_mark_of_its_encoding(folder: Path) -> None:
    """Some editors write one before the first letter."""
    (folder / "1.toml").write_text(BASE, encoding="utf-8-sig")

    assert policy_history(folder).versions == ("1", "thursday")


def test_packs_of_plugins_are_found_by_their_id(folder: Path) -> None:
    """A plugin's pack is named like a shipped one, and comes before it."""
    packs = [RulePack(id="town", folder=folder)]

    assert load_policy("town", on=date(2024, 1, 1), packs=packs).id == "town"
    with pytest.raises(PolicyError, match="did you mean town"):
        load_policy("twon", on=date(2024, 1, 1), packs=packs)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """A missing file, a file in another encoding and a folder without policies have their own errors."""
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    (tmp_path / "empty").mkdir()

    for path, says in (("none.toml", "No such file"), ("latin.toml", "not UTF-8"), ("empty", "no policy file")):
        with pytest.raises(PolicyError, match=says):
            policy_history(tmp_path / path)


def test_seasons_come_from_the_shipped_calendar_unless_said() -> None:
    """In Ramadan of 2024 the shipped pack asks for the shorter week, and told otherwise it does not."""
    day = date(2024, 3, 20)

    assert load_policy("jabar-mkd", on=day).values["weekly_minutes"].value == 1950
    assert load_policy("jabar-mkd", on=day, seasons=()).values["weekly_minutes"].value == 2250
