"""Every error code has its entry in the catalogue, and every entry stands for an error that there is."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

from mkd_plugins.problems import CODES

ROOT = Path(__file__).parents[2]
CATALOGUE = tomllib.loads((ROOT / "src" / "mkd_plugins" / "errors.toml").read_text(encoding="utf-8"))
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "src").rglob("*.py"))
    if "testing" not in path.parts or "province" in path.parts
}


def raised() -> dict[str, set[str]]:
    """Each code and the classes that are called with it as their first argument, or as ``code=``."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in SOURCES.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[0].isupper():
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                for value in (*node.args[:1], *named):
                    if isinstance(value, ast.Constant) and re.fullmatch(r"MKD\d{3}", str(value.value)):
                        found[str(value.value)].add(node.func.id)
    return found


def test_the_catalogue_has_the_codes_of_the_source_and_no_other() -> None:
    """A help desk finds every code that a person can be shown, and none that nobody is."""
    used = {code for text in SOURCES.values() for code in re.findall(r"MKD\d{3}", text)}

    assert sorted(CATALOGUE) == sorted(used)


def test_the_catalogue_is_in_order() -> None:
    """Somebody who adds a code sees which numbers are taken."""
    assert list(CATALOGUE) == sorted(CATALOGUE)


def test_every_entry_says_all_of_it_in_both_languages() -> None:
    """What it is, where it comes from, what to do about it, and which class carries it."""
    for code, entry in CATALOGUE.items():
        assert entry.keys() == {"title", "cause", "mend", "raised"}, code
        assert entry["title"].keys() == {"en", "id"}, code
        assert all([*entry["title"].values(), entry["cause"], entry["mend"], entry["raised"]]), code


def test_no_two_codes_stand_for_the_same() -> None:
    """A code has one meaning, and a meaning one code."""
    for language in ("en", "id"):
        titles = [entry["title"][language] for entry in CATALOGUE.values()]
        assert sorted(titles) == sorted(set(titles))


def test_the_classes_are_those_that_the_source_raises() -> None:
    """A program that catches by class is told the right one."""
    wrong = {code: classes for code, classes in raised().items() if not classes <= set(CATALOGUE[code]["raised"])}

    assert wrong == {}


def test_plugin_problems_are_called_as_the_host_calls_them() -> None:
    """The host's own table and the catalogue say the same of a plugin's problem."""
    assert {code: CATALOGUE[code]["title"]["en"] for code in CODES} == {code: line for code, (_, line) in CODES.items()}


def test_the_generated_pages_are_those_that_the_code_writes() -> None:
    """Whoever changes a fact, a port, an event, a pack, a command or an error changes its page."""
    check = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
