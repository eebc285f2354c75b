"""From the text of a policy file to its parts. The only place with cattrs, which is imported when a file is read.

The shape of the file is the attrs classes ``…Table`` below: keys, types, defaults. Unknown keys are refused with the
nearest right one, and every problem of a file is shown at once.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import attrs

from mkd_core.approvals import Span
from mkd_core.coverage import Requirement
from mkd_core.errors import InvalidInput, PolicyError, did_you_mean
from mkd_core.language import BadValue, Parameter, Vocabulary, Wording, read_parameter
from mkd_core.policy.problems import raise_problems
from mkd_core.policy.salvage import faults_of_names, readable
from mkd_core.policy.terms import (
    Accepted,
    Clock,
    Effect,
    NamedParameter,
    Overlay,
    Period,
    Proof,
    ProofKind,
    Refusal,
    Rule,
    Step,
)
from mkd_core.sources import Reading, Source, SourceKind
from mkd_core.texts import ORDERS
from mkd_core.toml import NotToml, toml_tables

if TYPE_CHECKING:
    from cattrs import Converter

    from mkd_core.policy.policy import Policy

MOST_RULES = 63

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@attrs.frozen(kw_only=True)
class InForceTable:
    """``in_force``: from the first day up to, not including, ``until``."""

    start: datetime.date  # the key is `from`
    until: datetime.date | None = None


@attrs.frozen(kw_only=True)
class PolicyTable:
    """``[policy]``."""

    id: str
    version: str
    in_force: InForceTable
    title: Wording
    layer: Literal["base", "decree"] = "base"
    initiation: Literal["request", "decree"] = "request"
    zone: str = "Asia/Jakarta"


@attrs.frozen(kw_only=True)
class SourceTable:
    """``[sources.ID]``."""

    title: str
    kind: SourceKind = "ours"
    read: Reading = "ours"


@attrs.frozen(kw_only=True)
class ProofTable:
    """``[proof]``; a place left out asks for results."""

    office: list[ProofKind] | None = None
    remote: list[ProofKind] | None = None
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class ParameterTable:
    """``[parameters]``, one entry."""

    value: Any
    unit: str = ""
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class OverlayTable:
    """``[[overlays]]``: other parameters while a season lasts, or from a day up to, not including, ``until``."""

    parameters: dict[str, Any]
    season: str | None = None
    start: datetime.date | None = None  # the key is `from`
    until: datetime.date | None = None
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class RuleTable:
    """``[[rules]]``."""

    id: str
    require: str
    otherwise: Effect
    because: Wording
    source: str
    article: str | None = None


@attrs.frozen(kw_only=True)
class RouteTable:
    """``[[route]]``."""

    id: str
    approver: Any
    within: str
    need: Any = "all"
    late: Literal["remind", "escalate", "deem_approved", "deem_refused"] = "escalate"
    when: str | None = None
    distinct: bool = False
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class RefusalTable:
    """``[refusal]``."""

    grounds: list[str] = attrs.field(factory=list)
    consult_first: bool = False
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class ClockTable:
    """``[clock]``."""

    decide_within: str | None = None
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class CoverageTable:
    """``[[coverage]]``."""

    per: Literal["unit", "team", "counter"] = "unit"
    days: list[Weekday] = attrs.field(factory=lambda: ["mon", "tue", "wed", "thu", "fri"])
    between: list[str] = attrs.field(factory=lambda: ["08:00", "15:00"])
    min_share: float | None = None
    min_people: int | None = None
    source: str | None = None
    article: str | None = None


@attrs.frozen(kw_only=True)
class AcceptedTable:
    """``[[accepted]]``: a finding of lint that is as it should be, and why."""

    code: str
    at: str
    reason: str


@attrs.frozen(kw_only=True)
class FileTable:
    """The whole file."""

    policy: PolicyTable
    sources: dict[str, SourceTable] = attrs.field(factory=dict)
    proof: ProofTable | None = None
    parameters: dict[str, ParameterTable] = attrs.field(factory=dict)
    overlays: list[OverlayTable] = attrs.field(factory=list)
    rules: list[RuleTable] = attrs.field(factory=list)
    route: list[RouteTable] = attrs.field(factory=list)
    refusal: RefusalTable = attrs.field(factory=RefusalTable)
    clock: ClockTable = attrs.field(factory=ClockTable)
    coverage: list[CoverageTable] = attrs.field(factory=list)
    accepted: list[AcceptedTable] = attrs.field(factory=list)


@attrs.frozen(kw_only=True)
class Document:
    """One policy file, checked in itself; its expressions are read when it becomes a policy.

    A decree may leave ``proof`` unsaid and name parameters and sources of the base it lies over.
    """

    file: str
    id: str
    version: str
    period: Period
    title: Wording
    layer: Literal["base", "decree"]
    initiation: Literal["request", "decree"]
    zone: str
    sources: dict[str, Source]
    proof: Proof | None
    parameters: dict[str, NamedParameter]
    overlays: tuple[Overlay, ...]
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]
    refusal: Refusal
    clock: Clock
    coverage: tuple[Requirement, ...]
    accepted: tuple[Accepted, ...] = ()

    @property
    def procedure(self) -> tuple[tuple[str, Proof | Step | Refusal | Clock | Requirement], ...]:
        """The proof, steps, refusal, clock and service guarantees that it states, each with its place in the file."""
        return (
            *((("proof", self.proof),) if self.proof not in (None, Proof()) else ()),
            *((f"route {step.id}", step) for step in self.steps),
            *((("refusal", self.refusal),) if self.refusal != Refusal() else ()),
            *((("clock", self.clock),) if self.clock != Clock() else ()),
            *((f"coverage {number}", demand) for number, demand in enumerate(self.coverage, 1)),
        )


def read_document(
    text: str, *, file: str = "policy", base: Policy | None = None, vocabulary: Vocabulary | None = None
) -> Document:
    """The parts of a policy file; raises ``PolicyError`` with every problem, each with its place in the file.

    Of a file with problems the expressions are read, too, where ``vocabulary`` says which facts they may name: all that
    is wrong is told at once. Those of a decree need the ``base`` that it lies over.
    """
    try:
        data = toml_tables(text)
    except NotToml as error:
        raise PolicyError("MKD301", f"not TOML: {error}", where=file) from None
    checker = _Checker(file)
    table = _structure(data, checker)
    document = checker.document(table)
    if checker.problems and vocabulary is not None:
        checker.problems += faults_of_names(document, data, base, vocabulary)
    raise_problems(checker.problems)
    return document


def _structure(data: dict[str, Any], checker: _Checker) -> FileTable:
    from cattrs.errors import BaseValidationError

    structure = _converter().structure
    try:
        return structure(data, FileTable)
    except BaseValidationError as error:
        checker.problems += _explain(error, [], data, checker.file)
        return structure(readable(data, FileTable, structure), FileTable)


@cache
def _converter() -> Converter:
    """Made once: the functions it writes for each table are half of the cost of reading a file."""
    from cattrs import Converter
    from cattrs.gen import make_dict_structure_fn, override

    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind, what in ((str, "text"), (bool, "true or false"), (int, "an integer"), (float, "a number")):
        converter.register_structure_hook(kind, _strict(kind, what))
    converter.register_structure_hook(datetime.date, _date)
    converter.register_structure_hook_func(lambda kind: _is(kind, Literal), _literal)
    converter.register_structure_hook_func(lambda kind: _is(kind, list), _list_of(converter))
    for table in (InForceTable, OverlayTable):
        converter.register_structure_hook(
            table,
            make_dict_structure_fn(table, converter, _cattrs_forbid_extra_keys=True, start=override(rename="from")),
        )
    return converter


def _is(kind: Any, origin: object) -> bool:
    return get_origin(kind) is origin


def _strict(kind: type, what: str) -> Any:
    def structure(value: object, _kind: object) -> object:
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise BadValue(f"expected {what}")
        if isinstance(value, str) and (sign := ORDERS.search(value)):
            raise BadValue(f"expected text without the control character U+{ord(sign[0]):04X}")
        return value

    return structure


def _date(value: object, _kind: object) -> datetime.date:
    if type(value) is not datetime.date:
        raise BadValue("expected a date such as 2023-06-19, without quotation marks")
    return value


def _literal(value: object, kind: Any) -> object:
    allowed = get_args(kind)
    if value not in allowed:
        hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
        raise BadValue(f"expected one of {', '.join(allowed)}" + (f"; {hint}" if "did" in hint else ""))
    return value


def _list_of(converter: Converter) -> Any:
    def structure(value: object, kind: Any) -> list[object]:
        # Text is iterable, and so is a table: neither is a list.
        if not isinstance(value, list):
            raise BadValue("expected a list")
        from cattrs.errors import IterableValidationError, IterableValidationNote

        (inner,) = get_args(kind)
        made, errors = [], []
        for place, each in enumerate(value):
            try:
                made.append(converter.structure(each, inner))
            except Exception as error:
                error.add_note(IterableValidationNote("entry of a list", place, inner))
                errors.append(error)
        if errors:
            raise IterableValidationError("list", errors, kind)
        return made

    return structure


def _explain(error: Exception, path: list[str | int], data: object, file: str) -> Iterator[PolicyError]:
    """Each problem inside a cattrs error, with its place in the words of the file."""
    from cattrs.errors import (
        AttributeValidationNote,
        BaseValidationError,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = [*path, "from" if note.name == "start" else note.name]
            break
        if isinstance(note, IterableValidationNote):
            path = [*path, note.index]
            break
    where = f"{file}: {_place(path, data)}" if path else file
    if isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _explain(inner, path, data, file)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = ["from" if field.name == "start" else field.name for field in attrs.fields(error.cl)]
        for key in sorted(error.extra_fields):
            yield PolicyError("MKD302", f"unknown key {key}", where=where, mend=did_you_mean(key, known))
    elif isinstance(error, KeyError):
        yield PolicyError("MKD303", "this key is required and not there", where=where, mend="add it")
    elif isinstance(error, BadValue):
        yield PolicyError("MKD304", str(error), where=where)
    else:
        yield PolicyError("MKD304", "expected a table", where=where)


def _place(path: list[str | int], data: object) -> str:
    """``rule remote-days, otherwise`` for the second entry of ``rules``, where that entry has an id."""
    words: list[str] = []
    for step in path:
        inner: object = None
        if isinstance(step, int) and isinstance(data, list):
            inner = data[step] if step < len(data) else None
            name = inner.get("id") if isinstance(inner, Mapping) else None
            table = words.pop() if words else "entry"
            words.append(f"{table.removesuffix('s')} {name if isinstance(name, str) else step + 1}")
        else:
            inner = data.get(step) if isinstance(data, Mapping) else None
            words.append(str(step).strip("'"))
        data = inner
    return ", ".join(words)


class _Checker:
    """What the shape alone does not say: names that refer, spans, values, ids used twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[PolicyError] = []

    def problem(self, code: str, place: str, message: str, mend: str = "") -> None:
        self.problems.append(PolicyError(code, message, where=f"{self.file}: {place}", mend=mend))

    def document(self, table: FileTable) -> Document:
        policy = table.policy
        decree = policy.layer == "decree"
        period = Period(policy.in_force.start, policy.in_force.until)
        if period.until is not None and period.until <= period.start:
            self.problem("MKD304", "policy, in_force", "until is not after from", "until is the first day after")
        for name in ("id", "version"):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", getattr(policy, name)):
                self.problem("MKD304", f"policy, {name}", "expected letters, digits, dots, hyphens, underscores")
        if len(table.rules) > MOST_RULES:
            self.problem("MKD304", "rules", f"{len(table.rules)} rules; at most {MOST_RULES} fit a mask")
        self.unique("rule", [rule.id for rule in table.rules])
        self.unique("route", [step.id for step in table.route])
        return Document(
            file=self.file,
            id=policy.id,
            version=policy.version,
            period=period,
            title=policy.title,
            layer=policy.layer,
            initiation=policy.initiation,
            zone=policy.zone,
            sources={
                name: Source(id=name, title=each.title, kind=each.kind, read=each.read)
                for name, each in table.sources.items()
            },
            proof=self.proof(table.proof, decree),
            parameters=self.parameters(table.parameters),
            overlays=tuple(self.overlay(each) for each in table.overlays),
            rules=tuple(
                Rule(
                    id=each.id,
                    require=each.require,
                    otherwise=each.otherwise,
                    because=each.because,
                    source=each.source,
                    article=each.article,
                )
                for each in table.rules
            ),
            steps=tuple(self.step(each) for each in table.route),
            refusal=Refusal(
                grounds=tuple(table.refusal.grounds),
                consult_first=table.refusal.consult_first,
                source=table.refusal.source,
                article=table.refusal.article,
            ),
            clock=Clock(
                decide_within=self.span(table.clock.decide_within, "clock, decide_within"),
                source=table.clock.source,
                article=table.clock.article,
            ),
            coverage=tuple(
                demand
                for number, each in enumerate(table.coverage, 1)
                if (demand := self.coverage(each, number)) is not None
            ),
            accepted=tuple(self.accepted(each) for each in table.accepted),
        )

    def unique(self, what: str, ids: list[str]) -> None:
        for name in dict.fromkeys(ids):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
                self.problem("MKD304", f"{what} {name}", "an id has letters, digits, dots, hyphens and underscores")
            if ids.count(name) > 1:
                self.problem("MKD306", f"{what} {name}", "this id is used twice", "give each an id of its own")

    def proof(self, table: ProofTable | None, decree: bool) -> Proof | None:
        if table is None:
            return None if decree else Proof()
        left_out: list[ProofKind] = ["results"]
        return Proof(
            office=tuple(left_out if table.office is None else table.office),
            remote=tuple(left_out if table.remote is None else table.remote),
            source=table.source,
            article=table.article,
        )

    def parameters(self, tables: dict[str, ParameterTable]) -> dict[str, NamedParameter]:
        made: dict[str, NamedParameter] = {}
        for name, table in tables.items():
            value = self.value(name, table.value, f"parameters, {name}, value")
            if value is not None:
                made[name] = NamedParameter(
                    name=name, parameter=value, unit=table.unit, source=table.source, article=table.article
                )
        return made

    def value(self, name: str, written: object, place: str) -> Parameter | None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self.problem("MKD304", place, "a parameter's name has letters, digits and underscores")
        try:
            return read_parameter(written)
        except BadValue as error:
            self.problem("MKD304", place, str(error))
            return None

    def overlay(self, table: OverlayTable) -> Overlay:
        period = None if table.start is None else Period(table.start, table.until)
        called = table.season or (period.name if period else "without a season")
        if (table.season is None) == (period is None) or (period is None and table.until is not None):
            self.problem(
                "MKD304", f"overlay {called}", "expected a season, or dates", "write season, or from and until"
            )
        if period is not None and period.until is not None and period.until <= period.start:
            self.problem("MKD304", f"overlay {called}", "until is not after from", "until is the first day after")
        values: dict[str, Parameter] = {}
        for name, written in table.parameters.items():
            value = self.value(name, written, f"overlay {called}, parameters, {name}")
            if value is not None:
                values[name] = value
        return Overlay(name=called, parameters=values, period=period, source=table.source, article=table.article)

    def step(self, table: RouteTable) -> Step:
        written = table.approver if isinstance(table.approver, list) else [table.approver]
        place = f"route {table.id}, approver"
        approvers: list[str] = []
        for each in written:
            if isinstance(each, str) and re.fullmatch(r"superior|unit_head|head_of_agency|role:\S+", each):
                approvers.append(each)
            else:
                hint = did_you_mean(each, ["superior", "unit_head", "head_of_agency"]) if isinstance(each, str) else ""
                self.problem("MKD304", place, "expected superior, unit_head, head_of_agency or role:NAME", hint)
        if not written:
            self.problem("MKD304", place, "expected at least one approver")
        need = table.need
        counted = type(need) is int and 1 <= need <= len(written)
        if need not in ("all", "any") and not counted:
            self.problem("MKD304", f"route {table.id}, need", "expected all, any, or a number up to that of approvers")
            need = "all"
        return Step(
            id=table.id,
            approvers=tuple(approvers),
            within=self.span(table.within, f"route {table.id}, within") or Span(1, "days"),
            need=need,
            late=table.late,
            when=table.when,
            distinct=table.distinct,
            source=table.source,
            article=table.article,
        )

    def accepted(self, table: AcceptedTable) -> Accepted:
        if not re.fullmatch(r"MKD3\d\d", table.code):
            self.problem("MKD304", f"accepted {table.code}, code", "expected the code of a finding, such as MKD330")
        if not table.reason.strip():
            self.problem("MKD304", f"accepted {table.code}, reason", "expected a reason", "say why it is right")
        return Accepted(code=table.code, at=table.at, reason=table.reason)

    def span(self, text: str | None, place: str) -> Span | None:
        if text is None:
            return None
        try:
            return Span.parse(text)
        except InvalidInput as error:
            self.problem("MKD304", place, f"{error.message}; {error.mend}")
            return None

    def coverage(self, table: CoverageTable, number: int) -> Requirement | None:
        given = {key: value for key, value in attrs.asdict(table).items() if value is not None}
        try:
            return Requirement.from_data(given)
        except InvalidInput as error:
            self.problem("MKD304", f"coverage {number}", error.message)
            return None
