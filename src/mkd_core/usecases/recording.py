"""A decision that the host's own workflow took: recorded in the place of a route, by the same separation of duties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mkd_core import events as e
from mkd_core.agreements import Agreement, Version
from mkd_core.approvals import is_applicant
from mkd_core.errors import InvalidInput, NotAllowed, WrongState
from mkd_core.events import Approver, Ballot
from mkd_core.usecases.agreements import check_ready, open_version
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import Decided, decide
from mkd_core.usecases.facts import approver_facts
from mkd_core.usecases.powers import Case, open_case
from mkd_core.usecases.votes import approval, check_approval, check_refusal


def record_decision(
    ctx: Context,
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
    """Record it, and what follows from it. A request that is on a route of ours is decided there alone.

    Raises ``NotAllowed`` (MKD420) for a decision on one's own request, by oneself or by whoever stands in for oneself;
    ``WrongState`` for a version that is not open or not the newest; ``CommandRefused`` as a vote does.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    latest = open_version(case, "decided by the host")
    if version is not None and version != latest.number:
        raise WrongState("MKD412", f"version {latest.number} waits for a decision, not {version}", where=agreement)
    if not reference.strip():
        raise InvalidInput(
            "MKD449", "a decision of the host has no reference", where=agreement, mend="give what the host calls it"
        )
    _check_duties(case, on_behalf_of)
    decided = None if ctx.policies is None else _decide(ctx, case, latest, on_behalf_of)
    events: list[Any] = []
    if ballot is Ballot.REFUSE and decided is not None:
        spoken = consulted or latest.consulted
        check_refusal(decided.decision.policy.refusal, ground, consulted=spoken, where=agreement)
    if ballot is Ballot.REFUSE and consulted and not latest.consulted:
        events.append(e.ApplicantConsulted(agreement=agreement, version=latest.number))
    if ballot is Ballot.APPROVE:
        check_ready(case, latest)
        events += _consent(case, latest, on_behalf_of)
        if decided is not None:
            check_approval(case, decided, reason)
    recorded = e.DecisionRecorded(
        agreement=agreement,
        version=latest.number,
        ballot=ballot,
        on=case.organisation.on,
        reference=reference,
        on_behalf_of=on_behalf_of,
        ground=ground,
        verdict=decided.verdict if decided else None,
        reason=reason,
        facts=decided.facts if decided else {},
    )
    events += [recorded, _outcome(case, latest, ballot, ground)]
    return ctx.record(case.dossier, events, at=at, by=by).agreement(agreement)


def _check_duties(case: Case, on_behalf_of: str | None) -> None:
    """Nobody decides on their own request: not under a second key, nor through somebody who stands in.

    So whoever decides must be known: an unknown key might be anybody's.
    """
    case.organisation.known(case.by)
    office = case.organisation.unit(on_behalf_of) if on_behalf_of else None
    stood_in_for = office.head if office else on_behalf_of
    if any(key and is_applicant(key, case.applicant, case.organisation) for key in (case.by, stood_in_for)):
        raise NotAllowed(
            "MKD420", "nobody decides on their own request, nor has it decided in their place", where=case.agreement.id
        )


def _as_superior(case: Case, on_behalf_of: str | None) -> bool:
    superiors = {one.person for one in case.superiors()} | {case.applicant.superior}
    return case.as_superior() is not None or (on_behalf_of is not None and on_behalf_of in superiors)


def _decide(ctx: Context, case: Case, version: Version, on_behalf_of: str | None) -> Decided:
    vote = approver_facts(Approver(person=case.by), case.applicant, ())
    vote["approver.is_superior"] = _as_superior(case, on_behalf_of)
    vote["approver.is_acting"] = on_behalf_of is not None
    return decide(ctx, case, version, vote=vote)


def _consent(case: Case, version: Version, on_behalf_of: str | None) -> list[e.TargetsConsented]:
    """The superior's consent to the targets, where the superior decides; somebody else's decision is none."""
    if "superior" in version.consents or not case.superiors():
        return []
    if not _as_superior(case, on_behalf_of):
        raise WrongState(
            "MKD417",
            "the superior has not agreed to the targets",
            where=case.agreement.id,
            mend="the superior agrees to them before somebody else's decision is recorded",
        )
    return [
        e.TargetsConsented(
            agreement=case.agreement.id,
            version=version.number,
            revision=version.revision,
            side="superior",
            on_behalf_of=on_behalf_of,
        )
    ]


def _outcome(case: Case, version: Version, ballot: Ballot, ground: str) -> Any:
    name, number = case.agreement.id, version.number
    if ballot is Ballot.RETURN:
        return e.AgreementReturned(agreement=name, version=number)
    if ballot is Ballot.REFUSE:
        return e.AgreementRefused(agreement=name, version=number, ground=ground)
    return approval(case, version)
