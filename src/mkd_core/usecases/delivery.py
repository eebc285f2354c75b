"""Deliver what the outbox holds: notices one by one, pay lines as runs; everything at least once, under one key."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from mkd_core.errors import MkdError
from mkd_core.journal.codec import instant
from mkd_core.outbox import Delivery, EffectStatus, Settlement
from mkd_core.ports import Declined, Notice, PayReceipt
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.notices import words
from mkd_core.usecases.paying import pay


@frozen(kw_only=True)
class DeliveryReport:
    """How many effects were delivered, will be tried again, or wait for a person; and the receipts of payroll."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    receipts: tuple[PayReceipt, ...] = ()
    problems: tuple[str, ...] = ()


def deliver(ctx: Context, now: datetime, limit: int = 1000) -> DeliveryReport:
    """Try every effect that is due, each once; what fails is tried again later, or waits for a person when dead."""
    instant(now)
    due = ctx.journal.due(now, limit)
    organisation = ctx.organisation(now.date())
    settled: list[Settlement] = []
    for delivery in due:
        if delivery.effect.port == "notification":
            settled.append(_notify(ctx, organisation, delivery, now))
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
        receipts=paid.receipts,
        problems=tuple(dict.fromkeys(settlement.problem for settlement in settled if settlement.problem)),
    )


def _notify(ctx: Context, organisation: DirectoryAt, delivery: Delivery, now: datetime) -> Settlement:
    """Name and address are looked up only now; all backends that accept get the notice."""
    effect = delivery.effect
    try:
        to = organisation.known(effect.to)
        subject, body = words(effect.kind, to.language, effect.data)
        notice = Notice(
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
        answers = [backend.send(notice) for backend in ctx.notifications]
    except MkdError as problem:
        return ctx.backoff.after_error(delivery.attempts, now, problem)
    taken = [answer for answer in answers if not isinstance(answer, Declined)]
    if not taken:
        reasons = "; ".join(dict.fromkeys(answer.reason for answer in answers if isinstance(answer, Declined)))
        return Settlement(status=EffectStatus.DEAD, at=now, problem=f"nobody accepted it: {reasons}")
    receipt = " ".join(answer.reference for answer in taken if answer.reference)
    return Settlement(status=EffectStatus.DELIVERED, at=now, receipt=receipt)
