"""``[[assign]]`` of ``mkd.toml``: the policy and the numbers that a unit is given, with all below it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from mkd_core.language.parameters import read_parameter
from mkd_core.language.vocabulary import BadValue
from mkd_core.sources import Reading, SourceKind
from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.problems import Fault


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
