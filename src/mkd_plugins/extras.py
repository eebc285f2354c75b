"""What an extra brings, or an error that names the extra."""

from __future__ import annotations

import importlib
from typing import Any

from mkd_core.errors import InvalidInput


def needed(name: str, extra: str) -> Any:
    """The module of that name; raises ``InvalidInput`` that names the extra to install."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise InvalidInput(
            "MKD259", f"needs {error.name}, which is not installed", mend=f"pip install 'mkd[{extra}]'"
        ) from None
