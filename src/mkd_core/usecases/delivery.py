"""Deliver what the outbox holds: notices, day plans and events one by one, pay lines as runs; all at least once, each
under one key."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from mkd_core.errors import MkdError
from mkd_core.journal.codec import instant
from mkd_core.outbox import Delivery, Effect, EffectStatus, Settlement
from mkd_core.ports import Notice, PayReceipt
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.notices import words
from mkd_core.usecases.paying import pay
from mkd_core.usecases.publishing import Followers
from mkd_core.usecases.rostering import Rosters
from mkd_core.usecases.telling import tell

_LATER = ("schedule", "events")


@frozen(kw_only=True)
class DeliveryReport:
    """How many effects were delivered, will be tried again, wait for a person, or are wanted by nobody any more.

    ``receipts`` are those of payroll.
    """

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    cancelled: int = 0
    receipts: tuple[PayReceipt, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def tried(self) -> int:
        """How many effects were looked at."""
        return self.delivered + self.retried + self.dead + self.cancelled

    def __add__(self, other: DeliveryReport) -> DeliveryReport:
        return DeliveryReport(
            delivered=self.delivered + other.delivered,
            retried=self.retried + other.retried,
            dead=self.dead + other.dead,
            cancelled=self.cancelled + other.cancelled,
            receipts=(*self.receipts, *other.receipts),
            problems=tuple(dict.fromkeys((*self.problems, *other.problems))),
        )


def deliver(ctx: Context, now: datetime, limit: int = 1000) -> DeliveryReport:
    """Try every effect that is due, each once; what fails is tried again later, or waits for a person when dead.

    Day plans come behind notices and pay, since an approval makes many of them: whoever has to vote need not wait for a
    roster. Events come last, since those of a follower that is away stay due.
    """
    ctx.need_whole("delivery")
    instant(now)
    # What nobody serves waits and takes up no place: lines of a payroll that was taken away would starve the notices.
    due = list(ctx.journal.due(now, limit, ctx.served - {*_LATER}))
    for port in _LATER:
        if port in ctx.served and len(due) < limit:
            due += ctx.journal.due(now, limit - len(due), {port})
    organisation = ctx.organisation(now.date())
    settled: list[Settlement] = []
    rosters = Rosters(ctx, organisation, now)
    followers = Followers(ctx, now)
    for delivery in due:
        if delivery.effect.port == "notification":
            settled.append(_notify(ctx, organisation, delivery, now))
        elif delivery.effect.port == "schedule":
            settled.append(rosters.put(delivery))
        elif delivery.effect.port == "events" and (told := followers.tell(delivery)) is not None:
            settled.append(told)
        else:
            continue
        ctx.journal.settle(delivery.effect.key, settled[-1])
    paid = pay(ctx, organisation, [delivery for delivery in due if delivery.effect.port == "payroll"], now)
    for key, settlement in paid.settled:
        ctx.journal.settle(key, settlement)
        settled.append(settlement)
    count = {status: sum(settlement.status is status for settlement in settled) for status in EffectStatus}
    return DeliveryReport(
        delivered=count[EffectStatus.DELIVERED],
        retried=count[EffectStatus.PENDING],
        dead=count[EffectStatus.DEAD],
        cancelled=count[EffectStatus.CANCELLED],
        receipts=paid.receipts,
        problems=tuple(
            dict.fromkeys(
                settlement.problem
                for settlement in settled
                if settlement.problem and settlement.status is not EffectStatus.CANCELLED
            )
        ),
    )


def _notify(ctx: Context, organisation: DirectoryAt, delivery: Delivery, now: datetime) -> Settlement:
    """Name and address are looked up only now."""
    try:
        notice = _notice(organisation, delivery.effect)
    except MkdError as problem:
        return evolve(ctx.backoff.after_error(delivery.attempts, now, problem), receipt=delivery.receipt)
    told = tell(delivery, ctx.notifications, lambda backend: backend.send(notice))
    return told.settlement(ctx.backoff, delivery.attempts, now, unwanted=EffectStatus.DEAD)


def _notice(organisation: DirectoryAt, effect: Effect) -> Notice:
    to = organisation.known(effect.to)
    subject, body = words(effect.kind, to.language, effect.data)
    return Notice(
        key=effect.key,
        to=to.key,
        name=to.name,
        address=to.email,
        language=to.language,
        kind=effect.kind,
        subject=subject,
        body=body,
        agreement=str(effect.data.get("agreement", "")),
    )
