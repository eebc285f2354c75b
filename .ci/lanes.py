"""Say of every lane of the tests, a line each, whether it ran: ``python lanes.py RESULT.json`` (tox --result-json)."""

import json
import sys
from pathlib import Path

result = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
for name, lane in result["testenvs"].items():
    outcome = lane.get("result")
    if outcome is None:  # an environment that was looked at and not run
        continue
    if outcome["skipped"]:
        print(f"lane {name}: missing (no such Python on this machine)")
    else:
        python = ".".join(map(str, lane["python"]["version_info"][:3]))
        word = "passed" if outcome["success"] else "FAILED"
        print(f"lane {name}: ran on Python {python} in {outcome['duration']:.0f} s, {word}")
