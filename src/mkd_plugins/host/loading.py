"""Imports one plugin and asks its hooks what it announces; whatever goes wrong is a :class:`LoadProblem`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar, cast

import attrs
import pluggy

from mkd_core.errors import did_you_mean
from mkd_core.language.vocabulary import Fact
from mkd_core.ports import API_VERSION
from mkd_plugins import hookspecs
from mkd_plugins.discovery import Installed
from mkd_plugins.host.guard import REPORT, kind_of, pass_interrupt, words_of
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
Hooks = Mapping[str, Sequence[pluggy.HookImpl]]

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
    """Loads plugins one by one, so that each failure has one name on it."""

    def __init__(self) -> None:
        self._loaded: list[tuple[object, str]] = []

    def load(self, plugin: Installed) -> Announced:
        """What the plugin announces. Raises :class:`LoadProblem` when it cannot be asked at all."""
        module = _imported(plugin)
        for other, label in self._loaded:
            if other is module:
                hint = f"disable {plugin.label} in [mkd], or the other"
                raise LoadProblem(NAME_TAKEN, plugin.label, f"{plugin.module} is loaded already, as {label}", hint=hint)
        hooks = _hooks_of(plugin, module)
        self._loaded.append((module, plugin.label))
        problems: list[LoadProblem] = []
        providers = _answers(plugin, hooks, "mkd_providers", Provider, problems)
        return Announced(
            plugin=plugin,
            providers=tuple(provider for provider in providers if _made_for_this_api(plugin, provider, problems)),
            packs=_answers(plugin, hooks, "mkd_policies", RulePack, problems),
            facts=_answers(plugin, hooks, "mkd_facts", Fact, problems),
            observers=tuple(map(_observer, hooks.get("mkd_observe", ()))),
            problems=tuple(problems),
        )


def _imported(plugin: Installed) -> object:
    try:
        return plugin.point.load()
    except BaseException as error:
        pass_interrupt(error)
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


def _hooks_of(plugin: Installed, module: object) -> Hooks:
    """What the module implements of each hook, once every hook of it is found to be one."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=plugin.label)
        callers = manager.get_hookcallers(module) or []
        unmarked = [name for name in dir(module) if name.startswith("mkd_")]
    except pluggy.PluginValidationError as error:
        hint = "take the arguments of the hook's specification, or fewer"
        raise LoadProblem(HOOK_ARGUMENTS, plugin.label, str(error), hint=hint) from error
    except BaseException as error:  # an object that raises when it is looked at
        pass_interrupt(error)
        line = f"{plugin.module} cannot be looked at: {words_of(error)}"
        raise LoadProblem(HOOK_RAISED, plugin.label, line, hint=REPORT) from error
    unknown = [caller.name for caller in callers if not caller.has_spec()]
    if unknown:
        hint = "; ".join(filter(None, (did_you_mean(name, HOOKS) for name in unknown)))
        raise LoadProblem(UNKNOWN_HOOK, plugin.label, f"there is no hook {', '.join(unknown)}", hint=hint)
    if not callers:
        hint = f"put @hookimpl of mkd_plugins.api before {', '.join(unmarked) or 'a function mkd_providers'}"
        raise LoadProblem(NO_HOOK, plugin.label, f"{plugin.module} implements no hook", hint=hint)
    hooks = {caller.name: caller.get_hookimpls() for caller in callers}
    for name, implementations in hooks.items():
        if any(each.wrapper or each.hookwrapper for each in implementations):
            line = f"{name} is a wrapper, which hooks of {hookspecs.PROJECT} are not"
            raise LoadProblem(HOOK_ARGUMENTS, plugin.label, line, hint="use @hookimpl without arguments")
    return hooks


def _answers(plugin: Installed, hooks: Hooks, hook: str, kind: type[T], problems: list[LoadProblem]) -> tuple[T, ...]:
    answers: list[T] = []
    for implementation in hooks.get(hook, ()):
        try:
            answers += _answer(plugin, implementation, hook, kind)
        except LoadProblem as problem:
            problems.append(problem)
    return tuple(answers)


def _answer(plugin: Installed, implementation: pluggy.HookImpl, hook: str, kind: type[T]) -> list[T]:
    try:
        answer = implementation.function()
        items = list(answer) if isinstance(answer, (list, tuple)) else None
    except BaseException as error:
        pass_interrupt(error)
        raise LoadProblem(HOOK_RAISED, plugin.label, f"{hook} raised {words_of(error)}", hint=REPORT) from error
    # By its type alone: an item may raise when it is looked at.
    wrong = [item for item in items or () if not issubclass(type(item), kind)]
    if items is None or wrong:
        got = f"a list with {kind_of(wrong[0])}" if wrong else kind_of(answer)
        line = f"{hook} returned {got}, expected a list of {kind.__name__}"
        raise LoadProblem(HOOK_RESULT, plugin.label, line, hint=REPORT)
    return cast("list[T]", items)


def _made_for_this_api(plugin: Installed, provider: Provider, problems: list[LoadProblem]) -> bool:
    if provider.api == API_VERSION:
        return True
    line = f"{provider.port}.{provider.name} was written for plugin API {provider.api}, this is {API_VERSION}"
    hint = f"install a version of {plugin.distribution} for plugin API {API_VERSION}"
    problems.append(LoadProblem(OTHER_API, plugin.label, line, hint=hint))
    return False


def _observer(implementation: pluggy.HookImpl) -> Callable[[object], object]:
    function = implementation.function
    return function if implementation.argnames else lambda _: function()
