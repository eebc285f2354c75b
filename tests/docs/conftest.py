"""An environment in which a page installs what it makes."""

from pathlib import Path

import pytest
from environments import environment


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its programs."""
    return environment(tmp_path_factory.mktemp("installs") / "environment")
