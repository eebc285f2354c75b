"""Real little distributions on the path: a package beside a ``dist-info`` folder, as pip would leave them."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from mkd_plugins.config import Config
from mkd_plugins.host import Host
from mkd_plugins.problems import PluginProblem


class Site:
    """A folder on ``sys.path`` into which distributions are installed, and hosts that see them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deployment = folder / "deployment"
        self.deployment.mkdir()

    def install(
        self,
        distribution: str,
        source: str,
        *,
        entries: Mapping[str, str] | None = None,
        entry_points: str | None = None,
        requires: tuple[str, ...] = (),
    ) -> None:
        """Install a distribution of one module named like it, with these entry points (default: ``main``)."""
        module = distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = self.folder / f"{module}-1.2.dist-info"
        info.mkdir()
        metadata = ["Metadata-Version: 2.1", f"Name: {distribution}", "Version: 1.2"]
        metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
        (info / "METADATA").write_text("\n".join(metadata) + "\n", encoding="utf-8")
        if entry_points is None:
            points = {"main": module} if entries is None else entries
            entry_points = "[mkd]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")
        importlib.invalidate_caches()

    def config(self, toml: str = "") -> Config:
        """The configuration in that text, whose folder is ``deployment``."""
        return Config.from_toml(dedent(toml), folder=self.deployment)

    def host(self, toml: str = "", *, environ: Mapping[str, str] | None = None, no_plugins: bool = False) -> Host:
        """A host of this configuration that loads what is installed here and what the library ships."""
        return Host.load(self.config(toml), no_plugins=no_plugins, environ=environ or {})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    monkeypatch.undo()
    importlib.invalidate_caches()


SENDER = """
    import attrs
    from mkd_plugins.api import Notice, Receipt, hookimpl, notification

    @attrs.frozen
    class Config:
        url: str = "https://example.com"

    class Sender:
        def __init__(self, config: Config) -> None:
            self.config = config

        def send(self, notice: Notice) -> Receipt:
            return Receipt(key=notice.key, reference=self.config.url)

    @hookimpl
    def mkd_providers():
        return [notification(name="NAME", config=Config, build=Sender)]
"""


@pytest.fixture
def sender() -> str:
    """The source of a plugin that works: a notification backend ``acme``."""
    return SENDER.replace("NAME", "acme")


@pytest.fixture
def problem_of():
    """The one problem that a host has recorded of a distribution."""

    def find(host: Host, distribution: str) -> PluginProblem:
        [problem] = [problem for problem in host.problems if problem.label.startswith(distribution)]
        return problem

    return find


MKD = [sys.executable, "-c", "from mkd_plugins.cli import main; main()"]
DEPLOYED = '[mkd]\ndeadline = 0.3\n[journal.sqlite]\npath = "journal.db"\n'


@pytest.fixture
def mkd(site: Site) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Type ``mkd plugins …`` as a process of its own, in a deployment that sees what the site has installed."""

    def typed(
        *words: str, toml: str = DEPLOYED, before: Sequence[str] = (), environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        (site.deployment / "mkd.toml").write_text(toml, encoding="utf-8")
        own = {name: value for name, value in os.environ.items() if not name.startswith("MKD_")}
        return subprocess.run(
            [*MKD, *before, "plugins", *words],
            cwd=site.deployment,
            env={**own, "PYTHONPATH": str(site.folder), "COLUMNS": "120", **(environ or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return typed
