"""Where pay schemes are found: by id among the packs that ship and those of plugins, or in a file or folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mkd_core.allowance import Scheme, SchemeHistory
from mkd_core.errors import PolicyError, did_you_mean
from mkd_plugins.packs.files import Folder, is_path, read_text, shipped_folders, texts_in

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
    if is_path(id_or_path):
        path = Path(id_or_path)
        texts = texts_in(path, "scheme") if path.is_dir() else {path.name: read_text(path)}
        if not texts:
            raise PolicyError("MKD386", "no scheme file is in this folder", where=str(path))
        return _history(texts)
    name = str(id_or_path)
    folders = scheme_folders(packs=packs)
    if name not in folders:
        raise PolicyError("MKD386", f"no scheme is called {name!r}", mend=did_you_mean(name, folders))
    return _history(texts_in(folders[name], "scheme"))


def scheme_folders(*, packs: Iterable[RulePack] = ()) -> dict[str, Folder]:
    """The folders that hold a scheme, by id: those that ship, and those of plugins before them."""
    own = {pack.id: pack.folder for pack in packs if texts_in(pack.folder, "scheme")}
    return {**shipped_folders("scheme"), **own}


def shipped_ids() -> tuple[str, ...]:
    """The ids of the schemes that ship."""
    return tuple(shipped_folders("scheme"))


def _history(texts: dict[str, str]) -> SchemeHistory:
    return SchemeHistory(Scheme.from_toml(text, file=name) for name, text in texts.items())
