"""``[[assign]]`` of ``mkd.toml``: the policy and the numbers that a unit is given, with all below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language.parameters import read_parameter
from mkd_core.language.vocabulary import BadValue
from mkd_core.ports import Port
from mkd_core.sources import Reading, Source, SourceKind
from mkd_plugins.problems import ConfigProblem, Fault, PluginProblem
from mkd_plugins.structure import Faults, Structurer

if TYPE_CHECKING:
    from mkd_core.policy import Assignments, History
    from mkd_core.ports import Identity
    from mkd_plugins.host import Host


@attrs.frozen(kw_only=True)
class GivenTable:
    """One of ``parameters``: its value alone, or a table with a source of its own.

    ``kind`` and ``read`` say what the source is and how it was read, as in a policy.
    """

    value: Any = attrs.field()
    source: str | None = None
    article: str | None = None
    kind: SourceKind = "directive"
    read: Reading = "practice"

    @value.validator
    def _usable(self, _: object, value: object) -> None:
        try:
            read_parameter(value)
        except BadValue as error:
            raise ValueError(str(error)) from None


@attrs.frozen(kw_only=True)
class Assigned:
    """Table ``[[assign]]``: what a unit is given, with all below it. The nearest unit wins, number by number.

    ``unit``        the key of the unit, such as that of an agency.
    ``in_force``    ``{ from = 2026-01-01, until = 2027-01-01 }``: half-open; no ``until`` is still in force.
    ``source``      the title of the instrument that says so. ``article``, ``kind`` and ``read`` as in a policy.
    ``policy``      the id of an installed rule pack, or a path that ends in ``.toml``; left out: the one above.
    ``parameters``  values in the place of the policy's own: ``{ max_remote_days = 2 }``.
    """

    unit: str
    in_force: Mapping[str, date] = attrs.field()
    source: str = attrs.field()
    article: str | None = None
    kind: SourceKind = "directive"
    read: Reading = "practice"
    policy: str | None = None
    parameters: Mapping[str, GivenTable] = attrs.field(factory=dict)

    @in_force.validator
    def _days(self, _: object, days: Mapping[str, date]) -> None:
        if "from" not in days or not set(days) <= {"from", "until"}:
            raise ValueError("must say from, and may say until")
        if "until" in days and days["until"] <= days["from"]:
            raise ValueError("until is the first day without it, so it lies after from")

    @source.validator
    def _said(self, _: object, source: str) -> None:
        if not source.strip():
            raise ValueError("must name the instrument that says so")


def read_assigned(tables: object, structurer: Structurer) -> tuple[tuple[Assigned, ...], list[Fault]]:
    """The tables, and everything that is wrong with them, with its place in the file."""
    if not isinstance(tables, list):
        return (), [Fault("assign", "must be a list of tables", "write [[assign]], with two brackets")]
    made, faults = list[Assigned](), list[Fault]()
    for number, table in enumerate(tables):
        path = f"assign[{number}]"
        try:
            made.append(structurer.structure(_values_as_tables(table), Assigned))
        except Faults as wrong:
            faults += [_where_it_was_written(fault.under(path), table, path) for fault in wrong.faults]
    faults += [
        Fault(f"assign[{number}]", "gives the unit nothing", "give it a policy, or parameters")
        for number, each in enumerate(made)
        if not faults and each.policy is None and not each.parameters
    ]
    return tuple(made), faults


def _values_as_tables(table: object) -> object:
    """The same with each bare value of ``parameters`` in a table."""
    if not isinstance(table, Mapping) or not isinstance(table.get("parameters", {}), Mapping):
        return table
    values = table.get("parameters", {})
    tables = {name: value if isinstance(value, Mapping) else {"value": value} for name, value in values.items()}
    return {**table, "parameters": tables}


def _where_it_was_written(fault: Fault, table: Mapping[str, Any], path: str) -> Fault:
    """A bare value has no key ``value`` in the file."""
    begins, ends = f"{path}.parameters.", ".value"
    name = fault.path.removeprefix(begins).removesuffix(ends)
    bare = fault.path == f"{begins}{name}{ends}" and not isinstance(table["parameters"].get(name), Mapping)
    return attrs.evolve(fault, path=f"{begins}{name}") if bare else fault


def assignments_of(host: Host, default: History) -> Assignments | None:
    """What the units of the configuration are given; None where none is.

    Raises ``PolicyError`` with every fault and its place: a policy nobody knows (MKD325), a parameter that the policy
    does not have (MKD305) or of another type (MKD304), two assignments of one unit on one day (MKD350).
    """
    tables = host.config.assign
    if not tables:
        return None
    from mkd_core.policy import AssignedValue, Assignment, Assignments, Period
    from mkd_core.policy.problems import raise_problems

    histories, problems = dict[str, "History"](), list[PolicyError]()
    for number, table in enumerate(tables):
        try:
            if table.policy is not None and table.policy not in histories:
                histories[table.policy] = _history(host, table.policy)
        except PolicyError as error:
            where = f"{_place(host, number)}.policy"
            problems.append(PolicyError(error.code, error.message, where=where, mend=error.mend))
    raise_problems(problems)
    made = Assignments(
        Assignment(
            scope=table.unit,
            source=Source(title=table.source, kind=table.kind, read=table.read),
            article=table.article,
            period=Period(table.in_force["from"], table.in_force.get("until")),
            policies=histories[table.policy] if table.policy is not None else None,
            parameters={
                name: AssignedValue(
                    parameter=read_parameter(given.value),
                    source=Source(title=given.source, kind=given.kind, read=given.read) if given.source else None,
                    article=given.article,
                )
                for name, given in table.parameters.items()
            },
            where=_place(host, number),
        )
        for number, table in enumerate(tables)
    )
    made.check(default)
    return made


def _history(host: Host, name: str) -> History:
    from mkd_plugins.policies import policy_history

    return policy_history(host.config.named(name), packs=host.packs, vocabulary=host.vocabulary)


def _place(host: Host, number: int) -> str:
    return f"{host.config.file}: assign[{number}]"


def check_units(host: Host) -> None:
    """Read what units are given, and look up each unit that the configuration names.

    Raises ``PolicyError`` and ``ConfigProblem`` with every fault. What a backend raises is recorded by the host.
    """
    from mkd_plugins.policies import policy_history

    if not host.config.assign and not any(host.config.scopes()):
        return
    default = policy_history(host.config.named(host.config.mkd.policy), packs=host.packs, vocabulary=host.vocabulary)
    assignments_of(host, default)
    try:
        identities = host.build(Port.IDENTITY)
        faults = tuple(unknown_units(host, identities, datetime.now(UTC).date()))
    except PluginProblem:
        return
    if faults:
        raise ConfigProblem.of_faults(host.config.file, faults)


def unknown_units(host: Host, identities: Sequence[Identity], today: date) -> Iterator[Fault]:
    """The units of ``[[assign]]`` and of roles that no identity backend knows.

    Those that are given something are looked up on a day on which they are.
    """
    for path, unit in host.config.scopes():
        fault = unknown_unit(path, unit, identities, today)
        if fault is not None:
            yield fault
    for number, table in enumerate(host.config.assign):
        last = table.in_force.get("until", date.max) - timedelta(days=1)
        day = min(max(today, table.in_force["from"]), last)
        fault = unknown_unit(f"assign[{number}].unit", table.unit, identities, day)
        if fault is not None:
            yield fault


def unknown_unit(path: str, unit: str, identities: Sequence[Identity], day: date) -> Fault | None:
    """The fault of a unit that no backend knows on that day, with the nearest one that is known."""
    if any(identity.unit(unit, day) is not None for identity in identities):
        return None
    known = [each.key for identity in identities for each in identity.units(day)]
    return Fault(path, f"no identity backend knows the unit {unit!r}", did_you_mean(unit, known))
