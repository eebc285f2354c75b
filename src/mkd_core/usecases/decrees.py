"""Decrees: a unit's agreements made by order, without requests; put on record, carried out, taken back.

A decree is recorded first, then a person's agreement at a time, each in their own stream. Said again, it goes on where
it stood and makes nothing twice; so it is also how people who came later are reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal

from attrs import evolve, frozen

from mkd_core import events as e
from mkd_core.agreements import Agreement
from mkd_core.approvals import resolve
from mkd_core.decrees import Decree
from mkd_core.errors import CommandRefused, Conflict, InvalidInput, NotAllowed, NotFound, WrongState, did_you_mean
from mkd_core.events import Happened, Step
from mkd_core.journal.codec import decode, encode
from mkd_core.people import Employee, Unit
from mkd_core.usecases.agreements import revocation
from mkd_core.usecases.context import Context, not_before
from mkd_core.usecases.decreeing import LeftOut, Order, Placed, Reason, Staff, made_from
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.powers import HR
from mkd_core.usecases.reach import not_yours
from mkd_core.usecases.scoping import decree_for, holding
from mkd_core.worktime import WEEKDAYS, OfficeHours

STREAM = "decrees"
"""The stream of the decrees themselves; the agreements made from them are in the streams of their people."""
_HEAD = Step(id="head", approvers=("unit_head",))


@frozen(kw_only=True)
class Issued:
    """What a decree came to, or would: who has an agreement from it, and who does not.

    ``new`` are the ids of those agreements that this very run made, or would make.
    """

    decree: Decree
    agreements: tuple[Agreement, ...]
    new: frozenset[str]
    left_out: tuple[LeftOut, ...]


@frozen(kw_only=True)
class OnRecord:
    """A decree as it stands: who issued it and when, and the first day without it where it was revoked."""

    decree: Decree
    by: str
    at: datetime
    revoked: date | None = None


def issue(
    ctx: Context,
    decree: Decree,
    *,
    by: str,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Issued:
    """Make the agreements of a decree, as HR or as the head of the unit or of one above it; the issuer has none of it.

    With ``dry_run`` nothing is written. ``progress`` is told how many people were looked at. Raises
    ``InvalidInput`` (MKD461) for what cannot be carried out, ``CommandRefused`` (MKD462) where the policy has no such
    decree on its first day, (MKD464) for another decree of that key, ``WrongState`` (MKD465) for a revoked one.
    """
    organisation = ctx.organisation(at.date())
    unit = _may(ctx, organisation, decree.unit, by)
    decree = _carried_out_as(ctx, decree, unit, organisation)
    hours = _check_dates(ctx, decree, unit, at)
    _check_record(ctx, decree)
    order = Order(ctx=ctx, decree=decree, hours=hours, organisation=organisation, by=by, at=at)
    units = list(_staff(ctx, organisation, decree.unit))
    if not dry_run and decree.key not in _all(ctx):
        _append(ctx, e.DecreeIssued(decree=decree), by=by, at=at)
    agreements: list[Agreement] = []
    new: list[str] = []
    left_out: list[LeftOut] = []
    looked_at = 0
    for staff in units:
        placed, others = order.of_unit(staff)
        left_out += others
        for one in placed:
            made = one if dry_run or one.event is None else _made(ctx, one, by=by, at=at)
            if isinstance(made, LeftOut):
                left_out.append(made)
                continue
            agreements.append(made.agreement)
            if one.event is not None:
                new.append(made.agreement.id)
        looked_at += len(staff.people)
        if progress is not None:
            progress(looked_at)
    return Issued(decree=decree, agreements=tuple(agreements), new=frozenset(new), left_out=tuple(left_out))


def _carried_out_as(ctx: Context, decree: Decree, unit: Unit, organisation: DirectoryAt) -> Decree:
    """The decree with the end that its policy has, where none was said; refused where the policy is another one."""
    policy = decree_for(ctx, decree.starts, holding(ctx, unit.key, organisation, decree.starts))
    if policy is None or (policy.id, policy.version) != (decree.policy, decree.version):
        found = f"{policy.id} {policy.version}" if policy else "none"
        raise CommandRefused(
            "MKD462",
            f"{decree.policy} {decree.version} makes no agreements on {decree.starts}; in force is {found}",
            where=decree.key,
            mend='mkd policy list shows decrees and their dates; one that makes agreements says initiation = "decree"',
        )
    last = policy.period.until - timedelta(days=1) if policy.period.until is not None else None
    if last is not None and decree.ends is not None and decree.ends > last:
        raise InvalidInput(
            "MKD461", f"the decree goes on after {last}, the last day of {decree.version}", where=decree.key
        )
    return decree if decree.ends is not None or last is None else evolve(decree, ends=last)


def _check_dates(ctx: Context, decree: Decree, unit: Unit, at: datetime) -> OfficeHours:
    """The office's hours, on all days of a decree that is not over."""
    if decree.ends is not None and decree.ends < ctx.today(at, unit):
        raise InvalidInput("MKD461", f"the decree is over since {decree.ends}", where=decree.key)
    if ctx.hours is None:
        raise CommandRefused("MKD423", "no office hours are known to make agreements of", mend="give hours=")
    for day in decree.days:
        if not ctx.hours.standard.days[day].windows:
            raise InvalidInput("MKD461", f"the office does not work on {WEEKDAYS[day]}", where=decree.key)
    return ctx.hours


def _check_record(ctx: Context, decree: Decree) -> None:
    known = _all(ctx).get(decree.key)
    if known is not None and known.decree != decree:
        raise CommandRefused(
            "MKD464",
            "another decree of that key is on record",
            where=decree.key,
            mend="say it as it was said, to go on with it, or give another key",
        )
    if known is not None and known.revoked is not None:
        raise WrongState("MKD465", f"the decree was revoked as of {known.revoked}", where=decree.key)


def _may(
    ctx: Context, organisation: DirectoryAt, unit: str, by: str, *, asked: Literal["decree", "unit"] = "unit"
) -> Unit:
    """The unit, for whoever may give orders to it: HR, its head, the head of one above it, or who acts for them.

    To an administrator of other units what was ``asked`` for is as one that is not there (MKD450).
    """
    ctx.need_unit(unit)
    found = organisation.unit(unit)
    heads = (
        approver.person
        for above in organisation.upwards(unit)
        for approver in resolve(_HEAD, Employee(key="", unit=above), organisation).approvers
    )
    may = organisation.has_role(by, HR, unit=unit) or by in heads
    if not may and ctx.directory.partial(by):
        raise not_yours(asked)
    if found is None:
        raise NotFound("MKD407", f"no identity backend knows the unit {unit!r}")
    if not may:
        raise NotAllowed("MKD421", "only HR, or the head of the unit or of one above it, may do that", where=unit)
    return found


def _staff(ctx: Context, organisation: DirectoryAt, root: str) -> Iterator[Staff]:
    """The people of the unit and of all below it, unit by unit; those who left are nobody's staff."""
    by_unit: dict[str, dict[str, Employee]] = {}
    for employee in organisation.people():
        if employee.active and ctx.sees(employee.key) and organisation.within(employee.unit, root):
            by_unit.setdefault(employee.unit, {})[employee.key] = employee
    for key in sorted(by_unit):
        unit = organisation.unit(key)
        if unit is not None:
            people = dict(sorted(by_unit[key].items()))
            yield Staff(unit=unit, people=people, dossiers={person: ctx.dossier(person) for person in people})


def _made(ctx: Context, placed: Placed, *, by: str, at: datetime) -> Placed | LeftOut:
    """Put the agreement on record. What keeps one person's from it keeps nobody else's."""
    try:
        dossier = ctx.record(placed.dossier, [placed.event], at=at, by=by)
    except (CommandRefused, Conflict) as problem:
        person = placed.dossier.person
        return LeftOut(person=person, unit=placed.unit, reason=Reason.PROBLEM, detail=(problem.code,))
    return evolve(placed, agreement=dossier.agreement(placed.agreement.id))


def revoke(
    ctx: Context, key: str, *, since: date, by: str, at: datetime, reason: str
) -> tuple[tuple[Agreement, ...], tuple[LeftOut, ...]]:
    """Take a decree back: its agreements end, each with a notice. Those ended, and those that could not be.

    Said again it goes on where it stood. ``since`` is the first day without it, never in the past.
    """
    known = needed(ctx, key, by=by)
    organisation = ctx.organisation(at.date())
    unit = _may(ctx, organisation, known.decree.unit, by, asked="decree")
    if since < ctx.today(at, unit):
        raise InvalidInput("MKD225", f"{since} has passed: a decree is never revoked backwards", where=key)
    if known.revoked is not None and known.revoked != since:
        raise WrongState("MKD465", f"the decree was revoked as of {known.revoked}", where=key)
    if known.revoked is None:
        _append(ctx, e.DecreeRevoked(decree=key, since=since, reason=reason), by=by, at=at)
    ended: list[Agreement] = []
    left_out: list[LeftOut] = []
    for agreement in agreements_of(ctx, key):
        events = revocation(agreement, since=since, reason=reason)
        if not events:
            continue
        dossier = ctx.dossier(agreement.applicant)
        try:
            ended.append(ctx.record(dossier, events, at=at, by=by).agreement(agreement.id))
        except (CommandRefused, Conflict) as problem:
            left_out.append(LeftOut(person=agreement.applicant, unit="", reason=Reason.PROBLEM, detail=(problem.code,)))
    return tuple(ended), tuple(left_out)


def agreements_of(ctx: Context, key: str) -> tuple[Agreement, ...]:
    """The agreements made from a decree, by person."""
    found = (made_from(dossier, key) for dossier in ctx.dossiers())
    return tuple(agreement for agreement in found if agreement is not None)


def on_record(ctx: Context) -> tuple[OnRecord, ...]:
    """Every decree within reach, in the order in which they were issued."""
    reach = ctx.reach
    return tuple(one for one in _all(ctx).values() if reach is None or reach.unit(one.decree.unit))


def _all(ctx: Context) -> dict[str, OnRecord]:
    known: dict[str, OnRecord] = {}
    for record in ctx.journal.read(STREAM):
        match decode(record):
            case Happened(event=e.DecreeIssued(decree=decree), by=by, at=at):
                known[decree.key] = OnRecord(decree=decree, by=by, at=at)
            case Happened(event=e.DecreeRevoked(decree=key, since=since)):
                known[key] = evolve(known[key], revoked=since)
    return known


def needed(ctx: Context, key: str, *, by: str | None = None) -> OnRecord:
    """The decree of that key. Raises ``NotFound`` (MKD463); MKD450 to whose sight, or power, ends with some units."""
    known = next((one for one in on_record(ctx) if one.decree.key == key), None)
    if known is None and (ctx.reach is not None or (by is not None and ctx.directory.partial(by))):
        raise not_yours("decree")
    if known is None:
        keys = [one.decree.key for one in on_record(ctx)]
        mend = did_you_mean(key, keys) or "mkd decree list shows those on record"
        raise NotFound("MKD463", f"no decree {key!r} is on record", mend=mend)
    return known


def _append(ctx: Context, event: Any, *, by: str, at: datetime) -> None:
    kept = ctx.journal.read(STREAM)
    if kept:
        not_before(datetime.fromisoformat(kept[-1].at), at, where=STREAM)
    number = kept[-1].number if kept else 0
    effects = ctx.announced(STREAM, by, number + 1, [event])
    ctx.journal.append(STREAM, number, [encode(event, at=at, by=by)], effects)
