"""What people put on record about people: facts they vouch for, mandates they give, private parts they erase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from mkd_core import events as e
from mkd_core.agreements import LIVE, PENDING
from mkd_core.approvals import is_applicant, resolve
from mkd_core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from mkd_core.events import ErasureReason
from mkd_core.journal.codec import encode
from mkd_core.outbox import EffectStatus
from mkd_core.people import Mandate, MandateKind
from mkd_core.usecases.context import MANDATES, Context, not_before
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import Attested, Dossier
from mkd_core.usecases.powers import HR, SUPERIOR, employee_for
from mkd_core.usecases.reach import not_yours


def attest(
    ctx: Context,
    person: str,
    fact: str,
    value: Any,
    *,
    by: str,
    at: datetime,
    until: date | None = None,
    evidence: str = "",
) -> Attested:
    """Vouch for a fact about a person, as the superior or HR. Checked against the vocabulary of the policies.

    About people are the facts ``applicant.*`` and those that a plugin has a namespace of its own for.
    The person may vouch for what only the person can know (``source`` attested: equipment, circumstances), and not
    against what the superior or HR vouched for: what the personnel record should say is not for the one it is about.
    """
    from mkd_core.policy import VOCABULARY, Facts

    vocabulary = VOCABULARY if ctx.policies is None else ctx.policies.vocabulary
    employee, unit, organisation = employee_for(ctx, person, at, by=by)
    dossier = ctx.dossier(person)
    if fact not in vocabulary or (fact in VOCABULARY and not fact.startswith("applicant.")):
        raise NotFound("MKD436", f"no fact about people is called {fact!r}", mend=vocabulary.nearest(fact))
    Facts.from_flat({fact: value}, vocabulary=vocabulary)
    own = is_applicant(by, employee, organisation)
    role = "applicant" if own else "superior"
    if not own and by not in {one.person for one in resolve(SUPERIOR, employee, organisation).approvers}:
        if not organisation.has_role(by, HR, unit=unit.key):
            raise NotAllowed("MKD421", "only the person, the superior or HR may attest a fact", where=person)
        role = HR
    if own:
        earlier = dossier.attested.get(fact)
        contradicts = earlier and earlier.role != role and earlier.holds(organisation.on)
        if vocabulary[fact].source != "attested" or contradicts:
            raise NotAllowed(
                "MKD421",
                f"nobody may attest their own {fact}",
                where=person,
                mend="ask the superior or HR",
            )
    event = e.FactAttested(person=person, fact=fact, role=role, until=until, value=value, evidence=evidence)
    return ctx.record(dossier, [event], at=at, by=by).attested[fact]


def give_mandate(ctx: Context, mandate: Mandate, *, by: str, at: datetime) -> Mandate:
    """Put an order (Plt, Plh) or a delegation on record, as HR; a delegation counts once it was accepted.

    HR of some units does so within them: for an office and people of theirs, the acting officer too.
    HR gives no power to itself, and does not choose who decides on its own requests: another of the role does that.
    """
    organisation = ctx.organisation(at.date())
    if not organisation.holds(by, HR):
        raise NotAllowed("MKD421", "only HR may put a mandate on record", mend="give the role hr in mkd.toml")
    _need_within(ctx, organisation, by, mandate)
    acting = organisation.known(mandate.acting)
    if mandate.replaces is not None:
        organisation.known(mandate.replaces)
    if mandate.unit is not None and organisation.unit(mandate.unit) is None:
        raise NotFound("MKD407", f"no identity backend knows the unit {mandate.unit!r}")
    if mandate.kind is not MandateKind.DELEGATION and not mandate.reference:
        raise InvalidInput("MKD215", f"a {mandate.kind} is an order and has a number", mend="give its reference")
    if is_applicant(by, acting, organisation) or _decides_on(ctx, by, mandate):
        raise NotAllowed(
            "MKD420",
            "nobody gives a mandate to themselves, or names who stands in for their own superior",
            where=by,
            mend="let somebody else of the role hr put it on record",
        )
    event = e.MandateGiven(
        kind=mandate.kind,
        acting=mandate.acting,
        starts=mandate.starts,
        ends=mandate.ends,
        unit=mandate.unit,
        replaces=mandate.replaces,
        reference=mandate.reference,
        accepted=mandate.accepted,
    )
    kept = ctx.journal.read(MANDATES)
    if kept:
        not_before(datetime.fromisoformat(kept[-1].at), at, where=MANDATES)
    number = kept[-1].number if kept else 0
    effects = ctx.announced(MANDATES, mandate.acting, number + 1, [event])
    ctx.journal.append(MANDATES, number, [encode(event, at=at, by=by)], effects)
    return mandate


def _need_within(ctx: Context, organisation: DirectoryAt, by: str, mandate: Mandate) -> None:
    """Refuse, as if it were not there, an office or a person beyond reach or beyond the role of whoever gives."""
    for key in filter(None, (mandate.acting, mandate.replaces)):
        ctx.need_person(key)
        employee = organisation.employee(key)
        if not organisation.has_role(by, HR, unit=employee.unit if employee else None):
            raise not_yours("person")
    if mandate.unit is not None:
        ctx.need_unit(mandate.unit)
        if not organisation.has_role(by, HR, unit=mandate.unit):
            raise not_yours("unit")


def _decides_on(ctx: Context, person: str, mandate: Mandate) -> bool:
    """Whether the mandate makes its holder that person's superior."""
    organisation = ctx.directory.at(mandate.starts, [mandate])
    employee = organisation.employee(person)
    superiors = resolve(SUPERIOR, employee, organisation).approvers if employee else ()
    return any(one.person == mandate.acting and one.mandate is mandate.kind for one in superiors)


def erase(ctx: Context, person: str, *, reason: ErasureReason, by: str, at: datetime) -> int:
    """Erase the private parts of a person's stream, as HR; how many there were. The chain stays whole.

    What the outbox says of the person goes too, and what still waits there is cancelled, on record. Refused while an
    agreement is pending or live, since its targets are among them, and while pay lines wait to be handed over.
    """
    ctx.need_person(person)
    organisation = ctx.organisation(at.date())
    if not organisation.holds(by, HR):
        raise NotAllowed("MKD421", "only HR may erase private parts", where=person)
    employee = organisation.employee(person)
    if not organisation.has_role(by, HR, unit=employee.unit if employee else None):
        raise not_yours("person")
    if by == person or (employee is not None and is_applicant(by, employee, organisation)):
        raise NotAllowed(
            "MKD420",
            "nobody erases what is on record about themselves",
            where=person,
            mend="let somebody else of the role hr do it",
        )
    dossier = ctx.dossier(person)
    if not dossier.number:
        raise NotFound("MKD441", "nothing is on record about that person", where=person)
    for agreement in dossier.agreements.values():
        if agreement.state(organisation.on) in LIVE | PENDING:
            raise WrongState(
                "MKD437", f"{agreement.id} is {agreement.state(organisation.on)}", where=person, mend="end it first"
            )
    cancelled = tuple(_undelivered(ctx, dossier))
    ctx.record(dossier, [e.PrivatePartsErased(reason=reason, cancelled=cancelled)], at=at, by=by)
    return ctx.journal.erase(dossier.stream)


def _undelivered(ctx: Context, dossier: Dossier) -> Iterator[str]:
    """The keys of what an erasure cancels. Pay that is due is none of it, while there is a payroll to take it."""
    for status in (EffectStatus.PENDING, EffectStatus.DEAD):
        for delivery in ctx.journal.deliveries(status, dossier.stream):
            effect = delivery.effect
            if effect.port == "payroll" and status is EffectStatus.PENDING and ctx.payroll is not None:
                raise WrongState(
                    "MKD448",
                    "pay lines of this person wait for payroll",
                    where=dossier.person,
                    mend="hand them over first: mkd outbox deliver",
                )
            yield effect.key
