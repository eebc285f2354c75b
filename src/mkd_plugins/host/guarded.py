"""A backend behind its guard: an object that has the methods of the port and passes every call through a guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Never

from mkd_plugins.host.guard import Guard, in_chunks
from mkd_plugins.host.results import Promise, promises_of
from mkd_plugins.problems import PluginProblem, Unavailable


class Guarded:
    """Stands for a backend.

    ``backend`` is its table in ``mkd.toml``, ``label`` its plugin, and ``capabilities`` what it says it can do;
    ``problem`` is why it could not be made, where this only stands in for it.
    """

    def __init__(
        self,
        guard: Guard,
        capabilities: frozenset[str],
        methods: Mapping[str, Callable[..., Any]],
        problem: PluginProblem | None = None,
    ) -> None:
        self.guard = guard
        self.capabilities = capabilities
        self.problem = problem
        # On the instance, so that a call costs no look-up and no binding.
        self.__dict__.update(methods)

    @property
    def backend(self) -> str:
        return self.guard.backend

    @property
    def label(self) -> str:
        return self.guard.label

    def __repr__(self) -> str:
        return f"<{self.backend} of {self.label}>"


def guarded(backend: object, protocol: type, guard: Guard, capabilities: frozenset[str]) -> Any:
    """The backend with every method of the port guarded."""
    promises = dict(promises_of(protocol))
    extra = {
        name: Promise(allows=_anything, item=None, words="", keyed=False)
        for name in capabilities
        if _has(backend, name)
    }
    methods = {
        name: _guarded_method(guard, name, getattr(backend, name), promise)
        for name, promise in (extra | promises).items()
    }
    return Guarded(guard, capabilities, methods)


def missing_methods(backend: object, protocol: type) -> list[str]:
    """The methods of the port that the object does not have."""
    return [name for name in promises_of(protocol) if not _has(backend, name)]


def stand_in(problem: PluginProblem, protocol: type, guard: Guard) -> Any:
    """Stands for a backend that could not be made: every call raises why, as a ``Transient``.

    So what is due to that backend waits for it instead of being lost or counted as refused.
    """

    def refuse(*_: object, **__: object) -> Never:
        raise Unavailable(problem.code, problem.label, problem.line, hint=problem.hint)

    return Guarded(guard, frozenset(), dict.fromkeys(promises_of(protocol), refuse), problem)


def _has(backend: object, name: str) -> bool:
    return callable(getattr(backend, name, None))


def _anything(_: object) -> bool:
    return True


def _is_for(key: str, result: object) -> bool:
    """Whether a receipt is that of the request; what carries no key, such as a refusal to serve, is."""
    return getattr(result, "key", key) == key


def _guarded_method(guard: Guard, name: str, method: Callable[..., Any], promise: Promise) -> Callable[..., Any]:
    allows, keyed = promise.allows, promise.keyed

    def call(*arguments: Any, **named: Any) -> Any:
        request: Any = arguments[0] if arguments else next(iter(named.values()), None)
        result = guard.call(name, lambda: method(*arguments, **named), guard.deadline_for(request))
        guard.expect(name, result, allows, promise.words)
        if keyed:  # neither key is told: keys name people
            guard.expect(name, result, partial(_is_for, request.key), "one with the key that it was given")
        return result

    if promise.item is None:
        return call
    item, words = promise.item, f"items that are {promise.words}"

    def call_lazily(*arguments: Any, **named: Any) -> Iterable[Any]:
        result = call(*arguments, **named)
        if not isinstance(result, (list, tuple)):
            source = guard.call(name, lambda: iter(result), guard.deadline_for(None))
            return in_chunks(guard, name, source, item, words)
        for one in result:
            guard.expect(name, one, item, words)
        return result

    return call_lazily
