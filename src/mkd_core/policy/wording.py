"""Rules in words: an expression of the language as a sentence in Indonesian or English.

Facts are called by their meaning, parameters by their value of the day. A sentence names what it is about first and
then what is asked of it: ``Days away from the office, most in any week: at most 4 days/week``. What is denied is said
by its opposite (``not (a and b)`` as ``not a, or not b``), which three-valued logic allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from mkd_core.language import Fact, Kind, Type, Value, Vocabulary
from mkd_core.language.tree import (
    YES_NO,
    Absolute,
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Constant,
    Either,
    Extreme,
    FactName,
    Known,
    Membership,
    Negative,
    Node,
    Not,
    Order,
    ParameterName,
)
from mkd_core.policy.saying import Language, inside, say_value
from mkd_core.policy.terms import NamedParameter

# What a unit is called behind a number; "" where it adds nothing to what the fact or parameter means.
_UNITS: Mapping[str, tuple[str, str]] = {
    "days": ("hari", "days"),
    "days/week": ("hari/pekan", "days/week"),
    "days/year": ("hari/tahun", "days/year"),
    "months": ("bulan", "months"),
    "minutes": ("menit", "minutes"),
    "minutes/day": ("menit/hari", "minutes/day"),
    "minutes/week": ("menit/pekan", "minutes/week"),
    "minutes/month": ("menit/bulan", "minutes/month"),
    "hours": ("jam", "hours"),
    "people": ("orang", "people"),
    "requests": ("permohonan", "requests"),
    "targets": ("target", "targets"),
    "per cent": ("persen", "per cent"),
    "percent": ("persen", "per cent"),
    "box": ("", ""),
    "rating": ("", ""),
    "ground": ("", ""),
    "local time": ("", ""),
    "HH:MM": ("", ""),
}
_SINGULARS = {"people": "person"}
_OPPOSITES: Mapping[Order, Order] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_FLIPPED: Mapping[Order, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_AMOUNTS: Mapping[Order, tuple[str, str]] = {
    "<": ("kurang dari {}", "less than {}"),
    "<=": ("paling banyak {}", "at most {}"),
    ">": ("lebih dari {}", "more than {}"),
    ">=": ("paling sedikit {}", "at least {}"),
    "==": ("tepat {}", "exactly {}"),
    "!=": ("bukan {}", "not {}"),
}
_MOMENTS: Mapping[Order, tuple[str, str]] = {
    "<": ("sebelum {}", "before {}"),
    "<=": ("paling lambat {}", "{} at the latest"),
    ">": ("sesudah {}", "after {}"),
    ">=": ("paling awal {}", "{} at the earliest"),
    "==": ("tepat {}", "exactly {}"),
    "!=": ("bukan {}", "not {}"),
}
_OTHERS: Mapping[Order, tuple[str, str]] = {
    "==": ("{}", "{}"),
    "!=": ("selain {}", "other than {}"),
}
_SIGNS: Mapping[str, tuple[str, str]] = {
    "+": ("{} ditambah {}", "{} plus {}"),
    "-": ("{} dikurangi {}", "{} minus {}"),
    "*": ("{} dikali {}", "{} times {}"),
    "/": ("{} dibagi {}", "{} divided by {}"),
}
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}


def in_words(tree: Node, vocabulary: Vocabulary, parameters: Mapping[str, NamedParameter], language: Language) -> str:
    """A rule, a condition or any other expression as a sentence without its stop."""
    writer = _Writer(vocabulary, parameters, language)
    text = writer.statement(tree) if tree.type == YES_NO else writer.amount(tree)
    return text[:1].upper() + text[1:]


def parameter_in_words(named: NamedParameter, language: Language) -> str:
    """The value of a parameter with its unit; the members of a list with commas."""
    value, kind = named.parameter.value, named.parameter.kind
    if isinstance(value, tuple):
        return _listed([say_value(each, kind, language) for each in value], ("", ""), language)
    return with_unit(value, kind, named.unit, language)


def value_in_words(fact: Fact, value: Value, language: Language) -> str:
    """A value of a fact with its unit."""
    return with_unit(value, fact.kind, fact.unit, language)


def shape_in_words(fact: Fact, language: Language) -> str:
    """What a fact can be: ``from 0 to 7 days/week``, ``yes or no``, ``one of none, serving``."""
    english = language == "en"
    match fact.kind:
        case Kind.YES_NO:
            return "yes or no" if english else "ya atau tidak"
        case Kind.CHOICE | Kind.TEXT:
            return ("one of " if english else "salah satu dari ") + ", ".join(fact.choices)
        case Kind.DATE:
            return "a date" if english else "tanggal"
    low, high = (0 if end is None else end for end in (fact.low, fact.high))
    first = with_unit(low, fact.kind, "share" if fact.unit == "share" else "", language)
    words = "from {} to {}" if english else "dari {} sampai {}"
    return words.format(first, value_in_words(fact, high, language))


def with_unit(value: Value, kind: Kind, unit: str, language: Language) -> str:
    """A value and its unit; a share as per cent."""
    if unit == "share" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{say_value(round(value * 100, 8), Kind.FLOAT, language)} %"
    shown = say_value(value, kind, language)
    if kind not in (Kind.INTEGER, Kind.FLOAT):
        return shown
    said = unit_in_words(unit, language)
    if language == "en" and value == 1:
        first, slash, rest = said.partition("/")
        said = _SINGULARS.get(first, first.removesuffix("s")) + slash + rest
    return f"{shown} {said}" if said else shown


def unit_in_words(unit: str, language: Language) -> str:
    """What a unit is called; one that nobody knows stands for itself."""
    return _UNITS.get(unit, (unit, unit))[language == "en"]


@attrs.frozen
class _Writer:
    vocabulary: Vocabulary
    parameters: Mapping[str, NamedParameter]
    language: Language

    def word(self, indonesian: str, english: str) -> str:
        return indonesian if self.language == "id" else english

    def statement(self, node: Node, *, holds: bool = True, inside: bool = False) -> str:
        """A yes-or-no node; ``holds`` false says the opposite. Inside another, ``and`` and ``or`` get brackets."""
        match node:
            case Constant(bool() as value):
                return self.word("selalu", "always") if value == holds else self.word("tidak pernah", "never")
            case FactName(name):
                return f"{self.meaning(name)}: {say_value(holds, Kind.YES_NO, self.language)}"
            case ParameterName(name):
                return (
                    f"{name}: {say_value(self.parameters[name].parameter.value == holds, Kind.YES_NO, self.language)}"
                )
            case Known(name):
                known = self.word("diketahui", "known") if holds else self.word("tidak diketahui", "not known")
                return f"{self.meaning(name)}: {known}"
            case Not(operand):
                return self.statement(operand, holds=not holds, inside=inside)
            case Both(parts) | Either(parts):
                joined = self.joined(parts, both=isinstance(node, Both) == holds, holds=holds)
                return f"({joined})" if inside else joined
            case Comparison(operands, orders):
                return self.comparison(operands, orders, holds=holds, inside=inside)
            case Membership():
                return self.membership(node, holds=holds)
            case Conditional(then, condition, otherwise):
                asked = self.statement(condition, inside=True)
                arms = [self.statement(each, holds=holds, inside=True) for each in (then, otherwise)]
                said = self.word("jika {}, {}; jika tidak, {}", "if {}, {}; otherwise {}").format(asked, *arms)
                return f"({said})" if inside else said
        raise AssertionError(f"{type(node).__name__} is never yes or no")

    def joined(self, parts: Iterable[Node], *, both: bool, holds: bool = True) -> str:
        sign = self.word("; dan ", "; and ") if both else self.word("; atau ", "; or ")
        return sign.join(self.statement(part, holds=holds, inside=True) for part in parts)

    def comparison(self, operands: Sequence[Node], orders: Sequence[Order], *, holds: bool, inside: bool) -> str:
        """What is compared comes first; bounds of one thing from two sides are said together."""
        pairs = list(zip(operands, orders, operands[1:], strict=False))
        pairs = [
            (right, _FLIPPED[order], left) if _fixed(left) else (left, order, right) for left, order, right in pairs
        ]
        if not holds:
            pairs = [(left, _OPPOSITES[order], right) for left, order, right in pairs]
        sign = self.word(" dan ", " and ") if holds else self.word(" atau ", " or ")
        if all(left is pairs[0][0] for left, _, _ in pairs):
            asked = sign.join(self.asked(*pair) for pair in pairs)
            return f"{self.subject(pairs[0][0])}: {asked}"
        said = f";{sign}".join(f"{self.subject(pair[0])}: {self.asked(*pair)}" for pair in pairs)
        return f"({said})" if inside else said

    def subject(self, node: Node) -> str:
        return self.statement(node, inside=True) if node.type == YES_NO else self.amount(node)

    def asked(self, left: Node, order: Order, right: Node) -> str:
        if left.type == YES_NO:
            same = self.word("sama dengan ({})", "the same as ({})")
            other = self.word("berbeda dari ({})", "other than ({})")
            return (same if order == "==" else other).format(self.statement(right))
        kind = left.type.kind
        if order in ("==", "!=") and right in (Constant(0, Type(Kind.INTEGER)), Constant(0.0, Type(Kind.FLOAT))):
            return self.word("tidak ada", "none") if order == "==" else self.word("ada", "some")
        table = _MOMENTS if kind in (Kind.TIME, Kind.DATE) else _AMOUNTS if kind is not Kind.CHOICE else _OTHERS
        if kind is Kind.TEXT:
            table = _OTHERS
        return table[order][self.language == "en"].format(self.amount(right, unit=self.unit(left)))

    def membership(self, node: Membership, *, holds: bool) -> str:
        kind = node.operand.type.kind
        named = self.parameters[node.members] if isinstance(node.members, str) else None
        written = named.parameter.value if named else node.members
        values = written if isinstance(written, tuple) else (written,)
        unit = self.unit(node.operand)
        # A unit that stands behind each member would be noise; a share is not itself without it.
        shown = [with_unit(each, kind, unit if unit == "share" else "", self.language) for each in values]
        if holds != node.negated:
            said = shown[0] if len(shown) == 1 else _listed(shown, ("salah satu dari ", "one of "), self.language)
        else:
            said = self.word("selain ", "other than ") + _listed(shown, ("", ""), self.language)
        return f"{self.subject(node.operand)}: {said}"

    def amount(self, node: Node, *, unit: str = "", rank: int = 0) -> str:
        """Anything but yes or no; ``unit`` is that of what it is compared with, ``rank`` how tightly it is bound."""
        match node:
            case Constant(value, kind):
                return with_unit(value, kind.kind, unit, self.language)
            case FactName(name):
                return self.meaning(name)
            case ParameterName(name):
                named = self.parameters[name]
                return parameter_in_words(attrs.evolve(named, unit=named.unit or unit), self.language)
            case Arithmetic(left, sign, right):
                own = _RANK[sign]
                behind = own + (sign in "-/")
                sides = (self.term(left, own), self.term(right, behind))
                said = _SIGNS[sign][self.language == "en"].format(*sides)
                return f"({said})" if own < rank else said
            case Negative(operand):
                return self.word("minus {}", "minus {}").format(self.amount(operand, rank=3))
            case Absolute(operand):
                return self.word("nilai mutlak {}", "{} without its sign").format(self.amount(operand, rank=3))
            case Extreme(which, arguments):
                shown = [self.amount(each, unit=unit) for each in arguments]
                least = which == "min"
                prefix = ("yang terkecil dari ", "the least of ") if least else ("yang terbesar dari ", "the most of ")
                return f"({_listed(shown, prefix, self.language)})"
            case Conditional(then, condition, otherwise):
                arms = [self.amount(each, unit=unit) for each in (then, otherwise)]
                asked = self.statement(condition, inside=True)
                said = self.word("{} jika {}, jika tidak {}", "{} if {}, otherwise {}").format(arms[0], asked, arms[1])
                return f"({said})"
        return f"({self.statement(node)})"

    def term(self, node: Node, rank: int) -> str:
        """A part of a sum or product; a meaning of several parts gets brackets."""
        said = self.amount(node, rank=rank)
        return f"({said})" if isinstance(node, FactName) and "," in said else said

    def unit(self, node: Node) -> str:
        """The unit of what is compared: that of its facts, where they have one and the same."""
        match node:
            case FactName(name):
                return self.vocabulary[name].unit
            case ParameterName(name):
                return self.parameters[name].unit
            case Arithmetic(left, "+" | "-", right):
                one, other = self.unit(left), self.unit(right)
                return one if one == other or not other else other if not one else ""
            case Negative(operand) | Absolute(operand):
                return self.unit(operand)
            case Extreme(_, arguments):
                units = {self.unit(each) for each in arguments} - {""}
                return units.pop() if len(units) == 1 else ""
        return ""

    def meaning(self, name: str) -> str:
        fact = self.vocabulary[name]
        meaning = fact.meaning.id if self.language == "id" else fact.meaning.en
        # What a choice may be stands behind a colon; the sentence says which one it asks for.
        return inside(meaning.partition(": ")[0] if fact.kind is Kind.CHOICE else meaning)


def _fixed(node: Node) -> bool:
    return isinstance(node, Constant | ParameterName)


def _listed(words: Sequence[str], prefix: tuple[str, str], language: Language) -> str:
    return prefix[language == "en"] + ", ".join(words)
