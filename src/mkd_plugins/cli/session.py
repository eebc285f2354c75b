"""One run of the command: which deployment, in which language, and who acts with whose permission."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from mkd_core.errors import InvalidInput, MkdError, NotAllowed, NotFound
from mkd_core.people import Employee, Employment, ServiceNumber
from mkd_core.usecases.context import Default
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.reach import not_a_part, not_yours
from mkd_plugins.cli import output
from mkd_plugins.cli.options import now
from mkd_plugins.cli.stdout import for_answers_alone, stdout
from mkd_plugins.cli.telling import complain
from mkd_plugins.config import READERS
from mkd_plugins.words import say

if TYPE_CHECKING:
    from mkd_core.ports import Journal
    from mkd_plugins.config import Config, Roles
    from mkd_plugins.deployment import Deployment
    from mkd_plugins.host import Host

_NUMBER = re.compile(r"[\d ]{9,}")
OVERSEERS = READERS | {"operator"}
"""The roles that may have everybody decided; they see keys."""
_NOW = timedelta(minutes=5)
"""How far from now a moment may lie that somebody says."""


@frozen(kw_only=True)
class Session:
    """What was said before the command. ``language`` None is the deployment's own."""

    config: str
    language: str | None = None
    no_plugins: bool = False

    @contextmanager
    def open(self) -> Iterator[Desk]:
        """The deployment, for a user whom mkd.toml names; what its plugins had trouble with is said at the end."""
        from mkd_plugins.deployment import start

        with for_answers_alone(), start(self.config, no_plugins=self.no_plugins) as mkd:
            try:
                who = actor()
                unit = mkd.host.config.roles.grant(who).unit
                seen = mkd if unit is None else mkd.within(unit, on=now().date())
                desk = Desk(mkd=seen, actor=who, language=self.language or mkd.host.config.mkd.language)
                desk.need_grant()
                yield desk
            finally:
                for problem in mkd.host.problems:
                    if problem.code != "MKD104":  # an extra that nobody asked for
                        complain(problem, self.language or mkd.host.config.mkd.language, kind="warning")

    @contextmanager
    def host(self) -> Iterator[Host]:
        """The plugins alone, without opening any backend; those of no file where there is none."""
        from mkd_plugins.config import Config
        from mkd_plugins.host import Host

        config = Config.load(self.config) if Path(self.config).exists() else Config()
        with for_answers_alone(), Host.load(config, no_plugins=self.no_plugins) as host:
            yield host

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal alone, so that it can be looked at when nothing else works.

        Raises ``NotAllowed`` (MKD451) for a user whose grant ends with a unit: the chain is that of everybody.
        """
        from mkd_core.ports import Port
        from mkd_plugins.config import Config
        from mkd_plugins.host import Host

        config = Config.load(self.config)
        _need_whole(config, "the journal")
        with for_answers_alone(), Host.load(config, no_plugins=self.no_plugins) as host:
            yield host.one(Port.JOURNAL)

    def need_whole(self, what: str) -> None:
        """Refuse what is everybody's to a user whose grant ends with a unit (MKD451)."""
        from mkd_plugins.config import Config

        _need_whole(Config.load(self.config), what)

    def words(self) -> str:
        """The language where no deployment is needed: what was said, else that of the file if there is one."""
        if self.language:
            return self.language
        from mkd_plugins.config import Config

        try:
            return Config.load(self.config).mkd.language
        except MkdError:
            return "en"


@frozen(kw_only=True)
class Desk:
    """An open deployment, and the user of the operating system who sits before it."""

    mkd: Deployment
    actor: str
    language: str
    _organisations: dict[date, DirectoryAt] = field(factory=dict, init=False, repr=False)

    @property
    def roles(self) -> Roles:
        """Who may act as whom."""
        return self.mkd.host.config.roles

    def say(self, key: str, **blanks: object) -> str:
        """A word or sentence in the language of this run."""
        return say(key, self.language, **blanks)

    def organisation(self, at: datetime) -> DirectoryAt:
        """The people and units of that day."""
        if at.date() not in self._organisations:
            self._organisations[at.date()] = self.mkd.organisation(at.date())
        return self._organisations[at.date()]

    @property
    def defaults(self) -> Mapping[str, Default]:
        """What the deployment takes for facts that nobody knows."""
        configured = self.mkd.host.config.defaults
        return {fact: Default(value=default.value, source=default.source) for fact, default in configured.items()}

    def unit(self, key: str, at: datetime) -> str:
        """That key, if a unit has it. Raises ``NotFound``."""
        if self.organisation(at).unit(key) is None:
            if self.mkd.reach is not None:
                raise not_yours("unit")
            raise NotFound(
                "MKD407", f"no identity backend knows the unit {key!r}", where="UNIT", mend="see the units table"
            )
        return key

    def employee(self, handle: str, at: datetime, *, where: str = "PERSON") -> Employee:
        """The person of a key, service number, login or mail address; ``where`` is the option that names them.

        Raises ``InvalidInput`` for no number at all, ``NotFound`` for a stranger.
        """
        if _NUMBER.fullmatch(handle):
            ServiceNumber.parse(handle, Employment.OTHER, where=where)
        return self.organisation(at).lookup(handle.strip(), where=where)

    def person(self, handle: str, at: datetime, *, where: str = "PERSON") -> str:
        """The key of that person."""
        return self.employee(handle, at, where=where).key

    def today(self, person: str, at: datetime) -> date:
        """The date that it is where the person works."""
        zone = self.zone(person, at)
        return at.astimezone(zone).date() if zone else at.date()

    def zone(self, person: str, at: datetime) -> tzinfo | None:
        """The zone in which the person works; None when identity does not know."""
        employee = self.organisation(at).employee(person)
        unit = self.organisation(at).unit(employee.unit) if employee else None
        return unit.zone if unit else None

    def acting(self, handle: str | None, at: datetime) -> str:
        """The key of the person as whom this user does something then; see :meth:`asking`, :meth:`need_moment`."""
        key = self.asking(handle, at)
        self.need_moment(at)
        return key

    def asking(self, handle: str | None, at: datetime) -> str:
        """The key of the person as whom this user asks. Raises ``NotAllowed`` where mkd.toml does not grant it."""
        granted = self.roles.grant(self.actor)
        if handle is None:
            if len(granted.acts_as) != 1 or "*" in granted.acts_as:
                raise InvalidInput("MKD293", "nobody said who acts", where="--as", mend="add --as PERSON")
            handle = granted.acts_as[0]
            if self.mkd.reach is None:
                return handle
        key = self.person(handle, at, where="--as")
        if not granted.may_act_as(key):
            raise NotAllowed(
                "MKD438",
                f"{self.actor} may not act as that person",
                where="--as",
                mend=f'add {key} to acts_as of [roles."{self.actor}"] in {self.mkd.host.config.file}',
            )
        return key

    def need_grant(self) -> None:
        """Refuse a user to whom mkd.toml grants nothing: asking, too, is for those it names."""
        granted = self.roles.grant(self.actor)
        if not granted.acts_as and not granted.roles:
            raise NotAllowed(
                "MKD438",
                f"{self.actor} is granted nothing",
                where=self.mkd.host.config.file,
                mend=f'add [roles."{self.actor}"] with roles = ["operator"]',
            )

    def need_moment(self, at: datetime) -> None:
        """Refuse another moment than now, unless to an operator or to who may act as anybody.

        A vote laid into the past would count under a mandate that has ended, and a tick in the future would let every
        deadline go by.
        """
        granted = self.roles.grant(self.actor)
        if abs(at - now()) > _NOW and "operator" not in granted.roles and "*" not in granted.acts_as:
            raise NotAllowed(
                "MKD438",
                f"{self.actor} acts at the present moment alone",
                where="--at",
                mend=f'leave --at and MKD_AT out, or give [roles."{self.actor}"] the role operator',
            )

    def need_reader(self, *, where: str = "--names") -> None:
        """Refuse names to a user without a role that may see them; ``where`` is what asked for them."""
        if not READERS & self.roles.roles_of(self.actor):
            raise NotAllowed(
                "MKD439",
                f"{self.actor} may not see names",
                where=where,
                mend=f'give [roles."{self.actor}"] the role hr or auditor',
            )

    def need_overview(self) -> None:
        """Refuse a look at everybody's verdicts to a user without a role for it."""
        if not OVERSEERS & self.roles.roles_of(self.actor):
            raise NotAllowed(
                "MKD491",
                f"{self.actor} may not have everybody decided",
                where=self.mkd.host.config.file,
                mend=f'give [roles."{self.actor}"] the role hr, auditor or operator',
            )

    def namer(self, names: bool, at: datetime) -> Namer:
        """How people are written: by their keys, or with their names too for who may see them."""
        if names:
            self.need_reader()
        return Namer(self, names, at)


@frozen
class Namer:
    """Writes people."""

    desk: Desk
    names: bool
    at: datetime

    def __call__(self, key: str) -> str:
        """The key, followed by the name if names are shown and one is known."""
        found = self.desk.organisation(self.at).employee(key) if self.names else None
        return f"{key} {found.name.reveal()}" if found and found.name else key


def _need_whole(config: Config, what: str) -> None:
    if config.roles.grant(actor()).unit is not None:
        raise not_a_part(what)


def actor() -> str:
    """The user of the operating system, as ``[roles]`` writes it; never from an environment variable."""
    try:
        import pwd
    except ImportError:  # Windows
        return f"os:{os.getlogin()}"
    try:
        return f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"os:{os.getuid()}"


def answer(as_json: bool, data: Mapping[str, Any] | list[Any], text: str) -> None:
    """Write an answer, for a program or for a person."""
    if as_json:
        output.write_json(data)
    elif text:
        click.echo(output.printable(text), file=stdout())
