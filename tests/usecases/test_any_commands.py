"""Whatever people do in whatever order: what is refused is refused on purpose, and what happened keeps the promises."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mkd_core import CommandRefused, InvalidInput, Level, State
from mkd_core.events import AgreementApproved, ErasureReason, VoteCast
from mkd_core.journal import verify
from mkd_plugins.testing.fakes import RecordingSchedule

AGREEMENTS = ("analyst.1", "analyst.1", "analyst.1", "analyst.2", "data-head.1")
ACTORS = ("the right one", "the right one", "the right one", "analyst", "data-head", "director", "hr", "clerk")
ON = {"on": date(2023, 7, 5)}
COMMANDS = {
    "propose": lambda w, a, by, at: w.service.propose(
        applicant=a.split(".")[0], plan=w.plan(2, anchor=at.date()), targets=[w.target()], by=by, at=at
    ),
    "submit": lambda w, a, by, at: w.service.submit(a, by=by, at=at),
    "approve": lambda w, a, by, at: w.service.approve(a, by=by, at=at, reason="r"),
    "refuse": lambda w, a, by, at: w.service.refuse(a, by=by, at=at, reason="r"),
    "send_back": lambda w, a, by, at: w.service.send_back(a, by=by, at=at, reason="r"),
    "consult": lambda w, a, by, at: w.service.consult(a, by=by, at=at),
    "withdraw": lambda w, a, by, at: w.service.withdraw(a, by=by, at=at),
    "counter": lambda w, a, by, at: w.service.counter(a, targets=[w.target(value="7")], by=by, at=at),
    "agree": lambda w, a, by, at: w.service.agree(a, by=by, at=at),
    "amend": lambda w, a, by, at: w.service.amend(
        a, plan=w.plan(1), starts=at.date() + timedelta(days=3), by=by, at=at
    ),
    "suspend": lambda w, a, by, at: w.service.suspend(a, since=at.date(), by=by, at=at, reason="r"),
    "resume": lambda w, a, by, at: w.service.resume(a, since=at.date(), by=by, at=at),
    "recall": lambda w, a, by, at: w.service.recall(a, on=at.date(), by=by, at=at, reason="r"),
    "revoke": lambda w, a, by, at: w.service.revoke(a, since=at.date() + timedelta(days=1), by=by, at=at, reason="r"),
    "end": lambda w, a, by, at: w.service.end(a, since=at.date(), by=by, at=at),
    "recheck": lambda w, a, by, at: w.service.recheck(a, by=by, at=at),
    "report": lambda w, a, by, at: w.service.report_activity(a, minutes=60, description="d", by=by, at=at, **ON),
    "result": lambda w, a, by, at: w.service.report_result(
        a, target="t1", value=Decimal(1), evidence="e", by=by, at=at, **ON
    ),
    "verify": lambda w, a, by, at: w.service.verify_activity(a, "a1", by=by, at=at),
    "verify_result": lambda w, a, by, at: w.service.verify_result(a, "r1", by=by, at=at),
    "dispute": lambda w, a, by, at: w.service.dispute_result(a, "r1", by=by, at=at, note="n"),
    "close": lambda w, a, by, at: w.service.close_period(
        a.split(".")[0], "2023-06", by=by, at=at, behaviour=Level.ABOVE
    ),
    "erase": lambda w, a, by, at: w.service.erase(a.split(".")[0], reason=ErasureReason.REQUEST, by=by, at=at),
    "tick": lambda w, a, by, at: w.service.tick(at),
    "deliver": lambda w, a, by, at: w.service.deliver(at),
    "inbox": lambda w, a, by, at: w.service.inbox(by, at=at),
}
OF_THE_APPLICANT = {"propose", "submit", "withdraw", "amend", "report", "result", "dispute", "end"}
COMMON = ("propose", "submit", "approve", "approve", "agree", "amend", "report", "result", "verify_result")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*COMMON * 3, *COMMANDS]),
        st.sampled_from(AGREEMENTS),
        st.sampled_from(ACTORS),
        st.integers(0, 4),
    ),
    min_size=20,
    max_size=60,
)


def the_right_one(world, command, agreement):
    """Whoever may do that as far as the command says: the applicant, who has a vote, or the superior."""
    applicant = agreement.split(".")[0]
    if command in OF_THE_APPLICANT:
        return applicant
    found = world.service.dossier(applicant).agreements.get(agreement)
    voters = world.voters(found) if found else []
    return voters[0] if voters else "data-head" if applicant == "analyst" else "planning-head"


def happen(world, steps):
    """Do all of it, one after the other, a few days apart; every refusal leaves the journal as it was."""
    moment = world.at(6, 20)
    for command, agreement, by, days in steps:
        moment += timedelta(days=days)
        if by == "the right one":
            by = the_right_one(world, command, agreement)
        before = world.journal.head()
        refusal = None
        try:
            COMMANDS[command](world, agreement, by, moment)
        except (CommandRefused, InvalidInput) as refused:
            refusal = refused
        event(f"{command} {'refused' if refusal else 'done'}")
        assert refusal is None or world.journal.head() == before
    return moment


@given(STEPS, st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_keeps_the_promises(worlds, both_steps, steps, in_force):
    """The chain is whole, state can be rebuilt, nobody judged their own request, nothing overlaps or is unagreed."""
    world = worlds(
        route=both_steps.replace('within = "5 working days"', 'within = "5 working days"\nlate = "escalate"')
    )
    if in_force:
        world.approved(plan=world.plan(anchor=date(2023, 6, 19)), on=world.at(6, 20))

    moment = happen(world, steps)

    assert verify(record for _, record in world.journal.records()) == []
    fresh = type(world)(journal=world.journal, identity=world.identity)
    assert fresh.service.agreements() == world.service.agreements()
    assert [world.service.dossier(a.applicant).agreements[a.id] for a in fresh.service.agreements()] == list(
        fresh.service.agreements()
    )
    for agreement in fresh.service.agreements():
        history = world.service.history(agreement.id)
        assert not any(isinstance(item.event, VoteCast) and item.by == agreement.applicant for item in history)
        for version in agreement.versions:
            if version.state is State.APPROVED:
                assert version.consents == {"employee", "superior"}
        for item in history:
            if isinstance(item.event, AgreementApproved):
                assert item.event.effective >= item.at.date()
    for offset in range(-10, 90):
        on = moment.date() + timedelta(days=offset)
        live = [a for a in fresh.service.agreements() if a.applicant == "analyst" and a.in_force(on)]
        assert len(live) <= 1
    world.service.tick(moment)
    assert world.service.tick(moment).changed == ()
    assert world.service.tick(moment).day_plans == 0


@given(STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_a_roster_ends_with_the_days_as_they_are(worlds, steps):
    """Each date that was ever sent is, from today on, what the agreements say; nothing was sent that did not change."""
    roster = RecordingSchedule()
    world = worlds(schedules=[roster])
    world.approved(plan=world.plan(anchor=date(2023, 6, 19)), on=world.at(6, 20))

    moment = happen(world, steps)
    world.service.tick(moment)
    world.service.deliver(moment)

    for (person, on), entry in roster.taken.items():
        if on >= moment.date():
            assert entry.windows == world.service.day(person, on, at=moment).windows
    told = {}
    for entry in roster.attempts:
        assert told.get((entry.person, entry.on)) != entry.windows
        told[entry.person, entry.on] = entry.windows
    held = [a for a in world.service.agreements() if a.day(moment.date())]
    assert all((a.applicant, moment.date()) in roster.taken for a in held)
