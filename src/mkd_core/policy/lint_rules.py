"""What analysing the expressions of a policy shows: those that decide nothing, and those that nobody can satisfy.

Answers are exact for every value of the vocabulary, known and missing; where they are not found within the budget, the
rule is called not analysed rather than passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from mkd_core.language import Kind, Wording, show_time
from mkd_core.language.cuts import FALSE, MISSING, TRUE, Among, Possible, possible
from mkd_core.language.reach import Reach, TooWideError
from mkd_core.language.syntax import Placed, parse_placed
from mkd_core.language.tree import (
    YES_NO,
    Arithmetic,
    Both,
    Comparison,
    Constant,
    Either,
    Membership,
    Node,
    ParameterName,
    mentions,
    parameters,
    walk,
)
from mkd_core.policy.policy import Policy
from mkd_core.policy.program import VOTE_SPACE
from mkd_core.policy.terms import Rule

LARGEST_EXACT = 2**53
# Boxes that are looked at for one rule, and for one rule beside another.
MOST_FOR_RULE = 4_000
MOST_FOR_PAIR = 300
_GRAVITY = {"warn": 0, "refer": 1, "refuse": 2}


@attrs.frozen(kw_only=True)
class Suspicion:
    """Something about one expression; ``column`` is a place in ``text``, where it is about a part of it."""

    code: str
    place: str
    message: Wording
    mend: Wording
    text: str = ""
    column: int | None = None


@attrs.frozen(kw_only=True)
class Seen:
    """The rules and conditions of a policy, or of one season or dates of it, with what can be asked about them."""

    policy: Policy
    during: Wording | None
    rules: tuple[tuple[Rule, Placed], ...]
    whens: tuple[tuple[str, Placed], ...]

    def reach(self) -> Reach:
        """What expressions can come to, with a budget for one rule."""
        return Reach(self.policy.vocabulary, self.policy.values, budget=MOST_FOR_RULE)

    @property
    def parameters(self) -> set[str]:
        """The parameters that some expression uses."""
        return {name for _, placed in (*self.rules, *self.whens) for name in parameters(placed.tree)}


def read_rules(policy: Policy, during: Wording | None = None) -> Seen:
    """The expressions of a policy, which is that of a day in the season or of the dates."""
    vocabulary, values = policy.vocabulary, policy.values
    return Seen(
        policy=policy,
        during=during,
        rules=tuple((rule, parse_placed(rule.require, vocabulary, values, expect=YES_NO)) for rule in policy.rules),
        whens=tuple(
            (step.id, parse_placed(step.when, vocabulary, values, expect=YES_NO))
            for step in policy.steps
            if step.when is not None
        ),
    )


def suspicions(seen: Seen) -> Iterator[Suspicion]:
    """All that is suspicious about the expressions, rule by rule."""
    for number, (rule, placed) in enumerate(seen.rules):
        place, reach = f"rule {rule.id}, require", seen.reach()
        try:
            found = [*_of_rule(reach, place, placed), *_superfluous(reach, seen, number)]
        except TooWideError:
            found = [_too_wide(place)]
        yield from found
        yield from _too_large(seen, place, placed)
    for step, placed in seen.whens:
        yield from _of_condition(seen, f"route {step}, when", placed)
        yield from _too_large(seen, f"route {step}, when", placed)
    if not _refuses_own_request(seen):
        yield Suspicion(
            code="MKD339",
            place="rules",
            message=Wording(
                "tidak ada aturan yang menolak keputusan atas permohonan sendiri",
                "no rule refuses a decision on one's own request",
            ),
            mend=Wording(
                'tambah aturan own-request, require = "not approver.is_applicant", otherwise = "refuse"',
                'add the rule own-request, require = "not approver.is_applicant", otherwise = "refuse"',
            ),
        )


def _too_wide(place: str) -> Suspicion:
    return Suspicion(
        code="MKD343",
        place=place,
        message=Wording("terlalu banyak nilai untuk dianalisis", "too many values to be analysed"),
        mend=Wording("periksa dengan contoh kasus", "make sure of it with worked cases"),
    )


def _of_rule(reach: Reach, place: str, placed: Placed) -> Iterator[Suspicion]:
    tree = placed.tree
    if not reach.can_be(tree, TRUE):
        yield Suspicion(
            code="MKD331",
            place=place,
            message=Wording("tidak pernah terpenuhi, apa pun faktanya", "it can never be passed, whatever the facts"),
            mend=Wording("perbaiki nilai atau tandanya", "mend the value or the sign"),
        )
    elif not reach.can_be(tree, FALSE):
        yield Suspicion(
            code="MKD330",
            place=place,
            message=Wording("tidak pernah dilanggar, apa pun faktanya", "it can never fail, whatever the facts"),
            mend=Wording(
                "perbaiki, hapus, atau tulis known(fakta) bila hanya harus diketahui",
                "mend it, leave it out, or write known(fact) where a fact only has to be known",
            ),
        )
    else:
        yield from _idle_parts(reach, place, placed)
        yield from _strangers(reach, place, placed)


def _idle_parts(reach: Reach, place: str, placed: Placed) -> Iterator[Suspicion]:
    """The parts of a rule that are always true or always false, and those that make no difference."""
    idle = [node for node in _asking(placed.tree) if node is not placed.tree and not _both_ways(reach, node)]
    for node in idle:
        always = reach.can_be(node, TRUE)
        yield Suspicion(
            code="MKD332",
            place=place,
            message=Wording(
                f"{placed.written(node)} selalu {'benar' if always else 'salah'}",
                f"{placed.written(node)} is always {'true' if always else 'false'}",
            ),
            mend=Wording("perbaiki atau hapus", "mend it, or leave it out"),
            text=placed.text,
            column=placed.column(node),
        )
    if idle:
        return
    for whole in walk(placed.tree):
        for at, part in enumerate(whole.parts if isinstance(whole, Both | Either) else ()):
            assert isinstance(whole, Both | Either)
            left = whole.parts[:at] + whole.parts[at + 1 :]
            without = left[0] if len(left) == 1 else type(whole)(left)
            if not reach.differ(placed.tree, _exchanged(placed.tree, whole, without)):
                yield Suspicion(
                    code="MKD332",
                    place=place,
                    message=Wording(
                        f"tanpa {placed.written(part)} hasilnya sama",
                        f"without {placed.written(part)} it says the same",
                    ),
                    mend=Wording("perbaiki atau hapus", "mend it, or leave it out"),
                    text=placed.text,
                    column=placed.column(part),
                )
                return


def _strangers(reach: Reach, place: str, placed: Placed) -> Iterator[Suspicion]:
    """Members of a set or of a list parameter that are never met, such as a tenth of nine boxes."""
    for node in walk(placed.tree):
        if not isinstance(node, Membership):
            continue
        members = node.members if isinstance(node.members, tuple) else reach.parameters[node.members].value
        assert isinstance(members, tuple)
        alone = {each: Membership(node.operand, (each,), negated=False) for each in members}
        never = [each for each, asked in alone.items() if not reach.can_be(asked, TRUE)]
        if 0 < len(never) < len(alone):
            timed = node.operand.type.kind is Kind.TIME
            shown = ", ".join(show_time(each) if timed and isinstance(each, int) else str(each) for each in never)
            yield Suspicion(
                code="MKD332",
                place=place,
                message=Wording(
                    f"dalam {placed.written(node)}, {shown} tidak pernah terjadi",
                    f"in {placed.written(node)}, {shown} never occurs",
                ),
                mend=Wording("perbaiki atau hapus", "mend it, or leave it out"),
                text=placed.text,
                column=placed.column(node),
            )


def _asking(tree: Node) -> Iterator[Node]:
    """The comparisons of a tree, those inside conditions too; a chained one as a whole."""
    return (node for node in walk(tree) if isinstance(node, Comparison | Membership))


def _both_ways(reach: Reach, node: Node) -> bool:
    return reach.can_be(node, TRUE) and reach.can_be(node, FALSE)


def _exchanged(tree: Node, old: Node, new: Node) -> Node:
    """The tree with another node in the place of one of its own."""
    if tree is old:
        return new
    changes: dict[str, object] = {}
    for field in attrs.fields(type(tree)):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            parts = tuple(_exchanged(each, old, new) if attrs.has(type(each)) else each for each in value)
            if any(one is not other for one, other in zip(parts, value, strict=True)):
                changes[field.name] = parts
        elif attrs.has(type(value)) and field.name != "type" and (part := _exchanged(value, old, new)) is not value:
            changes[field.name] = part
    # The fields are those of whichever node it is, which no type can say.
    return attrs.evolve(tree, **changes) if changes else tree  # type: ignore[arg-type]


def _superfluous(reach: Reach, seen: Seen, number: int) -> Iterator[Suspicion]:
    """A rule that never changes what another one of its effect, or of a graver one, has decided already."""
    rule, placed = seen.rules[number]
    named = set(mentions(placed.tree))
    for at, (other, above) in enumerate(seen.rules):
        if at == number or _GRAVITY[other.otherwise] < _GRAVITY[rule.otherwise]:
            continue
        if not named <= set(mentions(above.tree)) or (_at_vote(above.tree) and not _at_vote(placed.tree)):
            continue
        if not _implies(reach, above.tree, placed.tree):
            continue
        equal = other.otherwise == rule.otherwise and _implies(reach, placed.tree, above.tree)
        if equal and at > number:
            continue
        yield Suspicion(
            code="MKD340",
            place=f"rule {rule.id}, require",
            message=Wording(
                f"sama dengan aturan {other.id}" if equal else f"sudah tercakup oleh aturan {other.id}",
                f"it says the same as the rule {other.id}" if equal else f"the rule {other.id} says it already",
            ),
            mend=Wording("hapus salah satunya", "leave one of them out"),
        )
        return


def _at_vote(tree: Node) -> bool:
    return any(name.startswith(VOTE_SPACE) for name in mentions(tree))


def _implies(reach: Reach, one: Node, other: Node) -> bool:
    """Whether ``other`` is never worse than ``one``: passed where that is passed, not failed where it is missing."""

    def worse(found: Sequence[Possible]) -> bool | None:
        left, right = found
        assert isinstance(left, int)
        assert isinstance(right, int)
        if left & FALSE:
            left &= ~FALSE
            if not left:
                return False
            return None if _worse(left, right, sure=False) else False
        return True if _worse(left, right, sure=True) else None if _worse(left, right, sure=False) else False

    return reach.find([one, other], worse, most=MOST_FOR_PAIR) is None


def _worse(left: int, right: int, *, sure: bool) -> bool:
    """Whether a truth on the right is (``sure``: must be) worse than one on the left; neither is failed on the left."""
    if sure:
        return (left == TRUE and not right & TRUE) or (not left & FALSE and right == FALSE)
    return bool((left & TRUE and right & (MISSING | FALSE)) or (left & MISSING and right & FALSE))


def _of_condition(seen: Seen, place: str, placed: Placed) -> Iterator[Suspicion]:
    reach = seen.reach()
    try:
        holds, fails = (reach.can_be(placed.tree, truth) for truth in (TRUE, FALSE))
    except TooWideError:
        yield _too_wide(place)
        return
    if not (holds and fails):
        yield Suspicion(
            code="MKD337",
            place=place,
            message=Wording(
                "syarat ini selalu dipenuhi" if holds else "syarat ini tidak pernah dipenuhi",
                "this condition always holds" if holds else "this condition never holds",
            ),
            mend=Wording("perbaiki atau hapus", "mend it, or leave it out"),
        )


def _too_large(seen: Seen, place: str, placed: Placed) -> Iterator[Suspicion]:
    """Whole numbers that a float cannot hold exactly: frames compute with floats there, single decisions do not."""
    box = seen.reach().whole([placed.tree])
    for node in walk(placed.tree):
        if isinstance(node, Arithmetic | Constant | ParameterName) and node.type.kind is Kind.INTEGER:
            inside = possible(node, box, seen.policy.values)
            assert isinstance(inside, Among)
            if inside.low is not None and max(abs(inside.low), abs(inside.high)) > LARGEST_EXACT:
                yield Suspicion(
                    code="MKD338",
                    place=place,
                    message=Wording(
                        f"{placed.written(node)} dapat melebihi 2^53; tabel menghitungnya dengan pembulatan",
                        f"{placed.written(node)} can pass 2^53, beyond which frames compute in floating point",
                    ),
                    mend=Wording("hitung dengan angka yang lebih kecil", "compute with smaller numbers"),
                    text=placed.text,
                    column=placed.column(node),
                )
                return


def _refuses_own_request(seen: Seen) -> bool:
    """Whether some rule refuses whenever the approver is the applicant, whatever else is known."""
    name = "approver.is_applicant"
    if name not in seen.policy.vocabulary:
        return True
    for rule, placed in seen.rules:
        if rule.otherwise == "refuse" and name in mentions(placed.tree):
            reach = seen.reach()
            box: Mapping[str, Possible] = {**reach.whole([placed.tree]), name: TRUE}
            try:
                if not reach.can_be(placed.tree, TRUE | MISSING, box):
                    return True
            except TooWideError:
                continue
    return False
