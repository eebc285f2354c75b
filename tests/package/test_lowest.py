"""The floors in pyproject.toml are the versions that the lowest lane installs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_lowest_lane_installs_exactly_the_declared_floors():
    """A floor that is raised or lowered without its lane is found here, not by a user."""
    derived = subprocess.run(
        [sys.executable, ROOT / ".ci" / "lowest.py"], capture_output=True, encoding="utf-8", check=True
    )

    assert (ROOT / "tests" / "lowest.txt").read_text(encoding="utf-8") == derived.stdout
