"""What whoever asks may see.

A system that names nobody sees what its scope and its unit allow. A person sees what concerns them: their own, that of
those below them, what they vote on, and where they hold a role that sees all. What is not theirs is told in the words
for what is not there, so that nothing is learned of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mkd_core.agreements import Agreement
from mkd_core.errors import NotFound
from mkd_core.people import Employee
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.reach import not_yours
from mkd_plugins.config import READERS

if TYPE_CHECKING:
    from mkd_plugins.serve.route import Call


def seen_agreement(call: Call, key: str) -> Agreement:
    """The agreement of that key. Raises ``NotFound``."""
    person = call.caller.person
    if person is None:
        return call.mkd.agreement(key)
    try:
        agreement = call.mkd.agreement(key)
    except NotFound:
        raise not_yours("agreement") from None
    steps = agreement.latest.steps
    voters = {one.person for step in steps for one in step.approvers} | {who for step in steps for who, _ in step.votes}
    if person not in voters and not _concerns(call, person, agreement.applicant):
        raise not_yours("agreement")
    return agreement


def need_sight_of_person(call: Call, key: str) -> None:
    """Refuse what is about somebody whom the person who asks neither is nor leads. Raises ``NotFound``."""
    if call.caller.person is not None and not _concerns(call, call.caller.person, key):
        raise not_yours("person")


def need_sight_of_unit(call: Call, key: str) -> None:
    """Refuse who is where in a unit to all but its head and those above. Raises ``NotFound``."""
    person, organisation = call.caller.person, _organisation(call)
    if person is None:
        if call.mkd.organisation(call.at.date()).unit(key) is None:
            raise not_yours("unit")
    elif not organisation.has_role(person, *READERS, unit=key) and person not in _leaders(organisation, None, key):
        raise not_yours("unit")


def _concerns(call: Call, person: str, about: str) -> bool:
    if person == about:
        return True
    organisation = _organisation(call)
    employee = organisation.employee(about)
    if organisation.has_role(person, *READERS, unit=employee.unit if employee else None):
        return True
    return employee is not None and person in _leaders(organisation, employee, employee.unit)


def _organisation(call: Call) -> DirectoryAt:
    """The whole one: those above a unit may lie beyond the view of the system that asks for them."""
    return call.app.mkd.organisation(call.at.date())


def _leaders(organisation: DirectoryAt, employee: Employee | None, unit: str) -> Iterator[str]:
    """Somebody's superiors, the heads of a unit and of those above it, and whoever a mandate puts in their place."""
    people, units = set[str](), set(organisation.upwards(unit))
    while employee is not None and employee.superior and employee.superior not in people:
        people.add(employee.superior)
        employee = organisation.employee(employee.superior)
    people |= {found.head for key in units if (found := organisation.unit(key)) and found.head}
    yield from people
    for mandate in organisation.mandates():
        if mandate.holds(organisation.on) and (mandate.replaces in people or mandate.unit in units):
            yield mandate.acting
