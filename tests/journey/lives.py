"""Lives of a process that goes on the journey: ``python lives.py``, and on its input a configuration file a line.

For each a child is forked, with everything imported already, so that what kills it falls into work. It opens the
deployment, runs whatever command is due, and says so on standard output: ``pid N``, ``ready``, ``begin NAME`` and
``did HEAD`` for each command, ``end``. Once it is gone this program says ``gone STATUS``.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

import journey

from mkd_core import allowance, policy  # noqa: F401 - imported here, so that no child imports them
from mkd_core.journal import codec
from mkd_plugins import packs  # noqa: F401
from mkd_plugins.deployment import start
from mkd_plugins.identity import table as _identity  # noqa: F401
from mkd_plugins.journal import sqlite  # noqa: F401
from mkd_plugins.notification import smtp  # noqa: F401
from mkd_plugins.payroll import table as _payroll  # noqa: F401


def say(text: str) -> None:
    """One line, in one write: a pipe takes it whole or not at all."""
    os.write(1, f"{text}\n".encode())


def live(config: str) -> None:
    """Open the deployment and run what is due until nothing is."""
    say(f"pid {os.getpid()}")
    with start(config, no_plugins=True) as mkd:
        say("ready")
        while command := journey.due(mkd):
            say(f"begin {command.name}")
            command.run()
            say(f"did {json.dumps(mkd.journal.head().to_text())}")
    say("end")


def in_a_child(config: str) -> int:
    """Its exit status; minus the signal that killed it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        live(config)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    codec._converter()
    for line in sys.stdin:
        say(f"gone {in_a_child(line.rstrip())}")
