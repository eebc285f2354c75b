"""The example of a host with a state machine of its own."""

import importlib.util
from datetime import date, datetime
from pathlib import Path

import pytest

from mkd_core import AgreementService, NotAllowed, Policy, Staff, State, Terms, Week, weekly
from mkd_core.people import WIB
from mkd_plugins.testing.fakes import FakeCalendar, memory_journal, small_agency

EXAMPLES = Path(__file__).parents[2] / "examples"
ON = date(2023, 6, 20)
NOON = datetime(2023, 6, 20, 12, tzinfo=WIB)


def loaded():
    spec = importlib.util.spec_from_file_location("own_workflow_host", EXAMPLES / "own_workflow" / "host.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def asked(host, remote):
    days = ("mon", "tue", "wed", "thu", "fri")
    week = {day: f"07:30-16:00 {'home' if number < remote else 'office'} 60" for number, day in enumerate(days)}
    terms = Terms(plan=weekly(date(2023, 7, 3), Week.parse(week)), starts=date(2023, 7, 3), ends=date(2023, 9, 29))
    applicant = next(person for person in small_agency().people(ON) if person.key == "analyst")
    return host.Request(applicant=applicant, terms=terms, facts={"applicant.rating": "good"})


@pytest.fixture
def workflow():
    host = loaded()
    text = (EXAMPLES / "django_host" / "hr" / "house.toml").read_text(encoding="utf-8")
    return host, host.Workflow(Policy.from_toml(text), FakeCalendar({date(2023, 6, 26): "Libur"}))


def staff():
    identity = small_agency()
    return Staff(on=ON, people=list(identity.people(ON)), units=list(identity.units(ON)))


def test_the_example_is_short():
    """A host needs at most sixty lines."""
    assert len((EXAMPLES / "own_workflow" / "host.py").read_text(encoding="utf-8").splitlines()) <= 60


def test_the_host_decides_and_the_agreement_follows(workflow):
    """Route, approver and deadline come from the policy; the answer is the host's, and the agreement is approved."""
    host, machine = workflow
    request = asked(host, remote=2)
    machine.forward(request, staff())
    assert (request.state, request.approver, request.due) == ("with the superior", "data-head", date(2023, 6, 28))
    machine.decide(request, by="data-head", yes=True)

    mkd = AgreementService(journal=memory_journal(), identity=small_agency())
    draft = mkd.propose(
        applicant="analyst", plan=request.terms.plan, ends=request.terms.ends, targets=[], by="analyst", at=NOON
    )
    host.record(mkd, draft.id, request, NOON, "WF-1")
    assert mkd.agreement(draft.id).latest.state is State.APPROVED


def test_a_request_that_the_policy_refuses_goes_nowhere(workflow):
    """Four days away are too many, and the remedy says what would do."""
    host, machine = workflow
    request = asked(host, remote=4)
    machine.forward(request, staff())

    assert request.state == "rejected"
    assert [change.proposed for change in machine.check(request, ON).remedy().changes if "remote" in change.fact] == [3]


def test_nobody_decides_on_the_own_request_in_the_hosts_name(workflow):
    """A host whose state machine let the applicant decide is refused when it records that."""
    host, _ = workflow
    request = asked(host, remote=2)
    request.approver, request.state = "analyst", "granted"
    mkd = AgreementService(journal=memory_journal(), identity=small_agency())
    draft = mkd.propose(applicant="analyst", plan=request.terms.plan, targets=[], by="analyst", at=NOON)

    with pytest.raises(NotAllowed, match="MKD420"):
        host.record(mkd, draft.id, request, NOON, "WF-2")
