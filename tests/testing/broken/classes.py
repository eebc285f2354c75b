"""The suite of a port on each of its broken backends, a class a backend; ``test_kit.py`` runs it."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest

from broken import Fixtures

PORT = importlib.import_module(f"broken.{os.environ['BROKEN_PORT']}")


def fixture(make: Any) -> Any:
    return pytest.fixture(lambda self: make())


def classes() -> dict[str, type]:
    """One that keeps every promise, and one for each check that breaks it."""
    made: dict[str, type] = {}
    for suite in PORT.SUITES:
        given: dict[str, Fixtures] = {"good": {}} | {
            check: PORT.BROKEN[check] for check in vars(suite) if is_check(check)
        }
        for name, wrong in given.items():
            fixtures = {each: fixture(make) for each, make in {**PORT.GOOD, **wrong}.items()}
            made[f"Test_{suite.__name__}_{name}"] = type(f"Test_{suite.__name__}_{name}", (suite,), fixtures)
    return made


def is_check(name: str) -> bool:
    return name.startswith("test_")


globals().update(classes())
