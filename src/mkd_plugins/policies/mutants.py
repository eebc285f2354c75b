"""Small wrongs that could stand in a policy file: each a copy of the file's parts with one of them changed.

Changed are the numbers of rules, of ``when``, of parameters and overlays (by their own step, up and down), the times of
steps and of the clock (by one day or month), the numbers of coverage (by a person, a hundredth, a minute), the
operators, and what happens otherwise; dropped is each rule, each overlay, each part of an ``and`` or ``or``, and each
member of a list. A policy whose worked cases notice every such change says nothing by chance. Grounds of refusal and
proof hold no number and stay as they are.
"""

from __future__ import annotations

import ast
import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

import attrs

from mkd_core.approvals import Span
from mkd_core.errors import InvalidInput
from mkd_core.language import Kind, Parameter, Value, Vocabulary, read_date, read_time, show_time
from mkd_core.policy.document import Document
from mkd_core.policy.terms import Effect, NamedParameter
from mkd_core.worktime import clock

_OPPOSITES: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}

_COVERAGE: tuple[tuple[str, Any, Callable[[Any], str]], ...] = (
    ("start", 1, clock),
    ("end", 1, clock),
    ("min_share", Decimal("0.01"), str),
    ("min_people", 1, str),
)
"""The numbers of a requirement, each with its step."""

Steps = Mapping[str, float]


@attrs.frozen(kw_only=True)
class Mutant:
    """A policy file with one thing changed; ``label`` says what, and is the same as long as that place is."""

    label: str
    document: Document


def mutants(document: Document, vocabulary: Vocabulary) -> Iterator[Mutant]:
    """Every mutant of a policy file, in the order of the file."""
    texts = [rule.require for rule in document.rules] + [step.when for step in document.steps if step.when]
    steps = _parameter_steps(texts, vocabulary)
    for name, named in document.parameters.items():
        for what, changed in _values(named.parameter, steps.get(name)):
            parameters = {**document.parameters, name: _with(named, changed)}
            yield Mutant(label=f"parameter {name}: {what}", document=attrs.evolve(document, parameters=parameters))
    yield from _overlays(document, steps)
    yield from _rules(document, vocabulary)
    for at, step in enumerate(document.steps):
        for place, changed_text in _expressions(step.when, vocabulary) if step.when else ():
            route = _replaced(document.steps, at, attrs.evolve(step, when=changed_text))
            yield Mutant(label=f"route {step.id}, when, {place}", document=attrs.evolve(document, steps=route))
        for what, span in _spans(step.within):
            route = _replaced(document.steps, at, attrs.evolve(step, within=span))
            yield Mutant(label=f"route {step.id}, within: {what}", document=attrs.evolve(document, steps=route))
    for what, span in _spans(document.clock.decide_within):
        within = attrs.evolve(document.clock, decide_within=span)
        yield Mutant(label=f"clock, decide_within: {what}", document=attrs.evolve(document, clock=within))
    yield from _coverage(document)


def _coverage(document: Document) -> Iterator[Mutant]:
    for at, requirement in enumerate(document.coverage):
        for name, step, show in _COVERAGE:
            value = getattr(requirement, name)
            for other in () if value is None else (value + step, value - step):
                try:
                    changed = attrs.evolve(requirement, **{name: other})
                except InvalidInput:
                    continue  # no policy file can say that
                label = f"coverage {at + 1}, {name}: {show(value)} becomes {show(other)}"
                coverage = _replaced(document.coverage, at, changed)
                yield Mutant(label=label, document=attrs.evolve(document, coverage=coverage))


def _rules(document: Document, vocabulary: Vocabulary) -> Iterator[Mutant]:
    rules = document.rules
    for at, rule in enumerate(rules):
        name = f"rule {rule.id}"
        yield Mutant(label=f"{name}: dropped", document=attrs.evolve(document, rules=(*rules[:at], *rules[at + 1 :])))
        for effect in get_args(Effect):
            if effect != rule.otherwise:
                changed = _replaced(rules, at, attrs.evolve(rule, otherwise=effect))
                label = f"{name}, otherwise: {rule.otherwise} becomes {effect}"
                yield Mutant(label=label, document=attrs.evolve(document, rules=changed))
        for place, text in _expressions(rule.require, vocabulary):
            changed = _replaced(rules, at, attrs.evolve(rule, require=text))
            yield Mutant(label=f"{name}, {place}", document=attrs.evolve(document, rules=changed))


def _overlays(document: Document, steps: Steps) -> Iterator[Mutant]:
    overlays = document.overlays
    for at, overlay in enumerate(overlays):
        dropped = (*overlays[:at], *overlays[at + 1 :])
        name = f"overlay {overlay.name}"
        yield Mutant(label=f"{name}: dropped", document=attrs.evolve(document, overlays=dropped))
        for parameter, written in overlay.parameters.items():
            for what, value in _values(written, steps.get(parameter)):
                changed = attrs.evolve(overlay, parameters={**overlay.parameters, parameter: value})
                yield Mutant(
                    label=f"{name}, {parameter}: {what}",
                    document=attrs.evolve(document, overlays=_replaced(overlays, at, changed)),
                )


def _replaced(many: tuple[Any, ...], at: int, one: object) -> tuple[Any, ...]:
    return (*many[:at], one, *many[at + 1 :])


def _with(named: NamedParameter, parameter: Parameter) -> NamedParameter:
    return attrs.evolve(named, parameter=parameter)


def _values(parameter: Parameter, step: float | None) -> Iterator[tuple[str, Parameter]]:
    """The values beside that of a parameter; of a list each member is dropped."""
    value, kind = parameter.value, parameter.kind
    if isinstance(value, tuple):
        for at, member in enumerate(value if len(value) > 1 else ()):
            left = (*value[:at], *value[at + 1 :])
            yield f"{_shown(member, kind)} dropped", Parameter(kind, left)
        return
    for other in _beside(value, kind, step):
        made = Kind.FLOAT if isinstance(other, float) else kind
        yield f"{_shown(value, kind)} becomes {_shown(other, kind)}", Parameter(made, other)


def _spans(span: Span | None) -> Iterator[tuple[str, Span]]:
    """The times one day or month longer and shorter; no time at all is none."""
    if span is not None:
        for amount in (span.amount + 1, span.amount - 1):
            if amount > 0:
                other = Span(amount, span.unit)
                yield f"{span} becomes {other}", other


def _beside(value: Value, kind: Kind, step: float | None = None) -> Iterator[Value]:
    """The values one step above and below; the opposite of yes or no; nothing for text."""
    match value:
        case bool():
            yield not value
        case int() if kind is Kind.TIME or step is None:
            yield value + 1
            yield value - 1
        case int() | float():
            exact = Decimal(str(value))
            by = Decimal(str(step)) if step is not None else Decimal(1).scaleb(min(0, int(exact.as_tuple().exponent)))
            for other in (exact + by, exact - by):
                whole = isinstance(value, int) and other == other.to_integral_value()
                yield int(other) if whole else float(other)
        case datetime.date():
            yield value + datetime.timedelta(days=1)
            yield value - datetime.timedelta(days=1)


def _shown(value: Value, kind: Kind) -> str:
    return show_time(value) if kind is Kind.TIME and isinstance(value, int) else str(value)


def _expressions(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Where in an expression what is changed, and the whole expression with that change."""
    body = re.sub(r"\s", " ", text).lstrip()
    shift = len(text) - len(body) + 1
    tree = ast.parse(body, mode="eval")
    steps = _constant_steps(tree, vocabulary)
    # Members of a set are dropped, and what stands in time("...") is changed as a time.
    spared = {id(member) for node in ast.walk(tree) if isinstance(node, ast.Set) for member in node.elts}
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or id(node) in spared:
            continue
        for field, other, start, what in _edits(node, body.encode(), steps.get(id(node))):
            before = getattr(node, field)
            setattr(node, field, other)
            changed = ast.unparse(tree)
            setattr(node, field, before)
            yield f"column {len(body.encode()[:start].decode()) + shift}: {what}", changed


def _edits(node: ast.expr, body: bytes, step: float | None) -> Iterator[tuple[str, object, int, str]]:
    """The field of a node that is changed, to what, on which byte that stands, and how it is said."""
    start = node.col_offset
    match node:
        case ast.Constant(value) if isinstance(value, bool | int | float):
            for other in _beside(value, Kind.FLOAT if isinstance(value, float) else Kind.INTEGER, step):
                yield "value", other, start, f"{value} becomes {other}"
        case ast.Call(ast.Name("time" | "date" as name), [ast.Constant(str() as written)]):
            point = read_time(written) if name == "time" else read_date(written)
            kind = Kind.TIME if name == "time" else Kind.DATE
            for beside in _beside(point if point is not None else 0, kind):
                shown = _shown(beside, kind)
                yield "args", [ast.Constant(shown)], start, f"{written} becomes {shown}"
        case ast.Call(ast.Name("min" | "max" as name)):
            opposite = "max" if name == "min" else "min"
            yield "func", ast.Name(opposite), start, f"{name} becomes {opposite}"
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                changed = [*ops[:at], _OPPOSITES[type(op)](), *ops[at + 1 :]]
                yield "ops", changed, *_exchanged(op, [left, *comparators][at], body)
        case ast.BoolOp(boolean, [first, *_] as values):
            yield "op", _OPPOSITES[type(boolean)](), *_exchanged(boolean, first, body)
            for at, part in enumerate(values):
                others = [*values[:at], *values[at + 1 :]]
                yield "values", others, part.col_offset, f"{ast.unparse(part)} dropped"
        case ast.BinOp(left, operator):
            yield "op", _OPPOSITES[type(operator)](), *_exchanged(operator, left, body)
        case ast.UnaryOp(ast.Not(), operand):
            yield "operand", ast.UnaryOp(ast.Not(), operand), start, "not dropped"
        case ast.UnaryOp(ast.USub(), operand) if not isinstance(operand, ast.Constant):
            yield "operand", ast.UnaryOp(ast.USub(), operand), start, "- dropped"
        case ast.IfExp(test):
            yield "test", ast.UnaryOp(ast.Not(), test), test.col_offset, "if becomes if not"
        case ast.Set(elts) if len(elts) > 1:
            for at, member in enumerate(elts):
                yield "elts", [*elts[:at], *elts[at + 1 :]], member.col_offset, f"{ast.unparse(member)} dropped"


def _exchanged(operator: ast.AST, left: ast.expr, body: bytes) -> tuple[int, str]:
    """Where an operator stands behind what is left of it, and what it becomes."""
    sign, opposite = _SIGNS[type(operator)], _SIGNS[_OPPOSITES[type(operator)]]
    found = re.compile(rb"\s+".join(re.escape(word) for word in sign.encode().split())).search(
        body, left.end_col_offset or 0
    )
    return found.start() if found else left.col_offset, f"{sign} becomes {opposite}"


def _names(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute | ast.Name):
            yield ast.unparse(each)


def _step(node: ast.Compare, vocabulary: Vocabulary) -> float | None:
    """The step of what is compared, where that is fractions; whole numbers go by one."""
    facts = [vocabulary[name] for name in _names(node) if name in vocabulary]
    fractions = [float(fact.step) for fact in facts if fact.kind is Kind.FLOAT]
    return min(fractions) if fractions and len(fractions) == len(facts) else None


def _constant_steps(tree: ast.Expression, vocabulary: Vocabulary) -> dict[int, float]:
    """The step of each number that stands directly in a comparison."""
    steps: dict[int, float] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and (step := _step(node, vocabulary)) is not None:
            steps |= {id(each): step for each in (node.left, *node.comparators) if isinstance(each, ast.Constant)}
    return steps


def _parameter_steps(texts: list[str], vocabulary: Vocabulary) -> Steps:
    """The step of each parameter that stands directly in a comparison."""
    steps: dict[str, float] = {}
    for text in texts:
        for node in ast.walk(ast.parse(" ".join(text.split()), mode="eval")):
            if isinstance(node, ast.Compare) and (step := _step(node, vocabulary)) is not None:
                for side in (node.left, *node.comparators):
                    name = ast.unparse(side)
                    if name.startswith("parameter."):
                        steps.setdefault(name.removeprefix("parameter."), step)
    return steps
