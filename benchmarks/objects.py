"""One line of facts at a time, beside the same rules written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.measured import Ratio, Row, best, same
from benchmarks.twelve import POLICY, Flat, by_hand, by_hand_flat, line_of, population, with_gap
from mkd_core import Facts

PEERS: tuple[str, ...] = ()
LINES = 2_000


def rows() -> Iterator[Row]:
    """``decide`` and ``masks`` against rules by hand, with nothing missing and with one fact missing in every line."""
    people = population(LINES)
    facts = [Facts.from_mapping(each) for each in people]
    gaps = [Facts.from_mapping(with_gap(each)) for each in people]
    lines = [line_of(each) for each in people]
    flat = [Flat(line) for line in lines]
    same(
        "by hand",
        ours=[POLICY.names_of(POLICY.masks(each)[0]) for each in facts],
        hand=[by_hand(line) for line in lines],
        flat=[by_hand_flat(line) for line in flat],
    )
    same(
        "with a gap",
        ours=[POLICY.names_of(POLICY.masks(each)[0]) for each in gaps],
        hand=[[name for name in by_hand(line) if name != "weekly-hours"] for line in lines],
    )
    times = best(
        {
            "hand": lambda: _each(by_hand, lines),
            "flat": lambda: _each(by_hand_flat, flat),
            "decide": lambda: _decide(facts),
            "masks": lambda: _each(POLICY.masks, facts),
            "decide, gap": lambda: _decide(gaps),
            "masks, gap": lambda: _each(POLICY.masks, gaps),
        },
        repeat=60,
    )
    each = {name: taken / LINES for name, taken in times.items()}
    limits = {"decide": (0.6, 0.75), "masks": (0.9, 1.0), "decide, gap": (0.35, 0.5), "masks, gap": (0.35, 0.5)}
    for name, (floor, aim) in limits.items():
        work = f"policy.{name}" + (" in every line" if "gap" in name else "")
        yield Ratio(work=work, peer="by hand", ours=each[name], theirs=each["hand"], floor=floor, aim=aim)
    for name in limits:
        work = f"policy.{name}" + (" in every line" if "gap" in name else "")
        yield Ratio(work=work, peer="by hand, one flat object", ours=each[name], theirs=each["flat"])


def _each(work: Callable[[Any], object], given: list[Any]) -> None:
    for one in given:
        work(one)


def _decide(facts: list[Facts]) -> None:
    decide = POLICY.decide
    for each in facts:
        decide(each).outcome  # noqa: B018  the outcome is what is timed
