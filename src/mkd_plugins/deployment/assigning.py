"""What the configuration gives units, put to use: their policies and numbers; and whom it names that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language.parameters import read_parameter
from mkd_core.policy import AssignedValue, Assignment, Assignments, History, Period
from mkd_core.policy.problems import raise_problems
from mkd_core.ports import Identity, NotMine, Port
from mkd_core.sources import Source
from mkd_plugins.host import Host
from mkd_plugins.policies import policy_history
from mkd_plugins.problems import ConfigProblem, Fault, PluginProblem


def assignments_of(host: Host, default: History) -> Assignments | None:
    """What the units of the configuration are given; None where none is.

    Raises ``PolicyError`` with every fault and its place: a policy nobody knows (MKD325), a parameter that the policy
    does not have (MKD305) or of another type (MKD304), two assignments of one unit on one day (MKD350).
    """
    tables = host.config.assign
    if not tables:
        return None
    histories, problems = dict[str, History](), list[PolicyError]()
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
    return policy_history(host.config.named(name), packs=host.packs, vocabulary=host.vocabulary)


def _place(host: Host, number: int) -> str:
    return f"{host.config.file}: assign[{number}]"


def check_named(host: Host, today: date) -> None:
    """Look up the units and holders that the configuration names. Raises ``ConfigProblem`` with all nobody knows.

    What a backend raises instead of an answer is recorded by the host.
    """
    if not host.config.assign and not host.config.holders and not any(host.config.scopes()):
        return
    try:
        identities = host.build(Port.IDENTITY)
        faults = (*unknown_units(host, identities, today), *unknown_holders(host, identities, today))
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


def unknown_holders(host: Host, identities: Sequence[Identity], today: date) -> Iterator[Fault]:
    """The keys of ``[holders]`` that no identity backend has; one who left has a row, and is no slip."""
    for path, key in host.config.role_holders():
        if all(isinstance(identity.person(key, today), NotMine) for identity in identities):
            yield Fault(path, "no identity backend knows this person", "write a key that mkd facts show knows")


def unknown_unit(path: str, unit: str, identities: Sequence[Identity], day: date) -> Fault | None:
    """The fault of a unit that no backend knows on that day, with the nearest one that is known."""
    if any(identity.unit(unit, day) is not None for identity in identities):
        return None
    known = [each.key for identity in identities for each in identity.units(day)]
    return Fault(path, f"no identity backend knows the unit {unit!r}", did_you_mean(unit, known))
