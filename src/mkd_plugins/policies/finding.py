"""Where policies are found: by id among the packs that ship and those of plugins, or in a file or folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import Vocabulary
from mkd_core.policy import VOCABULARY, History, Policy
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.packs.files import Folder, is_path, read_text, shipped_folder, shipped_folders, texts_in

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
    return history.on(on, seasons_on(on) if seasons is None else seasons, layer=layer)


def policy_history(
    id_or_path: str | Path, *, packs: Iterable[RulePack] = (), vocabulary: Vocabulary = VOCABULARY
) -> History:
    """All versions of a policy: those under an id, those of a folder, or the one of a file.

    The file of a decree brings the base versions that lie beside it. ``packs`` are those of plugins, found by their id
    before the shipped ones. Raises ``PolicyError``.
    """
    if is_path(id_or_path):
        return _of_path(Path(id_or_path), vocabulary)
    return History.from_texts(texts_in(policy_folder(str(id_or_path), packs=packs), "policy"), vocabulary=vocabulary)


def policy_folder(id: str, *, packs: Iterable[RulePack] = ()) -> Folder:
    """The folder of the pack with that policy. Raises ``PolicyError`` for an unknown id."""
    own = {pack.id: pack.folder for pack in packs}
    folder = own.get(id) or shipped_folder(id, "policy")
    if folder is None:
        known = {**shipped_folders("policy"), **own}
        here = f"write {id}/ for the folder that is here" if id and Path(id).is_dir() else ""
        raise PolicyError("MKD325", f"no policy is called {id!r}", mend=here or did_you_mean(id, known))
    return folder


def today(history: History, at: datetime) -> date:
    """The day of that moment in the zone of the newest version: a server may keep the time of another one.

    Raises ``PolicyError`` (MKD347) for a zone that is none.
    """
    zone = history.bases[-1].zone
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise PolicyError(
            "MKD347", f"no time zone is called {zone}", where="policy, zone", mend="as in Asia/Jakarta, or name the day"
        ) from None


def shipped_ids() -> tuple[str, ...]:
    """The ids of the policies that ship."""
    return tuple(shipped_folders("policy"))


def _of_path(path: Path, vocabulary: Vocabulary) -> History:
    if path.is_dir():
        texts = texts_in(path, "policy")
        if not texts:
            raise PolicyError("MKD325", "no policy file is in this folder", where=str(path))
        return History.from_texts(texts, vocabulary=vocabulary)
    from mkd_core.policy.document import read_document

    document = read_document(read_text(path), file=path.name, vocabulary=vocabulary)
    if document.layer == "base":
        return History([document], vocabulary=vocabulary)
    others = {name: text for name, text in texts_in(path.parent, "policy").items() if name != path.name}
    beside = [read_document(text, file=name, vocabulary=vocabulary) for name, text in others.items()]
    bases = [each for each in beside if each.layer == "base" and each.id == document.id]
    return History([*bases, document], vocabulary=vocabulary)
