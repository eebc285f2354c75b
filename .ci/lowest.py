"""The lowest releases that the project promises to work with, as constraints for pip.

``python .ci/lowest.py``              prints them, taken from the floors in pyproject.toml
``python .ci/lowest.py --write``      writes them to tests/lowest.txt
``python .ci/lowest.py --installed``  fails unless exactly these are installed where it runs
"""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "lowest.txt"
FLOOR = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?P<extras>\[[^]]*\])?>=(?P<version>[0-9.]+)")


def constraints() -> str:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for extra in held(extras, "all"):
        wanted += [line for line in extras[extra] if not line.startswith("mkd[")]
    lines = {pinned(line) for line in wanted} | set(pyproject["tool"]["lowest"]["beside"])
    return "\n".join(["# Written by .ci/lowest.py from the floors in pyproject.toml.", *sorted(lines), ""])


def held(extras: dict[str, list[str]], name: str) -> set[str]:
    """The extra and those that it holds."""
    names = {name}
    for line in extras[name]:
        if line.startswith("mkd["):
            names |= {inner for each in line[4:-1].split(",") for inner in held(extras, each)}
    return names


def pinned(requirement: str) -> str:
    floor = FLOOR.fullmatch(requirement)
    if floor is None:
        raise SystemExit(f"pyproject.toml: {requirement!r} states no plain floor NAME>=VERSION")
    return f"{floor['name']}=={floor['version']}"


def differing() -> list[str]:
    pins = (line.split("==") for line in constraints().splitlines() if not line.startswith("#"))
    return [f"{name} {version(name)}, not {pin}" for name, pin in pins if not same(version(name), pin)]


def same(installed: str, pin: str) -> bool:
    return installed == pin or re.fullmatch(re.escape(pin) + r"(\.0)+", installed) is not None


match sys.argv[1:]:
    case []:
        print(constraints(), end="")
    case ["--write"]:
        FILE.write_text(constraints(), encoding="utf-8")
    case ["--installed"]:
        wrong = differing()
        print("\n".join(wrong) or "every floor is what is installed")
        sys.exit(bool(wrong))
    case _:
        sys.exit(__doc__)
