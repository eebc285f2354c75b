"""Loads plugins, records what is wrong with them, and makes the backends that ``mkd.toml`` names.

One bad plugin never takes the host down and never vanishes silently: it is a problem in :attr:`Host.problems`, unless
``required`` or ``strict`` makes it fatal.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from threading import RLock
from types import TracebackType
from typing import Any, Literal, Self, overload

import attrs

from mkd_core.errors import MkdError, did_you_mean
from mkd_core.language.vocabulary import BadValue, Vocabulary
from mkd_core.ports import (
    Attendance,
    Calendar,
    Events,
    Identity,
    Journal,
    Notification,
    Payroll,
    Port,
    Schedule,
)
from mkd_plugins.config import BackendTable, Config, Default
from mkd_plugins.config.structure import toml_key
from mkd_plugins.discovery import Installed, installed
from mkd_plugins.host.catalogue import Catalogue
from mkd_plugins.host.loading import Loader
from mkd_plugins.host.making import Maker
from mkd_plugins.host.observing import Observers
from mkd_plugins.host.recording import Recorder
from mkd_plugins.mends import mend_of
from mkd_plugins.problems import (
    CALL_REFUSED,
    EXTRA_MISSING,
    FACTORY_RAISED,
    NOT_EXACTLY_ONE,
    REQUIRED_MISSING,
    UNKNOWN_BACKEND,
    UNKNOWN_PLUGIN,
    BuildProblem,
    CallProblem,
    ConfigProblem,
    Fault,
    LoadProblem,
    PluginProblem,
)
from mkd_plugins.provider import Provider, RulePack

FAILS_CLOSED = frozenset({Port.IDENTITY, Port.PAYROLL, Port.CALENDAR, Port.JOURNAL})
"""Ports of which a backend that cannot be made stops the command. On the others something stands in for it."""

State = Literal["loaded", "failed", "off"]


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
    state: State
    offers: tuple[str, ...] = ()
    configured: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    problems: tuple[PluginProblem, ...] = ()
    hanging: int = 0
    given_up: int = 0


class Host:
    """The plugins of one deployment. Made by :meth:`load`; close it, or use it in a ``with`` statement."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self.config = config
        self._recorder = Recorder()
        self._catalogue = Catalogue()
        self._maker = Maker(config, environ, self._recorder.record)
        self._plugins: list[Installed] = []
        self._states: dict[str, State] = {}
        self._observers = Observers()
        self._built: dict[tuple[str, str], Any] = {}
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
        host._plugins, unreadable = installed()
        for problem in unreadable:
            host._recorder.record(problem)
        host._check_names()
        loader = Loader()
        for plugin in host._plugins:
            wanted = host._wanted(plugin, only, no_plugins)
            host._states[plugin.label] = host._loaded(loader, plugin) if wanted else "off"
        for table in config.backends:
            if not host._catalogue.find(table):
                host._recorder.record(host._unknown_backend(table))
        host._refuse_what_is_fatal()
        return host

    @property
    def problems(self) -> tuple[PluginProblem, ...]:
        """Every problem so far, each once, in the order in which they showed."""
        return self._recorder.problems

    def times(self, problem: PluginProblem) -> int:
        """How often that problem showed."""
        return self._recorder.times(problem)

    def providers(self, port: str) -> tuple[Provider, ...]:
        """The providers announced for a port, whether configured or not."""
        return tuple(offer.provider for offer in self._catalogue.of_port(port))

    @property
    def packs(self) -> tuple[RulePack, ...]:
        """The rule packs of all plugins."""
        return self._catalogue.packs()

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts in which policies are written: the library's, and behind them those that plugins add."""
        return self._catalogue.vocabulary

    def defaults(self) -> Mapping[str, Default]:
        """The defaults of the deployment, each for a fact that exists and with a value that it can take.

        Raises ``ConfigProblem`` with all that are not: a default decides about people, so none is passed over.
        """
        faults = []
        for name, default in self.config.defaults.items():
            path = f"defaults.{toml_key(name)}"
            if name not in self.vocabulary:
                faults.append(Fault(path, "is no fact", self.vocabulary.nearest(name)))
                continue
            try:
                self.vocabulary[name].read(default.value)
            except BadValue as wrong:
                faults.append(Fault(f"{path}.value", str(wrong)))
        if faults:
            raise ConfigProblem.of_faults(self.config.file, tuple(faults))
        return self.config.defaults

    def report(self) -> list[Row]:
        """One row for each installed plugin, the shipped ones first."""
        return [self._row(plugin) for plugin in self._plugins]

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
    def build(self, port: Literal["events", Port.EVENTS]) -> list[Events]: ...
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
                problem = self._failure(table, error)
                if self._must_work(table):
                    raise
                made.append(self._maker.stand_in(table, problem))
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
    def one(self, port: Literal["events", Port.EVENTS]) -> Events: ...
    @overload
    def one(self, port: Literal["calendar", Port.CALENDAR]) -> Calendar: ...
    @overload
    def one(self, port: Literal["journal", Port.JOURNAL]) -> Journal: ...

    def one(self, port: str) -> Any:
        """The backend of a port that takes exactly one. Raises when it cannot be made, or is not exactly one."""
        tables = self.config.backends_of(port)
        if len(tables) != 1:
            raise self._recorder.record(self._not_exactly_one(port, tables))
        try:
            return self._backend(tables[0])
        except MkdError as error:
            self._failure(tables[0], error)
            raise

    def settings(self, port: str, name: str) -> Any:
        """The table of a configured backend as a value of its class, without making the backend.

        Raises ``ConfigProblem`` when there is no such table, or when it is wrong.
        """
        table = next((each for each in self.config.backends_of(port) if each.name == name), None)
        if table is None:
            line = f"there is no table [{port}.{name}]"
            hint = "add it; mkd plugins show says what it takes"
            raise self._recorder.record(ConfigProblem(UNKNOWN_BACKEND, self.config.file, line, hint=hint))
        offer = self._catalogue.find(table)
        if offer is None:
            raise self._recorder.record(self._unknown_backend(table))
        return self._maker.settings(table, offer)[0]

    def check(self) -> None:
        """Read the defaults, and the table of every configured backend without making it; what is wrong is recorded."""
        try:
            self.defaults()
        except ConfigProblem as problem:
            self._recorder.record(problem)
        for table in self.config.backends:
            offer = self._catalogue.find(table)
            if offer:
                try:
                    self._maker.settings(table, offer)
                except PluginProblem as problem:
                    self._recorder.record(problem)

    def record_refusal(self, label: str, backend: str, refusal: MkdError) -> None:
        """Keep that a backend refused to answer for itself: it works, and what it talks to does not."""
        line = f"{backend} does not answer: {refusal.code} {refusal.message}"
        self._recorder.record(CallProblem(CALL_REFUSED, label, line, hint=refusal.mend or mend_of(refusal.code)))

    def observe(self, event: object) -> None:
        """Tell every observer of an event, without waiting for any. A failure is recorded; see ``observing``."""
        self._observers.tell(event)

    def close(self) -> None:
        """Let observers take what waits, then close the backends, the last made first. A failure is recorded."""
        self._observers.end()
        self._maker.close()
        self._built.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_names(self) -> None:
        settings = self.config.mkd
        for name in (*(settings.enabled or ()), *settings.disabled):
            if not self._named(name):
                line = f"no plugin {name} is installed"
                self._recorder.record(
                    LoadProblem(UNKNOWN_PLUGIN, self.config.file, line, hint=did_you_mean(name, self._entries()))
                )

    def _named(self, name: str) -> list[Installed]:
        return [plugin for plugin in self._plugins if plugin.answers_to(name)]

    def _entries(self) -> list[str]:
        return [plugin.entry for plugin in self._plugins]

    def _wanted(self, plugin: Installed, only: Collection[str] | None, no_plugins: bool) -> bool:
        if only is not None:
            return any(map(plugin.answers_to, only))
        if no_plugins and not plugin.shipped:
            return False
        return self.config.mkd.enables(plugin.answers_to)

    def _loaded(self, loader: Loader, plugin: Installed) -> State:
        try:
            announced = loader.load(plugin)
        except LoadProblem as problem:
            self._recorder.record(problem)
            return "failed"
        for omission in (*announced.problems, *self._catalogue.take(announced)):
            self._recorder.record(omission)
        guard = self._maker.guard(plugin.label, "observer", cooperative=True)  # it has a thread already
        for function in announced.observers:
            self._observers.add(guard, function)
        return "loaded"

    def _refuse_what_is_fatal(self) -> None:
        for name in self.config.mkd.required:
            reasons = self._why_not(name)
            if reasons:
                line = f"{name} is required and does not work: {'; '.join(reasons)}"
                hint = f"mend it, or take {name} out of `required`"
                raise self._recorder.record(LoadProblem(REQUIRED_MISSING, self.config.file, line, hint=hint))
        # What an extra would bring is not there because nobody asked for it; what uses it is an unknown backend.
        grave = [problem for problem in self.problems if problem.code != EXTRA_MISSING]
        if self.config.mkd.strict and grave:
            raise grave[0]

    def _why_not(self, name: str) -> list[str]:
        plugins = self._named(name)
        if not plugins:
            return [f"it is not installed {did_you_mean(name, self._entries())}".rstrip()]
        if all(self._states[plugin.label] == "off" for plugin in plugins):
            return ["it is off"]
        return [str(problem) for plugin in plugins for problem in self._recorder.of(plugin.label)]

    def _backend(self, table: BackendTable) -> Any:
        key = (table.port, table.name)
        with self._making:
            if key not in self._built:
                offer = self._catalogue.find(table)
                if offer is None:
                    raise self._unknown_backend(table)
                self._built[key] = self._maker.make(table, offer)
            return self._built[key]

    def _failure(self, table: BackendTable, error: MkdError) -> PluginProblem:
        """Why a backend could not be made; a factory's refusal on purpose, which is no problem yet, becomes one."""
        if isinstance(error, PluginProblem):
            return self._recorder.record(error)
        offer = self._catalogue.find(table)
        label = offer.plugin.label if offer else self.config.file
        line = f"{table.path} cannot be made: {error.code} {error.message}"
        hint = error.mend or mend_of(error.code)
        return self._recorder.record(BuildProblem(FACTORY_RAISED, label, line, hint=hint))

    def _must_work(self, table: BackendTable) -> bool:
        offer = self._catalogue.find(table)
        required = offer is not None and any(map(offer.plugin.answers_to, self.config.mkd.required))
        return table.port in FAILS_CLOSED or required or self.config.mkd.strict

    def _unknown_backend(self, table: BackendTable) -> ConfigProblem:
        reasons = tuple(problem for label in self._states for problem in self._recorder.of(label))
        return self._catalogue.unknown(table, self.config.file, reasons)

    def _not_exactly_one(self, port: str, tables: tuple[BackendTable, ...]) -> ConfigProblem:
        configured = ", ".join(table.path for table in tables) or "none"
        known = " or ".join(f"[{offer.path}]" for offer in self._catalogue.of_port(port))
        hint = "keep one of them" if tables else f"add a table {known or f'[{port}.NAME]'}"
        line = f"{port} takes exactly one backend, configured: {configured}"
        return ConfigProblem(NOT_EXACTLY_ONE, self.config.file, line, hint=hint)

    def _row(self, plugin: Installed) -> Row:
        offers = tuple(offer.path for offer in self._catalogue.of_plugin(plugin))
        threads = self._maker.threads(plugin.label)
        return Row(
            label=plugin.label,
            version=plugin.version,
            module=plugin.module,
            state=self._states[plugin.label],
            offers=offers,
            configured=tuple(table.path for table in self.config.backends if table.path in offers),
            policies=tuple(pack.id for pack in self._catalogue.packs(plugin)),
            problems=self._recorder.of(plugin.label),
            hanging=sum(each.hanging() for each in threads),
            given_up=sum(each.total for each in threads),
        )
