"""A write is done once for its key, whatever happens in between."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import requests

from mkd_plugins.serve.keys import Begun, Keys

BODY = {"remote": "wed,thu"}
DYING = """
import os, signal
from pathlib import Path
from threading import Event

from mkd_plugins.api import hookimpl, journal
from mkd_plugins.journal.sqlite import SqliteConfig, SqliteJournal


def die_once(moment):
    flag = Path("die-" + moment)
    if flag.exists():
        flag.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class Dying(SqliteJournal):
    def append(self, stream, expected, events, effects=()):
        while Path("hold").exists():
            Event().wait(0.05)
        die_once("before")
        kept = super().append(stream, expected, events, effects)
        die_once("after")
        return kept


@hookimpl
def mkd_providers():
    return [journal(name="dying", config=SqliteConfig, build=Dying, cooperative=True)]
"""


def body(served) -> dict:
    """A request that begins in some weeks."""
    return {"from": str(served.starts), **BODY}


def agreements_of(served, person: str) -> list[str]:
    """The ids of that person's agreements."""
    listed = served.ask("GET", "/v1/agreements?limit=1000").json()
    return [each["agreement"] for each in listed if each["applicant"] == person]


def test_the_same_key_and_request_are_told_what_came_of_it(served) -> None:
    """Also when the agreement has moved on since: the answer is the first one."""
    first = served.ask("POST", "/v1/agreements", body(served), person="k000130", key='"a-key"')
    served.ask("POST", f"/v1/agreements/{first.json()['agreement']}/withdraw", person="k000130")

    again = served.ask("POST", "/v1/agreements", body(served), person="k000130", key="a-key")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert agreements_of(served, "k000130") == [first.json()["agreement"]]


@pytest.mark.parametrize("other", ["body", "person", "path"])
def test_a_key_is_good_for_one_request(served, other: str) -> None:
    """Another body, person or path under the key of something else is a mistake, and nothing happens."""
    person, key = {"body": "k000131", "person": "k000132", "path": "k000133"}[other], f"key-{other}"
    first = served.ask("POST", "/v1/agreements", body(served), person=person, key=key).json()["agreement"]
    path = f"/v1/agreements/{first}/submit" if other == "path" else "/v1/agreements"
    sent = {**body(served), "reason": "another"} if other == "body" else body(served)

    answer = served.ask(
        "POST", path, None if other == "path" else sent, person="k000134" if other == "person" else person, key=key
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "MKD715")
    assert agreements_of(served, person) == [first]


def test_two_systems_have_keys_of_their_own(served) -> None:
    """One system learns nothing of another by guessing its keys."""
    made = [
        served.ask("POST", "/v1/agreements", body(served), person="k000002", key="shared", token=token).json()
        for token in ("portal", "kiosk")
    ]

    assert made[0]["agreement"] != made[1]["agreement"]


@pytest.mark.parametrize("key", [None, "", '""', "a b", "é", "x" * 201])
def test_a_write_needs_a_key(served, key: str | None) -> None:
    """Whoever sends no key could not send it again."""
    told = {"Authorization": "Bearer token-of-portal-with-more-than-32-characters", "Mkd-Acting-Person": "k000135"}
    if key is not None:
        told["Idempotency-Key"] = key.encode("latin-1")  # type: ignore[assignment]

    answer = requests.post(f"{served.address}/v1/agreements", json=body(served), headers=told, timeout=60)

    assert (answer.status_code, answer.json()["code"]) == (400, "MKD714")


def test_what_was_refused_did_not_use_up_its_key(served) -> None:
    """Nothing happened, so the mended request may come under the same key."""
    draft = served.proposed("k000136", remote="mon-fri")["agreement"]
    path, key = f"/v1/agreements/{draft}", "refused-once"

    refused = served.ask("POST", f"{path}/submit", person="k000136", key=key)
    served.ask("POST", f"{path}/revise", {"remote": "wed"}, person="k000136")
    accepted = served.ask("POST", f"{path}/submit", person="k000136", key=key)

    assert (refused.status_code, accepted.status_code) == (409, 200)


def test_many_at_once_under_one_key_do_it_once(served) -> None:
    """All are told the same, or that it is being done."""
    together = Barrier(8)

    def ask(_: int) -> requests.Response:
        together.wait(30)
        return served.ask("POST", "/v1/agreements", body(served), person="k000137", key="many-at-once")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert {each.status_code for each in answers} <= {201, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"MKD716"}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert len(agreements_of(served, "k000137")) == 1


def test_many_at_once_under_keys_of_their_own_are_all_done(served) -> None:
    """Whoever was slower by a breath is not refused: it is as if they had come a moment later."""
    together = Barrier(3)

    def ask(_: int) -> int:
        together.wait(30)
        return served.ask("POST", "/v1/agreements", body(served), person="k000138").status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, range(3))) == [201] * 3
    assert len(agreements_of(served, "k000138")) == 3


@pytest.fixture
def dying(servers, tmp_path: Path):
    """A server whose journal ends the process at an append, or takes its time, where a file asks for it."""
    served = servers()
    info = tmp_path / "dying-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dying\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[mkd]\ndying = dying\n", encoding="utf-8")
    (tmp_path / "dying.py").write_text(DYING, encoding="utf-8")
    config = served.folder / "mkd.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[journal.sqlite]", "[journal.dying]"), encoding="utf-8"
    )
    served.environ["PYTHONPATH"] = str(tmp_path)
    return served


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("command", ["propose", "submit"])
def test_a_server_that_was_killed_in_between_did_it_once(dying, moment: str, command: str) -> None:
    """Killed before the journal had it, it is done when the key comes again; killed after, it is told and not done."""
    draft = dying.start().proposed()["agreement"]
    path, sent = ("/v1/agreements", body(dying)) if command == "propose" else (f"/v1/agreements/{draft}/submit", None)
    (dying.folder / f"die-{moment}").touch()
    with pytest.raises(requests.ConnectionError):
        dying.ask("POST", path, sent, person="k000002", key="once")
    dying.process.wait(timeout=60)
    happened = sqlite3.connect(dying.folder / "journal.db").execute("SELECT count(*) FROM mkd_events").fetchone()[0]

    dying.start()
    again = dying.ask("POST", path, sent, person="k000002", key="once")
    third = dying.ask("POST", path, sent, person="k000002", key="once")

    assert (happened > 1) == (moment == "after")
    assert again.status_code == third.status_code == (201 if command == "propose" else 200), again.text
    assert again.content == third.content
    assert again.headers.get("Idempotency-Replayed") == ("true" if moment == "after" else None)
    assert len(agreements_of(dying, "k000002")) == (2 if command == "propose" else 1)
    events = [item["event"] for item in dying.ask("GET", f"/v1/agreements/{draft}/history").json()]
    assert events.count("AgreementSubmitted") == (command == "submit")


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_key_that_is_at_work_is_not_begun_again(dying, workers: str) -> None:
    """Whichever process the second request comes to; another key is not kept waiting by it."""
    dying.start("--workers", workers)
    (dying.folder / "hold").touch()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(dying.ask, "POST", "/v1/agreements", body(dying), person="k000002", key="slow")
        dying.wait_for(lambda: b"slow" in b"".join(each.read_bytes() for each in dying.folder.glob("serve-keys.db*")))
        meanwhile = [dying.ask("POST", "/v1/agreements", body(dying), person="k000002", key="slow") for _ in range(6)]
        read = dying.ask("GET", "/v1/agreements")
        (dying.folder / "hold").unlink()
        made = first.result(60)

    again = dying.ask("POST", "/v1/agreements", body(dying), person="k000002", key="slow")

    assert {(each.status_code, each.json()["code"], each.headers["Retry-After"]) for each in meanwhile} == {
        (409, "MKD716", "1")
    }
    assert read.json() == []
    assert (made.status_code, again.content) == (201, made.content)


def test_a_server_that_cannot_keep_keys_does_not_start(servers) -> None:
    """A write that could not be told again is none: it says which file it needs."""
    served = servers('keys = "no/such/folder/keys.db"\n')

    with pytest.raises(AssertionError, match="MKD720"):
        served.start()


def test_keys_are_kept_over_a_restart(servers) -> None:
    """And nothing of a request but a digest stands beside them."""
    served = servers().start()
    first = served.ask(
        "POST", "/v1/agreements", {**body(served), "reason": "a private matter"}, person="k000002", key="k"
    )
    assert served.stop()[0] == 0

    again = served.start().ask(
        "POST", "/v1/agreements", {**body(served), "reason": "a private matter"}, person="k000002", key="k"
    )

    assert again.content == first.content
    assert b"private matter" not in (served.folder / "serve-keys.db").read_bytes()
    assert (served.folder / "serve-keys.db").stat().st_mode & 0o077 == 0


def test_keys_are_forgotten_after_their_days(tmp_path: Path) -> None:
    """A key of long ago may be used again, and the file does not grow for ever."""
    now = datetime.now(UTC)
    keys = Keys(tmp_path / "keys.db", keep_days=30)
    asked = {"caller": "host:portal", "request": "digest", "person": "k000002", "before": 0, "author": "k000002"}

    for days in (40, 29, 0):
        keys.keep(Begun(key=f"of {days} days", moment=now - timedelta(days=days), done=1, **asked))

    assert keys.find("host:portal", "of 40 days") is None
    assert [keys.find("host:portal", f"of {days} days") is not None for days in (29, 0)] == [True, True]
    keys.close()
