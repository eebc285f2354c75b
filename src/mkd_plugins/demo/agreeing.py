"""The third chapter: the remedy taken, the targets agreed by both sides, the votes."""

from __future__ import annotations

from datetime import date

from mkd_core.agreements import Agreement
from mkd_core.errors import MkdError, NotAllowed
from mkd_core.events import VoteCast
from mkd_plugins.demo.beginning import targets
from mkd_plugins.demo.stage import FIRST_DAY, Stage, at
from mkd_plugins.demo.telling import Teller
from mkd_plugins.testing.province import ANALYST, DRAFTER, PLANNER

AGREED_ON = date(2023, 6, 21)


def approval(stage: Stage, tell: Teller) -> dict[str, object]:
    """From the refused request to an approved agreement, one step by the acting officer."""
    tell.chapter("The remedy taken, the targets agreed, the votes", "Jalan keluar diambil, target disepakati, suara")
    agreement = _mended(stage, tell)
    superior = _superior_of(stage, agreement)
    agreement = _agreed(stage, tell, agreement, superior)
    agreement = stage.mkd.submit(agreement.id, by=ANALYST, at=at(AGREED_ON, 11))
    rejected = _wrong_vote(stage, tell, agreement)
    votes = _voted(stage, tell, agreement)
    planner = f"{PLANNER}.1"
    stage.mkd.submit(planner, by=PLANNER, at=at(AGREED_ON, 11))
    _voted(stage, tell, stage.mkd.agreement(planner))
    state = stage.mkd.agreement(agreement.id).state(FIRST_DAY)
    tell.say(
        "{id} is {state} from {day} on.",
        "{id} {state} mulai {day}.",
        id=agreement.id,
        state=tell.term(state),
        day=FIRST_DAY,
    )
    return {
        "agreement": agreement.id,
        "state": state.value,
        "revisions": agreement.latest.revision,
        "votes": votes,
        "acting_votes": [vote for vote in votes if vote["mandate"]],
        "rejected_vote": rejected,
    }


def _mended(stage: Stage, tell: Teller) -> Agreement:
    name = f"{ANALYST}.1"
    terms = stage.mkd.mend(name, by=ANALYST, at=at(AGREED_ON))
    if terms is None:
        raise MkdError("MKD289", "the refused request of the story has no remedy", where=name)
    tell.say(
        "The remedy is taken by {who}: {days} days a week at home, the last one back at the office.",
        "Jalan keluar diambil oleh {who}: {days} hari sepekan di rumah, hari terakhir kembali di kantor.",
        who=tell.who(ANALYST),
        days=terms.plan.weeks[0].remote_days,
    )
    return stage.mkd.revise(name, terms=terms, by=ANALYST, at=at(AGREED_ON))


def _superior_of(stage: Stage, agreement: Agreement) -> str:
    return stage.mkd.superiors(agreement.id, at=at(AGREED_ON))[0].person


def _agreed(stage: Stage, tell: Teller, agreement: Agreement, superior: str) -> Agreement:
    stage.mkd.counter(
        agreement.id, targets=targets(5), by=superior, at=at(AGREED_ON, 10), note="Five, as in the months before"
    )
    tell.say(
        "A counter-proposal by {superior}, for the vacant post above: five reports a month, not four. Agreed by {who}.",
        "Usulan balik dari {superior}, untuk jabatan yang kosong: lima laporan sebulan. Disetujui {who}.",
        superior=tell.who(superior),
        who=tell.who(ANALYST),
    )
    return stage.mkd.agree(agreement.id, by=ANALYST, at=at(AGREED_ON, 10))


def _wrong_vote(stage: Stage, tell: Teller, agreement: Agreement) -> str:
    try:
        stage.mkd.approve(agreement.id, by=DRAFTER, at=at(AGREED_ON, 12))
    except NotAllowed as refused:
        tell.say("A vote by {who}:", "Suara dari {who}:", who=tell.who(DRAFTER))
        tell.line(str(refused))
        return refused.code
    raise MkdError("MKD289", "a vote without the power was taken", where=agreement.id)


def _voted(stage: Stage, tell: Teller, agreement: Agreement) -> list[dict[str, object]]:
    """Everybody whom a step waits for votes, until the route is at its end."""
    hour = 13
    while progress := stage.mkd.agreement(agreement.id).latest.open_step:
        voted = {person for person, _ in progress.votes}
        approver = next(approver for approver in progress.approvers if approver.person not in voted)
        stage.mkd.approve(agreement.id, step=progress.step.id, by=approver.person, at=at(AGREED_ON, hour))
        hour += 1
    votes: list[dict[str, object]] = []
    for happened in stage.mkd.history(agreement.id):
        if isinstance(happened.event, VoteCast):
            vote = happened.event
            capacity = f"{vote.mandate.title()}. {vote.on_behalf_of} ({vote.reference})" if vote.mandate else ""
            tell.line(
                f"{agreement.id}  {vote.step}: {tell.term(vote.ballot)}  {tell.who(happened.by)}  {capacity}".rstrip()
            )
            votes.append({"step": vote.step, "by": happened.by, "mandate": vote.mandate and vote.mandate.value})
    return votes
