"""Writes the project of a new plugin: a backend that works, with the tests of its port, to be changed step by step."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Final

from mkd_core.errors import InvalidInput
from mkd_core.ports import Port
from mkd_plugins.hookspecs import PROJECT
from mkd_plugins.provider import is_name

_FILES: Final = {
    "pyproject.toml": "project/pyproject.toml",
    "README.md": "project/README.md",
    "tox.ini": "project/tox.ini",
    ".gitignore": "project/gitignore",
    "src/{module}/__init__.py": "project/package.py",
    "src/{module}/plugin.py": "{port}/plugin.py",
    "src/{module}/py.typed": "",
    "tests/test_installed.py": "project/test_installed.py",
    "tests/test_{module}.py": "{port}/test.py",
}
"""Each file of a project and the template that it is made from."""


def project(name: str, port: Port) -> Mapping[str, str]:
    """The files of a plugin of that name for that port, by path. Raises ``InvalidInput`` for a name it cannot have."""
    module = _module(name)
    blanks = {"name": name, "module": module, "port": port.value}
    blanks["version"] = version(PROJECT)
    for part, template in (("table", "table.toml"), ("begins", "begins")):
        blanks[part] = _filled(f"{port}/{template}", blanks).strip()
    return {
        path.format(**blanks): _filled(template.format(**blanks), blanks) if template else ""
        for path, template in _FILES.items()
    }


def write(folder: Path, contents: Mapping[str, str]) -> None:
    """Write the files into a folder that is new or empty. Raises ``InvalidInput`` where it is neither."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(
            "MKD291", "there is something already", where=str(folder), mend="name another folder with --path"
        )
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _module(name: str) -> str:
    """The module of a plugin of that name."""
    if not is_name(name):
        mended = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
        raise InvalidInput(
            "MKD288",
            f"a plugin's name is lower-case letters, digits and single hyphens, not {name!r}",
            where="NAME",
            mend=f"write {mended}" if is_name(mended) else "write acme-hr",
        )
    module = name.replace("-", "_")
    taken = ""
    if keyword.iskeyword(module):
        taken = f"{module} is a word of Python"
    elif module in sys.stdlib_module_names or _is_there(module):
        taken = f"Python has a module {module} already"
    if taken:
        raise InvalidInput("MKD288", taken, where="NAME", mend=f"write {name}-hr, or your own name first")
    return module


def _is_there(module: str) -> bool:
    """Whether an installed distribution has a module of that name; a mere folder on the path is none."""
    spec = find_spec(module)
    return spec is not None and spec.origin is not None


def _filled(template: str, blanks: Mapping[str, str]) -> str:
    text = files(__name__).joinpath(f"templates/{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(blanks)
