"""Schemathesis asks the server whatever its document says can be asked, and whatever it does not say."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sso_server import Provider, provider

pytest.importorskip("schemathesis", reason="the lane http has Schemathesis")

HERE = Path(__file__).parent / "asking"
SCRIPTS = Path(sysconfig.get_path("scripts"))
SETTINGS = """
[serve]
rate = 100000
burst = 100000
[serve.oidc]
issuer = "{sso.issuer}"
audience = "{sso.audience}"
jwks = "{sso.address}"
claim = "employee"
scopes = ["decide", "read", "write"]
ca_file = "{sso.folder}/ca.pem"
[[serve.hosts]]
name = "portal"
token = {{ env = "TOKEN_PORTAL" }}
scopes = ["decide", "read", "write"]
[roles."token:portal"]
acts_as = ["*"]
"""


@pytest.fixture(scope="module")
def sso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider of the people's tokens."""
    with provider(tmp_path_factory.mktemp("sso")) as made:
        yield made


@pytest.fixture
def example(sso: Provider, tmp_path: Path, serving: Any) -> Iterator[Any]:
    """The example deployment, served, with a request that waits for the superior."""
    subprocess.run([SCRIPTS / "mkd", "init", "--example"], cwd=tmp_path, check=True, capture_output=True)
    with (tmp_path / "mkd.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(sso=sso))
    made = serving(tmp_path).start()
    made.submitted()
    yield made
    made.stop()


@pytest.mark.parametrize("who", ["a system", "a person"])
def test_nothing_that_can_be_asked_breaks_what_is_published(example: Any, sso: Provider, tmp_path: Path, who: str):
    """No error of the server, no status, media type or value that the document does not tell of, no door left open."""
    later = datetime.now(UTC) + timedelta(hours=1)
    token = example.environ["TOKEN_PORTAL"] if who == "a system" else sso.token("k000114@example.go.id", exp=later)
    settings = (HERE / "schemathesis.toml").read_text(encoding="utf-8")
    settings = settings.replace("@hooks@", str(HERE / "hooks.py")).replace("@starts@", str(example.starts))
    (tmp_path / "schemathesis.toml").write_text(settings, encoding="utf-8")

    done = subprocess.run(
        [SCRIPTS / "schemathesis", "run", f"{example.address}/openapi.json"],
        cwd=tmp_path,
        env={**os.environ, "MKD_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    _, log = example.stop()
    assert "unexpected" not in log
    print(done.stdout[done.stdout.index("API Operations") :])
