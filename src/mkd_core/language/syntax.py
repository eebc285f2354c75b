"""From text to a typed tree, through the standard ``ast``; everything that is not in the language is refused by name.

The text is scanned first (comments, backslashes, odd letters and numbers are refused with their column), then read by
Python's own parser, then each node is checked for its type on the way up. Nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from mkd_core.errors import did_you_mean
from mkd_core.language.errors import ExpressionError
from mkd_core.language.parameters import Parameter
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
from mkd_core.language.vocabulary import NUMBERS, ORDERED, Kind, Type, Value, Vocabulary, read_date, read_time

MOST_CHARACTERS = 2_000
MOST_NODES = 400
MOST_LEVELS = 30
# An integer that can grow beyond this could not meet a float any more.
LARGEST_INTEGER = 10**300

FUNCTIONS = ("time", "date", "min", "max", "abs", "known")

Numeric = TypeVar("Numeric", Constant, ParameterName, Arithmetic)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"[^"\\\n]*"|'[^'\\\n]*')
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.]))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>[-+*/<>=!()\[\]{},.:;%&|^~@?$`])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ORDERS: Mapping[type[ast.cmpop], Order] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# What people try, and what it is called.
_REFUSED: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Lambda: ("a lambda", ""),
    ast.NamedExpr: ("an assignment", "compare with =="),
    ast.Subscript: ("an index", ""),
    ast.ListComp: ("a comprehension", ""),
    ast.SetComp: ("a comprehension", ""),
    ast.DictComp: ("a comprehension", ""),
    ast.GeneratorExp: ("a comprehension", ""),
    ast.JoinedStr: ("formatted text", 'write plain "text"'),
    ast.List: ("a list", "write a set of constants, {1, 2}, behind in"),
    ast.Tuple: ("a tuple", "write a set of constants, {1, 2}, behind in"),
    ast.Dict: ("a dictionary", "write a set of constants, {1, 2}, behind in"),
    ast.Set: ("a set here", "a set of constants stands behind in or not in"),
    ast.Starred: ("a star", ""),
    ast.Await: ("await", ""),
    ast.Yield: ("yield", ""),
}
_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.Invert: "~",
    ast.UAdd: "unary +",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_INSTEAD = {"|": "write or", "&": "write and", "~": "write not", "is": "write ==", "is not": "write !="}


class Placed:
    """An expression with its tree, and where and how each node of that tree is written."""

    __slots__ = ("_reader", "text", "tree")

    def __init__(self, text: str, tree: Node, reader: _Reader) -> None:
        self.text = text
        self.tree = tree
        self._reader = reader

    def column(self, node: Node) -> int:
        """The column on which that node of the tree begins, from 1 in the whole text."""
        return self._reader.column(self._reader.written_as[id(node)])

    def written(self, node: Node) -> str:
        """The text of that node of the tree, on one line."""
        return self._reader.written(self._reader.written_as[id(node)])


def parse(
    text: str, vocabulary: Vocabulary, parameters: Mapping[str, Parameter] | None = None, *, expect: Type | None = None
) -> Node:
    """The typed tree of an expression.

    ``parameters`` are those that ``parameter.NAME`` may name; ``expect`` is the type the whole must have (an integer
    passes for a float). Raises ``ExpressionError`` with the column of the first mistake.
    """
    return parse_placed(text, vocabulary, parameters, expect=expect).tree


def parse_placed(
    text: str, vocabulary: Vocabulary, parameters: Mapping[str, Parameter] | None = None, *, expect: Type | None = None
) -> Placed:
    """As ``parse``, and where each node of the tree stands in the text."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            "MKD313",
            f"an expression of {len(text)} characters; at most {MOST_CHARACTERS} are read",
            text=text,
            column=MOST_CHARACTERS + 1,
            mend="split the rule in two",
        )
    _scan(text)
    # A rule may span lines; on one line, columns of the parser are columns of the text.
    flat = re.sub(r"\s", " ", text, flags=re.ASCII)
    body = flat.lstrip(" ")
    shift = len(flat) - len(body)
    try:
        parsed = ast.parse(body, mode="eval")
    except SyntaxError as error:
        if "nested" in (error.msg or "") or "too complex" in (error.msg or ""):
            raise _too_deep(text) from None
        column = shift + max(1, min(error.offset or 1, len(body) + 1))
        message = "nothing was written" if not body.strip() else f"not an expression: {error.msg}"
        raise ExpressionError("MKD310", message, text=text, column=column, mend=_slip(body)) from None
    except (MemoryError, RecursionError, ValueError):
        raise _too_deep(text) from None
    reader = _Reader(text, shift, body, vocabulary, parameters or {})
    node = reader.read(parsed.body, 1)
    if expect is not None and node.type != expect and not (expect.kind is Kind.FLOAT and node.type.kind in NUMBERS):
        raise reader.refusal(parsed.body, "MKD312", f"expected {expect}, and this is {node.type}", _to_yes_no(expect))
    return Placed(text, node, reader)


def _to_yes_no(expect: Type) -> str:
    return "compare it with something" if expect == YES_NO else ""


def _slip(body: str) -> str:
    if re.search(r"(?<![<>=!])=(?!=)", body):
        return "compare with =="
    if "&&" in body or "||" in body:
        return "write and, or"
    return ""


def _too_deep(text: str) -> ExpressionError:
    return ExpressionError(
        "MKD313", f"more than {MOST_LEVELS} levels", text=text, column=1, mend="split the rule in two"
    )


def _scan(text: str) -> None:
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "text":
            _scan_text(text, found)
        if found.lastgroup != "other":
            continue
        letter, column = found[0], found.start() + 1
        message, mend = f"{letter!r} is not part of the language", ""
        if letter == "#":
            message, mend = "a comment (#) is not part of the language", "leave it out, say it in because"
        elif letter in "\"'":
            message, mend = "text that does not end on its line, or holds a backslash", 'write plain "text"'
        elif letter.isdigit():
            message, mend = "a number that is not plainly decimal", "write it like 37.5"
        raise ExpressionError("MKD310", message, text=text, column=column, mend=mend)


def _scan_text(text: str, found: re.Match[str]) -> None:
    """Plain text holds letters that are seen: none that turns the line about, ends it, or is half a letter."""
    for place, letter in enumerate(found[0]):
        if not letter.isprintable():
            raise ExpressionError(
                "MKD310",
                f"{letter!r} inside a text cannot be seen",
                text=text,
                column=found.start() + place + 1,
                mend='write plain "text"',
            )


class _Reader:
    """Reads one parsed expression; holds what errors need to show the place."""

    def __init__(
        self, text: str, shift: int, body: str, vocabulary: Vocabulary, parameters: Mapping[str, Parameter]
    ) -> None:
        self.text = text
        self.shift = shift
        self.bytes = body.encode()
        self.vocabulary = vocabulary
        self.parameters = parameters
        self.count = 0
        # By identity: two nodes that say the same stand in two places.
        self.written_as: dict[int, ast.expr] = {}

    def column(self, node: ast.expr) -> int:
        # The parser counts bytes, people count characters.
        return self.shift + len(self.bytes[: node.col_offset].decode()) + 1

    def written(self, node: ast.expr) -> str:
        return self.bytes[node.col_offset : node.end_col_offset].decode()

    def refusal(self, node: ast.expr, code: str, message: str, mend: str = "") -> ExpressionError:
        return ExpressionError(code, message, text=self.text, column=self.column(node), mend=mend)

    def read(self, node: ast.expr, level: int) -> Node:
        self.count += 1
        if self.count > MOST_NODES:
            raise self.refusal(node, "MKD313", f"more than {MOST_NODES} parts", "split the rule in two")
        if level > MOST_LEVELS:
            raise self.refusal(node, "MKD313", f"more than {MOST_LEVELS} levels", "split the rule in two")
        made = self.made(node, level)
        self.written_as[id(made)] = node
        return made

    def made(self, node: ast.expr, level: int) -> Node:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.BoolOp(op, values):
                parts = tuple(self.yes_no(each, level + 1) for each in values)
                return Both(parts) if isinstance(op, ast.And) else Either(parts)
            case ast.UnaryOp(ast.Not(), operand):
                return Not(self.yes_no(operand, level + 1))
            case ast.UnaryOp(ast.USub(), operand):
                inner = self.number(operand, level + 1)
                if isinstance(inner, Constant) and isinstance(inner.value, int | float):
                    return Constant(-inner.value, inner.type)
                return Negative(inner, inner.type)
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right):
                return self.arithmetic(node, left, op, right, level)
            case ast.UnaryOp(op=operator) | ast.BinOp(op=operator):
                raise self.operator_refusal(node, operator)
            case ast.Compare():
                return self.comparison(node, level)
            case ast.IfExp(condition, then, otherwise):
                return self.conditional(node, then, condition, otherwise, level)
            case ast.Call():
                return self.call(node, level)
        what, mend = _REFUSED.get(type(node), (type(node).__name__, ""))
        raise self.refusal(node, "MKD310", f"{what} is not part of the language", mend)

    def operator_refusal(self, node: ast.expr, operator: ast.AST) -> ExpressionError:
        sign = _OPERATORS[type(operator)]
        return self.refusal(node, "MKD310", f"the operator {sign} is not part of the language", _INSTEAD.get(sign, ""))

    def yes_no(self, node: ast.expr, level: int) -> Node:
        read = self.read(node, level)
        if read.type != YES_NO:
            raise self.refusal(
                node, "MKD312", f"expected yes or no, and this is {read.type}", "compare it with something"
            )
        return read

    def number(self, node: ast.expr, level: int) -> Node:
        read = self.read(node, level)
        if read.type.kind not in NUMBERS:
            raise self.refusal(node, "MKD312", f"expected a number, and this is {read.type}")
        return read

    def constant(self, node: ast.Constant) -> Constant:
        value, written = node.value, self.written(node)
        if isinstance(value, bool):
            return Constant(value, YES_NO)
        if isinstance(value, int):
            return self.bounded(node, Constant(value, Type(Kind.INTEGER)))
        if isinstance(value, float):
            if value in (float("inf"), float("-inf")):
                raise self.refusal(node, "MKD312", "a number too large to compute with")
            return Constant(value, Type(Kind.FLOAT))
        if isinstance(value, str):
            if not re.fullmatch(r'"[^"]*"|\'[^\']*\'', written):
                raise self.refusal(
                    node, "MKD310", "text of several pieces is not part of the language", 'write plain "text"'
                )
            return Constant(value, Type(Kind.TEXT))
        raise self.refusal(node, "MKD310", f"{written} is not part of the language", self.instead_of(written))

    def instead_of(self, written: str) -> str:
        return "ask known(fact) whether a fact is missing" if written == "None" else ""

    def dotted(self, node: ast.expr) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None

    def name(self, node: ast.Name | ast.Attribute) -> Node:
        name = self.dotted(node)
        if name is None:
            raise self.refusal(node, "MKD310", "an attribute of something computed is not part of the language")
        if name.startswith("parameter."):
            leaf = name.removeprefix("parameter.")
            found = self.parameter(node, leaf)
            if found.is_list:
                raise self.refusal(node, "MKD312", f"the list {name} stands only behind in or not in")
            return self.bounded(node, ParameterName(leaf, Type(found.kind)))
        if name not in self.vocabulary:
            if name in {"true", "false"}:
                raise self.refusal(node, "MKD311", f"nothing is called {name}", f"write {name.title()}")
            raise self.refusal(node, "MKD311", f"nothing is called {name}", self.vocabulary.nearest(name))
        return FactName(name, self.vocabulary[name].type)

    def parameter(self, node: ast.expr, leaf: str) -> Parameter:
        if leaf not in self.parameters:
            hint = did_you_mean(leaf, self.parameters)
            raise self.refusal(node, "MKD311", f"no parameter is called {leaf}", hint or "state it under [parameters]")
        return self.parameters[leaf]

    def arithmetic(self, node: ast.BinOp, left: ast.expr, op: ast.operator, right: ast.expr, level: int) -> Node:
        sides = self.number(left, level + 1), self.number(right, level + 1)
        integers = all(side.type.kind is Kind.INTEGER for side in sides) and not isinstance(op, ast.Div)
        kind = Type(Kind.INTEGER if integers else Kind.FLOAT)
        match op:
            case ast.Add():
                made = Arithmetic(sides[0], "+", sides[1], kind)
            case ast.Sub():
                made = Arithmetic(sides[0], "-", sides[1], kind)
            case ast.Mult():
                made = Arithmetic(sides[0], "*", sides[1], kind)
            case _:
                made = Arithmetic(sides[0], "/", sides[1], kind)
        return self.bounded(node, made)

    def bounded(self, node: ast.expr, made: Numeric) -> Numeric:
        if made.type.kind is Kind.INTEGER and self.largest(made) > LARGEST_INTEGER:
            raise self.refusal(node, "MKD312", "an integer that can grow too large to compute with")
        return made

    def largest(self, node: Node) -> int:
        """No integer of this node is further from zero."""
        match node:
            case Constant(int() as value):
                return abs(value)
            case FactName(name):
                fact = self.vocabulary[name]
                return max(abs(int(fact.low or 0)), abs(int(fact.high or 0)))
            case ParameterName(name):
                setting = self.parameters[name].value
                return abs(setting) if isinstance(setting, int) else 0
            case Arithmetic(left, operator, right):
                sides = self.largest(left), self.largest(right)
                return sides[0] * sides[1] if operator == "*" else sides[0] + sides[1]
            case Negative(operand) | Absolute(operand):
                return self.largest(operand)
            case Extreme(_, arguments):
                return max(self.largest(each) for each in arguments)
            case Conditional(then, _, otherwise):
                return max(self.largest(then), self.largest(otherwise))
        return 0

    def comparison(self, node: ast.Compare, level: int) -> Node:
        for op in node.ops:
            if isinstance(op, ast.Is | ast.IsNot):
                raise self.operator_refusal(node, op)
            if isinstance(op, ast.In | ast.NotIn):
                if len(node.ops) > 1:
                    raise self.refusal(node, "MKD310", "in is never chained", "join two comparisons with and")
                return self.membership(node, isinstance(op, ast.NotIn), level)
        written = [node.left, *node.comparators]
        operands = [self.read(each, level + 1) for each in written]
        orders = tuple(_ORDERS[type(op)] for op in node.ops)
        for number, order in enumerate(orders):
            self.comparable((written[number], operands[number]), order, (written[number + 1], operands[number + 1]))
        return Comparison(tuple(operands), orders)

    def comparable(self, left: tuple[ast.expr, Node], order: Order, right: tuple[ast.expr, Node]) -> None:
        kinds = left[1].type.kind, right[1].type.kind
        if kinds == (Kind.TEXT, Kind.CHOICE):
            left, right = right, left
            kinds = (Kind.CHOICE, Kind.TEXT)
        if kinds == (Kind.CHOICE, Kind.TEXT):
            self.is_choice(right, left[1].type)
        elif Kind.TEXT in kinds:
            text = left if kinds[0] is Kind.TEXT else right
            other = right if kinds[0] is Kind.TEXT else left
            mend = 'write time("10:00") or date("2025-04-21")' if kinds[0] in ORDERED or kinds[1] in ORDERED else ""
            raise self.refusal(
                text[0], "MKD312", f"text stands directly beside a choice, and beside it is {other[1].type}", mend
            )
        elif left[1].type != right[1].type and not (kinds[0] in NUMBERS and kinds[1] in NUMBERS):
            raise self.refusal(right[0], "MKD312", f"{left[1].type} is never compared with {right[1].type}")
        if order not in ("==", "!=") and kinds[0] not in ORDERED:
            raise self.refusal(left[0], "MKD312", f"{left[1].type} has no order", "compare with == or in")

    def is_choice(self, text: tuple[ast.expr, Node], choice: Type) -> None:
        values: tuple[Value, ...] = ()
        if isinstance(text[1], Constant):
            values = (text[1].value,)
        elif isinstance(text[1], ParameterName):
            values = (self.parameters[text[1].name].value,)  # type: ignore[assignment]
        self.are_choices(text[0], values, choice)

    def are_choices(self, node: ast.expr, values: tuple[Value, ...], choice: Type) -> None:
        allowed = self.vocabulary[choice.choice_of].choices
        for value in values:
            if value not in allowed:
                hint = did_you_mean(str(value), allowed) or f"known: {', '.join(allowed)}"
                raise self.refusal(node, "MKD312", f"{value!r} is not a value of {choice.choice_of}", hint)

    def membership(self, node: ast.Compare, negated: bool, level: int) -> Node:
        operand, behind = self.read(node.left, level + 1), node.comparators[0]
        if operand.type.kind is Kind.TEXT:
            raise self.refusal(node.left, "MKD312", "text stands directly beside a choice", "put the fact before in")
        name = self.dotted(behind)
        if name is not None and name.startswith("parameter."):
            leaf = name.removeprefix("parameter.")
            found = self.parameter(behind, leaf)
            if not isinstance(found.value, tuple):
                raise self.refusal(behind, "MKD312", f"{name} is one value, not a list", "compare with ==")
            self.count += 1
            self.member(behind, operand.type, found.kind, found.value)
            return Membership(operand, leaf, negated)
        if not isinstance(behind, ast.Set):
            raise self.refusal(
                behind, "MKD310", "behind in stands a set of constants or a list parameter", "write {1, 2}"
            )
        self.count += 1
        values: list[Value] = []
        for each in behind.elts:
            read = self.read(each, level + 2)
            if not isinstance(read, Constant):
                raise self.refusal(each, "MKD310", "a set holds constants only", "join comparisons with or")
            self.member(each, operand.type, read.type.kind, (read.value,))
            values.append(read.value)
        return Membership(operand, tuple(values), negated)

    def member(self, node: ast.expr, operand: Type, kind: Kind, values: tuple[Value, ...]) -> None:
        if operand.kind is Kind.CHOICE and kind is Kind.TEXT:
            self.are_choices(node, values, operand)
        elif operand.kind is not kind and not (operand.kind in NUMBERS and kind in NUMBERS):
            raise self.refusal(node, "MKD312", f"{operand} is never found among {kind.value}")

    def one_type(self, written: list[ast.expr], read: list[Node], what: str) -> Type:
        """The type that all have; integers and floats meet as floats."""
        first = read[0].type
        kinds = {each.type.kind for each in read}
        if kinds == {Kind.INTEGER, Kind.FLOAT}:
            return Type(Kind.FLOAT)
        for node, each in zip(written, read, strict=True):
            if each.type.kind is Kind.TEXT:
                raise self.refusal(node, "MKD312", "text stands directly beside a choice")
            if each.type != first:
                if {each.type.kind, first.kind} <= set(NUMBERS):
                    continue
                raise self.refusal(node, "MKD312", f"{what} have one type: the first is {first}, this is {each.type}")
        return Type(Kind.FLOAT) if Kind.FLOAT in kinds else first

    def conditional(self, node: ast.expr, then: ast.expr, condition: ast.expr, otherwise: ast.expr, level: int) -> Node:
        arms = [self.read(then, level + 1), self.read(otherwise, level + 1)]
        asked = self.yes_no(condition, level + 1)
        kind = self.one_type([then, otherwise], arms, "both arms of a conditional")
        return Conditional(arms[0], asked, arms[1], kind)

    def call(self, node: ast.Call, level: int) -> Node:
        name = self.dotted(node.func)
        if name not in FUNCTIONS:
            known = f"known: {', '.join(FUNCTIONS)}"
            if name is None:
                raise self.refusal(node, "MKD310", "only a function is called, by its name", known)
            hint = did_you_mean(name, FUNCTIONS)
            raise self.refusal(node, "MKD311", f"no function is called {name}", hint or known)
        if node.keywords:
            raise self.refusal(node, "MKD310", "named arguments are not part of the language")
        readers: Mapping[str, Callable[[ast.Call, int], Node]] = {
            "time": self.point,
            "date": self.point,
            "known": self.known,
            "abs": self.absolute,
            "min": self.extreme,
            "max": self.extreme,
        }
        return readers[name](node, level)

    def point(self, node: ast.Call, _level: int) -> Constant:
        name = self.dotted(node.func)
        form = 'time("10:00"), from 00:00 to 47:59' if name == "time" else 'date("2025-04-21")'
        match node.args:
            case [ast.Constant(str() as text)]:
                value = read_time(text) if name == "time" else read_date(text)
                if value is not None:
                    return Constant(value, Type(Kind.TIME if name == "time" else Kind.DATE))
        raise self.refusal(node, "MKD310", f"not a {name}", f"write {form}")

    def known(self, node: ast.Call, _level: int) -> Known:
        match node.args:
            case [ast.Name() | ast.Attribute() as inner]:
                read = self.name(inner)
                if isinstance(read, FactName):
                    return Known(read.name)
        raise self.refusal(node, "MKD310", "known takes the name of one fact")

    def absolute(self, node: ast.Call, level: int) -> Absolute:
        if len(node.args) != 1:
            raise self.refusal(node, "MKD310", "abs takes one number")
        inner = self.number(node.args[0], level + 1)
        return Absolute(inner, inner.type)

    def extreme(self, node: ast.Call, level: int) -> Extreme:
        if len(node.args) < 2:
            raise self.refusal(node, "MKD310", f"{self.dotted(node.func)} takes two or more values")
        read = [self.read(each, level + 1) for each in node.args]
        for each, value in zip(node.args, read, strict=True):
            if value.type.kind not in ORDERED:
                raise self.refusal(each, "MKD312", f"{value.type} has no order")
        kind = self.one_type(node.args, read, f"the values of {self.dotted(node.func)}")
        return Extreme("min" if self.dotted(node.func) == "min" else "max", tuple(read), kind)
