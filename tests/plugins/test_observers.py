"""Observers are told of everything, and nothing that one of them does is felt by anybody else."""

from __future__ import annotations

import subprocess
import sys
import threading
from time import monotonic

import pytest

pytestmark = pytest.mark.bare

OBSERVER = """
import threading
from mkd_plugins.api import hookimpl
seen = []
asked = threading.Event()

@hookimpl
def mkd_observe(event):
    BODY
"""
WATCHING = OBSERVER.replace("BODY", "seen.append(event)")


def test_an_observer_is_told_of_every_event(site):
    """In their order, and all of them before the host ends."""
    site.install("watch-hr", WATCHING)

    with site.host() as host:
        for number in range(500):
            host.observe(number)

    assert sys.modules["watch_hr"].seen == [*range(500)]


def test_an_observer_without_an_argument_is_told_too(site):
    """A hook takes of its arguments what it wants."""
    site.install("watch-hr", WATCHING.replace("observe(event)", "observe()").replace("(event)", "('something')"))

    with site.host() as host:
        host.observe("approved")

    assert sys.modules["watch_hr"].seen == ["something"]


@pytest.mark.parametrize("raised", ["ValueError", "SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_an_observer_that_raises_stops_nothing(site, problem_of, raised):
    """The next one is told all the same, itself of the next event too, and the failure is recorded once."""
    site.install("bad-hr", OBSERVER.replace("BODY", f"seen.append(event); raise {raised}"))
    site.install("watch-hr", WATCHING)

    with site.host() as host:
        host.observe("approved")
        host.observe("ended")

    assert sys.modules["watch_hr"].seen == sys.modules["bad_hr"].seen == ["approved", "ended"]
    problem = problem_of(host, "bad-hr")
    assert (problem.code, problem.line) == ("MKD141", f"mkd_observe of observer raised {raised} at bad_hr.py:9")
    assert host.times(problem) == 2


def test_an_observer_may_not_refuse(site, problem_of):
    """It is told, not asked: what it raises on purpose is recorded like anything else."""
    site.install("bad-hr", OBSERVER.replace("BODY", "raise Permanent('no')").replace("hookimpl\n", "*\n", 1))

    with site.host() as host:
        host.observe("approved")

    assert problem_of(host, "bad-hr").line == "mkd_observe of observer refused: MKD603 no"


def test_an_observer_that_hangs_holds_up_nobody(site, problem_of):
    """Whoever commands waits for no observer, the others are told, and the one that hangs is told nothing more."""
    site.install("bad-hr", OBSERVER.replace("BODY", "seen.append(event); asked.set(); threading.Event().wait()"))
    site.install("watch-hr", WATCHING)
    host = site.host("mkd.deadline = 0.05")

    began = monotonic()
    host.observe("approved")
    took = monotonic() - began
    sys.modules["bad_hr"].asked.wait(5)
    threading.Event().wait(0.1)  # longer than its deadline, while nobody waits for it
    host.observe("ended")
    host.close()

    assert took < 1
    assert sys.modules["bad_hr"].seen == ["approved"]
    assert sys.modules["watch_hr"].seen == ["approved", "ended"]
    assert (problem_of(host, "bad-hr").code, problem_of(host, "bad-hr").line) == (
        "MKD143",
        "mkd_observe did not answer within 0.05 seconds",
    )
    [row] = [row for row in host.report() if row.label == "bad-hr[main]"]
    assert (row.hanging, row.given_up) == (1, 1)


def test_a_hanging_observer_does_not_keep_the_process_from_exiting(site):
    """The end of the host waits for it for a moment, and then no longer."""
    site.install("bad-hr", OBSERVER.replace("BODY", "threading.Event().wait()"))
    script = f"""
import sys
sys.path.insert(0, {str(site.folder)!r})
from mkd_plugins.config import Config
from mkd_plugins.host import Host
with Host.load(Config()) as host:
    host.observe("approved")
print(*[problem for problem in host.problems if problem.label == "bad-hr[main]"])
"""

    began = monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)

    assert monotonic() - began < 10
    assert done.stdout.startswith("MKD143 bad-hr[main]: mkd_observe did not take what waited for it within 2 seconds")
