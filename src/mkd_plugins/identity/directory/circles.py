"""Circles in "who stands above whom": of superiors, and of units."""

from __future__ import annotations

from collections.abc import Mapping


def cycles(above: Mapping[str, str | None]) -> list[list[str]]:
    """Every circle in "who stands above whom", each once, from its smallest key on.

    >>> cycles({"a": "b", "b": "c", "c": "a", "d": "a", "e": None})
    [['a', 'b', 'c']]
    """
    done: set[str] = set()
    found: list[list[str]] = []
    for start in above:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in done and at not in path:
            path[at] = None
            at = above.get(at)
        if at is not None and at in path:
            circle = list(path)[list(path).index(at) :]
            first = circle.index(min(circle))
            found.append(circle[first:] + circle[:first])
        done.update(path)
    return sorted(found)
