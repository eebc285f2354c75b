"""Imports one plugin and asks its hooks what it announces; whatever goes wrong is a :class:`LoadProblem`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar, cast

import attrs
import pluggy

from mkd_core.errors import did_you_mean
from mkd_core.language.vocabulary import Fact
from mkd_core.ports import API_VERSION
from mkd_plugins import hookspecs
from mkd_plugins.discovery import Installed
from mkd_plugins.guard import keeps, kind_of, words_of
from mkd_plugins.problems import (
    EXTRA_MISSING,
    HOOK_ARGUMENTS,
    HOOK_RAISED,
    HOOK_RESULT,
    IMPORT_FAILED,
    NAME_TAKEN,
    NO_HOOK,
    OTHER_API,
    UNKNOWN_HOOK,
    LoadProblem,
)
from mkd_plugins.provider import Provider, RulePack

T = TypeVar("T")

_REPORT: Final = "report it to the plugin's maker"
HOOKS: Final = ("mkd_providers", "mkd_policies", "mkd_facts", "mkd_observe")


@attrs.frozen(kw_only=True)
class Announced:
    """What one plugin announces; ``problems`` says what of it had to be left out."""

    plugin: Installed
    providers: tuple[Provider, ...]
    packs: tuple[RulePack, ...]
    facts: tuple[Fact, ...]
    observers: tuple[Callable[[object], object], ...]
    problems: tuple[LoadProblem, ...]


class Loader:
    """Registers plugins with pluggy one by one, so that each failure has one name on it."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def load(self, plugin: Installed) -> Announced:
        """What the plugin announces. Raises :class:`LoadProblem` when it cannot be asked at all."""
        module = _imported(plugin)
        self._register(plugin, module)
        problems: list[LoadProblem] = []
        providers = self._answers(plugin, module, "mkd_providers", Provider, problems)
        return Announced(
            plugin=plugin,
            providers=tuple(provider for provider in providers if _made_for_this_api(plugin, provider, problems)),
            packs=self._answers(plugin, module, "mkd_policies", RulePack, problems),
            facts=self._answers(plugin, module, "mkd_facts", Fact, problems),
            observers=tuple(map(_observer, self._implementations(module, "mkd_observe"))),
            problems=tuple(problems),
        )

    def _register(self, plugin: Installed, module: object) -> None:
        try:
            if self._manager.is_registered(module):
                line = f"{plugin.module} is registered already, as {self._manager.get_name(module)}"
                raise LoadProblem(NAME_TAKEN, plugin.label, line, hint=f"disable {plugin.label} in [mkd], or the other")
            self._manager.register(module, name=plugin.label)
            self._check_hooks(plugin, module)
        except pluggy.PluginValidationError as error:
            self._manager.unregister(name=plugin.label)
            hint = "take the arguments of the hook's specification, or fewer"
            raise LoadProblem(HOOK_ARGUMENTS, plugin.label, str(error), hint=hint) from error
        except LoadProblem as problem:
            if problem.code != NAME_TAKEN:
                self._manager.unregister(name=plugin.label)
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # an object that raises when it is looked at
            line = f"{plugin.module} cannot be looked at: {words_of(error)}"
            raise LoadProblem(HOOK_RAISED, plugin.label, line, hint=_REPORT) from error

    def _check_hooks(self, plugin: Installed, module: object) -> None:
        callers = self._manager.get_hookcallers(module) or []
        unknown = [caller.name for caller in callers if not caller.has_spec()]
        if unknown:
            hint = "; ".join(filter(None, (did_you_mean(name, HOOKS) for name in unknown)))
            raise LoadProblem(UNKNOWN_HOOK, plugin.label, f"there is no hook {', '.join(unknown)}", hint=hint)
        if not callers:
            unmarked = [name for name in dir(module) if name.startswith("mkd_")]
            what = ", ".join(unmarked) if unmarked else "a function mkd_providers"
            hint = f"put @hookimpl of mkd_plugins.api before {what}"
            raise LoadProblem(NO_HOOK, plugin.label, f"{plugin.module} implements no hook", hint=hint)
        for caller in callers:
            for implementation in caller.get_hookimpls():
                if implementation.plugin is module and (implementation.wrapper or implementation.hookwrapper):
                    line = f"{caller.name} is a wrapper, which hooks of {hookspecs.PROJECT} are not"
                    raise LoadProblem(HOOK_ARGUMENTS, plugin.label, line, hint="use @hookimpl without arguments")

    def _answers(
        self, plugin: Installed, module: object, hook: str, kind: type[T], problems: list[LoadProblem]
    ) -> tuple[T, ...]:
        answers: list[T] = []
        for implementation in self._implementations(module, hook):
            try:
                answer = implementation.function()
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever a library derives from it, the host stands
                line = f"{hook} raised {words_of(error)}"
                problems.append(LoadProblem(HOOK_RAISED, plugin.label, line, hint=_REPORT))
                continue
            if keeps(partial(_is_list_of, kind), answer):
                answers += cast("list[T]", answer)
            else:
                line = f"{hook} returned {_kind_of_answer(answer, kind)}, expected a list of {kind.__name__}"
                problems.append(LoadProblem(HOOK_RESULT, plugin.label, line, hint=_REPORT))
        return tuple(answers)

    def _implementations(self, module: object, hook: str) -> list[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return [implementation for implementation in caller.get_hookimpls() if implementation.plugin is module]


def _imported(plugin: Installed) -> object:
    try:
        return plugin.point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a library derives from it, the host stands
        raise _import_problem(plugin, error) from error


def _import_problem(plugin: Installed, error: BaseException) -> LoadProblem:
    if isinstance(error, ModuleNotFoundError) and error.name:
        missing = error.name.partition(".")[0]
        extra = plugin.extra_for(missing)
        if extra and missing != plugin.module.partition(".")[0]:
            hint = f"pip install '{plugin.distribution}[{extra}]'"
            return LoadProblem(EXTRA_MISSING, plugin.label, f"needs {missing}, which is not installed", hint=hint)
    line = f"cannot be imported: {words_of(error)}"
    return LoadProblem(IMPORT_FAILED, plugin.label, line, hint=f"python -c 'import {plugin.point.module}' shows it")


def _made_for_this_api(plugin: Installed, provider: Provider, problems: list[LoadProblem]) -> bool:
    if provider.api == API_VERSION:
        return True
    line = f"{provider.port}.{provider.name} was written for plugin API {provider.api}, this is {API_VERSION}"
    hint = f"install a version of {plugin.distribution} for plugin API {API_VERSION}"
    problems.append(LoadProblem(OTHER_API, plugin.label, line, hint=hint))
    return False


def _is_list_of(kind: type, answer: object) -> bool:
    return isinstance(answer, (list, tuple)) and all(isinstance(item, kind) for item in answer)


def _kind_of_answer(answer: object, kind: type) -> str:
    items = answer if issubclass(type(answer), (list, tuple)) else ()
    wrong = (item for item in items if not issubclass(type(item), kind))  # type: ignore[attr-defined]
    return next((f"a list with {kind_of(item)}" for item in wrong), kind_of(answer))


def _observer(implementation: pluggy.HookImpl) -> Callable[[object], object]:
    function = implementation.function
    return function if implementation.argnames else lambda _: function()
