"""The pure domain core of MKD: agreements, targets, approval rules. It does no I/O and knows no clock.

What is public stands in ``__all__``. Each name is imported from its room when it is first asked for, so that a host
that only plans weeks does not pay for policies.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # what a type checker takes for true; importing typing would triple the cost of this import
if TYPE_CHECKING:
    from mkd_core.agreements import Agreement as Agreement
    from mkd_core.agreements import State as State
    from mkd_core.allowance import Scheme as Scheme
    from mkd_core.approvals import Organisation as Organisation
    from mkd_core.approvals import Span as Span
    from mkd_core.approvals import Staff as Staff
    from mkd_core.approvals import resolve as resolve
    from mkd_core.errors import BackendError as BackendError
    from mkd_core.errors import CommandRefused as CommandRefused
    from mkd_core.errors import Conflict as Conflict
    from mkd_core.errors import InvalidInput as InvalidInput
    from mkd_core.errors import JournalError as JournalError
    from mkd_core.errors import MkdError as MkdError
    from mkd_core.errors import NotAllowed as NotAllowed
    from mkd_core.errors import NotFound as NotFound
    from mkd_core.errors import Permanent as Permanent
    from mkd_core.errors import PolicyError as PolicyError
    from mkd_core.errors import Transient as Transient
    from mkd_core.errors import WrongState as WrongState
    from mkd_core.events import Approver as Approver
    from mkd_core.events import Ballot as Ballot
    from mkd_core.events import Terms as Terms
    from mkd_core.journal import MemoryJournal as MemoryJournal
    from mkd_core.people import Employee as Employee
    from mkd_core.people import Employment as Employment
    from mkd_core.people import Holder as Holder
    from mkd_core.people import Mandate as Mandate
    from mkd_core.people import MandateKind as MandateKind
    from mkd_core.people import Masked as Masked
    from mkd_core.people import ServiceNumber as ServiceNumber
    from mkd_core.people import Unit as Unit
    from mkd_core.performance import Level as Level
    from mkd_core.performance import Period as Period
    from mkd_core.performance import Rating as Rating
    from mkd_core.policy import VOCABULARY as VOCABULARY
    from mkd_core.policy import Assignment as Assignment
    from mkd_core.policy import Assignments as Assignments
    from mkd_core.policy import Decision as Decision
    from mkd_core.policy import Facts as Facts
    from mkd_core.policy import Finding as Finding
    from mkd_core.policy import History as History
    from mkd_core.policy import Origin as Origin
    from mkd_core.policy import Outcome as Outcome
    from mkd_core.policy import Policy as Policy
    from mkd_core.policy import Remedy as Remedy
    from mkd_core.targets import Direction as Direction
    from mkd_core.targets import Target as Target
    from mkd_core.targets import TargetKind as TargetKind
    from mkd_core.usecases.facts import plan_facts as plan_facts
    from mkd_core.usecases.service import AgreementService as AgreementService
    from mkd_core.usecases.working_days import working_days as working_days
    from mkd_core.worktime import Day as Day
    from mkd_core.worktime import OfficeHours as OfficeHours
    from mkd_core.worktime import Place as Place
    from mkd_core.worktime import Week as Week
    from mkd_core.worktime import Window as Window
    from mkd_core.worktime import WorkPlan as WorkPlan
    from mkd_core.worktime import weekly as weekly

_ROOMS = {
    "agreements": ("Agreement", "State"),
    "allowance": ("Scheme",),
    "approvals": ("Organisation", "Span", "Staff", "resolve"),
    "errors": (
        "BackendError",
        "CommandRefused",
        "Conflict",
        "InvalidInput",
        "JournalError",
        "MkdError",
        "NotAllowed",
        "NotFound",
        "Permanent",
        "PolicyError",
        "Transient",
        "WrongState",
    ),
    "events": ("Approver", "Ballot", "Terms"),
    "journal": ("MemoryJournal",),
    "people": ("Employee", "Employment", "Holder", "Mandate", "MandateKind", "Masked", "ServiceNumber", "Unit"),
    "performance": ("Level", "Period", "Rating"),
    "policy": (
        "VOCABULARY",
        "Assignment",
        "Assignments",
        "Decision",
        "Facts",
        "Finding",
        "History",
        "Origin",
        "Outcome",
        "Policy",
        "Remedy",
    ),
    "targets": ("Direction", "Target", "TargetKind"),
    "usecases.facts": ("plan_facts",),
    "usecases.service": ("AgreementService",),
    "usecases.working_days": ("working_days",),
    "worktime": ("Day", "OfficeHours", "Place", "Week", "Window", "WorkPlan", "weekly"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Import a public name from its room, once."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
