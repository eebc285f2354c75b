"""For each check of the kit a backend that breaks that one promise and keeps all others.

A module a port: ``SUITES``, ``GOOD`` (the fixtures of a backend that keeps every promise) and ``BROKEN``, which says
for every check what stands in the place of those fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Fixtures = Mapping[str, Callable[[], Any]]
"""Fixtures by name, each with what makes its value."""
