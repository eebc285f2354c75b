"""From trees to one Python function: compiled once, then as fast as the same rules written by hand.

Two pieces of code answer for one list of yes-or-no trees. The fast one is two-valued and right while nothing it reads
is missing; the other follows Kleene's three values. Both give masks: bit *i* stands for the tree numbered *i*. A
division by zero leaves the fast one, as the value is missing then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mkd_core.language.parameters import Parameter
from mkd_core.language.tree import (
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
    ParameterName,
    mentions,
    reads,
    walk,
)
from mkd_core.language.vocabulary import Value, Vocabulary

#: The values of a vocabulary's facts in its order, ``None`` where missing.
Values = Sequence[Value | None]


class Names:
    """The constants of a function that have no literal, under names of their own."""

    def __init__(self) -> None:
        self.bound: dict[str, object] = {}

    def literal(self, value: Value | tuple[Value, ...]) -> str:
        if isinstance(value, bool | int | float | str):
            return f"({value!r})" if isinstance(value, int | float) and value < 0 else repr(value)
        if isinstance(value, tuple) and all(isinstance(each, bool | int | float | str) for each in value):
            # Python folds a display of constants into one frozen set.
            return f"{{{', '.join(repr(each) for each in value)}}}"
        name = f"k{len(self.bound)}"
        self.bound[name] = frozenset(value) if isinstance(value, tuple) else value
        return name


class _Writer:
    """What both writers share: facts by their place, constants and parameters as literals."""

    def __init__(self, vocabulary: Vocabulary, parameters: Mapping[str, Parameter], names: Names) -> None:
        self.index = vocabulary.index
        self.parameters = parameters
        self.names = names

    def parameter(self, name: str) -> str:
        return self.names.literal(self.parameters[name].value)

    def members(self, node: Membership) -> str:
        value = node.members if isinstance(node.members, tuple) else self.parameters[node.members].value
        return self.names.literal(value if isinstance(value, tuple) else (value,))


class TwoValued(_Writer):
    """One Python expression a tree, right while nothing is missing."""

    def __init__(
        self, vocabulary: Vocabulary, parameters: Mapping[str, Parameter], names: Names, often: frozenset[str]
    ) -> None:
        super().__init__(vocabulary, parameters, names)
        self.often = often

    def write(self, node: Node) -> str:
        match node:
            case Constant(value):
                return self.names.literal(value)
            case FactName(name):
                return self.fact(name)
            case ParameterName(name):
                return self.parameter(name)
            case Known(name):
                return f"({self.fact(name)} is not None)"
            case Not(operand):
                return f"(not {self.write(operand)})"
            case Both(parts):
                return "(" + " and ".join(self.write(each) for each in parts) + ")"
            case Either(parts):
                return "(" + " or ".join(self.write(each) for each in parts) + ")"
            case Comparison(operands, orders):
                tail = "".join(f" {order} {self.write(each)}" for order, each in zip(orders, operands[1:], strict=True))
                return f"({self.write(operands[0])}{tail})"
            case Membership(operand, _, negated):
                return f"({self.write(operand)} {'not in' if negated else 'in'} {self.members(node)})"
            case Arithmetic(left, operator, right):
                return f"({self.write(left)} {operator} {self.write(right)})"
            case Negative(operand):
                return f"(-{self.write(operand)})"
            case Absolute(operand):
                return f"abs({self.write(operand)})"
            case Extreme(which, arguments):
                return f"{which}({', '.join(self.write(each) for each in arguments)})"
            case Conditional(then, condition, otherwise):
                return f"({self.write(then)} if {self.write(condition)} else {self.write(otherwise)})"

    def fact(self, name: str) -> str:
        place = self.index[name]
        return f"f{place}" if name in self.often else f"v[{place}]"


class ThreeValued(_Writer):
    """Statements that compute each node into a name; ``None`` is missing. All parts are computed: none has effects."""

    def __init__(self, vocabulary: Vocabulary, parameters: Mapping[str, Parameter], names: Names) -> None:
        super().__init__(vocabulary, parameters, names)
        self.lines: list[str] = []
        self.count = 0
        self.facts: dict[str, str] = {}

    def write(self, node: Node) -> str:
        """The name or literal that holds the node's value after ``lines``."""
        match node:
            case Constant(value):
                return self.names.literal(value)
            case FactName(name):
                return self.fact(name)
            case ParameterName(name):
                return self.parameter(name)
            case Known(name):
                return f"({self.fact(name)} is not None)"
            case Not(operand):
                inner = self.write(operand)
                return self.keep([operand], f"not {inner}", [inner])
            case Both(parts):
                return self.logic(parts, "False", "True")
            case Either(parts):
                return self.logic(parts, "True", "False")
            case Comparison(operands, orders):
                return self.comparison(operands, orders)
            case Membership(operand, _, negated):
                inner = self.write(operand)
                return self.keep([operand], f"{inner} {'not in' if negated else 'in'} {self.members(node)}", [inner])
            case Arithmetic(left, operator, right):
                sides = [self.write(left), self.write(right)]
                zero = f"{sides[1]} == 0" if operator == "/" else ""
                return self.keep([left, right], f"{sides[0]} {operator} {sides[1]}", sides, zero)
            case Negative(operand):
                inner = self.write(operand)
                return self.keep([operand], f"-{inner}", [inner])
            case Absolute(operand):
                inner = self.write(operand)
                return self.keep([operand], f"abs({inner})", [inner])
            case Extreme(which, arguments):
                inside = [self.write(each) for each in arguments]
                return self.keep(arguments, f"{which}({', '.join(inside)})", inside)
            case Conditional(then, condition, otherwise):
                first, asked, last = self.write(then), self.write(condition), self.write(otherwise)
                return self.keep([condition], f"{first} if {asked} else {last}", [asked])

    def fact(self, name: str) -> str:
        return self.facts.setdefault(name, f"f{self.index[name]}")

    def hold(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"t{self.count} = {text}")
        return f"t{self.count}"

    def keep(self, nodes: Iterable[Node], text: str, inside: Sequence[str], also: str = "") -> str:
        """The value of ``text``, missing where something inside is missing or ``also`` holds."""
        tests = [
            f"{name} is None"
            for node, name in zip(nodes, inside, strict=True)
            if not isinstance(node, Constant | ParameterName | Known)
        ]
        unless = " or ".join([*tests, also] if also else tests)
        return self.hold(f"None if {unless} else {text}" if unless else text)

    def logic(self, parts: Sequence[Node], settles: str, otherwise: str) -> str:
        # Known(...) and constants are written as expressions; give all a name, so that `is` compares plain values.
        inside = [self.hold(self.write(each)) for each in parts]
        settled = " or ".join(f"{name} is {settles}" for name in inside)
        unknown = " or ".join(f"{name} is None" for name in inside)
        return self.hold(f"{settles} if {settled} else None if {unknown} else {otherwise}")

    def comparison(self, operands: Sequence[Node], orders: Sequence[str]) -> str:
        sides = [self.write(each) for each in operands]
        parts = [
            self.keep(operands[at : at + 2], f"{sides[at]} {order} {sides[at + 1]}", sides[at : at + 2])
            for at, order in enumerate(orders)
        ]
        if len(parts) == 1:
            return parts[0]
        settled = " or ".join(f"{name} is False" for name in parts)
        unknown = " or ".join(f"{name} is None" for name in parts)
        return self.hold(f"False if {settled} else None if {unknown} else True")


def often_named(trees: Iterable[Node]) -> frozenset[str]:
    """The facts that are named more than once: worth a local name."""
    seen: set[str] = set()
    twice: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, FactName | Known):
                (twice if node.name in seen else seen).add(node.name)
    return frozenset(twice)


def compile_lines(lines: Sequence[str], bound: Mapping[str, object], name: str) -> Callable[..., Any]:
    """The function of that name which the lines define; they hold nothing but what this module wrote."""
    scope: dict[str, Any] = {"__builtins__": {"abs": abs, "min": min, "max": max}, **bound}
    exec(compile("\n".join(lines), "<rules>", "exec"), scope)
    made: Callable[..., Any] = scope[name]
    return made


def fast_lines(
    rules: Sequence[tuple[int, Node]], vocabulary: Vocabulary, parameters: Mapping[str, Parameter], names: Names
) -> list[str]:
    """Lines that leave in ``failed`` the mask of the trees that are not so, from the values ``v`` with no gap."""
    often = often_named(tree for _, tree in rules)
    writer = TwoValued(vocabulary, parameters, names, often)
    lines = [f"f{vocabulary.index[name]} = v[{vocabulary.index[name]}]" for name in sorted(often)]
    lines.append("failed = 0")
    for bit, tree in rules:
        lines += [f"if not {writer.write(tree)}:", f"    failed |= {1 << bit}"]
    return lines


def gap_lines(
    rules: Sequence[tuple[int, Node]],
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    names: Names,
    *,
    found: Mapping[str, str] | None = None,
) -> list[str]:
    """Lines that leave the masks ``failed`` and ``undetermined`` by Kleene's logic, from any values ``v``.

    ``found`` says where else the facts are taken from, as an expression each. A tree that misses none of its facts is
    decided in two values, behind one test a fact.
    """
    named = {name for _, tree in rules for name in mentions(tree)}
    places = {name: found[name] if found else f"v[{vocabulary.index[name]}]" for name in sorted(named)}
    two = TwoValued(vocabulary, parameters, names, frozenset(named))
    three = ThreeValued(vocabulary, parameters, names)
    lines = [f"f{vocabulary.index[name]} = {place}" for name, place in places.items()]
    lines.append("failed = undetermined = 0")
    for bit, tree in rules:
        failed, undetermined = f"    failed |= {1 << bit}", f"    undetermined |= {1 << bit}"
        gap = " or ".join(f"f{vocabulary.index[name]} is None" for name in reads(tree))
        if is_strict(tree):
            lines += [f"if {gap}:", undetermined, f"elif not {two.write(tree)}:", failed]
        elif not gap and not divides(tree):
            lines += [f"if not {two.write(tree)}:", failed]
        else:
            before = len(three.lines)
            result = three.hold(three.write(tree))
            slowly = [*three.lines[before:], f"if {result} is None:", undetermined, f"elif not {result}:", failed]
            if divides(tree):
                lines += slowly
            else:
                lines += [f"if {gap}:", *(f"    {line}" for line in slowly), f"elif not {two.write(tree)}:", failed]
    return lines


def is_strict(tree: Node) -> bool:
    """Whether the tree is missing exactly where one of the facts is that it reads, of which there is one at least."""
    nodes = list(walk(tree))
    return any(isinstance(node, FactName) for node in nodes) and not any(
        isinstance(node, Both | Either | Conditional)
        or (isinstance(node, Comparison) and len(node.orders) > 1)
        or _divides(node)
        for node in nodes
    )


def divides(tree: Node) -> bool:
    """Whether something in the tree may divide by zero."""
    return any(_divides(node) for node in walk(tree))


def _divides(node: Node) -> bool:
    return isinstance(node, Arithmetic) and node.operator == "/"


def compile_value(
    tree: Node, vocabulary: Vocabulary, parameters: Mapping[str, Parameter]
) -> Callable[[Values], Value | None]:
    """The value of one tree of any type, ``None`` where it is missing."""
    names = Names()
    writer = ThreeValued(vocabulary, parameters, names)
    result = writer.write(tree)
    found = [f"{local} = v[{vocabulary.index[name]}]" for name, local in writer.facts.items()]
    lines = ["def value(v):", *(f"    {line}" for line in [*found, *writer.lines, f"return {result}"])]
    return compile_lines(lines, names.bound, "value")
