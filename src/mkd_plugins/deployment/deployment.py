"""A deployment: the service with the backends that ``mkd.toml`` names, opened and closed together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from mkd_core.allowance import SchemeHistory
from mkd_core.errors import PolicyError
from mkd_core.policy import History, PolicyProblems
from mkd_core.ports import Identity, Journal, Port
from mkd_core.usecases.context import Default
from mkd_core.usecases.service import AgreementService
from mkd_core.worktime import OfficeHours
from mkd_plugins.calendar.hours import office_hours, office_hours_from_toml
from mkd_plugins.config import Config
from mkd_plugins.deployment.assigning import assignments_of
from mkd_plugins.host import Host
from mkd_plugins.policies import policy_history
from mkd_plugins.policies.schemes import scheme_history
from mkd_plugins.problems import Fault

B = TypeVar("B")


def start(
    path: Path | str = "mkd.toml",
    *,
    only: Collection[str] | None = None,
    no_plugins: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Deployment:
    """Open the deployment that a configuration file describes; use it in a ``with`` statement, or close it.

    ``no_plugins`` leaves out all plugins but the shipped ones. Raises ``ConfigProblem`` with every fault of the file,
    and what a backend that fails closed raises (identity, payroll, calendar, journal).
    """
    return Deployment(Host.load(Config.load(path), only=only, no_plugins=no_plugins, environ=environ))


def _named(host: Host, port: Port, backends: Sequence[B]) -> dict[str, B]:
    """Each by the name of its table, by which an outbox remembers who has a notice or a day plan already."""
    return {table.name: made for table, made in zip(host.config.backends_of(port), backends, strict=True)}


class Deployment(AgreementService):
    """The service over the backends of a host. A port without a backend is switched off; the journal is a must."""

    def __init__(self, host: Host) -> None:
        self.host = host
        try:
            self.journal: Journal = host.one(Port.JOURNAL)
            self.identities: list[Identity] = host.build(Port.IDENTITY)
            self._policies, schemes = _rules_of(host)
            super().__init__(
                journal=self.journal,
                identity=self.identities,
                policies=self._policies,
                assignments=assignments_of(host, self._policies),
                schemes=schemes,
                hours=hours_of(host),
                calendar=host.one(Port.CALENDAR) if host.config.backends_of(Port.CALENDAR) else None,
                notifications=_named(host, Port.NOTIFICATION, host.build(Port.NOTIFICATION)),
                schedules=_named(host, Port.SCHEDULE, host.build(Port.SCHEDULE)),
                attendances=host.build(Port.ATTENDANCE),
                events=_named(host, Port.EVENTS, host.build(Port.EVENTS)),
                roster_days=host.config.mkd.roster_days,
                payroll=host.one(Port.PAYROLL) if host.config.backends_of(Port.PAYROLL) else None,
                roles=host.config.people_with_roles(),
                defaults={
                    fact: Default(value=default.value, source=default.source)
                    for fact, default in host.defaults().items()
                },
                observe=host.observe,
            )
        except BaseException:
            host.close()
            raise

    @property
    def policies(self) -> History:
        """The policy that the configuration names, as it was read at the start."""
        return self._policies

    def within(self, *units: str, on: date) -> Self:
        """See :meth:`AgreementService.within`; its ``identities`` tell of what it reaches. The journal stays whole."""
        view = super().within(*units, on=on)
        view.identities = list(view.organisation(on).directory.identities)
        return view

    def close(self) -> None:
        """Close the backends that can be closed."""
        self.host.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def policies_of(host: Host) -> History:
    """The policy that the configuration names. Raises ``PolicyError``."""
    name = host.config.named(host.config.mkd.policy)
    with _placed(host.config, "mkd.policy"):
        return policy_history(name, packs=host.packs, vocabulary=host.vocabulary)


def schemes_of(host: Host) -> SchemeHistory | None:
    """The pay scheme that the configuration names, if it names one. Raises ``PolicyError``."""
    name = host.config.mkd.scheme
    if not name:
        return None
    with _placed(host.config, "mkd.scheme"):
        return scheme_history(host.config.named(name), packs=host.packs)


def _rules_of(host: Host) -> tuple[History, SchemeHistory | None]:
    """The policy and the scheme. Raises ``PolicyError`` with what is wrong with both."""
    try:
        policies = policies_of(host)
    except PolicyError as wrong:
        try:
            schemes_of(host)
        except PolicyError as too:
            raise PolicyProblems([wrong, too]) from None
        raise
    return policies, schemes_of(host)


@contextmanager
def _placed(config: Config, key: str) -> Iterator[None]:
    """Give an error that names no place that of the key which named the file or the id."""
    try:
        yield
    except PolicyError as error:
        if error.where:
            raise
        (fault,) = config.placed([Fault(key, error.message)])
        place = fault.path if fault.path != key else f"{config.file}: {key}"
        raise PolicyError(error.code, error.message, where=place, mend=error.mend) from None


def hours_of(host: Host) -> OfficeHours:
    """The office hours of the configuration, or the shipped ones. Raises ``InvalidInput`` and ``OSError``."""
    path = host.config.mkd.hours
    return office_hours() if path is None else office_hours_from_toml(path.read_text("utf-8"), where=path.name)
