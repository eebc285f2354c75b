"""How often and how much may be asked, and by how many processes it is answered."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from mkd_plugins.serve.limiting import Limiter
from mkd_plugins.serve.problem import HttpProblem

MKD = Path(sysconfig.get_path("scripts")) / "mkd"
DECIDE = {"facts": {"agreement": {"remote_days": 5}}, "show": "brief"}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(limiter: Limiter, who: str, rate: float, times: int) -> int:
    """How many of so many requests were allowed."""
    allowed = 0
    for _ in range(times):
        try:
            limiter.take(who, rate)
        except HttpProblem:
            continue
        allowed += 1
    return allowed


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    """Each has a bucket of their own, and a long pause fills it no further than the burst."""
    clock = Clock()
    limiter = Limiter(burst=5, clock=clock)

    first = [taken(limiter, who, 2.0, 8) for who in ("portal", "kiosk")]
    clock.now = 1.0
    after_a_second = taken(limiter, "portal", 2.0, 8)
    clock.now = 1000.0
    after_a_while = taken(limiter, "portal", 2.0, 8)

    assert (first, after_a_second, after_a_while) == ([5, 5], 2, 5)


def test_several_processes_allow_their_part_each() -> None:
    """Together they allow what one does."""
    clock = Clock()
    limiter = Limiter(burst=8, workers=4, clock=clock)

    burst = taken(limiter, "portal", 4.0, 10)
    clock.now = 1.0

    assert (burst, taken(limiter, "portal", 4.0, 10)) == (2, 1)


def test_whoever_asks_too_often_is_told_when_to_come_again(servers) -> None:
    """One system's hurry costs no other system an answer."""
    served = servers()
    config = served.folder / "mkd.toml"
    config.write_text(config.read_text("utf-8").replace("burst = 10000", "burst = 3"), encoding="utf-8")
    served.start()

    hasty = [served.ask("POST", "/v1/decide", DECIDE, token="eager") for _ in range(6)]
    other = served.ask("POST", "/v1/decide", DECIDE)

    refused = [each for each in hasty if each.status_code == 429]
    assert len(refused) >= 2
    assert {each.json()["code"] for each in refused} == {"MKD717"}
    assert all(int(each.headers["Retry-After"]) == 1 for each in refused)
    assert other.status_code == 200


def test_a_huge_body_is_refused_before_it_was_sent(servers) -> None:
    """Its length alone is enough, and no memory is spent on it."""
    served = servers().start()
    host, _, port = served.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n")
        assert b" 413 " in line.recv(4096)


def worker_pids(served) -> list[int]:
    """The processes that the server began to answer."""
    server = served.process.pid
    begun = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    return [int(pid) for pid in begun if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def answers(pid: int) -> bool:
    """Whether that process has its threads: it takes requests then."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())) >= 4


@pytest.fixture
def crowd(servers):
    """A server of three processes."""
    return servers().start("--workers", "3", "--threads", "2")


def test_several_processes_answer_together_and_do_each_key_once(crowd) -> None:
    """Whichever process a request comes to, a key is known there."""
    body = {"from": str(crowd.starts), "remote": "wed"}

    def ask(number: int) -> requests.Response:
        return crowd.ask("POST", "/v1/agreements", body, person="k000130", key=f"key-{number % 4}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))

    made = {each.json()["agreement"] for each in answers if each.status_code == 201}
    assert {each.status_code for each in answers} <= {201, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"MKD716", "MKD501"}
    assert {each["agreement"] for each in crowd.ask("GET", "/v1/agreements").json()} == made
    assert len(made) == 4


def test_another_process_begins_where_one_was_killed(crowd) -> None:
    """Nobody has to wake up for it, and nobody who asks notices for long."""
    crowd.wait_for(lambda: len(worker_pids(crowd)) == 3)
    crowd.wait_for(lambda: all(map(answers, worker_pids(crowd))))
    killed = worker_pids(crowd)[0]

    os.kill(killed, signal.SIGKILL)

    crowd.wait_for(lambda: len(worker_pids(crowd)) == 3 and killed not in worker_pids(crowd))
    assert crowd.ask("POST", "/v1/decide", DECIDE).status_code == 200


def test_told_to_end_it_ends_with_all_its_processes(crowd) -> None:
    """With status 0, and the address is free again."""
    crowd.wait_for(lambda: len(worker_pids(crowd)) == 3)
    assert crowd.ask("GET", "/health/live").status_code == 200
    pids = worker_pids(crowd)

    status, _ = crowd.stop()

    assert status == 0
    assert len(pids) == 3
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{crowd.address}/health/live", timeout=5)


def test_processes_do_not_outlive_the_one_that_began_them(crowd) -> None:
    """Also when it was killed."""
    crowd.wait_for(lambda: len(worker_pids(crowd)) == 3)
    assert crowd.ask("GET", "/health/live").status_code == 200
    pids = worker_pids(crowd)

    crowd.process.kill()

    crowd.wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert len(pids) == 3


def test_an_address_that_is_taken_is_told_with_a_code(served) -> None:
    """And how to choose another."""
    port = served.address.rpartition(":")[2]
    done = subprocess.run(
        [MKD, "serve", "--port", port],
        cwd=served.folder,
        env=served.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "MKD721" in done.stderr
    assert "--port" in done.stderr


def test_the_check_of_a_deployment_reads_how_it_is_served(served) -> None:
    """A token that is too short is found before the server is started, with every other fault."""
    config = served.folder / "checked.toml"
    text = (served.folder / "mkd.toml").read_text(encoding="utf-8")
    config.write_text(text.replace("burst = 10000", "burst = 0\nrat = 1"), encoding="utf-8")
    checked = [
        subprocess.run(
            [MKD, "--config", name, "plugins", "check"],
            cwd=served.folder,
            env={**served.environ, "TOKEN_EAGER": "short"} if name == "checked.toml" else served.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for name in ("mkd.toml", "checked.toml")
    ]

    assert [each.returncode for each in checked] == [0, 1]
    assert all(key in checked[1].stderr for key in ("serve.burst", "serve.rat", "serve.hosts"))


def test_a_check_of_the_configuration_reads_the_certificates_of_the_provider(servers) -> None:
    """A file that is not there, or holds no certificate, is told before anybody logs in."""
    served = servers()
    oidc = '[serve.oidc]\nissuer = "https://sso"\naudience = "mkd"\njwks = "https://sso/certs"\nca_file = "{}"\n'
    (served.folder / "empty.pem").write_text("", encoding="utf-8")
    text = (served.folder / "mkd.toml").read_text(encoding="utf-8")
    refused = []
    for file in ("missing.pem", "empty.pem"):
        (served.folder / "checked.toml").write_text(text + oidc.format(file), encoding="utf-8")
        command = [MKD, "--config", "checked.toml", "plugins", "check"]
        done = subprocess.run(
            command, cwd=served.folder, env=served.environ, capture_output=True, text=True, timeout=60, check=False
        )
        refused.append("serve.oidc.ca_file: holds no certificates" in done.stderr)

    assert refused == [True, True]


def test_plugins_of_others_may_be_left_out(servers, tmp_path: Path) -> None:
    """Served with --no-plugins, a plugin that would end the process on import is not imported."""
    info = tmp_path / "deadly-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[mkd]\ndeadly = deadly\n", encoding="utf-8")
    (tmp_path / "deadly.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    served = servers()
    served.environ["PYTHONPATH"] = str(tmp_path)

    served.start("--workers", "2", before=["--no-plugins"])

    assert served.ask("POST", "/v1/decide", DECIDE).status_code == 200
