"""Where pay schemes are found: by id among the packs that ship and those of plugins, or in a file or folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from mkd_core.allowance import Scheme, SchemeHistory
from mkd_core.errors import PolicyError, did_you_mean

if TYPE_CHECKING:
    from mkd_plugins.provider import RulePack


def load_scheme(id_or_path: str | Path, on: date, *, packs: Iterable[RulePack] = ()) -> Scheme:
    """The version of a scheme that is in force on that date.

    Raises ``PolicyError`` for an unknown id, a file that cannot be used, and a date on which no version is in force.
    """
    return scheme_history(id_or_path, packs=packs).on(on)


def scheme_history(id_or_path: str | Path, *, packs: Iterable[RulePack] = ()) -> SchemeHistory:
    """All versions of a scheme: those under an id, those of a folder, or the one of a file.

    ``packs`` are those of plugins, found by their id before the shipped ones. Raises ``PolicyError``.
    """
    if isinstance(id_or_path, Path) or id_or_path.endswith(".toml") or "/" in id_or_path or "\\" in id_or_path:
        path = Path(id_or_path)
        texts = _scheme_texts(path) if path.is_dir() else {path.name: _read(path)}
        if not texts:
            raise PolicyError("MKD386", "no scheme file is in this folder", where=str(path))
        return _history(texts)
    folders = {**_shipped(), **{pack.id: pack.folder for pack in packs}}
    texts = _scheme_texts(folders[id_or_path]) if id_or_path in folders else {}
    if not texts:
        known = [name for name, folder in folders.items() if _scheme_texts(folder)]
        raise PolicyError("MKD386", f"no scheme is called {id_or_path!r}", mend=did_you_mean(id_or_path, known))
    return _history(texts)


def shipped_ids() -> tuple[str, ...]:
    """The ids of the schemes that ship."""
    return tuple(sorted(name for name, folder in _shipped().items() if _scheme_texts(folder)))


def _history(texts: dict[str, str]) -> SchemeHistory:
    return SchemeHistory(Scheme.from_toml(text, file=name) for name, text in texts.items())


def _shipped() -> dict[str, Traversable | Path]:
    return {folder.name: folder for folder in files("mkd_plugins").joinpath("packs").iterdir() if folder.is_dir()}


def _scheme_texts(folder: Traversable | Path) -> dict[str, str]:
    """The scheme files of a folder by name; packs hold policies and worked cases too."""
    names = [file for file in folder.iterdir() if file.name.endswith(".toml") and not file.name.endswith(".cases.toml")]
    texts = {file.name: _read(file) for file in sorted(names, key=lambda file: file.name)}
    return {name: text for name, text in texts.items() if re.search(r"^\s*\[scheme\]", text, re.MULTILINE)}


def _read(file: Traversable | Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "the system did not say why"
        raise PolicyError("MKD387", f"cannot be read: {reason}", where=str(file), mend="check the path") from None
    except UnicodeDecodeError:
        raise PolicyError("MKD387", "cannot be read: not UTF-8", where=str(file), mend="save it as UTF-8") from None
