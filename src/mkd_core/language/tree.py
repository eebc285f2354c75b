"""The typed tree of an expression: frozen nodes, each with its type, and what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from mkd_core.language.vocabulary import Kind, Type, Value

YES_NO = Type(Kind.YES_NO)

Order = Literal["<", "<=", ">", ">=", "==", "!="]


@attrs.frozen
class Constant:
    """A value written in the expression."""

    value: Value
    type: Type


@attrs.frozen
class FactName:
    """A fact, missing when it is not known."""

    name: str
    type: Type


@attrs.frozen
class ParameterName:
    """A single-valued parameter, never missing."""

    name: str
    type: Type


@attrs.frozen
class Known:
    """Whether a fact is known: never missing itself."""

    name: str
    type: Type = YES_NO


@attrs.frozen
class Not:
    """The opposite; missing stays missing."""

    operand: Node
    type: Type = YES_NO


@attrs.frozen
class Both:
    """All of the parts: ``and``."""

    parts: tuple[Node, ...]
    type: Type = YES_NO


@attrs.frozen
class Either:
    """One of the parts: ``or``."""

    parts: tuple[Node, ...]
    type: Type = YES_NO


@attrs.frozen
class Comparison:
    """``operands[0] orders[0] operands[1] orders[1] operands[2] …``: the ``and`` of its parts."""

    operands: tuple[Node, ...]
    orders: tuple[Order, ...]
    type: Type = YES_NO


@attrs.frozen
class Membership:
    """``operand in`` constants or a list parameter; ``negated`` for ``not in``."""

    operand: Node
    members: tuple[Value, ...] | str
    negated: bool
    type: Type = YES_NO

    @property
    def parameter(self) -> str | None:
        """The name of the list parameter, where the members are one."""
        return self.members if isinstance(self.members, str) else None


@attrs.frozen
class Arithmetic:
    """A sum, difference, product or quotient of numbers; a division by zero is missing."""

    left: Node
    operator: Literal["+", "-", "*", "/"]
    right: Node
    type: Type


@attrs.frozen
class Negative:
    """The number with the other sign."""

    operand: Node
    type: Type


@attrs.frozen
class Absolute:
    """The number without its sign."""

    operand: Node
    type: Type


@attrs.frozen
class Extreme:
    """``min`` or ``max`` of two or more; missing with any missing argument."""

    which: Literal["min", "max"]
    arguments: tuple[Node, ...]
    type: Type


@attrs.frozen
class Conditional:
    """``then if condition else otherwise``."""

    then: Node
    condition: Node
    otherwise: Node
    type: Type


Node = (
    Constant
    | FactName
    | ParameterName
    | Known
    | Not
    | Both
    | Either
    | Comparison
    | Membership
    | Arithmetic
    | Negative
    | Absolute
    | Extreme
    | Conditional
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order they were written."""
    match node:
        case Constant() | FactName() | ParameterName() | Known():
            return ()
        case Not(operand) | Negative(operand) | Absolute(operand) | Membership(operand):
            return (operand,)
        case Both(parts) | Either(parts):
            return parts
        case Comparison(operands):
            return operands
        case Arithmetic(left, _, right):
            return (left, right)
        case Extreme(_, arguments):
            return arguments
        case Conditional(then, condition, otherwise):
            return (then, condition, otherwise)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order they were written."""
    yield node
    for child in children(node):
        yield from walk(child)


def reads(node: Node) -> tuple[str, ...]:
    """The facts whose value is used (outside ``known``), in order of appearance, each once."""
    return tuple(dict.fromkeys(each.name for each in walk(node) if isinstance(each, FactName)))


def parameters(node: Node) -> tuple[str, ...]:
    """The parameters that are named, in order of appearance, each once."""
    names: dict[str, None] = {}
    for each in walk(node):
        if isinstance(each, ParameterName):
            names[each.name] = None
        elif isinstance(each, Membership) and each.parameter:
            names[each.parameter] = None
    return tuple(names)


def mentions(node: Node) -> tuple[str, ...]:
    """All facts that are named, those inside ``known`` too, in order of appearance, each once."""
    return tuple(dict.fromkeys(each.name for each in walk(node) if isinstance(each, FactName | Known)))
