"""Imports plugins in child processes, so that one that hangs or kills its process on import can be found and named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from typing import Final

from mkd_plugins.discovery import Installed, installed
from mkd_plugins.problems import IMPORT_DIED, IMPORT_HANGS, LoadProblem, PluginProblem

# The child has the path of its parent. What an import raises is not its business: the host finds that out by itself.
_CHILD: Final = """
import json, sys
from importlib.metadata import EntryPoint
sys.path[:], value = json.loads(sys.argv[1])
try:
    EntryPoint("checked", value, "mkd").load()
except (Exception, SystemExit):
    pass
"""


def check_imports(names: Collection[str] | None = None, *, seconds: float = 10.0) -> list[PluginProblem]:
    """The problems of the installed plugins (or of those named) that a host could not survive loading.

    Each is imported in a process of its own, which is killed after so many seconds.
    """
    plugins, problems = installed()
    chosen = [plugin for plugin in plugins if names is None or any(map(plugin.answers_to, names))]
    found = [_problem_of(plugin, seconds) for plugin in chosen]
    return [*problems, *(problem for problem in found if problem)]


def _problem_of(plugin: Installed, seconds: float) -> LoadProblem | None:
    argument = json.dumps([sys.path, plugin.module])
    hint = f"disable {plugin.label} in [mkd], and report it to its maker"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, argument], stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        line = f"import of {plugin.module} did not end within {seconds:g} seconds"
        return LoadProblem(IMPORT_HANGS, plugin.label, line, hint=hint)
    if done.returncode != 0:
        line = f"import of {plugin.module} ended the process with status {done.returncode}"
        return LoadProblem(IMPORT_DIED, plugin.label, line, hint=hint)
    return None
