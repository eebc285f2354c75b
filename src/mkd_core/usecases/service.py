"""The one door to all use cases. It takes plain objects and reads no entry point, file, environment or global."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import evolve

from mkd_core.agreements import Agreement, check_years
from mkd_core.decrees import Decree
from mkd_core.events import Approver, Ballot, ErasureReason, Happened, PeriodClosed, Terms
from mkd_core.journal import Fault, Head, verify
from mkd_core.outbox import Backoff
from mkd_core.people import Holder, Mandate, Unit
from mkd_core.performance import Level
from mkd_core.ports import Attendance, Calendar, Events, Identity, Journal, Notification, Payroll, Schedule
from mkd_core.targets import Target
from mkd_core.usecases import (
    agreements,
    clock,
    closing,
    decrees,
    delivery,
    mending,
    presence,
    reading,
    recording,
    replaying,
    results,
    scoping,
    votes,
    vouching,
)
from mkd_core.usecases.clock import TickReport
from mkd_core.usecases.context import Context, Default, Policies, Schemes
from mkd_core.usecases.deciding import Decided
from mkd_core.usecases.decreeing import LeftOut
from mkd_core.usecases.decrees import Issued, OnRecord
from mkd_core.usecases.delivery import DeliveryReport
from mkd_core.usecases.directory import Directory, DirectoryAt
from mkd_core.usecases.dossier import Attested, Dossier, ResultDone, WorkDone, applicant_of
from mkd_core.usecases.mending import Mended
from mkd_core.usecases.powers import employee_at, open_case
from mkd_core.usecases.presence import PlannedDay
from mkd_core.usecases.reach import Reach
from mkd_core.usecases.reading import Task
from mkd_core.usecases.replaying import DecidedThen
from mkd_core.worktime import ROSTER_DAYS, Day, OfficeHours, WorkPlan

if TYPE_CHECKING:
    from mkd_core.policy import Assignment, Assignments, Policy

B = TypeVar("B")

_REVIEW_AFTER = timedelta(days=365)
"""When an agreement without an end and without a review date is reviewed: a default of ours."""


class AgreementService:
    """Agreements from proposal to pay, over the journal and whatever else is given; what is left out is switched off.

    ``identity``       one backend or several, asked in their order.
    ``policies``       where the policy of a date comes from; without it nothing can be submitted.
    ``assignments``    the policy and numbers that units are given, with all below them.
    ``schemes``        where the pay scheme of a date comes from; without it a closed period has no pay lines.
    ``hours``          the office's standard and core hours.
    ``calendar``       holidays and seasons; without it there are no deadlines.
    ``notifications``, ``payroll``, ``schedules``  without them no notice, pay line or day plan is put into the outbox.
                       Each of several notifications or schedules gets what it accepts once, also over retries; a
                       mapping gives them names that last.
    ``attendances``    where check-ins are read, on the days for whose place the policy asks for one; none else.
    ``roster_days``    over how many days, today among them, schedules are told the days of agreements.
    ``events``         those who are told of every event, without its private part; like notifications, each once.
    ``roles``          role → the people who hold it, a key for everywhere or a ``Holder`` for a unit and all below it;
                       ``hr`` runs the scheme.
    ``defaults``       fact → what the deployment takes when nobody knows, with its source.
    ``observe``        told of every event after it was kept; what it raises reaches the caller.

    ``by`` is always the opaque key of the acting person and ``at`` a moment with a zone. Commands raise
    :class:`~mkd_core.errors.CommandRefused` or :class:`~mkd_core.errors.InvalidInput`; then nothing happened.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        identity: Identity | Sequence[Identity] = (),
        policies: Policies | None = None,
        assignments: Assignments | None = None,
        schemes: Schemes | None = None,
        hours: OfficeHours | None = None,
        calendar: Calendar | None = None,
        notifications: Sequence[Notification] | Mapping[str, Notification] = (),
        payroll: Payroll | None = None,
        schedules: Sequence[Schedule] | Mapping[str, Schedule] = (),
        attendances: Sequence[Attendance] = (),
        events: Sequence[Events] | Mapping[str, Events] = (),
        roster_days: int = ROSTER_DAYS,
        roles: Mapping[str, Sequence[str | Holder]] | None = None,
        defaults: Mapping[str, Default] | None = None,
        backoff: Backoff | None = None,
        observe: Callable[[Happened], None] | None = None,
    ) -> None:
        identities = tuple(identity) if isinstance(identity, Sequence) else (identity,)
        self._ctx = Context(
            journal=journal,
            directory=Directory(identities=identities, roles=roles or {}),
            policies=policies,
            assignments=assignments,
            schemes=schemes,
            hours=hours,
            calendar=calendar,
            notifications=_named(notifications),
            payroll=payroll,
            schedules=_named(schedules),
            attendances=tuple(attendances),
            events=_named(events),
            roster_days=roster_days,
            defaults=defaults or {},
            backoff=backoff or Backoff(),
            observe=observe,
        )

    # ---- agreements

    def propose(
        self,
        *,
        applicant: str,
        plan: WorkPlan,
        targets: Sequence[Target],
        by: str,
        at: datetime,
        starts: date | None = None,
        ends: date | None = None,
        review: date | None = None,
        outside_region: bool = False,
        reason: str = "",
        evidence: str = "",
        work_plan: str = "",
    ) -> Agreement:
        """Lay out a new agreement as a draft. ``starts`` is the plan's anchor unless given.

        Without ``ends`` it is open-ended and reviewed after a year unless ``review`` says otherwise.
        """
        starts = starts or plan.anchor
        check_years(starts)
        terms = agreements.terms_of(
            plan,
            starts=starts,
            ends=ends,
            review=review or (None if ends else starts + _REVIEW_AFTER),
            outside_region=outside_region,
            reason=reason,
            evidence=evidence,
            work_plan=work_plan,
        )
        return agreements.propose(
            self._ctx,
            applicant=applicant,
            terms=terms,
            targets=targets,
            by=by,
            at=at,
            reason=reason,
            evidence=evidence,
            work_plan=work_plan,
        )

    def amend(
        self,
        agreement: str,
        *,
        plan: WorkPlan,
        starts: date,
        by: str,
        at: datetime,
        targets: Sequence[Target] | None = None,
        ends: date | None = None,
        review: date | None = None,
        outside_region: bool = False,
        reason: str = "",
        evidence: str = "",
        work_plan: str = "",
    ) -> Agreement:
        """Propose a new version of a live agreement; the old one stays in force until it is approved and starts.

        Targets left out stay as they are; all else is said anew.
        """
        terms = agreements.terms_of(
            plan,
            starts=starts,
            ends=ends,
            review=review or (None if ends else starts + _REVIEW_AFTER),
            outside_region=outside_region,
            reason=reason,
            evidence=evidence,
            work_plan=work_plan,
        )
        return agreements.amend(
            self._ctx,
            agreement,
            terms=terms,
            targets=targets,
            by=by,
            at=at,
            reason=reason,
            evidence=evidence,
            work_plan=work_plan,
        )

    def revise(self, agreement: str, *, terms: Terms, by: str, at: datetime) -> Agreement:
        """Change the terms of a draft or a returned request; its texts stay as they are."""
        return agreements.revise(self._ctx, agreement, terms=terms, by=by, at=at)

    def counter(self, agreement: str, *, targets: Sequence[Target], by: str, at: datetime, note: str = "") -> Agreement:
        """Propose other targets, as the employee or the superior; the other side has to agree anew."""
        return agreements.counter(self._ctx, agreement, targets=targets, by=by, at=at, note=note)

    def agree(self, agreement: str, *, by: str, at: datetime) -> Agreement:
        """Consent to the targets as they stand."""
        return agreements.agree(self._ctx, agreement, by=by, at=at)

    def decide(self, agreement: str, *, at: datetime) -> Decided:
        """What the policy says of the newest version now, with findings, sources and remedy; nothing is written."""
        return agreements.trial(self._ctx, agreement, at=at)

    def mend(self, agreement: str, *, by: str, at: datetime) -> Terms | None:
        """Terms that the policy would approve, as a change of the plan; None when plan and dates do not mend it."""
        return self.remedy(agreement, by=by, at=at).terms

    def remedy(self, agreement: str, *, by: str, at: datetime) -> Mended:
        """The least change of plan and dates that the policy approves, or in words what else it would take."""
        return mending.mend(self._ctx, agreement, by=by, at=at)

    def submit(self, agreement: str, *, by: str, at: datetime) -> Agreement:
        """Put the request on its route; refused (MKD410) when the policy refuses it."""
        return agreements.submit(self._ctx, agreement, by=by, at=at)

    def approve(
        self,
        agreement: str,
        *,
        by: str,
        at: datetime,
        step: str | None = None,
        version: int | None = None,
        reason: str = "",
    ) -> Agreement:
        """Vote for the request on the step that is open; a referred request needs a reason."""
        return votes.vote(self._ctx, agreement, Ballot.APPROVE, by=by, at=at, step=step, version=version, reason=reason)

    def refuse(
        self,
        agreement: str,
        *,
        by: str,
        at: datetime,
        reason: str,
        step: str | None = None,
        version: int | None = None,
        ground: str = "",
    ) -> Agreement:
        """Vote against the request, with a reason, and with a ground where the policy has a closed list."""
        return votes.vote(
            self._ctx,
            agreement,
            Ballot.REFUSE,
            by=by,
            at=at,
            step=step,
            version=version,
            reason=reason,
            ground=ground,
        )

    def send_back(
        self,
        agreement: str,
        *,
        by: str,
        at: datetime,
        reason: str,
        step: str | None = None,
        version: int | None = None,
    ) -> Agreement:
        """Return the request to the applicant to be changed."""
        return votes.vote(self._ctx, agreement, Ballot.RETURN, by=by, at=at, step=step, version=version, reason=reason)

    def record_decision(
        self,
        agreement: str,
        ballot: Ballot,
        *,
        by: str,
        at: datetime,
        reference: str,
        on_behalf_of: str | None = None,
        version: int | None = None,
        reason: str = "",
        ground: str = "",
        consulted: bool = False,
    ) -> Agreement:
        """Record what the host's own workflow decided about a draft or a returned request, in the place of a route.

        ``by`` decided, ``on_behalf_of`` another officer where they stood in for one; ``reference`` is what the host
        calls the decision, without personal data, as it is chained for good. The policy, where one was given, is asked
        as at a vote. ``consulted`` says that a refusal was talked over before.
        """
        return recording.record_decision(
            self._ctx,
            agreement,
            ballot,
            by=by,
            at=at,
            reference=reference,
            on_behalf_of=on_behalf_of,
            version=version,
            reason=reason,
            ground=ground,
            consulted=consulted,
        )

    def consult(self, agreement: str, *, by: str, at: datetime, note: str = "") -> Agreement:
        """Record that an intended refusal was talked over."""
        return votes.consult(self._ctx, agreement, by=by, at=at, note=note)

    def withdraw(self, agreement: str, *, by: str, at: datetime, reason: str = "") -> Agreement:
        """Take back the newest version before it is in force."""
        return agreements.withdraw(self._ctx, agreement, by=by, at=at, reason=reason)

    def suspend(self, agreement: str, *, since: date, by: str, at: datetime, reason: str) -> Agreement:
        """Let a live agreement rest from a date on."""
        return agreements.suspend(self._ctx, agreement, since=since, by=by, at=at, reason=reason)

    def resume(self, agreement: str, *, since: date, by: str, at: datetime) -> Agreement:
        """Let a suspended agreement hold again."""
        return agreements.resume(self._ctx, agreement, since=since, by=by, at=at)

    def recall(self, agreement: str, *, on: date, by: str, at: datetime, reason: str) -> Agreement:
        """Call the person to the office for one day."""
        return agreements.recall(self._ctx, agreement, on=on, by=by, at=at, reason=reason)

    def revoke(self, agreement: str, *, since: date, by: str, at: datetime, reason: str) -> Agreement:
        """End a live agreement by the employer; ``since`` is the first day without it.

        Of somebody who left it is HR of the whole deployment that does it, and what waits for a vote falls, too.
        """
        return agreements.revoke(self._ctx, agreement, since=since, by=by, at=at, reason=reason)

    def end(self, agreement: str, *, since: date, by: str, at: datetime) -> Agreement:
        """End a live agreement by the employee or by consent; ``since`` is the first day without it."""
        return agreements.end(self._ctx, agreement, since=since, by=by, at=at)

    def recheck(self, agreement: str, *, by: str, at: datetime) -> Agreement:
        """Decide a live agreement again; what would not be approved now opens a review and stays in force."""
        return agreements.recheck(self._ctx, agreement, by=by, at=at)

    # ---- decrees

    def issue_decree(
        self,
        decree: Decree,
        *,
        by: str,
        at: datetime,
        dry_run: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> Issued:
        """Make the agreements of a decree for a unit and all below it; said again, it goes on where it stood.

        With ``dry_run`` nothing is written. ``progress`` is told how many people were looked at.
        """
        return decrees.issue(self._ctx, decree, by=by, at=at, dry_run=dry_run, progress=progress)

    def revoke_decree(
        self, key: str, *, since: date, by: str, at: datetime, reason: str
    ) -> tuple[tuple[Agreement, ...], tuple[LeftOut, ...]]:
        """Take a decree back: the agreements that ended with it, and those that could not be."""
        return decrees.revoke(self._ctx, key, since=since, by=by, at=at, reason=reason)

    def decrees(self) -> tuple[OnRecord, ...]:
        """Every decree on record."""
        return decrees.on_record(self._ctx)

    def decree(self, key: str) -> tuple[OnRecord, tuple[Agreement, ...]]:
        """A decree with the agreements made from it. Raises ``NotFound``."""
        return decrees.needed(self._ctx, key), decrees.agreements_of(self._ctx, key)

    # ---- work and results

    def report_activity(
        self,
        agreement: str,
        *,
        on: date,
        minutes: int,
        description: str,
        by: str,
        at: datetime,
        target: str | None = None,
        evidence: str = "",
    ) -> WorkDone:
        """Report work on a day, in minutes."""
        return results.report_activity(
            self._ctx,
            agreement,
            on=on,
            minutes=minutes,
            description=description,
            by=by,
            at=at,
            target=target,
            evidence=evidence,
        )

    def verify_activity(
        self, agreement: str, activity: str, *, by: str, at: datetime, minutes: int | None = None, note: str = ""
    ) -> WorkDone:
        """Accept the minutes of an activity, or fewer; 0 rejects it."""
        return results.verify_activity(self._ctx, agreement, activity, by=by, at=at, minutes=minutes, note=note)

    def report_result(
        self,
        agreement: str,
        *,
        target: str,
        on: date,
        value: Decimal,
        by: str,
        at: datetime,
        evidence: str = "",
    ) -> ResultDone:
        """Report what was reached of a target by a date."""
        return results.report_result(
            self._ctx, agreement, target=target, on=on, value=value, by=by, at=at, evidence=evidence
        )

    def verify_result(
        self, agreement: str, result: str, *, by: str, at: datetime, value: Decimal | None = None, note: str = ""
    ) -> ResultDone:
        """Confirm a result, or another value of it."""
        return results.verify_result(self._ctx, agreement, result, by=by, at=at, value=value, note=note)

    def dispute_result(self, agreement: str, result: str, *, by: str, at: datetime, note: str) -> ResultDone:
        """Disagree with what was verified."""
        return results.dispute_result(self._ctx, agreement, result, by=by, at=at, note=note)

    def close_period(
        self,
        person: str,
        period: str,
        *,
        by: str,
        at: datetime,
        behaviour: Level | None = None,
        attested: Mapping[str, Any] | None = None,
    ) -> PeriodClosed:
        """Close a period (``2026-06``) that is over: minutes, achievement, proposed rating, pay lines."""
        return closing.close(self._ctx, person, period, by=by, at=at, behaviour=behaviour, attested=attested)

    def statement(self, person: str, period: str) -> PeriodClosed:
        """A closed period."""
        return closing.statement(self._ctx, person, period)

    # ---- facts, mandates, privacy

    def attest(
        self,
        person: str,
        fact: str,
        value: Any,
        *,
        by: str,
        at: datetime,
        until: date | None = None,
        evidence: str = "",
    ) -> Attested:
        """Vouch for a fact about a person."""
        return vouching.attest(self._ctx, person, fact, value, by=by, at=at, until=until, evidence=evidence)

    def give_mandate(self, mandate: Mandate, *, by: str, at: datetime) -> Mandate:
        """Put an acting officer or a delegation on record."""
        return vouching.give_mandate(self._ctx, mandate, by=by, at=at)

    def erase(self, person: str, *, reason: ErasureReason, by: str, at: datetime) -> int:
        """Erase the private parts of a person's stream; the chain stays whole."""
        return vouching.erase(self._ctx, person, reason=reason, by=by, at=at)

    # ---- questions

    @property
    def hours(self) -> OfficeHours | None:
        """The office's standard and core hours, if any are known."""
        return self._ctx.hours

    @property
    def policies(self) -> Policies | None:
        """Where the policy of a date comes from, if there is one."""
        return self._ctx.policies

    def policy_for(self, unit: str, on: date) -> Policy:
        """The policy that decides a request of that date in that unit, with the numbers that the unit is given.

        Raises ``CommandRefused`` (MKD408) without policies, ``PolicyError`` for a date on which none is in force.
        """
        self._ctx.need_unit(unit)
        return scoping.policy_for(self._ctx, on, self.assigned(unit, on))

    def assigned(self, unit: str, on: date) -> tuple[Assignment, ...]:
        """What a unit and those above it are given, as far as it reaches the unit on that date; the nearest first."""
        self._ctx.need_unit(unit)
        if self._ctx.assignments is None:
            return ()
        return scoping.holding(self._ctx, unit, self._ctx.organisation(on))

    @property
    def assignments(self) -> Sequence[Assignment]:
        """All that units are given; in a view, what reaches its units."""
        reach = self._ctx.reach
        return tuple(each for each in self._ctx.assignments or () if reach is None or reach.reached_by(each.scope))

    @property
    def calendar(self) -> Calendar | None:
        """Holidays and seasons, if any are known."""
        return self._ctx.calendar

    @property
    def defaults(self) -> Mapping[str, Default]:
        """What is taken for facts that nobody knows."""
        return self._ctx.defaults

    def organisation(self, on: date) -> DirectoryAt:
        """People, units and mandates as of a date, those given through the service among them."""
        return self._ctx.seen_organisation(on)

    def within(self, *units: str, on: date) -> Self:
        """The same service for somebody whose sight ends with these units and all below them, as they are on a date.

        What lies outside is as what is not there: ``NotFound`` (MKD450), in the same words. Listings leave it out. What
        no agency does by itself (the clock, delivery, the chain of the whole journal) is refused (MKD451). Who decides
        is looked up in the whole organisation all the same. A view of a view reaches what both do.
        """
        for unit in units:
            self._ctx.need_unit(unit)
        view = copy(self)
        view._ctx = evolve(self._ctx, reach=Reach(self._ctx.organisation(on), units))
        return view

    @property
    def reach(self) -> Reach | None:
        """What this view reaches; None for the whole service."""
        return self._ctx.reach

    def agreement(self, agreement: str) -> Agreement:
        """An agreement as it stands. Raises ``NotFound``."""
        return self._ctx.found(agreement)[1]

    def dossier(self, person: str) -> Dossier:
        """Everything on record about a person."""
        self._ctx.need_person(person)
        return self._ctx.dossier(person)

    def agreements(self) -> tuple[Agreement, ...]:
        """Every agreement there is, by applicant and number."""
        return tuple(self._ctx.agreements())

    def history(self, agreement: str) -> tuple[Happened, ...]:
        """Everything that happened to an agreement."""
        return reading.history(self._ctx, agreement)

    def replay(self, agreement: str) -> tuple[DecidedThen, ...]:
        """Every recorded decision on it, decided again on the facts of then: the same, or what has changed since."""
        return replaying.replay(self._ctx, agreement)

    def inbox(self, person: str, *, at: datetime) -> tuple[Task, ...]:
        """What waits for a person."""
        return reading.inbox(self._ctx, person, at)

    def superiors(self, agreement: str, *, at: datetime) -> tuple[Approver, ...]:
        """The applicant's superior at that moment, or whoever acts in the superior's place."""
        return open_case(self._ctx, agreement, at=at, by=applicant_of(agreement)).superiors()

    def unit_of(self, person: str, *, at: datetime) -> Unit:
        """The unit that a person belongs to at that moment."""
        return employee_at(self._ctx, person, at)[1]

    def day(self, person: str, on: date, *, at: datetime) -> PlannedDay:
        """Where and when a person works on a date."""
        return presence.day(self._ctx, person, on, at)

    def roster(self, unit: str, first: date, last: date, *, at: datetime) -> tuple[PlannedDay, ...]:
        """The days of everybody in a unit and below it."""
        return presence.roster(self._ctx, unit, first, last, at)

    def days_ahead(
        self, unit: Unit, agreements: Sequence[Agreement], first: date, *, terms: Terms | None = None
    ) -> tuple[Day, ...]:
        """Four weeks of somebody with these agreements, if all that is pending and a request of ``terms`` were granted.

        They begin with the day before ``first``, for its night shifts; ``unit`` is where the person works.
        """
        return presence.days_ahead(self._ctx, unit, agreements, first, terms)

    def verify(self, head: Head | None = None) -> list[Fault]:
        """Every fault of the journal's chain, none when it is whole; against a ``head`` kept elsewhere, if given."""
        self._ctx.need_whole("the journal's chain")
        return verify((record for _, record in self._ctx.journal.records()), head)

    # ---- the clock and the outbox

    def tick(self, now: datetime) -> TickReport:
        """Do all that is due: resolve steps again, act on deadlines, let day plans roll forward.

        Idempotent, and catches up after any downtime. Its problems name what people who left have left behind (MKD452).
        """
        return clock.tick(self._ctx, now)

    def deliver(self, now: datetime, *, limit: int = 1000) -> DeliveryReport:
        """Try every effect that is due, each once; no more than ``limit`` of them, the oldest first."""
        return delivery.deliver(self._ctx, now, limit)


def _named(backends: Sequence[B] | Mapping[str, B]) -> dict[str, B]:
    """Each by its name, or by its number where they have none."""
    if isinstance(backends, Mapping):
        return dict(backends)
    return {str(number): backend for number, backend in enumerate(backends, start=1)}
