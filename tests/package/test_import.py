"""What a bare installation is, and what importing it costs."""

import subprocess
import sys
import sysconfig
from importlib.resources import files
from pathlib import Path

import pytest

import mkd_core
import mkd_plugins

HEAVY = {"sqlalchemy", "psycopg", "pymysql", "holidays", "aiosmtpd", "requests", "sqlite3", "cattrs"}
HEAVY |= {"narwhals", "polars", "duckdb", "pyspark", "pandas", "pyarrow"}


@pytest.mark.bare
def test_both_packages_are_typed():
    """A type checker reads the annotations of an installed mkd."""
    for package in (mkd_core, mkd_plugins):
        assert files(package).joinpath("py.typed").is_file()


@pytest.mark.bare
def test_importing_the_core_loads_nothing_heavy():
    """A host that only decides pays for attrs and the standard library."""
    assert loaded_by("import mkd_core") == set()


@pytest.mark.bare
def test_help_loads_nothing_heavy():
    """Whoever only asks what there is to type waits for click alone."""
    assert loaded_by("sys.argv = ['mkd', '--help']; from mkd_plugins.cli import main; main()") == set()


@pytest.mark.bare
def test_the_command_says_what_can_be_typed():
    """The command is installed beside the interpreter and ends well."""
    helped = subprocess.run(
        [Path(sysconfig.get_path("scripts")) / "mkd", "--help"], capture_output=True, encoding="utf-8", check=True
    )

    assert "decide" in helped.stdout
    assert helped.stderr == ""


def loaded_by(statement: str) -> set[str]:
    """Which of the heavy modules a fresh interpreter has loaded after that statement."""
    at_exit = f"import atexit, sys; atexit.register(lambda: print(*{HEAVY} & set(sys.modules), file=sys.stderr))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{at_exit}; {statement}"], capture_output=True, encoding="utf-8", check=True
    )
    return set(ran.stderr.split())
