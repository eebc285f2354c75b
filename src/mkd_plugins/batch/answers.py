"""The masks and the outcome of a policy's rules, as columns.

Masks are built of blocks of fifteen rules in sixteen bits, which is narrow and so fast, one for each effect, and the
blocks are widened and joined at the end; engines share no bit arithmetic, so bits are numbers that are added. An
outcome only asks whether a block holds anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import add, or_

import narwhals.stable.v2 as nw

from mkd_core.language.tree import (
    Absolute,
    Arithmetic,
    Comparison,
    Constant,
    Extreme,
    FactName,
    Membership,
    Negative,
    Node,
    Not,
    ParameterName,
    children,
    reads,
)
from mkd_core.policy import Policy
from mkd_plugins.batch.columns import Column, Columns, Fixed
from mkd_plugins.batch.frames import Taken

BLOCK = 15

#: The outcomes by gravity; where an engine is faster so, an outcome is first its place among these.
OUTCOMES = ("approve", "refer", "refuse")


def stages_of(
    policy: Policy, taken: Taken, *, prefix: str, guarded: bool, looks: str | None = None
) -> list[Mapping[str, nw.Expr]]:
    """Columns to be added to a frame, stage after stage; the last holds the answers.

    ``taken`` is what the frame says of the facts. ``prefix`` begins the names of columns that are needed on the way
    only. With ``looks``, rows with a value outside the vocabulary are answered too, columns whose names begin so say
    whether there is any, and the outcome is its place among ``OUTCOMES``.
    """
    columns = Columns(taken.facts, policy.values, prefix=f"{prefix}c", guarded=guarded)
    masks = _Masks(policy, columns)
    for number, tree in policy.trees:
        masks.add(number, tree)
    blocks = masks.blocks(f"{prefix}b")
    if looks:
        bad = {f"{looks}{number}": check.anywhere for number, check in enumerate(taken.checks)}
    else:
        bad = {f"{prefix}bad": reduce(or_, [check.rows for check in taken.checks])} if taken.checks else {}
    unanswered = None if looks else next(iter(bad), None)
    return [
        stage
        for stage in (
            taken.before,
            *columns.stages,
            {**blocks, **bad},
            masks.answers(unanswered, placed=looks is not None),
        )
        if stage
    ]


class _Masks:
    """Collects, rule by rule, what goes into each block: bits that may be set by a row, and bits that always are."""

    def __init__(self, policy: Policy, columns: Columns) -> None:
        self.policy = policy
        self.columns = columns
        self.failing: dict[tuple[int, str], list[nw.Expr]] = {}
        self.open: dict[tuple[int, str], list[nw.Expr]] = {}
        self.always: dict[str, int] = {"failed": 0, "undetermined": 0}
        #: Rules that are undetermined exactly where one of some facts is missing, by these facts.
        self.strict: dict[frozenset[str], list[int]] = {}
        self.names: dict[tuple[str, int, str], str] = {}

    def add(self, number: int, tree: Node) -> None:
        """Put a rule into its blocks."""
        made = self.columns.write(tree)
        if isinstance(made, Fixed):
            if made.value is not True:
                self.always["undetermined" if made.value is None else "failed"] |= 1 << number
            return
        strict = self._strict_facts(tree)
        truth = made if strict is not None else self.columns.once(made)
        assert isinstance(truth, Column)
        self._put(self.failing, [number], ~truth.expr)
        if not truth.gaps:
            return
        if strict is None:
            self._put(self.open, [number], truth.expr.is_null())
        elif strict:
            self.strict.setdefault(strict, []).append(number)

    def _strict_facts(self, tree: Node) -> frozenset[str] | None:
        """The facts that may be missing, where the tree is missing exactly when one of them is."""
        if not _is_strict(tree):
            return None
        facts = ((name, self.columns.facts[name]) for name in reads(tree))
        return frozenset(name for name, made in facts if isinstance(made, Column) and made.gaps)

    def _put(self, blocks: dict[tuple[int, str], list[nw.Expr]], numbers: Sequence[int], where: nw.Expr) -> None:
        """Set the bits of these rules where that is so."""
        bits: dict[tuple[int, str], int] = {}
        for number in numbers:
            key: tuple[int, str] = (number // BLOCK, self.policy.rules[number].otherwise)
            bits[key] = bits.get(key, 0) | 1 << number % BLOCK
        for key, value in bits.items():
            set_bits = nw.when(where).then(nw.lit(value, nw.Int16)).otherwise(nw.lit(0, nw.Int16))
            blocks.setdefault(key, []).append(set_bits)

    def blocks(self, prefix: str) -> dict[str, nw.Expr]:
        """The blocks as columns."""
        for facts, numbers in self.strict.items():
            missing = []
            for name in sorted(facts):
                made = self.columns.facts[name]
                assert isinstance(made, Column)
                missing.append(made.expr.is_null())
            self._put(self.open, numbers, reduce(or_, missing))
        made_blocks: dict[str, nw.Expr] = {}
        for mask, blocks in (("failed", self.failing), ("undetermined", self.open)):
            for (place, effect), parts in blocks.items():
                name = f"{prefix}{len(self.names)}"
                self.names[mask, place, effect] = name
                made_blocks[name] = reduce(add, parts)
        return made_blocks

    def answers(self, bad: str | None, *, placed: bool) -> dict[str, nw.Expr]:
        """The three columns of answers; null in rows where the column ``bad`` says so."""
        failed, undetermined = self._mask("failed"), self._mask("undetermined")
        refused = self._any([("failed", "refuse")])
        referred = self._any([("failed", "refer"), ("undetermined", "refuse"), ("undetermined", "refer")])
        outcome = _outcome(refused, referred, None if bad is None else nw.col(bad), _place if placed else nw.lit)
        if bad is None:
            return {"outcome": outcome, "failed": failed, "undetermined": undetermined}
        nothing = nw.lit(None).cast(nw.Int64)
        return {
            "outcome": outcome,
            "failed": nw.when(nw.col(bad)).then(nothing).otherwise(failed),
            "undetermined": nw.when(nw.col(bad)).then(nothing).otherwise(undetermined),
        }

    def _mask(self, mask: str) -> nw.Expr:
        by_place: dict[int, list[nw.Expr]] = {}
        for (of, place, _), name in self.names.items():
            if of == mask:
                by_place.setdefault(place, []).append(nw.col(name))
        wide = [
            joined if place == 0 else joined * nw.lit(1 << BLOCK * place, nw.Int64)
            for place, joined in ((place, reduce(add, each).cast(nw.Int64)) for place, each in by_place.items())
        ]
        if self.always[mask] or not wide:
            wide.append(nw.lit(self.always[mask], nw.Int64))
        return reduce(add, wide)

    def _any(self, which: Iterable[tuple[str, str]]) -> nw.Expr | bool:
        """Whether some rule of these effects has its bit set."""
        wanted = list(which)
        for mask, effect in wanted:
            if any(
                self.always[mask] >> number & 1 and rule.otherwise == effect
                for number, rule in enumerate(self.policy.rules)
            ):
                return True
        set_somewhere = [
            nw.col(name) != nw.lit(0, nw.Int16)
            for (mask, _, effect), name in self.names.items()
            if (mask, effect) in wanted
        ]
        return reduce(or_, set_somewhere) if set_somewhere else False


def _outcome(
    refused: nw.Expr | bool, referred: nw.Expr | bool, bad: nw.Expr | None, said: Callable[[str], nw.Expr]
) -> nw.Expr:
    last = said("refuse" if refused is True else "refer" if referred is True else "approve")
    cases: list[tuple[nw.Expr, nw.Expr]] = []
    if bad is not None:
        cases.append((bad, nw.lit(None).cast(nw.String)))
    if isinstance(refused, nw.Expr):
        cases.append((refused, said("refuse")))
    if isinstance(referred, nw.Expr) and refused is not True:
        cases.append((referred, said("refer")))
    if not cases:
        return last
    chosen = nw.when(cases[0][0]).then(cases[0][1])
    for where, value in cases[1:]:
        chosen = chosen.when(where).then(value)
    return chosen.otherwise(last)


def _place(outcome: str) -> nw.Expr:
    return nw.lit(OUTCOMES.index(outcome), nw.UInt32)


def _is_strict(node: Node) -> bool:
    """Whether the node is missing exactly where one of the facts that it reads is."""
    match node:
        case Constant() | ParameterName() | FactName():
            return True
        case Comparison(operands):
            return len(operands) == 2 and all(map(_is_strict, operands))
        case Arithmetic(_, "/"):
            return False
        case Not() | Membership() | Negative() | Absolute() | Extreme() | Arithmetic():
            return all(map(_is_strict, children(node)))
    return False
