"""One population under two policies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mkd_plugins.population.comparison import Comparison, Simulation, holding
from mkd_plugins.population.populations import Compared, Population
from mkd_plugins.population.reasons import names_shown, sensitive_rules
from mkd_plugins.population.side import Side
from mkd_plugins.population.writing import Columns, Row, ready, write_rows

if TYPE_CHECKING:
    from mkd_core.policy import Policy
    from mkd_plugins.population.verdict import Verdict

COLUMNS: Columns = {
    "person": "text",
    "unit": "text",
    "change": "text",
    "before": "text",
    "after": "text",
    "before_rules": "list",
    "after_rules": "list",
}
"""The columns of the file: ``change`` is gain or lose, the rules are those that hold somebody at the outcome."""
STEP = 1_000
"""After how many people progress is told."""


def simulate(
    before: Side,
    after: Side,
    population: Population,
    *,
    out: Path | None = None,
    replace: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Decide everybody under both policies, and count who gains and who loses, by unit and by rule.

    ``population`` is :class:`Everybody` of a deployment, or a :class:`FactsFile`. ``out`` gets a row for everybody who
    gains or loses (``.csv``, ``.jsonl``, or ``.parquet`` with the extra ``polars``); ``replace`` lets it replace a file
    that is there. Memory does not grow with the number of people. Raises ``InvalidInput`` (MKD259, MKD291, MKD492,
    MKD495), ``PolicyError``, and what a backend raises.
    """
    if out is not None:
        ready(out, there=replace, replacing="--force")
    comparison = Comparison(before, after)
    everybody = _counted(population.compared(before, after, named=out is not None), comparison, progress)
    changed = (each for each in everybody if each.change)
    if out is None:
        deque(changed, maxlen=0)
    else:
        write_rows(out, COLUMNS, _rows(changed, before.policy, after.policy))
    return comparison.result(str(out or ""))


def _counted(
    everybody: Iterator[Compared], comparison: Comparison, progress: Callable[[int], None] | None
) -> Iterator[Compared]:
    people = told = 0
    for each in everybody:
        comparison.add(each)
        people += each.people
        if progress is not None and people - told >= STEP:
            progress(people)
            told = people
        yield each


def _rows(changed: Iterator[Compared], before: Policy, after: Policy) -> Iterator[Row]:
    hidden = sensitive_rules(before), sensitive_rules(after)
    for each in changed:
        assert each.before is not None
        assert each.after is not None
        yield {
            "person": each.person,
            "unit": each.unit,
            "change": "gain" if each.change > 0 else "lose",
            "before": each.before.outcome,
            "after": each.after.outcome,
            "before_rules": _holding(before, each.before, hidden[0]),
            "after_rules": _holding(after, each.after, hidden[1]),
        }


def _holding(policy: Policy, verdict: Verdict, hidden: int) -> list[str]:
    failed, undetermined = holding(policy, verdict)
    return list(names_shown(policy, failed | undetermined, hidden))
