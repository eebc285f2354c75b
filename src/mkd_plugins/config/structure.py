"""TOML tables into attrs classes: nothing is guessed, and every fault is reported with its place.

A value must have the type that the class says: no text that happens to be a number, no yes-or-no for a number, no
list of letters. Unknown keys are refused. Converted are only a whole number where a decimal is asked, text where a
path, a decimal or a choice is asked, and ``{ env = "NAME" }`` or ``{ file = "path" }`` where a secret is asked.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter
from cattrs.errors import StructureHandlerNotFoundError

from mkd_core.errors import MkdError, did_you_mean
from mkd_plugins.problems import Fault, SecretFault
from mkd_plugins.secret import Secret

C = TypeVar("C")

_LISTS: tuple[tuple[type, Callable[[list[Any]], Any]], ...] = (
    (tuple, tuple),
    (frozenset, frozenset),
    (set, set),
    (AbstractSet, frozenset),
    (list, list),
    (Sequence, tuple),
)


class Faults(Exception):
    """Everything that is wrong with a value, with paths relative to it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


class Structurer:
    """Makes values of one configuration file; ``folder`` is where its relative paths start.

    ``secrets`` collects the texts of the secrets that were read, so that messages of a plugin can be cleared of them.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = environ
        self.secrets: set[str] = set()
        self._converter = self._rules(Converter(detailed_validation=False))

    def structure(self, table: object, cls: type[C]) -> C:
        """The table as a value of the class; raises :class:`Faults` with all that is wrong."""
        value: C = self._value(table, cls)
        return value

    def _rules(self, converter: Converter) -> Converter:
        # The later rule wins, so the general ones come first.
        converter.register_structure_hook_func(_is_list_type, self._list)
        converter.register_structure_hook_func(_is_dict_type, self._dict)
        converter.register_structure_hook_func(_is_tuple_of_fixed_length, self._fixed_tuple)
        converter.register_structure_hook_func(_is_open_union, self._union)
        converter.register_structure_hook_func(_is_literal, _literal)
        converter.register_structure_hook_func(_is_attrs, self._attrs)
        for cls in (bool, str, date, datetime, time):
            converter.register_structure_hook(cls, _exactly(cls))
        converter.register_structure_hook(int, _whole)
        converter.register_structure_hook(float, _number)
        converter.register_structure_hook(Decimal, _decimal)
        converter.register_structure_hook(Path, lambda value, _: self._path(value))
        converter.register_structure_hook(Secret, lambda value, _: self._secret(value))
        return converter

    def _value(self, value: object, cls: Any) -> Any:
        if cls is Any or cls is object:
            return value
        if isinstance(cls, type) and issubclass(cls, Enum):  # cattrs 23 has its own idea of these, not to be replaced
            return _enum(value, cls)
        try:
            return self._converter.structure(value, cls)
        except StructureHandlerNotFoundError:
            raise Faults(Fault("", f"the plugin asks for a {_name(cls)}, which no TOML value becomes")) from None

    def _attrs(self, table: object, cls: Any) -> Any:
        if not isinstance(table, Mapping):
            raise Faults(Fault("", f"must be a table, not {_shown(table)}"))
        hints = get_type_hints(cls, include_extras=True)
        fields = {_key(field): field for field in attrs.fields(get_origin(cls) or cls) if field.init}
        faults = [
            Fault(key, "is not known here", did_you_mean(key, fields.keys())) for key in table if key not in fields
        ]
        values: dict[str, Any] = {}
        for key, field in fields.items():
            if key in table:
                try:
                    values[key] = self._value(table[key], hints.get(field.name, field.type or Any))
                except Faults as wrong:
                    faults += [fault.under(key) for fault in wrong.faults]
            elif field.default is attrs.NOTHING:
                faults.append(Fault(key, "is missing"))
        faults += _refused_by_validators(fields, values)
        if faults:
            raise Faults(*faults)
        try:
            return cls(**values)
        except MkdError as error:
            raise Faults(Fault("", error.message, error.mend)) from error
        except Exception as error:  # the class is the plugin's, and so is what its checks raise
            raise Faults(Fault("", _said(error))) from error

    def _list(self, value: object, cls: Any) -> Any:
        if not isinstance(value, list):
            raise Faults(Fault("", f"must be a list, not {_shown(value)}"))
        item = next(iter(get_args(cls)), Any)
        return _make_list(cls)(self._items(value, [item] * len(value)))

    def _fixed_tuple(self, value: object, cls: Any) -> tuple[Any, ...]:
        items = get_args(cls)
        if not isinstance(value, list) or len(value) != len(items):
            raise Faults(Fault("", f"must be a list of {len(items)} values, not {_shown(value)}"))
        return tuple(self._items(value, items))

    def _items(self, values: Sequence[object], item_types: Sequence[Any]) -> list[Any]:
        made: list[Any] = []
        faults: list[Fault] = []
        for index, (value, item) in enumerate(zip(values, item_types, strict=True)):
            try:
                made.append(self._value(value, item))
            except Faults as wrong:
                faults += [fault.under(f"[{index}]") for fault in wrong.faults]
        if faults:
            raise Faults(*faults)
        return made

    def _dict(self, value: object, cls: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise Faults(Fault("", f"must be a table, not {_shown(value)}"))
        key_type, value_type = get_args(cls) or (Any, Any)
        made: dict[Any, Any] = {}
        faults: list[Fault] = []
        for key, item in value.items():
            try:
                made[self._value(key, key_type)] = self._value(item, value_type)
            except Faults as wrong:
                faults += [fault.under(toml_key(key)) for fault in wrong.faults]
        if faults:
            raise Faults(*faults)
        return made

    def _union(self, value: object, cls: Any) -> Any:
        for member in get_args(cls):
            try:
                return None if member is type(None) and value is None else self._value(value, member)
            except Faults:
                continue
        names = " or ".join(_name(member) for member in get_args(cls) if member is not type(None))
        raise Faults(Fault("", f"must be {names}, not {_shown(value)}"))

    def _path(self, value: object) -> Path:
        if not isinstance(value, str) or not value:
            raise Faults(Fault("", f"must be a path as text, not {_shown(value)}"))
        return self.folder / Path(value).expanduser()

    def _secret(self, value: object) -> Secret:
        form = 'write { env = "NAME" } or { file = "path" }'
        if not isinstance(value, Mapping):
            raise Faults(Fault("", "must not stand in this file", form))
        if len(value) != 1 or not set(value) <= {"env", "file"}:
            raise Faults(Fault("", "must say one place, env or file", form))
        [(place, name)] = value.items()
        if not isinstance(name, str) or not name:
            raise Faults(Fault(place, f"must be text, not {_shown(name)}", form))
        text = self._from_environment(name) if place == "env" else self._from_file(name)
        self.secrets.add(text)
        return Secret(text)

    def _from_environment(self, name: str) -> str:
        text = self.environ.get(name, "")
        if not text:
            state = "empty" if name in self.environ else "not set"
            raise Faults(SecretFault("", f"the environment variable {name} is {state}", f"set {name}"))
        return text

    def _from_file(self, name: str) -> str:
        path = self._path(name)
        try:
            text = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Faults(SecretFault("", f"the secret file {name} cannot be read: {_said(error)}")) from error
        if not text:
            raise Faults(SecretFault("", f"the secret file {name} is empty", "write the secret into it"))
        return text


def toml_key(key: str) -> str:
    """The key as it is written in TOML: quoted where it has to be.

    >>> toml_key("applicant.rating"), toml_key("host")
    ('"applicant.rating"', 'host')
    """
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else f'"{key}"'


def _refused_by_validators(fields: Mapping[str, Any], values: Mapping[str, Any]) -> list[Fault]:
    """What the class's own validators say of each value, all of them rather than the first.

    attrs stops at the first validator that raises. Each is asked here with a stand-in that has the values read so
    far; an ``AttributeError`` means that it looked at something else, and then the class itself will say it.
    """
    faults = []
    stand_in = types.SimpleNamespace(**{field.name: values[key] for key, field in fields.items() if key in values})
    for key, field in fields.items():
        if key not in values or field.validator is None or field.converter is not None:
            continue
        try:
            field.validator(stand_in, field, values[key])
        except AttributeError:
            continue
        except MkdError as error:
            faults.append(Fault(key, error.message, error.mend))
        except Exception as error:  # the validator is the plugin's, and so is what it raises
            faults.append(Fault(key, _said(error)))
    return faults


def _exactly(cls: type) -> Callable[[object, Any], Any]:
    def structure(value: object, _: Any) -> Any:
        if type(value) is not cls:
            raise Faults(Fault("", f"must be {_name(cls)}, not {_shown(value)}"))
        return value

    return structure


def _whole(value: object, _: Any) -> int:
    if type(value) is not int:
        raise Faults(Fault("", f"must be a whole number, not {_shown(value)}"))
    return value


def _number(value: object, _: Any) -> float:
    if type(value) not in (int, float):
        raise Faults(Fault("", f"must be a number, not {_shown(value)}"))
    return float(value)  # type: ignore[arg-type]


def _decimal(value: object, _: Any) -> Decimal:
    try:
        if type(value) in (int, str):
            return Decimal(value)  # type: ignore[arg-type]
    except InvalidOperation:
        pass
    raise Faults(Fault("", f'must be a decimal in quotes such as "0.05", not {_shown(value)}'))


def _literal(value: object, cls: Any) -> Any:
    for choice in get_args(cls):
        if type(choice) is type(value) and choice == value:
            return choice
    raise Faults(_no_choice(value, [str(choice) for choice in get_args(cls)]))


def _enum(value: object, cls: type[Enum]) -> Enum:
    for member in cls:
        if type(member.value) is type(value) and member.value == value:
            return member
    raise Faults(_no_choice(value, [str(member.value) for member in cls]))


def _no_choice(value: object, choices: list[str]) -> Fault:
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    hint = "" if near.startswith("known:") else near  # they are named already
    return Fault("", f"must be one of {', '.join(choices)}, not {_shown(value)}", hint)


def _is_attrs(cls: Any) -> bool:
    return attrs.has(get_origin(cls) or cls)


def _is_list_type(cls: Any) -> bool:
    return any((get_origin(cls) or cls) is known for known, _ in _LISTS)


def _make_list(cls: Any) -> Callable[[list[Any]], Any]:
    return next(make for known, make in _LISTS if (get_origin(cls) or cls) is known)


def _is_tuple_of_fixed_length(cls: Any) -> bool:
    return get_origin(cls) is tuple and get_args(cls)[-1:] != (...,)


def _is_literal(cls: Any) -> bool:
    return bool(get_origin(cls) is Literal)


def _is_dict_type(cls: Any) -> bool:
    return (get_origin(cls) or cls) in (dict, Mapping)


def _is_open_union(cls: Any) -> bool:
    """A choice of several types; one type or nothing is cattrs's own business."""
    return get_origin(cls) in (Union, types.UnionType) and len(set(get_args(cls)) - {type(None)}) > 1


def _key(field: Any) -> str:
    return str(field.alias or field.name)


_NAMES: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    date: "a date",
    datetime: "a date with time",
    time: "a time",
    list: "a list",
    dict: "a table",
}


def _name(cls: Any) -> str:
    return _NAMES.get(cls) or getattr(cls, "__name__", None) or str(cls)


def _shown(value: object) -> str:
    """What stands there, by its kind alone: the value may be a secret put in the wrong place."""
    return _NAMES.get(type(value), type(value).__name__)


def _said(error: BaseException) -> str:
    """The first argument of the error where it is text (attrs adds the whole attribute), or its kind."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) and said else type(error).__name__
