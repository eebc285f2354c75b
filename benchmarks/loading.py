"""What it costs before the first decision: reading and compiling a policy, with cattrs imported already."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from benchmarks.measured import Limit, Row, best
from benchmarks.twelve import RULES, policy_text
from mkd_core import Policy

PEERS = ("cattrs",)
COUNT = 30


def rows() -> Iterator[Row]:
    """A policy of thirty rules, from its text to the function that decides."""
    rules = {f"{name}-{turn}": require for turn, (name, require) in zip(range(COUNT), itertools.cycle(RULES.items()))}
    text = policy_text({name: f"{require} or today < date('2000-01-01')" for name, require in rules.items()})
    text = text.replace("date('2000-01-01')", 'date("2000-01-01")')
    Policy.from_toml(text)
    taken = best({"load": lambda: Policy.from_toml(text)}, repeat=20)["load"]
    yield Limit(
        work=f"reading and compiling a policy of {COUNT} rules, warm", value=taken, unit="s", floor=0.01, aim=0.005
    )
