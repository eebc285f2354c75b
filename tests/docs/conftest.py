"""A page's plugin is installed as pip would leave it, so that its entry point is found."""

import importlib
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Install the project in that folder: it goes on the path, with the metadata that its pyproject.toml asks for."""
    before = set(sys.modules)

    def install(folder: Path) -> None:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        points = "".join(f"{name} = {value}\n" for name, value in project["entry-points"]["mkd"].items())
        (info / "entry_points.txt").write_text(f"[mkd]\n{points}", encoding="utf-8")
        monkeypatch.syspath_prepend(folder)
        importlib.invalidate_caches()

    yield install
    for name in set(sys.modules) - before:
        if "mkd_core" not in name and "mkd_plugins" not in name and name.startswith("acme"):
            del sys.modules[name]
