"""What a plugin announces: a backend of a port, and how it is made from its configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.ports import (
    API_VERSION,
    Attendance,
    Calendar,
    Events,
    Identity,
    Journal,
    Notification,
    Payroll,
    Port,
    Schedule,
)

C = TypeVar("C", bound=attrs.AttrsInstance)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@attrs.frozen
class NoConfig:
    """The configuration class of a backend that takes none."""


def is_name(text: object) -> bool:
    """Whether a backend or a rule pack may be called that."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def _port(name: str) -> Port:
    try:
        return Port(name)
    except ValueError:
        raise ValueError(f"there is no port {name!r} {did_you_mean(str(name), Port)}".rstrip()) from None


def _short_name(_: object, __: attrs.Attribute[str], name: str) -> None:
    if not is_name(name):
        raise ValueError(f"a name is lower-case letters, digits and single hyphens, not {name!r}")


def _attrs_class(_: Provider, __: attrs.Attribute[Any], cls: object) -> None:
    if not isinstance(cls, type) or not attrs.has(cls):
        raise TypeError(f"the configuration class must be an attrs class, not {cls!r}")


def _callable(_: Provider, __: attrs.Attribute[Any], build: object) -> None:
    if not callable(build):
        raise TypeError(f"build must be callable with the configuration, not {build!r}")


@attrs.frozen(kw_only=True)
class Provider:
    """One backend on offer, made with ``identity(...)``, ``payroll(...)`` and so on, one maker a port.

    ``name``          the second part of its table in ``mkd.toml``: ``[notification.smtp]``.
    ``config``        an attrs class; the table becomes a value of it before ``build`` is called.
    ``build``         makes the backend from that value; called at most once a host.
    ``api``           the version of this API that the plugin was written for.
    ``capabilities``  names of what the backend can do beyond the port. Where one is the name of a method, that method
                      can be called through the guard.
    ``cooperative``   true when every call keeps the deadline by itself (a database with a lock timeout, a socket with
                      a timeout). Such a backend is called on the caller's own thread, and so is its factory; any other
                      one on a thread that the host gives up when the deadline has passed.
    """

    port: Port = attrs.field(converter=_port)
    name: str = attrs.field(validator=_short_name)
    config: type[Any] = attrs.field(validator=_attrs_class)
    build: Callable[[Any], object] = attrs.field(validator=_callable)
    api: str = API_VERSION
    capabilities: frozenset[str] = frozenset()
    cooperative: bool = False


@attrs.frozen
class RulePack:
    """A folder of rule files (TOML) that a plugin ships; ``id`` is the policy's id, as in ``policy = "jabar-mkd"``."""

    id: str = attrs.field(validator=_short_name)
    folder: Traversable | Path


def identity(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Identity],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce people, units and mandates: ``[identity.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.IDENTITY,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def payroll(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Payroll],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce the taker of pay lines: ``[payroll.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.PAYROLL,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def notification(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Notification],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce a sender of notices: ``[notification.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.NOTIFICATION,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def schedule(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Schedule],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce a taker of day plans: ``[schedule.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.SCHEDULE,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def attendance(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Attendance],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce a source of check-ins: ``[attendance.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.ATTENDANCE,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def events(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Events],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce a follower of the journal: ``[events.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.EVENTS,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def calendar(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Calendar],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce holidays and seasons: ``[calendar.NAME]`` in ``mkd.toml``; arguments as in :class:`Provider`."""
    return Provider(
        port=Port.CALENDAR,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )


def journal(
    *,
    name: str,
    config: type[C],
    build: Callable[[C], Journal],
    api: str = API_VERSION,
    capabilities: Iterable[str] = (),
    cooperative: bool = False,
) -> Provider:
    """Announce a store of events and effects: ``[journal.NAME]`` in ``mkd.toml``; see :class:`Provider`."""
    return Provider(
        port=Port.JOURNAL,
        name=name,
        config=config,
        build=build,
        api=api,
        capabilities=frozenset(capabilities),
        cooperative=cooperative,
    )
