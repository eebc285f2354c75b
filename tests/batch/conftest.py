"""A Spark session of this machine, started once; where Spark or Java is missing, the closing lines say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

OUTCOME = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def spark(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two threads of this machine; nothing leaves it."""
    absent = [] if find_spec("pyspark") else ["pyspark"]
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        absent.append("java")
    if absent:
        pytestconfig.stash[OUTCOME] = f"missing ({', '.join(absent)})"
        if os.environ.get("CI"):
            pytest.fail(f"engine spark is missing: {', '.join(absent)}", pytrace=False)
        pytest.skip(f"engine spark is missing: {', '.join(absent)}")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    builder = SparkSession.builder.master("local[2]").appName("mkd tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    pytestconfig.stash[OUTCOME] = f"ran (pyspark {session.version})"
    yield session
    session.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if OUTCOME in config.stash:
        terminalreporter.write_line(f"engine spark: {config.stash[OUTCOME]}")
