"""``mkd plugins`` says of real installed plugins what is wrong with them, whatever they do to whoever loads them."""

from __future__ import annotations

import json
from time import monotonic

import pytest

pytestmark = pytest.mark.bare

PINGED = """
    import threading
    import attrs
    from mkd_plugins.api import *

    class Backend:
        def send(self, notice): return Receipt(key=notice.key)
        def ping(self): PING

    @hookimpl
    def mkd_providers():
        return [notification(name="acme", config=NoConfig, build=lambda _: Backend(), capabilities=["ping"])]
"""
DEPLOYED = '[mkd]\ndeadline = 0.3\n[journal.sqlite]\npath = "journal.db"\n'


def test_check_names_the_plugin_that_hangs_on_import(site, sender, mkd):
    """It answers in time, though no host could load that plugin, and reads the others."""
    site.install("hang-hr", "import threading; threading.Event().wait()")
    site.install("acme-hr", sender)

    began = monotonic()
    done = mkd("check", "--seconds", "2")

    assert monotonic() - began < 20
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: MKD113 hang-hr[main]: import of hang_hr did not end within 2 seconds (disable"
    )
    assert "acme-hr" not in done.stderr


@pytest.mark.parametrize(
    ("ping", "said"),
    [
        ("return None", None),
        ("raise Transient('the gateway is down')", "MKD145 acme-hr[main]: notification.acme does not answer: MKD602"),
        ("return 1 / 0", "MKD141 acme-hr[main]: ping of notification.acme raised ZeroDivisionError"),
        ("threading.Event().wait()", "MKD143 acme-hr[main]: ping did not answer within 0.3 seconds"),
    ],
    ids=["answers", "refuses", "raises", "hangs"],
)
def test_check_pings_what_has_a_ping(site, mkd, ping, said):
    """The connection is tried before anybody depends on it; a ping that hangs is counted and keeps nobody waiting."""
    site.install("acme-hr", PINGED.replace("PING", ping))

    done = mkd("check", "--ping", "--json", toml=f"{DEPLOYED}[notification.acme]\n")

    data = json.loads(done.stdout)
    assert data["ping"]["journal.sqlite"] == "answers"
    assert data["hanging"] == (1 if "wait" in ping else 0)
    if said is None:
        assert (done.returncode, data["ping"]["notification.acme"]) == (0, "answers")
    else:
        assert done.returncode == 1
        assert f"error: {said}" in done.stderr


def test_list_without_plugins_imports_none_of_them(site, mkd):
    """The way out when one of them hangs or kills whoever loads it."""
    site.install("hang-hr", "import threading; threading.Event().wait()")

    done = mkd("list", "--json", before=["--no-plugins"])

    states = {row["label"]: (row["state"], row["hanging"]) for row in json.loads(done.stdout)}
    assert states["hang-hr[main]"] == ("off", 0)


CHATTY = """
    import sys
    from mkd_plugins.api import NoConfig, hookimpl, notification

    print("hello from the import")

    class Sender:
        def send(self, notice): ...
        def ping(self): print("hello from the ping")
        def close(self): print("hello from the end")

    def build(config):
        print("hello from the factory")
        return Sender()

    @hookimpl
    def mkd_providers():
        print("hello from the hook")
        return [notification(name="acme", config=NoConfig, build=build, capabilities=["ping"], cooperative=COOPERATIVE)]
"""


@pytest.mark.parametrize("cooperative", [True, False])
@pytest.mark.parametrize("words", [("list",), ("show", "main"), ("check", "--ping"), ("doctor",)])
def test_a_plugin_that_prints_does_not_spoil_what_programs_read(mkd, site, words, cooperative):
    """Standard output is for the answer; what a plugin prints on import, when asked and at the end goes to stderr."""
    site.install("acme-hr", CHATTY.replace("COOPERATIVE", str(cooperative)))

    done = mkd(*words, "--json", toml=f"{DEPLOYED}[notification.acme]\n")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert "hello from the import" in done.stderr
    assert "hello" not in done.stdout
