"""Who asks, as whom, and what they may: the one place that says yes or no to a request before the service does.

A *host system* has a token of its own, good for some scopes. It acts as people where ``[roles."token:NAME"]`` lets it,
and names them in the header ``Mkd-Acting-Person``. A *person* comes with a token of the identity provider
(``[serve.oidc]``) and acts as themselves alone. What a person asks to see has to concern them; a system that names
nobody sees what its scope allows. That nobody decides on the own request is the service's rule, whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from attrs import frozen
from werkzeug.wrappers import Request

from mkd_core.agreements import Agreement
from mkd_core.errors import InvalidInput, NotAllowed, NotFound
from mkd_core.people import Employee, Employment, ServiceNumber
from mkd_core.ports import Denied, Found
from mkd_core.usecases.directory import DirectoryAt
from mkd_plugins.deployment import Deployment
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.settings import Oidc, Scope, ServeSettings

if TYPE_CHECKING:
    from mkd_plugins.serve.tokens import TokenReader

ACTING = "Mkd-Acting-Person"
"""The header in which a host system names the person who acts."""
READERS = ("hr", "auditor")
"""The roles whose holders see everybody's agreements and days."""
_NUMBER = re.compile(r"[\d ]{9,}")


@frozen(kw_only=True)
class Caller:
    """Who asks: ``name`` of the system for the log, ``id`` under which keys and limits are kept, who acts if anybody.

    ``rate`` is how often a second.
    """

    name: str
    id: str
    scopes: frozenset[Scope] = frozenset()
    person: str | None = None
    rate: float = 1.0

    def need(self, scope: Scope) -> None:
        """Refuse what the token is not good for."""
        if scope not in self.scopes:
            raise HttpProblem("MKD709", f"this token is not good for {scope}", status=403, where=self.name)

    def acting(self) -> str:
        """The key of the person who acts. Raises ``HttpProblem`` where nobody was named."""
        if self.person is None:
            raise HttpProblem("MKD711", "nobody said who acts", status=400, where=ACTING)
        return self.person


NOBODY = Caller(name="", id="")
"""Who asks what needs no token."""


class Access:
    """Tells callers by their tokens. Raises ``InvalidInput`` (MKD708) where people's tokens cannot be read."""

    def __init__(self, mkd: Deployment, settings: ServeSettings) -> None:
        self._mkd = mkd
        self._rate = settings.rate
        self._oidc = settings.oidc
        self._reader = None if settings.oidc is None else _reader(settings.oidc)
        self._hosts = [(host, sha256(host.token.reveal().encode()).digest()) for host in settings.hosts]

    def caller(self, request: Request, at: datetime) -> Caller:
        """Who sent that. Raises ``HttpProblem``, ``NotFound`` for a stranger, ``NotAllowed`` for somebody denied."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _unknown("no system has that token")
        given = sha256(token.encode("utf-8", "surrogateescape")).digest()
        # All are compared, so that the time it takes tells nothing.
        found = [host for host, known in self._hosts if compare_digest(given, known)]
        named = request.headers.get(ACTING)
        if found:
            host = found[0]
            return Caller(
                name=host.name,
                id=f"host:{host.name}",
                scopes=frozenset(host.scopes),
                person=None if named is None else self._named(host.name, named.strip(), at),
                rate=host.rate or self._rate,
            )
        if self._reader is None or self._oidc is None or token.count(".") != 2:
            raise _unknown("no system has that token")
        handle = self._reader.person(token)
        if named is not None:
            raise HttpProblem("MKD710", "a person acts as themselves alone", status=403, where=ACTING)
        key = self._of_token(handle, at)
        return Caller(name="oidc", id=f"person:{key}", scopes=frozenset(self._oidc.scopes), person=key, rate=self._rate)

    def _named(self, host: str, handle: str, at: datetime) -> str:
        """The key of the person whom a system names, if the configuration lets it."""
        grant = self._mkd.host.config.roles.grant(f"token:{host}")
        if not grant.acts_as:
            raise _may_not_name(host)
        if _NUMBER.fullmatch(handle):
            ServiceNumber.parse(handle, Employment.OTHER, where=ACTING)
        key = self._mkd.organisation(at.date()).lookup(handle).key
        if not grant.may_act_as(key):
            raise _may_not_name(host)
        return key

    def _of_token(self, handle: str, at: datetime) -> str:
        """The key of the person of a verified token: nobody is found by what another one could call themselves."""
        on = at.date()
        if self._oidc is not None and self._oidc.holds == "key":
            return self._mkd.organisation(on).known(handle).key
        for identity in self._mkd.identities:
            match identity.lookup(handle, on):
                case Found(employee=employee):
                    return employee.key
                case Denied(reason=reason):
                    raise NotAllowed("MKD405", f"identity denies this person: {reason}")
        raise NotFound("MKD406", "no identity backend knows the person of that token")


def need_sight_of_person(mkd: Deployment, caller: Caller, person: str, at: datetime) -> None:
    """Refuse a person what is about somebody whom they neither are nor lead, unless they run the scheme."""
    if not _concerns(mkd, caller, person, at):
        raise _not_shown()


def need_sight_of_agreement(mkd: Deployment, caller: Caller, agreement: Agreement, at: datetime) -> None:
    """The same for an agreement, which those see, too, who vote or voted on it."""
    steps = agreement.latest.steps
    voters = {one.person for step in steps for one in step.approvers} | {who for step in steps for who, _ in step.votes}
    if caller.person not in voters and not _concerns(mkd, caller, agreement.applicant, at):
        raise _not_shown()


def need_sight_of_unit(mkd: Deployment, caller: Caller, unit: str, at: datetime) -> None:
    """The same for who is where in a unit: its head and those above, and who runs the scheme."""
    organisation = mkd.organisation(at.date())
    if organisation.unit(unit) is None:
        raise NotFound("MKD407", "no identity backend knows that unit", where="unit")
    if caller.person is None or organisation.has_role(caller.person, *READERS, unit=unit):
        return
    if caller.person not in _leaders(organisation, None, unit):
        raise _not_shown()


def _concerns(mkd: Deployment, caller: Caller, person: str, at: datetime) -> bool:
    if caller.person is None or caller.person == person:
        return True
    organisation = mkd.organisation(at.date())
    employee = organisation.employee(person)
    if organisation.has_role(caller.person, *READERS, unit=employee.unit if employee else None):
        return True
    return employee is not None and caller.person in _leaders(organisation, employee, employee.unit)


def _leaders(organisation: DirectoryAt, employee: Employee | None, unit: str) -> Iterator[str]:
    """Somebody's superiors, the heads of a unit and of those above it, and whoever a mandate puts in their place."""
    people, units = set[str](), set[str]()
    while employee is not None and employee.superior and employee.superior not in people:
        people.add(employee.superior)
        employee = organisation.employee(employee.superior)
    above: str | None = unit
    while above and above not in units and (found := organisation.unit(above)):
        units.add(above)
        if found.head:
            people.add(found.head)
        above = found.parent
    yield from people
    for mandate in organisation.mandates():
        if mandate.holds(organisation.on) and (mandate.replaces in people or mandate.unit in units):
            yield mandate.acting


def _reader(oidc: Oidc) -> TokenReader:
    try:
        from mkd_plugins.serve.tokens import TokenReader
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            "MKD708", f"{missing.name} is not installed", where="serve.oidc", mend="pip install 'mkd[oidc]'"
        ) from None
    return TokenReader(oidc)


def _unknown(message: str) -> HttpProblem:
    return HttpProblem("MKD701", message, status=401, headers={"WWW-Authenticate": 'Bearer realm="mkd"'})


def _may_not_name(host: str) -> HttpProblem:
    return HttpProblem(
        "MKD710",
        "this system may not act as that person",
        status=403,
        where=ACTING,
        mend=f'name the person in acts_as of [roles."token:{host}"]',
    )


def _not_shown() -> HttpProblem:
    return HttpProblem("MKD718", "this does not concern the person who asks", status=403)
