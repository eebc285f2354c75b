"""What expressions can come to at all, over every value of the vocabulary: an exact answer, or none within the budget.

A box gives each fact the values that it may have (see ``cuts``). Where bounds do not settle a question for a box, the
box is cut in two along one fact: first where the expressions compare that fact with a number, then in the middle.
Numbers are taken as computers have them, so a cut at 0.5 leaves no gap: next below it lies the largest smaller float.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from mkd_core.language.cuts import FALSE, MISSING, TRUE, Among, Possible, anything, possible
from mkd_core.language.parameters import Parameter
from mkd_core.language.tree import Comparison, Constant, Membership, Node, ParameterName, children, mentions, walk
from mkd_core.language.vocabulary import Fact, Kind, Value, Vocabulary

MOST_TRIALS = 5_000
MOST_RUNS = 64

Box = Mapping[str, Possible]
#: Of what expressions can come to in a box: whether they do so somewhere; ``None`` where that is not settled.
Judge = Callable[[Sequence[Possible]], bool | None]


class TooWideError(Exception):
    """The question was not settled within the budget."""


@attrs.frozen
class Run:
    """Neighbouring values of a fact for which an expression comes to the same: ``truth`` as a mask of ``cuts``.

    For choices and yes-or-no ``low`` is ``high``.
    """

    low: Value
    high: Value
    truth: int


class Reach:
    """Questions about expressions under one vocabulary and one set of parameters."""

    def __init__(
        self, vocabulary: Vocabulary, parameters: Mapping[str, Parameter], *, budget: int = MOST_TRIALS
    ) -> None:
        """``budget`` is how many boxes are looked at for all questions together."""
        self.vocabulary = vocabulary
        self.parameters = parameters
        self.left = budget

    def whole(self, trees: Iterable[Node]) -> dict[str, Possible]:
        """The box of every value of the facts that are named, the missing one too."""
        names = dict.fromkeys(name for tree in trees for name in mentions(tree))
        return {name: _or_missing(anything(self.vocabulary[name])) for name in names}

    def can_be(self, tree: Node, truth: int, box: Box | None = None) -> bool:
        """Whether an expression of yes or no can come to that truth. Raises ``TooWideError``."""
        return self.example(tree, truth, box) is not None

    def example(self, tree: Node, truth: int, box: Box | None = None) -> Box | None:
        """A box in which it comes to that truth everywhere, or nothing where it never does. Raises ``TooWideError``."""

        def comes_to(found: Sequence[Possible]) -> bool | None:
            (mask,) = _masks(found)
            return False if not mask & truth else True if not mask & ~truth else None

        return self.find([tree], comes_to, box)

    def differ(self, one: Node, other: Node) -> bool:
        """Whether two expressions of yes or no ever come to different truths. Raises ``TooWideError``."""

        def different(found: Sequence[Possible]) -> bool | None:
            left, right = _masks(found)
            if not left & right:
                return True
            return False if left == right and _single(left) else None

        return self.find([one, other], different) is not None

    def find(
        self, trees: Sequence[Node], judge: Judge, box: Box | None = None, *, most: int = MOST_TRIALS
    ) -> Box | None:
        """A box of which the judge says yes, or nothing where there is none.

        Raises ``TooWideError`` after ``most`` boxes, and when the budget is spent.
        """
        cuts = self._cuts(trees)
        left: list[Box] = [self.whole(trees) if box is None else box]
        for _ in range(most):
            if not left:
                return None
            self._spend()
            trial = left.pop()
            found = [possible(tree, trial, self.parameters) for tree in trees]
            said = judge(found)
            if said:
                return trial
            if said is None:
                left += self._halves(trial, trees, found, cuts)
        raise TooWideError

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooWideError

    def runs(self, tree: Node, name: str, box: Box) -> list[Run]:
        """The truths along one known fact, lowest value first; all others are as ``box`` has them, single values.

        Raises ``TooWideError`` for more than 64 runs.
        """
        fact = self.vocabulary[name]
        cuts = self._cuts([tree])
        found: list[Run] = []
        left = list(_members(anything(fact), fact))
        while left:
            self._spend()
            part = left.pop(0)
            mask = possible(tree, {**box, name: part}, self.parameters)
            assert isinstance(mask, int)
            if not _single(mask):
                left[:0] = _split(part, fact, cuts.get(name, []))
                continue
            low, high = _ends(part)
            if found and found[-1].truth == mask and fact.kind not in (Kind.YES_NO, Kind.CHOICE):
                low = found.pop().low
            found.append(Run(low, high, mask))
            if len(found) > MOST_RUNS:
                raise TooWideError
        return found

    def _cuts(self, trees: Sequence[Node]) -> dict[str, list[Any]]:
        """By fact the values at which the expressions may change: where a part begins, in order."""
        cuts: dict[str, set[Any]] = {}
        for node in (each for tree in trees for each in walk(tree)):
            if not isinstance(node, Comparison | Membership):
                continue
            marks = [value for value in self._constants(node) if not isinstance(value, str | bool)]
            for name in mentions(node):
                fact = self.vocabulary[name]
                starts = (start for mark in marks for start in _starts(mark, fact))
                cuts.setdefault(name, set()).update(starts)
        return {name: sorted(values) for name, values in cuts.items()}

    def _constants(self, node: Comparison | Membership) -> Iterator[Value]:
        for each in walk(node):
            if isinstance(each, Constant):
                yield each.value
            elif isinstance(each, ParameterName):
                yield from _values(self.parameters[each.name])
        if isinstance(node, Membership):
            yield from node.members if isinstance(node.members, tuple) else _values(self.parameters[node.members])

    def _halves(
        self, box: Box, trees: Sequence[Node], found: Sequence[Possible], cuts: Mapping[str, list[Any]]
    ) -> list[Box]:
        """The box in two, along a fact of which something unsettled hangs."""
        for tree, come_to in zip(trees, found, strict=True):
            if not _settled(come_to):
                name = self._open_fact(tree, box)
                parts = _split(box[name], self.vocabulary[name], cuts.get(name, []))
                return [{**box, name: part} for part in reversed(parts)]
        raise AssertionError("a judge leaves nothing open that is settled")

    def _open_fact(self, tree: Node, box: Box) -> str:
        """A fact that is not settled yet, inside the first part of the tree that is not."""
        for child in children(tree):
            if mentions(child) and not _settled(possible(child, box, self.parameters)):
                return self._open_fact(child, box)
        for name in mentions(tree):
            if not _settled(box[name]):
                return name
        raise TooWideError


def _or_missing(inside: Possible) -> Possible:
    return inside | MISSING if isinstance(inside, int) else attrs.evolve(inside, missing=True)


def _values(parameter: Parameter) -> tuple[Value, ...]:
    return parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)


def _masks(found: Sequence[Possible]) -> list[int]:
    return [mask for mask in found if isinstance(mask, int)]


def _single(mask: int) -> bool:
    return mask in (TRUE, FALSE, MISSING)


def _settled(inside: Possible) -> bool:
    """Whether it is one value only, or missing for sure."""
    if isinstance(inside, int):
        return _single(inside)
    if not inside.present:
        return True
    if inside.missing:
        return False
    return len(inside.choices) == 1 if inside.choices else bool(inside.low == inside.high)


def _split(inside: Possible, fact: Fact, starts: Sequence[Any]) -> list[Possible]:
    """Two parts of what a fact can be, that together are the whole; known before missing, low before high."""
    if isinstance(inside, int):
        first = next(bit for bit in (TRUE, FALSE, MISSING) if inside & bit)
        return [first, inside & ~first]
    if inside.missing:
        return [attrs.evolve(inside, missing=False), Among(missing=True)]
    if inside.choices:
        one = next(choice for choice in fact.choices if choice in inside.choices)
        return [Among(choices=frozenset([one])), Among(choices=inside.choices - {one})]
    inner = [start for start in starts if inside.low < start <= inside.high]
    start = inner[len(inner) // 2] if inner else _middle(inside.low, inside.high, fact.kind)
    return [Among(inside.low, _before(start, fact.kind)), Among(start, inside.high)]


def _members(inside: Possible, fact: Fact) -> list[Possible]:
    """The parts that runs start from: one a choice and one a yes or no, in order; a range as it is."""
    if isinstance(inside, int):
        return [FALSE, TRUE]
    return [Among(choices=frozenset([choice])) for choice in fact.choices] if inside.choices else [inside]


def _ends(part: Possible) -> tuple[Any, Any]:
    if isinstance(part, int):
        return part == TRUE, part == TRUE
    if part.choices:
        (choice,) = part.choices
        return choice, choice
    return part.low, part.high


def _starts(mark: Any, fact: Fact) -> list[Any]:
    """Where the values not below a number begin, and those above it, as the fact has them."""
    if isinstance(mark, datetime.date) != (fact.kind is Kind.DATE) or fact.kind in (Kind.YES_NO, Kind.CHOICE):
        return []
    if fact.kind is Kind.DATE:
        return [mark] if mark == datetime.date.max else [mark, mark + datetime.timedelta(days=1)]
    if fact.kind is Kind.FLOAT:
        return [float(mark), math.nextafter(mark, math.inf)]
    return [math.ceil(mark), math.floor(mark) + 1]


def _before(start: Any, kind: Kind) -> Any:
    if kind is Kind.FLOAT:
        return math.nextafter(start, -math.inf)
    return start - (datetime.timedelta(days=1) if kind is Kind.DATE else 1)


def _middle(low: Any, high: Any, kind: Kind) -> Any:
    """Where the upper half begins."""
    if kind is Kind.FLOAT:
        middle = low + (high - low) / 2
        return middle if middle > low else high
    if kind is Kind.DATE:
        return datetime.date.fromordinal((low.toordinal() + high.toordinal()) // 2 + 1)
    return (low + high) // 2 + 1
