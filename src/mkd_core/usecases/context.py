"""What the service was given: plain objects. Every part but the journal may be left out, and is then switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from attrs import Factory, evolve, field, frozen

from mkd_core.agreements import Agreement
from mkd_core.errors import CommandRefused, MkdError
from mkd_core.events import Happened, MandateGiven
from mkd_core.journal.codec import decode, encode
from mkd_core.outbox import Backoff, Effect
from mkd_core.people import Mandate, Unit
from mkd_core.ports import Attendance, Calendar, Events, Journal, Notification, Payroll, Schedule
from mkd_core.usecases.directory import Directory, DirectoryAt
from mkd_core.usecases.dossier import Dossier, applicant_of, assemble, load
from mkd_core.usecases.notices import effects_of
from mkd_core.usecases.publishing import announcements
from mkd_core.usecases.reach import Reach, Seen, not_a_part, not_yours
from mkd_core.usecases.register import Register
from mkd_core.usecases.working_days import working_days
from mkd_core.worktime import ROSTER_DAYS, OfficeHours

if TYPE_CHECKING:
    from mkd_core.allowance import Scheme
    from mkd_core.language import Vocabulary
    from mkd_core.policy import Assignments, Policy

MANDATES = "mandates"
"""The stream of the mandates given through the service."""


class Policies(Protocol):
    """Where the policy of a date comes from: a :class:`~mkd_core.policy.History`, or anything like it."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts that its policies may read, those of plugins among them."""

    def for_request(self, day: date) -> Policy:
        """The version that decides a request of that day. Raises ``PolicyError`` naming the neighbours if none does."""


class Schemes(Protocol):
    """Where the pay scheme of a date comes from."""

    def on(self, date: date) -> Scheme:
        """The version in force on that date."""


@frozen(kw_only=True)
class Default:
    """A value that the deployment takes for a fact nobody knows, and why it may."""

    value: Any
    source: str


def _register(ctx: Context) -> Register:
    return Register(ctx.journal)


@frozen(kw_only=True)
class Context:
    """The parts of the service, and what all use cases share: the organisation of a moment, and how events are kept."""

    journal: Journal
    directory: Directory = field(factory=Directory)
    policies: Policies | None = None
    assignments: Assignments | None = None
    schemes: Schemes | None = None
    hours: OfficeHours | None = None
    calendar: Calendar | None = None
    payroll: Payroll | None = None
    notifications: Mapping[str, Notification] = field(factory=dict)
    schedules: Mapping[str, Schedule] = field(factory=dict)
    attendances: Sequence[Attendance] = ()
    events: Mapping[str, Events] = field(factory=dict)
    roster_days: int = ROSTER_DAYS
    defaults: Mapping[str, Default] = field(factory=dict)
    backoff: Backoff = field(factory=Backoff)
    observe: Callable[[Happened], None] | None = None
    reach: Reach | None = None
    register: Register = field(repr=False, default=Factory(_register, takes_self=True))

    def organisation(self, on: date) -> DirectoryAt:
        """The organisation as of that date, with the mandates given through the service."""
        given = [decode(record).event for record in self.journal.read(MANDATES)]
        return self.directory.at(on, [_mandate(event) for event in given if isinstance(event, MandateGiven)])

    def seen_organisation(self, on: date) -> DirectoryAt:
        """The same as far as this view reaches: who decides is looked up in the whole, what is shown in this."""
        whole = self.organisation(on)
        if self.reach is None:
            return whole
        seen = evolve(self.directory, identities=(Seen(self.directory.identities, self.reach),), narrowed=True)
        return seen.at(on, list(filter(self.reach.mandate, whole.given)))

    def sees(self, person: str) -> bool:
        """Whether that person is within reach."""
        return self.reach is None or self.reach.person(person)

    def need_person(self, person: str) -> None:
        """Refuse somebody out of reach, as somebody who is not there (MKD450)."""
        if not self.sees(person):
            raise not_yours("person")

    def need_unit(self, unit: str) -> None:
        """Refuse a unit out of reach, as one that is not there (MKD450)."""
        if self.reach is not None and not self.reach.unit(unit):
            raise not_yours("unit")

    def need_whole(self, what: str) -> None:
        """Refuse to a view what no agency does by itself (MKD451)."""
        if self.reach is not None:
            raise not_a_part(what)

    def found(self, agreement: str) -> tuple[Dossier, Agreement]:
        """An agreement with its applicant's dossier; ``NotFound`` where there is none, or it is out of reach."""
        person = applicant_of(agreement)
        if not self.sees(person):
            raise not_yours("agreement")
        dossier = self.dossier(person)
        if self.reach is not None and agreement not in dossier.agreements:
            raise not_yours("agreement")
        return dossier, dossier.agreement(agreement)

    def agreements(self) -> Iterator[Agreement]:
        """Every agreement within reach, by applicant and number."""
        return (each for dossier in self.dossiers() for each in dossier.agreements.values())

    def dossiers(self) -> Iterator[Dossier]:
        """The dossiers of everybody within reach about whom something happened."""
        return (dossier for dossier in self.register.dossiers() if self.sees(dossier.person))

    def today(self, at: datetime, unit: Unit) -> date:
        """The date that it is at that moment where the unit is."""
        return at.astimezone(unit.zone).date()

    def dossier(self, person: str) -> Dossier:
        """The state of one person's stream."""
        return load(self.journal, person)

    def record(self, dossier: Dossier, events: Iterable[Any], *, at: datetime, by: str) -> Dossier:
        """Append the events with the effects that follow from them, all or nothing; the dossier after them.

        Raises ``CommandRefused`` (MKD446) for a moment before the last event: nothing is entered backwards.
        """
        if dossier.history:
            not_before(dossier.history[-1].at, at, where=dossier.stream)
        happened = [Happened(number, at, by, event) for number, event in enumerate(events, start=dossier.number + 1)]
        drafts = [encode(item.event, at=at, by=by) for item in happened]
        self.journal.append(dossier.stream, dossier.number, drafts, self.effects(dossier, happened, at))
        if self.observe is not None:
            for item in happened:
                self.observe(item)
        return assemble(dossier.person, (*dossier.history, *happened))

    def effects(self, dossier: Dossier, happened: Sequence[Happened], at: datetime) -> list[Effect]:
        """What the events make the world be told; nothing for a port that nobody serves."""
        served = self.served
        told = [effect for effect in effects_of(dossier, happened) if effect.port in served]
        told += self.announced(dossier.stream, dossier.person, dossier.number + 1, [item.event for item in happened])
        return [*told, *self._day_plans(dossier, happened, at)] if "schedule" in served else told

    def announced(self, stream: str, person: str, first: int, events: Sequence[Any]) -> list[Effect]:
        """What tells of events of a stream, numbered from ``first`` on; nothing where nobody follows the journal."""
        return announcements(stream, person, first, events) if self.events else []

    def _day_plans(self, dossier: Dossier, happened: Sequence[Happened], at: datetime) -> list[Effect]:
        from mkd_core.usecases.rostering import changed_days, moves  # it asks this module for the organisation

        if not moves(happened):
            return []
        try:
            after = assemble(dossier.person, (*dossier.history, *happened))
            return changed_days(self, after, self.organisation(at.date()), at)
        except MkdError:
            # A calendar that is away keeps nobody from deciding; the next tick sends these days, or says why not.
            return []

    @property
    def served(self) -> frozenset[str]:
        """The ports that somebody delivers to."""
        given = {
            "notification": bool(self.notifications),
            "payroll": self.payroll is not None,
            "schedule": bool(self.schedules),
            "events": bool(self.events),
        }
        return frozenset(port for port, served in given.items() if served)

    def is_working_day(self, unit: Unit) -> Callable[[date], bool] | None:
        """Whether a date is a working day of that unit; None when no calendar is plugged in."""
        return None if self.calendar is None else working_days(self.calendar, unit.region, self.hours)

    def season(self, unit: Unit, on: date) -> str | None:
        """The season that date lies in where the unit is; None outside of any and without a calendar."""
        if self.calendar is None:
            return None
        return next((season.name for season in self.calendar.seasons(unit.region, on, on)), None)


def not_before(last: datetime, at: datetime, *, where: str) -> None:
    """Refuse a moment before what happened last in a stream; the same moment is fine, as two commands may share it.

    A vote dated back would be decided on the organisation and the facts of a day that has gone.
    """
    if at < last:
        raise CommandRefused(
            "MKD446",
            f"{at.isoformat()} lies before what was last put on record, at {last.astimezone(at.tzinfo).isoformat()}",
            where=where,
            mend="give the present moment; if it is, set the clocks of the machines alike",
        )


def _mandate(event: MandateGiven) -> Mandate:
    return Mandate(
        kind=event.kind,
        acting=event.acting,
        starts=event.starts,
        ends=event.ends,
        unit=event.unit,
        replaces=event.replaces,
        reference=event.reference,
        accepted=event.accepted,
    )
