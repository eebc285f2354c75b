"""What a benchmark measures, and how: the best of alternating runs in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter

import attrs


@attrs.frozen(kw_only=True)
class Ratio:
    """Our speed as a multiple of a peer's on the same work with the same answers; more is better.

    ``ours`` and ``theirs`` are seconds. Without a floor the row is told and not judged.
    """

    work: str
    peer: str
    ours: float
    theirs: float
    floor: float | None = None
    aim: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the floor is reached."""
        return self.floor is None or self.theirs / self.ours >= self.floor

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        times = (_seconds(self.ours), _seconds(self.theirs))
        return self.work, self.peer, *times, f"{self.theirs / self.ours:.2f}x", _times(self.floor), _times(self.aim)


@attrs.frozen(kw_only=True)
class Limit:
    """A figure of our own; less is better. ``unit`` is s, MiB or x. Without a floor it is told and not judged."""

    work: str
    value: float
    unit: str
    floor: float | None = None
    aim: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.floor is None or self.value <= self.floor

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        return self.work, "", self._said(self.value), "", "", self._said(self.floor), self._said(self.aim)

    def _said(self, value: float | None) -> str:
        if value is None:
            return ""
        return _seconds(value) if self.unit == "s" else f"{value:.3g} {self.unit}"


Row = Ratio | Limit


class AnswersDiffer(Exception):
    """A peer decided otherwise: its time means nothing."""


def same(work: str, **answers: object) -> None:
    """Raises ``AnswersDiffer`` unless all answers are equal."""
    (first, expected), *others = answers.items()
    for name, answer in others:
        if answer != expected:
            raise AnswersDiffer(f"{work}: {name} answers otherwise than {first}")


def best(works: Mapping[str, Callable[[], object]], *, repeat: int = 20) -> dict[str, float]:
    """The least seconds of each, run in turns, so that a busy moment strikes all of them."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeat):
        for name, work in works.items():
            start = perf_counter()
            work()
            times[name].append(perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}


def _seconds(value: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.0f} ns"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:g}x"
