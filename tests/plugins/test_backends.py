"""A backend is made from its table; what goes wrong has a code, and only ports that fail closed stop for it."""

from __future__ import annotations

import sys
from time import monotonic

import pytest

from mkd_core.errors import InvalidInput, MkdError, Transient
from mkd_core.ports import Port, Receipt
from mkd_plugins.api import Notice
from mkd_plugins.problems import BuildProblem, ConfigProblem

NOTICE = Notice(
    key="a:1:notification:0",
    to="k000001",
    name="Siti",
    address="siti@example.com",
    language="id",
    kind="approved",
    subject="Disetujui",
    body="",
)


def plugin(body: str, *, port: str = "notification", config: str = "pass") -> str:
    """A plugin whose factory is ``build(config)`` with this body, and whose configuration class has that body."""
    return f"""
import attrs, sys, threading
from pathlib import Path
from mkd_plugins.api import *

@attrs.frozen
class Config:
    {config}

class Backend:
    def send(self, notice): return Receipt(key=notice.key)
    def submit(self, run): return None

def build(config):
    {body}

@hookimpl
def mkd_providers():
    return [{port}(name="acme", config=Config, build=build)]
"""


def test_the_backend_of_a_table_gets_its_settings(site, sender):
    """The table becomes a value of the plugin's class before the factory sees it."""
    site.install("acme-hr", sender)

    [backend] = site.host('[notification.acme]\nurl = "https://example.com/hr"').build("notification")

    assert backend.send(NOTICE) == Receipt(key=NOTICE.key, reference="https://example.com/hr")
    assert repr(backend) == "<notification.acme of acme-hr[main]>"


def test_only_configured_backends_are_made(site, sender):
    """Being installed is not being used."""
    site.install("acme-hr", sender)

    assert site.host().build("notification") == []


def test_a_backend_is_made_once(site, sender):
    """Whoever asks gets the same one, by the port's name or its constant."""
    site.install("acme-hr", sender)
    host = site.host("[notification.acme]")

    assert host.build("notification") == host.build(Port.NOTIFICATION) == [host.one("notification")]


def test_several_backends_come_in_the_order_of_the_file(site, sender):
    """The order of the file is the order in which they are asked."""
    site.install("acme-hr", sender)
    site.install("beta-hr", sender.replace('"acme"', '"beta"'))

    backends = site.host("[notification.beta]\n[notification.acme]").build("notification")

    assert [backend.backend for backend in backends] == ["notification.beta", "notification.acme"]


def test_a_wrong_configuration_names_every_fault_with_its_place(site, problem_of):
    """The problem is the plugin's by label and says the path in the file."""
    site.install("acme-hr", plugin("return Backend()", config="url: str; token: Secret; retries: int = 1"))
    host = site.host('[notification.acme]\nulr = "x"\nretries = "2"\ntoken = "hunter2"')

    host.build("notification")

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.stage) == ("MKD122", "config")
    assert [fault.path for fault in problem.faults] == [
        f"notification.acme.{key}" for key in ("ulr", "url", "token", "retries")
    ]
    assert "hunter2" not in str(problem)


def test_a_configuration_class_that_cannot_be_read_is_the_plugins_bug(site, problem_of):
    """Its annotations are the plugin's, and may name what is not there."""
    site.install("acme-hr", plugin("return Backend()", config="url: 'Nowhere'"))
    host = site.host('notification.acme.url = "x"')

    host.check()

    problem = problem_of(host, "acme-hr")
    assert problem.code == "MKD131"
    said = "the configuration class of notification.acme cannot be used: NameError: name 'Nowhere' is not defined"
    assert (problem.line, problem.hint) == (said, "report it to the plugin's maker")


def test_an_unset_secret_has_a_code_of_its_own(site, problem_of):
    """The file is right and the machine is not: the operator sets a variable and changes nothing."""
    site.install("acme-hr", plugin("return Backend()", config="token: Secret"))
    host = site.host('notification.acme.token = { env = "MKD_TOKEN" }')

    host.check()

    problem = problem_of(host, "acme-hr")
    assert problem.code == "MKD123"
    assert problem.line == "notification.acme.token: the environment variable MKD_TOKEN is not set (set MKD_TOKEN)"


def test_a_secret_reaches_the_factory(site):
    """From the environment that the host was given."""
    site.install(
        "acme-hr", plugin("assert config.token.reveal() == 'hunter2'; return Backend()", config="token: Secret")
    )
    host = site.host('notification.acme.token = { env = "MKD_TOKEN" }', environ={"MKD_TOKEN": "hunter2"})

    assert len(host.build("notification")) == 1


def test_a_backend_whose_extra_is_missing_says_what_to_install(site):
    """The reason stands where the backend is asked for, too."""
    site.install("acme-hr", "import nowhere_to_be_found", requires=("nowhere-to-be-found; extra == 'cloud'",))

    with pytest.raises(ConfigProblem) as caught:
        site.host("[payroll.acme]").one("payroll")

    assert "acme-hr[main] did not load: pip install 'acme-hr[cloud]'" in caught.value.hint


def test_what_is_due_to_an_unknown_backend_waits(site):
    """A notice to a backend whose plugin is not there is neither lost nor counted as refused."""
    [backend] = site.host("[notification.acme]").build("notification")

    with pytest.raises(Transient, match="MKD124"):
        backend.send(NOTICE)


def test_a_capability_that_is_a_method_can_be_called(site, sender):
    """Through the guard, like the methods of the port; what is not announced stays behind it."""
    source = sender.replace("build=Sender)", "build=Sender, capabilities=['ping', 'html'])")
    source = source.replace("    def send", "    def ping(self): return self.config.url\n\n        def send")
    site.install("acme-hr", source)

    backend = site.host("[notification.acme]").one("notification")

    assert backend.ping() == "https://example.com"
    assert backend.capabilities == {"ping", "html"}
    assert not hasattr(backend, "config")


def test_an_unknown_backend_is_answered_with_the_nearest_one(site, sender):
    """A misspelt table is not an unused table."""
    site.install("acme-hr", sender)

    host = site.host("[notification.acmee]")

    [problem] = [problem for problem in host.problems if problem.code == "MKD124"]
    assert problem.line == "[notification.acmee] names a backend that no plugin offers"
    assert problem.hint.startswith("did you mean acme?")


def test_a_backend_of_a_plugin_that_did_not_load_points_to_it(site):
    """The hint of the unknown backend names the plugins that did not load."""
    site.install("acme-hr", "raise ValueError")

    [problem] = [problem for problem in site.host("[payroll.acme]").problems if problem.code == "MKD124"]

    assert "acme-hr[main] did not load: MKD103" in problem.hint


def test_a_backend_whose_announcement_failed_points_to_its_plugin(site):
    """Also where the rest of the plugin was taken."""
    body = "raise ValueError\n\n@hookimpl\ndef mkd_facts(): return []\n"
    source = plugin("return Backend()", port="payroll").replace("    return [payroll", f"    {body}\nunused = [payroll")
    site.install("acme-hr", source)

    [problem] = [problem for problem in site.host("[payroll.acme]").problems if problem.code == "MKD124"]

    assert "acme-hr[main] did not load: MKD108" in problem.hint


FACTORIES = {
    "raises": (
        "MKD131",
        "raise OSError('no route')",
        "notification.acme cannot be made: OSError: no route at acme_hr.py:",
    ),
    "exits": ("MKD131", "sys.exit(1)", "notification.acme cannot be made: SystemExit: 1"),
    "interrupts": ("MKD131", "raise KeyboardInterrupt", "notification.acme cannot be made: KeyboardInterrupt: "),
    "raises what is no exception by class": (
        "MKD131",
        "raise GeneratorExit('gone')",
        "notification.acme cannot be made: GeneratorExit: gone at acme_hr.py:",
    ),
    "returns something that raises when looked at": (
        "MKD131",
        "return type('Odd', (), {'send': property(lambda self: 1 / 0)})()",
        "notification.acme cannot be made: ZeroDivisionError: division by zero",
    ),
    "refuses": ("MKD131", "raise Permanent('wrong account')", "notification.acme cannot be made: MKD603 wrong account"),
    "returns nothing": ("MKD132", "return None", "build of notification.acme returned nothing without send"),
    "returns something else": (
        "MKD132",
        "return object()",
        "build of notification.acme returned an object without send",
    ),
    "hangs": ("MKD133", "threading.Event().wait()", "notification.acme was not made within 0.2 seconds"),
}


@pytest.mark.parametrize(("code", "body", "line"), FACTORIES.values(), ids=FACTORIES.keys())
def test_a_factory_that_makes_no_backend_is_a_recorded_problem(site, problem_of, code, body, line):
    """On a port that is retried something stands in for it, so that notices wait; the problem has the plugin's name."""
    site.install("acme-hr", plugin(body))
    host = site.host("mkd.deadline = 0.2\n[notification.acme]")

    [backend] = host.build("notification")

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label, problem.stage) == (code, "acme-hr[main]", "build")
    assert line in problem.line
    assert problem.hint
    with pytest.raises(Transient, match=code):
        backend.send(NOTICE)


@pytest.mark.parametrize(
    ("code", "body", "line"),
    [factory for name, factory in FACTORIES.items() if name not in ("interrupts", "hangs")],
    ids=[name for name in FACTORIES if name not in ("interrupts", "hangs")],
)
def test_a_factory_on_the_callers_own_thread_is_no_less_guarded(site, problem_of, code, body, line):
    """A cooperative plugin keeps the deadline by itself; all else that it does is caught all the same."""
    site.install("acme-hr", plugin(body).replace("build=build)", "build=build, cooperative=True)"))
    host = site.host("[notification.acme]")

    [backend] = host.build("notification")

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label, problem.stage) == (code, "acme-hr[main]", "build")
    assert line in problem.line
    with pytest.raises(Transient, match=code):
        backend.send(NOTICE)


def test_a_factory_that_hangs_is_answered_for_in_time(site):
    """Within the deadline and one second; the thread given up is counted."""
    site.install("acme-hr", plugin("threading.Event().wait()"))
    host = site.host("mkd.deadline = 0.2\n[notification.acme]")

    began = monotonic()
    host.build("notification")
    took = monotonic() - began

    assert 0.2 <= took < 1.2
    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]
    assert (row.hanging, row.given_up) == (1, 1)


@pytest.mark.parametrize("ends", ["sys.exit(1)", "raise GeneratorExit('gone')", "raise ValueError('gone')"])
def test_a_configuration_class_that_ends_the_process_is_a_problem(site, problem_of, ends):
    """Its own checks run in the host; whatever they raise has the plugin's name."""
    site.install("acme-hr", plugin("return Backend()", config=f"\n    def __attrs_post_init__(self): {ends}"))
    host = site.host("[notification.acme]")

    host.check()

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label) in [("MKD122", "acme-hr[main]"), ("MKD131", "acme-hr[main]")]


def test_a_capability_that_cannot_be_looked_at_is_a_problem_of_the_factory(site, problem_of, sender):
    """What a backend announces is looked at when it is made."""
    odd = "    ping = property(lambda self: 1 / 0)\n\n        def send"
    source = sender.replace("    def send", odd).replace("build=Sender)", "build=Sender, capabilities=['ping'])")
    site.install("acme-hr", source)
    host = site.host("[notification.acme]")

    host.build("notification")

    assert problem_of(host, "acme-hr").line.startswith("notification.acme cannot be made: ZeroDivisionError")


@pytest.mark.parametrize(
    ("flaw", "code"),
    [("ping = property(lambda self: 1 / 0)", "MKD131"), ("send = None", "MKD132")],
    ids=["cannot be looked at", "lacks a method"],
)
def test_a_backend_that_is_of_no_use_is_closed_at_once(site, problem_of, flaw, code):
    """What the factory has opened by then, a connection or a lock, is not kept until the end of the process."""
    source = plugin("return Odd()").replace("return [notification(", "return [notification(capabilities=['ping'], ")
    odd = f"class Odd(Backend):\n    {flaw}\n    closed = []\n    def close(self): self.closed.append('closed')\n"
    site.install("acme-hr", source + odd)
    host = site.host("[notification.acme]")

    host.build("notification")

    assert problem_of(host, "acme-hr").code == code
    assert sys.modules["acme_hr"].Odd.closed == ["closed"]


def test_a_backend_that_hangs_when_it_is_closed_holds_nobody_up(site, problem_of, sender):
    """The end of a command waits for its deadline and no longer; the next backend is closed all the same."""
    closing = "    def close(self): threading.Event().wait()\n\n        def send"
    source = sender.replace("    def send", closing).replace("import attrs", "import attrs, threading")
    site.install("acme-hr", source)
    host = site.host("mkd.deadline = 0.2\n[notification.acme]")
    host.build("notification")

    began = monotonic()
    host.close()

    assert monotonic() - began < 1.2
    assert (problem_of(host, "acme-hr").code, problem_of(host, "acme-hr").line) == (
        "MKD143",
        "close did not answer within 0.2 seconds",
    )


def test_a_secret_in_the_words_of_a_factory_is_taken_out(site, problem_of):
    """Libraries like to put the whole URL into their messages."""
    body = "raise ValueError('cannot log in to https://u:' + config.token.reveal() + '@example.com')"
    site.install("acme-hr", plugin(body, config="token: Secret"))
    host = site.host('notification.acme.token = { env = "T" }', environ={"T": "hunter2"})

    host.build("notification")

    assert "https://u:...@example.com" in problem_of(host, "acme-hr").line


def test_payroll_that_cannot_be_made_stops_the_command(site):
    """Payroll fails closed: without it nothing may look paid."""
    site.install("acme-hr", plugin("raise OSError", port="payroll"))

    host = site.host("[payroll.acme]")

    with pytest.raises(BuildProblem, match="MKD131 acme-hr"):
        host.one("payroll")
    with pytest.raises(BuildProblem, match="MKD131 acme-hr"):
        host.build("payroll")


def test_what_a_factory_refuses_on_purpose_reaches_the_caller_as_it_is(site):
    """A file that is not there is told in the words of who looked for it."""
    body = "raise InvalidInput('MKD250', 'people.csv is not there', mend='write it')"
    site.install("acme-hr", plugin(body, port="payroll"))
    host = site.host("[payroll.acme]")

    with pytest.raises(InvalidInput, match="is not there"):
        host.one("payroll")
    [problem] = [problem for problem in host.problems if problem.label == "acme-hr[main]"]
    assert (problem.code, problem.hint) == ("MKD131", "write it")


@pytest.mark.parametrize("fatal", ['required = ["main"]', "strict = true"])
def test_a_backend_that_must_work_is_fatal_on_any_port(site, fatal):
    """A required plugin, or a strict deployment, does not go on without a backend of it."""
    site.install("acme-hr", plugin("raise OSError"))
    host = site.host(f'[mkd]\nenabled = ["main"]\n{fatal}\n[notification.acme]')

    with pytest.raises(BuildProblem, match="MKD131"):
        host.build("notification")


@pytest.mark.parametrize(
    ("tables", "line", "hint"),
    [
        ("", "journal takes exactly one backend, configured: none", "add a table [journal."),
        ("[journal.a]\n[journal.b]", "journal takes exactly one backend, configured: journal.a, journal.b", "keep one"),
    ],
)
def test_a_port_that_takes_exactly_one_backend_says_so(site, tables, line, hint):
    """Two journals would be two truths, and none is none."""
    with pytest.raises(ConfigProblem) as caught:
        site.host(tables).one("journal")

    assert (caught.value.code, caught.value.line) == ("MKD125", line)
    assert caught.value.hint.startswith(hint)


def test_a_problem_is_recorded_once_and_counted(site, problem_of):
    """A backend that fails at every attempt does not fill the memory."""
    site.install("acme-hr", plugin("raise OSError"))
    host = site.host("[notification.acme]")

    for _ in range(3):
        host.build("notification")

    assert host.times(problem_of(host, "acme-hr")) == 3


def test_the_report_has_a_row_for_every_plugin(site):
    """What is installed, what it offers, what of it is used, and what is wrong with it."""
    site.install("acme-hr", plugin("raise OSError"))
    host = site.host("[notification.acme]")
    host.build("notification")

    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]

    assert (row.offers, row.configured) == (("notification.acme",), ("notification.acme",))
    assert [problem.code for problem in row.problems] == ["MKD131"]


def test_backends_are_closed_the_last_made_first(site, sender, tmp_path):
    """Closing is guarded too: one that cannot close does not keep the others open."""
    closing = "    def close(self): Path(self.config.url).touch(); raise OSError\n\n        def send"
    source = sender.replace("    def send", closing).replace(
        "import attrs", "import attrs\n    from pathlib import Path"
    )
    site.install("acme-hr", source)

    with site.host(f'notification.acme.url = "{tmp_path}/closed"') as host:
        host.build("notification")

    assert (tmp_path / "closed").exists()
    assert [problem.line.partition(" at ")[0] for problem in host.problems if problem.label == "acme-hr[main]"] == [
        "close of notification.acme raised OSError"
    ]


def test_no_problem_holds_a_frame(site):
    """What is kept for the report must not keep the request, with its names and addresses, in memory."""
    site.install("acme-hr", plugin("raise OSError", port="payroll"))
    host = site.host("[payroll.acme]")

    with pytest.raises(MkdError):
        host.one("payroll")

    assert [problem.__traceback__ for problem in host.problems if problem.label == "acme-hr[main]"] == [None]
    assert [problem.__cause__ for problem in host.problems if problem.label == "acme-hr[main]"] == [None]
