"""Everything that happened about one person: agreements, work, results, closed periods, attested facts.

One stream a person: it is the consistency boundary of what must not overlap, so two requests of one person can never
pass each other by. An agreement's id is its applicant's key and a running number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from mkd_core import events as e
from mkd_core.agreements import Agreement, replay
from mkd_core.errors import NotFound
from mkd_core.events import Happened
from mkd_core.journal.codec import decode
from mkd_core.ports import Journal
from mkd_core.targets import Activity, Realisation

_PREFIX = "person/"


@frozen(kw_only=True)
class WorkDone:
    """A reported activity with the minutes that were accepted; None is not looked at yet, 0 was rejected."""

    agreement: str
    activity: Activity
    accepted: int | None = None

    @property
    def minutes(self) -> int:
        """The minutes that were accepted, or while it was not looked at, those that were reported."""
        return self.activity.minutes if self.accepted is None else self.accepted

    @property
    def rejected(self) -> int:
        """The minutes that were looked at and not accepted."""
        return 0 if self.accepted is None else self.activity.minutes - self.accepted


@frozen(kw_only=True)
class ResultDone:
    """A reported result with the value that was accepted, and whether it is disputed.

    Of one that was ``erased`` the values are gone: what its result says is 0, and nothing waits for it any more.
    """

    agreement: str
    result: Realisation
    accepted: Decimal | None = None
    disputed: bool = False
    erased: bool = False


@frozen(kw_only=True)
class Attested:
    """A fact that somebody vouched for; ``at`` is the moment, ``until`` the last day it holds."""

    fact: str
    value: Any = field(repr=False)
    by: str
    role: str
    at: datetime
    until: date | None

    def holds(self, on: date) -> bool:
        """Whether it still counts on that day."""
        return self.until is None or on <= self.until


@frozen(kw_only=True)
class Dossier:
    """The state of one person's stream, and the events that made it."""

    person: str
    history: tuple[Happened, ...] = field(default=(), repr=False)
    agreements: Mapping[str, Agreement] = field(factory=dict)
    work: Mapping[str, WorkDone] = field(factory=dict)
    results: Mapping[str, ResultDone] = field(factory=dict)
    closed: Mapping[str, e.PeriodClosed] = field(factory=dict)
    attested: Mapping[str, Attested] = field(factory=dict)

    @property
    def number(self) -> int:
        """The number of the event it stands at, 0 before the first."""
        return self.history[-1].number if self.history else 0

    @property
    def stream(self) -> str:
        """The name of the stream."""
        return stream_of(self.person)

    @property
    def next_agreement(self) -> str:
        """The id that the next agreement gets."""
        return f"{self.person}.{len(self.agreements) + 1}"

    def agreement(self, agreement: str) -> Agreement:
        """The agreement of that id. Raises ``NotFound``."""
        try:
            return self.agreements[agreement]
        except KeyError:
            # Its id may be a service number that was typed in the place of a key: it is not repeated.
            raise NotFound("MKD403", "there is no agreement of that id", mend="mkd register lists them") from None


def stream_of(person: str) -> str:
    """The stream that holds what happened about a person."""
    return _PREFIX + person


def person_of(stream: str) -> str | None:
    """The person a stream is about; None for a stream about something else."""
    return stream.removeprefix(_PREFIX) if stream.startswith(_PREFIX) else None


def applicant_of(agreement: str) -> str:
    """The person an agreement's id names. Raises ``NotFound`` for what is no id."""
    person, _, number = agreement.rpartition(".")
    if not person or not person.isprintable() or not number.isdigit():
        raise NotFound(
            "MKD403", "this is no id of an agreement", mend="an id is a person's key, a dot and a number: k000012.1"
        )
    return person


def load(journal: Journal, person: str) -> Dossier:
    """The dossier of a person, from the journal; an empty one for somebody about whom nothing happened."""
    return assemble(person, [decode(record) for record in journal.read(stream_of(person))])


def assemble(person: str, history: Iterable[Happened]) -> Dossier:
    """The dossier that these events make, in their order."""
    happened = list(history)
    work: dict[str, WorkDone] = {}
    results: dict[str, ResultDone] = {}
    closed: dict[str, e.PeriodClosed] = {}
    attested: dict[str, Attested] = {}
    for item in happened:
        match item.event:
            case e.ActivityReported() as event:
                activity = Activity(
                    id=event.activity,
                    on=event.on,
                    minutes=event.minutes,
                    description=event.description,
                    target=event.target,
                    evidence=event.evidence,
                )
                work[event.activity] = WorkDone(agreement=event.agreement, activity=activity)
            case e.ActivityVerified() as event:
                work[event.activity] = evolve(work[event.activity], accepted=event.minutes)
            case e.ResultReported() as event:
                value, erased = event.value or Decimal(0), event.value is None
                result = Realisation(
                    id=event.result, target=event.target, on=event.on, value=value, evidence=event.evidence
                )
                results[event.result] = ResultDone(agreement=event.agreement, result=result, erased=erased)
            case e.ResultVerified() as event:
                results[event.result] = evolve(results[event.result], accepted=event.value, disputed=False)
            case e.ResultDisputed() as event:
                results[event.result] = evolve(results[event.result], disputed=True)
            case e.PeriodClosed() as event:
                closed[event.period] = event
            case e.FactAttested() as event if event.fact:
                attested[event.fact] = Attested(
                    fact=event.fact, value=event.value, by=item.by, role=event.role, at=item.at, until=event.until
                )
    return Dossier(
        person=person,
        history=tuple(happened),
        agreements=replay(happened, person),
        work=work,
        results=results,
        closed=closed,
        attested=attested,
    )
