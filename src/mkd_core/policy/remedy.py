"""The least change with which nothing refuses or refers: exact, or honest about where it stopped.

Rules that share negotiable facts (directly, or through an invariant of the vocabulary: what the plan ties) form a group
and are searched together, the others apart: all that the order counts adds up over groups, so the best of each is the
best of all. A group is searched best first over boxes of the facts' grids: a box in which some rule cannot hold is
dropped, one in which all must hold gives its nearest point, every other is split. What comes first in the order (fewest
facts, fewest steps, the vocabulary's order, the lower value) is found first, so it is the best there is. Most groups
are mended by one fact, so that is tried before asking whether a group can be mended at all. Every look at a box counts
as one trial decision.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from mkd_core.language import Parameter, Value, Vocabulary, parse
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Grid, Possible, anything, exactly, possible
from mkd_core.language.tree import YES_NO, Node, mentions
from mkd_core.policy.facts import Facts
from mkd_core.policy.saying import remedy_in_words

if TYPE_CHECKING:
    from mkd_core.policy.decision import Decision, Outcome

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
    ``needed``      missing facts that rules wait for: undetermined ones, and failed ones that could pass once known.
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
    #: The decision that it mends.
    decision: Decision = attrs.field(repr=False, eq=False)

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

    def in_words(self, language: str) -> tuple[str, ...]:
        """The remedy in sentences: changes, missing facts, rules in the way. ``language`` is ``id`` or ``en``."""
        return remedy_in_words(self, language)


class _OutOfTrials(Exception):
    """The budget is spent."""


class _Budget:
    """Counts trial decisions, over all searches of one remedy."""

    def __init__(self) -> None:
        self.trials = 0

    def spend(self) -> None:
        self.trials += 1
        if self.trials > MOST_TRIALS:
            raise _OutOfTrials


@attrs.frozen(eq=False)
class _Demand:
    """Something that has to hold: a rule, or an invariant that held before (which has no rule number)."""

    rule: int | None
    tree: Node
    named: tuple[str, ...]
    facts: frozenset[str]


@attrs.define
class _Mended:
    """What a search came to."""

    changes: dict[str, Value] = attrs.field(factory=dict)
    unfixable: set[int] = attrs.field(factory=set)
    waiting: set[int] = attrs.field(factory=set)
    conflicts: list[list[int]] = attrs.field(factory=list)
    complete: bool = True


@lru_cache(maxsize=16)
def _invariants(vocabulary: Vocabulary) -> tuple[tuple[Node, tuple[str, ...]], ...]:
    """The trees, and the facts that each names."""
    trees = [parse(text, vocabulary, expect=YES_NO) for text in vocabulary.invariants]
    return tuple((tree, mentions(tree)) for tree in trees)


def find_remedy(decision: Decision) -> Remedy:
    """The remedy of a decision; see ``Remedy`` and the text of this module."""
    policy = decision.policy
    broken = (decision.failed | decision.undetermined) & policy.grave
    facts = decision.facts.under(policy.vocabulary)
    missing = {
        number: [name for name in policy.reads_of(number) if facts[name] is None]
        for number, _ in policy.trees
        if broken >> number & 1
    }
    waiting = {number for number, names in missing.items() if names and decision.undetermined >> number & 1}
    found = _Mended()
    if set(missing) - waiting:
        search = _Search(facts, policy.values, _Budget())
        wanted = [(number, tree) for number, tree in policy.trees if policy.grave >> number & 1]
        demands = [
            search.demand(number, tree, policy.mentions_of(number)) for number, tree in wanted if number not in waiting
        ]
        found = _mend(search, [demand for demand in demands if demand.rule in missing], demands, missing)
    needed = dict.fromkeys(name for number in sorted(waiting | found.waiting) for name in missing[number])
    return _told(decision, facts, found, tuple(needed))


def _told(decision: Decision, facts: Facts, found: _Mended, needed: tuple[str, ...]) -> Remedy:
    policy, vocabulary = decision.policy, facts.vocabulary
    names = sorted(found.changes, key=vocabulary.index.__getitem__)
    changes = []
    for name in names:
        present = facts[name]
        assert present is not None
        fact = vocabulary[name]
        changes.append(Change(fact=name, present=fact.show(present), proposed=fact.show(found.changes[name])))
    mended = policy.decide(facts.with_values({each.fact: each.proposed for each in changes})) if changes else decision
    conflict = min(found.conflicts, key=lambda rules: (len(rules), rules), default=[])
    return Remedy(
        changes=tuple(changes),
        needed=needed,
        unfixable=tuple(policy.rules[number].id for number in sorted(found.unfixable)),
        conflict=tuple(policy.rules[number].id for number in conflict),
        outcome=mended.outcome,
        complete=found.complete,
        decision=decision,
    )


def _mend(
    search: _Search, violated: Sequence[_Demand], demands: Sequence[_Demand], missing: Mapping[int, Sequence[str]]
) -> _Mended:
    """The changes that satisfy all demands, group by group; ``missing`` are the unknown facts of violated rules."""
    found, held = _Mended(), search.held()
    broken = set(violated)
    groups = _tied([*demands, *held])
    try:
        while groups:
            group = groups.pop(0)
            if broken.isdisjoint(group):
                continue
            changes = search.best(group, most=1)
            if changes is None:
                hopeless = [each for each in group if each in broken and not search.satisfiable([each], held)]
                if hopeless:
                    _sort_out(search, hopeless, held, missing, found)
                    groups += _tied([each for each in group if each not in hopeless])
                    continue
                if not search.feasible(group):
                    found.conflicts.append(search.smallest_conflict(group, held))
                    continue
                changes = search.best(group, least=2)
                assert changes is not None, "a feasible group has an assignment"
            found.changes.update(changes)
    except _OutOfTrials:
        found.complete = False
        found.unfixable.clear()
        found.conflicts.clear()
    return found


def _sort_out(
    search: _Search,
    hopeless: Iterable[_Demand],
    held: Sequence[_Demand],
    missing: Mapping[int, Sequence[str]],
    found: _Mended,
) -> None:
    """Rules without a way out: one that could pass if a missing fact were known waits for it, others are unfixable."""
    for demand in hopeless:
        assert demand.rule is not None
        if missing[demand.rule] and search.satisfiable_if_known(missing[demand.rule], demand, held):
            found.waiting.add(demand.rule)
        else:
            found.unfixable.add(demand.rule)


def _tied(demands: Iterable[_Demand]) -> list[list[_Demand]]:
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
    """Searches boxes of grids for one line of facts. ``supposed`` are missing facts that may take any value here."""

    def __init__(
        self,
        facts: Facts,
        parameters: Mapping[str, Parameter],
        budget: _Budget,
        supposed: Collection[str] = (),
    ) -> None:
        self.facts = facts
        self.parameters = parameters
        self.budget = budget
        self.supposed = supposed
        self.vocabulary = facts.vocabulary
        self.grids: dict[str, Grid] = {}
        self.box = _Box(facts, supposed)

    def demand(self, rule: int | None, tree: Node, named: tuple[str, ...]) -> _Demand:
        """A tree that has to hold, with the facts that may be changed for it: negotiable, and not missing."""
        return _Demand(rule, tree, named, frozenset(name for name in named if self.free(name)))

    def free(self, name: str) -> bool:
        fact = self.vocabulary[name]
        if name in self.supposed:
            return fact.has_grid
        return fact.negotiable and self.facts[name] is not None

    def held(self) -> list[_Demand]:
        """The invariants of the vocabulary that hold as things are."""
        known = _invariants(self.vocabulary)
        return [self.demand(None, tree, named) for tree, named in known if self.truth(tree) == TRUE]

    def grid(self, name: str) -> Grid:
        if name not in self.grids:
            self.grids[name] = Grid(self.vocabulary[name], self.facts[name])
        return self.grids[name]

    def truth(self, tree: Node) -> int:
        """What the tree can come to inside the present box."""
        found = possible(tree, self.box, self.parameters)
        assert isinstance(found, int)
        return found

    def look(self, demands: Iterable[_Demand], names: Sequence[str], ranges: Sequence[tuple[int, int]]) -> int:
        """``TRUE`` where all demands hold in the whole box, ``FALSE`` where one never does, both otherwise."""
        self.budget.spend()
        for name, (low, high) in zip(names, ranges, strict=True):
            self.box[name] = self.grid(name).between(low, high)
        seen = TRUE
        for demand in demands:
            truth = self.truth(demand.tree)
            if not truth & TRUE:
                seen = FALSE
                break
            if truth & (FALSE | MISSING):
                seen = TRUE | FALSE
        for name in names:
            del self.box[name]
        return seen

    def in_order(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=self.vocabulary.index.__getitem__)

    def satisfiable_if_known(self, missing: Sequence[str], demand: _Demand, held: Sequence[_Demand]) -> bool:
        """Whether this demand could hold if the missing facts were known."""
        search = _Search(self.facts, self.parameters, self.budget, missing)
        wanted, *kept = [search.demand(each.rule, each.tree, each.named) for each in (demand, *held)]
        return search.satisfiable([wanted], kept)

    def satisfiable(self, demands: Sequence[_Demand], held: Sequence[_Demand]) -> bool:
        """Whether these demands can hold together, with the invariants that touch their facts."""
        wanted, names = list(demands), {name for demand in demands for name in demand.facts}
        grown = bool(names)
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
        beside = [name for name in names if name not in self.supposed and self.grid(name).present is None]
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
                halves = self.halves(names, box, without_present=False)
                if not halves and self.supposed:
                    # A missing date has no grid to split: nothing speaks against the rule here.
                    return True
                boxes += halves
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

    def best(self, demands: Sequence[_Demand], *, least: int = 1, most: int | None = None) -> dict[str, Value] | None:
        """The first assignment in the remedy's order that satisfies all demands, changing ``least`` to ``most`` facts.

        Nothing where there is none.
        """
        names = self.in_order({name for demand in demands for name in demand.facts})
        broken = [demand for demand in demands if self.truth(demand.tree) != TRUE]
        # What is broken most probably stays so: asked first, it drops a box at once.
        demands = [*broken, *(demand for demand in demands if demand not in broken)]
        for count in range(least, min(most or len(names), len(names)) + 1):
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
        return None

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


class _Box(dict[str, Possible]):
    """What each fact can come to: its value, unless a look sets another range; anything for a supposed one."""

    def __init__(self, facts: Facts, supposed: Collection[str]) -> None:
        super().__init__()
        self.facts = facts
        self.supposed = supposed

    def __missing__(self, name: str) -> Possible:
        fact = self.facts.vocabulary[name]
        return anything(fact) if name in self.supposed else exactly(self.facts[name], fact.kind)
