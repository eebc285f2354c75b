"""The only module that a plugin imports: the ports with their requests and results, and what announces a backend.

::

    import attrs
    from mkd_plugins.api import Notice, Receipt, Secret, hookimpl, notification

    @attrs.frozen
    class Config:
        url: str
        token: Secret

    class Sender:
        def __init__(self, config: Config) -> None: ...
        def send(self, notice: Notice) -> Receipt: ...

    @hookimpl
    def mkd_providers():
        return [notification(name="acme", config=Config, build=Sender)]

The module is registered in the vendor's ``pyproject.toml`` under ``[project.entry-points.mkd]``.
"""

from __future__ import annotations

from mkd_core.errors import (
    BackendError,
    Conflict,
    InvalidInput,
    JournalError,
    MkdError,
    NotFound,
    Permanent,
    Transient,
)
from mkd_core.journal.chain import (
    Draft,
    Head,
    Record,
)
from mkd_core.language.vocabulary import Fact, Kind, Wording
from mkd_core.outbox import (
    Delivery,
    Effect,
    EffectStatus,
    Settlement,
)
from mkd_core.people import (
    Employee,
    Employment,
    Mandate,
    MandateKind,
    Masked,
    ServiceNumber,
    Unit,
)
from mkd_core.ports import (
    API_VERSION,
    Attendance,
    Calendar,
    CheckIn,
    Declined,
    Denied,
    Events,
    Found,
    Holiday,
    Identity,
    Journal,
    LineReceipt,
    Notice,
    Notification,
    NotMine,
    Occurrence,
    PayLine,
    PayReceipt,
    Payroll,
    PayRun,
    Port,
    Receipt,
    RosterEntry,
    Schedule,
    Season,
)
from mkd_core.worktime import (
    Window,
)
from mkd_plugins.hookspecs import (
    hookimpl,
)
from mkd_plugins.provider import (
    NoConfig,
    Provider,
    RulePack,
    attendance,
    calendar,
    events,
    identity,
    journal,
    notification,
    payroll,
    schedule,
)
from mkd_plugins.secret import (
    Secret,
)

__all__ = [
    "API_VERSION",
    "Attendance",
    "BackendError",
    "Calendar",
    "CheckIn",
    "Conflict",
    "Declined",
    "Delivery",
    "Denied",
    "Draft",
    "Effect",
    "EffectStatus",
    "Employee",
    "Employment",
    "Events",
    "Fact",
    "Found",
    "Head",
    "Holiday",
    "Identity",
    "InvalidInput",
    "Journal",
    "JournalError",
    "Kind",
    "LineReceipt",
    "Mandate",
    "MandateKind",
    "Masked",
    "MkdError",
    "NoConfig",
    "NotFound",
    "NotMine",
    "Notice",
    "Notification",
    "Occurrence",
    "PayLine",
    "PayReceipt",
    "PayRun",
    "Payroll",
    "Permanent",
    "Port",
    "Provider",
    "Receipt",
    "Record",
    "RosterEntry",
    "RulePack",
    "Schedule",
    "Season",
    "Secret",
    "ServiceNumber",
    "Settlement",
    "Transient",
    "Unit",
    "Window",
    "Wording",
    "attendance",
    "calendar",
    "events",
    "hookimpl",
    "identity",
    "journal",
    "notification",
    "payroll",
    "schedule",
]
