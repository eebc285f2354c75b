"""A call of a backend ends with an answer of the port or with a problem that names the plugin, and in time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from time import monotonic

import pytest

from mkd_core.errors import BackendError, Permanent, Transient
from mkd_plugins.api import Declined, Notice, Receipt
from mkd_plugins.host.guard import STUCK_LIMIT
from mkd_plugins.problems import CallProblem, DeadlineOverrun, Unavailable

pytestmark = pytest.mark.bare

ON = date(2026, 6, 1)


def notice(timeout: float = 30.0) -> Notice:
    return Notice(
        key="a:1:notification:0",
        to="k000001",
        name="Siti Aminah",
        address="siti@example.com",
        language="id",
        kind="approved",
        subject="Disetujui",
        body="",
        timeout=timeout,
    )


def sending(body: str, *, cooperative: bool = False) -> str:
    """A notification plugin whose ``send`` has this body."""
    return f"""
import sys, threading
from mkd_plugins.api import *

def bug(*_): return 1 / 0

class Backend:
    def send(self, notice):
        {body}

@hookimpl
def mkd_providers():
    return [notification(name="acme", config=NoConfig, build=lambda _: Backend(), cooperative={cooperative})]
"""


@pytest.fixture(params=[True, False], ids=["cooperative", "on a thread"])
def sender_of(request, site):
    """Makes the host and the backend whose ``send`` has that body, called in both ways."""

    def make(body: str):
        site.install("acme-hr", sending(body, cooperative=request.param))
        host = site.host("[notification.acme]")
        return host, host.one("notification")

    return make


def test_an_answer_comes_through(sender_of):
    """What the port allows is handed on as it is, a refusal to serve included."""
    _, backend = sender_of("return Declined('no address') if notice.to == 'x' else Receipt(key=notice.key)")

    assert backend.send(notice()) == Receipt(key="a:1:notification:0")
    assert backend.send(notice=notice()) == Receipt(key="a:1:notification:0")
    assert not isinstance(backend.send(notice()), Declined)


@pytest.mark.parametrize(("raised", "kind"), [("Transient('busy')", Transient), ("Permanent('gone')", Permanent)])
def test_what_a_backend_raises_on_purpose_is_its_answer(sender_of, raised, kind):
    """Transient and Permanent are part of the port and no problem of the plugin."""
    host, backend = sender_of(f"raise {raised}")

    with pytest.raises(kind):
        backend.send(notice())

    assert [problem for problem in host.problems if problem.label == "acme-hr[main]"] == []


@pytest.mark.parametrize("body", ["raise ValueError(notice.address.reveal())", "sys.exit(notice.address.reveal())"])
def test_anything_else_that_is_raised_is_the_plugins_bug(sender_of, problem_of, body):
    """The problem names plugin, method, kind and line; the words of the error may hold anything and stay out."""
    host, backend = sender_of(body)

    with pytest.raises(CallProblem) as caught:
        backend.send(notice())

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label, problem.stage) == ("MKD141", "acme-hr[main]", "call")
    assert problem.hint == "report it to the plugin's maker: only Transient and Permanent are raised on purpose"
    assert str(problem) == str(caught.value)
    assert "send of notification.acme raised " in problem.line
    assert "acme_hr.py:9" in problem.line or "SystemExit" in problem.line
    assert "siti@example.com" not in str(problem)


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("return 'sent'", "a str"),
        ("return None", "nothing"),
        ("return {'key': notice.key}", "a dict"),
        ("return type('', (), {})()", "an object without a name"),
    ],
)
def test_a_wrong_result_is_the_plugins_bug(sender_of, problem_of, body, got):
    """What the port does not allow never reaches the core."""
    host, backend = sender_of(body)

    with pytest.raises(CallProblem, match="MKD142"):
        backend.send(notice())

    problem = problem_of(host, "acme-hr")
    assert (problem.label, problem.stage) == ("acme-hr[main]", "call")
    assert problem.line == f"send of notification.acme returned {got}, expected Receipt or Declined"
    assert problem.hint == "report it to the plugin's maker"


@pytest.mark.parametrize(
    "body",
    [
        "return Receipt(key='b:2:notification:0')",
        "return object.__new__(type('Odd', (Receipt,), {'key': property(bug)}))",
    ],
)
def test_a_receipt_for_another_request_is_a_wrong_result(sender_of, problem_of, body):
    """Settled by it, the outbox would call delivered what was not; neither key is told, for keys name people."""
    host, backend = sender_of(body)

    with pytest.raises(CallProblem, match="MKD142"):
        backend.send(notice())

    problem = problem_of(host, "acme-hr")
    assert problem.line.startswith("send of notification.acme returned a")
    assert problem.line.endswith(", expected one with the key that it was given")
    assert "notification:0" not in str(problem)
    assert problem.hint == "report it to the plugin's maker"


def test_a_broken_contract_is_an_answer_of_the_backend_to_the_core(sender_of):
    """So that an outbox which knows nothing of plugins retries it."""
    _, backend = sender_of("return 1 / 0")

    with pytest.raises(BackendError):
        backend.send(notice())


@pytest.mark.parametrize("raised", ["GeneratorExit", "type('Cancelled', (BaseException,), {})"])
def test_what_is_no_exception_by_class_is_the_plugins_bug_too(sender_of, problem_of, raised):
    """Libraries derive their own from BaseException, so that nobody catches them by accident; the host does."""
    host, backend = sender_of(f"raise {raised}")

    with pytest.raises(CallProblem, match="MKD141"):
        backend.send(notice())

    assert problem_of(host, "acme-hr").line.startswith("send of notification.acme raised ")


def test_a_keyboard_interrupt_on_the_callers_thread_passes(site):
    """It is meant for the program."""
    site.install("acme-hr", sending("raise KeyboardInterrupt", cooperative=True))

    with pytest.raises(KeyboardInterrupt):
        site.host("[notification.acme]").one("notification").send(notice())


def test_a_keyboard_interrupt_on_a_thread_of_its_own_is_the_plugins_bug(site, problem_of):
    """Ctrl-C comes to the main thread alone, so nobody pressed it."""
    site.install("acme-hr", sending("raise KeyboardInterrupt"))
    host = site.host("[notification.acme]")

    with pytest.raises(CallProblem):
        host.one("notification").send(notice())

    assert problem_of(host, "acme-hr").line == "send of notification.acme raised KeyboardInterrupt at acme_hr.py:9"


@pytest.mark.parametrize("raised", ["1 / 0", "sys.exit(1)"])
def test_a_result_that_raises_when_it_is_looked_at_is_a_wrong_one(sender_of, problem_of, raised):
    """Such as a lazy stand-in for something that cannot be had."""
    host, backend = sender_of(f"return type('Lazy', (), {{'__class__': property(lambda self: {raised})}})()")

    with pytest.raises(CallProblem, match="MKD142") as caught:
        backend.send(notice())

    kind = type(caught.value.__cause__).__name__
    assert kind in ("ZeroDivisionError", "SystemExit")
    said = problem_of(host, "acme-hr").line
    assert said.startswith(
        f"send of notification.acme returned a Lazy that raises {kind} at acme_hr.py:9 when looked at"
    )


def test_a_hanging_backend_is_answered_for_in_time(site, problem_of):
    """Within the deadline and one second; the thread given up is counted, and the request may be sent again."""
    site.install("acme-hr", sending("threading.Event().wait()"))
    host = site.host("[notification.acme]")
    backend = host.one("notification")

    began = monotonic()
    with pytest.raises(DeadlineOverrun) as caught:
        backend.send(notice(timeout=0.2))
    took = monotonic() - began

    assert 0.2 <= took < 1.2
    assert isinstance(caught.value, Transient)
    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label, problem.stage) == ("MKD143", "acme-hr[main]", "call")
    assert problem.line == "send did not answer within 0.2 seconds"
    assert problem.hint == "see whether what it talks to answers, or raise its deadline in [mkd.deadlines]"
    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]
    assert (row.hanging, row.given_up) == (1, 1)


def test_the_file_may_give_one_backend_another_deadline(site):
    """What the operator writes goes before what the request asks for."""
    site.install("acme-hr", sending("threading.Event().wait()"))
    host = site.host('mkd.deadlines = { "notification.acme" = 0.1 }\n[notification.acme]')

    with pytest.raises(DeadlineOverrun, match=r"within 0\.1 seconds"):
        host.one("notification").send(notice(timeout=600))


def test_a_thread_that_ends_late_is_no_longer_counted_as_hanging(site):
    """Given up stays counted, hanging is what runs still."""
    site.install("acme-hr", sending("gate.wait(); return Receipt(key=notice.key)") + "\ngate = threading.Event()\n")
    host = site.host("[notification.acme]")
    backend = host.one("notification")
    with pytest.raises(DeadlineOverrun):
        backend.send(notice(timeout=0.05))

    sys.modules["acme_hr"].gate.set()
    backend.send(notice())

    [guard_threads] = [backend.guard.threads]
    for thread in guard_threads.abandoned:
        thread.join(5)
    assert (guard_threads.hanging(), guard_threads.total) == (0, 1)


def test_a_backend_that_hangs_again_and_again_is_not_called_any_more(site, problem_of):
    """Threads are not given up without end."""
    site.install("acme-hr", sending("threading.Event().wait()"))
    host = site.host("[notification.acme]")
    backend = host.one("notification")

    for _ in range(STUCK_LIMIT):
        with pytest.raises(DeadlineOverrun, match="MKD143"):
            backend.send(notice(timeout=0.01))
    with pytest.raises(Unavailable, match="MKD144") as refused:
        backend.send(notice(timeout=600))

    assert isinstance(refused.value, Transient)  # the notice waits
    assert refused.value.hint == "restart when it answers again"
    assert [problem.code for problem in host.problems if problem.label == "acme-hr[main]"] == ["MKD143", "MKD144"]


def test_a_cooperative_backend_that_was_late_keeps_its_result(site, problem_of):
    """What was done is done; that it took too long is recorded."""
    body = "threading.Event().wait(0.05); return Receipt(key=notice.key)"
    site.install("acme-hr", sending(body, cooperative=True))
    host = site.host("[notification.acme]")

    assert isinstance(host.one("notification").send(notice(timeout=0.01)), Receipt)

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.line) == (
        "MKD143",
        "send of notification.acme took longer than its 0.01 seconds",
    )


HANGING = {
    "call": sending("threading.Event().wait()"),
    "factory": sending("pass").replace("lambda _: Backend()", "lambda _: threading.Event().wait()"),
    "close": sending("return Receipt(key=notice.key)").replace(
        "    def send", "    def close(self): threading.Event().wait()\n\n    def send"
    ),
}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (HANGING["call"], "MKD143 acme-hr[main]: send did not answer within 0.1 seconds"),
        (HANGING["factory"], "MKD133 acme-hr[main]: notification.acme was not made within 0.1 seconds"),
        (HANGING["close"], "MKD143 acme-hr[main]: close did not answer within 0.1 seconds"),
    ],
    ids=HANGING.keys(),
)
def test_a_hanging_backend_does_not_keep_the_process_from_exiting(site, source, said):
    """The program ends while the call, the factory or the end of the backend still hangs."""
    site.install("acme-hr", source)
    script = f"""
import sys
sys.path.insert(0, {str(site.folder)!r})
from pathlib import Path
from mkd_plugins.api import Notice, Transient
from mkd_plugins.config import Config
from mkd_plugins.host import Host
with Host.load(Config.from_toml("mkd.deadline = 0.1\\n[notification.acme]", folder=Path())) as host:
    [backend] = host.build("notification")
    try:
        backend.send(Notice(key="k", to="p", name="", address="", language="id", kind="k", subject="", body="",
                            timeout=0.1))
    except Transient:
        pass
print(*[problem for problem in host.problems if problem.label == "acme-hr[main]"])
"""

    began = monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)

    assert monotonic() - began < 10
    assert done.stdout.startswith(said)


IDENTITY = """
from mkd_plugins.api import *

class Backend:
    def person(self, key, on): return NotMine()
    def lookup(self, handle, on): return NotMine()
    def unit(self, key, on): return None
    def units(self, on): return []
    def mandates(self, on): return ()
    def people(self, on):
        PEOPLE

@hookimpl
def mkd_providers():
    return [identity(name="acme", config=NoConfig, build=lambda _: Backend(), cooperative=COOPERATIVE)]
"""


@pytest.mark.parametrize("cooperative", [True, False])
def test_many_people_come_through_one_by_one(site, cooperative):
    """A generator stays one, in order and complete."""
    body = "yield from (Employee(key=str(n), unit='u') for n in range(1000))"
    site.install("acme-hr", IDENTITY.replace("PEOPLE", body).replace("COOPERATIVE", str(cooperative)))

    people = site.host("[identity.acme]").one("identity").people(ON)

    assert next(iter(people)).key == "0"
    assert [person.key for person in people] == [str(number) for number in range(1, 1000)]


@pytest.mark.parametrize("cooperative", [True, False])
@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("yield Employee(key='1', unit='u'); 1 / 0", "MKD141", "people of identity.acme raised ZeroDivisionError"),
        (
            "yield 'k000001'",
            "MKD142",
            "people of identity.acme returned a str, expected items that are Iterable of Employee",
        ),
        (
            "return ['k000001']",
            "MKD142",
            "people of identity.acme returned a str, expected items that are Iterable of Employee",
        ),
        ("return 'k000001'", "MKD142", "people of identity.acme returned a str, expected Iterable of Employee"),
    ],
)
def test_what_goes_wrong_while_people_are_read_is_caught_too(site, problem_of, cooperative, body, code, line):
    """The guard does not end where the generator begins."""
    site.install("acme-hr", IDENTITY.replace("PEOPLE", body).replace("COOPERATIVE", str(cooperative)))
    host = site.host("[identity.acme]")

    with pytest.raises(CallProblem):
        list(host.one("identity").people(ON))

    problem = problem_of(host, "acme-hr")
    assert problem.code == code
    assert problem.line.startswith(line)


def test_a_list_of_people_that_hangs_halfway_is_answered_for_in_time(site, problem_of):
    """Every step of a lazy result has its deadline."""
    body = "yield Employee(key='1', unit='u'); __import__('threading').Event().wait()"
    site.install("acme-hr", IDENTITY.replace("PEOPLE", body).replace("COOPERATIVE", "False"))
    host = site.host("mkd.deadline = 0.2\n[identity.acme]")

    began = monotonic()
    with pytest.raises(DeadlineOverrun, match="MKD143"):
        list(host.one("identity").people(ON))

    assert monotonic() - began < 1.2
    assert problem_of(host, "acme-hr").line == "people did not answer within 0.2 seconds"


def test_an_item_that_raises_when_it_is_looked_at_is_a_wrong_one(site, problem_of):
    """Each item of a lazy result is looked at, and none gets past that."""
    body = "yield type('Lazy', (), {'__class__': property(lambda self: 1 / 0)})()"
    site.install("acme-hr", IDENTITY.replace("PEOPLE", body).replace("COOPERATIVE", "True"))
    host = site.host("[identity.acme]")

    with pytest.raises(CallProblem, match="MKD142"):
        list(host.one("identity").people(ON))

    assert "people of identity.acme returned a Lazy" in problem_of(host, "acme-hr").line


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where whoever runs the tests has put them into the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_while_waiting_gives_the_call_up(site, heard):
    """Whoever presses Ctrl-C is not held by a plugin that hangs."""
    body = "os.kill(os.getpid(), signal.SIGINT); threading.Event().wait()"
    site.install("acme-hr", "import os, signal" + sending(body))
    host = site.host("[notification.acme]")

    with pytest.raises(KeyboardInterrupt):
        host.one("notification").send(notice())

    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]
    assert row.given_up == 1
