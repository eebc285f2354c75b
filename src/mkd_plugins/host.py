"""Loads plugins, records what is wrong with them, and makes the backends that ``mkd.toml`` names.

One bad plugin never takes the host down and never vanishes silently: it is a problem in :attr:`Host.problems`, unless
``required`` or ``strict`` makes it fatal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from threading import Lock, RLock
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, overload

import attrs

from mkd_core.errors import MkdError, did_you_mean
from mkd_core.language.vocabulary import Fact
from mkd_core.ports import (
    PROTOCOLS,
    Attendance,
    Calendar,
    Identity,
    Journal,
    Notification,
    Payroll,
    Port,
    Schedule,
)
from mkd_plugins.config import BackendTable, Config
from mkd_plugins.discovery import Installed, installed
from mkd_plugins.guard import Guard, Overrun, kind_of, place_of
from mkd_plugins.guarded import guarded, missing_methods, stand_in
from mkd_plugins.loading import Announced, Loader
from mkd_plugins.problems import (
    CALL_RAISED,
    EXTRA_MISSING,
    FACTORY_OVERRAN,
    FACTORY_RAISED,
    FACTORY_RESULT,
    NAME_TAKEN,
    NOT_EXACTLY_ONE,
    REQUIRED_MISSING,
    UNKNOWN_BACKEND,
    UNKNOWN_PLUGIN,
    BuildProblem,
    CallProblem,
    ConfigProblem,
    DeadlineOverrun,
    LoadProblem,
    PluginProblem,
)
from mkd_plugins.provider import Provider, RulePack
from mkd_plugins.structure import Faults, Structurer

P = TypeVar("P", bound=PluginProblem)

FAILS_CLOSED = frozenset({Port.IDENTITY, Port.PAYROLL, Port.CALENDAR, Port.JOURNAL})
"""Ports of which a backend that cannot be made stops the command. On the others something stands in for it."""


@attrs.frozen
class Offer:
    """A provider and whose it is."""

    plugin: Installed
    provider: Provider

    @property
    def path(self) -> str:
        """Its table in ``mkd.toml``."""
        return f"{self.provider.port}.{self.provider.name}"


@attrs.frozen(kw_only=True)
class Row:
    """One plugin in :meth:`Host.report`.

    ``state``       ``loaded``, ``failed`` (nothing of it is used) or ``off`` (by configuration or ``--no-plugins``).
    ``offers``      its backends as ``port.name``, and ``configured`` those of them that ``mkd.toml`` uses.
    ``hanging``     calls given up that run still; ``given_up`` counts all that were.
    """

    label: str
    version: str
    module: str
    state: Literal["loaded", "failed", "off"]
    offers: tuple[str, ...] = ()
    configured: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    problems: tuple[PluginProblem, ...] = ()
    hanging: int = 0
    given_up: int = 0


@attrs.define(eq=False)
class _Observer:
    guard: Guard
    function: Callable[[object], object]
    off: bool = False


class Host:
    """The plugins of one deployment. Made by :meth:`load`; close it, or use it in a ``with`` statement."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self.config = config
        self._environ = environ
        self._problems: dict[tuple[str, str, str], PluginProblem] = {}
        self._times: dict[tuple[str, str, str], int] = {}
        self._states: dict[str, tuple[Installed, Literal["loaded", "failed", "off"]]] = {}
        self._offers: dict[tuple[str, str], Offer] = {}
        self._packs: dict[str, tuple[Installed, RulePack]] = {}
        self._facts: list[Fact] = []
        self._observers: list[_Observer] = []
        self._built: dict[tuple[str, str], Any] = {}
        self._closers: list[tuple[Guard, Callable[[], object]]] = []
        self._guards: list[Guard] = []
        self._lock = Lock()
        self._making = RLock()

    @classmethod
    def load(
        cls,
        config: Config,
        *,
        only: Collection[str] | None = None,
        no_plugins: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> Host:
        """Load what is installed and enabled, one entry point after the other.

        ``only`` names the plugins to load, whatever the configuration enables. ``no_plugins`` leaves out all but those
        that come with this library. Raises :class:`PluginProblem` for a required plugin that does not work, and for
        any problem where the configuration is strict.
        """
        host = cls(config, os.environ if environ is None else environ)
        plugins, unreadable = installed()
        for problem in unreadable:
            host.record(problem)
        host._check_names(plugins)
        loader = Loader()
        for plugin in plugins:
            if host._wanted(plugin, only, no_plugins):
                host._load(loader, plugin)
            else:
                host._states[plugin.label] = (plugin, "off")
        for table in config.backends:
            if (table.port, table.name) not in host._offers:
                host.record(host._unknown_backend(table))
        host._refuse_what_is_fatal(plugins)
        return host

    @property
    def problems(self) -> tuple[PluginProblem, ...]:
        """Every problem so far, each once, in the order in which they showed."""
        return tuple(self._problems.values())

    def times(self, problem: PluginProblem) -> int:
        """How often that problem showed."""
        return self._times.get(_identity_of(problem), 0)

    def providers(self, port: str) -> tuple[Provider, ...]:
        """The providers announced for a port, whether configured or not."""
        return tuple(offer.provider for (of, _), offer in self._offers.items() if of == port)

    @property
    def packs(self) -> tuple[RulePack, ...]:
        """The rule packs of all plugins."""
        return tuple(pack for _, pack in self._packs.values())

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that plugins add to the vocabulary."""
        return tuple(self._facts)

    def report(self) -> list[Row]:
        """One row for each installed plugin, the shipped ones first."""
        return [self._row(plugin, state) for plugin, state in self._states.values()]

    @overload
    def build(self, port: Literal["identity", Port.IDENTITY]) -> list[Identity]: ...
    @overload
    def build(self, port: Literal["payroll", Port.PAYROLL]) -> list[Payroll]: ...
    @overload
    def build(self, port: Literal["notification", Port.NOTIFICATION]) -> list[Notification]: ...
    @overload
    def build(self, port: Literal["schedule", Port.SCHEDULE]) -> list[Schedule]: ...
    @overload
    def build(self, port: Literal["attendance", Port.ATTENDANCE]) -> list[Attendance]: ...
    @overload
    def build(self, port: Literal["calendar", Port.CALENDAR]) -> list[Calendar]: ...
    @overload
    def build(self, port: Literal["journal", Port.JOURNAL]) -> list[Journal]: ...

    def build(self, port: str) -> Any:
        """The configured backends of a port behind their guards, in the order of ``mkd.toml``; each is made once.

        One that cannot be made is a recorded problem. It is raised where the port fails closed (identity, payroll,
        calendar, journal), where its plugin is required, and where the configuration is strict. Else something stands
        in for it whose every call raises the problem as a ``Transient``, so that what it was to take is kept.
        """
        made = []
        for table in self.config.backends_of(port):
            try:
                made.append(self._backend(table))
            except MkdError as error:
                problem = self._record_failure(table, error)
                if self._must_work(table):
                    raise
                made.append(stand_in(problem, PROTOCOLS[table.port], self._guard(problem.label, table.path)))
        return made

    @overload
    def one(self, port: Literal["identity", Port.IDENTITY]) -> Identity: ...
    @overload
    def one(self, port: Literal["payroll", Port.PAYROLL]) -> Payroll: ...
    @overload
    def one(self, port: Literal["notification", Port.NOTIFICATION]) -> Notification: ...
    @overload
    def one(self, port: Literal["schedule", Port.SCHEDULE]) -> Schedule: ...
    @overload
    def one(self, port: Literal["attendance", Port.ATTENDANCE]) -> Attendance: ...
    @overload
    def one(self, port: Literal["calendar", Port.CALENDAR]) -> Calendar: ...
    @overload
    def one(self, port: Literal["journal", Port.JOURNAL]) -> Journal: ...

    def one(self, port: str) -> Any:
        """The backend of a port that takes exactly one. Raises when it cannot be made, or is not exactly one."""
        tables = self.config.backends_of(port)
        if len(tables) != 1:
            raise self.record(self._not_exactly_one(port, tables))
        try:
            return self._backend(tables[0])
        except MkdError as error:
            self._record_failure(tables[0], error)
            raise

    def check(self) -> None:
        """Read the table of every configured backend without making it; what is wrong is recorded."""
        for table in self.config.backends:
            offer = self._offers.get((table.port, table.name))
            if offer:
                try:
                    self._settings(table, offer)
                except PluginProblem as problem:
                    self.record(problem)

    def observe(self, event: object) -> None:
        """Tell every observer of an event. A failure is recorded; one that overran its deadline is not told again."""
        for observer in self._observers:
            if observer.off:
                continue
            guard = observer.guard
            try:
                guard.call("mkd_observe", partial(observer.function, event), guard.default_deadline)
            except DeadlineOverrun:
                observer.off = True
            except MkdError as error:
                self._record_call("mkd_observe", guard, error)

    def close(self) -> None:
        """Close the backends that can be closed, the last made first. A failure is recorded."""
        while self._closers:
            guard, close = self._closers.pop()
            try:
                guard.call("close", close, guard.default_deadline)
            except MkdError as error:
                self._record_call("close", guard, error)
        self._built.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(self, problem: P) -> P:
        """Keep the problem, once however often it shows, and hand it back to be raised."""
        identity = _identity_of(problem)
        with self._lock:
            self._problems.setdefault(identity, problem.copy())
            self._times[identity] = self._times.get(identity, 0) + 1
        return problem

    def _record_failure(self, table: BackendTable, error: MkdError) -> PluginProblem:
        """Why a backend could not be made; a factory's refusal on purpose, which is no problem yet, becomes one."""
        if isinstance(error, PluginProblem):
            return self.record(error)
        label = self._offers[table.port, table.name].plugin.label
        line = f"{table.path} cannot be made: {error.code} {error.message}"
        return self.record(BuildProblem(FACTORY_RAISED, label, line, hint=error.mend))

    def _record_call(self, method: str, guard: Guard, error: MkdError) -> None:
        """A refusal of which nobody waits for the answer; what is a problem was recorded by the guard."""
        if not isinstance(error, PluginProblem):
            line = f"{method} of {guard.backend} refused: {error.code} {error.message}"
            self.record(CallProblem(CALL_RAISED, guard.label, line, hint=error.mend))

    def _check_names(self, plugins: list[Installed]) -> None:
        settings = self.config.mkd
        for name in (*(settings.enabled or ()), *settings.disabled):
            if not any(plugin.answers_to(name) for plugin in plugins):
                hint = did_you_mean(name, [plugin.entry for plugin in plugins])
                self.record(LoadProblem(UNKNOWN_PLUGIN, self.config.file, f"no plugin {name} is installed", hint=hint))

    def _wanted(self, plugin: Installed, only: Collection[str] | None, no_plugins: bool) -> bool:
        if only is not None:
            return any(plugin.answers_to(name) for name in only)
        if no_plugins and not plugin.shipped:
            return False
        settings = self.config.mkd
        enabled = settings.enabled is None or any(plugin.answers_to(name) for name in settings.enabled)
        return enabled and not any(plugin.answers_to(name) for name in settings.disabled)

    def _load(self, loader: Loader, plugin: Installed) -> None:
        try:
            announced = loader.load(plugin)
        except LoadProblem as problem:
            self.record(problem)
            self._states[plugin.label] = (plugin, "failed")
            return
        self._states[plugin.label] = (plugin, "loaded")
        for omission in announced.problems:
            self.record(omission)
        self._take(announced)

    def _take(self, announced: Announced) -> None:
        plugin = announced.plugin
        for provider in announced.providers:
            offer = Offer(plugin, provider)
            holder = self._offers.setdefault((provider.port, provider.name), offer)
            if holder is not offer:
                self._name_taken(plugin, offer.path, holder.plugin)
        for pack in announced.packs:
            owner, held = self._packs.setdefault(pack.id, (plugin, pack))
            if held is not pack:
                self._name_taken(plugin, f"policy {pack.id}", owner)
        self._facts += announced.facts
        for function in announced.observers:
            self._observers.append(_Observer(self._guard(plugin.label, "observer"), function))

    def _name_taken(self, plugin: Installed, what: str, holder: Installed) -> None:
        hint = f"disable {plugin.label} or {holder.label} in [mkd]"
        self.record(LoadProblem(NAME_TAKEN, plugin.label, f"{what} is {holder.label}'s already", hint=hint))

    def _refuse_what_is_fatal(self, plugins: list[Installed]) -> None:
        for name in self.config.mkd.required:
            labels = {plugin.label for plugin in plugins if plugin.answers_to(name)}
            reasons = [str(problem) for problem in self.problems if problem.label in labels]
            if not any(self._states[label][1] != "off" for label in labels):
                state = "is off" if labels else "is not installed"
                reasons.append(f"it {state} {did_you_mean(name, [plugin.entry for plugin in plugins])}".rstrip())
            if reasons:
                line = f"{name} is required and does not work: {'; '.join(reasons)}"
                hint = f"mend it, or take {name} out of `required`"
                raise self.record(LoadProblem(REQUIRED_MISSING, self.config.file, line, hint=hint))
        # What an extra would bring is not there because nobody asked for it; what uses it is an unknown backend.
        grave = [problem for problem in self.problems if problem.code != EXTRA_MISSING]
        if self.config.mkd.strict and grave:
            raise grave[0]

    def _backend(self, table: BackendTable) -> Any:
        key = (table.port, table.name)
        with self._making:
            if key not in self._built:
                if key not in self._offers:
                    raise self._unknown_backend(table)
                self._built[key] = self._make(table, self._offers[key])
            return self._built[key]

    def _make(self, table: BackendTable, offer: Offer) -> Any:
        provider, label = offer.provider, offer.plugin.label
        settings, secrets = self._settings(table, offer)
        guard = self._guard(label, offer.path, cooperative=provider.cooperative)
        seconds = guard.deadline_for(None)
        try:
            factory = partial(provider.build, settings)
            made = factory() if provider.cooperative else guard.threads.run(factory, seconds, f"mkd {label} build")
        except MkdError:
            raise
        except Overrun:
            line = f"{offer.path} was not made within {seconds:g} seconds"
            raise BuildProblem(FACTORY_OVERRAN, label, line, hint="see whether what it talks to answers") from None
        except (Exception, SystemExit) as error:
            said = _without(secrets, str(error))
            line = f"{offer.path} cannot be made: {type(error).__name__}: {said}{place_of(error)}"
            raise BuildProblem(FACTORY_RAISED, label, line) from error
        missing = missing_methods(made, PROTOCOLS[provider.port])
        if missing:
            line = f"build of {offer.path} returned {kind_of(made)} without {', '.join(missing)}"
            raise BuildProblem(FACTORY_RESULT, label, line, hint="report it to the plugin's maker")
        close = getattr(made, "close", None)
        if callable(close):
            self._closers.append((guard, close))
        return guarded(made, PROTOCOLS[provider.port], guard, provider.capabilities)

    def _settings(self, table: BackendTable, offer: Offer) -> tuple[Any, set[str]]:
        structurer = Structurer(self.config.folder, self._environ)
        label = offer.plugin.label
        try:
            return structurer.structure(table.table, offer.provider.config), structurer.secrets
        except Faults as wrong:
            raise ConfigProblem.of_faults(label, tuple(fault.under(table.path) for fault in wrong.faults)) from wrong
        except Exception as error:  # the class is the plugin's: its annotations may not resolve, its defaults may raise
            line = f"the configuration class of {offer.path} cannot be used: {type(error).__name__}"
            raise BuildProblem(FACTORY_RAISED, label, line + place_of(error)) from error

    def _guard(self, label: str, backend: str, *, cooperative: bool = False) -> Guard:
        guard = Guard(
            label=label,
            backend=backend,
            cooperative=cooperative,
            default_deadline=self.config.mkd.deadline,
            fixed_deadline=self.config.mkd.deadlines.get(backend),
            record=self.record,
        )
        self._guards.append(guard)
        return guard

    def _must_work(self, table: BackendTable) -> bool:
        offer = self._offers.get((table.port, table.name))
        required = offer is not None and any(map(offer.plugin.answers_to, self.config.mkd.required))
        return table.port in FAILS_CLOSED or required or self.config.mkd.strict

    def _unknown_backend(self, table: BackendTable) -> ConfigProblem:
        names = [name for port, name in self._offers if port == table.port]
        hint = did_you_mean(table.name, names)
        failed = [
            f"{problem.label} did not load ({problem.code})" for problem in self.problems if problem.stage == "load"
        ]
        line = f"[{table.path}] names a backend that no plugin offers"
        return ConfigProblem(UNKNOWN_BACKEND, self.config.file, line, hint="; ".join(filter(None, (hint, *failed))))

    def _not_exactly_one(self, port: str, tables: tuple[BackendTable, ...]) -> ConfigProblem:
        names = ", ".join(table.path for table in tables) or "none"
        known = " or ".join(f"[{port}.{name}]" for of, name in self._offers if of == port)
        hint = "keep one of them" if tables else f"add a table {known or f'[{port}.NAME]'}"
        return ConfigProblem(
            NOT_EXACTLY_ONE, self.config.file, f"{port} takes exactly one backend, configured: {names}", hint=hint
        )

    def _row(self, plugin: Installed, state: Literal["loaded", "failed", "off"]) -> Row:
        offers = tuple(offer.path for offer in self._offers.values() if offer.plugin is plugin)
        threads = [guard.threads for guard in self._guards if guard.label == plugin.label]
        return Row(
            label=plugin.label,
            version=plugin.version,
            module=plugin.module,
            state=state,
            offers=offers,
            configured=tuple(table.path for table in self.config.backends if table.path in offers),
            policies=tuple(pack.id for owner, pack in self._packs.values() if owner is plugin),
            problems=tuple(problem for problem in self.problems if problem.label == plugin.label),
            hanging=sum(each.hanging() for each in threads),
            given_up=sum(each.total for each in threads),
        )


def _identity_of(problem: PluginProblem) -> tuple[str, str, str]:
    return problem.code, problem.label, problem.line


def _without(secrets: set[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "...")
    return text
