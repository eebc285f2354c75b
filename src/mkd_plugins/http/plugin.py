"""Announces the five backends that ask a host, and the one that tells it of events."""

from __future__ import annotations

from mkd_plugins.api import (
    Calendar,
    Events,
    Identity,
    Notification,
    Payroll,
    Provider,
    Schedule,
    calendar,
    events,
    hookimpl,
    identity,
    notification,
    payroll,
    schedule,
)
from mkd_plugins.http.config import Config, WebhookConfig

# What speaks HTTP is imported where a backend is made: every command loads this module, and few use it.


def _identity(config: Config) -> Identity:
    from mkd_plugins.http.identity import HttpIdentity

    return HttpIdentity(config)


def _payroll(config: Config) -> Payroll:
    from mkd_plugins.http.payroll import HttpPayroll

    return HttpPayroll(config)


def _notification(config: Config) -> Notification:
    from mkd_plugins.http.notification import HttpNotification

    return HttpNotification(config)


def _schedule(config: Config) -> Schedule:
    from mkd_plugins.http.schedule import HttpSchedule

    return HttpSchedule(config)


def _calendar(config: Config) -> Calendar:
    from mkd_plugins.http.calendar import HttpCalendar

    return HttpCalendar(config)


def _webhook(config: WebhookConfig) -> Events:
    from mkd_plugins.http.webhook import Webhook

    return Webhook(config)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce all six."""
    return [
        identity(name="http", config=Config, build=_identity, capabilities=("ping",)),
        payroll(name="http", config=Config, build=_payroll, capabilities=("ping",)),
        notification(name="http", config=Config, build=_notification, capabilities=("ping",)),
        schedule(name="http", config=Config, build=_schedule, capabilities=("ping",)),
        calendar(name="http", config=Config, build=_calendar, capabilities=("ping",)),
        events(name="webhook", config=WebhookConfig, build=_webhook),
    ]
