"""The example in Tryton: agreements live and die with Tryton's own transaction."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

pytest.importorskip("trytond", reason="the lane hosts has Tryton")

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


@pytest.fixture(params=["sqlite", "postgresql"])
def uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where Tryton makes its database: in a folder, or on the server."""
    if request.param == "sqlite":
        yield "sqlite://"
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    yield f"postgresql://{url.username}@{url.host}:{url.port}/"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS office")
    engine.dispose()


def test_tryton_and_its_agreements_share_one_transaction(uri: str, tmp_path: Path) -> None:
    """Rolled back: no row, event, effect or notice. Committed by Tryton: all of them, and the notice only then."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(EXAMPLES / "tryton_host"),
        "TRYTOND_DATABASE_URI": uri,
        "TRYTOND_DATABASE__PATH": str(tmp_path),
    }
    policy = EXAMPLES / "django_host" / "hr" / "house.toml"
    done = subprocess.run(
        [sys.executable, str(HERE / "tryton_story.py"), str(policy)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)

    assert said.pop("backend") == uri.partition(":")[0]
    assert said == {
        "at first": [0, 0, 0, 0],
        "rolled back": [0, 0, 0, 0],
        "before commit": [{}, 0],
        "committed": [1, 3, 1, 1, "data-head"],
        "every statement commits": "MKD522",
        "verified": True,
    }
