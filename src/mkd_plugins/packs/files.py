"""The files of rule packs: where the shipped ones lie, and which files of a folder hold what."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from mkd_core.errors import PolicyError

Folder = Traversable | Path
Table = Literal["policy", "scheme"]
"""The table whose heading says what a file is."""


def shipped_folders(table: Table) -> dict[str, Folder]:
    """The folders of shipped packs that hold such a file, by their id."""
    folders = files("mkd_plugins").joinpath("packs").iterdir()
    return {folder.name: folder for folder in sorted(folders, key=lambda each: each.name) if _holds(folder, table)}


def shipped_folder(id: str, table: Table) -> Folder | None:
    """The folder of a shipped pack that holds such a file; the others are not looked into."""
    folder = files("mkd_plugins").joinpath("packs", id)
    return folder if re.fullmatch(r"[a-z0-9-]+", id) and _holds(folder, table) else None


def is_path(id_or_path: str | Path) -> bool:
    """Whether somebody means a file or folder rather than an id."""
    return isinstance(id_or_path, Path) or id_or_path.endswith(".toml") or bool(re.search(r"[/\\]", id_or_path))


def texts_in(folder: Folder, table: Table) -> dict[str, str]:
    """The texts of a folder's files with that table, by name; worked cases are left out. Raises ``PolicyError``."""
    names = [file for file in folder.iterdir() if file.name.endswith(".toml") and not file.name.endswith(".cases.toml")]
    texts = {file.name: read_text(file) for file in sorted(names, key=lambda file: file.name)}
    return {name: text for name, text in texts.items() if re.search(rf"^\s*\[{table}\]", text, re.MULTILINE)}


def read_text(file: Folder) -> str:
    """The text of a file, without the mark that some editors begin it with; raises ``PolicyError``."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or "the system did not say why"
        raise PolicyError("MKD326", f"cannot be read: {reason}", where=str(file), mend="check the path") from None
    except UnicodeDecodeError:
        raise PolicyError("MKD326", "cannot be read: not UTF-8", where=str(file), mend="save it as UTF-8") from None


def _holds(folder: Folder, table: Table) -> bool:
    return folder.is_dir() and bool(texts_in(folder, table))
