"""The example of a Django project: agreements live and die with the host's own transaction."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

pytest.importorskip("django", reason="the lane hosts has Django")

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "django_host"


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the example reads to find its database: a file, or a database of its own on the server."""
    given = {**os.environ, "HOST_DATA": str(tmp_path), "PYTHONPATH": str(EXAMPLE)}
    if request.param == "sqlite":
        yield given
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE django_host")
    yield {**given, "DATABASE": f"{url.host} {url.port} django_host {url.username}"}
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE django_host")
    engine.dispose()


def ran(environment: dict[str, str], *words: str) -> str:
    """What a Python program printed."""
    done = subprocess.run(
        [sys.executable, *words], cwd=EXAMPLE, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_host_and_its_agreements_share_one_transaction(environment: dict[str, str]) -> None:
    """Rolled back, nested or not: no row, event, effect or mail. Committed: all of them, and the mail only then."""
    ran(environment, "manage.py", "migrate", "-v", "0")
    assert "No changes detected" in ran(environment, "manage.py", "makemigrations", "--check", "--dry-run")
    said: dict[str, Any] = json.loads(ran(environment, str(HERE / "django_story.py")))

    assert said.pop("vendor") == ("postgresql" if "DATABASE" in environment else "sqlite")
    assert said == {
        "rolled back": [0, 0, 0, 0],
        "nested rolled back": [0, 0, 0, 0],
        "outer kept": [0, 0, 0, 0, "Ani Lestari"],
        "refused": ["MKD410", 0, 0, 0, 0],
        "before commit": [0, "ani.1"],
        "after commit": [1, 3, 1, 1, ["budi@example.go.id"]],
        "own request": ["MKD420", "submitted"],
        "approved": ["approved", "budi@example.go.id", "ani@example.go.id"],
        "outside of atomic": "MKD522",
        "verified": True,
    }
