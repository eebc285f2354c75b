"""What a bare installation is, and what importing it costs."""

import subprocess
import sys
from importlib.resources import files

import pytest

import mkd_core
import mkd_plugins

HEAVY = ["sqlalchemy", "psycopg", "pymysql", "holidays", "aiosmtpd", "requests", "sqlite3", "cattrs"]


@pytest.mark.bare
def test_both_packages_are_typed():
    """A type checker reads the annotations of an installed mkd."""
    for package in (mkd_core, mkd_plugins):
        assert files(package).joinpath("py.typed").is_file()


@pytest.mark.bare
def test_importing_the_core_loads_nothing_heavy():
    """A host that only decides pays for attrs and the standard library."""
    seen = subprocess.run(
        [sys.executable, "-c", f"import mkd_core, sys; print(*sorted(set({HEAVY}) & set(sys.modules)))"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert seen.stdout.split() == []
