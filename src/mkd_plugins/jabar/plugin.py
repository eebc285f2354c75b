"""Announces the adapter's backends. What speaks to a system is imported where a backend is made."""

from __future__ import annotations

from mkd_plugins.api import Attendance, Identity, Notification, Provider, attendance, hookimpl, identity, notification
from mkd_plugins.jabar.jabarnotify.config import Config as NotifyConfig
from mkd_plugins.jabar.kmob.config import Config as KMobConfig
from mkd_plugins.jabar.siasn.config import Config as SiasnConfig


def _siasn(config: SiasnConfig) -> Identity:
    from mkd_plugins.jabar.siasn.backend import SiasnIdentity

    return SiasnIdentity(config)


def _notify(config: NotifyConfig) -> Notification:
    from mkd_plugins.jabar.jabarnotify.backend import JabarNotify

    return JabarNotify(config)


def _kmob(config: KMobConfig) -> Attendance:
    from mkd_plugins.jabar.kmob.backend import KMobAttendance

    return KMobAttendance(config)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce what speaks to the province's systems."""
    return [
        identity(name="siasn", config=SiasnConfig, build=_siasn, capabilities=("findings",)),
        attendance(name="kmob", config=KMobConfig, build=_kmob),
        notification(name="jabarnotify", config=NotifyConfig, build=_notify),
    ]
