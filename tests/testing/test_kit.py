"""Every check of the kit has a backend that breaks what it asks for and nothing else: it is worth its place."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import xml.etree.ElementTree as Xml
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from mkd_core.ports import Port

pytestmark = pytest.mark.bare

ROOT = Path(__file__).parents[2]
Outcomes = Mapping[str, set[str]]


def checks(port: str) -> list[str]:
    suites = importlib.import_module(f"broken.{port}").SUITES
    return [check for suite in suites for check in vars(suite) if check.startswith("test_")]


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcomes]:
    """For each broken backend of a port, by the check that it is for, the checks that it fails."""

    @cache
    def run(port: str) -> Outcomes:
        report = tmp_path_factory.mktemp(port) / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", f"--junitxml={report}", "tests/testing/broken/classes.py"],
            cwd=ROOT,
            env={**os.environ, "BROKEN_PORT": port},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert report.exists(), done.stdout + done.stderr
        found: dict[str, set[str]] = defaultdict(set)
        for case in Xml.parse(report).iter("testcase"):
            subject = case.attrib["classname"].rpartition("Suite_")[2]
            failed = {case.attrib["name"].partition("[")[0]}
            found[subject] |= failed if case.find("failure") is not None or case.find("error") is not None else set()
        return found

    return run


@pytest.mark.parametrize("port", Port)
def test_every_check_has_its_broken_backend(port: str):
    """Whoever adds a check writes what it is there to find."""
    assert list(importlib.import_module(f"broken.{port}").BROKEN) == checks(port)


@pytest.mark.parametrize("port", Port)
def test_a_backend_that_keeps_every_promise_fails_no_check(port: str, failures: Callable[[str], Outcomes]):
    """The broken ones differ from it in one thing each."""
    assert failures(port)["good"] == set()


@pytest.mark.parametrize(("port", "check"), [(port, check) for port in Port for check in checks(port)])
def test_a_broken_backend_fails_the_check_that_is_for_it_and_no_other(
    port: str, check: str, failures: Callable[[str], Outcomes]
):
    """Taken out of the kit, the check would be missed."""
    assert failures(port)[check] == {check}
