"""A preset: the settings of a province, laid beneath those of a deployment.

A preset is a TOML file with the tables ``[mkd]``, ``[port.backend]``, ``[serve]`` and ``[serve.oidc]`` of ``mkd.toml``.
``[mkd]`` lies beneath the deployment's own, key by key. Any other table counts only where the deployment has a table of
that name, be it empty: what runs stands in the deployment's file, and a preset switches nothing on. Where both write a
key the deployment's value is taken, whole, also where it is a table such as ``columns``. Who may act, and what holds of
people of whom nothing is known, is for the deployment alone to say.

A plugin brings a preset by a file ``preset.toml`` beside the module of its entry point, whose name is the preset's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.ports import Port
from mkd_core.toml import NotToml, toml_tables
from mkd_plugins.config.structure import toml_key
from mkd_plugins.problems import FILE_UNUSABLE, ConfigProblem, Fault

Tables = Mapping[str, Any]

_FILE: Final = "preset.toml"
_OF_THE_DEPLOYMENT: Final = ("roles", "holders", "assign", "defaults")
_INNER: Final = "oidc"
"""The table in ``[serve]`` that counts by itself."""


@attrs.frozen(kw_only=True)
class Preset:
    """One preset; made by :func:`find`.

    ``file``    its name in messages.
    ``mkd``     its table ``[mkd]``.
    ``tables``  its other tables by their path, such as ``schedule.table``.
    """

    file: str
    mkd: Tables
    tables: Mapping[str, Tables]


@attrs.frozen(kw_only=True)
class Laid:
    """What became of a preset beneath a deployment.

    ``file``   the preset's name in messages.
    ``taken``  the paths of the keys whose value is the preset's.
    ``off``    the tables of the preset that the deployment does not have.
    """

    file: str
    taken: frozenset[str]
    off: tuple[str, ...]

    def place(self, fault: Fault) -> Fault:
        """The same fault with the preset's file before its place, where the value came from there."""
        theirs = any(fault.path == path or fault.path.startswith((f"{path}.", f"{path}[")) for path in self.taken)
        return attrs.evolve(fault, path=f"{self.file}: {fault.path}") if theirs else fault


def find(name: str, *, folder: Path, file: str) -> Preset:
    """The preset of the plugin of that name, or the file where it ends in ``.toml``. Raises ``ConfigProblem``."""
    if name.endswith(".toml"):
        return _read(name, lambda: (folder / Path(name).expanduser()).read_text(encoding="utf-8"))
    offers = offered()
    if name not in offers:
        hint = did_you_mean(name, offers) or f'write {", ".join(offers)}, or a path that ends in ".toml"'
        raise ConfigProblem.of_faults(file, (Fault("mkd.preset", f"there is no preset {name!r}", hint),))
    shown, path = offers[name]
    return _read(shown, lambda: path.read_text(encoding="utf-8"))


def offered() -> dict[str, tuple[str, Path]]:
    """The presets of the installed plugins by their entry points: the name of each file in messages, and the file.

    The shipped ones come first, and stay where another plugin has the same name. No plugin is imported for it.
    """
    from mkd_plugins.discovery import installed

    found: dict[str, tuple[str, Path]] = {}
    for plugin in installed()[0]:
        if beside := _beside(plugin.module):
            found.setdefault(plugin.entry, beside)
    return found


def _beside(module: str) -> tuple[str, Path] | None:
    """The preset in the folder of that module, if there is one."""
    top, *parts = module.partition(":")[0].strip().split(".")
    try:
        spec = find_spec(top)  # of a name without a dot, for which nothing is imported
    except (ImportError, ValueError):
        return None
    for root in (spec.submodule_search_locations or ()) if spec is not None else ():
        for within in (parts, parts[:-1]):
            path = Path(root, *within, _FILE)
            if path.is_file():
                return "/".join([top, *within, _FILE]), path
    return None


def lay_beneath(preset: Preset, own: Tables) -> tuple[Tables, Laid]:
    """The deployment's tables with the preset beneath them, and what was taken from it."""
    made = {name: dict(table) if isinstance(table, Mapping) else table for name, table in own.items()}
    taken: set[str] = set()
    off: list[str] = []
    made["mkd"] = _beneath("mkd", preset.mkd, own.get("mkd", {}), taken)
    for path, table in preset.tables.items():
        above, _, name = path.partition(".")
        if not name:
            place, name = made, above
        else:
            found = made.get(above)
            place = found if isinstance(found, dict) else {}
        if name in place:
            place[name] = _beneath(_path(path), table, place[name], taken)
        else:
            off.append(_path(path))
    return made, Laid(file=preset.file, taken=frozenset(taken), off=tuple(off))


def _beneath(path: str, table: Tables, own: Any, taken: set[str]) -> Any:
    if not isinstance(own, Mapping):
        return own  # whoever reads the table says what is wrong with it
    below = {key: value for key, value in table.items() if key not in own}
    taken.update(f"{path}.{toml_key(key)}" for key in below)
    return {**below, **own}


def _path(path: str) -> str:
    above, _, name = path.partition(".")
    return f"{above}.{toml_key(name)}" if name else above


def _read(file: str, source: Callable[[], str]) -> Preset:
    try:
        text = source()
    except (OSError, ValueError, RuntimeError) as error:  # the latter: a name that no file can have, nobody's home
        said = getattr(error, "strerror", None) or str(error)
        raise ConfigProblem(FILE_UNUSABLE, file, f"cannot be read: {said}", hint="see preset in [mkd]") from error
    try:
        tables = toml_tables(text)
    except NotToml as error:
        raise ConfigProblem(FILE_UNUSABLE, file, f"is not TOML: {error}") from error
    faults = list(_faults(tables))
    if faults:
        raise ConfigProblem.of_faults(file, tuple(faults))
    flat = {f"{port}.{name}": table for port in tables if port in set(Port) for name, table in tables[port].items()}
    served = dict(tables.get("serve", {}))
    inner = served.pop(_INNER, None)
    flat |= {"serve": served} if served else {}
    flat |= {f"serve.{_INNER}": inner} if inner is not None else {}
    return Preset(file=file, mkd=tables.get("mkd", {}), tables=flat)


def _faults(tables: Tables) -> Iterator[Fault]:
    for name, table in tables.items():
        if name in _OF_THE_DEPLOYMENT:
            yield Fault(name, "stands in no preset", "the deployment says it in its own mkd.toml")
        elif name not in ("mkd", "serve", *Port):
            yield Fault(toml_key(name), "is not known here", did_you_mean(name, ["mkd", "serve", *Port]))
        elif not isinstance(table, Mapping):
            yield Fault(name, "must be a table")
        elif name in set(Port):
            hint = f"settings stand in a table of the backend: [{name}.NAME]"
            for backend, settings in table.items():
                if not isinstance(settings, Mapping):
                    yield Fault(f"{name}.{toml_key(backend)}", "must be the table of a backend", hint)
        elif name == "serve" and not isinstance(table.get(_INNER, {}), Mapping):
            yield Fault(f"serve.{_INNER}", "must be a table")
        elif name == "serve" and "hosts" in table:
            yield Fault("serve.hosts", "stands in no preset", "the deployment says it in its own mkd.toml")
        elif name == "mkd" and "preset" in table:
            yield Fault("mkd.preset", "stands in no preset", "a preset rests on no other")
