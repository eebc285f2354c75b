"""An environment of its own, as ``python -m venv`` makes it, which has what is installed where the tests run."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ENTERS = "import site; site.addsitedir({here!r})\n"
"""A line of a ``.pth`` file, which takes editable installs along."""

PROGRAMS = {
    "mkd": '-c "from mkd_plugins.cli import main; main()" "$@"',
    "pytest": '-m pytest "$@"',
    # Cut off from the network: what a plugin needs is there.
    "pip": '-m pip "$@" --quiet --no-index --no-deps --no-build-isolation',
}


def environment(folder: Path) -> Path:
    """Make it, and return the folder of its programs: ``python``, ``pip``, ``pytest`` and ``mkd``."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    own = {"base": str(folder), "platbase": str(folder)}
    enters = Path(sysconfig.get_path("purelib", vars=own)) / "tests.pth"
    enters.write_text(ENTERS.format(here=sysconfig.get_path("purelib")), encoding="utf-8")
    programs = Path(sysconfig.get_path("scripts", vars=own))
    for name, words in PROGRAMS.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{programs}/python" {words}\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    return programs


def own_environ() -> dict[str, str]:
    """The environment variables without those that would let another Python or deployment in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MKD_"))}
