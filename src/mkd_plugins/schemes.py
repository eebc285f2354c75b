"""Where pay schemes are found: by id among the packs that ship, or in a file."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mkd_core.allowance import Scheme, SchemeHistory
from mkd_core.errors import PolicyError, did_you_mean


def load_scheme(id_or_path: str | Path, *, on: date) -> Scheme:
    """The version of a scheme that is in force on that date; a path is one file with one version.

    Raises ``PolicyError`` for an unknown scheme, a file that cannot be used, and a date without a version.
    """
    return scheme_history(id_or_path).on(on)


def scheme_history(id_or_path: str | Path) -> SchemeHistory:
    """All versions of a scheme: those that ship under an id, or the one of a file.

    Raises ``PolicyError`` for an unknown scheme and a file that cannot be used.
    """
    if isinstance(id_or_path, Path) or id_or_path.endswith(".toml"):
        return SchemeHistory([_read(Path(id_or_path))])
    shipped = _shipped()
    if id_or_path not in shipped:
        raise PolicyError("MKD386", f"no scheme is called {id_or_path!r}", mend=did_you_mean(id_or_path, shipped))
    return SchemeHistory(map(_read, shipped[id_or_path]))


def _shipped() -> dict[str, list[Traversable]]:
    """The scheme files of every pack that has some; a pack's folder bears its id."""
    found = {
        pack.name: sorted(filter(_is_scheme, pack.iterdir()), key=lambda file: file.name)
        for pack in files("mkd_plugins").joinpath("packs").iterdir()
        if pack.is_dir()
    }
    return {name: schemes for name, schemes in found.items() if schemes}


def _is_scheme(file: Traversable) -> bool:
    """Packs hold policies and worked cases too; a scheme is told by its head."""
    if not file.name.endswith(".toml") or file.name.endswith(".cases.toml"):
        return False
    return "[scheme]" in file.read_text(encoding="utf-8").splitlines()


def _read(file: Traversable) -> Scheme:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError("MKD387", f"cannot be read: {error}", where=str(file)) from None
    return Scheme.from_toml(text, file=file.name)
