"""The least change with which nothing refuses or refers: exact, or honest about where it stopped.

Rules that share negotiable facts (directly or through an invariant of the vocabulary) are tied together and searched
together, the others apart. A group is searched best first over boxes of the facts' grids: a box in which some rule
cannot hold is dropped, one in which all must hold gives its nearest point, every other is split. What comes first in
the order (fewest facts, fewest steps, the vocabulary's order, the lower value) is found first, so it is the best there
is. Every look at a box counts as one trial decision.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from mkd_core.language import Parameter, Value, Vocabulary, parse
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Grid, Possible, exactly, possible
from mkd_core.language.tree import YES_NO, Node, mentions, reads

if TYPE_CHECKING:
    from mkd_core.policy.decision import Decision, Outcome
    from mkd_core.policy.facts import Facts

MOST_TRIALS = 20_000


@attrs.frozen(kw_only=True)
class Change:
    """One fact, its present value and the proposed one, as people write them."""

    fact: str
    present: Value
    proposed: Value

    def to_data(self) -> dict[str, object]:
        """The change as ``mkd decide`` writes it."""
        return {"fact": self.fact, "from": self.present, "to": self.proposed}


@attrs.frozen(kw_only=True)
class Remedy:
    """What would make the request approvable.

    ``changes``     the least change of negotiable facts, in the vocabulary's order.
    ``needed``      missing facts without which rules stay undetermined.
    ``unfixable``   rules that no value of their facts satisfies.
    ``conflict``    a smallest set of rules that can be satisfied one by one, but not together.
    ``outcome``     what deciding again gives, once changed.
    ``complete``    whether all was searched; if not, nothing is called unfixable.
    """

    changes: tuple[Change, ...]
    needed: tuple[str, ...]
    unfixable: tuple[str, ...]
    conflict: tuple[str, ...]
    outcome: Outcome
    complete: bool

    def to_data(self) -> dict[str, object]:
        """The remedy as ``mkd decide`` writes it."""
        return {
            "changes": [change.to_data() for change in self.changes],
            "needed": list(self.needed),
            "unfixable": list(self.unfixable),
            "conflict": list(self.conflict),
            "outcome": self.outcome.value,
            "complete": self.complete,
        }


class _OutOfTrials(Exception):
    """The budget is spent."""


@attrs.frozen
class _Demand:
    """Something that has to hold: a rule, or an invariant that held before (which has no rule number)."""

    rule: int | None
    tree: Node
    facts: frozenset[str]


@lru_cache(maxsize=16)
def _invariants(vocabulary: Vocabulary) -> tuple[Node, ...]:
    return tuple(parse(text, vocabulary, expect=YES_NO) for text in vocabulary.invariants)


def find_remedy(decision: Decision) -> Remedy:
    """The remedy of a decision; see ``Remedy`` and the text of this module."""
    policy = decision.policy
    if not (decision.failed | decision.undetermined) & policy.grave:
        return _nothing_to_change(decision, ())
    facts = decision.facts.under(policy.vocabulary)
    search = _Search(facts, policy.values)
    violated: list[_Demand] = []
    kept: list[_Demand] = []
    needed: dict[str, None] = {}
    for number, tree in policy.trees:
        if not policy.grave >> number & 1:
            continue
        open_for = [name for name in reads(tree) if facts[name] is None] if decision.undetermined >> number & 1 else []
        if open_for:
            needed.update(dict.fromkeys(open_for))
            continue
        demand = _Demand(number, tree, search.negotiable_in(tree))
        broken = (decision.failed | decision.undetermined) >> number & 1
        (violated if broken else kept).append(demand)
    if not violated:
        return _nothing_to_change(decision, tuple(needed))
    held = [
        _Demand(None, tree, search.negotiable_in(tree))
        for tree in _invariants(policy.vocabulary)
        if search.truth(tree, {}) == TRUE
    ]
    unfixable: list[_Demand] = []
    conflicts: list[list[int]] = []
    changes: dict[str, Value] = {}
    complete = True
    try:
        unfixable = [demand for demand in violated if not search.satisfiable([demand], held)]
        mendable = [demand for demand in violated if demand not in unfixable]
        for group in _tied([*mendable, *kept, *held]):
            if not any(demand in mendable for demand in group):
                continue
            if search.feasible(group):
                changes.update(search.best(group))
            else:
                conflicts.append(search.smallest_conflict(group, held))
    except _OutOfTrials:
        complete, unfixable, conflicts = False, [], []
    conflict = min(conflicts, key=lambda rules: (len(rules), rules), default=[])
    vocabulary = policy.vocabulary
    shown = {name: vocabulary[name].show(value) for name, value in changes.items()}
    mended = facts.with_values(shown)
    return Remedy(
        changes=tuple(
            Change(fact=name, present=vocabulary[name].show(search.present(name)), proposed=shown[name])
            for name in sorted(shown, key=vocabulary.index.__getitem__)
        ),
        needed=tuple(needed),
        unfixable=tuple(policy.rules[demand.rule].id for demand in unfixable if demand.rule is not None),
        conflict=tuple(policy.rules[number].id for number in conflict),
        outcome=policy.decide(mended).outcome,
        complete=complete,
    )


def _nothing_to_change(decision: Decision, needed: tuple[str, ...]) -> Remedy:
    return Remedy(changes=(), needed=needed, unfixable=(), conflict=(), outcome=decision.outcome, complete=True)


def _tied(demands: Sequence[_Demand]) -> list[list[_Demand]]:
    """Demands that share facts, directly or through others, together."""
    groups: list[tuple[set[str], list[_Demand]]] = []
    for demand in demands:
        names, together = set(demand.facts), [demand]
        apart = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                together = [*group[1], *together]
            else:
                apart.append(group)
        groups = [*apart, (names, together)]
    return [group for _, group in groups]


class _Search:
    """Searches boxes of grids for one line of facts, and counts."""

    def __init__(self, facts: Facts, parameters: Mapping[str, Parameter]) -> None:
        self.facts = facts
        self.parameters = parameters
        self.trials = 0
        self.vocabulary = facts.vocabulary
        self.grids: dict[str, Grid] = {}
        self.fixed: dict[str, Possible] = {
            fact.name: exactly(value, fact.kind) for fact, value in zip(facts.vocabulary, facts.values, strict=True)
        }

    def negotiable_in(self, tree: Node) -> frozenset[str]:
        """The facts of a tree that a remedy may change: negotiable, and not missing."""
        return frozenset(
            name for name in mentions(tree) if self.vocabulary[name].negotiable and self.facts[name] is not None
        )

    def present(self, name: str) -> Value:
        value = self.facts[name]
        assert value is not None
        return value

    def grid(self, name: str) -> Grid:
        if name not in self.grids:
            self.grids[name] = Grid(self.vocabulary[name], self.present(name))
        return self.grids[name]

    def truth(self, tree: Node, box: Mapping[str, Possible]) -> int:
        found = possible(tree, {**self.fixed, **box}, self.parameters)
        assert isinstance(found, int)
        return found

    def look(self, demands: Iterable[_Demand], names: Sequence[str], ranges: Sequence[tuple[int, int]]) -> int:
        """``TRUE`` where all demands hold in the whole box, ``FALSE`` where one never does, both otherwise."""
        self.trials += 1
        if self.trials > MOST_TRIALS:
            raise _OutOfTrials
        box = {**self.fixed}
        for name, (low, high) in zip(names, ranges, strict=True):
            box[name] = self.grid(name).between(low, high)
        seen = TRUE
        for demand in demands:
            truth = possible(demand.tree, box, self.parameters)
            assert isinstance(truth, int)
            if not truth & TRUE:
                return FALSE
            if truth & (FALSE | MISSING):
                seen = TRUE | FALSE
        return seen

    def in_order(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=self.vocabulary.index.__getitem__)

    def satisfiable(self, demands: Sequence[_Demand], held: Sequence[_Demand]) -> bool:
        """Whether these demands can hold together, with the invariants that touch their facts."""
        wanted, names = list(demands), {name for demand in demands for name in demand.facts}
        if not names:
            return False
        grown = True
        while grown:
            grown = False
            for invariant in held:
                if invariant not in wanted and invariant.facts & names:
                    wanted.append(invariant)
                    names |= invariant.facts
                    grown = True
        return self.feasible(wanted)

    def feasible(self, demands: Sequence[_Demand]) -> bool:
        """Whether some values of the demands' facts satisfy all: any grid value, or the present one beside the grid."""
        names = self.in_order({name for demand in demands for name in demand.facts})
        beside = [name for name in names if self.grid(name).present is None]
        for count in range(len(beside) + 1):
            for kept in itertools.combinations(beside, count):
                free = [name for name in names if name not in kept]
                if self._any_point(demands, free):
                    return True
        return False

    def _any_point(self, demands: Sequence[_Demand], names: Sequence[str]) -> bool:
        boxes = [tuple((0, self.grid(name).count - 1) for name in names)]
        while boxes:
            box = boxes.pop()
            seen = self.look(demands, names, box)
            if seen == TRUE:
                return True
            if seen & TRUE:
                boxes += self.halves(names, box, without_present=False)
        return False

    def halves(
        self, names: Sequence[str], box: tuple[tuple[int, int], ...], *, without_present: bool
    ) -> list[tuple[tuple[int, int], ...]]:
        """The box in two along its longest side; nothing where it is a point.

        Where the present value lies inside, the cut goes there, and ``without_present`` leaves it out: a change that
        keeps a value is a change of fewer facts.
        """
        at = max(range(len(box)), key=lambda side: box[side][1] - box[side][0], default=0)
        if not box or box[at][0] == box[at][1]:
            return []
        low, high = box[at]
        present = self.grid(names[at]).present
        if without_present and present is not None and low <= present <= high:
            parts = [(low, present - 1), (present + 1, high)]
        else:
            middle = (low + high) // 2
            parts = [(low, middle), (middle + 1, high)]
        return [(*box[:at], part, *box[at + 1 :]) for part in parts if part[0] <= part[1]]

    def best(self, demands: Sequence[_Demand]) -> dict[str, Value]:
        """The first assignment in the remedy's order that satisfies all demands; there is one."""
        names = self.in_order({name for demand in demands for name in demand.facts})
        broken = [demand for demand in demands if self.truth(demand.tree, {}) != TRUE]
        for count in range(1, len(names) + 1):
            heap: list[tuple[int, tuple[int, ...], tuple[int, ...], tuple[str, ...], tuple[tuple[int, int], ...]]] = []
            for chosen in itertools.combinations(names, count):
                if all(demand.facts & set(chosen) for demand in broken):
                    self._push(heap, chosen, tuple((0, self.grid(name).count - 1) for name in chosen))
            while heap:
                _, _, point, chosen, box = heapq.heappop(heap)
                seen = self.look(demands, chosen, box)
                if seen == TRUE:
                    return {name: self.grid(name).value(at) for name, at in zip(chosen, point, strict=True)}
                if seen & TRUE:
                    for half in self.halves(chosen, box, without_present=True):
                        self._push(heap, chosen, half)
        raise AssertionError("a feasible group has an assignment")

    def _push(
        self,
        heap: list[tuple[int, tuple[int, ...], tuple[int, ...], tuple[str, ...], tuple[tuple[int, int], ...]]],
        chosen: tuple[str, ...],
        box: tuple[tuple[int, int], ...],
    ) -> None:
        nearest = [self.grid(name).nearest(low, high) for name, (low, high) in zip(chosen, box, strict=True)]
        steps = sum(each[1] for each in nearest)
        order = tuple(self.vocabulary.index[name] for name in chosen)
        heapq.heappush(heap, (steps, order, tuple(each[0] for each in nearest), chosen, box))

    def smallest_conflict(self, group: Sequence[_Demand], held: Sequence[_Demand]) -> list[int]:
        """A smallest set of the group's rules that cannot hold together, the first in the policy's order."""
        rules = sorted((demand for demand in group if demand.rule is not None), key=lambda demand: demand.rule or 0)
        for count in range(2, len(rules) + 1):
            for some in itertools.combinations(rules, count):
                if not self.satisfiable(some, held):
                    return [demand.rule for demand in some if demand.rule is not None]
        raise AssertionError("a group that cannot hold has a part that cannot")
