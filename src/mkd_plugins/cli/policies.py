"""Which policy a name on the command line means."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import click

from mkd_core.errors import PolicyError
from mkd_core.policy import History, Policy, PolicyProblems
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.cli.session import Session
from mkd_plugins.packs.files import is_path
from mkd_plugins.policies import policy_folder, policy_history, shipped_ids, today
from mkd_plugins.words import say

_UNKNOWN = "MKD325"
_UNKNOWN_NAME = "MKD311"


def found_history(session: Session, name: str) -> History:
    """The policy of that id or path; plugins are loaded only for an id that does not ship, or a fact unknown here."""
    try:
        return policy_history(name)
    except PolicyError as error:
        problems = error.problems if isinstance(error, PolicyProblems) else (error,)
        if session.no_plugins or not {_UNKNOWN, _UNKNOWN_NAME} & {problem.code for problem in problems}:
            raise
    with session.host() as host:
        return policy_history(name, packs=host.packs, vocabulary=host.vocabulary)


def found_folder(session: Session, name: str) -> Traversable | Path:
    """The folder in which that policy and its worked cases are."""
    if is_path(name):
        path = Path(name)
        return path if path.is_dir() else path.parent
    try:
        return policy_folder(name)
    except PolicyError as error:
        if error.code != _UNKNOWN or session.no_plugins:
            raise
    with session.host() as host:
        return policy_folder(name, packs=host.packs)


def today_of(history: History, at: datetime, language: str) -> date:
    """The day of that moment where the policy holds, said on stderr. Raises ``PolicyError`` (MKD347)."""
    day = today(history, at)
    click.echo(say("deciding_today", language, on=day), err=True)
    return day


def found_version(session: Session, name: str, *, on: date | None) -> Policy:
    """The version of that day; the newest of the base when nobody says a day."""
    return chosen_version(found_history(session, name), on=on)


def chosen_version(history: History, *, on: date | None, layer: Literal["base"] | None = None) -> Policy:
    """The version of that day with its seasons; the newest of the base when nobody says a day."""
    if on is None:
        return history.bases[-1]
    return history.on(on, seasons_on(on), layer=layer)


def installed(session: Session) -> dict[str, History]:
    """Every installed policy by its id: those that ship, and those of plugins."""
    with session.host() as host:
        names = sorted({*shipped_ids(), *(pack.id for pack in host.packs)})
        return {name: policy_history(name, packs=host.packs, vocabulary=host.vocabulary) for name in names}
