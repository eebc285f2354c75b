"""What a port's methods may return, read from the Protocols themselves."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

Check = Callable[[object], bool]


@attrs.frozen(kw_only=True)
class Promise:
    """What one method promises to return.

    ``allows``  whether a result keeps the promise; of an iterator only that it is one.
    ``item``    where the result is iterated lazily, whether one of its items keeps it; else None.
    ``words``   the promise in words, for a message.
    ``keyed``   whether a receipt carries the key of the request that it is for.
    """

    allows: Check
    item: Check | None
    words: str
    keyed: bool


@cache
def promises_of(protocol: type) -> Mapping[str, Promise]:
    """The public methods of a port and what each promises."""
    return {
        name: _promise(get_type_hints(member))
        for name, member in vars(protocol).items()
        if not name.startswith("_") and isinstance(member, types.FunctionType)
    }


def _promise(hints: Mapping[str, Any]) -> Promise:
    """``hints`` are those of the parameters, in their order, and last that of the result."""
    *asked, answer = hints.values()
    words = _words(answer)
    if get_origin(answer) in (Iterator, Iterable):
        item = _check(get_args(answer)[0])
        return Promise(
            allows=lambda value: isinstance(value, Iterable) and not _is_text(value),
            item=item,
            words=words,
            keyed=False,
        )
    keyed = any(map(_has_key, asked[:1])) and any(map(_has_key, get_args(answer) or (answer,)))
    return Promise(allows=_check(answer), item=None, words=words, keyed=keyed)


def _has_key(kind: Any) -> bool:
    return attrs.has(kind) and any(field.name == "key" for field in attrs.fields(kind))


def _check(answer: Any) -> Check:
    origin, arguments = get_origin(answer), get_args(answer)
    if answer is None or answer is type(None):
        return lambda value: value is None
    if origin in (Union, types.UnionType):
        members = [_check(member) for member in arguments]
        return lambda value: any(member(value) for member in members)
    if origin is tuple and arguments[-1:] == (...,):
        return _sequence((tuple,), _check(arguments[0]))
    if origin is tuple:
        parts = [_check(part) for part in arguments]
        return lambda value: (
            isinstance(value, tuple)
            and len(value) == len(parts)
            and all(part(item) for part, item in zip(parts, value, strict=True))
        )
    if origin is Sequence:
        return _sequence((list, tuple), _check(arguments[0]))
    if answer is int:
        return lambda value: type(value) is int
    kind = origin or answer
    return lambda value: isinstance(value, kind)


def _sequence(kinds: tuple[type[Sequence[object]], ...], item: Check) -> Check:
    def check(value: object) -> bool:
        return isinstance(value, kinds) and all(map(item, value))

    return check


def _is_text(value: object) -> bool:
    return isinstance(value, (str, bytes))


def _words(answer: Any) -> str:
    if get_origin(answer) in (Union, types.UnionType):
        return " or ".join(_words(member) for member in get_args(answer))
    if answer is type(None):
        return "nothing"
    name = str(getattr(answer, "__name__", answer))
    inner = [part for part in get_args(answer) if part is not ...]
    return f"{name} of {', '.join(map(_words, inner))}" if inner else name
