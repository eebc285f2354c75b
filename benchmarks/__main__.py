"""``python -m benchmarks [NAME …]``: measure, print a table, and fail where a floor is missed or an answer differs."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version

import attrs

from benchmarks.measured import AnswersDiffer, Row

SUITES = ("objects", "engines", "loading", "remedy", "frames", "service", "siasn", "plugins", "serve")
HEADINGS = ("work", "beside", "ours", "theirs", "ratio or figure", "floor", "aim")


def main(arguments: Sequence[str]) -> int:
    """Run the suites; the exit status is 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUITES)}; all when left out")
    parser.add_argument("--json", action="store_true", help="one object a line instead of the table")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(SUITES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    peers: list[str] = []
    rows: list[Row] = []
    failed = False
    for name in given.names or SUITES:
        suite = importlib.import_module(f"benchmarks.{name}")
        print(f"{name} ...", file=sys.stderr)
        peers += suite.PEERS
        try:
            rows += suite.rows()
        except AnswersDiffer as difference:
            print(f"FAILED {difference}", file=sys.stderr)
            failed = True
    if given.json:
        for row in rows:
            print(json.dumps({**attrs.asdict(row), "holds": row.holds}))
    else:
        print(_versions(peers))
        print()
        print(_table([HEADINGS, *(row.cells for row in rows)]))
    for row in rows:
        if not row.holds:
            print(f"FLOOR MISSED {row.work}", file=sys.stderr)
    return int(failed or not all(row.holds for row in rows))


def _versions(peers: Iterable[str]) -> str:
    python = f"Python {platform.python_version()} on {platform.machine()}"
    return ", ".join([python, *(f"{peer} {version(peer)}" for peer in ("mkd", *dict.fromkeys(peers)))])


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    ruled = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], ruled, *lines[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
