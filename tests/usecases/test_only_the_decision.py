"""Without journal and service: facts of a plan, the decision, its route, who may vote on a step, when it is due."""

from datetime import date

import mkd_core
from mkd_core import Facts, Mandate, MandateKind, OfficeHours, Span, Staff, Terms, plan_facts, resolve, working_days
from mkd_core.ports import Found
from mkd_plugins.testing.fakes import FakeCalendar, small_agency

ON = date(2023, 6, 20)


def staff(on=ON, **given):
    identity = small_agency()
    return Staff(on=on, people=list(identity.people(on)), units=list(identity.units(on)), **given)


def person(key):
    found = small_agency().person(key, ON)
    assert isinstance(found, Found)
    return found.employee


def test_the_whole_way_from_a_plan_to_a_deadline(world):
    """Facts of plan and targets, the decision, its steps with their approvers and their last days."""
    policy = world.policies.on(ON)
    facts = Facts.from_flat(
        {
            **plan_facts(Terms(plan=world.plan(), starts=world.starts), [world.target()], on=ON),
            "applicant.rating": "good",
            "today": ON,
        }
    )
    decision = policy.decide(facts)
    calendar = FakeCalendar({date(2023, 6, 26): "Libur"})

    (step,) = decision.route
    assert decision.outcome.value == "approve"
    assert [one.person for one in resolve(step, person("analyst"), staff()).approvers] == ["data-head"]
    assert step.within.after(ON, working_days(calendar)) == date(2023, 6, 28)


def test_who_may_vote_is_the_same_as_with_a_backend(world):
    """Plain lists answer like an identity backend: roles, vacant posts, orders, and never the applicant."""
    step = mkd_core.events.Step(id="hr", approvers=("role:hr", "unit_head"))
    roles = {"hr": ["hr", "analyst", "stranger"]}
    order = Mandate(kind=MandateKind.PLH, acting="deputy", replaces="data-head", starts=ON)

    by_role = resolve(step, person("analyst"), staff(roles=roles, orders=[order])).approvers
    assert [(one.person, one.on_behalf_of) for one in by_role] == [("hr", None), ("deputy", "data-head")]
    superior = mkd_core.events.Step(id="superior", approvers=("superior",))
    assert [one.person for one in resolve(superior, person("archivist"), staff()).approvers] == ["planning-head"]
    nobody = resolve(superior, person("analyst"), Staff(on=ON))
    assert (nobody.approvers, nobody.problem) == ((), "step superior: nobody is left to decide as superior")


def test_working_days_are_those_of_the_office(world):
    """Where the office works on Saturdays as well, they count; holidays never do."""
    saturdays = mkd_core.Week.parse(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "08:00-14:00 office"))
    hours = OfficeHours(standard=saturdays, source="ours")
    calendar = FakeCalendar({date(2023, 6, 23): "Libur"})

    due = Span.parse("3 working days").after(date(2023, 6, 22), working_days(calendar, "ID-JB", hours))

    assert due == date(2023, 6, 27)


def test_everything_public_is_there():
    """Each name of ``__all__`` can be imported, and says in a docstring what it is for."""
    for name in mkd_core.__all__:
        value = getattr(mkd_core, name)
        assert value.__doc__ or not callable(value), name
