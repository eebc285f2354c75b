"""``mkd.toml``: which backends, with which settings, and who may act for whom.

One file: ``[mkd]`` for the deployment, ``[port.backend]`` for each backend, ``[roles]`` for who may act, ``[holders]``
for who holds a role, ``[[assign]]`` for what a unit is given, and ``[defaults."fact"]``.
All faults of the file are reported at once. A backend's own table is kept as it is here; it becomes a value of the
plugin's class when the plugin is known (``Host``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.people import Holder
from mkd_core.ports import Port
from mkd_core.toml import NotToml, toml_tables
from mkd_core.worktime import LONGEST, ROSTER_DAYS
from mkd_plugins.config.agencies import Assigned, read_assigned
from mkd_plugins.config.presets import Laid, find, lay_beneath
from mkd_plugins.config.structure import Faults, Structurer, toml_key
from mkd_plugins.problems import FILE_UNUSABLE, ConfigProblem, Fault

ACTORS = ("os", "token")
"""Kinds of actor: a user of the operating system, and a token of a host system."""


@attrs.frozen(kw_only=True)
class Settings:
    """Table ``[mkd]``.

    ``preset``     the settings of a province beneath these: ``jabar``, the entry point of another plugin that brings
                   some, or the path of a file that ends in ``.toml``.
    ``language``   of answers and notices to people of whom no other is known.
    ``policy``     the id of an installed rule pack, or a path that ends in ``.toml``.
    ``scheme``     the id of a pay scheme that ships, or a path that ends in ``.toml``; left out: no pay lines.
    ``hours``      a file of office hours in the form of the shipped one; left out: the shipped one.
    ``enabled``    only these plugins are loaded (entry points, or whole labels ``dist[entry]``); left out: all.
    ``disabled``   these are never loaded.
    ``required``   without these the host does not start.
    ``strict``     any problem of a plugin stops the host, not only those of required ones.
    ``roster_days``  over how many days, today among them, ``[schedule.NAME]`` is told the days of agreements.
    ``deadline``   seconds that a call of a backend may take where the request itself does not say.
    ``deadlines``  the same for one backend, by ``port.name``; goes before what the request says.
    """

    preset: str | None = None
    language: Literal["id", "en"] = "en"
    policy: str = "jabar-mkd"
    scheme: str | None = None
    hours: Path | None = None
    enabled: tuple[str, ...] | None = None
    disabled: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    strict: bool = False
    roster_days: int = attrs.field(default=ROSTER_DAYS)
    deadline: float = attrs.field(default=30.0)
    deadlines: Mapping[str, float] = attrs.field(factory=dict)

    def enables(self, answers_to: Callable[[str], bool]) -> bool:
        """Whether the plugin that answers to these names is to be loaded."""
        enabled = self.enabled is None or any(map(answers_to, self.enabled))
        return enabled and not any(map(answers_to, self.disabled))

    @roster_days.validator
    def _a_span(self, _: object, days: int) -> None:
        if not 1 <= days <= LONGEST:
            raise ValueError(f"must be 1 to {LONGEST} days, not {days}")

    @deadline.validator
    def _positive(self, _: object, seconds: float) -> None:
        if not 0 < seconds <= 86_400:
            raise ValueError(f"must be more than 0 and at most 86400 seconds, not {seconds:g}")

    @deadlines.validator
    def _all_positive(self, attribute: object, deadlines: Mapping[str, float]) -> None:
        for name, seconds in deadlines.items():
            if not 0 < seconds <= 86_400:
                raise ValueError(f"{name} must be more than 0 and at most 86400 seconds, not {seconds:g}")


READERS = frozenset({"hr", "auditor"})
"""The roles that see what concerns others: names, agreements and days of everybody in their units."""


@attrs.frozen(kw_only=True)
class Grant:
    """What one actor may do: act as these people (``"*"`` is anybody), with these roles (``hr``, ``auditor``).

    ``unit`` ends all of it with that unit and those below it: neither seen nor changed is what lies outside.
    """

    acts_as: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    unit: str | None = None

    def may_act_as(self, person: str) -> bool:
        """Whether the person is one of those named."""
        return person in self.acts_as or "*" in self.acts_as


@attrs.frozen
class Roles:
    """Table ``[roles]``: actors such as ``os:alice`` or ``token:payroll-host``, and what each is granted.

    ``os:*`` and ``token:*`` stand for the actors of that kind that have no entry of their own. Whoever has no entry
    at all may do nothing: the table fails closed.
    """

    grants: Mapping[str, Grant] = attrs.field(factory=dict)

    def grant(self, actor: str) -> Grant:
        """The actor's own entry, or the one for its kind, or nothing granted."""
        kind = actor.partition(":")[0]
        return self.grants.get(actor) or self.grants.get(f"{kind}:*") or Grant()

    def may_act_as(self, actor: str, person: str) -> bool:
        """Whether the actor may say ``--as PERSON``.

        >>> roles = Roles({"os:alice": Grant(acts_as=("k000012",)), "token:*": Grant(acts_as=("*",))})
        >>> roles.may_act_as("os:alice", "k000012"), roles.may_act_as("os:bob", "k000012")
        (True, False)
        """
        return self.grant(actor).may_act_as(person)

    def roles_of(self, actor: str) -> frozenset[str]:
        """The roles that the actor acts in."""
        return self.grant(actor).roles


@attrs.frozen(kw_only=True)
class HolderTable:
    """One of ``[holders]`` who holds the role in a unit and below it alone."""

    person: str
    unit: str


@attrs.frozen(kw_only=True)
class Default:
    """Table ``[defaults."fact"]``: what holds of everybody of whom the fact is not known, and on whose authority."""

    value: bool | int | float | str | date | time
    source: str = attrs.field()

    @source.validator
    def _said(self, _: object, source: str) -> None:
        if not source.strip():
            raise ValueError("must name the instrument or the person that the default rests on")


@attrs.frozen(kw_only=True)
class BackendTable:
    """One table ``[port.name]`` as it was written."""

    port: Port
    name: str
    table: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def path(self) -> str:
        return f"{self.port}.{toml_key(self.name)}"


@attrs.frozen(kw_only=True)
class Config:
    """One deployment.

    ``folder``    where relative paths start.
    ``holders``   table ``[holders]``: a role, and the people who hold it (``hr = ["k000012"]``); one who holds it in a
                  unit and below it alone is ``{ person = "k000012", unit = "2000" }``.
    ``assign``    tables ``[[assign]]``: what units are given.
    ``backends``  the backends in the order of the file.
    ``serve``     table ``[serve]`` as it was written; the door over HTTP reads it.
    ``preset``    what became of the preset, where ``[mkd]`` names one.
    """

    file: str = "mkd.toml"
    folder: Path = Path()
    mkd: Settings = Settings()
    roles: Roles = Roles()
    holders: Mapping[str, tuple[str | HolderTable, ...]] = attrs.field(factory=dict)
    defaults: Mapping[str, Default] = attrs.field(factory=dict)
    assign: tuple[Assigned, ...] = ()
    backends: tuple[BackendTable, ...] = ()
    serve: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    preset: Laid | None = None

    @classmethod
    def load(cls, path: Path | str) -> Config:
        """The configuration in that file. Raises :class:`ConfigProblem` with every fault of it."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            hint = "mkd init writes one" if isinstance(error, FileNotFoundError) else "see path and permissions"
            raise ConfigProblem(FILE_UNUSABLE, str(path), f"cannot be read: {error.strerror}", hint=hint) from error
        except UnicodeDecodeError as error:
            raise ConfigProblem(FILE_UNUSABLE, str(path), "is not UTF-8", hint="save it as UTF-8") from error
        return cls.from_toml(text, folder=path.resolve().parent, file=path.name)

    @classmethod
    def from_toml(cls, text: str, *, folder: Path, file: str = "mkd.toml") -> Config:
        """The configuration in that text. Raises :class:`ConfigProblem` with every fault of it."""
        try:
            tables = toml_tables(text)
        except NotToml as error:
            raise ConfigProblem(FILE_UNUSABLE, file, f"is not TOML: {error}", hint="mend that line") from error
        return cls.from_mapping(tables, folder=folder, file=file)

    @classmethod
    def from_mapping(cls, tables: Mapping[str, Any], *, folder: Path, file: str = "mkd.toml") -> Config:
        """The configuration in those tables. Raises :class:`ConfigProblem` with every fault of them."""
        tables, preset = _over_preset(tables, folder, file)
        reading = _Reading(folder)
        config = cls(
            file=file,
            folder=folder,
            preset=preset,
            mkd=reading.settings(tables.get("mkd", {})),
            roles=reading.roles(tables.get("roles", {})),
            holders=reading.holders(tables.get("holders", {})),
            defaults=reading.defaults(tables.get("defaults", {})),
            assign=reading.assign(tables.get("assign", [])),
            backends=reading.backends(tables),
            serve=reading.table("serve", tables.get("serve", {})),
        )
        reading.unknown(tables)
        reading.unused_deadlines(config)
        if reading.faults:
            raise ConfigProblem.of_faults(file, config.placed(reading.faults))
        return config

    def placed(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """The faults, each with the preset's file before its place where the value is the preset's."""
        return tuple(map(self.preset.place, faults) if self.preset else faults)

    def backends_of(self, port: str) -> tuple[BackendTable, ...]:
        """The backends configured for a port, in the order written."""
        return tuple(backend for backend in self.backends if backend.port == port)

    def people_with_roles(self) -> Mapping[str, tuple[Holder, ...]]:
        """Each role and the people who hold it: those of ``[holders]``, and those whom ``[roles]`` names beside it."""
        people = {role: dict.fromkeys(map(_holder, holders)) for role, holders in self.holders.items()}
        for grant in self.roles.grants.values():
            for role in sorted(grant.roles):
                named = [Holder(person=key, unit=grant.unit) for key in grant.acts_as if key != "*"]
                people.setdefault(role, {}).update(dict.fromkeys(named))
        return {role: tuple(holders) for role, holders in people.items()}

    def scopes(self) -> Iterator[tuple[str, str]]:
        """The units that roles end with, each with its place in the file."""
        for actor, grant in self.roles.grants.items():
            if grant.unit is not None:
                yield f"roles.{toml_key(actor)}.unit", grant.unit
        for role, holders in self.holders.items():
            for number, holder in enumerate(holders):
                if isinstance(holder, HolderTable):
                    yield f"holders.{toml_key(role)}[{number}].unit", holder.unit

    def role_holders(self) -> Iterator[tuple[str, str]]:
        """The people whom ``[holders]`` names, each with its place in the file."""
        for role, holders in self.holders.items():
            for number, holder in enumerate(holders):
                place = f"holders.{toml_key(role)}[{number}]"
                yield (place, holder) if isinstance(holder, str) else (f"{place}.person", holder.person)

    def path(self, text: str) -> Path:
        """A path of this file, relative ones starting at its folder."""
        return self.folder / Path(text).expanduser()

    def named(self, name: str) -> str | Path:
        """What a setting names: a path where it ends in ``.toml``, or an id as it is."""
        return self.path(name) if name.endswith(".toml") else name


def _over_preset(tables: Mapping[str, Any], folder: Path, file: str) -> tuple[Mapping[str, Any], Laid | None]:
    own = tables.get("mkd")
    name = own.get("preset") if isinstance(own, Mapping) else None
    if not isinstance(name, str):
        return tables, None
    return lay_beneath(find(name, folder=folder, file=file), tables)


def _holder(written: str | HolderTable) -> Holder:
    return Holder(person=written) if isinstance(written, str) else Holder(person=written.person, unit=written.unit)


class _Reading:
    """Reads the tables of one file and collects the faults of all of them."""

    def __init__(self, folder: Path) -> None:
        self.structurer = Structurer(folder, {})
        self.faults: list[Fault] = []

    def settings(self, table: object) -> Settings:
        return self._value("mkd", table, Settings) or Settings()

    def roles(self, table: object) -> Roles:
        grants = {
            actor: self._value(f"roles.{toml_key(actor)}", entry, Grant) or Grant()
            for actor, entry in self.table("roles", table).items()
        }
        for actor in grants:
            kind, colon, name = actor.partition(":")
            if kind not in ACTORS or not colon or not name:
                self.faults.append(Fault(f"roles.{toml_key(actor)}", "is no actor", 'write "os:NAME" or "token:NAME"'))
        return Roles(MappingProxyType(grants))

    def holders(self, table: object) -> Mapping[str, tuple[str | HolderTable, ...]]:
        return MappingProxyType(self._value("holders", table, dict[str, tuple[str | HolderTable, ...]]) or {})

    def defaults(self, table: object) -> Mapping[str, Default]:
        made = {}
        for fact, entry in self.table("defaults", table).items():
            if isinstance(entry, Mapping) and "." not in fact and not {"value", "source"} & set(entry):
                inner = next(iter(entry), "FACT")
                hint = f'write [defaults."{fact}.{inner}"], the fact in quotes'
                self.faults.append(Fault(f"defaults.{fact}", "is not the name of a fact", hint))
                continue
            default = self._value(f"defaults.{toml_key(fact)}", entry, Default)
            if default:
                made[fact] = default
        return MappingProxyType(made)

    def assign(self, tables: object) -> tuple[Assigned, ...]:
        made, faults = read_assigned(tables, self.structurer)
        self.faults += faults
        return made

    def backends(self, tables: Mapping[str, Any]) -> tuple[BackendTable, ...]:
        made = []
        for port in (Port(name) for name in tables if name in set(Port)):
            for name, table in self.table(port, tables[port]).items():
                path = f"{port}.{toml_key(name)}"
                if isinstance(table, Mapping):
                    made.append(BackendTable(port=port, name=name, table=table))
                else:
                    hint = f"settings stand in a table of the backend: [{port}.NAME]"
                    self.faults.append(Fault(path, "must be the table of a backend", hint))
        return tuple(made)

    def unknown(self, tables: Iterable[str]) -> None:
        known = ["mkd", "roles", "holders", "assign", "defaults", "serve", *Port]
        self.faults += [
            Fault(toml_key(name), "is not known here", did_you_mean(name, known))
            for name in tables
            if name not in known
        ]

    def unused_deadlines(self, config: Config) -> None:
        paths = [f"{table.port}.{table.name}" for table in config.backends]
        for name in config.mkd.deadlines:
            if name not in paths:
                path = f"mkd.deadlines.{toml_key(name)}"
                self.faults.append(Fault(path, "is no backend of this file", did_you_mean(name, paths)))

    def table(self, path: str, table: object) -> Mapping[str, Any]:
        if isinstance(table, Mapping):
            return table
        self.faults.append(Fault(path, "must be a table"))
        return {}

    def _value(self, path: str, table: object, cls: Any) -> Any:
        try:
            return self.structurer.structure(table, cls)
        except Faults as wrong:
            self.faults += [fault.under(path) for fault in wrong.faults]
            return None
