"""A small world to act in: the shipped fakes, a policy written for the test at hand, and a clock that a test holds.

Its days are those of June and July 2023; the agency works from Monday to Friday, and 28 and 29 June are holidays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mkd_core import (
    Agreement,
    AgreementService,
    CommandRefused,
    Direction,
    History,
    InvalidInput,
    MkdError,
    OfficeHours,
    Target,
    TargetKind,
    Week,
    WorkPlan,
    weekly,
)
from mkd_core.people import WIB
from mkd_core.usecases.context import Default
from mkd_plugins.testing.fakes import (
    FakeCalendar,
    RecordingNotification,
    RecordingPayroll,
    memory_journal,
    small_agency,
)

OFFICE = "07:30-16:00 office 60"
HOME = "07:30-16:00 home 60"
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
STARTS = date(2023, 7, 3)

HEAD = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
[parameters]
max_remote_days = { value = 4, unit = "days/week", source = "ours" }
"""
RULES = {
    "days": ("agreement.remote_days <= parameter.max_remote_days", "refuse"),
    "rating": ('applicant.rating in {"good", "very_good"}', "refer"),
    "own-request": ("not approver.is_applicant", "refuse"),
}
SUPERIOR = '[[route]]\nid = "superior"\napprover = "superior"\nwithin = "5 working days"\n'
AGENCY = '[[route]]\nid = "agency"\napprover = "head_of_agency"\nwithin = "5 working days"\n'


DECREE = """
[policy]
id = "check"
version = "september"
in_force = { from = 2023-09-01, until = 2023-10-01 }
title = { id = "Penetapan", en = "Decree" }
layer = "decree"
initiation = "decree"
[sources.ours]
title = "A default of ours"
[[rules]]
id = "one-day"
require = "agreement.remote_days <= 1"
otherwise = "refuse"
because = { id = "n", en = "n" }
source = "ours"
"""


def policy(
    route: str = SUPERIOR, rules: Mapping[str, tuple[str, str]] = RULES, extra: str = "", decree: str = ""
) -> History:
    """A policy with these rules (id → what they require and what follows otherwise) and this route."""
    written = "".join(
        f'[[rules]]\nid = "{name}"\nrequire = {require!r}\notherwise = "{otherwise}"\n'
        f'because = {{ id = "{name}", en = "{name}" }}\nsource = "ours"\n'
        for name, (require, otherwise) in rules.items()
    )
    over = {"decree.toml": decree + route} if decree else {}
    return History.from_texts({"check.toml": HEAD + extra + written + route, **over})


def at(month: int, day: int, hour: int = 9, *, year: int = 2023) -> datetime:
    """A moment in Western Indonesian time."""
    return datetime(year, month, day, hour, tzinfo=WIB)


def working_week(remote: int = 2) -> Week:
    """A week of office hours whose first days are worked at home."""
    return Week.parse({day: HOME if number < remote else OFFICE for number, day in enumerate(WORKDAYS)})


def plan(remote: int = 2, anchor: date = STARTS, **changes: Any) -> WorkPlan:
    """The same week every week, its first days at home."""
    return weekly(anchor, working_week(remote), **changes)


def target(name: str = "t1", value: str = "4", **changes: Any) -> Target:
    """A target that can be measured, due at the end of July."""
    parts: dict[str, Any] = {
        "kind": TargetKind.OUTPUT,
        "indicator": "reports on flooding",
        "unit": "reports",
        "direction": Direction.AT_LEAST,
        "value": Decimal(value),
        "due": date(2023, 7, 31),
        "evidence": "the file",
    }
    return Target(id=name, **{**parts, **changes})


class World:
    """A service over fakes, with short words for what most tests do first."""

    def __init__(
        self, *, policies: History | None = None, roles: Mapping[str, Sequence[str]] | None = None, **parts: Any
    ):
        self.journal = parts.pop("journal", None) or memory_journal()
        self.identity = parts.pop("identity", None) or small_agency()
        self.calendar = parts.pop(
            "calendar", FakeCalendar({date(2023, 6, 28): "Cuti bersama", date(2023, 6, 29): "Iduladha"})
        )
        self.mail = parts.pop("mail", None) or RecordingNotification()
        self.payroll = parts.pop("payroll", RecordingPayroll())
        self.policies = policies or policy()
        self.hours = parts.pop("hours", OfficeHours(standard=working_week(0), source="ours"))
        given = {
            "journal": self.journal,
            "identity": self.identity,
            "policies": self.policies,
            "calendar": self.calendar,
            "hours": self.hours,
            "notifications": [self.mail],
            "payroll": self.payroll,
            "roles": roles or {"hr": ["hr"]},
        }
        self.service = AgreementService(**{**given, **parts})

    # Builders of what tests lay out; methods here, since test modules do not import each other.
    at = staticmethod(at)
    plan = staticmethod(plan)
    week = staticmethod(working_week)
    target = staticmethod(target)
    starts = STARTS

    def propose(self, applicant: str = "analyst", *, remote: int = 2, **changes: Any) -> Agreement:
        """A draft of that person, laid out on 20 June."""
        given = {"plan": plan(remote), "targets": [target()], "by": applicant, "at": at(6, 20)}
        return self.service.propose(applicant=applicant, **{**given, **changes})

    def submitted(self, applicant: str = "analyst", *, on: datetime | None = None, **changes: Any) -> Agreement:
        """A request proposed and submitted on 20 June, or on that day."""
        moment = on or changes.pop("at", at(6, 20))
        draft = self.propose(applicant, **{"at": moment, **changes})
        return self.service.submit(draft.id, by=applicant, at=moment)

    def approved(self, applicant: str = "analyst", *, on: datetime | None = None, **changes: Any) -> Agreement:
        """An agreement approved on 21 June by everybody on its route, the superior's consent given."""
        agreement = self.submitted(applicant, **changes)
        while agreement.latest.open_step is not None:
            by = agreement.latest.open_step.approvers[0].person
            agreement = self.service.approve(agreement.id, by=by, at=on or at(6, 21))
        return agreement

    def voters(self, agreement: Agreement) -> list[str]:
        """Who may vote on the step that is open."""
        step = agreement.latest.open_step
        return [approver.person for approver in step.approvers] if step else []

    def events(self, agreement: str) -> list[str]:
        """The kinds of everything that happened to an agreement."""
        return [type(happened.event).__name__ for happened in self.service.history(agreement)]

    def refused(self, code: str, command: Callable[..., object], *args: Any, **given: Any) -> MkdError:
        """Assert that a command is refused with that code and that nothing happened."""
        before = self.journal.head()
        with pytest.raises((CommandRefused, InvalidInput)) as caught:
            command(*args, **given)
        assert caught.value.code == code, str(caught.value)
        assert re.fullmatch(r"MKD\d{3} .+", str(caught.value))
        assert self.journal.head() == before
        return caught.value


@pytest.fixture
def world() -> World:
    """An agency whose policy allows four remote days and whose route is the superior's."""
    return World()


@pytest.fixture
def worlds() -> Callable[..., World]:
    """Make a world with another policy, or with other parts: ``worlds(route=…, rules=…, extra=…, identity=…)``."""

    def make(
        route: str = SUPERIOR,
        rules: Mapping[str, tuple[str, str]] | None = None,
        extra: str = "",
        defaults: Mapping[str, tuple[Any, str]] | None = None,
        decree: bool = False,
        **parts: Any,
    ) -> World:
        if defaults is not None:
            parts["defaults"] = {
                name: Default(value=value, source=source) for name, (value, source) in defaults.items()
            }
        policies = parts.pop("policies", None) or policy(
            route, {**RULES, **(rules or {})}, extra, DECREE if decree else ""
        )
        return World(policies=policies, **parts)

    return make


@pytest.fixture
def both_steps() -> str:
    """A route over the superior and the head of the agency."""
    return SUPERIOR + AGENCY


@pytest.fixture
def next_day() -> Callable[[datetime], datetime]:
    """The same hour of the day after."""
    return lambda moment: moment + timedelta(days=1)
