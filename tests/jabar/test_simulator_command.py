"""``mkd jabar simulate`` serves until it is told to end, and ``mkd jabar openapi`` prints what it serves."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from mkd_plugins.jabar.contract import ENDPOINTS, Known, document
from mkd_plugins.jabar.simulator import KINDS

MKD = Path(sysconfig.get_path("scripts")) / "mkd"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "jabar-simulator.md"


@contextmanager
def simulating(*options: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """The command while it serves, and what it says of itself."""
    command = [MKD, "jabar", "simulate", "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        try:
            assert re.fullmatch(r"listening at http://127\.0\.0\.1:\d+\n", process.stderr.readline())
            yield json.loads(process.stdout.readline()), process
        finally:
            process.terminate()


def refused(*options: str) -> str:
    done = subprocess.run([MKD, "jabar", "simulate", *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    return done.stderr


def test_it_says_where_everything_is_and_serves_it_there() -> None:
    """A program reads the addresses from the first line."""
    with simulating("--people", "63", "--fault", "/ref-unor=busy") as (places, _):
        assert requests.get(places["openapi"], timeout=10).text == document()
        assert requests.get(f"{places['sso']}/.well-known/openid-configuration", timeout=10).status_code == 200
        assert requests.get(f"{places['siasn']}/referensi/ref-unor", timeout=10).status_code == 503


def test_it_ends_well_when_it_is_told_to() -> None:
    """By the signal of a service manager, or by the keys of whoever watches it."""
    for told in (signal.SIGTERM, signal.SIGINT):
        with simulating("--people", "63") as (_, process):
            process.send_signal(told)
            assert process.wait(20) == 0


def test_what_cannot_be_is_refused_before_it_listens() -> None:
    """A port in use, a fault that does not exist, a province without room for its heads."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "MKD721" in refused("--port", str(taken.getsockname()[1]))
    assert "did you mean busy?" in refused("--fault", "siasn=bussy")
    assert "MKD290" in refused("--people", "5")


def test_the_document_is_printed_as_it_is_served() -> None:
    """For a mock, a generator of clients, or a reader."""
    done = subprocess.run([MKD, "jabar", "openapi"], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == document()


def test_the_page_lists_every_kind_of_fault_and_every_path_as_they_are() -> None:
    """How well each is known is read there by people who decide whether to rely on it."""
    text = PAGE.read_text(encoding="utf-8")

    for kind in KINDS.values():
        assert f"| `{kind.name}` | {kind.what} | {kind.known.value} |" in text
    for endpoint in ENDPOINTS:
        assert f"| {endpoint.known.value} | {endpoint.method} | `{endpoint.path}` |" in text
    for known in Known:
        assert f"| {known.value} |" in text
