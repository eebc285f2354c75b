"""Makes a backend: its table becomes a value of the plugin's class, and a guard stands before the factory's result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from mkd_core.errors import MkdError
from mkd_core.ports import PROTOCOLS
from mkd_plugins.config import BackendTable, Config
from mkd_plugins.config.structure import Faults, Structurer
from mkd_plugins.host.catalogue import Offer
from mkd_plugins.host.guard import REPORT, Guard, Overrun, Threads, kind_of, pass_interrupt, place_of, words_of
from mkd_plugins.host.guarded import guarded, missing_methods, stand_in
from mkd_plugins.problems import (
    FACTORY_OVERRAN,
    FACTORY_RAISED,
    FACTORY_RESULT,
    BuildProblem,
    ConfigProblem,
    PluginProblem,
)

_FAILED: Final = f"see the settings and what it talks to; else {REPORT}"


class Maker:
    """Makes the backends of one host, and closes them again."""

    def __init__(self, config: Config, environ: Mapping[str, str], record: Callable[[PluginProblem], object]) -> None:
        self._config = config
        self._environ = environ
        self._record = record
        self._guards: dict[tuple[str, str], Guard] = {}
        self._closing = ExitStack()

    def settings(self, table: BackendTable, offer: Offer) -> tuple[Any, set[str]]:
        """The table as a value of the plugin's class, and the secrets in it. Raises ``PluginProblem``."""
        structurer = Structurer(self._config.folder, self._environ)
        label = offer.plugin.label
        try:
            return structurer.structure(table.table, offer.provider.config), structurer.secrets
        except Faults as wrong:
            faults = self._config.placed(fault.under(table.path) for fault in wrong.faults)
            raise ConfigProblem.of_faults(label, faults) from wrong
        except BaseException as error:  # the class is the plugin's: its annotations may not resolve
            pass_interrupt(error)
            # A name is the plugin's own; any other words may hold what stands in the table.
            why = f"NameError: {error}" if isinstance(error, NameError) else f"{type(error).__name__}{place_of(error)}"
            line = f"the configuration class of {offer.path} cannot be used: {why}"
            raise BuildProblem(FACTORY_RAISED, label, line, hint=REPORT) from error

    def make(self, table: BackendTable, offer: Offer) -> Any:
        """The backend behind its guard. Raises ``PluginProblem``, or what the factory raises on purpose."""
        settings, secrets = self.settings(table, offer)
        guard = self.guard(offer.plugin.label, offer.path, cooperative=offer.provider.cooperative)
        try:
            made = _built(offer, settings, guard)
            close = getattr(made, "close", None)
            with ExitStack() as closing:
                if callable(close):
                    closing.callback(guard.tell, "close", close)
                backend = _behind(guard, made, offer)
                self._closing.push(closing.pop_all())
            return backend
        except MkdError:
            raise
        except BaseException as error:
            pass_interrupt(error)
            line = f"{offer.path} cannot be made: {_without(secrets, words_of(error))}"
            raise BuildProblem(FACTORY_RAISED, offer.plugin.label, line, hint=_FAILED) from error

    def stand_in(self, table: BackendTable, problem: PluginProblem) -> Any:
        """What stands for a backend that could not be made."""
        return stand_in(problem, PROTOCOLS[table.port], self.guard(problem.label, table.path))

    def guard(self, label: str, backend: str, *, cooperative: bool = False) -> Guard:
        """The guard of a backend, one for as long as the host lives."""
        fresh = Guard(
            label=label,
            backend=backend,
            cooperative=cooperative,
            default_deadline=self._config.mkd.deadline,
            fixed_deadline=self._config.mkd.deadlines.get(backend),
            record=self._record,
        )
        return self._guards.setdefault((label, backend), fresh)

    def threads(self, label: str) -> list[Threads]:
        """The threads of all backends of a plugin."""
        return [guard.threads for (of, _), guard in self._guards.items() if of == label]

    def close(self) -> None:
        """Close what can be closed, the last made first. A failure is recorded."""
        self._closing.close()


def _built(offer: Offer, settings: Any, guard: Guard) -> object:
    factory = partial(offer.provider.build, settings)
    if offer.provider.cooperative:
        return factory()
    label, seconds = offer.plugin.label, guard.deadline_for(None)
    try:
        return guard.threads.run(factory, seconds, f"mkd {label} build")
    except Overrun:
        line = f"{offer.path} was not made within {seconds:g} seconds"
        hint = "see whether what it talks to answers"
        raise BuildProblem(FACTORY_OVERRAN, label, line, hint=hint) from None


def _behind(guard: Guard, made: object, offer: Offer) -> Any:
    """What was made, behind its guard."""
    protocol = PROTOCOLS[offer.provider.port]
    missing = missing_methods(made, protocol)
    if missing:
        line = f"build of {offer.path} returned {kind_of(made)} without {', '.join(missing)}"
        raise BuildProblem(FACTORY_RESULT, offer.plugin.label, line, hint=REPORT)
    return guarded(made, protocol, guard, offer.provider.capabilities)


def _without(secrets: set[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "...")
    return text
