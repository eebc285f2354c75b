"""How often somebody may ask: a bucket of tokens each, refilled at an even rate."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

from mkd_plugins.serve.problem import HttpProblem

_MOST = 10_000
"""Buckets that are remembered; a full one is as good as none."""


class Limiter:
    """Threads may share it; processes have one each, so each of ``workers`` allows its part."""

    def __init__(self, *, burst: int, workers: int = 1, clock: Callable[[], float] = monotonic) -> None:
        self._burst = max(1.0, burst / workers)
        self._workers = workers
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, who: str, rate: float) -> None:
        """Count a request of somebody who may ask ``rate`` times a second. Raises ``HttpProblem`` (MKD717)."""
        rate /= self._workers
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop(who, (self._burst, now))
            left = min(self._burst, left + (now - since) * rate)
            if len(self._buckets) >= _MOST:  # the one that asked longest ago is the fullest
                del self._buckets[next(iter(self._buckets))]
            self._buckets[who] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            seconds = ceil((1 - left) / rate)
            raise HttpProblem("MKD717", "asked too often", status=429, headers={"Retry-After": str(seconds)})
