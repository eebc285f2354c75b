"""What a view lets see of the organisation, while who decides is looked up in the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mkd_core import AgreementService, Mandate, MandateKind, MkdError, NotFound
from mkd_core.journal import MemoryJournal, Record
from mkd_core.people import Holder
from mkd_plugins.testing.fakes import memory_journal, small_agency

ON = date(2023, 6, 20)


@pytest.fixture
def counter(world: Any) -> AgreementService:
    """The counter alone: its head and a clerk."""
    return world.service.within("counter", on=ON)


def test_people_and_units_of_the_view_alone_are_there(counter: AgreementService) -> None:
    """By key, by number, in a list and up the tree; the agency above is not to be seen."""
    organisation = counter.organisation(ON)

    assert sorted(employee.key for employee in organisation.people()) == ["clerk", "counter-head"]
    assert organisation.lookup("199308192019031911").key == "clerk"
    assert organisation.employee("analyst") is None
    assert organisation.unit("agency") is None
    assert list(organisation.upwards("counter")) == ["counter", "agency"]
    assert [unit.key for backend in organisation.directory.identities for unit in backend.units(ON)] == ["counter"]


@pytest.mark.parametrize("handle", ["analyst", "199103172015032906", "analyst@example.go.id", "nobody"])
def test_a_handle_of_somebody_outside_is_as_one_of_nobody(counter: AgreementService, handle: str) -> None:
    """A number, a login or an address tells nothing, not even that it is somebody's."""
    with pytest.raises(NotFound) as caught:
        counter.organisation(ON).lookup(handle)

    assert str(caught.value) == "MKD450 there is no such person, or it is not yours"


def test_somebody_denied_is_as_nobody(world: Any, counter: AgreementService) -> None:
    """Why a person is not served any more is nobody's business outside of their unit, nor known within."""
    world.identity.denied["clerk"] = "left"

    with pytest.raises(NotFound, match="MKD450"):
        counter.organisation(ON).known("clerk")


def test_mandates_of_the_view_are_those_that_touch_it(world: Any) -> None:
    """An order about one's own office or people is seen, one between others is not."""
    for acting, unit in (("clerk", "counter"), ("clerk", "archive"), ("curator", "archive")):
        world.identity.mandate(
            Mandate(kind=MandateKind.PLT, acting=acting, unit=unit, starts=ON, reference=f"{acting} {unit}")
        )

    seen = world.service.within("counter", on=ON).organisation(ON).mandates()

    assert [mandate.reference for mandate in seen] == ["clerk counter", "clerk archive"]


def test_who_decides_may_stand_outside_of_the_view(world: Any) -> None:
    """The head of the counter answers to the director, whom the counter's view does not show."""
    view = world.service.within("counter", on=ON)
    request = world.submitted("counter-head")

    assert [one.person for one in view.superiors(request.id, at=world.at(6, 20))] == ["director"]
    assert [one.person for one in view.agreement(request.id).latest.open_step.approvers] == ["director"]


def test_tasks_about_people_outside_are_not_in_the_inbox(world: Any) -> None:
    """Of what waits for somebody of the view, what it would tell of another unit is left out."""
    world.identity.change("analyst", superior="clerk")
    request = world.submitted("analyst")

    assert [task.agreement for task in world.service.inbox("clerk", at=world.at(6, 20))] == [request.id]
    assert world.service.within("counter", on=ON).inbox("clerk", at=world.at(6, 20)) == ()


def test_a_view_of_two_units_reaches_both(world: Any) -> None:
    """And nothing between them."""
    view = world.service.within("counter", "data", on=ON)

    assert {each.key for each in view.organisation(ON).people()} >= {"clerk", "analyst"}
    assert view.reach is not None
    assert [view.reach.unit(key) for key in ("counter", "data", "planning", "archive", "nowhere")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_view_of_a_unit_that_nobody_knows_shows_nothing(world: Any) -> None:
    """A misspelt unit fails closed."""
    world.submitted()
    view = world.service.within("couter", on=ON)

    assert view.agreements() == ()
    assert list(view.organisation(ON).people()) == []


class Counted(MemoryJournal):
    """A journal that counts the records that are read of it as a whole."""

    read_through = 0

    def records(self, after: int = 0) -> Iterator[tuple[int, Record]]:
        for each in super().records(after):
            self.read_through += 1
            yield each


def test_views_share_what_the_service_has_read(worlds: Any) -> None:
    """A view costs no second reading of the journal, and sees what happens after it was made."""
    journal = Counted(lambda: "00")
    world = worlds(journal=journal)
    view = world.service.within("data", on=ON)
    request = world.submitted()
    assert world.service.agreements() == (request,)
    before = journal.read_through

    assert view.agreements() == (request,)
    assert journal.read_through == before > 0


def test_whoever_holds_a_role_everywhere_is_nowhere_a_stranger(worlds: Any) -> None:
    """A second role that ends with a unit takes nothing away from one that does not."""
    world = worlds(roles={"hr": ["hr"], "auditor": [Holder(person="hr", unit="counter")]})
    agreement = world.approved()

    suspended = world.service.suspend(agreement.id, since=date(2023, 7, 10), by="hr", at=world.at(7, 3), reason="flood")

    assert suspended.resting


def test_a_colleague_without_a_role_is_told_as_ever(world: Any) -> None:
    """What is told of other units is for those who administer one; a colleague is told who may."""
    agreement = world.approved()

    with pytest.raises(MkdError) as caught:
        world.service.suspend(agreement.id, since=date(2023, 7, 10), by="clerk", at=world.at(7, 3), reason="no")

    assert caught.value.code == "MKD421"


def test_an_administrator_of_another_unit_votes_where_a_step_asks_them(worlds: Any) -> None:
    """A role of theirs ends with a unit; what a step asks of them in person does not."""
    world = worlds(roles={"hr": [Holder(person="data-head", unit="counter")]})
    request = world.submitted()

    assert world.service.approve(request.id, by="data-head", at=world.at(6, 21)).latest.state == "approved"


def test_whoever_two_backends_know_is_there_once() -> None:
    """Two backends that know one person give them once to a view."""
    service = AgreementService(journal=memory_journal(), identity=[small_agency(), small_agency()])

    people = [employee.key for employee in service.within("counter", on=ON).organisation(ON).people()]

    assert sorted(people) == ["clerk", "counter-head"]
