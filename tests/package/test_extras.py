"""Extras are named for their use, `all` is nearly all of them, and the installation page knows each."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTRAS: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


# A cluster brings its own Spark, and what we are measured against is nobody's need.
APART = {"spark", "benchmark"}


def test_all_holds_every_other_extra():
    """Who installs `all` misses nothing but what is for clusters and for measuring."""
    (held,) = EXTRAS["all"]

    assert set(re.findall(r"\w+", held)) - {"mkd"} == EXTRAS.keys() - {"all"} - APART


def test_the_installation_page_names_every_extra():
    """An extra that is added or removed is added to or removed from the page."""
    page = (ROOT / "docs" / "guide" / "install.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == EXTRAS.keys()
