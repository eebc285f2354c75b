"""``mkd demo``: the whole journey on real input, told as a story.

It runs what a deployment runs: ``mkd.toml``, the shipped plugins by their entry points, a journal on disk, a mail
server on loopback. The people are synthetic; the dates are those of the first weeks of MKD in 2023.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from mkd_core.errors import InvalidInput
from mkd_plugins.demo import agreeing, beginning, ending, systems, working
from mkd_plugins.demo.stage import Stage, need_extras
from mkd_plugins.demo.telling import Teller

_CHAPTERS: tuple[tuple[str, Callable[[Stage, Teller], dict[str, object]]], ...] = (
    ("host", beginning.host),
    ("decisions", beginning.decisions),
    ("approval", agreeing.approval),
    ("plans", working.plans),
    ("month", working.month),
    ("notices", ending.notices),
    ("journal", ending.journal),
)


def run(
    out: TextIO,
    *,
    language: str = "en",
    as_json: bool = False,
    keep: Path | None = None,
    province: bool = False,
) -> None:
    """Tell the story on ``out``, or with ``as_json`` only a summary at the end.

    ``keep`` is a folder, new or empty, that keeps the files; without it they are removed. With ``province`` the people
    come from the simulated systems of West Java, and a chapter before the others tells how. Raises ``MkdError`` when a
    part of the journey does not go as it must.
    """
    need_extras("demo", *(["jabar"] if province else []))
    folder = keep or Path(tempfile.mkdtemp(prefix="mkd-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise InvalidInput("MKD291", f"{folder} is not empty", mend="name a new or empty folder")
    teller = Teller(out, language, silent=as_json)
    try:
        summary = _over_the_systems(folder, teller) if province else _over_tables(folder, teller)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        out.write(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    elif keep:
        teller.say("The files are in {folder}.", "Berkasnya ada di {folder}.", folder=keep)


def _over_tables(folder: Path, teller: Teller) -> dict[str, object]:
    with Stage.open(folder) as stage:
        return _told(stage, teller)


def _over_the_systems(folder: Path, teller: Teller) -> dict[str, object]:
    with systems.staged(folder) as (stage, read):
        return {"systems": systems.systems(stage, teller, read), **_told(stage, teller)}


def _told(stage: Stage, teller: Teller) -> dict[str, object]:
    return {name: chapter(stage, teller) for name, chapter in _CHAPTERS}
