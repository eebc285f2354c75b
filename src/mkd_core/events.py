"""What happened, one frozen class a kind of event, in the past tense.

People are opaque keys. A field made with :func:`private` (free text, targets, the facts a decision used) is kept
beside the hash chain and may be erased; it therefore always has a default, and a state rebuilt after the erasure
simply lacks it; the same holds for the private fields of a :class:`Verdict` in an event. Who did it and when stand on
the envelope (:class:`Happened`), not in each event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import evolve, field, fields, frozen

from mkd_core.decrees import Decree, Seat
from mkd_core.people import MandateKind
from mkd_core.targets import Target
from mkd_core.worktime import Window, WorkPlan


def private(default: Any = "") -> Any:
    """A field that lies beside the chain and can be erased; ``default`` is what is left then."""
    return field(default=default, repr=False, metadata={"private": True})


@frozen(kw_only=True)
class Terms:
    """What an agreement says besides its targets.

    ``ends`` None is open-ended (permanent), which asks for a ``review`` date. The three ``…_given`` say whether the
    private text was there, so that a decision can be checked after the text was erased.
    """

    plan: WorkPlan
    starts: date
    ends: date | None = None
    review: date | None = None
    outside_region: bool = False
    reason_given: bool = False
    evidence_given: bool = False
    work_plan_given: bool = False


class Ballot(StrEnum):
    """What an approver may answer; ``return`` sends the request back to be changed."""

    APPROVE = "approve"
    REFUSE = "refuse"
    RETURN = "return"


@frozen(kw_only=True)
class Approver:
    """Somebody who may vote on a step; ``on_behalf_of`` is the officer or the unit whose head is replaced."""

    person: str
    on_behalf_of: str | None = None
    mandate: MandateKind | None = None
    reference: str = ""


@frozen(kw_only=True)
class Step:
    """A step of the route as the policy had it when the request was submitted.

    ``need`` is ``all``, ``any`` or a number; ``within`` such as ``5 working days``; ``late`` what happens after that.
    """

    id: str
    approvers: tuple[str, ...]
    need: str = "all"
    within: str = ""
    late: str = "remind"
    distinct: bool = False


@frozen(kw_only=True)
class Given:
    """A number that decided as the unit ``scope`` was given it, and the title of the instrument that says so."""

    parameter: str
    value: Any
    scope: str
    source: str


@frozen(kw_only=True)
class Verdict:
    """What a policy said: enough to see it and to decide it again; the facts it used lie beside the chain.

    ``failed`` and ``undetermined`` are ids of rules, private since the name of a rule may tell a circumstance;
    ``season`` is the one whose variant decided, if any, and ``dated`` the overlays of dates that held then, by their
    dates (``2026-03-01/2026-03-31``); ``fingerprint`` tells the rules and parameters that decided from others of the
    same version. ``scopes`` are the units that were given a policy or numbers which reached the applicant's unit, the
    nearest first, and ``given`` the numbers that came of it.
    """

    outcome: str
    policy: str
    version: str
    on: date
    moment: str
    failed: tuple[str, ...] = private(())
    undetermined: tuple[str, ...] = private(())
    season: str | None = None
    dated: tuple[str, ...] = ()
    fingerprint: str = ""
    scopes: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()


# ---- the agreement ---------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class AgreementProposed:
    """The applicant laid out plan and targets; version 1 of the agreement is a draft."""

    agreement: str
    terms: Terms
    targets: tuple[Target, ...] = private(())
    reason: str = private()
    evidence: str = private()
    work_plan: str = private()


@frozen(kw_only=True)
class AmendmentProposed:
    """A new version travels the route while the old one stays in force."""

    agreement: str
    version: int
    terms: Terms
    targets: tuple[Target, ...] = private(())
    reason: str = private()
    evidence: str = private()
    work_plan: str = private()


@frozen(kw_only=True)
class TermsRevised:
    """The applicant changed plan or texts of a version that was not submitted yet, or was returned."""

    agreement: str
    version: int
    terms: Terms
    reason: str = private()
    evidence: str = private()
    work_plan: str = private()


@frozen(kw_only=True)
class TargetsCountered:
    """One side proposed other targets; the other side's consent is open again. ``side`` is employee or superior."""

    agreement: str
    version: int
    revision: int
    side: str
    targets: tuple[Target, ...] = private(())
    note: str = private()


@frozen(kw_only=True)
class TargetsConsented:
    """One side agreed to the targets as they stood in that revision."""

    agreement: str
    version: int
    revision: int
    side: str
    on_behalf_of: str | None = None
    mandate: MandateKind | None = None


@frozen(kw_only=True)
class AgreementSubmitted:
    """The request went on its route; from here on it counts against every limit."""

    agreement: str
    version: int
    verdict: Verdict
    route: tuple[Step, ...]
    facts: Mapping[str, Any] = private({})


@frozen(kw_only=True)
class StepOpened:
    """The approvers of a step were resolved, when it opened, was escalated, or the organisation changed.

    ``passed_over`` names those who let a deadline go by; the step went over their heads.
    """

    agreement: str
    version: int
    step: str
    approvers: tuple[Approver, ...]
    due: date | None = None
    problem: str = ""
    passed_over: tuple[str, ...] = ()


@frozen(kw_only=True)
class VoteCast:
    """An approver answered; ``merged`` when the vote on the step before was recorded for this one too."""

    agreement: str
    version: int
    step: str
    ballot: Ballot
    verdict: Verdict
    on_behalf_of: str | None = None
    mandate: MandateKind | None = None
    reference: str = ""
    ground: str = ""
    merged: bool = False
    reason: str = private()
    facts: Mapping[str, Any] = private({})


@frozen(kw_only=True)
class ApplicantConsulted:
    """The refusal that is intended was talked over, where the policy asks for that before a refusal."""

    agreement: str
    version: int
    note: str = private()


@frozen(kw_only=True)
class DeadlinePassed:
    """A step's deadline went by and what the policy says then was done.

    ``effect`` is what was done: ``remind``, ``escalate``, ``deem_approved``, ``deem_refused``; or ``not_deemed``, where
    silence would have approved what the policy does not approve any more. ``verdict`` is what it said then.
    """

    agreement: str
    version: int
    step: str
    effect: str
    due: date
    verdict: Verdict | None = None
    facts: Mapping[str, Any] = private({})


@frozen(kw_only=True)
class DecisionRecorded:
    """The host's own workflow decided; this stands for the submission, the route and the votes.

    ``on`` is the date of the decision where the applicant works, ``reference`` what the host calls it, and
    ``on_behalf_of`` the officer in whose place somebody decided. ``verdict`` is what the policy said, if one was asked.
    """

    agreement: str
    version: int
    ballot: Ballot
    on: date
    reference: str
    on_behalf_of: str | None = None
    ground: str = ""
    verdict: Verdict | None = None
    reason: str = private()
    facts: Mapping[str, Any] = private({})


@frozen(kw_only=True)
class AgreementApproved:
    """The last step passed; the version holds from ``effective`` on, never backwards."""

    agreement: str
    version: int
    effective: date


@frozen(kw_only=True)
class AgreementReturned:
    """The request went back to the applicant to be changed."""

    agreement: str
    version: int


@frozen(kw_only=True)
class AgreementRefused:
    """A step refused the request; ``ground`` where the policy has a closed list."""

    agreement: str
    version: int
    ground: str = ""


@frozen(kw_only=True)
class AgreementWithdrawn:
    """The applicant took the request back, or it fell with the agreement that it would have changed."""

    agreement: str
    version: int
    reason: str = private()


@frozen(kw_only=True)
class AgreementSuspended:
    """The agreement rests from that date on."""

    agreement: str
    since: date
    reason: str = private()


@frozen(kw_only=True)
class AgreementResumed:
    """The agreement holds again from that date on."""

    agreement: str
    since: date


@frozen(kw_only=True)
class AgreementRevoked:
    """The employer ended the agreement; ``since`` is the first day without it."""

    agreement: str
    since: date
    reason: str = private()


@frozen(kw_only=True)
class AgreementEnded:
    """The agreement was ended by the employee or by mutual consent; ``since`` is the first day without it."""

    agreement: str
    since: date


@frozen(kw_only=True)
class RecalledToOffice:
    """The superior called the person to the office for a day; ``windows`` are the office hours of that day."""

    agreement: str
    on: date
    windows: tuple[Window, ...]
    reason: str = private()


@frozen(kw_only=True)
class ReviewOpened:
    """A live agreement was decided again and would not be approved now; it goes on until somebody decides."""

    agreement: str
    verdict: Verdict
    facts: Mapping[str, Any] = private({})


# ---- decrees ---------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class DecreeIssued:
    """A decree for a unit was put on record, before the first agreement was made from it."""

    decree: Decree


@frozen(kw_only=True)
class DecreeRevoked:
    """A decree was taken back; ``since`` is the first day without it."""

    decree: str
    since: date
    reason: str = private()


@frozen(kw_only=True)
class AgreementDecreed:
    """A decree made the agreement, without a request; version 1 holds from ``effective`` on.

    ``decree`` is its key, ``seat`` the person's place where people take turns, ``verdict`` what the policy said.
    """

    agreement: str
    decree: str
    terms: Terms
    effective: date
    verdict: Verdict
    seat: Seat | None = None
    facts: Mapping[str, Any] = private({})


# ---- work and results ------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class ActivityReported:
    """The employee reported work on a day, in minutes."""

    agreement: str
    activity: str
    on: date
    minutes: int
    target: str | None = None
    description: str = private()
    evidence: str = private()


@frozen(kw_only=True)
class ActivityVerified:
    """The superior validated an activity; ``minutes`` are those accepted, 0 rejects it."""

    agreement: str
    activity: str
    minutes: int
    note: str = private()


@frozen(kw_only=True)
class ResultReported:
    """The employee reported what was reached of a target by a date."""

    agreement: str
    result: str
    target: str
    on: date
    value: Decimal | None = private(None)
    evidence_given: bool = False
    evidence: str = private()


@frozen(kw_only=True)
class ResultVerified:
    """The superior confirmed a result; ``value`` is the one accepted."""

    agreement: str
    result: str
    value: Decimal | None = private(None)
    note: str = private()


@frozen(kw_only=True)
class ResultDisputed:
    """The employee does not agree with what was verified; the dispute is open."""

    agreement: str
    result: str
    note: str = private()


@frozen(kw_only=True)
class ClosedLine:
    """A pay line that a closed period led to."""

    item: str
    quantity: Decimal
    unit: str
    rule: str
    source: str


@frozen(kw_only=True)
class PeriodClosed:
    """A person's period was closed: what was validated and reached, and what that does to pay.

    ``rating`` is proposed, never final; ``missing`` says what would have been needed. ``minutes`` None was erased.
    """

    period: str
    scheme: str
    minutes: int | None = private(None)
    achievement: Decimal | None = private(None)
    rating: str | None = private(None)
    lines: tuple[ClosedLine, ...] = private(())
    missing: tuple[str, ...] = private(())


# ---- facts and mandates ----------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class FactAttested:
    """Somebody vouched for a fact about a person, until a date if it has one.

    ``fact`` is its name, private like the value: that there is something to say about a sensitive fact tells of it.
    """

    person: str
    role: str
    until: date | None = None
    fact: str = private()
    value: bool | int | float | str | None = private(None)
    evidence: str = private()


@frozen(kw_only=True)
class MandateGiven:
    """An acting officer was named, or a colleague asked to stand in."""

    kind: MandateKind
    acting: str
    starts: date
    ends: date | None = None
    unit: str | None = None
    replaces: str | None = None
    reference: str = ""
    accepted: bool = True


class ErasureReason(StrEnum):
    """Why private parts were erased: a word of a closed list, since what is chained can never be erased itself."""

    RETENTION = "retention"
    REQUEST = "request"
    ORDER = "order"


@frozen(kw_only=True)
class PrivatePartsErased:
    """The private parts of this stream up to this event were erased, on purpose.

    ``cancelled`` are the keys of what still waited in the outbox and will not be delivered any more.
    """

    reason: ErasureReason
    cancelled: tuple[str, ...] = ()


_SECOND = frozenset(
    {
        AgreementSubmitted,
        VoteCast,
        DeadlinePassed,
        ReviewOpened,
        ResultReported,
        ResultVerified,
        PeriodClosed,
        FactAttested,
        PrivatePartsErased,
    }
)
"""Those whose schema 2 keeps more of what is personal beside the chain, or says more of an erasure."""

EVENTS: Mapping[str, tuple[type, int]] = {
    kind.__name__: (kind, 2 if kind in _SECOND else 1)
    for kind in (
        AgreementProposed,
        AmendmentProposed,
        TermsRevised,
        TargetsCountered,
        TargetsConsented,
        AgreementSubmitted,
        StepOpened,
        VoteCast,
        ApplicantConsulted,
        DeadlinePassed,
        DecisionRecorded,
        AgreementApproved,
        AgreementReturned,
        AgreementRefused,
        AgreementWithdrawn,
        AgreementSuspended,
        AgreementResumed,
        AgreementRevoked,
        AgreementEnded,
        RecalledToOffice,
        ReviewOpened,
        DecreeIssued,
        DecreeRevoked,
        AgreementDecreed,
        ActivityReported,
        ActivityVerified,
        ResultReported,
        ResultVerified,
        ResultDisputed,
        PeriodClosed,
        FactAttested,
        MandateGiven,
        PrivatePartsErased,
    )
}
"""Every kind of event by its name, with the number of the schema that is written today."""


def without_private(event: Any) -> Any:
    """The event as it is after its private parts were erased."""
    changes: dict[str, Any] = {}
    for part in fields(type(event)):
        value = getattr(event, part.name)
        if part.metadata.get("private"):
            changes[part.name] = part.default
        elif isinstance(value, Verdict):
            changes[part.name] = without_private(value)
    return evolve(event, **changes)


@frozen
class Happened:
    """An event with its envelope: which it is in its stream, when it happened and by whom.

    ``at`` has a zone; ``by`` is the opaque key of a person, or ``system`` for what the clock did.
    """

    number: int
    at: datetime
    by: str
    event: Any
