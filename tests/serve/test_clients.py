"""The clients that an integrator copies, in plain PHP and in a shell with curl, before a real server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
CLIENTS = {"curl": "curl/client.sh", "php": "php_client/client.php"}


@pytest.fixture(params=CLIENTS)
def program(request: pytest.FixtureRequest, server_outcomes: dict[str, str]) -> str:
    """What a client needs; the closing lines say whether it is there, and in CI it has to be."""
    name: str = request.param
    server_outcomes[f"{name} client"] = "ran" if shutil.which(name) else "missing"
    if not shutil.which(name):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {name} on this machine")
    return name


def ran(served, program: str, employee: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What the client says when it asks for that person."""
    environ = {"MKD_URL": served.address, "MKD_TOKEN": served.environ["TOKEN_PORTAL"], **environ}
    return subprocess.run(
        ["php" if program == "php" else "sh", EXAMPLES / CLIENTS[program], employee, str(served.wednesday)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_client_goes_from_the_first_question_to_the_day_plan(served, program: str) -> None:
    """Healthy, decided, proposed, submitted, approved by the superior, shown, planned; and refused with a code."""
    employee = {"curl": "k000002", "php": "k000139"}[program]
    done = ran(served, program, employee)
    superior = served.ask("GET", f"/v1/agreements/{employee}.1/history").json()[-1]["by"]

    assert (done.stderr, done.returncode) == ("", 0)
    *went, refused = done.stdout.splitlines()
    assert went == [
        "ready:    ready",
        "decision: approve",
        f"waits:    {employee}.1 for {superior}",
        "state:    approved",
        f"shown:    from {served.wednesday}",
        "day:      07:30-16:00 home 60",
    ]
    assert refused.startswith("refused:  MKD412")


def test_a_client_that_is_not_let_in_says_so(served, program: str) -> None:
    """It ends with an error at the first question that needs a token, and the token stands in nothing that it says."""
    done = ran(served, program, "k000002", MKD_TOKEN="another-token-of-more-than-32-characters")

    assert done.returncode != 0
    assert done.stdout == "ready:    ready\n"
    assert "another-token" not in done.stderr
