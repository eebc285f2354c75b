"""Where policies are found: by id among the packs that ship and those of plugins, or in a file or folder."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import Vocabulary
from mkd_core.policy import VOCABULARY, History, Policy
from mkd_plugins.calendar.seasons import seasons_between

if TYPE_CHECKING:
    from mkd_plugins.provider import RulePack


def load_policy(
    id_or_path: str | Path,
    on: date,
    *,
    seasons: Collection[str] | None = None,
    layer: Literal["base"] | None = None,
    packs: Iterable[RulePack] = (),
    vocabulary: Vocabulary = VOCABULARY,
) -> Policy:
    """The policy of that date with its parameters; ``seasons`` come from the shipped calendar when left out.

    ``layer="base"`` looks past decrees. Raises ``PolicyError`` for an unknown id, a file that cannot be used, and a
    date on which no version is in force.
    """
    history = policy_history(id_or_path, packs=packs, vocabulary=vocabulary)
    found = [season.name for season in seasons_between(on, on)] if seasons is None else seasons
    return history.on(on, found, layer=layer)


def policy_history(
    id_or_path: str | Path, *, packs: Iterable[RulePack] = (), vocabulary: Vocabulary = VOCABULARY
) -> History:
    """All versions of a policy: those under an id, those of a folder, or the one of a file.

    The file of a decree brings the base versions that lie beside it. ``packs`` are those of plugins, found by their id
    before the shipped ones. Raises ``PolicyError``.
    """
    if isinstance(id_or_path, Path) or id_or_path.endswith(".toml") or "/" in id_or_path or "\\" in id_or_path:
        return _of_path(Path(id_or_path), vocabulary)
    return History.from_texts(_policy_texts(policy_folder(id_or_path, packs=packs)), vocabulary=vocabulary)


def policy_folder(id: str, *, packs: Iterable[RulePack] = ()) -> Traversable | Path:
    """The folder of the pack with that policy. Raises ``PolicyError`` for an unknown id."""
    folders = {**shipped_folders(), **{pack.id: pack.folder for pack in packs}}
    if id not in folders:
        raise PolicyError("MKD325", f"no policy is called {id!r}", mend=did_you_mean(id, folders))
    return folders[id]


def shipped_ids() -> tuple[str, ...]:
    """The ids of the policies that ship."""
    return tuple(sorted(shipped_folders()))


def shipped_folders() -> dict[str, Traversable | Path]:
    """The folders of the policies that ship, by id: every folder of a pack that holds a policy file."""
    folders = [folder for folder in files("mkd_plugins").joinpath("packs").iterdir() if folder.is_dir()]
    return {folder.name: folder for folder in folders if _policy_texts(folder)}


def _of_path(path: Path, vocabulary: Vocabulary) -> History:
    if path.is_dir():
        texts = _policy_texts(path)
        if not texts:
            raise PolicyError("MKD325", "no policy file is in this folder", where=str(path))
        return History.from_texts(texts, vocabulary=vocabulary)
    from mkd_core.policy.document import read_document

    document = read_document(_read(path), file=path.name)
    if document.layer == "base":
        return History([document], vocabulary=vocabulary)
    beside = [read_document(text, file=name) for name, text in _policy_texts(path.parent).items() if name != path.name]
    bases = [each for each in beside if each.layer == "base" and each.id == document.id]
    return History([*bases, document], vocabulary=vocabulary)


def _policy_texts(folder: Traversable | Path) -> dict[str, str]:
    """The policy files of a folder by name; packs hold worked cases and schemes too."""
    names = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml") and not file.name.endswith(".cases.toml")),
        key=lambda file: file.name,
    )
    texts = {file.name: _read(file) for file in names}
    return {name: text for name, text in texts.items() if re.search(r"^\s*\[policy\]", text, re.MULTILINE)}


def _read(file: Traversable | Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "the system did not say why"
        raise PolicyError("MKD326", f"cannot be read: {reason}", where=str(file), mend="check the path") from None
    except UnicodeDecodeError:
        raise PolicyError("MKD326", "cannot be read: not UTF-8", where=str(file), mend="save it as UTF-8") from None
