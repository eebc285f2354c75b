"""The agreement: its versions, its life cycle, and the plan of any day. State is rebuilt from events, never stored.

::

    draft ─→ submitted ─→ approved ─→ active ─→ ended          submitted ─→ refused
      │        │    ↑        │         ↕                       draft, submitted, returned, approved ─→ withdrawn
      │        ↓    │        │      suspended ─→ revoked
      └──→ … returned        └──→ (dates do the rest)

Approved, active and ended differ by dates alone, so no event is needed for them and no downtime can miss one. An
amendment is a further version that travels the route while the version in force stays in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from mkd_core import events as e
from mkd_core.approvals import Tally, tally
from mkd_core.decrees import Seat
from mkd_core.errors import InvalidInput, NotFound
from mkd_core.events import Approver, Ballot, Happened, Step, Terms, Verdict
from mkd_core.targets import Target
from mkd_core.worktime import Day


class State(StrEnum):
    """Where an agreement, or a version of it, stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ENDED = "ended"


PENDING = frozenset({State.SUBMITTED})
LIVE = frozenset({State.APPROVED, State.ACTIVE, State.SUSPENDED})
OPEN = frozenset({State.DRAFT, State.RETURNED})
"""The states in which the applicant may change a version."""


@frozen(kw_only=True)
class StepProgress:
    """A step that was opened: its approvers as resolved last, the votes in their order, and what they come to.

    ``not_deemed`` says that its deadline went by, and that silence did not approve it since the policy does not.
    """

    step: Step
    approvers: tuple[Approver, ...]
    due: date | None
    problem: str = ""
    passed_over: tuple[str, ...] = ()
    votes: tuple[tuple[str, Ballot], ...] = ()
    passed_by_deadline: bool = False
    not_deemed: bool = False

    @property
    def tally(self) -> Tally:
        """What the votes come to so far."""
        if self.passed_by_deadline:
            return Tally.PASSED
        if not self.approvers:
            return Tally.OPEN
        return tally(self.step, self.approvers, self.votes)


@frozen(kw_only=True)
class Version:
    """One version of an agreement: terms, targets with their consents, and how far it got on its route.

    ``revision`` counts the proposals of targets; ``consents`` holds the sides that agreed to the last of them.
    ``effective`` is the first day on which it holds, once approved.
    """

    number: int
    terms: Terms
    targets: tuple[Target, ...] = field(repr=False)
    state: State = State.DRAFT
    revision: int = 1
    consents: frozenset[str] = frozenset({"employee"})
    texts: Mapping[str, str] = field(factory=dict, repr=False)
    verdict: Verdict | None = None
    route: tuple[Step, ...] = ()
    steps: tuple[StepProgress, ...] = ()
    consulted: bool = False
    ground: str = ""
    submitted_on: date | None = None
    effective: date | None = None

    @property
    def open_step(self) -> StepProgress | None:
        """The step that waits for votes, while the version is on its route."""
        if self.state is not State.SUBMITTED or not self.steps:
            return None
        return self.steps[-1]

    @property
    def next_step(self) -> Step | None:
        """The step that opens when the last one opened has passed; None at the end of the route."""
        return self.route[len(self.steps)] if len(self.steps) < len(self.route) else None


@frozen(kw_only=True)
class Agreement:
    """An agreement with all its versions, as its events left it.

    ``rests`` holds the spans of dates in which it is suspended, half-open, the last one perhaps without an end.
    ``decree`` is the key of the decree that made it, if one did, and ``seat`` the person's place in its rotation.
    """

    id: str
    applicant: str
    versions: tuple[Version, ...]
    rests: tuple[tuple[date, date | None], ...] = ()
    stopped: date | None = None
    stopped_as: State | None = None
    recalls: Mapping[date, Day] = field(factory=dict)
    under_review: bool = False
    decree: str | None = None
    seat: Seat | None = None

    @property
    def resting(self) -> bool:
        """Whether it was suspended and not resumed yet, from whichever day on."""
        return bool(self.rests) and self.rests[-1][1] is None

    @property
    def latest(self) -> Version:
        """The version that was proposed last."""
        return self.versions[-1]

    def version(self, number: int) -> Version:
        """The version of that number. Raises ``NotFound``."""
        if not 1 <= number <= len(self.versions):
            raise NotFound("MKD404", f"there is no version {number}", where=self.id)
        return self.versions[number - 1]

    def in_force(self, on: date) -> Version | None:
        """The approved version that holds on that date, suspended or not; None before, after and without one."""
        if self.stopped is not None and on >= self.stopped:
            return None
        held = [v for v in self.versions if v.state is State.APPROVED and v.effective and v.effective <= on]
        if not held:
            return None
        last = held[-1]
        return last if last.terms.ends is None or on <= last.terms.ends else None

    def suspended(self, on: date) -> bool:
        """Whether it rests on that date."""
        return any(start <= on and (end is None or on < end) for start, end in self.rests)

    def state(self, on: date) -> State:
        """Where it stands on that date: the version in force decides, else the newest one."""
        if self.stopped is not None and self.stopped_as is not None and on >= self.stopped:
            return self.stopped_as
        if self.in_force(on):
            return State.SUSPENDED if self.suspended(on) else State.ACTIVE
        approved = [v for v in self.versions if v.state is State.APPROVED]
        if not approved:
            return self.latest.state
        waiting = any(v.effective is not None and v.effective > on for v in approved)
        return State.APPROVED if waiting else State.ENDED

    def day(self, on: date, season: str | None = None) -> Day | None:
        """What the agreement plans for that date; None when it does not hold then. Holidays aside."""
        version = self.in_force(on)
        if version is None or self.suspended(on):
            return None
        return self.recalls.get(on) or version.terms.plan.day(on, season)

    def spans(self) -> Iterator[tuple[date, date | None]]:
        """The spans of dates that it takes up, pending versions included; the end is included, None is open.

        An approved version takes up its days until a later one replaces it, or the agreement is stopped.
        """
        cuts = [] if self.stopped is None else [self.stopped]
        for version in reversed(self.versions):
            if version.state in (State.SUBMITTED, State.APPROVED):
                start = version.effective or version.terms.starts
                lasts = [cut - timedelta(days=1) for cut in cuts]
                end = min([*lasts, version.terms.ends or date.max])
                if start <= end:
                    yield start, None if end == date.max else end
                if version.effective is not None:
                    cuts.append(version.effective)


def overlap(one: Agreement, other: Agreement) -> bool:
    """Whether two agreements take up a common date."""
    return any(
        (end is None or start2 <= end) and (end2 is None or start <= end2)
        for start, end in one.spans()
        for start2, end2 in other.spans()
    )


def replay(history: Iterable[Happened], applicant: str) -> dict[str, Agreement]:
    """All agreements of one person from the person's events, by id; events about other things are passed over."""
    agreements: dict[str, Agreement] = {}
    for happened in history:
        event = happened.event
        if isinstance(event, e.AgreementProposed):
            agreements[event.agreement] = _proposed(event, applicant)
        elif isinstance(event, e.AgreementDecreed):
            agreements[event.agreement] = decreed(event, applicant)
        elif type(event) in _STEPS:
            agreements[event.agreement] = apply(agreements[event.agreement], happened)
    return agreements


def apply(agreement: Agreement, happened: Happened) -> Agreement:
    """The agreement after one more event of its own."""
    return _STEPS[type(happened.event)](agreement, happened.event, happened)


def _texts(event: Any) -> dict[str, str]:
    return {name: text for name in ("reason", "evidence", "work_plan") if (text := getattr(event, name))}


def _proposed(event: e.AgreementProposed, applicant: str) -> Agreement:
    first = Version(number=1, terms=event.terms, targets=event.targets, texts=_texts(event))
    return Agreement(id=event.agreement, applicant=applicant, versions=(first,))


def decreed(event: e.AgreementDecreed, applicant: str) -> Agreement:
    """The agreement that a decree made: approved as it is, without targets and without a route."""
    first = Version(
        number=1,
        terms=event.terms,
        targets=(),
        state=State.APPROVED,
        consents=frozenset(),
        verdict=event.verdict,
        effective=event.effective,
    )
    return Agreement(id=event.agreement, applicant=applicant, versions=(first,), decree=event.decree, seat=event.seat)


def _changed(agreement: Agreement, number: int, **changes: Any) -> Agreement:
    version = evolve(agreement.version(number), **changes)
    return evolve(agreement, versions=(*agreement.versions[: number - 1], version, *agreement.versions[number:]))


def _amended(agreement: Agreement, event: e.AmendmentProposed, _: Happened) -> Agreement:
    version = Version(number=event.version, terms=event.terms, targets=event.targets, texts=_texts(event))
    return evolve(agreement, versions=(*agreement.versions, version))


def _revised(agreement: Agreement, event: e.TermsRevised, _: Happened) -> Agreement:
    return _changed(agreement, event.version, terms=event.terms, texts=_texts(event))


def _countered(agreement: Agreement, event: e.TargetsCountered, _: Happened) -> Agreement:
    return _changed(
        agreement,
        event.version,
        targets=event.targets,
        revision=event.revision,
        consents=frozenset({event.side}),
    )


def _consented(agreement: Agreement, event: e.TargetsConsented, _: Happened) -> Agreement:
    return _changed(agreement, event.version, consents=agreement.version(event.version).consents | {event.side})


def _submitted(agreement: Agreement, event: e.AgreementSubmitted, happened: Happened) -> Agreement:
    return _changed(
        agreement,
        event.version,
        state=State.SUBMITTED,
        verdict=event.verdict,
        route=event.route,
        steps=(),
        consulted=False,
        submitted_on=event.verdict.on,
    )


def _opened(agreement: Agreement, event: e.StepOpened, _: Happened) -> Agreement:
    version = agreement.version(event.version)
    step = next(step for step in version.route if step.id == event.step)
    again = bool(version.steps) and version.steps[-1].step.id == event.step
    before = version.steps[:-1] if again else version.steps
    opened = StepProgress(
        step=step,
        approvers=event.approvers,
        due=event.due,
        problem=event.problem,
        passed_over=event.passed_over,
        votes=version.steps[-1].votes if again else (),
        not_deemed=again and version.steps[-1].not_deemed,
    )
    return _changed(agreement, event.version, steps=(*before, opened))


def _voted(agreement: Agreement, event: e.VoteCast, happened: Happened) -> Agreement:
    version = agreement.version(event.version)
    last = version.steps[-1]
    voted = evolve(last, votes=(*last.votes, (happened.by, event.ballot)))
    return _changed(agreement, event.version, steps=(*version.steps[:-1], voted))


def _consulted(agreement: Agreement, event: e.ApplicantConsulted, _: Happened) -> Agreement:
    return _changed(agreement, event.version, consulted=True)


def _late(agreement: Agreement, event: e.DeadlinePassed, _: Happened) -> Agreement:
    version = agreement.version(event.version)
    passed, withheld = event.effect == "deem_approved", event.effect == "not_deemed"
    deemed = evolve(version.steps[-1], passed_by_deadline=passed, not_deemed=withheld)
    return _changed(agreement, event.version, steps=(*version.steps[:-1], deemed))


def _decided(agreement: Agreement, event: e.DecisionRecorded, _: Happened) -> Agreement:
    return _changed(
        agreement,
        event.version,
        state=State.SUBMITTED,
        verdict=event.verdict,
        route=(),
        steps=(),
        submitted_on=event.on,
    )


def _approved(agreement: Agreement, event: e.AgreementApproved, _: Happened) -> Agreement:
    approved = _changed(agreement, event.version, state=State.APPROVED, effective=event.effective)
    return evolve(approved, under_review=False)


def _returned(agreement: Agreement, event: e.AgreementReturned, _: Happened) -> Agreement:
    return _changed(agreement, event.version, state=State.RETURNED)


def _refused(agreement: Agreement, event: e.AgreementRefused, _: Happened) -> Agreement:
    return _changed(agreement, event.version, state=State.REFUSED, ground=event.ground)


def _withdrawn(agreement: Agreement, event: e.AgreementWithdrawn, _: Happened) -> Agreement:
    return _changed(agreement, event.version, state=State.WITHDRAWN)


def _suspended(agreement: Agreement, event: e.AgreementSuspended, _: Happened) -> Agreement:
    return evolve(agreement, rests=(*agreement.rests, (event.since, None)))


def _resumed(agreement: Agreement, event: e.AgreementResumed, _: Happened) -> Agreement:
    start, _end = agreement.rests[-1]
    return evolve(agreement, rests=(*agreement.rests[:-1], (start, event.since)))


def _revoked(agreement: Agreement, event: e.AgreementRevoked, _: Happened) -> Agreement:
    return evolve(agreement, stopped=event.since, stopped_as=State.REVOKED)


def _ended(agreement: Agreement, event: e.AgreementEnded, _: Happened) -> Agreement:
    return evolve(agreement, stopped=event.since, stopped_as=State.ENDED)


def _recalled(agreement: Agreement, event: e.RecalledToOffice, _: Happened) -> Agreement:
    return evolve(agreement, recalls={**agreement.recalls, event.on: Day(event.windows)})


def _review(agreement: Agreement, event: e.ReviewOpened, _: Happened) -> Agreement:
    return evolve(agreement, under_review=True)


_Step = Callable[[Agreement, Any, Happened], Agreement]
_STEPS: Mapping[type, _Step] = {
    e.AmendmentProposed: _amended,
    e.TermsRevised: _revised,
    e.TargetsCountered: _countered,
    e.TargetsConsented: _consented,
    e.AgreementSubmitted: _submitted,
    e.StepOpened: _opened,
    e.VoteCast: _voted,
    e.ApplicantConsulted: _consulted,
    e.DeadlinePassed: _late,
    e.DecisionRecorded: _decided,
    e.AgreementApproved: _approved,
    e.AgreementReturned: _returned,
    e.AgreementRefused: _refused,
    e.AgreementWithdrawn: _withdrawn,
    e.AgreementSuspended: _suspended,
    e.AgreementResumed: _resumed,
    e.AgreementRevoked: _revoked,
    e.AgreementEnded: _ended,
    e.RecalledToOffice: _recalled,
    e.ReviewOpened: _review,
}


YEARS = range(1900, 3000)
"""The years in which an agreement may lie: beyond them a date is a slip, and counting on from it would overflow."""


def check_years(*days: date | None, where: str = "terms") -> None:
    """Refuse a date in no year of ours."""
    for day in days:
        if day is not None and day.year not in YEARS:
            message = f"{day} lies outside of the years {YEARS[0]} to {YEARS[-1]}"
            raise InvalidInput("MKD230", message, where=where, mend="check the year")


def check_terms(terms: Terms, *, where: str = "terms") -> None:
    """Refuse terms that no policy could make sense of: an end before the start, an open end without a review."""
    check_years(terms.starts, terms.ends, terms.review, where=where)
    if terms.ends is not None and terms.ends < terms.starts:
        raise InvalidInput(
            "MKD217", f"the agreement ends on {terms.ends}, before it starts on {terms.starts}", where=where
        )
    if terms.ends is None and terms.review is None:
        raise InvalidInput(
            "MKD218", "an open-ended agreement has no review date", where=where, mend="give an end or a review date"
        )
    if not any(week.net for week in terms.plan.weeks):
        raise InvalidInput("MKD219", "the plan has no hour of work in it", where=where)
