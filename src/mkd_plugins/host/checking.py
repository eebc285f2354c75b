"""Loads plugins in child processes, so that one that hangs or kills its process can be found and named.

What a host survives (an exception, a wrong hook) is not looked for here: the host says so itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from mkd_plugins.discovery import Installed, installed
from mkd_plugins.problems import IMPORT_DIED, IMPORT_HANGS, LoadProblem, PluginProblem

AT_ONCE: Final = 4
"""Child processes side by side."""

# The child has the path of its parent, imports the module, and asks its hooks as a host would.
_CHILD: Final = """
import json, sys
sys.path[:], label = json.loads(sys.argv[1])
from mkd_plugins.discovery import installed
from mkd_plugins.host.loading import Loader
try:
    for plugin in installed()[0]:
        if plugin.label == label:
            Loader().load(plugin)
except BaseException:
    pass
"""


def check_imports(
    names: Collection[str] | None = None, *, seconds: float = 10.0, foreign_only: bool = False
) -> list[PluginProblem]:
    """The problems of the installed plugins (or of those named) that a host could not survive loading.

    Each is loaded in a process of its own, which is killed after so many seconds. ``foreign_only`` leaves out what
    comes with this library.
    """
    plugins, problems = installed()
    chosen = [
        plugin
        for plugin in plugins
        if (names is None or any(map(plugin.answers_to, names))) and not (foreign_only and plugin.shipped)
    ]
    with ThreadPoolExecutor(AT_ONCE) as side_by_side:
        found = list(side_by_side.map(partial(_problem_of, seconds=seconds), chosen))
    return [*problems, *(problem for problem in found if problem)]


def _problem_of(plugin: Installed, *, seconds: float) -> LoadProblem | None:
    argument = json.dumps([sys.path, plugin.label])
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
