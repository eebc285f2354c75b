"""A plugin that would take the host with it on import is found from outside."""

from __future__ import annotations

from time import monotonic

from mkd_plugins.host.checking import check_imports


def test_a_plugin_that_hangs_on_import_is_found(site):
    """It is given up after the seconds it was given, and named."""
    site.install("hang-hr", "import threading; threading.Event().wait()")

    began = monotonic()
    [problem] = check_imports(["hang-hr[main]"], seconds=1.0)
    took = monotonic() - began

    assert (problem.code, problem.label) == ("MKD113", "hang-hr[main]")
    assert problem.line == "import of hang_hr did not end within 1 seconds"
    assert took < 2.0


def test_a_plugin_that_ends_the_process_on_import_is_found(site):
    """What no guard within the process could have caught."""
    site.install("die-hr", "import os; os._exit(7)")

    [problem] = check_imports(["die-hr[main]"])

    assert (problem.code, problem.line) == ("MKD114", "import of die_hr ended the process with status 7")


def test_a_plugin_that_a_host_survives_is_no_finding(site, sender):
    """One that works, and one that merely raises: the host says so itself."""
    site.install("acme-hr", sender)
    site.install("bad-hr", "raise ValueError")

    assert check_imports(["acme-hr[main]", "bad-hr[main]"]) == []


def test_a_plugin_whose_hook_hangs_is_found(site):
    """Its module loads; what it announces never comes."""
    source = "import threading\nfrom mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_providers(): "
    site.install("hang-hr", f"{source}threading.Event().wait()")

    [problem] = check_imports(["hang-hr[main]"], seconds=1.5)

    assert (problem.code, problem.label) == ("MKD113", "hang-hr[main]")
