"""The one module that a plugin imports is small to load, and says all that it has."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mkd_plugins import api

pytestmark = pytest.mark.bare


def test_every_public_name_is_listed_and_no_other():
    """``__all__`` is the promise to vendors."""
    public = {name for name in vars(api) if not name.startswith("_")} - {"annotations"}

    assert sorted(api.__all__) == sorted(public)


def test_importing_it_loads_neither_the_host_nor_anything_heavy():
    """A plugin's module is imported at every start of every program of the deployment."""
    script = "import sys, mkd_plugins.api; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not {"cattrs", "requests", "sqlalchemy", "mkd_plugins.host", "mkd_plugins.config"} & set(loaded)
